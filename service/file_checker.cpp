#include "service/file_checker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "core/file.h"
#include "service/confine.h"
#include "service/file_check.h"

namespace naskah::service {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
constexpr int slower = 10;
#else
constexpr bool sanitized = false;
constexpr int slower = 1;
#endif

// What goes over the line: a kind and a size, then that many bytes.
enum class Kind : std::uint64_t { file = 1, report, question, answer, trouble };
struct Head {
    Kind kind{};
    std::uint64_t size = 0;
};

struct Lost {};  // the other side is gone, or not to be waited for any longer

// The child's side: it waits as long as it takes, and ends when the parent does.
void read_all(int fd, void* to, std::size_t size) {
    auto* at = static_cast<std::uint8_t*>(to);
    while (size > 0) {
        const ssize_t got = ::read(fd, at, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw Lost{};
        at += got;
        size -= static_cast<std::size_t>(got);
    }
}

void write_all(int fd, const void* from, std::size_t size) {
    const auto* at = static_cast<const std::uint8_t*>(from);
    while (size > 0) {
        const ssize_t put = ::write(fd, at, size);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) throw Lost{};
        at += put;
        size -= static_cast<std::size_t>(put);
    }
}

void send_frame(int fd, Kind kind, BytesView body) {
    const Head head{kind, body.size()};
    write_all(fd, &head, sizeof head);
    write_all(fd, body.data(), body.size());
}

// Whom the child asks: its parent, who asks the web.
class AskParent : public Web {
public:
    explicit AskParent(int fd) : fd_(fd) {}
    WebAnswer ask(const WebRequest& request) override {
        // A line of JSON, then the body.
        Bytes question = to_bytes(dump_json(
            {{"method", request.method}, {"url", request.url}, {"largest", request.largest_answer}}));
        question.push_back('\n');
        question.insert(question.end(), request.body.begin(), request.body.end());
        send_frame(fd_, Kind::question, question);
        Head head;
        read_all(fd_, &head, sizeof head);
        if (head.kind != Kind::answer) throw WebTrouble{false, "tidak ada jawaban"};
        Bytes body(head.size);
        read_all(fd_, body.data(), body.size());
        return {.status = 200, .body = std::move(body)};
    }

private:
    int fd_;
};

[[noreturn]] void be_child(int fd, const verify::Trust& trust, Instant at, bool may_ask,
                           const CheckLimits& limits) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGINT, SIG_DFL);
    const auto limit = [](auto what, rlim_t most) {
        const rlimit value{most, most};
        ::setrlimit(what, &value);
    };
    if (!sanitized) limit(RLIMIT_AS, limits.memory);  // their shadow alone is larger than any limit
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int standard : {0, 1, 2}) ::dup2(nowhere, standard);
    constexpr int line = 3;
    if (fd != line) ::dup2(fd, line);
    ::close_range(line + 1, ~0u, 0);
    confine();
    AskParent web(line);
    try {
        Bytes file;
        for (;;) {
            Head head;
            read_all(line, &head, sizeof head);
            file.resize(head.size);
            read_all(line, file.data(), file.size());
            const verify::Report report = verify::check(file, trust, at, may_ask ? &web : nullptr);
            send_frame(line, Kind::report, to_bytes(dump_json(verify::to_json(report, ""))));
            if (file.size() > 8u << 20) Bytes().swap(file);
        }
    } catch (...) {
        ::_exit(0);
    }
}

[[noreturn]] void no_child() {
    throw Error(Code::outside, "proses pemeriksa tidak dapat dimulai", "verify",
                "Tutup program lain, lalu coba lagi.");
}

}  // namespace

