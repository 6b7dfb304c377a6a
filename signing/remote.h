// What the two kinds of signing services have in common: how a question is put, and what an answer that is
// none means for whoever asked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/web.h"

namespace naskah::signing {

// The application's own name and password at a service.
struct Application {
    std::string name, password;
    ~Application() {
        wipe(name);
        wipe(password);
    }
};

// Whether the question makes a signature, so that an answer that got lost leaves the outcome unknown.
enum class Asks { something, a_signature };

struct Question {
    std::string method = "POST", url;
    std::string authorization;  // the header's value; wiped
    std::string content_type = "application/json";
    std::string accept = "application/json";
    Bytes body;  // wiped
    std::chrono::milliseconds limit{60'000};
    std::size_t largest_answer = 64U << 20U;
    ~Question() {
        wipe(authorization);
        wipe(body);
    }
};

// The answer, whatever its status. Throws Error(outside) if nothing can have arrived, or if no signature was
// asked for; else Error(unknown). `headers`: of an answer that was cut off.
WebAnswer put(Web& web, Question question, Asks asks,
              std::vector<std::pair<std::string, std::string>>* headers = nullptr);

std::string basic(const Application& application);  // value of Authorization (RFC 7617)
std::string header(const WebAnswer& answer, const std::string& name);
// An object, or null for anything else: a proxy's page in HTML, an empty body.
Json object_in(const WebAnswer& answer);
std::string text_of(const Json& object, const char* member);  // "" if there is none, or no text

// The body of a question that holds secrets; the caller's Json is emptied and wiped as far as it can be.
Bytes body_of(Json& secrets);

std::string host_of(const std::string& url);  // for messages: no path, no name
[[noreturn]] void throw_unknown(const std::string& what, const std::string& host);

}  // namespace naskah::signing
