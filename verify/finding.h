// All findings that verify can make, what each does to the verdict, and its words. docs/formats.md lists the
// same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verify/verify.h"

namespace naskah::verify {

enum class Effect {
    informs,    // the verdict does not depend on it
    unsettles,  // intact as far as it goes, but not to be trusted: indeterminate
    fails,      // altered, broken or forged
};

struct FindingKind {
    std::string_view name;
    Effect effect;
    std::string_view sub_indication;  // in the words of EN 319 102-1 (verify/etsi.h); empty if it has none
    std::string_view text;            // Indonesian
    std::string_view english;
};

const std::vector<FindingKind>& finding_kinds();

// `name` must be one of finding_kinds(); `detail` is put behind the text in brackets.
Finding make_finding(std::string_view name, std::string_view detail = {});
Effect effect_of(const Finding& finding);
const FindingKind& kind_of(const Finding& finding);

// The verdicts follow from the facts and nothing else.
Verdict verdict_of(const Signature& signature);
Verdict verdict_of(const Report& report);  // the worst signature decides

}  // namespace naskah::verify
