// QR codes (ISO/IEC 18004): written with level Q by qrcodegen, which is told the mask (qr_writer.cpp), read
// from pictures by ZXing (qr_reader.cpp).
#pragma once

#include <string>
#include <vector>

#include "generator/page.h"
#include "generator/picture.h"

namespace naskah::generator {

// Throws Error(data) if the text does not fit. `rect` is left empty.
QrCode make_qr(const std::string& text);

// What the QR codes in a picture of one channel say, at most eight; empty if there is none that can be read.
// The picture may be hostile: its pixels bound the time.
std::vector<std::string> read_qr(const Raster& picture);

}  // namespace naskah::generator
