#include "verify/evidence.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <algorithm>

namespace naskah::verify {
namespace {

constexpr std::size_t max_items = 300;  // of each kind; an honest store holds a handful
constexpr std::size_t max_asked = 16;   // certificates about which the network is asked
constexpr std::size_t max_answer_certificates = 8;
constexpr std::uint8_t bits = 0x03, enumerated = 0x0a;
constexpr const char* basic_response = "1.3.6.1.5.5.7.48.1.1";
constexpr std::size_t bytes_per_step = 8;  // what decoding costs

}  // namespace

// OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] SEQUENCE { OID, OCTET STRING } }
// BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, certs [0] } (RFC
// 6960 4.2.1)
std::optional<OcspEvidence> parse_ocsp(BytesView der) {
    const auto top = DerReader(der).next(tag::sequence);
    if (!top) return std::nullopt;
    DerReader in(top->content);
    std::optional<Bytes> inner;
    if (const auto status = in.next(enumerated)) {
        if (status->content.size() != 1 || status->content[0] != OCSP_RESPONSE_STATUS_SUCCESSFUL)
            return std::nullopt;
        const auto wrapper = in.next(tag::context_0);
        const auto bytes = wrapper ? DerReader(wrapper->content).next(tag::sequence) : std::nullopt;
        if (!bytes) return std::nullopt;
        DerReader parts(bytes->content);
        const auto type = parts.next(tag::oid);
        const auto octets = parts.next();
        if (!type || oid_text(type->content) != basic_response || !octets) return std::nullopt;
        inner = octets_of(*octets);
        const auto basic = inner ? DerReader(*inner).next(tag::sequence) : std::nullopt;
        if (!basic) return std::nullopt;
        in = DerReader(basic->content);
    }
    // OpenSSL would decode the key of each certificate anew: they are parsed apart, where the same ones are
    // remembered.
    const auto data = in.next(tag::sequence), algorithm = in.next(tag::sequence), signature = in.next(bits);
    if (!data || !algorithm || !signature) return std::nullopt;
    OcspEvidence out;
    if (const auto certificates = in.next(tag::context_0)) {
        const auto list = DerReader(certificates->content).next(tag::sequence);
        if (!list) return std::nullopt;
        DerReader items(list->content);
        while (!items.at_end() && out.certificates.size() < max_answer_certificates) {
            const auto item = items.next(tag::sequence);
            if (!item || !out.certificates.emplace_back(parse_certificate(item->whole))) return std::nullopt;
        }
    }
    Bytes bare;
    for (const auto* part : {&*data, &*algorithm, &*signature})
        bare.insert(bare.end(), part->whole.begin(), part->whole.end());
    const std::size_t size = bare.size();
    bare.insert(bare.begin(),
                {0x30, 0x84, static_cast<std::uint8_t>(size >> 24),
                 static_cast<std::uint8_t>(size >> 16 & 0xff), static_cast<std::uint8_t>(size >> 8 & 0xff),
                 static_cast<std::uint8_t>(size & 0xff)});  // BER, which OpenSSL reads
    const unsigned char* at = bare.data();
    out.response.reset(d2i_OCSP_BASICRESP(nullptr, &at, static_cast<long>(bare.size())), OCSP_BASICRESP_free);
    ERR_clear_error();
    if (!out.response) return std::nullopt;
    return out;
}

std::shared_ptr<X509_CRL> parse_crl(BytesView der) {
    const unsigned char* at = der.data();
    X509_CRL* crl = d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()));
    ERR_clear_error();
    if (!crl) return nullptr;
    return {crl, X509_CRL_free};
}

void Evidence::add_certificate(BytesView der, Source source) {
    if (certificates_.size() >= max_items) return;
    budget_->spend(der.size() / bytes_per_step);
    Certificate certificate = parse_certificate(der);
    if (!certificate) {
        damaged_ = true;
        return;
    }
    const auto same = std::find_if(certificates_.begin(), certificates_.end(), [&](const Certificate& it) {
        return it == certificate || X509_cmp(it.get(), certificate.get()) == 0;
    });
    const Certificate& kept = same == certificates_.end() ? certificates_.emplace_back(certificate) : *same;
    if (!source.in_file) return;
    const auto [place, fresh] = places_.try_emplace(kept.get(), source.end);
    if (!fresh) place->second = std::min(place->second, source.end);
}

