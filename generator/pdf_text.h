// Runs of glyphs as text operators (ISO 32000-1 9.4), positioned to the thousandth of an em and readable
// again.
#pragma once

#include <string>

#include "generator/page.h"

namespace naskah::generator {

// Appends the operators that show `text` where the text matrix stands: TJ arrays, with ActualText around
// glyphs whose Unicode map says something else than the text. Face and size are set already. Throws
// Error(internal) for a glyph that the program lacks.
void append_glyphs(std::string& out, const Text& text, const FontProgram& program);

}  // namespace naskah::generator
