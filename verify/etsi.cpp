#include "verify/etsi.h"

#include <algorithm>
#include <array>

#include "verify/finding.h"

namespace naskah::verify {
namespace {

// Of several the first counts: what is proven false before what is not proven, the bytes before the signature
// before the certificates.
constexpr std::array order = {
    std::string_view("HASH_FAILURE"),
    std::string_view("SIG_CRYPTO_FAILURE"),
    std::string_view("FORMAT_FAILURE"),
    std::string_view("REVOKED"),
    // From here on INDETERMINATE.
    std::string_view("SIGNED_DATA_NOT_FOUND"),
    std::string_view("NO_SIGNING_CERTIFICATE_FOUND"),
    std::string_view("NO_CERTIFICATE_CHAIN_FOUND"),
    std::string_view("CERTIFICATE_CHAIN_GENERAL_FAILURE"),
    std::string_view("CHAIN_CONSTRAINTS_FAILURE"),
    std::string_view("REVOKED_NO_POE"),
    std::string_view("OUT_OF_BOUNDS_NO_POE"),
    std::string_view("CRYPTO_CONSTRAINTS_FAILURE"),
    std::string_view("CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    std::string_view("TIMESTAMP_ORDER_FAILURE"),
    std::string_view("SIG_CONSTRAINTS_FAILURE"),
    std::string_view("NO_POE"),
    std::string_view("TRY_LATER"),
};
constexpr std::size_t failures = 4;

std::size_t rank(const Finding& finding, bool time_proven) {
    std::string_view name = kind_of(finding).sub_indication;
    // The one says that it was too late for the algorithm, the other that nobody knows when it was.
    if (name == "CRYPTO_CONSTRAINTS_FAILURE" && !time_proven && finding.name != "algorithm_unknown")
        name = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
    return static_cast<std::size_t>(std::find(order.begin(), order.end(), name) - order.begin());
}

EtsiVerdict verdict_at(std::size_t rank) {
    if (rank >= order.size()) return {"TOTAL-PASSED", ""};
    return {rank < failures ? "TOTAL-FAILED" : "INDETERMINATE", std::string(order[rank])};
}

std::size_t rank_of(const Signature& signature) {
    std::size_t worst = order.size();
    for (const Finding& finding : signature.findings)
        worst = std::min(worst, rank(finding, signature.time_proven));
    const bool unexplained = worst == order.size() && signature.verdict != Verdict::passed;
    return unexplained ? 2 : worst;  // a verdict without a reason would be a mistake of ours: never a pass
}

}  // namespace

EtsiVerdict etsi_of(const Signature& signature) { return verdict_at(rank_of(signature)); }

EtsiVerdict etsi_of(const Report& report) {
    if (report.verdict == Verdict::unsigned_) return {};
    std::size_t worst = order.size();
    for (const Finding& finding : report.findings) worst = std::min(worst, rank(finding, false));
    for (const Signature& signature : report.signatures) worst = std::min(worst, rank_of(signature));
    return verdict_at(worst);
}

}  // namespace naskah::verify
