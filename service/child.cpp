#include "service/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/error.h"

namespace naskah::service {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
constexpr int slower = 5;  // than the product is
#else
constexpr bool sanitized = false;
constexpr int slower = 1;
#endif

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    int get() const { return fd_; }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

private:
    int fd_;
};

[[noreturn]] void cannot_start(const std::string& program, const std::string& what) {
    throw Error(Code::outside, "program bantu tidak dapat dijalankan: " + what, program,
                "Periksa pemasangannya (poppler-utils, naskah), lalu coba lagi.");
}

// Bytes as a descriptor of memory: nothing of them touches the disk. -1 if there is no room.
int in_memory(BytesView bytes) {
    const int fd = ::memfd_create("naskah-masukan", MFD_CLOEXEC);
    for (std::size_t done = 0; fd >= 0 && done < bytes.size();) {
        const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            ::close(fd);
            return -1;
        }
        done += static_cast<std::size_t>(written);
    }
    if (fd >= 0) ::lseek(fd, 0, SEEK_SET);
    return fd;
}

// Between fork and exec only calls that are safe after a fork in a program with threads.
[[noreturn]] void become(char* const* arguments, int in, int out, const ChildLimits& limits) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const auto limit = [](auto what, rlim_t most) {
        const rlimit value{most, most};
        ::setrlimit(what, &value);
    };
    if (!sanitized) limit(RLIMIT_AS, limits.memory);  // their shadow alone is larger than any limit
    limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu_seconds * slower));
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(nowhere, 2) < 0) ::_exit(126);
    ::close_range(3, ~0u, 0);  // no connection of ours lives on in the child
    const char* const surroundings[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/nonexistent",
                                        nullptr};
    ::execvpe(arguments[0], arguments, const_cast<char* const*>(surroundings));
    ::_exit(127);
}

std::optional<Bytes> output_of(int from, const ChildLimits& limits) {
    const auto end = std::chrono::steady_clock::now() + limits.patience * slower;
    Bytes out(std::min<std::size_t>(limits.output, 4u << 20) + 1);
    std::size_t size = 0;
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd ready{from, POLLIN, 0};
        const int polled = left.count() > 0 ? ::poll(&ready, 1, static_cast<int>(left.count())) : 0;
        if (polled < 0 && errno == EINTR) continue;
        if (polled <= 0) return {};
        if (size == out.size()) out.resize(out.size() * 2);
        const ssize_t got = ::read(from, out.data() + size, out.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {};
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        if (size > limits.output) return {};
    }
    out.resize(size);
    return out;
}

}  // namespace

std::optional<Bytes> run_child(const std::vector<std::string>& command, BytesView input,
                               const ChildLimits& limits) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const Descriptor in(in_memory(input));
    std::array<int, 2> ends{};
    if (in.get() < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0)
        cannot_start(command.front(), "memori tidak tersedia");
    Descriptor from(ends[0]), to(ends[1]);
    ::fcntl(from.get(), F_SETPIPE_SZ, 1 << 20);  // fewer turns where it is allowed; a wish only
    const pid_t child = ::fork();
    if (child < 0) cannot_start(command.front(), "proses baru tidak dapat dimulai");
    if (child == 0) become(arguments.data(), in.get(), to.get(), limits);
    to.close();
    // Whatever happens, the child ends and is waited for.
    struct Ended {
        pid_t pid;
        bool killed = true;
        int status = 0;
        void wait() {
            if (pid < 0) return;
            if (killed) ::kill(pid, SIGKILL);
            while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
            }
            pid = -1;
        }
        ~Ended() { wait(); }
    } ended{child};
    std::optional<Bytes> output = output_of(from.get(), limits);
    ended.killed = !output.has_value();
    ended.wait();
    if (output && WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 127)
        cannot_start(command.front(), "program tidak ditemukan");
    if (output && (!WIFEXITED(ended.status) || WEXITSTATUS(ended.status) != 0)) return {};
    return output;
}

std::filesystem::path own_command() {
    const std::filesystem::path self = "/proc/self/exe";
    std::error_code failed;
    const std::filesystem::path running = std::filesystem::read_symlink(self, failed);
    // Linux says of a file that was replaced: "/usr/bin/naskah (deleted)".
    if (running.filename() == "naskah" || running.filename() == "naskah (deleted)") return self;
    return running.parent_path() / "naskah";
}

}  // namespace naskah::service
