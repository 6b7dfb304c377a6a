// Asks the issuer of a certificate whether it was revoked: OCSP first, then its list. The only place where
// verify speaks to anybody, and only through the Web that it was given.
#pragma once

#include "core/web.h"
#include "verify/evidence.h"

namespace naskah::verify {

// Adds what came to the evidence, whether or not it helps. False if nothing came, or if this certificate was
// asked about before. `certificate` must lead to a trusted root: a stranger's addresses are not called.
bool ask_for_revocation(Web& web, x509_st* certificate, x509_st* issuer, Evidence& evidence);

}  // namespace naskah::verify
