// Certificates as files: what is public of a key, kept beside it so that it can be shown without the
// passphrase, and what the files of a trust folder hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "signing/chain.h"

namespace naskah::signing {

std::string to_pem(const std::vector<Bytes>& certificates);  // DER in

struct RevocationList {
    std::string issuer;
    Instant issued;
    std::optional<Instant> next;  // when its issuer promised the next one
};
struct CertificateFile {
    std::vector<Certificate> certificates;
    std::vector<RevocationList> revocations;
};
// The certificates of a PEM or DER file as DER, in its order. Throws Error(data) if there is none.
std::vector<Bytes> certificates_in(BytesView pem_or_der);

// All that a PEM or DER file holds. Throws Error(data) if that is nothing.
CertificateFile read_certificates(BytesView pem_or_der);

}  // namespace naskah::signing
