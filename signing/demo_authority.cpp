// A small certification authority for demonstration offices: every name in it says CONTOH.
#include <openssl/obj_mac.h>
#include <openssl/pem.h>

#include <array>
#include <chrono>

#include "core/error.h"
#include "core/text.h"
#include "signing/openssl.h"
#include "signing/sign.h"

namespace naskah::signing {

namespace {

using std::chrono::days;

struct Identity {
    PkeyPtr key;
    X509Ptr certificate;
};

// A key of an authority is made to last longer than a signer's.
PkeyPtr make_key(KeyType type, bool authority) {
    PkeyPtr key(type == KeyType::rsa ? EVP_RSA_gen(authority ? 3072u : 2048u)
                                     : EVP_EC_gen(authority ? "P-384" : "P-256"));
    require(key != nullptr, "pembuatan kunci");
    return key;
}

void add_name(X509_NAME* name, const char* kind, const std::string& value) {
    // X.520 bounds these to 64 characters, which a name with its degrees can exceed.
    std::size_t end = 0;
    for (int characters = 0; end < value.size() && characters < 64; ++characters) next_code_point(value, end);
    require(X509_NAME_add_entry_by_txt(name, kind, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(end), -1, 0) == 1,
            "nama sertifikat");
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "ekstensi sertifikat");
}

void set_time(ASN1_TIME* time, Instant instant) {
    require(ASN1_TIME_adj(time, std::chrono::system_clock::to_time_t(instant), 0, 0) != nullptr,
            "masa berlaku");
}

struct Request {
    std::string common_name;
    int authorities_below;  // pathlen; -1 for a signer
    days validity;
};

// Signed by `issuer`, or by itself if there is none.
Identity make_identity(KeyType type, const Request& request, const Identity* issuer, Instant now) {
    const bool authority = request.authorities_below >= 0;
    Identity made{make_key(type, authority), X509Ptr(X509_new())};
    X509* certificate = made.certificate.get();
    require(certificate && X509_set_version(certificate, X509_VERSION_3) == 1, "sertifikat");

    std::array<std::uint8_t, 16> serial{};
    system_random().fill(serial);
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7F) | 0x40);  // positive, and always of full length
    BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
    const bool numbered = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    require(numbered, "nomor seri");

    X509_NAME* subject = X509_get_subject_name(certificate);
    add_name(subject, "C", "ID");
    add_name(subject, "O", "CONTOH Naskah, bukan PSrE");
    add_name(subject, "CN", request.common_name);
    X509* issuer_certificate = issuer ? issuer->certificate.get() : certificate;
    require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer_certificate)) == 1,
            "nama penerbit");
    set_time(X509_getm_notBefore(certificate), now - std::chrono::minutes(5));  // clocks differ a little
    set_time(X509_getm_notAfter(certificate), now + request.validity);
    require(X509_set_pubkey(certificate, made.key.get()) == 1, "kunci publik");

    const std::string limits = "critical,CA:TRUE,pathlen:" + std::to_string(request.authorities_below);
    add_extension(certificate, issuer_certificate, NID_basic_constraints,
                  authority ? limits.c_str() : "critical,CA:FALSE");
    add_extension(certificate, issuer_certificate, NID_key_usage,
                  authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,nonRepudiation");
    add_extension(certificate, issuer_certificate, NID_subject_key_identifier, "hash");
    add_extension(certificate, issuer_certificate, NID_authority_key_identifier, "keyid:always");
    require(X509_sign(certificate, issuer ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0,
            "sertifikat");
    return made;
}

std::string to_pem(X509* certificate) {
    BIO* memory = BIO_new(BIO_s_mem());
    require(memory && PEM_write_bio_X509(memory, certificate) == 1, "PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(memory);
    return pem;
}

Bytes to_pkcs12(const Identity& signer, X509* intermediate, X509* root, const std::string& passphrase,
                const std::string& label) {
    STACK_OF(X509)* chain = sk_X509_new_null();
    require(chain && sk_X509_push(chain, intermediate) > 0 && sk_X509_push(chain, root) > 0, "rantai");
    // A random passphrase has 160 bits, so the iterations need not make up for a poor one; and a demo's PIN
    // lies beside its file, so they could not.
    constexpr int iterations = 10'000;
    Pkcs12Ptr file(PKCS12_create(passphrase.c_str(), label.c_str(), signer.key.get(),
                                 signer.certificate.get(), chain, NID_aes_256_cbc, NID_aes_256_cbc,
                                 iterations, -1, 0));
    sk_X509_free(chain);
    require(
        file && PKCS12_set_mac(file.get(), passphrase.c_str(), -1, nullptr, 0, iterations, EVP_sha256()) == 1,
        "PKCS#12");
    return to_der(file.get(), i2d_PKCS12);
}

}  // namespace

DemoAuthority make_demo_authority(KeyType type, const std::vector<std::string>& names, Instant now,
                                  const std::vector<std::string>& pins) {
    const Identity root = make_identity(type, {"Root CA CONTOH Naskah", 1, days(20 * 365)}, nullptr, now);
    const Identity intermediate = make_identity(type, {"CA CONTOH Naskah", 0, days(10 * 365)}, &root, now);
    DemoAuthority made{to_pem(root.certificate.get()), to_pem(intermediate.certificate.get()), {}};
    for (const auto& name : names) {
        if (name.empty() || first_bad_utf8(name)) {
            throw Error(Code::data, "nama pada sertifikat contoh kosong atau bukan UTF-8 yang benar");
        }
        const Identity signer = make_identity(type, {name, -1, days(2 * 365)}, &intermediate, now);
        std::array<std::uint8_t, 20> secret{};
        system_random().fill(secret);
        const std::size_t place = made.signers.size();
        std::string passphrase = place < pins.size() ? pins[place] : to_base32(secret);
        wipe(secret);
        Bytes p12 =
            to_pkcs12(signer, intermediate.certificate.get(), root.certificate.get(), passphrase, name);
        made.signers.push_back({to_pem(signer.certificate.get()), std::move(p12), std::move(passphrase)});
    }
    return made;
}

}  // namespace naskah::signing
