// How the service is, for the programs of whoever runs it.
#include <algorithm>

#include "core/version.h"
#include "service/health.h"
#include "service/service.h"
#include "workflow/certificates.h"

namespace naskah::service {
namespace {

// A look that began this long ago and has not ended waits for something that does not answer.
constexpr std::chrono::seconds stale(20);

}  // namespace

void Health::look() {
    Found found;
    found.at = site_.clock().now();
    found.looked = true;
    try {
        const auto start = std::chrono::steady_clock::now();
        site_.database()->read([](storage::Connection& connection) { connection.run("SELECT 1"); });
        found.database = true;
        found.database_took =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
        const auto desk = site_.desk();
        found.unfinished = desk->letters().unfinished().size();
        found.certificate_days = workflow::certificates(desk->office(), found.at).days_left();
    } catch (const Error&) {
        found.database = false;
    }
    const std::lock_guard lock(mutex_);
    found_ = found;
}

Health::Found Health::found() const {
    const std::lock_guard lock(mutex_);
    return found_;
}

Response Health::answer(bool all) const {
    const Found found = this->found();
    const Instant now = site_.clock().now();
    const bool serving = found.database && now - found.at < stale;
    Json body = {{"status", serving ? "ok" : "down"}};
    if (all) {
        body["version"] = version;
        body["database"] = {{"answers", serving},
                            {"milliseconds", static_cast<double>(found.database_took.count()) / 1000.0}};
        body["signer"] = {{"ready", found.certificate_days && *found.certificate_days >= 0},
                          {"certificate_days_left",
                           found.certificate_days ? Json(*found.certificate_days) : Json(nullptr)}};
        body["unfinished_letters"] = found.unfinished;
        body["seconds_ago"] = std::max<std::int64_t>(
            0, std::chrono::duration_cast<std::chrono::seconds>(now - found.at).count());
    }
    return json_response(body, serving ? 200 : 503);
}

void add_health_routes(Service& service, Site& site) {
    const auto health = std::make_shared<Health>(site);
    site.background().every("health", std::chrono::seconds(5), [health](const std::stop_token&) {
        health->watched = true;
        health->look();
    });
    site.metrics().watch("database_up", "1 while the database answers.",
                         [health] { return health->found().database ? 1.0 : 0.0; });
    site.metrics().watch("database_seconds", "Time of the last question to the database.", [health] {
        return static_cast<double>(health->found().database_took.count()) / 1e6;
    });
    site.metrics().watch(
        "certificate_days_left",
        "Until the first certificate in use ends; -1 and below, or none known: it has.",
        [health] { return static_cast<double>(health->found().certificate_days.value_or(-1)); });
    site.metrics().watch("unfinished_letters", "Letters with a number and without a signature.",
                         [health] { return static_cast<double>(health->found().unfinished); });

    service.router().add({"GET", "/healthz", Access::anyone(), [health, &service](Visit& visit) {
                              if (!health->watched) health->look();
                              return health->answer(service.may_watch(visit.request));
                          }});
    service.router().add({"GET", "/metrics", Access::watchers(), [&site](Visit&) {
                              Response response;
                              response.type = "text/plain; version=0.0.4; charset=utf-8";
                              response.body = site.metrics().text();
                              return response;
                          }});
}

}  // namespace naskah::service
