// Rich text to set lines: words are shaped, lines are broken as a whole (breaking.h), blanks are fitted to
// the measure.
#pragma once

#include <string>
#include <vector>

#include "generator/breaking.h"
#include "generator/fonts.h"
#include "generator/inline.h"
#include "generator/page.h"
#include "generator/structure.h"

namespace naskah::generator {

enum class Align : std::uint8_t { justify, left, center, right };

struct Setting {
    Length x = 0, width = 0;  // the column
    Length indent = 0;        // of the first line
    Align align = Align::justify;
    bool hyphenate = false;
    Length baseline = 0;  // below the top of each line
    int tag = 0;
};

struct SetLine {
    std::vector<Item> items;  // x from the page's left edge, y from the line's top
    Length width = 0;         // of what is seen
};

// Holds the buffers of line setting; one a layout.
class LineSetter {
public:
    LineSetter(const FontLibrary& fonts, Structure& structure) : fonts_(fonts), structure_(structure) {
        constexpr std::size_t usual = 512;  // of a paragraph of ten lines
        glyphs_.reserve(2 * usual);
        atoms_.reserve(usual);
        sums_.reserve(usual);
        opportunities_.reserve(usual);
    }

    // At least one line for every forced break, and none for an empty text. Throws Error(data): a character
    // that the face lacks, a column narrower than a letter, a text longer than 200,000 bytes.
    void set(const RichText& text, const Setting& setting, std::vector<SetLine>& lines);

    // Width of the text on one line (the widest, where breaks are forced).
    Length measure(const RichText& text);

    Metrics metrics(const Style& style);

private:
    struct Atom {
        enum class Kind : std::uint8_t { word, blank, object, indent };
        Kind kind = Kind::word;
        std::uint32_t span = 0;
        std::uint32_t glyph_begin = 0, glyph_end = 0;  // in glyphs_, atom by atom; of an object: its index
        std::uint32_t text_begin = 0, text_end = 0;    // in the rich text
        Length width = 0;
    };
    struct Mark {  // where a word may be divided: the next part begins at `offset`, `skip` bytes before it
                   // vanish
        std::uint32_t offset = 0, skip = 0;
        std::int32_t penalty = 0;
        bool hyphen = false;
    };
    struct Piece {  // of a word, in one style
        std::uint32_t span, text_begin, text_end, glyph_begin, glyph_end;
        std::int64_t width;
    };
    struct Known {  // what is asked of a style again and again
        Face face;
        Length size;
        Metrics metrics;
        Glyph blank, hyphen;
    };
    void check(const RichText& text) const;
    void prepare(const RichText& text, std::uint32_t begin, std::uint32_t end, bool hyphenate, Length indent,
                 Length width);
    void add_word(const RichText& text, std::uint32_t begin, std::uint32_t end, bool hyphenate, Length width);
    void cut_piece(const RichText& text, const Piece& piece, bool tear, Length width, std::size_t& mark);
    void find_marks(std::string_view word, std::uint32_t begin, bool hyphenated);
    void add_blank(const RichText& text, std::uint32_t begin, std::uint32_t end, std::int32_t penalty);
    void add_object(const RichText& text, std::uint32_t at, Length width);
    void add_atom(const Atom& atom, const Style& style, bool fill);
    void offer(std::uint32_t end, std::uint32_t next, std::int32_t penalty, const Style* hyphen);
    void offer_here(std::int32_t penalty);
    std::uint32_t span_at(const RichText& text, std::uint32_t offset);
    const Known& known(const Style& style);
    void emit(const RichText& text, const Setting& setting, std::uint32_t first, const Opportunity& end,
              bool last, bool trailing_blank, SetLine& line);

    const FontLibrary& fonts_;
    Structure& structure_;
    Breaker breaker_;
    std::vector<Glyph> glyphs_;
    std::vector<Atom> atoms_;
    std::vector<Sums> sums_;
    std::vector<Opportunity> opportunities_;
    std::vector<Mark> marks_;
    std::vector<Piece> pieces_;
    std::vector<std::size_t> divisions_;
    std::vector<Known> known_;
    std::uint32_t span_ = 0, object_ = 0;
};

}  // namespace naskah::generator
