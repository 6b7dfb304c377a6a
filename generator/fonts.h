// The faces of a letter: shaping, and the font programs that go into a PDF. The home of HarfBuzz.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "generator/length.h"

namespace naskah::generator {

enum class Face : std::uint8_t {
    sans,
    sans_bold,
    sans_italic,
    sans_bold_italic,
    bookman,
    bookman_bold,
    bookman_italic,
    bookman_bold_italic
};
inline constexpr int face_count = 8;

struct Glyph {
    std::uint16_t id = 0;               // in the face file
    Length advance = 0;                 // kerning included
    Length offset_x = 0, offset_y = 0;  // from the pen, y downwards as on the page
    std::uint32_t cluster = 0;          // byte offset in the text that was shaped
};

// Distances from the baseline, all positive: ascent, cap_height and x_height upwards, descent and
// underline_position (to the middle of the line) downwards.
struct Metrics {
    Length ascent, descent, cap_height, x_height, underline_position, underline_thickness;
};

// What the PDF writer embeds for one face in one document.
struct FontProgram {
    std::string name;  // "ABCDEF+LiberationSans-Bold"; the tag comes from the bytes
    bool cff = false;  // FontFile3 /CIDFontType0C, else FontFile2 (TrueType)
    Bytes compressed;  // zlib (RFC 1950), made once and shared
    std::size_t uncompressed_size = 0;
    Bytes to_unicode;  // compressed CMap stream
    std::size_t to_unicode_size = 0;
    std::string widths;                // the entries /DW and /W
    std::vector<std::uint16_t> width;  // by CID, in 1/1000 em: what a PDF reader advances by
    std::vector<std::string> text;     // by CID, UTF-8: what the CMap says; empty where it says nothing
    struct Code {                      // what showing a glyph needs to know, side by side
        char bytes[4] = {};            // its CID as it stands in a string, escaped where it must be
        std::uint8_t size = 0;
        char ascii = 0;  // the text, if it is one byte
        std::uint16_t width = 0;
    };
    std::vector<Code> codes;  // by CID
    std::vector<std::uint16_t>
        renumbered;  // face glyph id to subset glyph id (CID); 0xFFFF: not in the subset
    // For the FontDescriptor, in 1/1000 em.
    int ascent = 0, descent = 0, cap_height = 0, italic_angle = 0, stem_v = 0, flags = 0, bbox[4] = {};
};

// Thread-safe after construction.
class FontLibrary {
public:
    // Finds the eight face files in `folders` (fonts/README.md). Throws Error(outside) naming the Debian
    // package.
    FontLibrary();
    explicit FontLibrary(const std::vector<std::filesystem::path>& folders);
    ~FontLibrary();

    // Shapes one run of well-formed UTF-8 in one face, left to right. Appends to `out`. A character that the
    // face lacks gives glyph id 0: use `missing` first and name the character. Each word and each blank is
    // shaped on its own and words are cached, so a word has one width wherever it stands. Characters that are
    // never seen (soft hyphen, zero width blank) give no glyph. Clusters count from `offset`. Returns the
    // width.
    std::int64_t shape(Face face, Length size, std::string_view text, std::vector<Glyph>& out,
                       std::uint32_t offset = 0) const;
    // The first code point of well-formed `text` that the face cannot show, or 0. Control characters and
    // scripts that run from right to left count as missing: they would be shown wrong.
    char32_t missing(Face face, std::string_view text) const;
    Metrics metrics(Face face, Length size) const;

    // The program that covers `glyphs` (ids of the face file, sorted). Deterministic: a few of an italic face
    // alone; else the smallest prepared subset that holds them all; else one made from the largest and these,
    // whatever was asked before.
    std::shared_ptr<const FontProgram> program(Face face, const std::vector<std::uint16_t>& glyphs) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace naskah::generator
