// Pictures for the tests: two rows of colours, written in every way that PNG and JPEG know.
#pragma once

#include <string>

#include "core/bytes.h"

namespace naskah::generator {

// A picture of four quarters: red, green above blue, white (grey: 60, 120 above 180, 255), 48 by 32 pixels.
// `kind`: "rgb", "grey", "rgba", "grey+alpha", "palette", "palette+alpha", "grey1", "rgb16", "grey16",
// "interlaced".
Bytes make_png(const std::string& kind, int width = 48, int height = 32);

// `kind`: "ycc", "grey", "progressive", "rgb", "cmyk", "arithmetic". An orientation over 0 adds Exif, with a
// place in it.
Bytes make_jpeg(const std::string& kind, int orientation = 0, int width = 48, int height = 32);

}  // namespace naskah::generator
