#include "service/page_picture.h"

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
#include <charconv>
#include <chrono>

#include "core/error.h"
#include "generator/picture.h"

namespace naskah::service {
namespace {

constexpr auto patience = std::chrono::seconds(10);
constexpr std::size_t most_output = 64u << 20;
constexpr rlim_t most_memory = 512u << 20, most_cpu_seconds = 10;

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

[[noreturn]] void cannot_draw(const std::string& what) {
    throw Error(Code::outside, "gambar halaman tidak dapat dibuat: " + what, "pdftoppm",
                "Pastikan paket poppler-utils terpasang, lalu coba lagi.");
}

// The file as a descriptor of memory: nothing of it touches the disk.
int in_memory(BytesView bytes) {
    const int fd = ::memfd_create("naskah-halaman", MFD_CLOEXEC);
    if (fd < 0) cannot_draw("memori tidak tersedia");
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            ::close(fd);
            cannot_draw("memori tidak tersedia");
        }
        done += static_cast<std::size_t>(written);
    }
    ::lseek(fd, 0, SEEK_SET);
    return fd;
}

// Between fork and exec only calls that are safe after a fork in a program with threads.
[[noreturn]] void become(const char* const* arguments, int in, int out) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const rlimit memory{most_memory, most_memory}, time{most_cpu_seconds, most_cpu_seconds}, no_file{0, 0};
    ::setrlimit(RLIMIT_AS, &memory);
    ::setrlimit(RLIMIT_CPU, &time);
    ::setrlimit(RLIMIT_FSIZE, &no_file);
    ::setrlimit(RLIMIT_CORE, &no_file);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(nowhere, 2) < 0) ::_exit(126);
    ::close_range(3, ~0u, 0);  // no connection of ours lives on in the child
    const char* const surroundings[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/nonexistent",
                                        nullptr};
    ::execvpe(arguments[0], const_cast<char* const*>(arguments), const_cast<char* const*>(surroundings));
    ::_exit(127);
}

// What the child writes until it closes its output; nothing if it takes too long or writes too much.
std::optional<Bytes> output_of(int from) {
    const auto end = std::chrono::steady_clock::now() + patience;
    Bytes out(4u << 20);
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
        if (size > most_output) return {};
    }
    out.resize(size);
    return out;
}

Bytes run(const char* const* arguments, BytesView input) {
    const Descriptor in(in_memory(input));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) cannot_draw("tidak ada pipa");
    Descriptor from(ends[0]), to(ends[1]);
    ::fcntl(from.get(), F_SETPIPE_SZ, 1 << 20);  // as much as is allowed: fewer turns; a wish only
    const pid_t child = ::fork();
    if (child < 0) cannot_draw("proses baru tidak dapat dimulai");
    if (child == 0) become(arguments, in.get(), to.get());
    to.close();
    std::optional<Bytes> output;
    try {
        output = output_of(from.get());
    } catch (...) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        throw;
    }
    if (!output) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!output) cannot_draw("terlalu lama atau terlalu besar");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) cannot_draw("program tidak ditemukan");
    if (!WIFEXITED(status)) cannot_draw("program berhenti di tengah jalan");
    return *std::move(output);
}

// "P6\n794 1123\n255\n" and the samples, as poppler writes them; "P5" for grey.
std::optional<generator::Raster> read_netpbm(Bytes file) {
    generator::Raster raster;
    if (file.size() < 2 || file[0] != 'P' || (file[1] != '5' && file[1] != '6')) return {};
    raster.channels = file[1] == '6' ? 3 : 1;
    std::size_t at = 2;
    std::array<int, 3> numbers{};
    for (int& number : numbers) {
        while (at < file.size() && (file[at] == ' ' || file[at] == '\n')) ++at;
        const char* const start = reinterpret_cast<const char*>(file.data()) + at;
        const char* const end = reinterpret_cast<const char*>(file.data()) + file.size();
        const auto [stop, error] = std::from_chars(start, end, number);
        if (error != std::errc() || number < 1 || number > 20'000) return {};
        at += static_cast<std::size_t>(stop - start);
    }
    raster.width = numbers[0];
    raster.height = numbers[1];
    const std::size_t size = static_cast<std::size_t>(raster.width) *
                             static_cast<std::size_t>(raster.height) *
                             static_cast<std::size_t>(raster.channels);
    if (numbers[2] != 255 || file.size() != at + 1 + size) return {};
    file.erase(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at + 1));
    raster.samples = std::move(file);
    return raster;
}

}  // namespace

std::optional<int> count_pages(BytesView pdf) {
    // The node at the root has the most; an update that follows repeats at most what stands before.
    const std::string_view text = as_text(pdf);
    std::optional<int> most;
    for (std::size_t at = text.find("/Pages"); at != std::string_view::npos;
         at = text.find("/Pages", at + 1)) {
        std::string_view node = text.substr(text.rfind("obj", at) + 3);
        node = node.substr(0, node.find("endobj"));
        const std::size_t count = node.find("/Count ");
        int pages = 0;
        if (count == std::string_view::npos) continue;
        const std::string_view digits = node.substr(count + 7, 10);
        if (std::from_chars(digits.data(), digits.data() + digits.size(), pages).ec == std::errc() &&
            pages > 0)
            most = std::max(most.value_or(0), pages);
    }
    return most;
}

Bytes draw_page(BytesView pdf, int page, int width) {
    const std::string number = std::to_string(page), pixels = std::to_string(width);
    const char* const arguments[] = {"pdftoppm",    "-q",           "-f",          number.c_str(),
                                     "-l",          number.c_str(), "-scale-to-x", pixels.c_str(),
                                     "-scale-to-y", "-1",           "/dev/stdin",  nullptr};
    auto raster = read_netpbm(run(arguments, pdf));
    if (!raster) throw Error(Code::data, "halaman " + number + " tidak ada atau tidak dapat digambar", "PDF");
    return generator::write_png(*raster);
}

PagePictures::PagePictures(std::size_t keep_bytes, int at_once) : kept_(keep_bytes), free_(at_once) {}

PagePictures::Picture PagePictures::of(BytesView pdf, int page, int width) {
    return of(
        sha256(pdf), page, [&] { return Bytes(pdf.begin(), pdf.end()); }, width);
}

PagePictures::Picture PagePictures::of(const Sha256& digest, int page, const std::function<Bytes()>& pdf,
                                       int width) {
    const auto draw = [&] {
        struct Turn {
            std::counting_semaphore<64>& free;
            explicit Turn(std::counting_semaphore<64>& of) : free(of) { free.acquire(); }
            ~Turn() { free.release(); }
        } turn(free_);
        return draw_page(pdf(), page, width);
    };
    return kept_.get({digest, page, width}, Instant{}, draw, [](const Bytes& png) { return png.size(); });
}

}  // namespace naskah::service
