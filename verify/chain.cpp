#include "verify/chain.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "core/web.h"
#include "verify/algorithms.h"
#include "verify/finding.h"
#include "verify/online.h"
#include "verify/policy.h"
#include "verify/revocation.h"

namespace naskah::verify {
namespace {

struct Free {
    void operator()(X509_STORE* it) const { X509_STORE_free(it); }
    void operator()(X509_STORE_CTX* it) const { X509_STORE_CTX_free(it); }
    void operator()(STACK_OF(X509) * it) const { sk_X509_free(it); }  // the stack, not the certificates
    void operator()(BIO* it) const { BIO_free(it); }
};

std::time_t to_time_t(Instant instant) {
    return std::chrono::duration_cast<std::chrono::seconds>(instant.time_since_epoch()).count();
}

}  // namespace

struct Trust::Store {
    std::unique_ptr<X509_STORE, Free> roots{X509_STORE_new()};
    std::vector<Certificate> intermediates;
    std::vector<std::shared_ptr<X509_CRL>> crls;
    std::vector<std::shared_ptr<OCSP_BASICRESP>> ocsps;
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
        if (X509_CRL* crl = d2i_X509_CRL(nullptr, &at, static_cast<long>(pem_or_der.size()))) {
            take_crl(crl);
        } else if (auto response = parse_ocsp(pem_or_der)) {
            ++found;
            store_->ocsps.push_back(std::move(response));
        }
    }
    ERR_clear_error();
    if (found == 0) {
        throw Error(Code::data, "tidak memuat sertifikat", file, "berikan berkas sertifikat PEM atau DER");
    }
}

void Trust::add_path(const std::filesystem::path& path) {
    constexpr std::size_t largest = 16u << 20;
    if (!std::filesystem::is_directory(path)) return add(read_file(path, largest), path.string());
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::size_t useful = 0;
    for (const std::filesystem::path& file : files) {
        try {
            add(read_file(file, largest), file.string());
            ++useful;
        } catch (const Error&) {
            // A note to the reader, a key that may not be read: not what was asked for.
        }
    }
    if (useful == 0)
        throw Error(Code::data, "tidak ada sertifikat di folder ini", path.string(),
                    "letakkan berkas sertifikat PEM atau DER di dalamnya");
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
    const auto purposes = purposes_of(certificate);
    return !purposes || std::any_of(purposes->ids.begin(), purposes->ids.end(), [](int id) {
        return id != NID_server_auth && id != NID_OCSP_sign && id != NID_time_stamp;
    });
}

bool may_stamp_time(X509* certificate) {
    const auto purposes = purposes_of(certificate);
    return purposes && purposes->critical && purposes->ids == std::vector<int>{NID_time_stamp};
}

std::string of(std::string_view whose, std::string_view what) {
    return std::string(what) + (whose.empty() ? "" : " ") + std::string(whose);
}

constexpr std::uint64_t steps_per_chain = 2000;

class Revocations {
public:
    Revocations(const ChainQuestion& question, Evidence& evidence, Web* web, ChainFacts& facts)
        : question_(question), evidence_(evidence), web_(web), facts_(facts) {}

    // `issuer` is the next certificate of the chain.
    void check(X509* certificate, X509* issuer) {
        const RevocationQuestion asked{.certificate = certificate, .issuer = issuer, .at = question_.at};
        Revocation answer = find_revocation(asked, evidence_);
        const bool exempt = needs_no_revocation(certificate);
        const RevocationPlaces places = revocation_places(certificate);
        const bool ask = web_ && !answer.known && !exempt && !places.empty();
        if (ask && ask_for_revocation(*web_, certificate, issuer, evidence_))
            answer = find_revocation(asked, evidence_);
        if (answer.has_forgeries) add("revocation_invalid", certificate);
        if (answer.revoked) {
            revoked(certificate, *answer.revoked);
        } else if (!answer.known && !exempt && !places.empty()) {
            const auto end = to_instant(X509_get0_notAfter(certificate));
            // Once it has ended nobody answers for it any more, and a thief could have used it unnoticed.
            const bool too_late = end && *end < question_.now && question_.at_is_proven;
            add(ask        ? "revocation_unanswered"
                : too_late ? "revocation_unproven"
                           : "revocation_unknown",
                certificate);
        }
        // What the file must hold about a timestamp's authority is what was known when it stamped.
        if (question_.for_timestamps && question_.claimed && !answer.known_from_file)
            answer = find_revocation({certificate, issuer, *question_.claimed}, evidence_);
        const auto place = evidence_.place_of(shared(certificate));
        facts_.complete_in_file &= place && (exempt || answer.known_from_file);
        facts_.file_end = std::max({facts_.file_end, answer.file_end, place.value_or(0)});
    }

private:
    void add(std::string_view name, X509* certificate) {
        facts_.findings.push_back(make_finding(name, subject_name(shared(certificate))));
    }

