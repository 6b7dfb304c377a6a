// Signatures that the form does not show: what an attacker, or a careless editor, leaves behind in the bytes.
#pragma once

#include <vector>

#include "core/bytes.h"
#include "verify/budget.h"

namespace naskah::verify {

// The offsets of the name /ByteRange, however it is spelled ("/Byte#52ange"), anywhere in the file.
std::vector<std::size_t> find_traces(BytesView file, Budget& budget);

}  // namespace naskah::verify
