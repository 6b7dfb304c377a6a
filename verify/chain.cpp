#include "verify/chain.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "core/web.h"
#include "verify/finding.h"
#include "verify/online.h"
#include "verify/policy.h"
#include "verify/revocation.h"

namespace naskah::verify {
namespace {

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
    for (const CrlEvidence& item : trust.crls) evidence.add(item);
    for (const OcspEvidence& item : trust.ocsps) evidence.add(item);
}

ChainFacts Chains::check(const ChainQuestion& question) {
    const Path& path = paths_.find(question.certificate, question.at);
    ChainFacts facts;
    std::vector<Finding>& findings = facts.findings;
    const std::string_view whose = question.for_timestamps ? "stempel waktu" : "";
    for (const std::string_view name : path.findings) findings.push_back(make_finding(name, whose));
    const auto is_weak = [&](std::optional<Instant> since) { return since && *since <= question.at; };
    for (std::size_t i = 0; i < path.links.size(); ++i) {
        X509* link = path.links[i].get();
        const bool root = i + 1 == path.links.size();
        if (!root && is_weak(policy::weak_since(link)))
            findings.push_back(make_finding("weak_digest", of(whose, "sertifikat")));
        EVP_PKEY* key = public_key(path.links[i]);
        if (i > 0 && key && is_weak(policy::weak_since(key)))
            findings.push_back(make_finding("weak_key", of(whose, "penerbit")));
    }
    X509* certificate = question.certificate.get();
    const bool fit = question.for_timestamps ? may_stamp_time(certificate) : may_sign_documents(certificate);
    if (!fit) findings.push_back(make_finding("key_usage", whose));

    // What stands under no trusted root, or is forged, is nobody's word about anything: nobody is asked about
    // it, and what the file says of its revocation is not read.
    facts.complete_in_file = path.is_anchored();
    if (!path.is_anchored()) return facts;
    Revocations revocations(question, evidence_, web_, facts);
    for (std::size_t i = 0; i + 1 < path.links.size(); ++i)
        revocations.check(path.links[i].get(), path.links[i + 1].get());
    ERR_clear_error();
    return facts;
}

}  // namespace naskah::verify
