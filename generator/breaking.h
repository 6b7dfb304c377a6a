// Optimal line breaks of one paragraph: Knuth and Plass, "Breaking Paragraphs into Lines" (1981), with the
// limits of office letters (word space 75 to 150 %, letter space +1.2 to -0.6 % of the size) in place of
// TeX's glue.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generator/length.h"

namespace naskah::generator {

// Running totals in front of an atom (a word, a part of a word, a blank, an object).
struct Sums {
    std::int64_t width = 0;   // natural
    std::int64_t spaces = 0;  // of which blanks
    std::int64_t ems = 0;     // sizes of the glyphs, to which letter space is measured
    std::int32_t fills = 0;   // dotted lines that take what a line leaves free
};

// A place where a line may end. The line ends before atom `end`, the next one begins with atom `next`.
struct Opportunity {
    std::uint32_t end = 0, next = 0;
    std::int32_t penalty = 0;  // like TeX's; `costly` and above only when nothing else is left
    bool hyphen = false;
    Length hyphen_width = 0;
};

inline constexpr std::int32_t hyphen_penalty = 60;
inline constexpr std::int32_t last_word_penalty = 2500;  // for a hyphen in the last word of a paragraph
inline constexpr std::int32_t slash_penalty = 40;
inline constexpr std::int32_t bracket_penalty = 130;  // between the words of a bracket
inline constexpr std::int32_t bound_penalty = 3000;   // between words that belong together
inline constexpr std::int32_t nobr_penalty = 8500;    // within <nobr>
inline constexpr std::int32_t tear_penalty = 9500;  // between any two letters of a word wider than the column

struct Measure {
    Length width = 0;
    bool justified = true;
};

// How far a line may be stretched and shrunk before the eye objects.
constexpr std::int64_t space_stretch(std::int64_t spaces) { return spaces / 2; }
constexpr std::int64_t space_shrink(std::int64_t spaces) { return spaces / 4; }
constexpr std::int64_t letter_stretch(std::int64_t ems) { return ems * 12 / 1000; }
constexpr std::int64_t letter_shrink(std::int64_t ems) { return ems * 6 / 1000; }

class Breaker {
public:
    // `sums` has one entry more than there are atoms. The last opportunity is the paragraph's end (end ==
    // atoms). Between any two atoms of a run wider than the measure there must be an opportunity; then no
    // line is ever wider than the measure. Returns indices into `opportunities`, one a line; valid until the
    // next call. Time: linear in the text.
    //
    // As TeX does, it first looks at decent lines only, unless `all_at_once`. What it finds then is what it
    // would find among all: demerits only add up, so a paragraph that holds a poor line is worse than any
    // whose sum is less than that line's.
    std::span<const std::uint32_t> run(std::span<const Sums> sums, std::span<const Opportunity> opportunities,
                                       Measure measure, bool all_at_once = false);

private:
    std::uint32_t best_end(std::span<const Sums> sums, std::span<const Opportunity> opportunities,
                           Measure measure, bool decent);

    struct Candidate {
        std::uint32_t opportunity;  // where the line before ends; none for the paragraph's start
        std::uint32_t previous;     // candidate
        std::uint32_t first;        // atom with which the next line begins
        std::int64_t demerits;
        std::uint8_t fitness;
        bool hyphen;
    };
    std::vector<Candidate> candidates_;
    std::vector<std::uint32_t> active_, result_;
};

}  // namespace naskah::generator
