#include "verify/policy.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

namespace naskah::verify::policy {

std::optional<Instant> weak_since(EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA:
        case EVP_PKEY_RSA_PSS:
            if (bits < 1536) return rsa_1024;
            if (bits < 2048) return rsa_1536;
            return std::nullopt;
        case EVP_PKEY_DSA:
            if (bits < 2048) return dsa_1024;
            return std::nullopt;
        case EVP_PKEY_EC:
            if (bits < 224) return curve_192;
            if (bits < 256) return curve_224;
            return std::nullopt;
        default: return std::nullopt;
    }
}

std::optional<Instant> weak_since(X509* certificate) {
    int hash = NID_undef;
    if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &hash, nullptr) != 1) return std::nullopt;
    // Of RSASSA-PSS (RFC 4055) the parameters name it.
    if (hash == NID_undef) X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr);
    switch (hash) {
        case NID_md2:
        case NID_md4:
        case NID_md5: return md5;
        case NID_sha1: return sha1;
        case NID_ripemd160: return ripemd160;
        default: return std::nullopt;
    }
}

}  // namespace naskah::verify::policy
