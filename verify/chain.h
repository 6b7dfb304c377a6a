// Whether a certificate leads to a trusted root at a given time (RFC 5280 6), and whether it may sign
// documents.
#pragma once

#include <optional>
#include <vector>

#include "core/world.h"
#include "verify/certificate.h"
#include "verify/verify.h"

namespace naskah::verify {

struct ChainQuestion {
    Certificate certificate;
    const std::vector<Certificate>& helpers;  // untrusted, from the file
    Instant at;                               // all certificates must be valid then
    bool at_is_proven = false;                // by a timestamp, so that a later revocation does no harm
    std::optional<Instant> claimed;           // when the signer says it was, if not proven
    bool for_timestamps = false;  // extended key usage timeStamping, critical and alone (RFC 3161 2.3)
};

std::vector<Finding> check_chain(const ChainQuestion& question, const Trust::Store& trust);

}  // namespace naskah::verify
