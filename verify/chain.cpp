#include "verify/chain.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "verify/algorithms.h"
#include "verify/finding.h"

namespace naskah::verify {
namespace {

struct Free {
    void operator()(X509_STORE* it) const { X509_STORE_free(it); }
    void operator()(X509_STORE_CTX* it) const { X509_STORE_CTX_free(it); }
    void operator()(STACK_OF(X509) * it) const { sk_X509_free(it); }  // the stack, not the certificates
    void operator()(BIO* it) const { BIO_free(it); }
    void operator()(EXTENDED_KEY_USAGE* it) const { EXTENDED_KEY_USAGE_free(it); }
};

std::time_t to_time_t(Instant instant) {
    return std::chrono::duration_cast<std::chrono::seconds>(instant.time_since_epoch()).count();
}

}  // namespace

struct Trust::Store {
    std::unique_ptr<X509_STORE, Free> roots{X509_STORE_new()};
    std::vector<Certificate> intermediates;
    std::vector<std::shared_ptr<X509_CRL>> crls;
};

Trust::Trust() : store_(std::make_unique<Store>()) {}
Trust::~Trust() = default;
Trust::Trust(Trust&&) noexcept = default;
Trust& Trust::operator=(Trust&&) noexcept = default;

void Trust::add(BytesView pem_or_der, const std::string& file) {
    std::size_t found = 0;
    auto take_certificate = [&](X509* raw) {
        Certificate certificate(raw, X509_free);
        ++found;
        const bool self_signed = X509_get_extension_flags(raw) & EXFLAG_SI;
        if (self_signed && X509_self_signed(raw, 1) == 1) {
            X509_STORE_add_cert(store_->roots.get(), raw);
        } else {
            store_->intermediates.push_back(std::move(certificate));
        }
    };
    auto take_crl = [&](X509_CRL* raw) {
        ++found;
        store_->crls.emplace_back(raw, X509_CRL_free);
    };
    const std::unique_ptr<BIO, Free> in(
        BIO_new_mem_buf(pem_or_der.data(), static_cast<int>(pem_or_der.size())));
    if (as_text(pem_or_der).find("-----BEGIN ") != std::string_view::npos) {
        STACK_OF(X509_INFO)* infos = PEM_X509_INFO_read_bio(in.get(), nullptr, nullptr, nullptr);
        for (int i = 0; infos && i < sk_X509_INFO_num(infos); ++i) {
            X509_INFO* info = sk_X509_INFO_value(infos, i);
            if (info->x509) take_certificate(std::exchange(info->x509, nullptr));
            if (info->crl) take_crl(std::exchange(info->crl, nullptr));
        }
        sk_X509_INFO_pop_free(infos, X509_INFO_free);
    } else if (X509* certificate = d2i_X509_bio(in.get(), nullptr)) {
        take_certificate(certificate);
    } else {
        const unsigned char* at = pem_or_der.data();
        if (X509_CRL* crl = d2i_X509_CRL(nullptr, &at, static_cast<long>(pem_or_der.size()))) take_crl(crl);
    }
    ERR_clear_error();
    if (found == 0) {
        throw Error(Code::data, "tidak memuat sertifikat", file, "berikan berkas sertifikat PEM atau DER");
    }
}

namespace {

// OpenSSL stops at the first error unless told to go on; all of them together make the picture.
int remember_error(int good, X509_STORE_CTX* context) {
    if (!good) {
        auto* errors = static_cast<std::set<int>*>(X509_STORE_CTX_get_app_data(context));
        errors->insert(X509_STORE_CTX_get_error(context));
    }
    return 1;
}

std::string_view finding_name(int error) {
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED: return "certificate_expired";
        case X509_V_ERR_CERT_NOT_YET_VALID: return "certificate_not_yet_valid";
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_UNTRUSTED: return "unknown_root";
        case X509_V_ERR_CERT_SIGNATURE_FAILURE: return "certificate_forged";
        case X509_V_ERR_INVALID_CA:
        case X509_V_ERR_INVALID_NON_CA:
        case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
        case X509_V_ERR_SUBTREE_MINMAX: return "chain_invalid";
        default: return "chain_unsettled";
    }
}

bool may_sign_documents(X509* certificate) {
    const std::uint32_t usage =
        X509_get_key_usage(certificate);  // all bits set if there is no such extension
    if (!(usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))) return false;
    const std::unique_ptr<EXTENDED_KEY_USAGE, Free> purposes(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
    if (!purposes) return true;
    for (int i = 0; i < sk_ASN1_OBJECT_num(purposes.get()); ++i) {
        const int purpose = OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes.get(), i));
        if (purpose != NID_server_auth && purpose != NID_OCSP_sign && purpose != NID_time_stamp) return true;
    }
    return false;
}

