// What whoever runs the service sees of it: health, figures, the log.
#include <sys/socket.h>
#include <sys/un.h>

#include <regex>

#include "house.h"
#include "service/journal.h"
#include "service/supervisor.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;

namespace {

service::Response get_from(House& house, const std::string& remote, const std::string& address) {
    auto asked = House::request("GET", address);
    asked.remote = remote;
    return house.service->handle(asked);
}

}  // namespace

TEST_CASE("the service tells anyone that it is well, and its keeper how") {
    House house;
    const auto outside = house.get("/healthz");
    CHECK(outside.status == 200);
    CHECK(outside.body == R"({"status":"ok"})");
    const Json inside = parse_json(get_from(house, "127.0.0.1", "/healthz").body, "healthz");
    CHECK(inside.at("database").at("answers") == true);
    CHECK(inside.at("unfinished_letters") == 0);
    CHECK(inside.at("version").is_string());
}

TEST_CASE("figures are for this machine and for the addresses that serve was told") {
    House house;
    house.service->let_watch({"198.51.100.4"});
    CHECK(get_from(house, "203.0.113.7", "/metrics").status == 404);
    for (const char* watcher : {"127.0.0.1", "::1", "198.51.100.4"})
        CHECK(get_from(house, watcher, "/metrics").status == 200);
}

TEST_CASE("figures name routes and never what was asked") {
    House house;
    house.service->router().add({"GET", "/uji/{kode}", service::Access::anyone(),
                                 [](service::Visit&) { return service::json_response(Json::object()); }});
    house.get("/uji/RAHASIA?nik=6471000000000001");
    house.get("/uji/RAHASIA/rahasia");
    auto odd = House::request("RAHASIA", "/uji/RAHASIA");
    house.service->handle(odd);
    house.service->refuse(odd, {400, "request line"});
    const std::string text = get_from(house, "127.0.0.1", "/metrics").body;
    CHECK_THAT(text,
               Contains(R"(naskah_http_requests_total{route="/uji/{kode}",method="GET",status="200"} 1)") &&
                   Contains(R"(naskah_http_requests_total{route="-",method="GET",status="404"} 1)") &&
                   Contains(R"(naskah_http_requests_total{route="-",method="-",status="501"} 1)") &&
                   Contains(R"(naskah_http_request_duration_seconds_count{route="/uji/{kode}"} 1)"));
    CHECK_THAT(text, !Contains("RAHASIA") && !Contains("6471"));
    // Every line is a comment or a sample (exposition format 0.0.4).
    const std::regex line(
        R"(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? [-+.eE0-9A-Za-z]+)");
    std::istringstream lines(text);
    for (std::string one; std::getline(lines, one);) {
        INFO(one);
        CHECK(std::regex_match(one, line));
    }
}

TEST_CASE("the log has a line for each request, and no address, name, code or query in it") {
    House house;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    house.service->router().add({"GET", "/uji/{kode}", service::Access::anyone(),
                                 [](service::Visit&) { return service::json_response(Json::object()); }});
    house.service->router().add(
        {"GET", "/rusak", service::Access::anyone(),
         [](service::Visit&) -> service::Response { throw std::runtime_error("sebab di dalam"); }});
    {
        service::Journal journal(house.clock, ends[1]);
        service::log_requests(*house.service, journal, false);
        const auto who = house.sign_in(workflow::Role::pemeriksa);
        house.get("/uji/RAHASIA?nik=6471000000000001", who);
        house.get("/rusak");
        journal.write("started", {{"port", 1}});
    }
    ::close(ends[1]);
    std::string text;
    char bytes[4096];
    for (ssize_t size; (size = ::read(ends[0], bytes, sizeof bytes)) > 0;)
        text.append(bytes, static_cast<std::size_t>(size));
    ::close(ends[0]);
    for (const char* secret : {"RAHASIA", "6471", "203.0.113.7", "Petugas", "uji-pemeriksa", "csrf-"}) {
        INFO(secret);
        CHECK_THAT(text, !Contains(secret));
    }
    std::istringstream lines(text);
    std::string first, second, third;
    std::getline(lines, first);
    std::getline(lines, second);
    std::getline(lines, third);
    const Json asked = parse_json(first, "log");
    CHECK(asked.at("route") == "/uji/{kode}");
    CHECK(asked.at("role") == "pemeriksa");
    CHECK(asked.at("status") == 200);
    CHECK(asked.at("id") == "0011223344556677");
    CHECK(parse_json(second, "log").at("error") == "sebab di dalam");
    CHECK(parse_json(third, "log").at("event") == "started");
}

TEST_CASE("a log that nobody reads does not hold up the service") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::string text;
    {
        service::Journal journal(system_clock(), ends[1]);
        const std::string long_text(1000, 'x');
        for (int i = 0; i < 20'000; ++i) journal.write("test", {{"text", long_text}});  // none of them waits
        std::thread reader([&] {
            char bytes[65536];
            for (ssize_t size; (size = ::read(ends[0], bytes, sizeof bytes)) > 0;)
                text.append(bytes, static_cast<std::size_t>(size));
        });
        journal.flush();
        journal.write("last", Json::object());
        journal.flush();
        ::close(ends[1]);
        reader.join();
    }
    ::close(ends[0]);
    CHECK_THAT(text, Contains(R"({"event":"log-lines-dropped","count":)") && Contains(R"("event":"last"})"));
}

TEST_CASE("systemd is told, in a file's socket and in one without a file") {
    test::Folder folder;
    for (const bool hidden : {false, true}) {
        const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        const std::string path =
            hidden ? "@naskah-uji-" + std::to_string(::getpid()) : (folder / "notify").string();
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(path.begin(), path.end(), address.sun_path);
        if (hidden) address.sun_path[0] = '\0';
        REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address),
                       static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size())) == 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
        CHECK(service::tell_supervisor("READY=1"));
        char bytes[64] = {};
        CHECK(::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) == 7);
        CHECK(std::string(bytes) == "READY=1");
        ::close(fd);
    }
    ::unsetenv("NOTIFY_SOCKET");
    CHECK_FALSE(service::tell_supervisor("READY=1"));
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    CHECK(service::watchdog_period() == std::chrono::milliseconds(15'000));
    ::setenv("WATCHDOG_PID", "1", 1);
    CHECK_FALSE(service::watchdog_period());
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
}

TEST_CASE("work beside the requests goes on after an error, and ends when it is asked to") {
    std::atomic<int> runs = 0, complaints = 0;
    service::Background background;
    background.every("fails", std::chrono::milliseconds(1), [&](const std::stop_token&) {
        ++runs;
        throw Error(Code::outside, "tidak menjawab");
    });
    background.once("waits", [](const std::stop_token& stopped) {
        while (service::wait_for(stopped, std::chrono::hours(1))) {
        }
    });
    background.start([&](const std::string& name, const std::string& what) {
        if (name == "fails" && what == "tidak menjawab") ++complaints;
    });
    while (runs < 3) std::this_thread::yield();
    CHECK(background.stop(std::chrono::minutes(1)));
    CHECK(complaints == runs);
}
