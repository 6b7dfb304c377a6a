// The service of an office, whole: every group of routes in one table. `naskah serve` and the tests both make
// it here, so that no route exists in one of them only.
#pragma once

#include "service/flow.h"
#include "service/service.h"
#include "service/staff.h"

namespace naskah::service {

// What a test may bring of its own.
struct Fittings {
    std::shared_ptr<Staff> staff;  // accounts; null: over the site's database, with the usual effort
    std::shared_ptr<workflow::SigningRounds> rounds;  // null: make_signing_rounds()
};

void add_all_routes(Service& service, Site& site, Fittings fittings = {});

}  // namespace naskah::service
