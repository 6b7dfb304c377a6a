#include "verify/cms.h"

#include <algorithm>

namespace naskah::verify {
namespace {

std::optional<std::string> read_oid(DerReader& in) {
    const auto element = in.next(tag::oid);
    if (!element) return std::nullopt;
    std::string out = oid_text(element->content);
    if (out.empty()) return std::nullopt;
    return out;
}

bool read_attributes(BytesView content, std::vector<Attribute>& out) {
    DerReader in(content);
    while (!in.at_end()) {
        const auto sequence = in.next(tag::sequence);
        if (!sequence) return false;
        DerReader parts(sequence->content);
        const auto type = read_oid(parts);
        const auto set = parts.next(tag::set);
        if (!type || !set || !parts.at_end()) return false;
        Attribute attribute{*type, {}};
        DerReader values(set->content);
        while (!values.at_end()) {
            const auto value = values.next();
            if (!value) return false;
            attribute.values.push_back(*value);
        }
        out.push_back(std::move(attribute));
    }
    return true;
}

void append_length(Bytes& out, std::size_t size) {
    if (size < 0x80) {
        out.push_back(static_cast<std::uint8_t>(size));
        return;
    }
    int octets = 1;
    while (size >> (8 * octets)) ++octets;
    out.push_back(static_cast<std::uint8_t>(0x80 | octets));
    while (octets-- > 0) out.push_back(static_cast<std::uint8_t>(size >> (8 * octets)));
}

// The SET OF in the order that DER prescribes: by the octets of the encoded elements (X.690 11.6).
Bytes sorted_set(BytesView content) {
    std::vector<BytesView> parts;
    DerReader in(content);
    while (const auto element = in.next()) parts.push_back(element->whole);
    std::sort(parts.begin(), parts.end(), [](BytesView a, BytesView b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    });
    std::size_t size = 0;
    for (const BytesView part : parts) size += part.size();
    Bytes out{tag::set};
    append_length(out, size);
    for (const BytesView part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

bool read_signer(BytesView content, SignerInfo& out) {
    DerReader in(content);
    if (!in.next(tag::integer)) return false;
    if (in.next_is(0x80) || in.next_is(0xa0)) {
        const auto key = in.next();
        if (!key) return false;
        out.subject_key = key->content;
        if (key->tag == 0xa0) {
            DerReader inner(key->content);
            const auto octets = inner.next(tag::octets);
            if (!octets) return false;
            out.subject_key = octets->content;
        }
    } else {
        const auto id = in.next(tag::sequence);
        if (!id) return false;
        DerReader parts(id->content);
        const auto issuer = parts.next(tag::sequence);
        const auto serial = parts.next(tag::integer);
        if (!issuer || !serial || !parts.at_end()) return false;
        out.issuer = issuer->whole;
        out.serial = serial->content;
    }
    const auto digest = in.next(tag::sequence);
    if (!digest) return false;
    const auto digest_algorithm = parse_algorithm(*digest);
    if (!digest_algorithm) return false;
    out.digest = *digest_algorithm;
    if (const auto attributes = in.next(tag::context_0)) {
        out.has_signed_attributes = true;
        out.signed_attributes.assign(attributes->whole.begin(), attributes->whole.end());
        out.signed_attributes[0] = tag::set;
        out.sorted_attributes = sorted_set(attributes->content);
        if (!read_attributes(attributes->content, out.signed_)) return false;
    }
    const auto signature = in.next(tag::sequence);
    if (!signature) return false;
    const auto signature_algorithm = parse_algorithm(*signature);
    const auto value = in.next();
    if (!signature_algorithm || !value || (value->tag & 0xdf) != tag::octets) return false;
    out.signature = *signature_algorithm;
    auto octets = octets_of(*value);
    if (!octets) return false;
    out.value = std::move(*octets);
    if (const auto attributes = in.next(tag::context_1)) {
        if (!read_attributes(attributes->content, out.unsigned_)) return false;
    }
    return in.at_end();
}

}  // namespace

const Attribute* SignerInfo::find_signed(std::string_view type) const {
    for (const Attribute& attribute : signed_) {
        if (attribute.oid == type) return &attribute;
    }
    return nullptr;
}

const Attribute* SignerInfo::find_unsigned(std::string_view type) const {
    for (const Attribute& attribute : unsigned_) {
        if (attribute.oid == type) return &attribute;
    }
    return nullptr;
}

std::size_t SignerInfo::count_signed(std::string_view type) const {
    return static_cast<std::size_t>(std::count_if(
        signed_.begin(), signed_.end(), [&](const Attribute& attribute) { return attribute.oid == type; }));
}

std::optional<Algorithm> parse_algorithm(const Element& sequence) {
    DerReader in(sequence.content);
    const auto type = read_oid(in);
    if (!type) return std::nullopt;
    Algorithm out{*type, {}, sequence.content};
    if (!in.at_end()) {
        const auto parameters = in.next();
        if (!parameters || !in.at_end()) return std::nullopt;
        out.parameters = parameters->whole;
    }
    return out;
}

std::optional<SignedData> parse_signed_data(BytesView der) {
    DerReader top(der);
    const auto info = top.next(tag::sequence);
    if (!info) return std::nullopt;
    DerReader outer(info->content);
    const auto type = read_oid(outer);
    const auto explicit_content = outer.next(tag::context_0);
    if (!type || *type != oid::signed_data || !explicit_content || !outer.at_end()) return std::nullopt;
    DerReader wrapper(explicit_content->content);
    const auto body = wrapper.next(tag::sequence);
    if (!body || !wrapper.at_end()) return std::nullopt;

    SignedData out;
    out.size = info->whole.size();
    DerReader in(body->content);
    if (!in.next(tag::integer)) return std::nullopt;
    const auto digests = in.next(tag::set);
    const auto encapsulated = in.next(tag::sequence);
    if (!digests || !encapsulated) return std::nullopt;
    DerReader algorithms(digests->content);
    while (!algorithms.at_end()) {
        const auto sequence = algorithms.next(tag::sequence);
        if (!sequence) return std::nullopt;
        const auto algorithm = parse_algorithm(*sequence);
        if (!algorithm) return std::nullopt;
        out.digests.push_back(*algorithm);
    }
    DerReader content(encapsulated->content);
    const auto content_type = read_oid(content);
    if (!content_type) return std::nullopt;
    out.content_type = *content_type;
    if (!content.at_end()) {
        const auto holder = content.next(tag::context_0);
        if (!holder || !content.at_end()) return std::nullopt;
        DerReader inner(holder->content);
        const auto octets = inner.next();
        if (!octets || (octets->tag & 0xdf) != tag::octets || !inner.at_end()) return std::nullopt;
        out.content = octets_of(*octets);
        if (!out.content) return std::nullopt;
    }
    if (const auto certificates = in.next(tag::context_0)) {
        DerReader items(certificates->content);
        while (!items.at_end()) {
            const auto item = items.next();
            if (!item) return std::nullopt;
            if (item->tag == tag::sequence) out.certificates.push_back(item->whole);
        }
    }
    if (const auto crls = in.next(tag::context_1)) {
        DerReader items(crls->content);
        while (!items.at_end()) {
            const auto item = items.next();
            if (!item) return std::nullopt;
            if (item->tag == tag::sequence) out.crls.push_back(item->whole);
            if (item->tag != tag::context_1) continue;
            DerReader other(item->content);
            const auto format = read_oid(other);
            const auto response = other.next(tag::sequence);
            if (format && *format == oid::ocsp_response && response) out.ocsps.push_back(response->whole);
        }
    }
    const auto signers = in.next(tag::set);
    if (!signers || !in.at_end()) return std::nullopt;
    DerReader items(signers->content);
    while (!items.at_end()) {
        const auto item = items.next(tag::sequence);
        SignerInfo signer;
        if (!item || !read_signer(item->content, signer)) return std::nullopt;
        out.signers.push_back(std::move(signer));
    }
    return out;
}

}  // namespace naskah::verify
