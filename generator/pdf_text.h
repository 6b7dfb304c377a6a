// Runs of glyphs as text operators (ISO 32000-1 9.4), positioned to the thousandth of an em and readable
// again.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "generator/page.h"

namespace naskah::generator {

// Called before glyphs whose Unicode map says something else than the text: `meant` is what they stand for.
// Called with nothing before the next glyphs that speak for themselves.
using ActualText = std::function<void(std::string_view meant)>;

// Appends the operators that show `text` where the text matrix stands. Face, size and letter space are set
// already. Throws Error(internal) for a glyph that the program lacks.
void append_glyphs(std::string& out, const Text& text, const FontProgram& program,
                   const ActualText& actual_text);

}  // namespace naskah::generator
