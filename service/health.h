// How the service is, as it looked a moment ago: whether the database answers, whether letters can be signed,
// what a crash left unfinished. Looked at in the background, so that the answer comes at once even when the
// database does not.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "service/service.h"

namespace naskah::service {

class Health {
public:
    explicit Health(Site& site) : site_(site) {}

    struct Found {
        Instant at{};
        bool looked = false;
        bool database = false;
        std::chrono::microseconds database_took{};
        std::size_t unfinished = 0;  // letters with a number and without a signature
        bool signer = false;
        std::optional<int> certificate_days;  // until the first certificate in use ends
    };
    void look();
    Found found() const;

    // Serving: 200; the database does not answer: 503. A signer in trouble is told and stays 200, since
    // letters can still be checked.
    Response answer(bool all) const;

    std::atomic<bool> watched = false;  // somebody looks regularly

private:
    Site& site_;
    mutable std::mutex mutex_;
    Found found_;
};

// /healthz and /metrics. The background looks every few seconds once it is started.
void add_health_routes(Service& service, Site& site);

}  // namespace naskah::service
