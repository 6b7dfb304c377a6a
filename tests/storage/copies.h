// What a copy of a store must be, and what a store that was put back must refuse; played on each engine and
// from each to the other.
#pragma once

#include <functional>
#include <vector>

#include "fixture.h"

namespace naskah::storage {

struct CopyScenario {
    const char* name;                                                    // a sentence of the product
    void (*play)(const std::string& original, const std::string& copy);  // addresses of two empty places
};
const std::vector<CopyScenario>& copy_scenarios();

}  // namespace naskah::storage
