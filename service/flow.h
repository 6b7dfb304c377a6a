// The pages of those who check and sign: the queue of each, a letter to read, what to decide about it, and
// the signing of many with one PIN.
#pragma once

#include "service/service.h"
#include "workflow/signing_round.h"

namespace naskah::service {

// Signing rounds of this process. Those that a crash left open are taken up beside the requests once the
// site's background work starts, and at its end the letters in hand are finished.
std::shared_ptr<workflow::SigningRounds> make_signing_rounds(Site& site);

void add_checking_routes(Service& service, Site& site);
void add_signing_routes(Service& service, Site& site, std::shared_ptr<workflow::SigningRounds> rounds);

}  // namespace naskah::service
