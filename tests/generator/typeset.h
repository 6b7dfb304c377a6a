// Lays out markup for tests and reads positions back.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "generator/layout.h"

namespace naskah::generator::tests {

inline const FontLibrary& fonts() {
    static const FontLibrary library;
    return library;
}

inline Document typeset(const std::string& xml, bool draft = false) {
    const auto picture = std::make_shared<Picture>();
    picture->width = 300;
    picture->height = 400;
    LayoutInput input{fonts(), "https://contoh.go.id/v/K7QM4XTR9HBD2WNC5F8JV3PY6E", draft,
                      [picture](const std::string&) { return picture; }};
    const Markup markup = parse_markup(xml);
    return lay_out(markup.letter, input);
}

// The words of one column on A4: 160 mm wide unless `left` says otherwise.
inline Document typeset_body(const std::string& body, const std::string& attributes = "") {
    return typeset("<letter " + attributes + ">" + body + "</letter>");
}

struct Piece {
    std::string text;
    Length left, right, y;  // right: behind the last glyph that is no blank
    const Text* source;
    int tag;
};

inline Piece piece_of(const Text& text, int tag) {
    Piece piece{text.text, text.origin.x, text.origin.x, text.origin.y, &text, tag};
    std::size_t seen = text.glyphs.size();
    while (seen > 0 && text.text[text.glyphs[seen - 1].cluster] == ' ') --seen;
    for (std::size_t g = 0; g < seen; ++g) piece.right += text.glyphs[g].advance;
    while (!piece.text.empty() && piece.text.back() == ' ') piece.text.pop_back();
    return piece;
}

inline std::vector<Piece> pieces(const Page& page) {
    std::vector<Piece> out;
    for (const Item& item : page.items)
        if (const auto* text = std::get_if<Text>(&item.what)) out.push_back(piece_of(*text, item.tag));
    return out;
}

// Pieces on one baseline as one, in reading order.
inline std::vector<Piece> lines(const Page& page) {
    std::vector<Piece> out;
    for (const Piece& piece : pieces(page)) {
        if (!out.empty() && out.back().y == piece.y && out.back().right <= piece.left) {
            out.back().text += piece.text;
            out.back().right = piece.right;
        } else {
            out.push_back(piece);
        }
    }
    return out;
}

inline std::string text_of(const Page& page) {
    std::string out;
    for (const Piece& line : lines(page)) out += line.text + "\n";
    return out;
}

inline bool near(Length a, Length b, Length tolerance = 20) { return std::abs(a - b) <= tolerance; }

}  // namespace naskah::generator::tests
