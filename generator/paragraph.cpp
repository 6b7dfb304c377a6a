#include "generator/paragraph.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "generator/binding.h"
#include "generator/hyphenation.h"

namespace naskah::generator {
namespace {

constexpr std::size_t longest_text = 200000;  // bytes of one paragraph: some forty pages
constexpr Length least_fill = mm(8);
constexpr std::string_view no_break_space = "\xC2\xA0", soft_hyphen = "\xC2\xAD",
                           zero_width_space = "\xE2\x80\x8B";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool begins_blank(std::string_view text, std::size_t at) {
    return text[at] == ' ' ||
           (text[at] == no_break_space[0] && at + 1 < text.size() && text[at + 1] == no_break_space[1]);
}

std::size_t end_of_word(std::string_view text, std::size_t at, std::size_t end) {
    while (at < end && text[at] != RichText::object && !begins_blank(text, at)) ++at;
    return at;
}

// Some forty bytes around `at`, cut between characters.
std::string around(std::string_view text, std::size_t at) {
    std::size_t begin = at > 20 ? at - 20 : 0, end = std::min(text.size(), at + 24);
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    std::string out(text.substr(begin, end - begin));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return out;
}

std::size_t alphanumerics(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return is_digit(c) || is_letter(c); }));
}

}  // namespace

void LineSetter::set(const RichText& text, const Setting& setting, std::vector<SetLine>& lines) {
    if (text.text.empty()) return;
    check(text);
    span_ = object_ = 0;
    const auto size = static_cast<std::uint32_t>(text.text.size());
    std::uint32_t begin = 0;
    while (true) {
        const auto end = static_cast<std::uint32_t>(
            std::min<std::size_t>(text.text.find(RichText::line_break, begin), size));
        prepare(text, begin, end, setting.hyphenate, begin == 0 ? setting.indent : 0, setting.width);
        std::uint32_t first = 0;
        for (const std::uint32_t index :
             breaker_.run(sums_, opportunities_, {setting.width, setting.align == Align::justify})) {
            const Opportunity& stop = opportunities_[index];
            const bool last = stop.end == atoms_.size();
            emit(text, setting, first, stop, last, last ? end < size : stop.next > stop.end,
                 lines.emplace_back());
            first = stop.next;
        }
        if (first < atoms_.size())
            throw Error(Code::internal, "paragraf tidak dapat dibagi menjadi baris",
                        std::string(text.spans[0].where));
        if (end == size) return;
        begin = end + 1;
    }
}

Length LineSetter::measure(const RichText& text) {
    if (text.text.empty()) return 0;
    check(text);
    span_ = object_ = 0;
    Length widest = 0;
    constexpr Length unlimited = mm(100000);
    for (std::size_t begin = 0; begin <= text.text.size();) {
        const std::size_t end = std::min(text.text.find(RichText::line_break, begin), text.text.size());
        prepare(text, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), false, 0,
                unlimited);
        widest = std::max(widest, static_cast<Length>(sums_.back().width));
        begin = end + 1;
    }
    return widest;
}

Metrics LineSetter::metrics(const Style& style) { return known(style).metrics; }

const LineSetter::Known& LineSetter::known(const Style& style) {
    for (const Known& entry : known_)
        if (entry.face == style.face && entry.size == style.size) return entry;
    std::vector<Glyph> glyphs;
    fonts_.shape(style.face, style.size, " ", glyphs);
    fonts_.shape(style.face, style.size, "-", glyphs);
    known_.push_back(
        {style.face, style.size, fonts_.metrics(style.face, style.size), glyphs.at(0), glyphs.at(1)});
    return known_.back();
}

