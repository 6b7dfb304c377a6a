// One signature field, from its place in the file to the arithmetic of its signature. Whom to trust, and for
// which time, is judged afterwards for all signatures of the file together (verify/judge.h).
#pragma once

#include <optional>
#include <vector>

#include "verify/evidence.h"
#include "verify/history.h"
#include "verify/signer.h"
#include "verify/timestamp.h"
#include "verify/verify.h"

namespace naskah::verify {

struct CheckedSignature {
    Signature report;
    std::size_t begin = 0, end = 0;  // of its dictionary in the file, if it has a place there
    std::size_t covered_end = 0;     // 0 if its ByteRange is not sound
    bool is_baseline = false;        // as EN 319 142-1 6.3 wants it
    std::optional<SignerFacts> signer;
    std::optional<TimestampFacts> document_timestamp;  // then there is no signer
    // The tokens in the signature's unsigned attributes; nothing for one that is no token.
    std::vector<std::optional<TimestampFacts>> stamps;
};

// `field` is a signature field of the last revision that has a value. What its CMS carries is added to the
// evidence.
CheckedSignature check_signature(const Field& field, History& history, Evidence& evidence);

}  // namespace naskah::verify
