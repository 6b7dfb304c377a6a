// QR codes (ISO/IEC 18004) by ZXing, level Q.
#pragma once

#include <string>

#include "generator/page.h"

namespace naskah::generator {

// Throws Error(data) if the text does not fit. `rect` is left empty.
QrCode make_qr(const std::string& text);

}  // namespace naskah::generator
