#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "house.h"
#include "service/child.h"
#include "service/confine.h"
#include "service/file_check.h"

using namespace naskah;
using naskah::test::House;
using service::run_child;

namespace {

std::string text_of(const std::optional<Bytes>& output) {
    return output ? std::string(as_text(*output)) : "(nothing)";
}

}  // namespace

TEST_CASE("a child gets its input, gives its output, and is believed only when it ended well") {
    using namespace std::chrono_literals;
    const Bytes input = to_bytes("masukan");
    const struct {
        std::vector<std::string> command;
        service::ChildLimits limits;
        const char* output;
    } rows[] = {
        {{"cat"}, {}, "masukan"},
        {{"cat", "/dev/stdin"}, {}, "masukan"},
        {{"true"}, {}, ""},
        {{"false"}, {}, "(nothing)"},
        {{"sh", "-c", "echo setengah; exit 3"}, {}, "(nothing)"},
        {{"sh", "-c", "echo setengah; kill -9 $$"}, {}, "(nothing)"},
        {{"sleep", "60"}, {.patience = 50ms}, "(nothing)"},
        {{"sh", "-c", "while :; do :; done"}, {.cpu_seconds = 1}, "(nothing)"},
        {{"cat", "/dev/zero"}, {.output = 1u << 20}, "(nothing)"},
        {{"head", "-c", "1048576", "/dev/zero"}, {.output = (1u << 20) - 1}, "(nothing)"},
        {{"sh", "-c", "echo x > /tmp/naskah-anak-menulis"}, {}, "(nothing)"},  // no file can grow
        {{"sh", "-c", "ls /proc/self/fd | wc -l"}, {}, "4\n"},                 // its three, and ls's own
        {{"sh", "-c", "echo $NASKAH_OFFICE$HOME"}, {}, "/nonexistent\n"},
    };
    ::setenv("NASKAH_OFFICE", "/rahasia", 1);
    const test::Folder folder;
    const int ours = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as a library might open it
    for (const auto& row : rows) {
        INFO(row.command.back());
        CHECK(text_of(run_child(row.command, input, row.limits)) == row.output);
    }
    ::close(ours);
    ::unsetenv("NASKAH_OFFICE");
    CHECK_THROWS_AS(run_child({"program-yang-tidak-ada"}, input), Error);
    Bytes large(3u << 20, 'x');
    CHECK(run_child({"cat"}, large) == large);
}

TEST_CASE("a confined process can think and answer, and reach nothing") {
    if (test::sanitized) return;
    const pid_t child = ::fork();
    if (child == 0) {
        if (!service::confine()) ::_exit(10);
        if (::open("/etc/passwd", O_RDONLY) >= 0) ::_exit(11);
        if (::socket(AF_INET, SOCK_STREAM, 0) >= 0) ::_exit(12);
        if (::fork() >= 0) ::_exit(13);
        if (::execl("/bin/true", "true", nullptr) == 0) ::_exit(14);
        std::vector<std::string> thought(1000, std::string(5000, 'x'));
        ::_exit(thought.back().size() == 5000 ? 0 : 15);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a file is judged in a process of its own as it would be in this one") {
    House house;
    const auto desk = house.site->desk();
    const Json data =
        workflow::example_of(desk->templates(), "sk-pencabutan", house.folder / "kantor", house.clock);
    const Bytes pdf =
        desk->issue({.kind = "sk-pencabutan", .data = data, .key = "", .series = "", .images = ""}).pdf;
    Bytes altered = pdf;
    altered[altered.size() / 2] ^= 1;
    const Bytes files[] = {pdf, altered, Bytes(pdf.begin(), pdf.begin() + 4000), to_bytes("%PDF-1.7 x"), {}};
    for (const Bytes& file : files)
        for (const auto years : {0, 30}) {
            INFO(file.size() << " bytes, " << years << " years on");
            const Instant at = house.clock.now() + std::chrono::hours(24 * 365 * years);
            const auto apart = service::check_apart(file, house.folder / "kantor/trust", at);
            const auto here = verify::check(file, desk->trust(), at);
            CHECK(dump_json(to_json(apart, "")) == dump_json(to_json(here, "")));
            CHECK(apart.verdict == here.verdict);
        }
}
