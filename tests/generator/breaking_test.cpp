#include "generator/breaking.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace naskah::generator;

namespace {

struct Paragraph {
    std::vector<Sums> sums{Sums{}};
    std::vector<Opportunity> opportunities;
};

// Words of one to four syllables, none wider than 145 points, with blanks between, as LineSetter hands them
// over; some may be hyphenated, some blanks hold together.
Paragraph paragraph(std::mt19937& chance, std::size_t words, bool hyphenate) {
    const auto up_to = [&](std::uint32_t most) { return static_cast<std::uint32_t>(chance() % (most + 1)); };
    Paragraph out;
    const auto atom = [&](Length width, bool blank, std::uint32_t letters) {
        Sums next = out.sums.back();
        next.width += width;
        if (blank) next.spaces += width;
        next.ems += std::int64_t{11000} * letters;
        out.sums.push_back(next);
        return static_cast<std::uint32_t>(out.sums.size() - 1);  // atoms so far
    };
    for (std::size_t word = 0; word < words; ++word) {
        if (word > 0) {
            const std::uint32_t end = atom(3056, true, 0);
            const std::int32_t penalty = up_to(9) == 0 ? bound_penalty : up_to(14) == 0 ? bracket_penalty : 0;
            out.opportunities.push_back({end - 1, end, penalty, false, 0});
        }
        for (std::uint32_t syllable = 0, syllables = 1 + up_to(3); syllable < syllables; ++syllable) {
            if (syllable > 0 && hyphenate && up_to(1) == 0) {
                const auto here = static_cast<std::uint32_t>(out.sums.size() - 1);
                out.opportunities.push_back({here, here, hyphen_penalty, true, 3663});
            }
            const std::uint32_t letters = 2 + up_to(3);
            atom(static_cast<Length>(letters * (4500 + up_to(2500))), false, letters);
        }
    }
    const auto count = static_cast<std::uint32_t>(out.sums.size() - 1);
    out.opportunities.push_back({count, count, 0, false, 0});
    return out;
}

}  // namespace

TEST_CASE("Decent lines first finds the lines that a look at all lines finds") {
    std::mt19937 chance(11);
    Breaker breaker;
    int paragraphs = 0, of_several_lines = 0;
    for (int round = 0; round < 4000; ++round) {
        const Paragraph text = paragraph(chance, 1 + chance() % 90, round % 3 == 0);
        const Measure measure{static_cast<Length>(150000 + chance() % 350000), round % 5 != 0};
        const auto quick = breaker.run(text.sums, text.opportunities, measure);
        const std::vector<std::uint32_t> found(quick.begin(), quick.end());
        const auto whole = breaker.run(text.sums, text.opportunities, measure, true);
        ++paragraphs;
        of_several_lines += found.size() > 2 ? 1 : 0;
        CAPTURE(round);
        REQUIRE(std::equal(found.begin(), found.end(), whole.begin(), whole.end()));
        REQUIRE(!found.empty());
        REQUIRE(found.back() + 1 == text.opportunities.size());
    }
    CHECK(of_several_lines > paragraphs / 2);
}
