// The clerk's pages: my letters, a new one, the form with its preview, sending and taking back.
#pragma once

#include "service/service.h"

namespace naskah::service {

void add_editor_routes(Service& service, Site& site);

}  // namespace naskah::service
