// A signer's certificate and those above it, read once and shared by all signatures of a key.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/sha256.h"
#include "core/world.h"

namespace naskah::signing {

enum class KeyType { rsa, ecdsa };

struct Certificate {  // what a caller may want to show of a signer's certificate
    std::string common_name;
    std::string issuer;
    Instant not_before, not_after;
};

// A value: copies share what was read. Safe from any thread.
class Chain {
public:
    // DER certificates, the signer's first, the others in any order. Those that lead up from the signer are
    // kept, in that order, without the self-signed root: it proves nothing inside a signature. Throws
    // Error(data) if one is no certificate, or for a key that may not be used: RSA under 2048 bits, a curve
    // other than P-256, P-384, P-521.
    explicit Chain(const std::vector<Bytes>& certificates);

    KeyType key_type() const;
    const Certificate& signer() const;
    bool may_sign_documents() const;  // as its keyUsage and extendedKeyUsage say (RFC 5280 4.2.1.3)
    const std::vector<Bytes>& certificates() const;
    BytesView issuer_and_serial() const;    // DER IssuerAndSerialNumber (RFC 5652 10.2.4)
    BytesView issuer() const;               // DER Name
    BytesView serial() const;               // DER INTEGER
    const Sha256& signer_sha256() const;    // of the whole certificate
    std::size_t largest_signature() const;  // bytes that a signature value may need
    // Whether `signature` is this signer's over the digest.
    bool verifies(BytesView signature, const Sha256& digest) const;

private:
    struct Parsed;
    std::shared_ptr<const Parsed> parsed_;
};

}  // namespace naskah::signing
