// The pages of the buku agenda.
#pragma once

#include "service/service.h"

namespace naskah::service {

void add_agenda_routes(Service& service, Site& site);

}  // namespace naskah::service
