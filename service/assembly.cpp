#include "service/assembly.h"

#include "service/editor_routes.h"
#include "service/health.h"

namespace naskah::service {

void add_all_routes(Service& service, Site& site) {
    service.observe_by([&site](const Observation& seen) {
        site.metrics().count_request(seen.pattern, known_method(seen.request.method), seen.response.status,
                                     seen.took, seen.response.body.size());
    });
    add_health_routes(service, site);
    add_public_routes(service, site);
    add_editor_routes(service, site);
}

}  // namespace naskah::service
