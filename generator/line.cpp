// The second half of LineSetter: a broken line becomes items at fixed positions.
#include <algorithm>
#include <cstdlib>
#include <span>

#include "generator/paragraph.h"

namespace naskah::generator {
namespace {

constexpr Length box_line = pt(0.7), tick_line = pt(1.2), dot_line = pt(0.6);
constexpr std::string_view soft_hyphen = "\xC2\xAD";

// What is free in a line (or lacking), shared out to blanks, then letters, then blanks again, to the last
// unit.
class Spread {
public:
    Spread(std::int64_t slack, const Sums& line, std::int64_t letters)
        : blanks_width_(line.spaces), letters_(letters) {
        const std::int64_t room = slack < 0 ? -space_shrink(line.spaces) : space_stretch(line.spaces);
        const std::int64_t more = slack < 0 ? -letter_shrink(line.ems) : letter_stretch(line.ems);
        const bool fits = slack < 0 ? slack >= room : slack <= room;
        for_blanks_ = fits ? slack : room;
        if (!fits && letters > 0) {
            const std::int64_t rest = slack - room;
            for_letters_ = slack < 0 ? std::max(rest, more) : std::min(rest, more);
            for_blanks_ = slack - for_letters_;
        }
        if (line.spaces == 0) for_blanks_ = 0;
        if (for_letters_ == 0) return;
        share_ = static_cast<Length>(for_letters_ / letters_);
        rest_ = std::abs(for_letters_ % letters_);
    }

    Length blank(Length width) {
        if (for_blanks_ == 0) return width;
        const std::int64_t before = given_;
        seen_ += width;
        given_ = for_blanks_ * seen_ / blanks_width_;
        return static_cast<Length>(width + given_ - before);
    }
    bool for_letters() const { return for_letters_ != 0; }
    // What a letter gets on average.
    Length letter_space() const {
        if (for_letters_ == 0) return 0;
        return static_cast<Length>((2 * for_letters_ + (for_letters_ < 0 ? -letters_ : letters_)) /
                                   (2 * letters_));
    }
    // The share of each letter in turn: for_letters_ / letters_, what division leaves over spread evenly.
    Length letter() {
        if (for_letters_ == 0 || letter_ >= letters_) return 0;
        ++letter_;
        over_ += rest_;
        if (over_ < letters_) return share_;
        over_ -= letters_;
        return for_letters_ < 0 ? share_ - 1 : share_ + 1;
    }

private:
    std::int64_t blanks_width_, letters_, for_blanks_ = 0, for_letters_ = 0, seen_ = 0, given_ = 0,
                                          letter_ = 0;
    Length share_ = 0;
    std::int64_t rest_ = 0, over_ = 0;
};

// Collects glyphs of one style into a Text and hands it to the line when the style changes.
class Pen {
public:
    Pen(std::vector<Item>& items, Length x, Length y, Length letter_space, int tag)
        : items_(items), x_(x), y_(y), letter_space_(letter_space), tag_(tag) {}

    Length x() const { return x_; }

