#include "verify/signature.h"

#include <algorithm>

#include "core/text.h"
#include "verify/byte_range.h"
#include "verify/changes.h"
#include "verify/claimed_time.h"
#include "verify/finding.h"
#include "verify/policy.h"

namespace naskah::verify {
namespace {

constexpr std::size_t max_stamps = 16;
constexpr std::uint64_t steps_per_stamp = 2000;

void add(std::vector<Finding>& to, const std::vector<Finding>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

// The signature must have been this field's value in the very revision that it signs, found through that
// revision's own cross-reference table. Otherwise somebody wrapped or moved it.
const Field* find_in_signed_revision(const Field& field, const Object& dictionary,
                                     History::Entry& signed_revision) {
    const std::size_t place = dictionary.find("Contents")->begin;
    for (const Field& then : signed_revision.form.fields) {
        if (then.type != "Sig" || then.name != field.name) continue;
        const Object* value = signed_revision.revision->resolve(then.value_entry);
        const Object* contents = value && value->has_keys() ? value->find("Contents") : nullptr;
        if (contents && contents->begin == place && value->begin == dictionary.begin) return &then;
    }
    return nullptr;
}

void read_document_timestamp(const SignedData& data, Pieces message, CheckedSignature& checked) {
    Signature& out = checked.report;
    out.is_timestamp = true;
    auto facts = read_timestamp(data, message);
    if (!facts) {
        out.findings.push_back(make_finding("cms_malformed", "stempel waktu"));
        return;
    }
    out.digest_matches = facts->imprint_matches && facts->signer.digest_matches;
    out.signature_matches = facts->signer.signature_matches;
    out.signed_at = facts->time;
    out.level = "cms";
    if (facts->signer.certificate) out.signer = subject_name(facts->signer.certificate);
    if (!facts->imprint_matches) out.findings.push_back(make_finding("digest_mismatch"));
    add(out.findings, facts->signer.findings);
    add(out.findings, facts->findings);
    checked.document_timestamp = std::move(facts);
}

// A timestamp over the signature value proves that it existed then (RFC 3161 appendix A).
void read_stamps(const SignerInfo& signer, Evidence& evidence, CheckedSignature& checked) {
    const BytesView message[] = {signer.value};
    for (const Attribute& attribute : signer.unsigned_) {
        if (attribute.oid != oid::timestamp_token) continue;
        for (const Element& value : attribute.values) {
            if (checked.stamps.size() >= max_stamps) return;
            evidence.budget().spend(steps_per_stamp);
            const auto token = parse_signed_data(value.whole);
            if (token) evidence.add_cms(*token, checked.end);
            checked.stamps.push_back(token ? read_timestamp(*token, message) : std::nullopt);
        }
    }
}

void read_cms(const SignedData& data, Pieces message, bool is_cades, Evidence& evidence,
              CheckedSignature& checked) {
    Signature& out = checked.report;
    SignerFacts facts = check_signer(data, message, {.certificate_attribute = is_cades});
    out.digest_matches = facts.digest_matches;
    out.signature_matches = facts.signature_matches;
    add(out.findings, facts.findings);
    if (!out.signed_at) out.signed_at = facts.signing_time;
    // PAdES baseline (EN 319 142-1 6.3): the certificate named, and the claimed time in /M, not in the CMS.
    checked.is_baseline = is_cades && facts.has_certificate_attribute && !facts.signing_time;
    out.level = checked.is_baseline ? "B-B" : "cms";
    if (facts.certificate) out.signer = subject_name(facts.certificate);
    if (facts.signature_matches) read_stamps(data.signers[0], evidence, checked);
    checked.signer = std::move(facts);
}

// adbe.pkcs7.sha1 (ISO 32000-1 12.8.3.3): the CMS carries the SHA-1 of the covered bytes as its content.
bool content_is_sha1(const SignedData& data, Pieces message) {
    const auto sha1 = find_hash("1.3.14.3.2.26");
    return data.content && *data.content == digest(*sha1, message);
}

// adbe.x509.rsa_sha1 (ISO 32000-1 12.8.3.2): a bare PKCS #1 signature in an OCTET STRING, and the
// certificates in /Cert, the signer's first.
void read_raw(const Object& dictionary, BytesView contents, Pieces message, Evidence& evidence,
              CheckedSignature& checked) {
    Signature& out = checked.report;
    out.level = "cms";
    DerReader in(contents);
    const auto value = in.next();
    const auto octets = value && (value->tag & 0xdf) == tag::octets ? octets_of(*value) : std::nullopt;
    const Object* listed = dictionary.find("Cert");
    const auto take = [&](const Object& item) {
        if (!item.is(Object::Kind::string)) return;
        if (!checked.signer) {
            checked.signer.emplace().certificate = parse_certificate(as_bytes(item.text));
            checked.signer->weaknesses.push_back({"weak_digest", {}, policy::sha1});
        }
        evidence.add_certificate(as_bytes(item.text), {true, checked.end});
    };
    if (listed && !listed->is(Object::Kind::array)) take(*listed);
    for (const Object& item : items_of(listed && listed->is(Object::Kind::array) ? listed : nullptr))
        take(item);
    if (!octets || !checked.signer || !checked.signer->certificate) {
        out.findings.push_back(make_finding(octets ? "certificate_missing" : "cms_malformed"));
        checked.signer.reset();
        return;
    }
    out.signer = subject_name(checked.signer->certificate);
    const Algorithm algorithm{.oid = "1.2.840.113549.1.1.5"}, hash{.oid = "1.3.14.3.2.26"};
    evp_pkey_st* key = public_key(checked.signer->certificate);
    const bool good = key && check_value(key, algorithm, hash, message, *octets).match == Match::matches;
    if (key && policy::weak_since(key))
        checked.signer->weaknesses.push_back({"weak_key", {}, *policy::weak_since(key)});
    checked.signer->signature_matches = checked.signer->digest_matches = good;
    out.digest_matches = out.signature_matches = good;
    if (!good) out.findings.push_back(make_finding("signature_mismatch"));
}

void check_contents(const Object& dictionary, Pieces message, Evidence& evidence, CheckedSignature& checked) {
    Signature& out = checked.report;
    const auto refuse = [&](std::string_view name, std::string_view detail = {}) {
        out.findings.push_back(make_finding(name, detail));
    };
    const Object* filter = dictionary.find("SubFilter");
    const Object* type = dictionary.find("Type");
    const std::string kind = filter && filter->is(Object::Kind::name) ? filter->text : std::string{};
    const bool is_timestamp = kind == "ETSI.RFC3161";
    const bool is_raw = kind == "adbe.x509.rsa_sha1";
    if (!is_raw && !is_timestamp && kind != "ETSI.CAdES.detached" && kind != "adbe.pkcs7.detached" &&
        kind != "adbe.pkcs7.sha1") {
        return refuse("subfilter_unknown");
    }
    if (is_timestamp != (type && type->is_name("DocTimeStamp"))) return refuse("subfilter_mismatch");
    if (type && !is_timestamp && !type->is_name("Sig")) return refuse("subfilter_mismatch");

    const BytesView contents = as_bytes(dictionary.find("Contents")->text);
    if (is_raw) return read_raw(dictionary, contents, message, evidence, checked);
    const auto data = parse_signed_data(contents);
    if (!data) return refuse("cms_malformed");
    const BytesView padding = contents.subspan(data->size);
    if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t octet) { return octet != 0; })) {
        return refuse("cms_padding_invalid");
    }
    if (data->signers.size() != 1) return refuse("signer_count_invalid");
    evidence.budget().spend(steps_per_stamp);
    evidence.add_cms(*data, checked.end);
    if (is_timestamp) return read_document_timestamp(*data, message, checked);
    if (data->content_type != oid::data) return refuse("subfilter_mismatch");
    if (kind == "adbe.pkcs7.sha1") {
        if (!content_is_sha1(*data, message)) return refuse("digest_mismatch");
        const BytesView content[] = {*data->content};
        read_cms(*data, content, false, evidence, checked);
        checked.signer->weaknesses.push_back({"weak_digest", {}, policy::sha1});
        return;
    }
    if (data->content) return refuse("content_not_detached");
    read_cms(*data, message, kind == "ETSI.CAdES.detached", evidence, checked);
}

}  // namespace

