// What the file of a schema may say, before valijson sees it.
#pragma once

#include <string>

#include "core/json.h"

namespace naskah::generator {

// Throws Error(data) naming `file` and the place in it: no schema, a keyword or format that nobody knows
// here, a "$ref" that leads nowhere or only back to itself.
void refuse_bad_schema(const Json& schema, const std::string& file);

}  // namespace naskah::generator
