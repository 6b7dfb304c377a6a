// The service of an office, whole: every group of routes in one table. `naskah serve` and the tests both make
// it here, so that no route exists in one of them only.
#pragma once

#include "service/service.h"

namespace naskah::service {

void add_all_routes(Service& service, Site& site);

}  // namespace naskah::service
