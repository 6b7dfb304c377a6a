// Holds a whole store against what register.h guarantees, row by row and independent of the engine.
#pragma once

#include <vector>

#include "storage/engine.h"

namespace naskah::storage {

// Inside a read transaction. Memory does not grow with the number of letters. Every message names the letter
// by its number or the entry of the log by its place.
std::vector<Problem> check_invariants(Connection& connection);

}  // namespace naskah::storage
