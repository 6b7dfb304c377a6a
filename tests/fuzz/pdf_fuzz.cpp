// Any bytes as an uploaded file: the whole check, from "%PDF-" to the verdict and its three reports.
#include <cstdlib>

#include "verify/etsi.h"
#include "verify/policy.h"
#include "verify/report_text.h"
#include "verify/verify.h"

using namespace naskah;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const verify::Trust nobody;
    const auto report = verify::check({data, size}, nobody, verify::policy::day(2026, 3, 26));
    if (report.verdict == verify::Verdict::passed) std::abort();  // with nobody trusted
    dump_json(to_json(report, "berkas"));
    to_text(report, "berkas", {verify::Language::english, true});
    return 0;
}
