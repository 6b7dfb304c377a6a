#include "service/assembly.h"

#include "service/account_routes.h"
#include "service/agenda_routes.h"
#include "service/api.h"
#include "service/editor_routes.h"
#include "service/health.h"
#include "service/settings_routes.h"

namespace naskah::service {

void add_all_routes(Service& service, Site& site, Fittings fittings) {
    if (!fittings.staff)
        fittings.staff = std::make_shared<Staff>(site.database(), site.root(), site.random());
    service.observe_by([&site](const Observation& seen) {
        site.metrics().count_request(seen.pattern, known_method(seen.request.method), seen.response.status,
                                     seen.took, seen.response.body.size());
    });
    add_health_routes(service, site);
    const auto checking = std::make_shared<Checking>();
    add_public_routes(service, site, checking);
    add_sign_in_routes(service, site, fittings.staff);
    add_account_routes(service, site, fittings.staff);
    add_staff_routes(service, site, fittings.staff);
    add_log_routes(service, site);
    add_editor_routes(service, site);
    add_agenda_routes(service, site);
    add_office_routes(service, site);
    add_official_routes(service, site);
    add_signing_rule_routes(service, site);
    add_series_routes(service, site);
    add_checking_routes(service, site);
    const auto rounds = fittings.rounds ? fittings.rounds : make_signing_rounds(site);
    add_signing_routes(service, site, rounds);
    add_api_routes(service, site, checking, rounds);
}

}  // namespace naskah::service
