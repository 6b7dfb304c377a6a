// The rules of the procedures that need a calendar or look at several fields at once. A kind declares them as
// data, in about.json's "aturan"; docs/templates.md has the vocabulary. What one field alone must be is the
// schema's business.
#pragma once

#include <optional>
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

// The last day on which the rules want the letter signed (`terbit_sebelum`, `paling_lambat`; the earliest of
// several); nothing if none says so. `data` may be a draft that is not whole yet.
std::optional<Date> last_day(const Json& rules, const Json& data, const Workdays& workdays);

// What is wrong with the rules themselves: a template author's mistakes. `file` is named in the messages.
std::vector<Problem> rule_flaws(const Json& rules, const Json& schema, const std::string& file);

}  // namespace naskah::workflow
