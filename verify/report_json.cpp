#include "core/date.h"
#include "verify/etsi.h"
#include "verify/verify.h"

namespace naskah::verify {
namespace {

Json to_json(const std::vector<Finding>& findings) {
    Json out = Json::array();
    for (const Finding& finding : findings) {
        out.push_back({{"name", finding.name}, {"text", finding.text}});
        if (!finding.detail.empty()) out.back()["detail"] = finding.detail;
    }
    return out;
}

Json to_json(const Signature& signature) {
    Json out;
    out["field"] = signature.field;
    out["verdict"] = to_string(signature.verdict);
    out["level"] = signature.level;
    out["signer"] = signature.signer;
    out["is_timestamp"] = signature.is_timestamp;
    out["signed_at"] = signature.signed_at ? Json(to_rfc3339(*signature.signed_at)) : Json(nullptr);
    out["time_proven"] = signature.time_proven;
    out["covers"] = signature.covers;
    out["digest_matches"] = signature.digest_matches;
    out["signature_matches"] = signature.signature_matches;
    out["changes"] = signature.changes;
    out["findings"] = to_json(signature.findings);
    const EtsiVerdict etsi = etsi_of(signature);
    out["etsi"] = {{"indication", etsi.indication}};
    if (!etsi.sub_indication.empty()) out["etsi"]["sub_indication"] = etsi.sub_indication;
    return out;
}

}  // namespace

Json to_json(const Report& report, const std::string& file) {
    Json out;
    out["file"] = file;
    out["sha256"] = to_string(report.sha256);
    out["verdict"] = to_string(report.verdict);
    out["signatures"] = Json::array();
    for (const Signature& signature : report.signatures) out["signatures"].push_back(to_json(signature));
    out["findings"] = to_json(report.findings);
    out["register"] = nullptr;
    return out;
}

}  // namespace naskah::verify
