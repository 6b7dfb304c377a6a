// The rules of the procedures that need a calendar or look at several fields at once. A kind declares them as
// data, in about.json's "aturan"; docs/templates.md has the vocabulary. What one field alone must be is the
// schema's business.
#pragma once

#include <string>
#include <vector>

#include "core/date.h"
#include "core/error.h"
#include "core/json.h"
#include "core/workdays.h"

namespace naskah::workflow {

// Every rule that `data` breaks, field by field, in Indonesian. `data` must have passed the schema;
// `letter_date` is the day of signing. `warnings` gains what a clerk should know and may ignore. Throws
// Error(data) if a rule itself is wrong: unknown, or without what it needs (see rule_flaws).
std::vector<Problem> check_rules(const Json& rules, const Json& data, Date letter_date,
                                 const Workdays& workdays, std::vector<Problem>& warnings);

// What is wrong with the rules themselves: a template author's mistakes. `file` is named in the messages.
std::vector<Problem> rule_flaws(const Json& rules, const Json& schema, const std::string& file);

// Warns where the kind asks for it ("peringatan_mandat") and the signer holds a mandate only (Plt., Plh.): a
// decision that changes someone's legal status is beyond it (UU 30/2014 ps. 14). `signer` is what the
// templates see.
std::vector<Problem> mandate_warnings(const Json& rules, const Json& signer);

// What only one letter that is not void may have: "sk-pencabutan:Sertifikat Standar:9120…", from about.json's
// "sekali"; empty if the kind may come as often as one likes. Case and blanks don't make a difference.
std::string once_of(const Json& about, const std::string& kind, const Json& data);

}  // namespace naskah::workflow
