// The service on its sockets: strangers, the slow, the hostile, and its end.
#include <httplib.h>

#include <random>
#include <thread>

#include "core/json.h"
#include "house.h"
#include "service/server.h"
#include "serving.h"

using namespace naskah;
using namespace naskah::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string times(const std::string& text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += text;
    return out;
}

std::string post(const std::string& headers, const std::string& body,
                 const std::string& path = "/periksa/kode") {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

std::string with_length(const std::string& type, const std::string& body) {
    return post("Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                body);
}

// Requests that nobody should send.
std::vector<std::string> hostile_requests() {
    const std::string host = "Host: a\r\n";
    return {
        "",
        "\r\n\r\n\r\n",
        std::string("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", 11),  // TLS
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET\r\n\r\n",
        "GET /periksa\r\n\r\n",
        "GET /periksa HTTP/1.1\r\n\r\n",
        "GET /periksa HTTP/9.9\r\n" + host + "\r\n",
        "get /periksa HTTP/1.1\r\n" + host + "\r\n",
        "BREW /periksa HTTP/1.1\r\n" + host + "\r\n",
        "CONNECT a:443 HTTP/1.1\r\n" + host + "\r\n",
        "TRACE / HTTP/1.1\r\n" + host + "\r\n",
        "DELETE /periksa HTTP/1.1\r\n" + host + "\r\n",
        "GET /../../../etc/passwd HTTP/1.1\r\n" + host + "\r\n",
        "GET /aset/..%2f..%2fenglish.json HTTP/1.1\r\n" + host + "\r\n",
        "GET /%00 HTTP/1.1\r\n" + host + "\r\n",
        "GET /%c0%af HTTP/1.1\r\n" + host + "\r\n",
        "GET /v/%zz HTTP/1.1\r\n" + host + "\r\n",
        "GET /v/" + std::string(7000, 'A') + " HTTP/1.1\r\n" + host + "\r\n",
        "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
        "GET /" + times("a/", 3000) + " HTTP/1.1\r\n" + host + "\r\n",
        "GET /periksa?" + times("a=%41&", 1200) + " HTTP/1.1\r\n" + host + "\r\n",
        "GET /periksa HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'x') + "\r\n\r\n",
        "GET /periksa HTTP/1.1\r\n" + host + times("X: y\r\n", 500) + "\r\n",
        "GET /periksa HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n",
        "GET /periksa HTTP/1.1\r\n" + host + "X : a\r\n\r\n",
        "GET /periksa HTTP/1.1\r\n" + host + std::string("X: a\0b\r\n\r\n", 10),
        "GET /periksa HTTP/1.1\nHost: a\n\n",
        "GET /periksa HTTP/1.1\r\n" + host + "Range: bytes=" + times("0-,", 3000) + "0-\r\n\r\n",
        "GET /periksa HTTP/1.1\r\n" + host + "Cookie: " + times("a=b; ", 1500) + "\r\n\r\n",
        "GET /periksa HTTP/1.1\r\n" + host + "X-Forwarded-For: '; DROP TABLE letters; --\r\n\r\n",
        "GET /bahasa/en?kembali=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\n" + host + "\r\n",
        post("Content-Length: 100\r\n", "short"),
        post("Content-Length: 5\r\nContent-Length: 6\r\n", "abcdef"),
        post("Content-Length: -1\r\n", ""),
        post("Content-Length: 18446744073709551617\r\n", "a"),
        post("Content-Length: 99999999\r\n", "a"),
        post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "fffffffffffffff0\r\nabc"),
        post("Transfer-Encoding: chunked\r\n", "5\r\nabc"),
        post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n"),
        post("Transfer-Encoding: chunked\r\n", times("1\r\na\r\n", 70'000) + "0\r\n\r\n"),
        post("Transfer-Encoding: gzip\r\n", "abc"),
        post("Content-Encoding: gzip\r\nContent-Length: 3\r\n", "\x1f\x8b\x08"),
        with_length("multipart/form-data", "--a\r\n"),
        with_length("multipart/form-data; boundary=a",
                    "--a\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nno end"),
        with_length("multipart/form-data; boundary=a",
                    times("--a\r\nContent-Disposition: form-data; name=\"", 1000)),
        with_length("multipart/form-data; boundary=a", "--a\r\nContent-Disposition: form-data; name=\"" +
                                                           times("\";  filename=\"", 500) +
                                                           "\r\n\r\nx\r\n--a--\r\n"),
        with_length("application/x-www-form-urlencoded",
                    "kode=%ff%fe%00&kode=%zz&=&&" + times("a=b&", 10'000)),
        with_length("application/json", times("[", 60'000)),
        with_length("application/json", times("{\"a\":", 10'000)),
        with_length("application/json", "\xff\xfe{}"),
        with_length("text/plain; charset=" + std::string(5000, 'x'), "a"),
        post("Expect: something\r\nContent-Length: 1\r\n", "a"),
        post("Origin: https://elsewhere.example\r\nContent-Length: 1\r\n", "a"),
        post("Authorization: Bearer " + std::string(5000, 'x') + "\r\nContent-Length: 1\r\n", "a"),
    };
}

// One of them with a few octets changed, cut short or doubled.
std::string spoiled(const std::string& request, std::mt19937& chance) {
    std::string text = request;
    for (int i = 0; i < 3 && !text.empty(); ++i) {
        const std::size_t at = chance() % text.size();
        switch (chance() % 4) {
            case 0: text[at] = static_cast<char>(chance() % 256); break;
            case 1: text.erase(at, chance() % 8); break;
            case 2: text.insert(at, text.substr(at, chance() % 40)); break;
            default: text.resize(std::max<std::size_t>(at, text.size() / 2)); break;
        }
    }
    return text;
}

int status_of(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.c_str() + 9) : 0;
}

const std::string good = "GET /periksa HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("a stranger's client understands what the service says") {
    Serving serving;
    httplib::Client client("127.0.0.1", serving.port());
    client.set_keep_alive(true);
    for (int i = 0; i < 3; ++i) {
        const auto page = client.Get("/periksa");
        REQUIRE(page);
        CHECK(page->status == 200);
        CHECK(page->get_header_value("Content-Type") == "text/html; charset=utf-8");
        CHECK_THAT(page->body, Contains("</html>"));
        const auto head = client.Head("/periksa");
        REQUIRE(head);
        CHECK(head->get_header_value("Content-Length") == std::to_string(page->body.size()));
        CHECK(head->body.empty());
    }
    const auto options = client.Options("/periksa");
    REQUIRE(options);
    CHECK(options->status == 204);
    CHECK_THAT(options->get_header_value("Allow"), Contains("GET, HEAD") && Contains("OPTIONS"));
    CHECK(client.Options("*")->status == 204);
    CHECK(client.Post("/tidak-ada", "a=b", "application/x-www-form-urlencoded")->status == 404);
    httplib::MultipartFormDataItems parts = {
        {"berkas", std::string(100'000, 'x'), "a.pdf", "application/pdf"}};
    CHECK(client.Post("/tidak-ada", parts)->status == 413);  // an address that takes nothing takes 64 KB
    const auto missing = client.Get("/api/v1/tidak-ada", {{"Accept-Language", "en"}});
    REQUIRE(missing);
    CHECK(missing->get_header_value("Content-Type") == "application/problem+json");
    CHECK(parse_json(missing->body, "answer").at("title") == "There is no such address");
    CHECK(missing->get_header_value("X-Request-ID").size() == 16);
}

TEST_CASE("requests on one connection are answered in turn, the last one too") {
    Serving serving;
    const std::string answers =
        serving.ask("GET /periksa HTTP/1.1\r\nHost: a\r\n\r\nHEAD /periksa HTTP/1.1\r\nHost: a\r\n\r\n" +
                    post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", "/tidak-ada") + good);
    std::vector<int> statuses;
    for (std::size_t at = 0; (at = answers.find("HTTP/1.1 ", at)) != std::string::npos; ++at)
        statuses.push_back(status_of(answers.substr(at)));
    CHECK(statuses == std::vector<int>{200, 200, 404, 200});
    CHECK_THAT(serving.ask("GET /periksa HTTP/1.0\r\n\r\n"), Contains("Connection: close"));
}

TEST_CASE("a body that is waited for is asked for, one that is too large is not") {
    Serving serving;
    bool quiet = false;
    Line small(serving.port());
    small.send(post("Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n", "", "/tidak-ada"));
    const auto asked = [](const std::string& text) { return text.ends_with("\r\n\r\n"); };
    CHECK(small.read_until(asked, quiet) == "HTTP/1.1 100 Continue\r\n\r\n");
    small.send("abc");
    CHECK_THAT(small.read_all(), StartsWith("HTTP/1.1 404"));

    Line large(serving.port());
    large.send(post("Expect: 100-continue\r\nContent-Length: 90000000\r\n", "", "/tidak-ada"));
    const std::string told = large.read_all();
    CHECK_THAT(told, StartsWith("HTTP/1.1 413") && Contains("Kiriman ini terlalu besar") &&
                         Contains("Connection: close"));

    // Whoever sends on regardless is still told.
    Line regardless(serving.port());
    regardless.send(post("Content-Length: 90000000\r\n", "", "/tidak-ada"));
    const std::string megabyte(1 << 20, 'x');
    for (int i = 0; i < 8 && regardless.send(megabyte); ++i) {
    }
    CHECK_THAT(regardless.read_all(), StartsWith("HTTP/1.1 413"));
}

TEST_CASE("malformed requests, idle and slow connections leave the service serving") {
    Serving serving({"--log", "errors"});
    const int port = serving.port();
    std::atomic<bool> over = false;
    std::atomic<std::size_t> malformed_quiet = 0, malformed_taken = 0, sent = 0;

    std::vector<Line> idle, slow;
    for (int i = 0; i < 500; ++i) idle.emplace_back(port);
    for (int i = 0; i < 500; ++i) {
        slow.emplace_back(port);
        slow.back().send(i % 2 ? "GET /periksa HTTP/1.1\r\nHost: a\r\nX: "
                               : post("Content-Length: 60000\r\n", "", "/tidak-ada"));
    }
    std::thread dripping([&] {
        while (!over) {
            for (const Line& line : slow) line.send("a");
            ::usleep(500'000);
        }
    });
    const std::vector<std::string> hostile = hostile_requests();
    std::vector<std::thread> attackers;
    constexpr std::size_t all = 10'000, threads = 8;
    for (std::size_t t = 0; t < threads; ++t)
        attackers.emplace_back([&, t] {
            std::mt19937 chance(static_cast<unsigned>(t));
            for (std::size_t i = 0; i < all / threads; ++i) {
                const std::string& plain = hostile[(i + t) % hostile.size()];
                const bool as_is = i < 2 * hostile.size();
                const Line line(port);
                line.send(as_is ? plain : spoiled(plain, chance));
                line.finish();
                const std::string answer = line.read_all();
                malformed_quiet += answer.starts_with("(quiet)");
                malformed_taken +=
                    as_is && status_of(answer) >= 500 && status_of(answer) != 501 && status_of(answer) != 505;
                ++sent;
            }
        });
    std::size_t asked = 0, answered = 0;
    while (sent < all) {
        ++asked;
        answered += status_of(serving.ask(good)) == 200;
    }
    for (std::thread& attacker : attackers) attacker.join();
    CHECK(asked > 0);
    CHECK(answered == asked);
    CHECK(malformed_quiet == 0);
    CHECK(malformed_taken == 0);  // none of them is our fault

    // The slow are told so, in time; those who never said anything are let go.
    std::size_t told = 0, gone = 0;
    for (const Line& line : slow) {
        const std::string answer = line.read_all();
        told += status_of(answer) == 408;
        gone += answer.empty();
        if (answer.starts_with("(quiet)")) break;
    }
    over = true;
    dripping.join();
    CHECK(told > 0);
    CHECK(told + gone == slow.size());
    for (const Line& line : idle) CHECK(line.read_all().empty());
    CHECK(status_of(serving.ask(good)) == 200);
    const std::string figures = serving.get("/metrics");
    CHECK_THAT(figures, Contains("naskah_connections_expired_total 1") && Contains("status=\"408\""));
    CHECK(serving.stop() == 0);
}

TEST_CASE("when all places are taken, the idle make room for who asks") {
    Serving serving({"--connections", "64"});
    std::vector<Line> idle;
    for (int i = 0; i < 300; ++i) {
        idle.emplace_back(serving.port());
        if (i % 10 == 0) CHECK(status_of(serving.ask(good)) == 200);
    }
    CHECK(status_of(serving.ask(good)) == 200);
    CHECK_THAT(serving.get("/metrics"), !Contains("naskah_connections_evicted_total 0\n"));
}

TEST_CASE("one address cannot take all places") {
    House house;
    service::Listen listen{.host = "127.0.0.1", .port = 0};
    listen.limits.connections_per_address = 20;
    listen.limits.count_loopback = true;
    service::Server server(*house.service, listen);
    const int port = server.bind();
    std::thread running([&] { server.run(); });
    {
        std::vector<Line> greedy;
        for (int i = 0; i < 60; ++i) greedy.emplace_back(port, "127.0.0.9");
        while (server.figures().accepted + server.figures().turned_away < greedy.size()) ::usleep(1000);
        for (const Line& line : greedy) line.send(good);
        std::size_t answered = 0;
        for (const Line& line : greedy) answered += status_of(line.read_all()) == 200;
        CHECK(answered >= 20);
        const Line other(port, "127.0.0.10");
        other.send(good);
        CHECK(status_of(other.read_all()) == 200);
    }
    CHECK(server.figures().turned_away > 0);
    server.stop();
    running.join();
}

TEST_CASE("what may take long waits apart, and what is quick does not wait for it") {
    House house;
    std::atomic<bool> released = false;
    std::atomic<int> inside = 0;
    house.service->router().add({.method = "GET",
                                 .pattern = "/lama",
                                 .access = service::Access::anyone(),
                                 .handler =
                                     [&](service::Visit&) {
                                         ++inside;
                                         while (!released) ::usleep(1000);
                                         return service::json_response({{"selesai", true}});
                                     },
                                 .heavy = true});
    service::Listen listen{.host = "127.0.0.1", .port = 0};
    listen.limits.threads = 2;
    listen.limits.heavy_threads = 3;
    listen.limits.heavy_queue = 10;
    service::Server server(*house.service, listen);
    const int port = server.bind();
    std::thread running([&] { server.run(); });
    const std::string slow = "GET /lama HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    std::vector<Line> waiting;
    for (int i = 0; i < 3; ++i) {
        waiting.emplace_back(port);
        waiting.back().send(slow);
    }
    while (inside < 3) ::usleep(1000);
    for (int i = 0; i < 10; ++i) {
        waiting.emplace_back(port);
        waiting.back().send(slow);
    }
    while (server.figures().waiting_heavy < 10) ::usleep(1000);
    const Line refused(port);
    refused.send(slow);
    CHECK_THAT(refused.read_all(), StartsWith("HTTP/1.1 503") && Contains("Retry-After: 5"));
    const Line quick(port);
    quick.send(good);
    CHECK(status_of(quick.read_all()) == 200);
    CHECK(inside == 3);

    server.stop();  // what was begun is finished
    released = true;
    for (const Line& line : waiting) CHECK(status_of(line.read_all()) == 200);
    running.join();
}

TEST_CASE("threads that all wait for something make room for others") {
    House house;
    std::atomic<bool> released = false;
    house.service->router().add({"GET", "/menunggu", service::Access::anyone(), [&](service::Visit&) {
                                     while (!released) ::usleep(1000);
                                     return service::json_response(Json::object());
                                 }});
    service::Listen listen{.host = "127.0.0.1", .port = 0};
    listen.limits.threads = 2;
    service::Server server(*house.service, listen);
    const int port = server.bind();
    std::thread running([&] { server.run(); });
    std::vector<Line> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.emplace_back(port);
        waiting.back().send("GET /menunggu HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    const Line quick(port);
    quick.send(good);
    CHECK(status_of(quick.read_all()) == 200);
    released = true;
    waiting.clear();
    server.stop();
    running.join();
}

TEST_CASE("told to stop, the service takes nothing new and finishes what was begun") {
    Serving serving;
    const Line begun(serving.port()), kept(serving.port());
    kept.send("GET /periksa HTTP/1.1\r\nHost: a\r\n\r\n");
    bool quiet = false;
    kept.read_until([](const std::string& text) { return text.find("</html>") != std::string::npos; }, quiet);
    begun.send(post("Content-Length: 3\r\n", "a", "/tidak-ada"));
    while (serving.get("/metrics").find("naskah_request_bytes_held 0\n") != std::string::npos)
        ::usleep(10'000);
    ::kill(serving.pid(), SIGTERM);
    while (serving.log().find("\"stopping\"") == std::string::npos) ::usleep(10'000);
    CHECK(kept.read_all().empty());  // an idle connection ends
    while (Line(serving.port()).connected()) ::usleep(10'000);
    begun.send("bc");
    CHECK_THAT(begun.read_all(), StartsWith("HTTP/1.1 404") && Contains("Connection: close"));
    CHECK(wait_for(serving.pid()) == 0);
    CHECK_THAT(serving.log(), Contains(R"("event":"stopped","requests_finished":true)"));
}

TEST_CASE("told twice to stop, the service goes at once") {
    Serving serving;
    const Line begun(serving.port());
    begun.send("GET /peri");
    ::usleep(100'000);
    ::kill(serving.pid(), SIGTERM);
    while (serving.log().find("\"stopping\"") == std::string::npos) ::usleep(10'000);
    CHECK(serving.stop() == 1);
    CHECK_THAT(serving.log(), Contains("\"cut-off\""));
}

TEST_CASE("an address that is taken is named") {
    Serving serving;
    const Ran second = run({NASKAH_COMMAND, "--office", (serving.folder() / "kantor").string(), "serve",
                            "--listen", "127.0.0.1:" + std::to_string(serving.port())});
    CHECK(second.exit_code == 69);
    CHECK_THAT(second.err, Contains("127.0.0.1:" + std::to_string(serving.port())) &&
                               Contains("alamat ini tidak dapat dipakai"));
}