    // A time that is only claimed excuses nobody, but neither does it convict.
    void revoked(X509* certificate, Instant when) {
        const bool dated = question_.at_is_proven && !question_.for_timestamps;
        const Instant made = dated ? question_.at : question_.claimed.value_or(question_.at);
        if (when <= made) {
            add("certificate_revoked", certificate);
        } else if (!question_.at_is_proven || when <= question_.at) {
            add("certificate_revoked_later", certificate);
        } else {
            add("certificate_revoked_since", certificate);
        }
    }

    const ChainQuestion& question_;
    Evidence& evidence_;
    Web* web_;
    ChainFacts& facts_;
};

}  // namespace

void add_evidence(const Trust::Store& trust, Evidence& evidence) {
    for (const auto& crl : trust.crls) evidence.add(CrlEvidence{crl, {}});
    for (const auto& response : trust.ocsps) evidence.add(OcspEvidence{response, {}});
}

ChainFacts check_chain(const ChainQuestion& question, const Trust::Store& trust, Evidence& evidence,
                       Web* web) {
    ChainFacts facts;
    std::vector<Finding>& findings = facts.findings;
    evidence.budget().spend(steps_per_chain);
    const std::unique_ptr<STACK_OF(X509), Free> helpers(sk_X509_new_null());
    for (const Certificate& helper : evidence.certificates()) sk_X509_push(helpers.get(), helper.get());
    for (const Certificate& helper : trust.intermediates) sk_X509_push(helpers.get(), helper.get());
    const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    std::set<int> errors;
    X509* certificate = question.certificate.get();
    if (X509_STORE_CTX_init(context.get(), trust.roots.get(), certificate, helpers.get()) != 1) {
        ERR_clear_error();
        return {{make_finding("chain_unsettled")}};
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
    const std::string_view whose = question.for_timestamps ? "stempel waktu" : "";
    for (const std::string_view name : names) findings.push_back(make_finding(name, whose));

    STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    const auto is_weak = [&](std::optional<Instant> since) { return since && *since <= question.at; };
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        X509* link = sk_X509_value(chain, i);
        const bool root = i + 1 == sk_X509_num(chain);
        if (!root && is_weak(policy::weak_since(link)))
            findings.push_back(make_finding("weak_digest", of(whose, "sertifikat")));
        EVP_PKEY* key = X509_get0_pubkey(link);
        if (i > 0 && key && is_weak(policy::weak_since(key)))
            findings.push_back(make_finding("weak_key", of(whose, "penerbit")));
    }
    const bool fit = question.for_timestamps ? may_stamp_time(certificate) : may_sign_documents(certificate);
    if (!fit) findings.push_back(make_finding("key_usage", whose));

    // What stands under no trusted root, or is forged, is nobody's word about anything: nobody is asked about
    // it, and what the file says of its revocation is not read.
    const bool anchored = std::none_of(names.begin(), names.end(), [](std::string_view name) {
        return name != "certificate_expired" && name != "certificate_not_yet_valid";
    });
    facts.complete_in_file = anchored;
    if (!anchored) return facts;
    Revocations revocations(question, evidence, web, facts);
    for (int i = 0; i + 1 < sk_X509_num(chain); ++i)
        revocations.check(sk_X509_value(chain, i), sk_X509_value(chain, i + 1));
    ERR_clear_error();
    return facts;
}

}  // namespace naskah::verify