bool may_stamp_time(X509* certificate) {
    int critical = 0;
    const std::unique_ptr<EXTENDED_KEY_USAGE, Free> purposes(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, nullptr)));
    return purposes && critical == 1 && sk_ASN1_OBJECT_num(purposes.get()) == 1 &&
           OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes.get(), 0)) == NID_time_stamp;
}

bool has_weak_signature(X509* certificate) {
    const int algorithm = X509_get_signature_nid(certificate);
    int hash = NID_undef;
    if (OBJ_find_sigid_algs(algorithm, &hash, nullptr) != 1) return false;
    return hash == NID_md2 || hash == NID_md4 || hash == NID_md5 || hash == NID_sha1;
}

void check_revocation(STACK_OF(X509) * chain, const ChainQuestion& question, const Trust::Store& trust,
                      std::vector<Finding>& findings) {
    for (int i = 0; i + 1 < sk_X509_num(chain); ++i) {
        X509* certificate = sk_X509_value(chain, i);
        EVP_PKEY* issuer_key = X509_get0_pubkey(sk_X509_value(chain, i + 1));
        for (const auto& crl : trust.crls) {
            if (X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), X509_get_issuer_name(certificate)) != 0)
                continue;
            if (!issuer_key || X509_CRL_verify(crl.get(), issuer_key) != 1) continue;
            X509_REVOKED* entry = nullptr;
            if (X509_CRL_get0_by_cert(crl.get(), &entry, certificate) != 1) continue;
            // A time that is only claimed excuses nobody, but neither does it convict.
            std::time_t signed_at =
                to_time_t(question.at_is_proven ? question.at : question.claimed.value_or(question.at));
            const bool later = X509_cmp_time(X509_REVOKED_get0_revocationDate(entry), &signed_at) > 0;
            if (!later) {
                findings.push_back(make_finding("certificate_revoked"));
            } else if (!question.at_is_proven) {
                findings.push_back(make_finding("certificate_revoked_later"));
            }
        }
    }
    ERR_clear_error();
}

}  // namespace

std::vector<Finding> check_chain(const ChainQuestion& question, const Trust::Store& trust) {
    std::vector<Finding> findings;
    const std::unique_ptr<STACK_OF(X509), Free> helpers(sk_X509_new_null());
    for (const Certificate& helper : question.helpers) sk_X509_push(helpers.get(), helper.get());
    for (const Certificate& helper : trust.intermediates) sk_X509_push(helpers.get(), helper.get());
    const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    std::set<int> errors;
    X509* certificate = question.certificate.get();
    if (X509_STORE_CTX_init(context.get(), trust.roots.get(), certificate, helpers.get()) != 1) {
        ERR_clear_error();
        return {make_finding("chain_unsettled")};
    }
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(rules, to_time_t(question.at));
    X509_VERIFY_PARAM_set_depth(rules, 10);
    X509_STORE_CTX_set_app_data(context.get(), &errors);
    X509_STORE_CTX_set_verify_cb(context.get(), remember_error);
    const int result = X509_verify_cert(context.get());
    ERR_clear_error();
    std::set<std::string_view> names;
    for (const int error : errors) names.insert(finding_name(error));
    if (result != 1 && names.empty()) names.insert("chain_unsettled");
    for (const std::string_view name : names) findings.push_back(make_finding(name));

    STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        X509* link = sk_X509_value(chain, i);
        const bool root = i + 1 == sk_X509_num(chain);
        if (!root && has_weak_signature(link)) findings.push_back(make_finding("weak_digest", "sertifikat"));
        if (i > 0 && X509_get0_pubkey(link) && is_weak_key(X509_get0_pubkey(link))) {
            findings.push_back(make_finding("weak_key", "penerbit"));
        }
    }
    const bool fit = question.for_timestamps ? may_stamp_time(certificate) : may_sign_documents(certificate);
    if (!fit) findings.push_back(make_finding("key_usage"));
    check_revocation(chain, question, trust, findings);
    return findings;
}

}  // namespace naskah::verify
