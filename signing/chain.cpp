#include "signing/chain.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "signing/der.h"
#include "signing/openssl.h"

namespace naskah::signing {

namespace {

X509Ptr parse_certificate(BytesView der) {
    const unsigned char* at = der.data();
    X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate || at != der.data() + der.size()) {
        ERR_clear_error();
        throw Error(Code::data, "sertifikat tidak terbaca", {}, "Minta berkas sertifikat yang utuh");
    }
    return certificate;
}

KeyType accepted_key_type(const EVP_PKEY* key) {
    if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        if (EVP_PKEY_get_bits(key) < 2048) {
            throw Error(Code::data, "kunci RSA sertifikat ini kurang dari 2048 bit", {},
                        "Minta sertifikat baru");
        }
        return KeyType::rsa;
    }
    if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
        char group[64] = {};
        std::size_t size = 0;
        const bool named = EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1;
        const int curve = named ? OBJ_txt2nid(group) : NID_undef;
        if (curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 || curve == NID_secp521r1)
            return KeyType::ecdsa;
    }
    ERR_clear_error();
    throw Error(Code::data, "jenis kunci sertifikat ini tidak didukung", {},
                "Pakai RSA 2048 bit atau lebih, atau ECDSA P-256, P-384, P-521");
}

bool is_self_signed(X509* certificate) {
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

bool usable_for_documents(X509* certificate) {
    const auto usage = X509_get_key_usage(certificate);  // all bits if there is no such extension
    if ((usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0) return false;
    const auto extended = X509_get_extended_key_usage(certificate);
    return (extended & ~static_cast<std::uint32_t>(XKU_SSL_SERVER)) != 0;
}

}  // namespace

std::string short_name(const X509_NAME* name) {
    for (const int kind : {NID_commonName, NID_organizationName}) {
        const int index = X509_NAME_get_index_by_NID(name, kind, -1);
        if (index < 0) continue;
        const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
        unsigned char* utf8 = nullptr;
        const int size = ASN1_STRING_to_UTF8(&utf8, text);
        if (size < 0) continue;
        std::string found(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size));
        OPENSSL_free(utf8);
        return found;
    }
    char* line = X509_NAME_oneline(name, nullptr, 0);
    std::string whole = line ? line : "";
    OPENSSL_free(line);
    return whole;
}

Instant to_instant(const ASN1_TIME* time) {
    std::tm parts{};
    require(ASN1_TIME_to_tm(time, &parts) == 1, "masa berlaku sertifikat");
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::from_time_t(timegm(&parts)));
}

Certificate describe(X509* certificate) {
    return {short_name(X509_get_subject_name(certificate)), short_name(X509_get_issuer_name(certificate)),
            to_instant(X509_get0_notBefore(certificate)), to_instant(X509_get0_notAfter(certificate))};
}

struct Chain::Parsed {
    std::vector<Bytes> certificates;
    PkeyPtr public_key;
    KeyType key_type = KeyType::rsa;
    Certificate signer;
    bool may_sign_documents = false;
    Bytes issuer, serial, issuer_and_serial;
    Sha256 signer_sha256;
    std::size_t largest_signature = 0;
};

Chain::Chain(const std::vector<Bytes>& certificates) {
    if (certificates.empty()) throw Error(Code::data, "sertifikat penandatangan tidak ada");
    auto parsed = std::make_shared<Parsed>();

    std::vector<X509Ptr> all;
    for (const auto& der : certificates) all.push_back(parse_certificate(der));
    X509* signer = all.front().get();

    std::vector<bool> used(all.size(), false);
    for (std::size_t current = 0; current < all.size();) {
        used[current] = true;
        parsed->certificates.push_back(certificates[current]);
        std::size_t next = all.size();
        for (std::size_t i = 0; i < all.size() && !is_self_signed(all[current].get()); ++i) {
            const bool above = X509_check_issued(all[i].get(), all[current].get()) == X509_V_OK;
            if (above && !used[i] && !is_self_signed(all[i].get())) next = i;
        }
        current = next;
    }
    ERR_clear_error();

    parsed->public_key.reset(X509_get_pubkey(signer));
    parsed->key_type = accepted_key_type(parsed->public_key.get());
    parsed->largest_signature = static_cast<std::size_t>(EVP_PKEY_get_size(parsed->public_key.get()));
    parsed->signer = describe(signer);
    parsed->may_sign_documents = usable_for_documents(signer);
    parsed->issuer = to_der(X509_get_issuer_name(signer), i2d_X509_NAME);
    parsed->serial = to_der(X509_get0_serialNumber(signer), i2d_ASN1_INTEGER);
    parsed->issuer_and_serial = der::sequence({parsed->issuer, parsed->serial});
    parsed->signer_sha256 = sha256(certificates.front());
    parsed_ = std::move(parsed);
}

KeyType Chain::key_type() const { return parsed_->key_type; }
const Certificate& Chain::signer() const { return parsed_->signer; }
bool Chain::may_sign_documents() const { return parsed_->may_sign_documents; }
const std::vector<Bytes>& Chain::certificates() const { return parsed_->certificates; }
BytesView Chain::issuer_and_serial() const { return parsed_->issuer_and_serial; }
BytesView Chain::issuer() const { return parsed_->issuer; }
BytesView Chain::serial() const { return parsed_->serial; }
const Sha256& Chain::signer_sha256() const { return parsed_->signer_sha256; }
std::size_t Chain::largest_signature() const { return parsed_->largest_signature; }

bool Chain::verifies(BytesView signature, const Sha256& digest) const {
    PkeyContextPtr context(EVP_PKEY_CTX_new(parsed_->public_key.get(), nullptr));
    require(context && EVP_PKEY_verify_init(context.get()) == 1, "persiapan pemeriksaan");
    if (parsed_->key_type == KeyType::rsa) {
        require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1, "padding");
    }
    require(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1, "digest");
    const int answer = EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                       digest.octets.data(), digest.octets.size());
    ERR_clear_error();
    return answer == 1;
}

}  // namespace naskah::signing
