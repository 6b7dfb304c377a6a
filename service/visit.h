// One request on its way through the service: who asks, in which language, at what moment.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/world.h"
#include "service/http.h"
#include "service/words.h"
#include "workflow/people.h"

namespace naskah::service {

struct Session {
    workflow::Person person;
    std::string csrf;    // what a form must send back
    std::string handle;  // names the session in the store; never sent anywhere
    // Where this person must go before anywhere else: a password that they were given, a phone that is not
    // set up. Until then they have no role. Empty: nothing is open.
    std::string must_first = {};
    bool by_token = false;  // came with an API token: no cookie, so no form can be forged
};

struct Visit {
    const Request& request;
    Instant now;
    Language language = Language::indonesian;
    std::optional<Session> session;            // nobody has signed in
    std::map<std::string, std::string> names;  // the {name}s of the route

    const workflow::Person* person() const { return session ? &session->person : nullptr; }
    // Of a route that only people may enter.
    const workflow::Person& someone() const { return session.value().person; }
};

}  // namespace naskah::service
