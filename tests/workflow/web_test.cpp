// The web outside through libcurl: what a whole answer is, and of what is none, whether it can have arrived.
#include "workflow/web.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <optional>

#include "../support/script_server.h"
#include "../support/shell.h"

using namespace naskah;
using namespace naskah::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::optional<WebTrouble> trouble(Web& web, const WebRequest& request) {
    try {
        web.ask(request);
        return std::nullopt;
    } catch (const WebTrouble& what) {
        return what;
    }
}

ScriptServer::Script saying(std::string answer) {
    return
        [answer = std::move(answer)](int socket, const std::string&) { ScriptServer::say(socket, answer); };
}

// OpenSSL's own server with a certificate of our making.
class TlsServer {
public:
    TlsServer(const std::string& names, const std::string& days, const std::string& more = "-tls1_2") {
        const std::string key = (folder_ / "key.pem").string(), pem = certificate().string();
        const std::string csr = (folder_ / "csr.pem").string();
        REQUIRE(
            run({"openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", key, "-out", csr, "-subj", "/CN=CONTOH", "-addext", "subjectAltName=" + names})
                .exit_code == 0);
        REQUIRE(run({"openssl", "x509", "-req", "-in", csr, "-signkey", key, "-days", days,
                     "-copy_extensions", "copy", "-out", pem})
                    .exit_code == 0);
        // A port that was free a moment ago: s_server cannot say which it took.
        port_ = ScriptServer(saying("")).port();
        std::vector<std::string> command = {"openssl", "s_server", "-accept", std::to_string(port_),
                                            "-cert",   pem,        "-key",    key,
                                            "-www",    "-quiet"};
        command.push_back(more);
        server_ = start(command, folder_ / "out", folder_ / "err");
        for (int tries = 0; tries < 200 && !listens(); ++tries) std::this_thread::sleep_for(20ms);
    }
    ~TlsServer() {
        ::kill(server_, SIGTERM);
        wait_for(server_);
    }
    fs::path certificate() const { return folder_ / "cert.pem"; }
    std::string url(const std::string& host = "127.0.0.1") const {
        return "https://" + host + ":" + std::to_string(port_) + "/";
    }

private:
    bool listens() const {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port_));
        const bool up = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        ::close(socket);
        return up;
    }
    Folder folder_;
    int port_ = 0;
    pid_t server_ = -1;
};

}  // namespace

TEST_CASE("an answer comes with its status, its headers in lower case and its body") {
    ScriptServer server(
        saying("HTTP/1.1 100 Continue\r\nX-Interim: ya\r\n\r\n"
               "HTTP/1.1 400 Bad\r\nContent-Type: Application/JSON; charset=utf-8\r\nID_Dokumen:  abc \r\n"
               "Content-Length: 4\r\n\r\nisi!lebih"));
    const auto web = workflow::make_web();
    WebRequest request{.method = "POST", .url = server.url("/a?b=c"), .body = to_bytes("badan")};
    request.headers = {{"Content-Type", "text/plain"}, {"X-Kosong", ""}};
    const WebAnswer answer = web->ask(request);
    CHECK(answer.status == 400);
    CHECK(answer.content_type == "application/json");
    CHECK(as_text(answer.body) == "isi!");
    CHECK(answer.headers == std::vector<std::pair<std::string, std::string>>{
                                {"content-type", "Application/JSON; charset=utf-8"},
                                {"id_dokumen", "abc"},
                                {"content-length", "4"}});
    const std::string sent = server.requests().at(0);
    CHECK_THAT(sent, Catch::Matchers::StartsWith("POST /a?b=c HTTP/1.1\r\n"));
    CHECK_THAT(sent, Contains("Content-Type: text/plain\r\n") && Contains("X-Kosong:\r\n"));
    CHECK_THAT(sent, Catch::Matchers::EndsWith("\r\n\r\nbadan"));
    CHECK_THAT(sent, !Contains("Expect") && !Contains("Cookie") && !Contains("Accept-Encoding"));
}