class FileChecker::Child {
public:
    Child(const verify::Trust& trust, Instant at, bool may_ask, const CheckLimits& limits) : limits_(limits) {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) no_child();
        std::fflush(nullptr);  // else what waits to be printed would be printed twice
        pid_ = ::fork();
        if (pid_ == 0) be_child(ends[1], trust, at, may_ask, limits);
        ::close(ends[1]);
        line_ = ends[0];
        ::fcntl(line_, F_SETFL, O_NONBLOCK);
        if (pid_ < 0) {
            ::close(line_);
            no_child();
        }
        ::clock_getcpuclockid(pid_, &clock_);
    }
    ~Child() {
        ::close(line_);
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void start_clock() {
        begin_ = std::chrono::steady_clock::now();
        outside_ = {};
        used_before_ = used();
    }
    void put(Kind kind, BytesView body) {
        const Head head{kind, body.size()};
        put(&head, sizeof head);
        put(body.data(), body.size());
    }
    Head head() {
        Head out;
        take(&out, sizeof out);
        return out;
    }
    Bytes body(std::uint64_t size, std::size_t most) {
        if (size > most) throw Lost{};
        Bytes out(size);
        take(out.data(), out.size());
        return out;
    }
    void wait_outside() { outside_ -= std::chrono::steady_clock::now().time_since_epoch(); }
    void back_inside() { outside_ += std::chrono::steady_clock::now().time_since_epoch(); }

private:
    std::chrono::nanoseconds used() const {
        timespec now{};
        ::clock_gettime(clock_, &now);
        return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    }
    void wait_for(short events) {
        for (;;) {
            if (used() - used_before_ > limits_.processor * slower) throw Lost{};
            if (std::chrono::steady_clock::now() - begin_ - outside_ > limits_.patience * slower)
                throw Lost{};
            pollfd ready{line_, events, 0};
            const int polled = ::poll(&ready, 1, 200);
            if (polled < 0 && errno != EINTR) throw Lost{};
            if (polled > 0) return;
        }
    }
    void put(const void* from, std::size_t size) {
        const auto* at = static_cast<const std::uint8_t*>(from);
        while (size > 0) {
            const ssize_t sent = ::send(line_, at, size, MSG_NOSIGNAL);
            if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
                wait_for(POLLOUT);
                continue;
            }
            if (sent <= 0) throw Lost{};
            at += sent;
            size -= static_cast<std::size_t>(sent);
        }
    }
    void take(void* to, std::size_t size) {
        auto* at = static_cast<std::uint8_t*>(to);
        while (size > 0) {
            const ssize_t got = ::recv(line_, at, size, 0);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
                wait_for(POLLIN);
                continue;
            }
            if (got <= 0) throw Lost{};
            at += got;
            size -= static_cast<std::size_t>(got);
        }
    }

    CheckLimits limits_;
    pid_t pid_ = -1;
    int line_ = -1;
    clockid_t clock_{};
    std::chrono::steady_clock::time_point begin_;
    std::chrono::nanoseconds used_before_{}, outside_{};
};

namespace {

// The child is not believed about what it may ask: addresses of the web only, and a question about
// revocation or a plain GET. Nothing if there is no whole answer.
std::optional<Bytes> ask_for(Web& web, BytesView question) {
    try {
        const std::size_t line = as_text(question).find('\n');
        if (line == std::string_view::npos) return std::nullopt;
        const Json asked = parse_json(as_text(question.first(line)), "verify");
        WebRequest request;
        request.url = asked.at("url").get<std::string>();
        if (!request.url.starts_with("http://") && !request.url.starts_with("https://")) return std::nullopt;
        if (asked.at("method") == "POST") {
            request.method = "POST";
            request.headers = {{"Content-Type", "application/ocsp-request"}};
            const BytesView body = question.subspan(line + 1);
            request.body.assign(body.begin(), body.end());
        }
        request.limit = std::chrono::seconds(15);
        request.largest_answer = std::min<std::size_t>(asked.at("largest").get<std::size_t>(), 16u << 20);
        WebAnswer answer = web.ask(request);
        if (answer.status != 200) return std::nullopt;
        return std::move(answer.body);
    } catch (const WebTrouble&) {
        return std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

FileChecker::FileChecker(const verify::Trust& trust, Instant at, Web* web, const CheckLimits& limits)
    : trust_(trust), at_(at), web_(web), limits_(limits) {}
FileChecker::~FileChecker() = default;

verify::Report FileChecker::check(BytesView pdf) {
    if (!child_) {
        child_ = std::make_unique<Child>(trust_, at_, web_ != nullptr, limits_);
        ++children_;
    }
    const Sha256 digest = sha256(pdf);
    try {
        child_->start_clock();
        child_->put(Kind::file, pdf);
        for (int questions = 1;; ++questions) {
            const Head head = child_->head();
            if (head.kind == Kind::report)
                return read_report(parse_json(as_text(child_->body(head.size, limits_.report)), "verify"),
                                   digest);
            if (head.kind != Kind::question || !web_) throw Lost{};
            const Bytes question = child_->body(head.size, 16384);
            std::optional<Bytes> answer;
            if (questions <= limits_.questions) {
                child_->wait_outside();
                answer = ask_for(*web_, question);
                child_->back_inside();
            }
            child_->put(answer ? Kind::answer : Kind::trouble, answer.value_or(Bytes{}));
        }
    } catch (const Lost&) {
    } catch (const std::exception&) {  // what it said makes no sense
    }
    child_.reset();
    return fallen_report(digest);
}

}  // namespace naskah::service
