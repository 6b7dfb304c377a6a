#include "verify/signer.h"

#include "verify/finding.h"
#include "verify/policy.h"

#include <algorithm>
#include <set>

namespace naskah::verify {
namespace {

constexpr std::size_t max_certificates = 64;

bool equal(BytesView a, BytesView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

// The one value of a signed attribute. Repeats and empty sets are findings.
const Element* single(const SignerInfo& signer, std::string_view type, std::vector<Finding>& findings) {
    const Attribute* attribute = signer.find_signed(type);
    if (!attribute) return nullptr;
    if (signer.count_signed(type) != 1) return nullptr;  // check_attribute_counts says so
    if (attribute->values.size() != 1) {
        findings.push_back(make_finding("attribute_repeated", type));
        return nullptr;
    }
    return &attribute->values[0];
}

// ESSCertID (RFC 2634 5.4) and ESSCertIDv2 (RFC 5035 3): the first one names the signer's certificate.
bool names_certificate(const Element& value, bool version_2, const Certificate& certificate) {
    DerReader top(value.whole);
    const auto sequence = top.next(tag::sequence);
    if (!sequence) return false;
    DerReader fields(sequence->content);
    const auto list = fields.next(tag::sequence);
    if (!list) return false;
    DerReader items(list->content);
    const auto first = items.next(tag::sequence);
    if (!first) return false;
    DerReader in(first->content);
    std::string hash_oid = version_2 ? "2.16.840.1.101.3.4.2.1" : "1.3.14.3.2.26";
    if (version_2 && in.next_is(tag::sequence)) {
        const auto named = in.next();  // its length may be wrong
        const auto algorithm = named ? parse_algorithm(*named) : std::nullopt;
        if (!algorithm) return false;
        hash_oid = algorithm->oid;
    }
    const auto hash = find_hash(hash_oid);
    const auto expected = in.next(tag::octets);
    if (!hash || !expected) return false;
    const Bytes der = to_der(certificate);
    const BytesView message[] = {der};
    if (!equal(digest(*hash, message), expected->content)) return false;
    if (in.at_end()) return true;
    // IssuerSerial ::= SEQUENCE { GeneralNames, INTEGER }; the issuer is a directoryName [4].
    const auto issuer_serial = in.next(tag::sequence);
    if (!issuer_serial || !in.at_end()) return false;
    DerReader parts(issuer_serial->content);
    const auto names = parts.next(tag::sequence);
    const auto serial = parts.next(tag::integer);
    if (!names || !serial) return false;
    DerReader general(names->content);
    const auto directory = general.next(0xa4);
    if (!directory) return false;
    return has_issuer_and_serial(certificate, directory->content, serial->content);
}

void check_certificate_attribute(const SignerInfo& signer, const SignerRules& rules, SignerFacts& facts) {
    const bool v2 = signer.find_signed(oid::signing_certificate_v2) != nullptr;
    const bool v1 = signer.find_signed(oid::signing_certificate) != nullptr;
    facts.has_certificate_attribute = v1 || v2;
    if (!v1 && !v2) {
        if (rules.certificate_attribute)
            facts.findings.push_back(make_finding("certificate_attribute_missing"));
        return;
    }
    for (const bool version_2 : {true, false}) {
        if (!(version_2 ? v2 : v1)) continue;
        const Element* value = single(
            signer, version_2 ? oid::signing_certificate_v2 : oid::signing_certificate, facts.findings);
        if (value && !names_certificate(*value, version_2, facts.certificate)) {
            facts.findings.push_back(make_finding("certificate_mismatch"));
        }
    }
}

// CMSAlgorithmProtection (RFC 6211): digestAlgorithm, [1] signatureAlgorithm.
void check_algorithm_protection(const SignerInfo& signer, SignerFacts& facts) {
    const Element* value = single(signer, oid::algorithm_protection, facts.findings);
    if (!value) return;
    DerReader in(value->content);
    const auto digest_algorithm = in.next(tag::sequence);
    const auto signature_algorithm = in.next(tag::context_1);
    const auto one = digest_algorithm ? parse_algorithm(*digest_algorithm) : std::nullopt;
    const auto two = signature_algorithm ? parse_algorithm(*signature_algorithm) : std::nullopt;
    if (!one || !two || one->oid != signer.digest.oid || two->oid != signer.signature.oid ||
        !equal(two->parameters, signer.signature.parameters)) {
        facts.findings.push_back(make_finding("algorithm_mismatch", "CMSAlgorithmProtection"));
    }
}

void choose_certificate(const SignedData& data, const SignerInfo& signer, SignerFacts& facts) {
    for (std::size_t i = 0; i < std::min(data.certificates.size(), max_certificates); ++i) {
        Certificate certificate = parse_certificate(data.certificates[i]);
        if (!certificate) continue;
        const bool it = signer.issuer.empty()
                            ? has_subject_key(certificate, signer.subject_key)
                            : has_issuer_and_serial(certificate, signer.issuer, signer.serial);
        if (it && !facts.certificate) facts.certificate = std::move(certificate);
    }
}

// No type of signed attribute may come twice (RFC 5652 5.3), and these have one value each.
void check_attribute_counts(const SignerInfo& signer, SignerFacts& facts) {
    static const std::set<std::string_view> single_valued = {
        "1.2.840.113549.1.9.16.2.15",  // signature policy
        "1.2.840.113549.1.9.16.2.17",  // signer location
        "1.2.840.113549.1.9.16.2.18",  // signer attributes
        "0.4.0.19122.1.1",             // signer attributes, version 2
    };
    std::set<std::string_view> met;
    for (const Attribute& attribute : signer.signed_) {
        const bool again = !met.insert(attribute.oid).second;
        const bool crowded = attribute.values.size() != 1 && single_valued.contains(attribute.oid);
        if (again || attribute.values.empty() || crowded) {
            facts.findings.push_back(make_finding("attribute_repeated", attribute.oid));
        }
    }
}

// Attributes that bind the message (5.4): content-type and message-digest, each once.
void check_attributes(const SignerInfo& signer, Pieces message, const SignerRules& rules,
                      SignerFacts& facts) {
    const Element* type = single(signer, oid::content_type, facts.findings);
    if (type && (type->tag != tag::oid || oid_text(type->content) != rules.content_type)) {
        facts.findings.push_back(make_finding("content_type_mismatch"));
    }
    if (!signer.find_signed(oid::content_type))
        facts.findings.push_back(make_finding("attribute_missing", "content-type"));
    if (!signer.find_signed(oid::message_digest)) {
        facts.findings.push_back(make_finding("attribute_missing", "message-digest"));
    }
    const Element* expected = single(signer, oid::message_digest, facts.findings);
    const auto hash = find_hash(signer.digest.oid);
    if (!hash) {
        facts.findings.push_back(make_finding("algorithm_unknown", signer.digest.oid));
    } else if (expected) {
        const Bytes found = digest(*hash, message);
        facts.digest_matches =
            expected->tag == tag::octets && !found.empty() && equal(found, expected->content);
        if (!facts.digest_matches) facts.findings.push_back(make_finding("digest_mismatch"));
        if (hash->weak_since) facts.weaknesses.push_back({"weak_digest", {}, *hash->weak_since});
    }
    if (const Element* time = single(signer, oid::signing_time, facts.findings))
        facts.signing_time = parse_time(*time);
}

void check_signature_value(const SignerInfo& signer, Pieces message, SignerFacts& facts) {
    evp_pkey_st* key = public_key(facts.certificate);
    if (!key) {
        facts.findings.push_back(make_finding("algorithm_unknown", signer.signature.oid));
        return;
    }
    if (const auto since = policy::weak_since(key)) facts.weaknesses.push_back({"weak_key", {}, *since});
    ValueCheck check;
    if (signer.has_signed_attributes) {
        const BytesView stored[] = {signer.signed_attributes};
        const BytesView sorted[] = {signer.sorted_attributes};
        check = check_value(key, signer.signature, signer.digest, stored, signer.value);
        if (check.match == Match::differs && signer.sorted_attributes != signer.signed_attributes) {
            check = check_value(key, signer.signature, signer.digest, sorted, signer.value);
        }
    } else {
        check = check_value(key, signer.signature, signer.digest, message, signer.value);
    }
    switch (check.match) {
        case Match::matches: facts.signature_matches = true; break;
        case Match::differs: facts.findings.push_back(make_finding("signature_mismatch")); break;
        case Match::unknown_algorithm:
            facts.findings.push_back(make_finding("algorithm_unknown", signer.signature.oid));
            break;
        case Match::wrong_key: facts.findings.push_back(make_finding("algorithm_mismatch")); break;
    }
    if (!signer.has_signed_attributes) facts.digest_matches = facts.signature_matches;
    if (check.weak_since) facts.weaknesses.push_back({"weak_digest", {}, *check.weak_since});
    if (check.hash_disagrees) facts.findings.push_back(make_finding("algorithm_disagreement"));
}

}  // namespace

std::vector<Finding> findings_at(Instant when, const std::vector<Weakness>& weaknesses) {
    std::vector<Finding> out;
    for (const Weakness& weakness : weaknesses) {
        Finding finding = make_finding(weakness.finding, weakness.detail);
        if (when >= weakness.since && std::find(out.begin(), out.end(), finding) == out.end())
            out.push_back(std::move(finding));
    }
    return out;
}

SignerFacts check_signer(const SignedData& data, Pieces message, const SignerRules& rules) {
    SignerFacts facts;
    const SignerInfo& signer = data.signers.at(0);
    choose_certificate(data, signer, facts);
    const bool announced = std::any_of(data.digests.begin(), data.digests.end(),
                                       [&](const Algorithm& it) { return it.oid == signer.digest.oid; });
    if (!announced) facts.findings.push_back(make_finding("algorithm_disagreement"));
    check_attribute_counts(signer, facts);
    if (signer.has_signed_attributes) {
        check_attributes(signer, message, rules, facts);
    } else if (rules.content_type != oid::data) {
        facts.findings.push_back(
            make_finding("attribute_missing", "content-type"));  // 5.3: then they must be there
    }
    if (!facts.certificate) {
        facts.findings.push_back(make_finding("certificate_missing"));
        return facts;
    }
    check_signature_value(signer, message, facts);
    check_certificate_attribute(signer, rules, facts);
    check_algorithm_protection(signer, facts);
    return facts;
}

std::optional<Instant> parse_time(const Element& element) {
    std::string_view text = as_text(element.content);
    int year_digits = 4;
    if (element.tag == tag::utc_time) {
        year_digits = 2;
    } else if (element.tag != tag::generalized_time) {
        return std::nullopt;
    }
    auto number = [&](int digits) -> int {
        int value = 0;
        for (int i = 0; i < digits; ++i) {
            if (text.empty() || text[0] < '0' || text[0] > '9') return -1;
            value = value * 10 + (text[0] - '0');
            text.remove_prefix(1);
        }
        return value;
    };
    int year = number(year_digits);
    const int month = number(2), day = number(2), hour = number(2), minute = number(2), second = number(2);
    if (!text.empty() && text[0] == '.') {
        text.remove_prefix(1);
        while (!text.empty() && text[0] >= '0' && text[0] <= '9') text.remove_prefix(1);
    }
    if (text != "Z" || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60) {
        return std::nullopt;
    }
    if (year_digits == 2) year += year < 50 ? 2000 : 1900;
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                              std::chrono::day{static_cast<unsigned>(day)}};
    if (month < 0 || day < 0 || !date.ok()) return std::nullopt;
    return Instant(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second);
}

}  // namespace naskah::verify
