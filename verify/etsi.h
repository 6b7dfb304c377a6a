// The verdict in the words of ETSI EN 319 102-1 (table 5: indications, table 6: sub-indications), derived
// from the findings by the table in verify/finding.cpp and from nothing else. The standard is stricter with
// its words than we are with ours: a certificate that is missing is INDETERMINATE there and `failed` here.
#pragma once

#include <string>

#include "verify/verify.h"

namespace naskah::verify {

struct EtsiVerdict {
    std::string indication;      // TOTAL-PASSED, INDETERMINATE, TOTAL-FAILED
    std::string sub_indication;  // empty for TOTAL-PASSED
    bool operator==(const EtsiVerdict&) const = default;
};

EtsiVerdict etsi_of(const Signature& signature);
// Of a file as a whole: the worst of its signatures and of what is wrong with the file itself. A file without
// signatures has none: the words are about signatures.
EtsiVerdict etsi_of(const Report& report);

}  // namespace naskah::verify