// Every character has a glyph, and the text is no book.
void LineSetter::check(const RichText& text) const {
    if (text.text.size() > longest_text)
        throw Error(Code::data,
                    "teks sepanjang " + std::to_string(text.text.size()) +
                        " bita dalam satu paragraf terlalu panjang",
                    std::string(text.spans[0].where),
                    "Batasnya " + std::to_string(longest_text) + " bita; bagilah menjadi beberapa paragraf");
    const std::string_view all = text.text;
    for (std::size_t s = 0; s < text.spans.size(); ++s) {
        const RichText::Span& span = text.spans[s];
        std::size_t begin = span.begin;
        const std::size_t end = s + 1 < text.spans.size() ? text.spans[s + 1].begin : all.size();
        while (begin < end) {
            std::size_t stop = begin;
            while (stop < end && all[stop] != RichText::line_break && all[stop] != RichText::object) ++stop;
            const std::string_view part = all.substr(begin, stop - begin);
            if (const char32_t missing = fonts_.missing(span.style.face, part)) {
                std::string character;
                append_utf8(character, missing);
                throw Error(Code::data,
                            "karakter " + code_point_name(missing) + " (" + character +
                                ") tidak ada dalam huruf surat ini, pada \"" +
                                around(all, begin + std::min(part.find(character), part.size())) + "\"",
                            std::string(span.where), "Ganti karakter itu dengan yang lazim");
            }
            begin = stop + 1;
        }
    }
}

std::uint32_t LineSetter::span_at(const RichText& text, std::uint32_t offset) {
    while (span_ + 1 < text.spans.size() && text.spans[span_ + 1].begin <= offset) ++span_;
    return span_;
}

void LineSetter::prepare(const RichText& text, std::uint32_t begin, std::uint32_t end, bool hyphenate,
                         Length indent, Length width) {
    glyphs_.clear();
    atoms_.clear();
    sums_.assign(1, Sums{});
    opportunities_.clear();
    if (indent > 0) {
        Atom atom{Atom::Kind::indent, span_at(text, begin)};
        atom.width = std::min(indent, width / 2);
        width -= atom.width;
        add_atom(atom, text.spans[atom.span].style, false);
    }
    const std::string_view all = std::string_view(text.text).substr(0, end);
    NameWatch names;
    std::string_view left;           // the word before the next blank
    std::uint32_t looked_ahead = 0;  // where the word at `at` ends, if the blank before it had to know
    bool in_bracket = false;
    std::uint32_t at = begin;
    while (at < end) {
        if (begins_blank(all, at)) {
            const bool fixed = all[at] != ' ';
            const std::uint32_t next = at + (fixed ? 2 : 1);
            looked_ahead = static_cast<std::uint32_t>(end_of_word(all, next, end));
            const std::string_view right = all.substr(next, looked_ahead - next);
            const bool unbroken = fixed || text.spans[span_at(text, at)].unbroken;
            // A bracket is better begun on the next line than broken.
            if (left.find('(') != left.npos) in_bracket = true;
            if (left.find(')') != left.npos) in_bracket = false;
            std::int32_t penalty = in_bracket ? bracket_penalty : 0;
            if (bound(left, right)) penalty = bound_penalty;
            if (unbroken) penalty = nobr_penalty;
            add_blank(text, at, next, penalty);
            at = next;
        } else if (all[at] == RichText::object) {
            if (at > begin && !begins_blank(all, at - 1)) offer_here(nobr_penalty);
            add_object(text, at, width);
            ++at;
            if (at < end && !begins_blank(all, at)) offer_here(nobr_penalty);
            left = {};
        } else {
            const std::uint32_t stop =
                looked_ahead > at ? looked_ahead : static_cast<std::uint32_t>(end_of_word(all, at, end));
            left = all.substr(at, stop - at);
            const bool name = hyphenate && names.next(left);
            add_word(text, at, stop, hyphenate && !name, width);
            at = stop;
        }
    }
    // Half a word is no last line.
    for (auto last = opportunities_.rbegin(); last != opportunities_.rend() && last->end == last->next;
         ++last)
        if (last->hyphen) last->penalty = std::max(last->penalty, last_word_penalty);
    const auto count = static_cast<std::uint32_t>(atoms_.size());
    opportunities_.push_back({count, count, 0, false, 0});
}

