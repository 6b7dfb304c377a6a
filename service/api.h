// The service for programs: JSON under /api/v1, described in docs/openapi.yaml, which a test holds against
// the routes. Errors are problem+json; every POST may carry an idempotency key.
#pragma once

#include <memory>

#include "service/checking.h"
#include "service/service.h"
#include "storage/replays.h"
#include "workflow/drafting.h"
#include "workflow/signing_round.h"

namespace naskah::service {

// What came in a JSON object, read member by member. What is missing, of the wrong type or unknown is
// collected, so that a program is told of all at once.
class Members {
public:
    // Problem: media type (415), form of JSON (400).
    explicit Members(const Request& request);

    std::string text(const char* name, bool required);
    std::int64_t number(const char* name);
    Json object(const char* name);
    Json list(const char* name, std::size_t most);
    bool has(const char* name) const { return json_.contains(name); }
    // Throws Error(data) with everything that was wrong, members that nobody read among it.
    void done() const;

    int status = 0;  // 0: readable; else the status of the refusal
    const std::vector<Problem>& problems() const { return problems_; }

private:
    const Json* take(const char* name, bool required, bool (Json::*is)() const noexcept, const char* type);

    Json json_ = Json::object();
    std::vector<std::string> taken_;
    std::vector<Problem> problems_;
};

// What the idempotency key of a request says.
struct Once {
    std::string seed;    // the same whenever this request is carried out again; empty: there is no key
    bool again = false;  // it may have been carried out already, by a process that was cut off
};

class Api {
public:
    Api(Service& service, Site& site);

    void get(const std::string& pattern, Access access, Handler handler,
             const std::string& type = "application/json");
    // With the body read, and answered from the store when its idempotency key has been answered before.
    using Posted = std::function<Response(Visit&, Members&, const Once&)>;
    void post(const std::string& pattern, Access access, Posted handler);
    using Put = std::function<Response(Visit&, Members&)>;
    void put(const std::string& pattern, Access access, Put handler);

    Site& site() const { return site_; }
    Service& service() const { return service_; }
    Response problem(const Visit& visit, int status, const std::string& title,
                     const std::vector<Problem>& problems = {}) const {
        return site_.problem(visit, status, title, problems);
    }
    workflow::Drafting drafting(workflow::Desk& desk, Random& random) const;

private:
    Response read(Visit& visit, const Put& handler) const;
    Response once(Visit& visit, const Posted& handler) const;

    Service& service_;
    Site& site_;
    std::shared_ptr<storage::Replays> replays_;
};

// Pages of a list: how many are wanted, and where the page before ended. Throw Error(usage).
int limit_of(const Request& request, int most = 200, int usual = 50);
std::int64_t cursor_of(const Request& request);
std::string to_cursor(std::int64_t position);  // opaque: programs hand it back as it is
// {"items": [...], "next": cursor or null}
Response page_of(Json items, std::optional<std::int64_t> next);
// Query parameters that nobody knows are mistakes. Throws Error(usage).
void only_parameters(const Request& request, const std::vector<std::string>& known);
// The revision that If-Match names; nothing if it is not there or not of ours.
std::optional<std::int64_t> if_match(const Request& request);

Json to_json(const storage::Draft& draft, const workflow::Drafting& drafting, const workflow::Person& who);
Json to_json(const storage::Letter& letter, const workflow::Office& office, bool whole);

void add_api_letters(Api& api);
void add_api_drafts(Api& api);
void add_api_public(Api& api, const std::shared_ptr<Checking>& checking);
void add_api_rounds(Api& api, const std::shared_ptr<workflow::SigningRounds>& rounds);
void add_api_routes(Service& service, Site& site, const std::shared_ptr<Checking>& checking,
                    const std::shared_ptr<workflow::SigningRounds>& rounds);

}  // namespace naskah::service
