// The parts of a font program that are text: the map back to Unicode, the widths, the subset's tag.
#pragma once

#include <string>
#include <vector>

#include "generator/fonts.h"

namespace naskah::generator {

// Fills `name`, `to_unicode`, `widths` and `compressed` of a program whose `width`, `text` and descriptor are
// set. `bytes` is the subset font, `face_name` its PostScript name.
void finish_program(FontProgram& program, BytesView bytes, const std::string& face_name);

// The ToUnicode CMap (ISO 32000-1 9.10.3) of two-byte codes: element i of `text` is what CID i stands for.
std::string to_unicode_cmap(const std::vector<std::string>& text);

}  // namespace naskah::generator
