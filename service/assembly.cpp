#include "service/assembly.h"

namespace naskah::service {

void add_all_routes(Service& service, Site& site) { add_public_routes(service, site); }

}  // namespace naskah::service
