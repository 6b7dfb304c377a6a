#include "generator/nearest.h"

#include <algorithm>

namespace naskah::generator {
namespace {

constexpr std::size_t longest = 64;  // longer names are no slip of the hand, and cost quadratic time

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& names) {
    if (name.size() > longest) return {};
    std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
    std::string found;
    for (const std::string& candidate : names) {
        if (candidate.size() > longest) continue;
        if (const std::size_t far = distance(name, candidate); far < best) {
            best = far;
            found = candidate;
        }
    }
    return found;
}

}  // namespace naskah::generator