CheckedSignature check_signature(const Field& field, History& history, Evidence& evidence) {
    CheckedSignature checked;
    Signature& out = checked.report;
    out.field = visible(field.name);
    const auto refuse = [&](std::string_view name) {
        out.findings.push_back(make_finding(name));
        out.verdict = verdict_of(out);
        return checked;
    };
    Revision& last = *history.last().revision;
    const Object* dictionary = last.resolve(field.value_entry);
    if (!dictionary || !dictionary->is(Object::Kind::dictionary)) return refuse("signature_malformed");
    // A signature inside an object stream has no gap in the file; its offsets would be those of the stream.
    const Ref ref = field.value_entry->ref;
    if (field.value_entry->is(Object::Kind::ref) && !last.extent(ref.number))
        return refuse("signature_malformed");
    checked.begin = dictionary->begin;
    checked.end = dictionary->end;
    out.signed_at = claimed_time(last.find(dictionary, "M"));

    const auto coverage = read_coverage(*dictionary, history.file(), history.budget(), out.findings);
    if (!coverage) {
        out.verdict = verdict_of(out);
        return checked;
    }
    checked.covered_end = coverage->end;
    History::Entry& then = history.at(coverage->end);
    if (!then.revision) return refuse("signed_revision_malformed");
    if (then.revision->has_twin_objects()) return refuse("ambiguous_objects");
    const Field* field_then = find_in_signed_revision(field, *dictionary, then);
    if (!field_then) return refuse("signature_displaced");

    const auto pieces = coverage->pieces(history.file());
    check_contents(*dictionary, pieces, evidence, checked);
    const Object* dictionary_then = then.revision->resolve(field_then->value_entry);
    const Permissions permissions = read_permissions(*then.revision, *field_then, *dictionary_then);
    const Changes changes = find_changes(history, *coverage, permissions);
    out.changes = changes.kind;
    out.covers = changes.kind == "none" ? "whole" : "revision";
    add(out.findings, changes.findings);
    out.verdict = verdict_of(out);
    return checked;
}

}  // namespace naskah::verify
