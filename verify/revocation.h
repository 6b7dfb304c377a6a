// Whether a certificate was revoked, by the evidence at hand: RFC 5280 6.3 (lists), RFC 6960 3.2 (OCSP).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/world.h"
#include "verify/evidence.h"

namespace naskah::verify {

struct RevocationQuestion {
    x509_st* certificate = nullptr;
    x509_st* issuer = nullptr;
    Instant at;  // the answer must hold for that time
};

struct Revocation {
    // The earliest day on which any answer that is authentic, however old, says that it was revoked.
    std::optional<Instant> revoked;
    // An answer that is authentic and fresh enough says whether it was.
    bool known = false;
    bool known_from_file = false;
    std::size_t file_end = 0;    // of the evidence for that, where it stands in the file
    bool has_forgeries = false;  // an answer about this certificate is not from its issuer
};

Revocation find_revocation(const RevocationQuestion& question, const Evidence& evidence);

// The certificate needs no such answer: its issuer says so (RFC 9608, EN 319 412-1 5.2.2, RFC 6960
// 4.2.2.2.1).
bool needs_no_revocation(x509_st* certificate);

// Where its issuer answers, as the certificate says: http and https only.
struct RevocationPlaces {
    std::vector<std::string> ocsp, crl;
    bool empty() const { return ocsp.empty() && crl.empty(); }
};
RevocationPlaces revocation_places(x509_st* certificate);

// The body of an OCSP request about one certificate.
Bytes ocsp_request(x509_st* certificate, x509_st* issuer);

}  // namespace naskah::verify
