// One signature field, from its place in the file to its certificate.
#pragma once

#include "verify/history.h"
#include "verify/verify.h"

namespace naskah::verify {

struct CheckedSignature {
    Signature report;
    std::size_t begin = 0, end = 0;  // of its dictionary in the file, if it has a place there
    std::size_t covered_end = 0;     // 0 if its ByteRange is not sound
};

// `field` is a signature field of the last revision that has a value.
CheckedSignature check_signature(const Field& field, History& history, const Trust::Store& trust, Instant at);

}  // namespace naskah::verify
