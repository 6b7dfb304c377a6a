// Which signature is to be trusted, and for which time: EN 319 102-1 5.6 as far as a PDF needs it. The last
// timestamp of the file is judged as of now. What it proves to have existed is judged as of its time, and so
// on back to the first signature, so that a certificate that has ended or was revoked meanwhile does no harm.
#pragma once

#include <vector>

#include "verify/signature.h"

namespace naskah {
class Web;
}

namespace naskah::verify {

// `signatures` stand in the order in which they were made. Fills in what depends on trust: findings, proven
// time, level, verdict.
void judge(std::vector<CheckedSignature>& signatures, const Trust::Store& trust, Instant at,
           Evidence& evidence, Web* web);

}  // namespace naskah::verify
