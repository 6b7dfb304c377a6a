// The web outside as an argument, like the clock: signing and verify ask through it, a test answers as it
// likes, and a caller without it asks nobody.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace naskah {

struct WebRequest {
    std::string method = "GET";
    std::string url;  // http or https; never with a password, a passphrase or a NIK in it
    std::vector<std::pair<std::string, std::string>> headers;
    Bytes body;
    std::chrono::milliseconds connect_limit{5'000};
    std::chrono::milliseconds limit{30'000};  // for the whole exchange
    std::size_t largest_answer = 16U << 20U;  // more is as bad as no answer
};

struct WebAnswer {
    int status = 0;
    std::string content_type;                                  // without parameters, lower case
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    Bytes body;
};

// No whole answer came.
struct WebTrouble {
    // Nothing of the request can have arrived (name, connection, TLS). If not: whether the other side acted
    // on it is unknown.
    bool surely_unsent = false;
    std::string what;  // Indonesian, with the host, never with what was sent
    // Of the answer that was cut off, as far as they came; names in lower case.
    std::vector<std::pair<std::string, std::string>> headers = {};
};

class Web {
public:
    virtual ~Web() = default;
    // One exchange; follows no redirection, retries nothing, keeps no cookies. Throws WebTrouble. Safe from
    // any thread.
    virtual WebAnswer ask(const WebRequest& request) = 0;
};

}  // namespace naskah
