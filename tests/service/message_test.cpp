#include "service/message.h"

#include <catch2/catch.hpp>

#include "service/multipart.h"
#include "service/server.h"

using namespace naskah;
using namespace naskah::service;
using Catch::Matchers::Contains;
using State = Incoming::State;

namespace {

// How far a message gets that comes in pieces of that size: "200" when it is whole, else the status that
// refuses it, or "more".
std::string outcome(const std::string& message, std::size_t piece, std::size_t largest_body = 1000) {
    Incoming incoming;
    for (std::size_t at = 0; at < message.size(); at += piece) {
        incoming.add(std::string_view(message).substr(at, piece));
        for (;;) {
            const State state = incoming.advance();
            if (state == State::decide) {
                incoming.admit(largest_body);
                continue;
            }
            if (state == State::refused) return std::to_string(incoming.refusal().status);
            if (state == State::whole) return "200";
            break;
        }
    }
    return "more";
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";

}  // namespace

TEST_CASE("a request is taken or refused the same way, however its bytes arrive") {
    const struct {
        const char* outcome;
        std::string message;
    } rows[] = {
        {"200", get + "\r\n"},
        {"200", "\r\n" + get + "\r\n"},
        {"200", "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"200", "GET / HTTP/1.0\r\n\r\n"},
        {"200", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"200", "FOO-BAR /a?b#c HTTP/1.1\r\nHost:\t a \t\r\nX:\r\n\r\n"},
        {"200", post + "Content-Length: 3\r\n\r\nabc"},
        {"200", post + "Content-Length: 0\r\n\r\n"},
        {"200",
         post + "Transfer-Encoding: Chunked\r\n\r\n3;x=\"y\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n"},
        {"200", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"more", get},
        {"more", post + "Content-Length: 4\r\n\r\nabc"},
        {"more", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"},
        // the request line
        {"400", "GET /\r\n\r\n"},
        {"400", "GET / \r\n\r\n"},
        {"400", "/ HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET /%0d%0aX: HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET /% HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"400", "GET / HTCPCP/1.0\r\n\r\n"},
        {"505", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
        {"400", std::string("\x16\x03\x01\x02\x00", 5)},
        {"400", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28)},
        {"414", "GET /" + std::string(8200, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"414", "GET /" + std::string(20000, 'a')},
        // headers
        {"400", "GET / HTTP/1.1\r\n\r\n"},
        {"400", get + "Host: b\r\n\r\n"},
        {"400", get + "no colon\r\n\r\n"},
        {"400", get + ": x\r\n\r\n"},
        {"400", get + "A : x\r\n\r\n"},
        {"400", get + "A: x\r\n folded\r\n\r\n"},
        {"400", get + "A:\r\n\tfolded\r\n\r\n"},
        {"400", get + "A: x\r\n \r\n\r\n"},
        {"400", get + "Connection: ,;\r\n\r\n"},
        {"400", get + std::string("A: x\0y\r\n\r\n", 10)},
        {"400", get + "A: x\ny\r\n\r\n"},
        {"400", get + "A: x\ry\r\n\r\n"},
        {"400", "GET / HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\r\n\r\n"},
        {"431", get + repeated("A: x\r\n", 101) + "\r\n"},
        {"431", get + "A: " + std::string(17000, 'x')},
        {"417", get + "Expect: the unexpected\r\n\r\n"},
        // where the body ends
        {"400", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
        {"400", post + "Content-Length: 3, 3\r\n\r\nabc"},
        {"400", post + "Content-Length: +3\r\n\r\nabc"},
        {"400", post + "Content-Length: -3\r\n\r\nabc"},
        {"400", post + "Content-Length: 0x3\r\n\r\nabc"},
        {"400", post + "Content-Length: 99999999999999999999\r\n\r\nabc"},
        {"413", post + "Content-Length: 1001\r\n\r\n"},
        {"400", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"},
        {"400", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"501", post + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
        {"501", post + "Transfer-Encoding: gzip\r\n\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"415", post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\nz\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX"
                       "\r\n0\r\n\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"},
        {"413", post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"},
        {"413", post + "Transfer-Encoding: chunked\r\n\r\n" +
                    repeated("64\r\n" + std::string(100, 'x') + "\r\n", 11)},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(17000, 'x')},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n"},
        {"400", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + repeated("T: x\r\n", 3000)},
    };
    for (const auto& row : rows) {
        INFO(row.message.substr(0, 200));
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, row.message.size()})
            CHECK(outcome(row.message, piece) == row.outcome);
    }
}

TEST_CASE("requests that come together are answered one after the other") {
    Incoming incoming;
    incoming.add(post +
                 "Content-Length: 3\r\n\r\nabcGET /b%20c?d=%41 HTTP/1.1\r\nHost: a\r\nConnection: x, "
                 "Close\r\n\r\nrest");
    REQUIRE(incoming.advance() == State::decide);
    CHECK(incoming.head().keep_alive);
    incoming.admit(10);
    REQUIRE(incoming.advance() == State::whole);
    CHECK(incoming.take_body() == "abc");
    incoming.next();
    CHECK_FALSE(incoming.untouched());
    REQUIRE(incoming.advance() == State::decide);
    CHECK(incoming.head().path == "/b c");
    CHECK(incoming.head().query == "d=%41");
    CHECK_FALSE(incoming.head().keep_alive);
    incoming.admit(10);
    CHECK(incoming.advance() == State::whole);
}

TEST_CASE("a chunked body is put together") {
    Incoming incoming;
    incoming.add(post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0000002\r\nde\r\n0\r\n\r\n");
    REQUIRE(incoming.advance() == State::decide);
    incoming.admit(5);
    REQUIRE(incoming.advance() == State::whole);
    CHECK(incoming.take_body() == "abcde");
    incoming.next();
    CHECK(incoming.untouched());
}

TEST_CASE("the parts of a form are read, and half a form is none") {
    const std::string type = "multipart/form-data; charset=utf-8; boundary=\"x y\"";
    const std::string field = "--x y\r\nContent-Disposition: form-data; name=\"isi\"\r\n\r\nsatu\r\ndua\r\n";
    const std::string file =
        "--x y\r\ncontent-disposition: form-data; name=berkas; filename=\"a \\\"b\\\";c.pdf\"\r\n"
        "Content-Type: application/pdf\r\n\r\n%PDF\r\n--x\r\n";
    const std::string whole = "preamble\r\n" + field + file + "--x y--\r\nepilogue";
    const auto parts = parse_multipart(whole, type);
    REQUIRE(parts);
    REQUIRE(parts->size() == 2);
    CHECK((*parts)[0].name == "isi");
    CHECK((*parts)[0].content == "satu\r\ndua");
    CHECK_FALSE((*parts)[0].is_file);
    CHECK((*parts)[1].name == "berkas");
    CHECK((*parts)[1].filename == "a \"b\";c.pdf");
    CHECK((*parts)[1].type == "application/pdf");
    CHECK((*parts)[1].content == "%PDF\r\n--x");
    CHECK(parse_multipart("--x y--\r\n", type)->empty());
    CHECK(parse_multipart("--x y\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--x y--", type)
              ->front()
              .content.empty());

    const std::string rows[] = {
        "",
        "x",
        field,                                 // no end
        field + "--x y",                       // half an end
        field + file.substr(0, 30),            // headers without an end
        "--x y\r\n\r\nno headers\r\n--x y--",  //
        "--x y\r\nContent-Type: text/plain\r\n\r\na\r\n--x y--",
        "--x y\r\nContent-Disposition: form-data; name=\"a\r\n\r\na\r\n--x y--",
        "--x y\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\na\r\n--x y--",
        "--x yz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\na\r\n--x y--",
        "--x y\r\nContent-Disposition: form-data; name=\"a\"\r\nX: " + std::string(9000, 'x') +
            "\r\n\r\n\r\n--x y--",
    };
    for (const auto& body : rows) {
        INFO(body.substr(0, 200));
        CHECK_FALSE(parse_multipart(body, type));
    }
    for (const char* bad : {"multipart/form-data", "multipart/form-data; boundary=",
                            "multipart/form-data; boundary=\"x y", "multipart/form-data; limit=x"})
        CHECK_FALSE(parse_multipart(field + "--x y--", bad));
    CHECK_FALSE(parse_multipart(repeated(field, 11) + "--x y--", type, 10));
}

TEST_CASE("a form that would keep a backtracking reader busy is read at once") {
    // 20 MB of parts whose headers are full of quotation marks.
    std::string part = "--b\r\nContent-Disposition: form-data; name=\"";
    part += repeated("\"; filename=\"", 600) + "x\r\n\r\nx\r\n";
    const auto parts = parse_multipart(repeated(part, 2500) + "--b--", "multipart/form-data; boundary=b");
    REQUIRE(parts);
    CHECK(parts->size() == 2500);
    CHECK(parts->front().name.empty());
}

TEST_CASE("an answer that would break the message is not sent") {
    const auto bytes = [](Response response) { return to_bytes(response, false, true, "now"); };
    CHECK_THAT(bytes(redirect("/a")), Contains("HTTP/1.1 303 See Other\r\n") &&
                                          Contains("Location: /a\r\n") && Contains("Content-Length: 0\r\n"));
    CHECK_THROWS_AS(bytes(redirect("/a\r\nSet-Cookie: x=y")), Error);
    CHECK_THROWS_AS(bytes(Response{}.with("A B", "c")), Error);
    Response page;
    page.body = "isi";
    CHECK_THAT(to_bytes(page, true, false, "now"), Contains("Content-Length: 3\r\n") &&
                                                       Contains("Connection: close\r\n\r\n") &&
                                                       !Contains("isi"));
    Response unchanged;
    unchanged.status = 304;
    CHECK_THAT(bytes(unchanged), !Contains("Content-Length"));
}

TEST_CASE("dates are printed as HTTP prints them") {
    using namespace std::chrono;
    CHECK(http_date(sys_days(year{1994} / November / 6) + hours(8) + minutes(49) + seconds(37)) ==
          "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("only a proxy on this machine is believed when it names the sender") {
    const struct {
        const char *peer, *name, *value, *remote;
    } rows[] = {{"127.0.0.1", "x-real-ip", "198.51.100.7", "198.51.100.7"},
                {"::1", "x-real-ip", "2001:DB8::7", "2001:db8::7"},
                {"127.0.0.1", "x-real-ip", "evil\" }", "127.0.0.1"},
                {"127.0.0.1", "x-real-ip", "1.2.3.4, 5.6.7.8", "127.0.0.1"},
                {"127.0.0.1", "x-forwarded-for", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
                {"127.0.0.1", "x-forwarded-for", "unknown", "127.0.0.1"},
                {"203.0.113.1", "x-real-ip", "198.51.100.7", "203.0.113.1"},
                {"203.0.113.1", "x-forwarded-for", "198.51.100.7", "203.0.113.1"}};
    for (const auto& row : rows) {
        INFO(row.peer << " says " << row.name << ": " << row.value);
        Arrived arrived;
        arrived.head.headers.all = {
            {row.name, row.value}, {"x-forwarded-proto", "https"}, {"x-request-id", "abcdef0123456789"}};
        arrived.peer = row.peer;
        Request request;
        CHECK_FALSE(to_request(std::move(arrived), system_random(), request));
        CHECK(request.remote == row.remote);
        const bool local = std::string(row.peer) != "203.0.113.1";
        CHECK(request.secure == local);
        CHECK((request.request_id == "abcdef0123456789") == local);
    }
}
