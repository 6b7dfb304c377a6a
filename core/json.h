// JSON (RFC 8259) as every part of Naskah reads and writes it. The home of nlohmann/json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace naskah {

using Json = nlohmann::ordered_json;  // members stay in the order in which they were written

// Strict: well-formed UTF-8, no duplicate member, at most 64 levels deep, at most 16 MB, nothing behind the
// value. Throws Error(data) with file, line and column (in characters). A byte order mark is skipped. Time
// and memory grow with the length of the text, whatever it holds.
Json parse_json(std::string_view text, const std::string& file);

// Throw Error(internal) if a text in the value is not well-formed UTF-8: nothing is replaced silently.
std::string dump_json(const Json& value);         // one line
std::string dump_json_pretty(const Json& value);  // indented by two
// Members sorted, one line, whole numbers without a fraction: equal values give equal bytes, and reading
// these bytes and writing them again changes nothing.
std::string canonical_json(const Json& value);

}  // namespace naskah
