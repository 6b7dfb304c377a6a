// Certificates, revocation lists and OCSP responses that may help to judge a signature: from the file's
// document security store (ISO 32000-2 12.8.4.3), from the CMS of each signature and timestamp, from the
// trust that was given, or from the network. All of it is untrusted: verify/revocation.h believes an answer
// only if the certificate's issuer, or whom that issuer charged with it, signed it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "verify/certificate.h"
#include "verify/cms.h"
#include "verify/revision.h"
#include "verify/verify.h"

struct X509_crl_st;
struct ocsp_basic_response_st;

namespace naskah::verify {

// Where a piece of evidence stands. What is not in the file proves as much, but gives the file no level.
struct Source {
    bool in_file = false;
    std::size_t end = 0;  // in the file: a timestamp that covers this offset covers the evidence
};

struct CrlEvidence {
    std::shared_ptr<X509_crl_st> crl;
    Source source;
};
struct OcspEvidence {
    std::shared_ptr<ocsp_basic_response_st> response;
    Source source;
    std::vector<Certificate> certificates;  // that came with it, the first few
};

class Evidence {
public:
    explicit Evidence(Budget& budget) : budget_(&budget) {}

    void add_store(Revision& revision);  // the DSS of that revision
    // Certificates, lists and responses of a CMS, in its attributes too. `end`: of the signature in the file.
    void add_cms(const SignedData& data, std::size_t end);
    void add_certificate(BytesView der, Source source);
    void add(CrlEvidence item) { crls_.push_back(std::move(item)); }
    void add(OcspEvidence item) { ocsps_.push_back(std::move(item)); }
    bool add_crl(BytesView der, Source source);   // false if it is none
    bool add_ocsp(BytesView der, Source source);  // an OCSPResponse or a BasicOCSPResponse

    const std::vector<Certificate>& certificates() const { return certificates_; }
    const std::vector<CrlEvidence>& crls() const { return crls_; }
    const std::vector<OcspEvidence>& ocsps() const { return ocsps_; }
    // Where in the file a certificate stands first; nothing if it does not.
    std::optional<std::size_t> place_of(const Certificate& certificate) const;
    // Something that claims to be evidence is none.
    bool is_damaged() const { return damaged_; }
    Budget& budget() const { return *budget_; }
    // Whether a signature on evidence number `item` by the key of `signer` was checked before, and how it
    // came out.
    std::map<std::pair<const void*, const void*>, bool>& checked() const { return checked_; }
    // True once for each certificate: the network is not asked twice.
    bool may_ask(const Certificate& certificate);

private:
    enum class Kind { certificate, ocsp, crl };
    void add_streams(Revision& revision, const Object* array, Kind kind);
    void add_attributes(const SignerInfo& signer, std::size_t end);

    Budget* budget_;
    std::vector<Certificate> certificates_;
    std::map<const void*, std::size_t> places_;  // by certificate
    std::vector<CrlEvidence> crls_;
    std::vector<OcspEvidence> ocsps_;
    std::set<int> met_;  // streams of the store
    bool damaged_ = false;
    mutable std::map<std::pair<const void*, const void*>, bool> checked_;
    std::set<Sha256> asked_;  // digests of certificates
};

// An OCSPResponse that was successful, or a BasicOCSPResponse; nothing if it is neither.
std::optional<OcspEvidence> parse_ocsp(BytesView der);
std::shared_ptr<X509_crl_st> parse_crl(BytesView der);

}  // namespace naskah::verify
