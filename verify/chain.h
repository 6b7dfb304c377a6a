// Whether a certificate leads to a trusted root at a given time (RFC 5280 6), and whether it may sign
// documents.
#pragma once

#include <optional>
#include <vector>

#include "core/world.h"
#include "verify/certificate.h"
#include "verify/evidence.h"
#include "verify/path.h"
#include "verify/verify.h"

namespace naskah {
class Web;
}

namespace naskah::verify {

struct ChainQuestion {
    Certificate certificate;
    Instant at;                      // all certificates must be valid then
    bool at_is_proven = false;       // by a timestamp, so that a later revocation does no harm
    std::optional<Instant> claimed;  // when the signer says it was, if not proven; of a timestamp: its time
    Instant now;                     // of the check
    bool for_timestamps = false;     // extended key usage timeStamping, critical and alone (RFC 3161 2.3)
};

struct ChainFacts {
    std::vector<Finding> findings;
    // Every certificate below the root, and a fresh answer about each of them, stands in the file, so that
    // nobody need be asked any more: what level B-LT means.
    bool complete_in_file = false;
    std::size_t file_end = 0;  // behind all of that in the file
};

// The chains of one file.
class Chains {
public:
    // All of them outlive it. `web`: whom to ask about revocation when the evidence does not say, or nullptr.
    // Only addresses in certificates that lead to a trusted root are asked.
    Chains(const Trust::Store& trust, Evidence& evidence, Web* web)
        : paths_(trust, evidence), evidence_(evidence), web_(web) {}
    ChainFacts check(const ChainQuestion& question);

private:
    Paths paths_;
    Evidence& evidence_;
    Web* web_;
};

// The revocation lists and answers that came with the trust.
void add_evidence(const Trust::Store& trust, Evidence& evidence);

}  // namespace naskah::verify
