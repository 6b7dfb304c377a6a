// The segments of a JPEG file (ITU-T T.81 annex B): is it whole, how is it turned, and what of it belongs in
// a letter.
#pragma once

#include <optional>

#include "core/bytes.h"

namespace naskah::generator {

struct JpegSegments {
    Bytes bare;  // the file without comments and application data, except JFIF's and Adobe's colour marks
    int orientation = 1;  // Exif, 1 to 8
};

// Nothing if the file ends before its end marker, or if its segments do not follow each other.
std::optional<JpegSegments> read_jpeg_segments(BytesView file);

}  // namespace naskah::generator
