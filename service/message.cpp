#include "service/message.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "core/error.h"
#include "core/text.h"

namespace naskah::service {
namespace {

constexpr std::string_view line_end = "\r\n";

bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
}

// Visible characters, blanks, and octets beyond ASCII: no control character, so no line end and no NUL.
bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
    });
}

std::optional<std::size_t> parse_number(std::string_view text, int base) {
    // Digits only: from_chars would take a sign.
    std::size_t value = 0;
    if (text.empty() || text.size() > 15 || text.front() == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "close, Upgrade" has "close".
bool lists(std::string_view value, std::string_view word) {
    while (!value.empty()) {
        const std::string_view item = value.substr(0, value.find(','));
        value.remove_prefix(std::min(item.size() + 1, value.size()));
        if (lower(trim(item)) == word) return true;
    }
    return false;
}

std::optional<Refusal> read_target(std::string_view target, Head& head) {
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

std::optional<Refusal> read_fields(std::string_view text, Fields& fields) {
    while (text != line_end) {
        const std::size_t end = text.find(line_end);
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 2);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
            return Refusal{400, "header name"};  // a folded line begins with a blank and ends here too
        const std::string_view value = line.substr(colon + 1);
        if (!is_field_value(value)) return Refusal{400, "header value"};
        if (fields.all.size() == most_headers) return Refusal{431, "too many headers"};
        fields.all.emplace_back(lower(line.substr(0, colon)), trim(value));
    }
    return std::nullopt;
}

// Where the body ends (RFC 9112 6.3). Whoever says it twice is refused: another reader might believe the
// other one.
std::optional<Refusal> read_framing(Head& head, bool http_1_0) {
    const auto lengths = head.headers.every("content-length");
    const auto codings = head.headers.every("transfer-encoding");
    if (lengths.size() > 1) return Refusal{400, "two lengths"};
    if (!codings.empty()) {
        if (!lengths.empty() || http_1_0) return Refusal{400, "length and transfer coding"};
        if (codings.size() > 1 || lower(codings.front()) != "chunked")
            return Refusal{501, "unknown transfer coding"};
        head.chunked = true;
    }
    if (!lengths.empty()) {
        head.length = parse_number(lengths.front(), 10);
        if (!head.length) return Refusal{400, "length is no number"};
    }
    const auto hosts = head.headers.every("host");
    if (hosts.size() > 1 || (hosts.empty() && !http_1_0)) return Refusal{400, "not one host"};
    // Bodies are taken as they are: unpacking is a way to make a small message large.
    if (const auto coding = head.headers.get("content-encoding");
        !coding.empty() && lower(coding) != "identity")
        return Refusal{415, "coded body"};
    if (const auto expected = head.headers.get("expect"); !expected.empty()) {
        if (lower(expected) != "100-continue") return Refusal{417, "unknown expectation"};
        head.expects_continue = !http_1_0;
    }
    const auto connection = head.headers.get("connection");
    head.keep_alive = http_1_0 ? lists(connection, "keep-alive") : !lists(connection, "close");
    return std::nullopt;
}

}  // namespace

std::variant<Head, Refusal> parse_head(std::string_view text) {
    const std::size_t end = text.find(line_end);
    const std::string_view line = text.substr(0, end);
    const std::size_t first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return Refusal{400, "request line"};
    Head head;
    head.method = line.substr(0, first);
    if (!is_token(head.method) || head.method.size() > 20) return Refusal{400, "method"};
    const std::string_view version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return Refusal{version.starts_with("HTTP/") ? 505 : 400, "version"};
    if (const auto refusal = read_target(line.substr(first + 1, last - first - 1), head)) return *refusal;
    if (const auto refusal = read_fields(text.substr(end + 2), head.headers)) return *refusal;
    if (const auto refusal = read_framing(head, version == "HTTP/1.0")) return *refusal;
    return head;
}

Incoming::State Incoming::advance() {
    switch (state_) {
        case State::head: return read_head();
        case State::body: return head_.chunked ? read_chunks() : read_length();
        default: return state_;
    }
}

Incoming::State Incoming::read_head() {
    if (searched_ < 2 && buffer_.starts_with(line_end)) buffer_.erase(0, 2);  // RFC 9112 2.2
    if (!buffer_.empty() && buffer_ != "\r" && !is_token_char(buffer_.front())) {
        refuse({400, "no request"});  // a TLS handshake, say: it would never end a line
        return state_;
    }
    const std::size_t end = buffer_.find("\r\n\r\n", searched_ < 3 ? 0 : searched_ - 3);
    if (end == std::string::npos || end > largest_head) {
        searched_ = buffer_.size();
        if (buffer_.size() > largest_head) {
            const bool long_target = buffer_.find('\n') > largest_target + 40;
            refuse(long_target ? Refusal{414, "target too long"} : Refusal{431, "head too large"});
        }
        return state_;
    }
    auto parsed = parse_head(std::string_view(buffer_).substr(0, end + 4));
    buffer_.erase(0, end + 4);
    searched_ = 0;
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
        refuse(*refusal);
    } else {
        head_ = std::get<Head>(std::move(parsed));
        state_ = State::decide;
    }
    return state_;
}

