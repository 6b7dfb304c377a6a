// Compression as PDF wants it: zlib data (RFC 1950). The home of libdeflate.
#pragma once

#include "core/bytes.h"

namespace naskah::generator {

// `level` 1 (fast) to 12 (small). Same bytes and level: same result. Safe from any thread.
Bytes deflate(BytesView bytes, int level);

}  // namespace naskah::generator
