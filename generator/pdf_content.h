// One page's content stream (ISO 32000-1 7.8.2): items become operators, tagged with the structure they
// belong to.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "generator/page.h"
#include "generator/pdf_structure.h"

namespace naskah::generator {

// What the content streams of a document name: /F0 to /F7 by face, /I0, /I1, ... by picture.
struct PdfResources {
    std::array<std::shared_ptr<const FontProgram>, face_count> programs;  // null: the face is not used
    std::vector<const Picture*> pictures;
};

// The faces with the programs that cover the document's glyphs, and its pictures in the order in which they
// appear.
PdfResources collect_resources(const Document& document, const FontLibrary& fonts);

// The operators of page `number` (0, 1, ...), not compressed. Throws Error(internal) for what layout should
// have refused: a glyph that no face has, an item of an element that does not exist.
std::string page_content(const Page& page, int number, const PdfResources& resources,
                         const FontLibrary& fonts, PdfStructure& structure);

}  // namespace naskah::generator
