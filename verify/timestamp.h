// RFC 3161 timestamp tokens: in the unsigned attributes of a signature (untrusted input), or as a document
// timestamp.
#pragma once

#include <optional>
#include <vector>

#include "verify/algorithms.h"
#include "verify/signer.h"
#include "verify/verify.h"

namespace naskah::verify {

struct TimestampFacts {
    SignerFacts signer;
    std::optional<Instant> time;  // genTime, whether or not anything is true of it
    bool imprint_matches = false;
    std::vector<Finding> findings;  // about the token's certificate chain
    bool trusted = false;           // imprint, signature and chain are all good: `time` is proven
};

// `message` is what the token must have stamped. Nothing if `token` is not a well-formed timestamp token.
std::optional<TimestampFacts> check_timestamp(const SignedData& token, Pieces message,
                                              const Trust::Store& trust, Instant at);

}  // namespace naskah::verify