void Incoming::admit(std::size_t largest_body) {
    largest_body_ = largest_body;
    body_.clear();
    chunk_.reset();
    trailer_ = false;
    if (head_.length.value_or(0) > largest_body)
        refuse({413, "body too large"});
    else
        state_ = State::body;
}

void Incoming::refuse(Refusal refusal) {
    refusal_ = refusal;
    state_ = State::refused;
    std::string().swap(buffer_);
    std::string().swap(body_);
}

void Incoming::next() {
    state_ = State::head;
    head_ = {};
    std::string().swap(body_);
    if (buffer_.empty()) std::string().swap(buffer_);
}

Incoming::State Incoming::read_length() {
    const std::size_t length = head_.length.value_or(0);
    if (body_.empty() && buffer_.size() == length) {
        body_.swap(buffer_);
    } else {
        const std::size_t taken = std::min(length - body_.size(), buffer_.size());
        // The room is made as bytes come, not as a head promises.
        body_.append(buffer_, 0, taken);
        buffer_.erase(0, taken);
    }
    if (body_.size() == length) state_ = State::whole;
    return state_;
}

Incoming::State Incoming::read_chunks() {
    std::size_t at = 0;
    const auto refuse_with = [this](Refusal refusal) {
        refuse(refusal);
        return state_;
    };
    for (;;) {
        const std::string_view rest = std::string_view(buffer_).substr(at);
        if (chunk_ && *chunk_ > 0) {
            const std::size_t taken = std::min(*chunk_, rest.size());
            if (body_.size() + taken > largest_body_) return refuse_with({413, "body too large"});
            body_.append(rest.substr(0, taken));
            at += taken;
            if ((*chunk_ -= taken) > 0) break;
            continue;
        }
        const std::size_t end = rest.find(line_end);
        if (end == std::string_view::npos) {
            if (rest.size() > 300) return refuse_with({400, "line of a chunk"});
            break;
        }
        const std::string_view line = rest.substr(0, end);
        at += end + 2;
        if (trailer_) {  // trailers are read and dropped
            if (line.empty()) {
                state_ = State::whole;
                break;
            }
            if (line.size() > 300 || !is_field_value(line)) return refuse_with({400, "trailer"});
        } else if (chunk_) {  // the line end behind a chunk
            if (!line.empty()) return refuse_with({400, "end of a chunk"});
            chunk_.reset();
        } else {
            if (line.size() > 300 || !is_field_value(line)) return refuse_with({400, "line of a chunk"});
            const auto size = parse_number(trim(line.substr(0, line.find(';'))), 16);
            if (!size) return refuse_with({400, "size of a chunk"});
            if (*size > largest_body_ - std::min(largest_body_, body_.size()))
                return refuse_with({413, "body too large"});
            if (*size == 0)
                trailer_ = true;
            else
                chunk_ = *size;
        }
    }
    buffer_.erase(0, at);
    return state_;
}

