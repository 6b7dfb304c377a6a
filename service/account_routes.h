// Signing in, one's own account, the accounts of the office, and the log: the pages.
#pragma once

#include "service/service.h"
#include "service/sign_in.h"

namespace naskah::service {

void add_sign_in_routes(Service& service, Site& site, std::shared_ptr<Staff> staff);
void add_account_routes(Service& service, Site& site, std::shared_ptr<Staff> staff);
void add_staff_routes(Service& service, Site& site, std::shared_ptr<Staff> staff);
void add_log_routes(Service& service, Site& site);

}  // namespace naskah::service
