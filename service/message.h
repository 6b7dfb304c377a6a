// HTTP/1.1 messages as bytes (RFC 9110, 9112), without sockets. Strict wherever two readers could disagree on
// what a message says or where it ends: what is not plainly well-formed is refused, nothing is guessed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "service/http.h"

namespace naskah::service {

inline constexpr std::size_t largest_head = 16 << 10;
inline constexpr std::size_t largest_target = 8000;
inline constexpr std::size_t most_headers = 100;

// Why a message is not taken: the status that says so, and the reason for the log.
struct Refusal {
    int status = 400;
    const char* reason = "";
};

// All of a request but its body.
struct Head {
    std::string method;
    std::string path;   // decoded; begins with '/', or is "*"
    std::string query;  // as it came
    Fields headers;     // names in lower case
    std::optional<std::size_t> length;
    bool chunked = false;
    bool keep_alive = true;
    bool expects_continue = false;
};

// `text` ends with the empty line.
std::variant<Head, Refusal> parse_head(std::string_view text);

// Requests out of the bytes of one connection, as they come in.
class Incoming {
public:
    enum class State {
        head,     // more bytes are needed, of the head
        decide,   // the head is there: the caller looks at it and calls admit() or refuse()
        body,     // more bytes are needed, of the body
        whole,    // head() and body() may be taken; then next() begins with the bytes behind them
        refused,  // refusal() says why; nothing that follows can be understood
    };
    void add(std::string_view bytes) { buffer_.append(bytes); }
    State advance();
    State state() const { return state_; }

    void admit(std::size_t largest_body);  // after `decide`
    void refuse(Refusal refusal);
    void next();  // after `whole`

    const Head& head() const { return head_; }
    Head take_head() { return std::move(head_); }
    std::string take_body() { return std::move(body_); }
    const Refusal& refusal() const { return refusal_; }
    // Nothing of a next request has come.
    bool untouched() const { return state_ == State::head && buffer_.empty(); }
    std::size_t held() const { return buffer_.size() + body_.size(); }

private:
    State read_head();
    State read_length();
    State read_chunks();

    State state_ = State::head;
    Head head_;
    Refusal refusal_;
    std::string buffer_, body_;
    std::size_t searched_ = 0;  // of the buffer: no end of the head before here
    std::size_t largest_body_ = 0;
    std::optional<std::size_t> chunk_;  // what is missing of the present chunk
    bool trailer_ = false;              // the last chunk has come
};

// The parts of multipart/form-data (RFC 7578). Nothing if it is malformed or has no end.
struct Part {
    std::string name, filename, type;
    std::string_view content;  // of the body
    bool is_file = false;      // names a file, or has a type of its own
};
std::optional<std::vector<Part>> parse_multipart(std::string_view body, std::string_view content_type,
                                                 std::size_t most = 10'000);

// A response as bytes; of one with a spool only the head. Throws Error(internal) if a header of it would
// break the message.
std::string to_bytes(const Response& response, bool head_only, bool keep_alive, std::string_view date);
// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::chrono::sys_seconds time);
const char* reason_phrase(int status);

}  // namespace naskah::service
