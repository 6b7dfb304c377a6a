// What stands within lines: text in its styles, forced breaks, check boxes, dotted lines. White space folded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "generator/fonts.h"
#include "generator/markup.h"
#include "generator/page.h"

namespace naskah::generator {

struct Style {
    Face face = Face::sans;
    Length size = pt(11);
    Color color;
    bool underline = false;
    bool operator==(const Style&) const = default;
};

Face with_bold(Face face);
Face with_italic(Face face);

struct RichText {
    // From `begin` up to the next span's begin.
    struct Span {
        std::uint32_t begin = 0;
        Style style;
        bool unbroken = false;   // within <nobr>
        std::string_view where;  // Node::where, which outlives the text
    };
    struct Object {
        enum class Kind : std::uint8_t { checkbox, fill } kind = Kind::checkbox;
        bool checked = false;
        Length width = 0;  // 0 of a fill: to the end of the line
    };
    // Control characters cannot occur in markup, so two of them mark what is no text.
    static constexpr char line_break = '\n', object = '\x01';

    std::string text;
    std::vector<Span> spans;      // ascending, the first begins at 0
    std::vector<Object> objects;  // in order of their marks
};

// The inline content `nodes`, beginning in `style`.
RichText collect(std::span<const Node> nodes, const Style& style);

// Plain words that no node holds (marks, labels, page numbers); `where` must outlive the text.
RichText plain(std::string_view words, const Style& style, std::string_view where);

}  // namespace naskah::generator
