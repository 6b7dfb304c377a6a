// Base64 (RFC 4648 section 4), as JSON carries files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace naskah {

std::string to_base64(BytesView bytes);
// Nothing for anything but whole groups of four with padding at the end alone. Line ends, which some writers
// put in (RFC 2045), are passed over.
std::optional<Bytes> parse_base64(std::string_view text);

}  // namespace naskah
