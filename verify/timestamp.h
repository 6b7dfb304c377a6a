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
    Instant time;  // genTime, whether or not anything is true of it
    bool imprint_matches = false;
    std::vector<Finding> findings;  // about the token itself
    std::vector<Weakness> weaknesses;
    // The token is over this message and its own signature is right. Whether its authority is to be trusted
    // is another matter.
    bool is_sound() const { return imprint_matches && signer.digest_matches && signer.signature_matches; }
};

// `message` is what the token must have stamped. Nothing if `token` is not a well-formed timestamp
// token, whose genTime is a time in UTC that there is (RFC 3161 2.4.2).
std::optional<TimestampFacts> read_timestamp(const SignedData& token, Pieces message);

}  // namespace naskah::verify