std::optional<std::size_t> Evidence::place_of(const Certificate& certificate) const {
    for (const Certificate& it : certificates_) {
        if (it != certificate && X509_cmp(it.get(), certificate.get()) != 0) continue;
        const auto place = places_.find(it.get());
        if (place != places_.end()) return place->second;
    }
    return std::nullopt;
}

bool Evidence::may_ask(const Certificate& certificate) {
    return asked_.size() < max_asked && asked_.insert(sha256(to_der(certificate))).second;
}

bool Evidence::add_crl(BytesView der, Source source) {
    if (source.in_file && crls_.size() >= max_items) return true;
    budget_->spend(der.size() / bytes_per_step);
    auto crl = parse_crl(der);
    if (!crl) {
        damaged_ = true;
        return false;
    }
    crls_.push_back({std::move(crl), source});
    return true;
}

bool Evidence::add_ocsp(BytesView der, Source source) {
    if (source.in_file && ocsps_.size() >= max_items) return true;
    budget_->spend(der.size() / bytes_per_step);
    auto answer = parse_ocsp(der);
    if (!answer) {
        damaged_ = true;
        return false;
    }
    answer->source = source;
    ocsps_.push_back(std::move(*answer));
    return true;
}

void Evidence::add_streams(Revision& revision, const Object* array, Kind kind) {
    if (!array || !array->is(Object::Kind::array)) return;
    for (const Object& item : array->items) {
        budget_->spend();
        if (!item.is(Object::Kind::ref) || met_.size() >= 3 * max_items) continue;
        if (!met_.insert(item.ref.number).second) continue;
        const auto extent = revision.extent(item.ref.number);
        const auto data = extent ? revision.unpacked(item.ref) : std::nullopt;
        if (!data) {
            damaged_ = true;
            continue;
        }
        const Source source{true, extent->second};
        if (kind == Kind::certificate) add_certificate(*data, source);
        if (kind == Kind::ocsp) add_ocsp(*data, source);
        if (kind == Kind::crl) add_crl(*data, source);
    }
}

// What the entries of VRI name stands in the other arrays too (12.8.4.4), but not every writer knows that.
void Evidence::add_store(Revision& revision) {
    const Object* store = revision.find(revision.catalog(), "DSS");
    if (!store) return;
    add_streams(revision, revision.find(store, "Certs"), Kind::certificate);
    add_streams(revision, revision.find(store, "OCSPs"), Kind::ocsp);
    add_streams(revision, revision.find(store, "CRLs"), Kind::crl);
    const Object* records = revision.find(store, "VRI");
    if (!records || !records->is(Object::Kind::dictionary)) return;
    for (const Object& item : records->items) {
        budget_->spend();
        const Object* record = revision.resolve(&item);
        add_streams(revision, revision.find(record, "Cert"), Kind::certificate);
        add_streams(revision, revision.find(record, "OCSP"), Kind::ocsp);
        add_streams(revision, revision.find(record, "CRL"), Kind::crl);
    }
}

// RevocationInfoArchival (ISO 32000-2 12.8.3.3.2) and RevocationValues (EN 319 122-1 A.1.4): lists under
// [0], responses under [1].
void Evidence::add_attributes(const SignerInfo& signer, std::size_t end) {
    const Source source{true, end};
    for (const auto* attributes : {&signer.signed_, &signer.unsigned_}) {
        for (const Attribute& attribute : *attributes) {
            const bool is_revocation =
                attribute.oid == oid::adobe_revocation || attribute.oid == oid::revocation_values;
            if (!is_revocation && attribute.oid != oid::certificate_values) continue;
            for (const Element& value : attribute.values) {
                DerReader in(value.content);
                if (!is_revocation) {
                    while (const auto certificate = in.next(tag::sequence))
                        add_certificate(certificate->whole, source);
                    continue;
                }
                while (const auto part = in.next()) {
                    DerReader wrapper(part->content);
                    const auto list = wrapper.next(tag::sequence);
                    if (!list) continue;
                    DerReader items(list->content);
                    while (const auto item = items.next(tag::sequence)) {
                        if (part->tag == tag::context_0) add_crl(item->whole, source);
                        if (part->tag == tag::context_1) add_ocsp(item->whole, source);
                    }
                }
            }
        }
    }
}

void Evidence::add_cms(const SignedData& data, std::size_t end) {
    const Source source{true, end};
    for (const BytesView der : data.certificates) add_certificate(der, source);
    for (const BytesView der : data.crls) add_crl(der, source);
    for (const BytesView der : data.ocsps) add_ocsp(der, source);
    for (const SignerInfo& signer : data.signers) add_attributes(signer, end);
}

}  // namespace naskah::verify
