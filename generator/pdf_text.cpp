#include "generator/pdf_text.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "core/error.h"
#include "generator/pdf_syntax.h"

namespace naskah::generator {
namespace {

// Within a word the pen may be off by this much (1/1000 em) before it is put right; a word always starts
// exactly.
constexpr std::int64_t tolerance = 2;

std::int64_t round_div(std::int64_t value, std::int64_t by) {
    return (value + (value < 0 ? -by : by) / 2) / by;
}

// How far the pen that a PDF reader moves is ahead of layout's, in millionths of a point: neither rounding
// adds up.
class Run {
public:
    Run(std::string& out, const Text& text, const FontProgram& program)
        : out_(out),
          program_(program),
          size_(text.size),
          letter_space_(std::int64_t{text.letter_space} * 1000) {}

    void show(const Glyph& glyph, const FontProgram::Code& code) {
        if (glyph.offset_y != rise_) rise(glyph.offset_y);
        move(glyph.offset_x, code.ascii == ' ');
        if (shown_size_ + sizeof code.bytes > shown_.size()) flush();
        std::memcpy(&shown_[shown_size_], code.bytes, sizeof code.bytes);  // some for nothing
        shown_size_ += code.size;
        ahead_ += code.width * size_ + letter_space_ - std::int64_t{glyph.advance} * 1000;
    }

    void close() {
        flush();
        if (string_) out_ += ')';
        if (array_) out_ += "]TJ\n";
        string_ = array_ = false;
    }

    void finish() {
        close();
        if (rise_ != 0) rise(0);
    }

    std::uint16_t cid_of(const Glyph& glyph) const {
        const std::uint16_t cid =
            glyph.id < program_.renumbered.size() ? program_.renumbered[glyph.id] : 0xFFFF;
        if (cid == 0xFFFF || glyph.id == 0) fail(glyph);
        return cid;
    }
    const FontProgram::Code& code_of(const Glyph& glyph) const { return program_.codes[cid_of(glyph)]; }

private:
    [[noreturn]] void fail(const Glyph& glyph) const {
        throw Error(Code::internal, "Huruf " + std::to_string(glyph.id) + " tidak ada di " + program_.name);
    }

    // What was collected goes into the string that is open, or opens one.
    void flush() {
        if (shown_size_ == 0) return;
        if (!string_) out_ += array_ ? "(" : "[(";
        array_ = string_ = true;
        out_.append(shown_.data(), shown_size_);
        shown_size_ = 0;
    }

    void rise(Length offset_y) {
        close();
        append_length(out_, -offset_y);
        out_ += " Ts\n";
        rise_ = offset_y;
    }

    // A blank shows nothing and need not stand exactly: what it is off counts for the word behind it. A width
    // that was right for the blanks before is taken again if it is as good as right: equal numbers compress
    // well.
    void move(Length offset_x, bool blank) {
        const bool starts_word = after_blank_ && !blank;
        after_blank_ = blank;
        if (blank && rise_ == 0) return;
        const std::int64_t off = ahead_ - std::int64_t{offset_x} * 1000;
        if (!starts_word && 2 * std::abs(off) < (2 * tolerance + 1) * size_) return;
        std::int64_t steps = round_div(off, size_);
        if (starts_word) {
            if (std::abs(steps - blank_steps_) <= 1) steps = blank_steps_;
            blank_steps_ = steps;
        }
        if (steps == 0) return;
        flush();
        if (string_) out_ += ')';
        if (!array_) out_ += '[';
        array_ = true;
        string_ = false;
        append_int(out_, steps);
        ahead_ -= steps * size_;
    }

    std::string& out_;
    const FontProgram& program_;
    const std::int64_t size_, letter_space_;
    std::array<char, 256> shown_;
    std::size_t shown_size_ = 0;
    std::int64_t ahead_ = 0, blank_steps_ = 0;
    Length rise_ = 0;
    bool array_ = false, string_ = false, after_blank_ = true;
};

// A non-breaking blank is found again as a blank: that is what people search for.
bool says(std::string_view shown, std::string_view meant) {
    return shown == meant || (shown == " " && meant == "\u00A0");
}

}  // namespace

void append_glyphs(std::string& out, const Text& text, const FontProgram& program,
                   const ActualText& actual_text) {
    Run run(out, text, program);
    bool other = false;  // the glyphs before stood for something else
    const auto stand_for = [&](std::string_view other_text) {
        if (!other && other_text.empty()) return;
        run.close();
        actual_text(other_text);
        other = !other_text.empty();
    };

    const std::vector<Glyph>& glyphs = text.glyphs;
    const bool hyphen = text.soft_hyphen && !glyphs.empty();
    const std::size_t end = hyphen ? glyphs.size() - 1 : glyphs.size();
    // The hyphen that layout put in may stand for no byte of the text, or for the last.
    const std::size_t text_end =
        hyphen ? std::min<std::size_t>(glyphs[end].cluster, text.text.size()) : text.text.size();
    std::string joined;
    for (std::size_t first = 0; first < end;) {
        const FontProgram::Code& code = run.code_of(glyphs[first]);
        const std::size_t from = glyphs[first].cluster;
        std::size_t to = first + 1 < end ? glyphs[first + 1].cluster : text_end;
        // Nearly always each byte is a glyph that says just that byte.
        if (to == from + 1 && to <= text.text.size() && code.ascii == text.text[from]) {
            stand_for({});
            run.show(glyphs[first++], code);
            continue;
        }
        std::size_t last = first + 1;
        while (last < end && glyphs[last].cluster == from) ++last;
        std::string_view shown = program.text[run.cid_of(glyphs[first])];
        if (last > first + 1) {
            joined.clear();
            for (std::size_t i = first; i < last; ++i) joined += program.text[run.cid_of(glyphs[i])];
            shown = joined;
        }
        to = last < end ? glyphs[last].cluster : text_end;
        if (from >= to || to > text.text.size())
            throw Error(Code::internal, "Huruf dan teks tidak sejalan: " + text.text);
        const std::string_view meant = std::string_view(text.text).substr(from, to - from);
        stand_for(says(shown, meant) ? std::string_view() : meant);
        for (; first < last; ++first) run.show(glyphs[first], run.code_of(glyphs[first]));
    }
    if (hyphen) {
        stand_for("\u00AD");
        run.show(glyphs[end], run.code_of(glyphs[end]));
    }
    run.finish();
}

}  // namespace naskah::generator