namespace {

// The value of a parameter: form-data; name="a"; filename="b \"c\".pdf"
std::optional<std::string> parameter(std::string_view text, std::string_view wanted) {
    std::size_t at = text.find(';');
    while (at < text.size()) {
        ++at;
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
        const std::size_t name_at = at;
        while (at < text.size() && is_token_char(text[at])) ++at;
        const std::string name = lower(text.substr(name_at, at - name_at));
        std::string value;
        if (at < text.size() && text[at] == '=') {
            ++at;
            if (at < text.size() && text[at] == '"') {
                for (++at; at < text.size() && text[at] != '"'; ++at) {
                    if (text[at] == '\\' && at + 1 < text.size()) ++at;
                    value += text[at];
                }
                if (at == text.size()) return std::nullopt;
                ++at;
            } else {
                while (at < text.size() && text[at] != ';') value += text[at++];
                value = trim(value);
            }
        }
        if (name == wanted) return value;
        at = text.find(';', at);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::vector<Part>> parse_multipart(std::string_view body, std::string_view content_type,
                                                 std::size_t most) {
    const auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
    const std::string opening = "--" + *boundary, delimiter = "\r\n" + opening;
    std::size_t at = 0;
    if (!body.starts_with(opening)) {
        at = body.find(delimiter);
        if (at == std::string_view::npos) return std::nullopt;
        at += 2;
    }
    at += opening.size();
    std::vector<Part> parts;
    for (;;) {
        if (body.substr(at).starts_with("--")) return parts;
        while (at < body.size() && (body[at] == ' ' || body[at] == '\t')) ++at;
        if (!body.substr(at).starts_with(line_end) || parts.size() == most) return std::nullopt;
        const std::string_view rest = body.substr(at + 2);
        // A part without headers is legal elsewhere; in a form it would have no name.
        const std::size_t blank = rest.substr(0, 8192).find("\r\n\r\n");
        if (blank == std::string_view::npos) return std::nullopt;
        Fields fields;
        if (read_fields(rest.substr(0, blank + 4), fields)) return std::nullopt;
        const std::string disposition(fields.get("content-disposition"));
        const auto name = parameter(disposition, "name");
        if (!name || !lower(disposition).starts_with("form-data")) return std::nullopt;
        const auto filename = parameter(disposition, "filename");
        const std::size_t content = at + 2 + blank + 4;
        // An empty content may share its line end with the headers.
        const std::size_t end = body.find(delimiter, content - 2);
        if (end == std::string_view::npos) return std::nullopt;
        parts.push_back({.name = *name,
                         .filename = filename.value_or(""),
                         .type = std::string(fields.get("content-type")),
                         .content = end < content ? std::string_view() : body.substr(content, end - content),
                         .is_file = filename.has_value()});
        parts.back().is_file = parts.back().is_file || !parts.back().type.empty();
        at = end + delimiter.size();
    }
}

const char* reason_phrase(int status) {
    static const std::map<int, const char*> phrases = {{100, "Continue"},
                                                       {200, "OK"},
                                                       {201, "Created"},
                                                       {202, "Accepted"},
                                                       {204, "No Content"},
                                                       {206, "Partial Content"},
                                                       {301, "Moved Permanently"},
                                                       {302, "Found"},
                                                       {303, "See Other"},
                                                       {304, "Not Modified"},
                                                       {307, "Temporary Redirect"},
                                                       {308, "Permanent Redirect"},
                                                       {400, "Bad Request"},
                                                       {401, "Unauthorized"},
                                                       {403, "Forbidden"},
                                                       {404, "Not Found"},
                                                       {405, "Method Not Allowed"},
                                                       {406, "Not Acceptable"},
                                                       {408, "Request Timeout"},
                                                       {409, "Conflict"},
                                                       {410, "Gone"},
                                                       {412, "Precondition Failed"},
                                                       {413, "Content Too Large"},
                                                       {414, "URI Too Long"},
                                                       {415, "Unsupported Media Type"},
                                                       {417, "Expectation Failed"},
                                                       {422, "Unprocessable Content"},
                                                       {423, "Locked"},
                                                       {428, "Precondition Required"},
                                                       {429, "Too Many Requests"},
                                                       {431, "Request Header Fields Too Large"},
                                                       {500, "Internal Server Error"},
                                                       {501, "Not Implemented"},
                                                       {502, "Bad Gateway"},
                                                       {503, "Service Unavailable"},
                                                       {504, "Gateway Timeout"},
                                                       {505, "HTTP Version Not Supported"},
                                                       {507, "Insufficient Storage"}};
    const auto found = phrases.find(status);
    return found == phrases.end() ? "Status" : found->second;
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
    out += reason_phrase(response.status);
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
