// Blocks of markup to columns of strips. One object a layout; the elements are in blocks.cpp (paragraphs and
// simple blocks), lists.cpp (kv, ol, ul), table.cpp (table, columns), letterhead.cpp.
#pragma once

#include <string>
#include <vector>

#include "generator/column.h"
#include "generator/layout.h"
#include "generator/paragraph.h"

namespace naskah::generator {

// What a block inherits from around it.
struct Frame {
    Length x = 0, width = 0;
    Style style;
    Length pitch = 0;
    Align prose = Align::justify;  // of paragraphs that don't say
    int tag = 0;                   // parent in the structure

    Frame inset(Length left) const {
        Frame inner = *this;
        inner.x += left;
        inner.width -= left;
        return inner;
    }
};

class Typesetter {
public:
    struct Options {
        enum class Hyphenate { automatic, yes, no } hyphenate = Hyphenate::automatic;
        bool beside = false;   // set <beside> beside the signature block before it
        Length page_room = 0;  // height of a page's text
        Length signature_clear = 0;
    };

    Typesetter(const LayoutInput& input, const Options& options)
        : input_(input), options_(options), setter_(input.fonts, structure_) {}

    Column blocks(const Node& parent, const Frame& frame);
    // A flow: blocks, or inline content, which becomes a paragraph.
    Column flow(const Node& parent, const Frame& frame, Align inline_align);
    Column letterhead(const Node& node, const Frame& frame);
    // One line of plain words, an artifact.
    Strip line(std::string_view words, const Frame& frame, Align align, std::string_view where);

    Structure& structure() { return structure_; }
    bool has_signature_field() const { return has_signature_field_; }
    std::vector<Strip>& heads() { return heads_; }  // table heads to repeat, as artifacts

private:
    friend class TableSetter;

    void block(const Node& node, const Frame& frame, Column& out);
    void paragraph(const Node& node, const Frame& frame, Column& out);
    void title(const Node& node, const Frame& frame, Column& out);
    void heading(const Node& node, const Frame& frame, Column& out);
    void group(const Node& node, const Frame& frame, Column& out);
    void signature(const Node& node, const Node* beside, const Frame& frame, Column& out);
    void qr(const Node& node, const Frame& frame, Column& out);
    void image(const Node& node, const Frame& frame, Column& out);
    void box(const Node& node, const Frame& frame, Column& out);
    void rule(const Node& node, const Frame& frame, Column& out);

    void key_values(const Node& node, const Frame& frame, Column& out);
    void list(const Node& node, const Frame& frame, Column& out);
    void hang(Column& content, std::vector<SetLine> lines, const Frame& frame);

    void table(const Node& node, const Frame& frame, Column& out);
    void columns(const Node& node, const Frame& frame, Column& out);

    void set_lines(const RichText& text, const Frame& frame, Setting setting, std::string_view where,
                   Column& out, Length before);
    Length baseline(const Style& style, Length pitch);
    bool hyphenates(const Frame& frame, Align align) const;
    Frame resized(const Node& node, const Frame& frame) const;  // size and pitch of the node

    const LayoutInput& input_;
    Options options_;
    Structure structure_;
    LineSetter setter_;
    std::vector<SetLine> lines_;
    std::vector<Strip> heads_;
    bool has_title_ = false, has_signature_field_ = false;
};

Align align_of(const Node& node, std::string_view key, Align fallback);

}  // namespace naskah::generator
