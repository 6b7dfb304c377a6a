// OpenSSL's objects as values that free themselves, and its refusals as our Error.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/error.h"
#include "core/world.h"

namespace naskah::signing {

template <auto free_function>
struct Freed {
    template <typename Object>
    void operator()(Object* object) const noexcept {
        free_function(object);
    }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, Freed<PKCS12_free>>;
using Pkcs7Ptr = std::unique_ptr<PKCS7, Freed<PKCS7_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

// "Cannot happen" unless memory is out: a call to OpenSSL with arguments of our own making failed. The error
// queue is emptied and its codes go no further, for they may quote what was parsed.
inline void require(bool succeeded, const char* step) {
    if (succeeded) return;
    ERR_clear_error();
    throw Error(Code::internal, std::string("kriptografi gagal pada langkah ") + step);
}

// The certificate that this DER is, and nothing behind it; null if it is none.
inline X509Ptr read_certificate(BytesView der) {
    const unsigned char* at = der.data();
    X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate || at != der.data() + der.size()) certificate.reset();
    ERR_clear_error();
    return certificate;
}

// DER of anything with an i2d function.
template <typename Object, typename Encode>
Bytes to_der(const Object* object, Encode encode) {
    unsigned char* start = nullptr;
    const int size = encode(object, &start);
    require(size > 0, "DER");
    Bytes der(start, start + size);
    OPENSSL_free(start);
    return der;
}

struct Certificate;  // chain.h
// The common name, or the organisation, or the whole name for want of both.
std::string short_name(const X509_NAME* name);
Instant to_instant(const ASN1_TIME* time);
Certificate describe(X509* certificate);

}  // namespace naskah::signing
