// What the register knows of a file that someone brought, and why a report is not good.
#include "workflow/answer.h"
#include "workflow/issue.h"

namespace naskah::workflow {

std::string reasons(const verify::Report& report) {
    std::string text;
    const auto add = [&](const std::vector<verify::Finding>& findings) {
        for (const verify::Finding& finding : findings) text += (text.empty() ? "" : "; ") + finding.text;
    };
    add(report.findings);
    for (const verify::Signature& signature : report.signatures) add(signature.findings);
    return text.empty() ? to_string(report.verdict) : text;
}

Json registered(BytesView pdf, const verify::Report& report, const Office& office,
                storage::Register& letters) {
    std::optional<storage::Letter> letter = letters.find_sha256(report.sha256);
    const bool same = letter.has_value();
    if (!letter)
        if (const auto id = claimed_id(pdf, office)) letter = letters.find(*id);
    if (!letter) return nullptr;
    return {{"number", letter->number},
            {"kind", letter->kind},
            {"status", to_string(letter->status)},
            {"same_bytes", same}};
}

}  // namespace naskah::workflow