void LineSetter::add_atom(const Atom& atom, const Style& style, bool fill) {
    Sums sums = sums_.back();
    sums.width += atom.width;
    if (atom.kind == Atom::Kind::blank) sums.spaces += atom.width;
    if (atom.kind == Atom::Kind::word)
        sums.ems += std::int64_t{style.size} * (atom.glyph_end - atom.glyph_begin);
    if (fill) ++sums.fills;
    atoms_.push_back(atom);
    sums_.push_back(sums);
}

void LineSetter::offer(std::uint32_t end, std::uint32_t next, std::int32_t penalty, const Style* hyphen) {
    opportunities_.push_back(
        {end, next, penalty, hyphen != nullptr, hyphen ? known(*hyphen).hyphen.advance : 0});
}

void LineSetter::offer_here(std::int32_t penalty) {
    const auto here = static_cast<std::uint32_t>(atoms_.size());
    offer(here, here, penalty, nullptr);
}

void LineSetter::add_blank(const RichText& text, std::uint32_t begin, std::uint32_t end,
                           std::int32_t penalty) {
    Atom atom{Atom::Kind::blank, span_at(text, begin)};
    const Style& style = text.spans[atom.span].style;
    atom.text_begin = begin;
    atom.text_end = end;
    atom.glyph_begin = static_cast<std::uint32_t>(glyphs_.size());
    atom.glyph_end = atom.glyph_begin + 1;
    glyphs_.push_back(known(style).blank);
    glyphs_.back().cluster = begin;
    atom.width = glyphs_.back().advance;
    const auto index = static_cast<std::uint32_t>(atoms_.size());
    add_atom(atom, style, false);
    if (index > 0) offer(index, index + 1, penalty, nullptr);
}

void LineSetter::add_object(const RichText& text, std::uint32_t at, Length width) {
    const RichText::Object& object = text.objects[object_];
    Atom atom{Atom::Kind::object, span_at(text, at), object_++};
    const bool open_fill = object.kind == RichText::Object::Kind::fill && object.width == 0;
    atom.width = std::min(open_fill ? least_fill : object.width, width);
    add_atom(atom, text.spans[atom.span].style, open_fill);
}

void LineSetter::add_word(const RichText& text, std::uint32_t begin, std::uint32_t end, bool hyphenate,
                          Length width) {
    const std::string_view all = text.text;
    pieces_.clear();
    std::int64_t total = 0;
    for (std::uint32_t at = begin; at < end;) {
        const std::uint32_t span = span_at(text, at);
        const std::uint32_t stop =
            span + 1 < text.spans.size() ? std::min(text.spans[span + 1].begin, end) : end;
        const auto first = static_cast<std::uint32_t>(glyphs_.size());
        const Style& style = text.spans[span].style;
        const std::int64_t wide =
            fonts_.shape(style.face, style.size, all.substr(at, stop - at), glyphs_, at);
        total += wide;
        pieces_.push_back({span, at, stop, first, static_cast<std::uint32_t>(glyphs_.size()), wide});
        at = stop;
    }
    const bool tear = total > width;
    marks_.clear();
    if (end - begin > 4) find_marks(all.substr(begin, end - begin), begin, hyphenate || tear);
    std::size_t mark = 0;
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
        if (p > 0 && tear) offer_here(tear_penalty);
        cut_piece(text, pieces_[p], tear, width, mark);
    }
}

