#include "verify/certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "core/text.h"

namespace naskah::verify {
namespace {

std::string entry(const X509_NAME* name, int nid) {
    const int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) return {};
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) return {};
    std::string out = visible(as_text({text, static_cast<std::size_t>(size)}));
    OPENSSL_free(text);
    return out;
}

}  // namespace

// An office's files carry the same few certificates over and over, and decoding a key costs OpenSSL 3 more
// than using it. What a certificate says depends on its octets alone, so a parsed one may serve every file
// and thread.
Certificate parse_certificate(BytesView der) {
    static std::mutex mutex;
    static std::map<std::string, Certificate, std::less<>> parsed;
    constexpr std::size_t max_kept = 64;
    constexpr std::size_t max_size = 8192;
    if (der.size() <= max_size) {
        const std::lock_guard lock(mutex);
        const auto known = parsed.find(as_text(der));
        if (known != parsed.end()) return known->second;
    }
    const unsigned char* at = der.data();
    Certificate out(d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
    if (!out || at != der.data() + der.size()) out = nullptr;
    ERR_clear_error();
    if (out && der.size() <= max_size) {
        const std::lock_guard lock(mutex);
        if (parsed.size() >= max_kept) parsed.clear();
        parsed.emplace(as_text(der), out);
    }
    return out;
}

Certificate shared(X509* certificate) {
    X509_up_ref(certificate);
    return {certificate, X509_free};
}

std::string subject_name(const Certificate& certificate) {
    const X509_NAME* name = X509_get_subject_name(certificate.get());
    std::string out = entry(name, NID_commonName);
    return out.empty() ? entry(name, NID_organizationName) : out;
}

bool has_issuer_and_serial(const Certificate& certificate, BytesView issuer, BytesView serial) {
    const unsigned char* at = issuer.data();
    X509_NAME* name = d2i_X509_NAME(nullptr, &at, static_cast<long>(issuer.size()));
    const bool same_issuer = name && X509_NAME_cmp(name, X509_get_issuer_name(certificate.get())) == 0;
    X509_NAME_free(name);
    ERR_clear_error();
    if (!same_issuer) return false;
    // INTEGER content octets, two's complement: compare without the leading zeros of a positive number.
    const ASN1_INTEGER* own = X509_get0_serialNumber(certificate.get());
    unsigned char* encoded = nullptr;
    const int size = i2d_ASN1_INTEGER(own, &encoded);
    if (size < 2) return false;
    BytesView content(encoded + 2,
                      static_cast<std::size_t>(size - 2));  // serial numbers are short: one length octet
    while (serial.size() > 1 && serial[0] == 0 && !(serial[1] & 0x80)) serial = serial.subspan(1);
    const bool same = std::equal(content.begin(), content.end(), serial.begin(), serial.end());
    OPENSSL_free(encoded);
    return same;
}

bool has_subject_key(const Certificate& certificate, BytesView key_identifier) {
    const ASN1_OCTET_STRING* own = X509_get0_subject_key_id(certificate.get());
    if (!own) return false;
    const BytesView content(ASN1_STRING_get0_data(own), static_cast<std::size_t>(ASN1_STRING_length(own)));
    return std::equal(content.begin(), content.end(), key_identifier.begin(), key_identifier.end());
}

EVP_PKEY* public_key(const Certificate& certificate) {
    EVP_PKEY* key = X509_get0_pubkey(certificate.get());
    ERR_clear_error();
    return key;
}

Bytes to_der(const Certificate& certificate) {
    unsigned char* encoded = nullptr;
    const int size = i2d_X509(certificate.get(), &encoded);
    if (size < 0) return {};
    Bytes out(encoded, encoded + size);
    OPENSSL_free(encoded);
    return out;
}

bool Purposes::holds(int id) const { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

std::optional<Purposes> purposes_of(X509* certificate) {
    int critical = 0;
    auto* usages = static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, nullptr));
    ERR_clear_error();
    if (!usages) return std::nullopt;
    Purposes out{.critical = critical == 1};
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); ++i)
        out.ids.push_back(OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, i)));
    EXTENDED_KEY_USAGE_free(usages);
    return out;
}

std::optional<Instant> to_instant(const ASN1_TIME* time) {
    std::tm parts{};
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return Instant(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace naskah::verify
