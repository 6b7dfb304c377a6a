// The service without its sockets: a request in, a response out. Chooses the route, decides access, guards
// against forged forms, turns what was thrown into a page, and adds the headers that every response has.
#pragma once

#include <functional>
#include <vector>

#include "service/message.h"
#include "service/router.h"
#include "service/site.h"

namespace naskah::service {

// Who sent a request, by its cookie or token; nothing if nobody has signed in.
using Recognise = std::function<std::optional<Session>(const Request&, Instant)>;
// Told after each response: for metrics and the log. `pattern` is the route's, or "-" if there was none.
struct Observation {
    const Request& request;
    const Response& response;
    std::string pattern;
    const workflow::Person* person = nullptr;
    std::string error;    // what an exception said that was our fault; never shown to whoever asked
    std::string refusal;  // why it was no request
    std::chrono::microseconds took{};
};
using Observe = std::function<void(const Observation&)>;

// A method of HTTP, or "-": what others invent is never counted or logged by its name.
std::string known_method(const std::string& method);

class Service {
public:
    explicit Service(Site& site);

    Router& router() { return router_; }
    void recognise_by(Recognise recognise) { recognise_ = std::move(recognise); }
    void observe_by(Observe observe) { observers_.push_back(std::move(observe)); }

    // Addresses besides this machine whose programs may read what Access::watchers() guards.
    void let_watch(std::vector<std::string> addresses) { watchers_ = std::move(addresses); }
    bool may_watch(const Request& request) const;

    // Safe from any thread; never throw.
    Response handle(const Request& request) noexcept;
    // To what is no request, or none that is taken: a page or a problem with the refusal's status.
    Response refuse(const Request& request, const Refusal& refusal) noexcept;

private:
    Response observed(const Request& request,
                      const std::function<Response(Visit&, Observation&)>& answer) noexcept;
    Response answer(Visit& visit, Observation& seen);
    Response turn_away(const Visit& visit, const Trouble& trouble) const;
    Response admit(Visit& visit, const Router::Match& match);

    Site& site_;
    Router router_;
    Recognise recognise_;
    std::vector<Observe> observers_;
    std::vector<std::string> watchers_;
};

// Each group of routes adds itself to the table.
struct Checking;  // checking.h
void add_public_routes(Service& service, Site& site, std::shared_ptr<Checking> checking);

}  // namespace naskah::service
