// Data made from a kind's schema, to see how its letters take what a clerk may type: as little as is allowed,
// as much, and anything between. For lint and tests; nobody reads these letters.
#pragma once

#include <cstdint>

#include "generator/generator.h"

namespace naskah::generator {

enum class Amount {
    least,   // only what is required, lists and texts as short as they may be
    most,    // every field, texts as long as they may be, in lists of a few items
    many,    // every field, lists as long as they may be (at most 60 items), of short texts
    random,  // anything, by `seed`
};

// Passes `check`; rules that need a calendar are not asked. Dates lie around `day`, pictures are those of the
// kind's example. Same arguments, same data. Throws Error(data) if the schema cannot be satisfied this way.
Json specimen(const Package& package, Amount amount, std::uint64_t seed, Date day);

}  // namespace naskah::generator
