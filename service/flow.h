// The pages of those who check and sign: the queue of each, a letter to read, what to decide about it, and the
// signing of many with one PIN.
#pragma once

#include "service/service.h"
#include "workflow/drafting.h"
#include "workflow/signing_round.h"

namespace naskah::service {

void add_checking_routes(Service& service, Site& site, workflow::Directory people);
void add_signing_routes(Service& service, Site& site, workflow::Directory people,
                        std::shared_ptr<workflow::SigningRounds> rounds);

}  // namespace naskah::service