TEST_CASE("no redirection is followed and nothing is sent twice") {
    SECTION("a redirection is an answer like any other") {
        ScriptServer server(saying("HTTP/1.1 302 Found\r\nLocation: /lain\r\nContent-Length: 0\r\n\r\n"));
        CHECK(workflow::make_web()->ask({.url = server.url()}).status == 302);
        CHECK(server.requests().size() == 1);
    }
    SECTION("a connection that dies is not tried again, not even after one that went well") {
        bool first = true;
        ScriptServer server([&](int socket, const std::string&) {
            if (std::exchange(first, false))
                ScriptServer::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        const auto web = workflow::make_web();
        const WebRequest request{.method = "POST", .url = server.url(), .body = to_bytes("sekali")};
        CHECK(web->ask(request).status == 200);
        const auto what = trouble(*web, request);
        REQUIRE(what);
        CHECK_FALSE(what->surely_unsent);
        CHECK(server.requests().size() == 2);
    }
}

TEST_CASE("of an answer that is not whole it is unknown whether the other side acted") {
    struct Row {
        const char* name;
        std::string answer;
        const char* words;
    };
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    for (const Row& row : std::initializer_list<Row>{
             {"nothing at all", "", "terputus"},
             {"cut off in the head", ok + "Content-Le", "terputus"},
             {"cut off in the body", ok + "Content-Length: 100\r\n\r\nseparuh", "terputus"},
             {"cut off in a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n20\r\nseparuh", "terputus"},
             {"too large, as it says", ok + "Content-Length: 5000\r\n\r\n" + std::string(5000, 'x'),
              "lebih besar"},
             {"too large without saying so", ok + "\r\n" + std::string(5000, 'x'), "lebih besar"},
             {"too many headers", ok + "X: " + std::string(80'000, 'y') + "\r\n\r\n", "lebih besar"},
             {"no HTTP", "SSH-2.0-OpenSSH\r\n", "tidak dapat dibaca"},
         }) {
        INFO(row.name);
        ScriptServer server(saying(row.answer));
        const auto what = trouble(*workflow::make_web(), {.method = "POST",
                                                          .url = server.url("/rahasia-di-alamat"),
                                                          .body = to_bytes("kata-sandi"),
                                                          .largest_answer = 4096});
        REQUIRE(what);
        CHECK_FALSE(what->surely_unsent);
        CHECK_THAT(what->what, Contains(row.words));
        CHECK_THAT(what->what, Contains("127.0.0.1:" + std::to_string(server.port())));
        CHECK_THAT(what->what, !Contains("rahasia") && !Contains("kata-sandi"));
    }
}

TEST_CASE("whoever is slow is left at the limit, and what it did meanwhile is unknown") {
    ScriptServer* self = nullptr;
    ScriptServer server([&](int socket, const std::string&) {
        ScriptServer::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while (!self->ending()) {
            ScriptServer::say(socket, "x");
            std::this_thread::sleep_for(5ms);
            pollfd gone{socket, POLLRDHUP, 0};
            if (::poll(&gone, 1, 0) > 0) return;
        }
    });
    self = &server;
    const auto what = trouble(*workflow::make_web(), {.url = server.url(), .limit = 150ms});
    REQUIRE(what);
    CHECK_FALSE(what->surely_unsent);
    CHECK_THAT(what->what, Contains("batas waktu"));
}

TEST_CASE("what cannot have arrived is known not to have") {
    const auto web = workflow::make_web();
    struct Row {
        std::string url;
        const char* words;
    };
    const int closed = ScriptServer(saying("")).port();
    for (const Row& row : std::initializer_list<Row>{
             {"http://127.0.0.1:" + std::to_string(closed) + "/", "tidak dapat dihubungi"},
             {"https://127.0.0.1:" + std::to_string(closed) + "/", "tidak dapat dihubungi"},
             {"http://tidak-ada.invalid/", "tidak ditemukan"},
             {"file:///etc/passwd", "http://"},
             {"ftp://127.0.0.1/", "http://"},
             {"gopher://127.0.0.1/", "http://"},
             {"http://nama:sandi@127.0.0.1/", "nama pengguna"},
             {"bukan alamat", "tidak dapat dibaca"},
             {"", "tidak dapat dibaca"},
         }) {
        INFO(row.url);
        const auto what = trouble(*web, {.url = row.url});
        REQUIRE(what);
        CHECK(what->surely_unsent);
        CHECK_THAT(what->what, Contains(row.words) && !Contains("sandi"));
    }
    ScriptServer server(saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    for (const auto& header : std::initializer_list<std::pair<std::string, std::string>>{
             {"X", "a\r\nY: b"}, {"X\nY", "b"}, {"X: Y", "b"}, {"", "b"}}) {
        const auto what = trouble(*web, {.url = server.url(), .headers = {header}});
        REQUIRE(what);
        CHECK(what->surely_unsent);
    }
    CHECK(server.requests().empty());
}

TEST_CASE("a server must prove its name before anything is said to it") {
    const std::string good = "IP:127.0.0.1,DNS:localhost";
    SECTION("proved against the authorities that were named") {
        const TlsServer server(good, "2");
        CHECK(workflow::make_web(server.certificate())->ask({.url = server.url()}).status == 200);
        CHECK(workflow::make_web(server.certificate())->ask({.url = server.url("localhost")}).status == 200);
        const auto what = trouble(*workflow::make_web(), {.url = server.url()});  // the system's alone
        REQUIRE(what);
        CHECK(what->surely_unsent);
        CHECK_THAT(what->what, Contains("sertifikat TLS"));
    }
    SECTION("another name") {
        const TlsServer server("DNS:lain.contoh.example", "2");
        const auto what = trouble(*workflow::make_web(server.certificate()), {.url = server.url()});
        REQUIRE(what);
        CHECK(what->surely_unsent);
        CHECK_THAT(what->what, Contains("sertifikat TLS"));
    }
    SECTION("expired") {
        const TlsServer server(good, "-1");
        const auto what = trouble(*workflow::make_web(server.certificate()), {.url = server.url()});
        REQUIRE(what);
        CHECK(what->surely_unsent);
    }
    SECTION("TLS of yesterday") {
        const TlsServer server(good, "2", "-tls1_1");
        const auto what = trouble(*workflow::make_web(server.certificate()), {.url = server.url()});
        REQUIRE(what);
        CHECK(what->surely_unsent);
        CHECK_THAT(what->what, Contains("TLS"));
    }
    SECTION("no TLS at all") {
        ScriptServer server(saying("HTTP/1.1 200 OK\r\n\r\n"));
        const auto what =
            trouble(*workflow::make_web(),
                    {.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/", .limit = 2000ms});
        REQUIRE(what);
        CHECK(what->surely_unsent);
    }
}
