#include "service/assembly.h"

#include "service/account_routes.h"

namespace naskah::service {

void add_all_routes(Service& service, Site& site, Fittings fittings) {
    if (!fittings.staff)
        fittings.staff = std::make_shared<Staff>(site.database(), site.root(), site.random());
    add_public_routes(service, site);
    add_sign_in_routes(service, site, fittings.staff);
    add_account_routes(service, site, fittings.staff);
    add_staff_routes(service, site, fittings.staff);
    add_log_routes(service, site);
}

}  // namespace naskah::service
