#include "verify/evidence.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <algorithm>

namespace naskah::verify {
namespace {

constexpr std::size_t max_items = 300;     // of each kind; an honest store holds a handful
constexpr std::size_t max_asked = 16;      // certificates about which the network is asked
constexpr std::size_t bytes_per_step = 8;  // what decoding costs

}  // namespace

std::shared_ptr<OCSP_BASICRESP> parse_ocsp(BytesView der) {
    const unsigned char* at = der.data();
    const auto size = static_cast<long>(der.size());
    OCSP_BASICRESP* basic = nullptr;
    if (OCSP_RESPONSE* response = d2i_OCSP_RESPONSE(nullptr, &at, size)) {
        if (OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
            basic = OCSP_response_get1_basic(response);
        OCSP_RESPONSE_free(response);
    } else {
        at = der.data();
        basic = d2i_OCSP_BASICRESP(nullptr, &at, size);
    }
    ERR_clear_error();
    if (!basic) return nullptr;
    return {basic, OCSP_BASICRESP_free};
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
    auto response = parse_ocsp(der);
    if (!response) {
        damaged_ = true;
        return false;
    }
    ocsps_.push_back({std::move(response), source});
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
