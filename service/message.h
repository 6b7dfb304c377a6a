// HTTP/1.1 messages as bytes (RFC 9110, 9112), without sockets. Strict wherever two readers could disagree on
// what a message says or where it ends: what is not plainly well-formed is refused, nothing is guessed.
// Beast's parser sees to the grammar; what it takes and we do not is refused on top of it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/http.h"

namespace naskah::service {

inline constexpr std::size_t largest_head = 16 << 10;
inline constexpr std::size_t largest_target = 8000;
inline constexpr std::size_t most_headers = 100;

// Why a message is not taken: the status that says so, and the reason for the log.
struct Refusal {
    int status = 400;
    std::string reason{};
};

// All of a request but its body.
struct Head {
    std::string method;
    std::string path;   // decoded; begins with '/', or is "*"
    std::string query;  // as it came
    Fields headers;     // names in lower case
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
};

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
    Incoming();
    ~Incoming();
    void add(std::string_view bytes);
    State advance();
    State state() const { return state_; }

    void admit(std::size_t largest_body);  // after `decide`
    void refuse(Refusal refusal);
    void next();  // after `whole`

    const Head& head() const { return head_; }  // empty until it is there whole
    Head take_head() { return std::move(head_); }
    std::string take_body();
    const Refusal& refusal() const { return refusal_; }
    // Nothing of a next request has come.
    bool untouched() const { return state_ == State::head && held() == 0; }
    std::size_t held() const;

private:
    State read_head();
    State read_body();

    struct Parser;
    std::unique_ptr<Parser> parser_;
    State state_ = State::head;
    Head head_;
    Refusal refusal_;
};

// A response as bytes; of one with a spool only the head. Throws Error(internal) if a header of it would
// break the message.
std::string to_bytes(const Response& response, bool head_only, bool keep_alive, std::string_view date);

bool is_token(std::string_view text);
// Visible characters, blanks, and octets beyond ASCII: no control character, so no line end and no NUL.
bool is_field_value(std::string_view text);
std::string lower(std::string_view text);  // of ASCII
// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::chrono::sys_seconds time);

}  // namespace naskah::service
