// Compression as PDF wants it: zlib data (RFC 1950). The home of zlib.
#pragma once

#include "core/bytes.h"

namespace naskah::generator {

// `level` 1 (fast) to 9 (small). Same bytes and level: same result. Safe from any thread.
Bytes deflate(BytesView bytes, int level);

}  // namespace naskah::generator
