// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace naskah::generator {

// The name that takes the fewest single-letter changes, if they are few enough to be a slip of the hand; else
// empty.
std::string nearest(std::string_view name, const std::vector<std::string>& names);

}  // namespace naskah::generator
