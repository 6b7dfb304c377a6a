// What is wrong with a kind beyond its files being readable: `naskah template check`.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "generator/generator.h"

namespace naskah::generator {

// A field that no template and no rule reads, unless its "$comment" begins with "tidak dicetak" and says why.
std::vector<Problem> lint(const Package& package);

// Files in a folder's partials/ that none of `kinds` includes, each one problem.
std::vector<Problem> orphan_partials(const std::filesystem::path& folder,
                                     const std::vector<std::shared_ptr<const Package>>& kinds);

}  // namespace naskah::generator
