// Beast asserts five octets of a last chunk that comes again; without a chunk before it there may be four,
// and nothing hangs on it. A client's bytes must not end a build that has assertions.
#define BOOST_DISABLE_ASSERTS
#include "service/message.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>
#include <cstdio>
#include <limits>

#include "core/error.h"
#include "core/text.h"

namespace naskah::service {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;

constexpr std::string_view line_end = "\r\n";

std::string_view plain(beast::string_view text) { return {text.data(), text.size()}; }

std::optional<Refusal> read_target(std::string_view target, Head& head) {
    if (head.method.size() > 20) return Refusal{400, "method"};
    if (target.size() > largest_target) return Refusal{414, "target too long"};
    for (const char c : target)
        if (c <= 0x20 || c == 0x7f) return Refusal{400, "target with a control character"};
    if (target == "*") {
        if (head.method != "OPTIONS") return Refusal{400, "target * is for OPTIONS"};
        head.path = "*";
        return std::nullopt;
    }
    if (const std::string start = lower(target.substr(0, 8)); start.starts_with("http://")) {
        target.remove_prefix(std::min(target.find('/', 7), target.size()));
        if (target.empty()) target = "/";
    } else if (start == "https://") {
        target.remove_prefix(std::min(target.find('/', 8), target.size()));
        if (target.empty()) target = "/";
    }
    if (!target.starts_with('/')) return Refusal{400, "target is no path"};
    target = target.substr(0, target.find('#'));
    const std::size_t mark = std::min(target.find('?'), target.size());
    auto path = decode_percent(target.substr(0, mark), false);
    if (!path || first_bad_utf8(*path)) return Refusal{400, "path is malformed"};
    for (const char c : *path)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return Refusal{400, "path with a control character"};
    head.path = *std::move(path);
    head.query = target.substr(std::min(mark + 1, target.size()));
    return std::nullopt;
}

// Where the body ends (RFC 9112 6.3): whoever says it twice is refused, another reader might believe the
// other one.
std::optional<Refusal> check_headers(Head& head) {
    const auto lengths = head.headers.every("content-length");
    const auto codings = head.headers.every("transfer-encoding");
    // Beast takes "3, 3" and a length that is said again.
    if (lengths.size() > 1 || (!lengths.empty() && lengths.front().find(',') != std::string_view::npos))
        return Refusal{400, "two lengths"};
    if (!codings.empty()) {
        if (!lengths.empty() || head.http_1_0) return Refusal{400, "length and transfer coding"};
        if (codings.size() > 1 || lower(codings.front()) != "chunked")
            return Refusal{501, "unknown transfer coding"};
    }
    const auto hosts = head.headers.every("host");
    if (hosts.size() > 1 || (hosts.empty() && !head.http_1_0)) return Refusal{400, "not one host"};
    // Bodies are taken as they are: unpacking is a way to make a small message large.
    if (const auto coding = head.headers.get("content-encoding");
        !coding.empty() && lower(coding) != "identity")
        return Refusal{415, "coded body"};
    if (const auto expected = head.headers.get("expect"); !expected.empty()) {
        if (lower(expected) != "100-continue") return Refusal{417, "unknown expectation"};
        head.expects_continue = !head.http_1_0;
    }
    return std::nullopt;
}

// One request on its way through Beast's parser.
class Reading : public http::basic_parser<true> {
public:
    Reading() {
        eager(true);
        header_limit(largest_head + 4);
        body_limit(std::numeric_limits<std::uint64_t>::max());  // decided after the head
    }

    Head head{};
    std::string body{};
    std::optional<Refusal> refused{};

private:
    void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int version,
                         error_code& error) override {
        head.method = plain(method);
        head.http_1_0 = version == 10;
        refused = read_target(plain(target), head);
        if (refused) error = http::error::bad_target;
    }
    void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                       error_code& error) override {
        if (is_header_done()) return;  // a trailer: read and dropped
        if (head.headers.all.size() == most_headers) {
            refused = Refusal{431, "too many headers"};
            error = http::error::header_limit;
        }
        head.headers.all.emplace_back(lower(plain(name)), plain(value));
    }
    void on_header_impl(error_code& error) override {
        head.keep_alive = keep_alive();
        refused = check_headers(head);
        if (refused) error = http::error::bad_value;
    }
    // The room is made as bytes come, not as a head promises.
    std::size_t on_body_impl(beast::string_view bytes, error_code&) override {
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code& error) override {
        return on_body_impl(bytes, error);
    }
    void on_response_impl(int, beast::string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}
};

// Why Beast, or we above it, did not take a head. `text` ends with the empty line.
std::optional<Refusal> why_refused(std::string_view text, const Reading& reading, error_code error) {
    if (reading.refused) return reading.refused;
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    if (error == http::error::bad_version) {
        const std::string_view version = line.substr(line.rfind(' ') + 1);
        const bool other = version.starts_with("HTTP/") && !version.starts_with("HTTP/1.");
        return Refusal{other ? 505 : 400, error.message()};
    }
    if (error) return Refusal{400, error.message()};
    // Beast puts a folded line behind the one before it.
    if (text.find("\n ") != text.npos || text.find("\n\t") != text.npos) return Refusal{400, "folded header"};
    return std::nullopt;
}

}  // namespace

