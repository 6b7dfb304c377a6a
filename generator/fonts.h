// The faces of a letter: shaping, and the font programs that go into a PDF. The home of HarfBuzz.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "generator/length.h"

namespace naskah::generator {

enum class Face : std::uint8_t { sans, sans_bold, sans_italic, sans_bold_italic,
                                 bookman, bookman_bold, bookman_italic, bookman_bold_italic };
inline constexpr int face_count = 8;

struct Glyph {
    std::uint16_t id = 0;      // in the face file
    Length advance = 0;        // kerning included
    Length offset_x = 0, offset_y = 0;
    std::uint32_t cluster = 0; // byte offset in the text that was shaped
};

struct Metrics { Length ascent, descent, cap_height, x_height, underline_position, underline_thickness; };

// What the PDF writer embeds for one face in one document.
struct FontProgram {
    std::string name;            // "ABCDEF+LiberationSans-Bold"
    bool cff = false;            // FontFile3 /CIDFontType0C or OpenType, else FontFile2 (TrueType)
    Bytes compressed;            // zlib (RFC 1950), made once and shared
    std::size_t uncompressed_size = 0;
    Bytes to_unicode;            // compressed CMap stream
    std::size_t to_unicode_size = 0;
    std::string widths;          // the /W array's text
    std::vector<std::uint16_t> renumbered;  // face glyph id to subset glyph id (CID); 0xFFFF: not in the subset
    // For the FontDescriptor, in 1/1000 em.
    int ascent = 0, descent = 0, cap_height = 0, italic_angle = 0, stem_v = 0, flags = 0, bbox[4] = {};
};

// Thread-safe after construction.
class FontLibrary {
public:
    // Finds the eight face files (fonts/README.md says where). Throws Error(outside) naming the Debian package.
    FontLibrary();
    ~FontLibrary();

    // Shapes one run of well-formed UTF-8 in one face. Appends to `out`. A character that the face lacks gives glyph id 0:
    // use `missing` first and name the character. Words are cached.
    void shape(Face face, Length size, std::string_view text, std::vector<Glyph>& out) const;
    // The first code point of `text` that the face cannot show, or 0.
    char32_t missing(Face face, std::string_view text) const;
    Metrics metrics(Face face, Length size) const;

    // The program that covers `glyphs` (ids of the face file). Deterministic: the prepared subset of the glyphs that
    // letters use, if it covers them all; else one made for exactly this document from the prepared set plus these.
    std::shared_ptr<const FontProgram> program(Face face, const std::vector<std::uint16_t>& glyphs) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace naskah::generator
