// What happened to a file after a signature (rules 4 to 11 of the attack classes in docs/threat-model.md).
// A whitelist: what is not known to be harmless is forbidden.
#pragma once

#include <string>
#include <vector>

#include "verify/byte_range.h"
#include "verify/history.h"
#include "verify/permissions.h"
#include "verify/verify.h"

namespace naskah::verify {

struct Changes {
    std::string kind = "none";  // "none", "permitted", "forbidden"
    std::vector<Finding> findings;
};

// Compares the revision that `coverage` ends with the last one.
Changes find_changes(History& history, const Coverage& coverage, const Permissions& permissions);

}  // namespace naskah::verify