// A piece becomes one atom, or several where marks divide it; if `tear`, one for each glyph.
void LineSetter::cut_piece(const RichText& text, const Piece& piece, bool tear, Length width,
                           std::size_t& mark) {
    const RichText::Span& span = text.spans[piece.span];
    Atom atom{Atom::Kind::word, piece.span, piece.glyph_begin, piece.glyph_begin, piece.text_begin};
    if (marks_.empty() && !tear) {  // most words
        atom.glyph_end = piece.glyph_end;
        atom.text_end = piece.text_end;
        atom.width = static_cast<Length>(piece.width);
        return add_atom(atom, span.style, false);
    }
    while (mark < marks_.size() && marks_[mark].offset <= piece.text_begin) ++mark;
    for (std::uint32_t g = piece.glyph_begin; g < piece.glyph_end; ++g) {
        const std::uint32_t cluster = glyphs_[g].cluster;
        // Marks within a ligature cannot be used.
        while (mark < marks_.size() && marks_[mark].offset < cluster) ++mark;
        const bool at_mark = mark < marks_.size() && marks_[mark].offset == cluster;
        const bool divides = at_mark || (tear && cluster > glyphs_[g == 0 ? 0 : g - 1].cluster);
        if (divides && g > atom.glyph_begin) {
            atom.glyph_end = g;
            atom.text_end = cluster - (at_mark ? marks_[mark].skip : 0);
            add_atom(atom, span.style, false);
            if (at_mark && !span.unbroken) {
                const auto here = static_cast<std::uint32_t>(atoms_.size());
                offer(here, here, marks_[mark].penalty, marks_[mark].hyphen ? &span.style : nullptr);
            }
            // Torn with or without a mark: a hyphen may be what does not fit.
            if (tear && (!at_mark || marks_[mark].hyphen || span.unbroken)) offer_here(tear_penalty);
            atom = Atom{Atom::Kind::word, piece.span, g, g, cluster};
        }
        atom.width += glyphs_[g].advance;
        if (tear && glyphs_[g].advance > width)
            throw Error(Code::data, "kolom lebih sempit daripada satu huruf", std::string(span.where),
                        "Lebarkan kolom");
    }
    atom.glyph_end = piece.glyph_end;
    atom.text_end = piece.text_end;
    add_atom(atom, span.style, false);
}

void LineSetter::find_marks(std::string_view word, std::uint32_t begin, bool hyphenated) {
    bool digit = false, slash = false, dash = false, strange = false;
    for (const char c : word) {
        digit = digit || is_digit(c);
        slash = slash || c == '/';
        dash = dash || c == '-';
        strange = strange || static_cast<unsigned char>(c) >= 0x80;
    }
    const auto add = [&](std::size_t offset, std::size_t skip, std::int32_t penalty, bool hyphen) {
        marks_.push_back(
            {begin + static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(skip), penalty, hyphen});
    };
    if (strange) {
        for (std::size_t i = word.find(soft_hyphen); i != word.npos; i = word.find(soft_hyphen, i + 2))
            add(i + 2, 2, hyphen_penalty, true);
        for (std::size_t i = word.find(zero_width_space); i != word.npos;
             i = word.find(zero_width_space, i + 3))
            add(i + 3, 3, 0, false);
    }
    if (slash) {
        // Registration numbers break behind a slash only, never at their hyphens or stops.
        for (std::size_t i = word.find('/'); i != word.npos; i = word.find('/', i + 1))
            if (i + 1 < word.size() && word[i + 1] != '/' &&
                alphanumerics(word.substr(0, std::min<std::size_t>(i, 8))) >= 2 &&
                alphanumerics(word.substr(i + 1, 8)) >= 2)
                add(i + 1, 0, slash_penalty, false);
    } else if (dash) {
        // "perundang-undangan" may break at its own hyphen; "DPMPTSP-DALAK" and "021-55" not.
        for (std::size_t i = word.find('-'); i != word.npos && !digit; i = word.find('-', i + 1))
            if (i >= 3 && i + 3 < word.size() && is_lower(word[i - 1]) && is_letter(word[i + 1]) &&
                is_lower(word[i + 2]))
                add(i + 1, 0, slash_penalty, false);
    } else if (hyphenated && !digit) {
        std::size_t first = 0, last = word.size();
        while (first < last && !is_letter(word[first])) ++first;
        while (last > first && !is_letter(word[last - 1])) --last;
        divisions_.clear();
        hyphenate(word.substr(first, last - first), divisions_);
        for (const std::size_t division : divisions_) add(first + division, 0, hyphen_penalty, true);
    }
    std::sort(marks_.begin(), marks_.end(), [](const Mark& a, const Mark& b) { return a.offset < b.offset; });
}

}  // namespace naskah::generator
