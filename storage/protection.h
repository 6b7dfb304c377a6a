// How long a letter's file proves something.
#pragma once

#include <string>

#include "core/world.h"

namespace naskah::storage {

struct Protection {
    std::string level;  // "B-B", "B-T", "B-LT", "B-LTA"
    Instant until;      // when its newest timestamp, or its signer's certificate, runs out
    bool operator==(const Protection&) const = default;
};

}  // namespace naskah::storage