struct Incoming::Parser {
    beast::flat_buffer buffer{};
    std::size_t searched = 0;  // of the buffer: no end of the head before here
    std::optional<Reading> reading{std::in_place};
    std::string_view text() const { return {static_cast<const char*>(buffer.data().data()), buffer.size()}; }
};

Incoming::Incoming() : parser_(std::make_unique<Parser>()) {}
Incoming::~Incoming() = default;

void Incoming::add(std::string_view bytes) {
    const auto room = parser_->buffer.prepare(bytes.size());
    std::copy(bytes.begin(), bytes.end(), static_cast<char*>(room.data()));
    parser_->buffer.commit(bytes.size());
}

std::string Incoming::take_body() { return std::move(parser_->reading->body); }

std::size_t Incoming::held() const { return parser_->buffer.size() + parser_->reading->body.size(); }

Incoming::State Incoming::advance() {
    return state_ == State::head ? read_head() : state_ == State::body ? read_body() : state_;
}

Incoming::State Incoming::read_head() {
    Parser& parser = *parser_;
    const auto refuse_with = [this](Refusal refusal) {
        refuse(std::move(refusal));
        return state_;
    };
    if (parser.searched == 0)
        while (parser.text().starts_with(line_end)) parser.buffer.consume(2);  // RFC 9112 2.2
    const std::string_view text = parser.text();
    if (!text.empty() && text != "\r" && !is_token(text.substr(0, 1)))
        return refuse_with({400, "no request"});  // a TLS handshake, say: it would never end a line
    const std::size_t end = text.find("\r\n\r\n", parser.searched);
    if (end == std::string_view::npos || end > largest_head) {
        parser.searched = std::max<std::size_t>(text.size(), 3) - 3;
        if (text.size() <= largest_head) return state_;
        const bool long_target = text.find('\n') > largest_target + 40;
        return refuse_with(long_target ? Refusal{414, "target too long"} : Refusal{431, "head too large"});
    }
    error_code error;
    parser.reading->put(boost::asio::buffer(text.data(), end + 4), error);
    if (auto refusal = why_refused(text.substr(0, end + 4), *parser.reading, error))
        return refuse_with(*std::move(refusal));
    parser.buffer.consume(end + 4);
    head_ = std::move(parser.reading->head);
    return state_ = State::decide;
}

void Incoming::admit(std::size_t largest_body) {
    Reading& reading = *parser_->reading;
    if (reading.content_length().value_or(0) > largest_body) return refuse({413, "body too large"});
    reading.body_limit(largest_body);
    state_ = State::body;
}

Incoming::State Incoming::read_body() {
    Reading& reading = *parser_->reading;
    if (!reading.is_done() && parser_->buffer.size() > 0) {
        error_code error;
        parser_->buffer.consume(reading.put(parser_->buffer.data(), error));
        if (error == http::error::body_limit)
            refuse({413, "body too large"});
        else if (error && error != http::error::need_more)
            refuse({400, error.message()});
        else if (!reading.is_done() && parser_->buffer.size() > largest_head)
            refuse({400, "line of a chunk"});
    }
    if (state_ == State::body && reading.is_done()) state_ = State::whole;
    return state_;
}

void Incoming::refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    state_ = State::refused;
    *parser_ = {};
}

void Incoming::next() {
    state_ = State::head;
    head_ = {};
    parser_->searched = 0;
    parser_->reading.emplace();
    if (parser_->buffer.size() == 0) parser_->buffer.shrink_to_fit();
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
    });
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string http_date(std::chrono::sys_seconds time) {
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    char text[40];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

std::string to_bytes(const Response& response, bool head_only, bool keep_alive, std::string_view date) {
    std::string out;
    out.reserve(512 + (head_only ? 0 : response.body.size()));
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += plain(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status))));
    out += line_end;
    const auto add = [&out](std::string_view name, std::string_view value) {
        if (!is_token(name) || !is_field_value(value))
            throw Error(Code::internal, "kepala jawaban tidak sah", std::string(name));
        out.append(name).append(": ").append(value).append(line_end);
    };
    add("Date", date);
    const bool bodiless = response.status == 204 || response.status == 304;
    const std::uint64_t size = response.spool ? response.spool->size() : response.body.size();
    if (size != 0 && !bodiless) add("Content-Type", response.type);
    if (!bodiless) add("Content-Length", std::to_string(size));
    for (const auto& [name, value] : response.headers) add(name, value);
    add("Connection", keep_alive ? "keep-alive" : "close");
    out += line_end;
    if (!head_only && !bodiless && !response.spool) out += response.body;
    return out;
}

}  // namespace naskah::service
