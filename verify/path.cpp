#include "verify/path.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <mutex>

namespace naskah::verify {
namespace {

constexpr std::uint64_t steps_per_path = 2000;

struct Free {
    void operator()(X509_STORE_CTX* it) const { X509_STORE_CTX_free(it); }
    void operator()(STACK_OF(X509) * it) const { sk_X509_free(it); }  // the stack, not the certificates
};

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

// Pairs of certificates of which the first is known to have issued the second, by their digests.
class Issued {
public:
    bool holds(X509* issuer, X509* certificate) {
        const Pair pair = digests(issuer, certificate);
        const std::lock_guard lock(mutex_);
        return known_.contains(pair);
    }
    void add(X509* issuer, X509* certificate) {
        constexpr std::size_t max_kept = 4096;
        const Pair pair = digests(issuer, certificate);
        const std::lock_guard lock(mutex_);
        if (known_.size() >= max_kept) known_.clear();
        known_.insert(pair);
    }

private:
    using Pair = std::pair<Sha256, Sha256>;
    static Pair digests(X509* issuer, X509* certificate) {
        Pair out;
        // Of the whole certificate, its own signature included.
        X509_digest(issuer, EVP_sha256(), out.first.octets.data(), nullptr);
        X509_digest(certificate, EVP_sha256(), out.second.octets.data(), nullptr);
        return out;
    }
    std::mutex mutex_;
    std::set<Pair> known_;
};

// In which OpenSSL found nothing wrong: the signature and that the issuer may sign certificates.
Issued& sound_links() {
    static Issued it;
    return it;
}

// Of which only the signature was looked at.
Issued& good_signatures() {
    static Issued it;
    return it;
}

struct Search {
    std::set<int> errors;
    X509_STORE_CTX_verify_fn own = nullptr;  // OpenSSL's check of the signatures and times of a path
};

Search& search_of(X509_STORE_CTX* context) {
    return *static_cast<Search*>(X509_STORE_CTX_get_app_data(context));
}

// OpenSSL stops at the first error unless told to go on; all of them together make the picture.
int remember_error(int good, X509_STORE_CTX* context) {
    if (!good) search_of(context).errors.insert(X509_STORE_CTX_get_error(context));
    return 1;
}

bool is_about_time(int error) {
    return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

// What OpenSSL does at this place: for each link its issuer's key usage and signature, and its time. The path
// is complete and its extensions are checked already. A link in which OpenSSL found nothing wrong but the
// time is remembered; when all are, only their times are left to look at.
int check_links(X509_STORE_CTX* context) {
    Search& search = search_of(context);
    STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
    const int count = sk_X509_num(chain);
    const auto link = [&](int i) { return sk_X509_value(chain, i); };
    const bool whole = count > 1 && (X509_get_extension_flags(link(count - 1)) & EXFLAG_SS);
    bool known = whole;
    for (int i = 0; known && i + 1 < count; ++i) known = sound_links().holds(link(i + 1), link(i));
    if (!known) {
        std::set<int> before;
        before.swap(search.errors);
        const int result = search.own(context);
        if (whole && result == 1 && std::all_of(search.errors.begin(), search.errors.end(), is_about_time)) {
            for (int i = 0; i + 1 < count; ++i) sound_links().add(link(i + 1), link(i));
        }
        search.errors.merge(before);
        return result;
    }
    std::time_t at = X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context));
    for (int i = 0; i < count; ++i) {
        const int begin = X509_cmp_time(X509_get0_notBefore(link(i)), &at);
        const int end = X509_cmp_time(X509_get0_notAfter(link(i)), &at);
        if (begin == 0) search.errors.insert(X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD);
        if (begin > 0) search.errors.insert(X509_V_ERR_CERT_NOT_YET_VALID);
        if (end == 0) search.errors.insert(X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD);
        if (end < 0) search.errors.insert(X509_V_ERR_CERT_HAS_EXPIRED);
    }
    return 1;
}

}  // namespace

bool has_issued(X509* issuer, X509* certificate) {
    if (good_signatures().holds(issuer, certificate)) return true;
    EVP_PKEY* key = X509_get0_pubkey(issuer);
    const bool good = key && X509_verify(certificate, key) == 1;
    if (good) good_signatures().add(issuer, certificate);
    ERR_clear_error();
    return good;
}

bool Path::is_anchored() const {
    return std::all_of(findings.begin(), findings.end(), [](std::string_view name) {
        return name == "certificate_expired" || name == "certificate_not_yet_valid";
    });
}

const Path& Paths::find(const Certificate& certificate, Instant at) {
    const std::pair key{sha256(to_der(certificate)), at};
    const auto known = found_.find(key);
    if (known != found_.end()) return known->second;
    evidence_.budget().spend(steps_per_path);
    return found_.emplace(key, search(certificate, at)).first->second;
}

Path Paths::search(const Certificate& certificate, Instant at) const {
    Path out;
    const std::unique_ptr<STACK_OF(X509), Free> helpers(sk_X509_new_null());
    for (const Certificate& helper : evidence_.certificates()) sk_X509_push(helpers.get(), helper.get());
    for (const Certificate& helper : trust_.intermediates) sk_X509_push(helpers.get(), helper.get());
    const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    if (X509_STORE_CTX_init(context.get(), trust_.roots.get(), certificate.get(), helpers.get()) != 1) {
        ERR_clear_error();
        out.findings.insert("chain_unsettled");
        return out;
    }
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(
        rules, std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
    X509_VERIFY_PARAM_set_depth(rules, 10);
    Search search{.own = X509_STORE_CTX_get_verify(context.get())};
    X509_STORE_CTX_set_app_data(context.get(), &search);
    X509_STORE_CTX_set_verify_cb(context.get(), remember_error);
    X509_STORE_CTX_set_verify(context.get(), check_links);
    const int result = X509_verify_cert(context.get());
    ERR_clear_error();
    for (const int error : search.errors) out.findings.insert(finding_name(error));
    if (result != 1 && out.findings.empty()) out.findings.insert("chain_unsettled");
    STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(chain); ++i) out.links.push_back(shared(sk_X509_value(chain, i)));
    return out;
}

}  // namespace naskah::verify
