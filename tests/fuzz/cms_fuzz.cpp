// Any bytes as what stands in /Contents, and as what a security store may hold: CMS, timestamp tokens,
// certificates, revocation lists, OCSP responses.
#include <algorithm>
#include <cstdlib>

#include "verify/evidence.h"
#include "verify/judge.h"
#include "verify/policy.h"
#include "verify/revocation.h"
#include "verify/signer.h"
#include "verify/timestamp.h"

using namespace naskah;
using namespace naskah::verify;

namespace {

// As if the arithmetic were right: then only the trust stands between these bytes and a pass.
void claim_to_match(CheckedSignature& checked, const SignerFacts& signer) {
    checked.report.digest_matches = checked.report.signature_matches = true;
    for (const Finding& finding : signer.findings) {
        if (finding.name != "digest_mismatch" && finding.name != "signature_mismatch")
            checked.report.findings.push_back(finding);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Trust nobody;
    const BytesView bytes(data, size);
    const Instant at = policy::day(2026, 3, 26);
    Budget budget(4'000'000);
    try {
        Evidence evidence(budget);
        evidence.add_certificate(bytes, {true, size});
        evidence.add_crl(bytes, {true, size});
        evidence.add_ocsp(bytes, {true, size});
        const auto cms = parse_signed_data(bytes);
        if (cms) evidence.add_cms(*cms, size);
        const BytesView message[] = {bytes};
        std::vector<CheckedSignature> signatures;
        if (cms && cms->signers.size() == 1) {
            CheckedSignature& checked = signatures.emplace_back();
            checked.covered_end = 1;
            checked.is_baseline = true;
            checked.signer = check_signer(*cms, message, {.certificate_attribute = true});
            checked.stamps.push_back(read_timestamp(*cms, message));
            claim_to_match(checked, *checked.signer);
            if (auto stamp = read_timestamp(*cms, message)) {
                CheckedSignature& over_it = signatures.emplace_back();
                over_it.covered_end = 2;
                claim_to_match(over_it, stamp->signer);
                over_it.document_timestamp = std::move(stamp);
            }
        }
        judge(signatures, nobody.store(), at, evidence, nullptr);
        for (const CheckedSignature& it : signatures) {  // with nobody trusted
            if (it.report.verdict == Verdict::passed || it.report.time_proven) std::abort();
        }
        const std::size_t few = std::min<std::size_t>(evidence.certificates().size(), 4);
        for (std::size_t a = 0; a < few; ++a) {
            for (std::size_t b = 0; b < few; ++b) {
                x509_st* subject = evidence.certificates()[a].get();
                x509_st* issuer = evidence.certificates()[b].get();
                find_revocation({subject, issuer, at}, evidence);
                ocsp_request(subject, issuer);
                revocation_places(subject);
            }
        }
    } catch (const Exhausted&) {
    }
    return 0;
}
