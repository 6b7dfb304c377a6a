#include "generator/inline.h"

#include <algorithm>

namespace naskah::generator {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Words with one space between each and the next. Without a branch: compilers look at sixteen bytes at a
// time.
bool is_tidy(std::string_view text) {
    if (text.empty() || is_blank(text.front()) || is_blank(text.back())) return false;
    unsigned char untidy = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const auto here = static_cast<unsigned char>(text[i]), next = static_cast<unsigned char>(text[i + 1]);
        const unsigned char other = (here == '\t') | (here == '\r') | (here == '\n');
        untidy |= other | ((here == ' ') & (next == ' '));
    }
    return untidy == 0;
}

class Collector {
public:
    void walk(std::span<const Node> nodes, const Style& style, bool unbroken) {
        for (const Node& node : nodes) {
            if (node.is_text()) {
                open(style, unbroken, node.where);
                append(node.text);
            } else if (node.name == "br") {
                drop_blank();
                out.text += RichText::line_break;
            } else if (node.name == "checkbox") {
                open(style, unbroken, node.where);
                put({RichText::Object::Kind::checkbox, yes(node, "checked", false),
                     mm_of(node, "size", mm(3.2))});
            } else if (node.name == "fill") {
                open(style, unbroken, node.where);
                put({RichText::Object::Kind::fill, false, mm_of(node, "width", 0)});
            } else {
                Style inner = style;
                if (node.name == "b") inner.face = with_bold(style.face);
                if (node.name == "i") inner.face = with_italic(style.face);
                if (node.name == "u") inner.underline = true;
                walk(node.children, inner, unbroken || node.name == "nobr");
            }
        }
    }

    // Any blanks become one.
    void append(std::string_view text) {
        if (is_tidy(text)) {  // nearly every text
            out.text.append(text);
            return;
        }
        for (auto at = text.begin(); at != text.end();) {
            const auto blank = std::find_if(at, text.end(), is_blank);
            out.text.append(at, blank);
            at = std::find_if_not(blank, text.end(), is_blank);
            if (at != blank && !out.text.empty() && out.text.back() != ' ' &&
                out.text.back() != RichText::line_break)
                out.text += ' ';
        }
    }

    void open(const Style& style, bool unbroken, std::string_view where) {
        const auto begin = static_cast<std::uint32_t>(out.text.size());
        if (!out.spans.empty() && out.spans.back().begin == begin) out.spans.pop_back();
        out.spans.push_back({begin, style, unbroken, where});
    }

    // A blank at the end of a line is none.
    void drop_blank() {
        if (!out.text.empty() && out.text.back() == ' ') out.text.pop_back();
        while (!out.spans.empty() && out.spans.size() > 1 && out.spans.back().begin > out.text.size())
            out.spans.pop_back();
        if (!out.spans.empty() && out.spans.back().begin > out.text.size())
            out.spans.back().begin = static_cast<std::uint32_t>(out.text.size());
    }

    RichText out;

private:
    void put(RichText::Object object) {
        out.text += RichText::object;
        out.objects.push_back(object);
    }
};

}  // namespace

Face with_bold(Face face) { return static_cast<Face>(static_cast<unsigned>(face) | 1u); }
Face with_italic(Face face) { return static_cast<Face>(static_cast<unsigned>(face) | 2u); }

RichText collect(std::span<const Node> nodes, const Style& style) {
    Collector collector;
    collector.walk(nodes, style, false);
    collector.drop_blank();
    return std::move(collector.out);
}

RichText plain(std::string_view words, const Style& style, std::string_view where) {
    Collector collector;
    collector.open(style, false, where);
    collector.append(words);
    collector.drop_blank();
    return std::move(collector.out);
}

}  // namespace naskah::generator
