// Numbers that name citizens stay out of what travels inside a letter: nobody reads them off a page by
// accident.
#pragma once

#include "core/json.h"

namespace naskah::generator {

// `data` without what `schema`, a kind's, calls a NIK, at any depth and behind any "$ref".
Json without_nik(const Json& data, const Json& schema);

}  // namespace naskah::generator
