#include "verify/timestamp.h"

#include <algorithm>

#include "verify/finding.h"

namespace naskah::verify {

// TSTInfo ::= SEQUENCE { version, policy, messageImprint { hashAlgorithm, hashedMessage }, serialNumber,
// genTime, ... }
std::optional<TimestampFacts> read_timestamp(const SignedData& token, Pieces message) {
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

    const auto when = parse_time(*time);
    if (!when) return std::nullopt;

    TimestampFacts facts;
    facts.time = *when;
    if (const auto hash = find_hash(algorithm->oid)) {
        const Bytes found = digest(*hash, message);
        facts.imprint_matches = !found.empty() && std::equal(found.begin(), found.end(),
                                                             hashed->content.begin(), hashed->content.end());
        if (hash->weak_since) facts.weaknesses.push_back({"weak_digest", "stempel waktu", *hash->weak_since});
    } else {
        facts.findings.push_back(make_finding("algorithm_unknown", algorithm->oid));
    }
    const BytesView content[] = {*token.content};
    facts.signer = check_signer(token, content, {.content_type = oid::tst_info});
    return facts;
}

}  // namespace naskah::verify
