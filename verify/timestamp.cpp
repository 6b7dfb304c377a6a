#include "verify/timestamp.h"

#include <algorithm>

#include "verify/chain.h"
#include "verify/finding.h"

namespace naskah::verify {

// TSTInfo ::= SEQUENCE { version, policy, messageImprint { hashAlgorithm, hashedMessage }, serialNumber,
// genTime, ... }
std::optional<TimestampFacts> check_timestamp(const SignedData& token, Pieces message,
                                              const Trust::Store& trust, Instant at) {
    if (token.content_type != oid::tst_info || !token.content || token.signers.size() != 1)
        return std::nullopt;
    DerReader top(*token.content);
    const auto info = top.next(tag::sequence);
    if (!info) return std::nullopt;
    DerReader in(info->content);
    const auto version = in.next(tag::integer);
    const auto policy = in.next(tag::oid);
    const auto imprint = in.next(tag::sequence);
    const auto serial = in.next(tag::integer);
    const auto time = in.next(tag::generalized_time);
    if (!version || !policy || !imprint || !serial || !time) return std::nullopt;
    DerReader parts(imprint->content);
    const auto sequence = parts.next(tag::sequence);
    const auto hashed = parts.next(tag::octets);
    const auto algorithm = sequence ? parse_algorithm(*sequence) : std::nullopt;
    if (!algorithm || !hashed) return std::nullopt;

    TimestampFacts facts;
    facts.time = parse_time(*time);
    if (const auto hash = find_hash(algorithm->oid)) {
        const Bytes found = digest(*hash, message);
        facts.imprint_matches = !found.empty() && std::equal(found.begin(), found.end(),
                                                             hashed->content.begin(), hashed->content.end());
        if (hash->weak) facts.findings.push_back(make_finding("weak_digest", "stempel waktu"));
    } else {
        facts.findings.push_back(make_finding("algorithm_unknown", algorithm->oid));
    }
    const BytesView content[] = {*token.content};
    facts.signer = check_signer(token, content, {.content_type = oid::tst_info});
    if (facts.signer.certificate) {
        const auto chain = check_chain({.certificate = facts.signer.certificate,
                                        .helpers = facts.signer.others,
                                        .at = at,
                                        .claimed = facts.time,
                                        .for_timestamps = true},
                                       trust);
        facts.findings.insert(facts.findings.end(), chain.begin(), chain.end());
    }
    const auto clean = [](const std::vector<Finding>& findings) {
        return std::all_of(findings.begin(), findings.end(),
                           [](const Finding& finding) { return effect_of(finding) == Effect::informs; });
    };
    facts.trusted = facts.time && facts.imprint_matches && facts.signer.digest_matches &&
                    facts.signer.signature_matches && clean(facts.signer.findings) && clean(facts.findings);
    return facts;
}

}  // namespace naskah::verify
