// Pages to PDF 1.7: tagged, with XMP and an output intent, written by libharu (pdf_file.h). It claims no
// PDF/A yet.
#pragma once

#include "core/bytes.h"
#include "core/world.h"
#include "generator/page.h"

namespace naskah::generator {

// Same document, fonts and time: same bytes. The file is tagged, in a classic cross-reference table (PoDoFo
// signs no other), with a fixed /ID from its content. Throws Error(internal) if libharu fails.
Bytes write_pdf(const Document& document, const FontLibrary& fonts, Instant time);

}  // namespace naskah::generator
