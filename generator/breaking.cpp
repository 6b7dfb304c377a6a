#include "generator/breaking.h"

#include <algorithm>
#include <limits>

namespace naskah::generator {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::int64_t worst = 10000;            // badness
constexpr std::int64_t rough_neighbours = 9000;  // a tight line beside a loose one
constexpr std::int64_t two_hyphens = 12000;
constexpr std::int64_t last_hyphen = 5000;
constexpr std::int64_t lonely_word = 2500000;
constexpr std::int64_t poor = 1100;  // badness: gaps twice as wide as the eye bears
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

struct Grade {
    std::int64_t badness;
    std::uint8_t fitness;  // 0 tight, 1 even, 2 loose, 3 very loose
};

// 100 (slack / room)^3, as TeX does it; `slack` and `room` are not negative.
std::int64_t cubed(std::int64_t slack, std::int64_t room) {
    if (room <= 0 || slack > 5 * room) return worst;
    const std::int64_t ratio = slack * 1000 / room;
    return ratio * ratio * ratio / 10000000;
}

Grade grade_justified(std::int64_t slack, const Sums& line) {
    const std::int64_t letters = slack < 0 ? letter_shrink(line.ems) : letter_stretch(line.ems);
    const std::int64_t room = slack < 0 ? space_shrink(line.spaces) : space_stretch(line.spaces);
    const std::int64_t amount = slack < 0 ? -slack : slack;
    if (amount <= room) {
        const std::int64_t badness = cubed(amount, room);
        if (slack < 0) return {badness, static_cast<std::uint8_t>(amount * 2 > room ? 0 : 1)};
        return {badness, static_cast<std::uint8_t>(amount * 2 > room ? 2 : 1)};
    }
    // Beyond the word space: letter space first, then gaps that nobody should see.
    const std::uint8_t fitness = slack < 0 ? 0 : 3;
    if (amount <= room + letters)
        return {150 + 250 * (amount - room) / std::max<std::int64_t>(letters, 1), fitness};
    if (room == 0) return {worst, fitness};
    return {std::min(worst, 500 + 600 * (amount - room - letters) / room), fitness};
}

// Whether `grade_justified` would surely call it poor.
bool is_poor(std::int64_t slack, const Sums& line) {
    return slack > 2 * space_stretch(line.spaces) + letter_stretch(line.ems);
}

// Ragged lines: what is free at the right, held against a fifth of the column.
Grade grade_ragged(std::int64_t slack, Length width) {
    return {std::min<std::int64_t>(2000, cubed(slack, std::max<std::int64_t>(width / 5, 1))), 1};
}

}  // namespace

// The candidate of the paragraph's end, or none. If `decent`, paths that cost as much as one poor line are
// given up.
std::uint32_t Breaker::best_end(std::span<const Sums> sums, std::span<const Opportunity> opportunities,
                                Measure measure, bool decent) {
    const std::int64_t most = decent ? (10 + poor) * (10 + poor) : never;
    candidates_.clear();
    active_.clear();
    candidates_.push_back({none, none, 0, 0, 1, false});
    active_.push_back(0);

    for (std::uint32_t b = 0; b < opportunities.size(); ++b) {
        const Opportunity& here = opportunities[b];
        const bool last = b + 1 == opportunities.size();
        Candidate best[4];
        for (Candidate& candidate : best) candidate.demerits = most;

        std::size_t kept = 0;
        for (std::size_t i = 0; i < active_.size(); ++i) {
            const std::uint32_t a = active_[i];
            const Candidate& from = candidates_[a];
            if (from.first >= here.end && !(last && from.first == here.end)) {
                active_[kept++] = a;
                continue;
            }
            const Sums& begin = sums[from.first];
            const Sums& end = sums[here.end];
            const Sums line{end.width - begin.width + here.hyphen_width, end.spaces - begin.spaces,
                            end.ems - begin.ems, end.fills - begin.fills};
            std::int64_t slack = measure.width - line.width;
            const std::int64_t least =
                measure.justified ? space_shrink(line.spaces) + letter_shrink(line.ems) : std::int64_t{0};
            if (slack + least < 0) {
                // A hyphen may be what does not fit; without it the line may still grow by nothing, so look
                // again.
                if (slack + least + here.hyphen_width >= 0) active_[kept++] = a;
                continue;
            }
            active_[kept++] = a;
            if (line.fills > 0 && slack > 0) slack = 0;
            if (decent && measure.justified && !last && is_poor(slack, line)) {
                // So are the lines that begin later.
                while (++i < active_.size()) active_[kept++] = active_[i];
                break;
            }

            Grade grade{0, 1};
            if (last && slack >= 0)
                grade = {0, from.fitness > 1 ? std::uint8_t{2} : std::uint8_t{1}};
            else
                grade = measure.justified ? grade_justified(slack, line) : grade_ragged(slack, measure.width);
            std::int64_t demerits = (10 + grade.badness) * (10 + grade.badness);
            demerits += std::int64_t{here.penalty} * here.penalty;
            if (grade.fitness > from.fitness + 1 || from.fitness > grade.fitness + 1)
                demerits += rough_neighbours;
            if (here.hyphen && from.hyphen) demerits += two_hyphens;
            if (last && from.opportunity != none) {
                if (from.hyphen) demerits += last_hyphen;
                // The rest of a word or one short word alone makes a poor last line.
                if (line.spaces == 0 && line.width * 4 < measure.width) demerits += lonely_word;
            }
            demerits += from.demerits;
            Candidate& champion = best[grade.fitness];
            if (demerits < champion.demerits)
                champion = {b, a, here.next, demerits, grade.fitness, here.hyphen};
        }
        active_.resize(kept);

        std::int64_t least = never;
        for (const Candidate& candidate : best) least = std::min(least, candidate.demerits);
        for (const Candidate& candidate : best) {
            if (candidate.demerits >= most || candidate.demerits > least + rough_neighbours) continue;
            active_.push_back(static_cast<std::uint32_t>(candidates_.size()));
            candidates_.push_back(candidate);
        }
    }

    std::uint32_t best = none;
    for (const std::uint32_t a : active_)
        if (candidates_[a].opportunity + 1 == opportunities.size() &&
            (best == none || candidates_[a].demerits < candidates_[best].demerits))
            best = a;
    return best;
}

std::span<const std::uint32_t> Breaker::run(std::span<const Sums> sums,
                                            std::span<const Opportunity> opportunities, Measure measure,
                                            bool all_at_once) {
    result_.clear();
    std::uint32_t best = all_at_once ? none : best_end(sums, opportunities, measure, true);
    if (best == none) best = best_end(sums, opportunities, measure, false);
    for (std::uint32_t c = best; c != none && candidates_[c].opportunity != none; c = candidates_[c].previous)
        result_.push_back(candidates_[c].opportunity);
    std::reverse(result_.begin(), result_.end());
    return result_;
}

}  // namespace naskah::generator
