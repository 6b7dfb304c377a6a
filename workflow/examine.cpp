// What the register knows of a file that someone brought, and why a report is not good.
#include <algorithm>

#include "workflow/issue.h"

namespace naskah::workflow {

std::optional<LetterId> claimed_id(BytesView pdf, const Office& office) {
    const std::string prefix =
        office.verify_url(LetterId{}).substr(0, office.verify_url(LetterId{}).size() - 26);
    const std::string_view text = as_text(pdf);
    for (std::size_t at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1))
        if (auto id = office.id_in(text.substr(at, prefix.size() + 26))) return id;
    return {};
}

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
