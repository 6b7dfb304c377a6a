// Puts a PAdES signature on a PDF in three steps, so that the middle one can happen in a token or far away:
// prepare the file and the attributes, sign the attributes' digest, embed the result.
// ETSI EN 319 142-1 (PAdES baseline B-B), ETSI EN 319 122-1 (CAdES), RFC 5652 (CMS), RFC 5035 (ESS v2).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/world.h"

namespace naskah::signing {

enum class KeyType { rsa, ecdsa };

// What holds a private key. The key itself never leaves its holder.
class Key {
public:
    virtual ~Key() = default;
    virtual KeyType type() const = 0;
    virtual std::vector<Bytes> chain() const = 0;  // DER certificates, the signer's first, the root may be left out
    // The signature value over a SHA-256 digest: PKCS#1 v1.5 for RSA, DER ECDSA-Sig-Value for ECDSA.
    // Safe from any thread. Throws Error(outside) if the holder does not answer.
    virtual Bytes sign_digest(BytesView sha256_digest) const = 0;
};

// A private key with its certificates from a PKCS#12 file. Throws Error(data): wrong passphrase, no key, a key that
// does not fit its certificate, RSA under 2048 bits, a curve other than P-256, P-384, P-521. Wipes what it read.
std::unique_ptr<Key> open_pkcs12(BytesView file, const std::string& passphrase);

// Whether the key's certificate may sign at `now`: inside its validity, keyUsage digitalSignature or nonRepudiation.
// Throws Error(data) with the dates in the message if not.
void check_certificate(const Key& key, Instant now);

struct Certificate {      // what a caller may want to show of a signer's certificate
    std::string common_name;
    std::string issuer;
    Instant not_before, not_after;
};
Certificate describe(const Key& key);

struct Options {
    std::string field = "TandaTangan1";     // name of the signature field, must be free
    std::string field_tooltip = "Tanda tangan elektronik";  // TU, for readers with assistive technology
    std::string reason, location;           // printed nowhere, kept in the signature dictionary
    // DocMDP of a certification signature (ISO 32000-1 12.8.2.2): 1 nothing may change, 2 forms and signatures,
    // 3 annotations too; 0: an approval signature. A file that is signed already takes approval signatures only.
    int certify = 2;
};

// Step 1. `pdf` gains an incremental update with an empty signature; the earlier bytes are an exact prefix.
struct Prepared {
    Bytes pdf;                     // with zeros in place of the signature
    std::size_t contents_at = 0;   // offset of '<'
    std::size_t contents_size = 0; // from '<' to '>', both included
    Bytes attributes;              // DER SET OF signed attributes: what is signed
    Bytes attributes_digest;       // its SHA-256
};
// `now` goes into /M (the time that the signer claims). Throws Error(data) for a file that cannot be signed: encrypted,
// damaged, certified with P=1, a field of that name.
Prepared prepare(BytesView pdf, const Key& key, const Options& options, Instant now);

// Step 3: the signed PDF.
Bytes embed(Prepared prepared, const Key& key, BytesView signature_value);

// The three in one.
Bytes sign(BytesView pdf, const Key& key, const Options& options, Instant now);

// A root, an intermediate and a signer for a demo office: names say so (CONTOH), never trusted outside it.
struct DemoAuthority {
    std::string root_pem, intermediate_pem, signer_pem;
    Bytes signer_p12;                        // holds key and chain
    std::string passphrase;                  // random
};
DemoAuthority make_demo_authority(KeyType type, const std::string& signer_name, const std::string& organisation,
                                  Instant now);

}  // namespace naskah::signing