    // Room for glyphs in `style`, the text so far, and a hint of how many will come.
    void use(const Style& style, std::size_t hint) {
        if (open_ && style_ == style) return;
        close();
        style_ = style;
        open_ = true;
        text_ = Text{{x_, y_}, style.face, style.size, style.color, {}, {}, false, letter_space_};
        text_.glyphs.reserve(hint);
        text_.text.reserve(hint + 2);
    }
    void glyph(Glyph glyph, std::uint32_t text_offset, Length advance) {
        glyph.cluster = text_offset;
        glyph.advance = advance;
        text_.glyphs.push_back(glyph);
        x_ += advance;
    }
    // Glyphs whose clusters count in a text from where `words` begins there, at `begin`. They are the
    // caller's to space out; then the pen has to be moved.
    std::span<Glyph> run(std::span<const Glyph> glyphs, std::string_view words, std::uint32_t begin) {
        const std::uint32_t shift = static_cast<std::uint32_t>(text_.text.size()) - begin;  // modulo 2^32
        const std::size_t first = text_.glyphs.size();
        text_.text.append(words);
        text_.glyphs.insert(text_.glyphs.end(), glyphs.begin(), glyphs.end());
        const std::span<Glyph> added = std::span(text_.glyphs).subspan(first);
        for (Glyph& glyph : added) glyph.cluster += shift;
        return added;
    }
    void move(Length width) { x_ += width; }
    std::string& text() { return text_.text; }
    void mark_soft_hyphen() { text_.soft_hyphen = true; }
    void skip(Length width) {
        close();
        x_ += width;
    }
    void close(Length unseen = 0);

private:
    std::vector<Item>& items_;
    Length x_, y_, letter_space_;
    int tag_;
    Text text_;
    Style style_;
    bool open_ = false;
};

void Pen::close(Length unseen) {
    if (!open_) return;
    open_ = false;
    if (text_.glyphs.empty()) return;
    const Length begin = text_.origin.x, width = x_ - unseen - begin;
    items_.push_back({std::move(text_), tag_});
    if (style_.underline && width > 0) {
        const Length thickness = std::max<Length>(style_.size / 18, 1);
        items_.push_back({Fill{{begin, y_ + style_.size / 9, width, thickness}, style_.color}, artifact});
    }
}

// A square of `size` on the text's axis, with a tick if checked.
void draw_checkbox(std::vector<Item>& items, Length x, Length baseline, Length cap_height, Length size,
                   bool checked, int tag) {
    const Length half = box_line / 2;
    const Length top = baseline - cap_height / 2 - size / 2;
    const Length left = x + half, right = x + size - half, upper = top + half, lower = top + size - half;
    items.push_back(
        {Stroke{
             {{left, upper}, {right, upper}, {right, lower}, {left, lower}}, true, box_line, {}, false, {}},
         tag});
    if (!checked) return;
    const auto at = [&](int across, int down) {
        return Point{x + size * across / 100, top + size * down / 100};
    };
    items.push_back({Stroke{{at(20, 52), at(42, 75), at(81, 25)}, false, tick_line, {}, true, {}}, tag});
}

}  // namespace

void LineSetter::emit(const RichText& text, const Setting& setting, std::uint32_t first,
                      const Opportunity& end, bool last, bool trailing_blank, SetLine& line) {
    const Sums &from = sums_[first], &to = sums_[end.end];
    const Sums sums{to.width - from.width + end.hyphen_width, to.spaces - from.spaces, to.ems - from.ems,
                    to.fills - from.fills};
    std::int64_t slack = setting.width - sums.width;
    Length fill_room = 0;
    if (sums.fills > 0 && slack > 0) {
        fill_room = static_cast<Length>(slack / sums.fills);
        slack = 0;
    }
    std::size_t letter_count = 0, blank_count = 0;
    for (std::uint32_t a = first; a < end.end; ++a) {
        if (atoms_[a].kind == Atom::Kind::word) letter_count += atoms_[a].glyph_end - atoms_[a].glyph_begin;
        if (atoms_[a].kind == Atom::Kind::blank) ++blank_count;
    }
    const std::size_t glyph_count = letter_count + blank_count + 2;  // a hyphen and a last blank

    // The last line of a justified paragraph stays natural; a word alone on a line has no blanks to stretch.
    const bool spread = setting.align == Align::justify && (slack < 0 || (!last && sums.spaces > 0));
    // No letter space behind the last letter, unless a hyphen follows.
    const std::int64_t letters =
        static_cast<std::int64_t>(letter_count) - (end.hyphen || letter_count == 0 ? 0 : 1);
    Spread shares(spread ? slack : 0, sums, letters);
    Length x = setting.x;
    if (!spread && slack > 0 && setting.align == Align::right) x += static_cast<Length>(slack);
    if (!spread && slack > 0 && setting.align == Align::center) x += static_cast<Length>(slack / 2);

    Pen pen(line.items, x, setting.baseline, shares.letter_space(), setting.tag);
    const std::string_view all = text.text;
    const auto is_text = [](const Atom& atom) {
        return atom.kind == Atom::Kind::word || atom.kind == Atom::Kind::blank;
    };
    for (std::uint32_t a = first; a < end.end; ++a) {
        const Atom& atom = atoms_[a];
        const Style& style = text.spans[atom.span].style;
        switch (atom.kind) {
            case Atom::Kind::indent: pen.skip(atom.width); break;
            case Atom::Kind::blank:
            case Atom::Kind::word: {
                // Words and blanks of one span, as far as nothing of the text is left out between them.
                std::uint32_t last_of_run = a;
                while (last_of_run + 1 < end.end && is_text(atoms_[last_of_run + 1]) &&
                       atoms_[last_of_run + 1].span == atom.span &&
                       atoms_[last_of_run + 1].text_begin == atoms_[last_of_run].text_end)
                    ++last_of_run;
                const Atom& stop = atoms_[last_of_run];
                pen.use(style, glyph_count);
                const auto glyphs =
                    pen.run(std::span<const Glyph>(glyphs_).subspan(atom.glyph_begin,
                                                                    stop.glyph_end - atom.glyph_begin),
                            all.substr(atom.text_begin, stop.text_end - atom.text_begin), atom.text_begin);
                const std::uint32_t base = atom.glyph_begin;
                for (;; ++a) {
                    const Atom& part = atoms_[a];
                    Length width = part.width;
                    if (part.kind == Atom::Kind::blank) {
                        width = glyphs[part.glyph_begin - base].advance = shares.blank(width);
                    } else if (shares.for_letters()) {
                        for (std::uint32_t g = part.glyph_begin; g < part.glyph_end; ++g) {
                            const Length share = shares.letter();
                            glyphs[g - base].advance += share;
                            width += share;
                        }
                    }
                    pen.move(width);
                    if (a == last_of_run) break;
                }
                break;
            }
            case Atom::Kind::object: {
                const RichText::Object& object = text.objects[atom.glyph_begin];
                const bool open_fill = object.kind == RichText::Object::Kind::fill && object.width == 0;
                const Length width = atom.width + (open_fill ? fill_room : 0);
                pen.close();
                if (object.kind == RichText::Object::Kind::checkbox) {
                    const int tag = structure_.add("Figure", setting.tag,
                                                   object.checked ? "dicentang" : "tidak dicentang");
                    draw_checkbox(line.items, pen.x(), setting.baseline, known(style).metrics.cap_height,
                                  width, object.checked, tag);
                } else {
                    const Length y = setting.baseline + dot_line;
                    line.items.push_back({Stroke{{{pen.x(), y}, {pen.x() + width, y}},
                                                 false,
                                                 dot_line,
                                                 {pt(0.6), pt(1.2)},
                                                 false,
                                                 {}},
                                          artifact});
                }
                pen.skip(width);
                break;
            }
        }
    }
    if (end.end <= first) {  // a line without anything on it, and perhaps a text without any span
        line.width = pen.x() - setting.x;
        pen.close(0);
        return;
    }
    const Style& style = text.spans[atoms_[end.end - 1].span].style;
    if (end.hyphen) {
        const auto offset = static_cast<std::uint32_t>(pen.text().size());
        pen.text() += soft_hyphen;
        pen.glyph(known(style).hyphen, offset, known(style).hyphen.advance);
        pen.mark_soft_hyphen();
    }
    line.width = pen.x() - setting.x;
    // Readers of the file join lines: a blank keeps their words apart. It hangs unseen behind the line.
    Length unseen = 0;
    if (trailing_blank && atoms_[end.end - 1].kind == Atom::Kind::word) {
        pen.use(style, 1);
        const auto offset = static_cast<std::uint32_t>(pen.text().size());
        pen.text() += ' ';
        unseen = known(style).blank.advance;
        pen.glyph(known(style).blank, offset, unseen);
    }
    pen.close(unseen);
}

}  // namespace naskah::generator
