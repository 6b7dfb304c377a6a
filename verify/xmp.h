// XMP metadata (ISO 16684-1) that a later revision brings along. It is shown by nobody who reads the page, so
// it may change, but only to what is plainly XMP: no document type, no entities of its own, well-formed.
#pragma once

#include <string_view>

namespace naskah::verify {

bool is_plain_xmp(std::string_view text);

}  // namespace naskah::verify
