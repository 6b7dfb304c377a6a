// Whether a CMS signature is true of a message: RFC 5652 5.4 and 5.6, RFC 5035, RFC 6211, ETSI EN 319 122-1.
// Says nothing about whether the signer is to be trusted: verify/chain.h does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/world.h"
#include "verify/algorithms.h"
#include "verify/certificate.h"
#include "verify/cms.h"
#include "verify/verify.h"

namespace naskah::verify {

struct SignerRules {
    std::string content_type = oid::data;  // what the content-type attribute must say
    bool certificate_attribute = false;    // ESS signing-certificate(-v2) is required, not only checked
};

// An algorithm that proves nothing if the signature was made, or can only be shown to have been made, after
// a day.
struct Weakness {
    std::string_view finding;  // weak_digest or weak_key
    std::string detail;
    Instant since;
};
// Those that count at that time, each once.
std::vector<Finding> findings_at(Instant when, const std::vector<Weakness>& weaknesses);

struct SignerFacts {
    std::vector<Finding> findings;
    std::vector<Weakness> weaknesses;
    bool digest_matches = false;
    bool signature_matches = false;
    bool has_certificate_attribute = false;
    std::optional<Instant> signing_time;  // the signed attribute: a claim
    Certificate certificate;              // nullptr if it is not among those in the CMS
};

// `data` must have exactly one signer.
SignerFacts check_signer(const SignedData& data, Pieces message, const SignerRules& rules);

// UTCTime or GeneralizedTime in UTC (X.680, as RFC 5280 4.1.2.5 restricts them; fractions of a second are
// dropped).
std::optional<Instant> parse_time(const Element& element);

}  // namespace naskah::verify
