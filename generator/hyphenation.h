// Where an Indonesian word may be divided. The home of libhyphen.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace naskah::generator {

// Appends the byte offsets in `word` (ASCII letters, any case) before which a line may break with a hyphen:
// words of nine letters or more, three letters on each side, and the prefix di- alone ("di-maksud"). Offsets
// ascend. A word with a capital is divided only if it is built like an Indonesian noun (pe-...-an, ke-...-an,
// -asi), because names are not. Throws Error(outside) naming the Debian package if the patterns are not
// installed. Safe from any thread.
void hyphenate(std::string_view word, std::vector<std::size_t>& breaks);

}  // namespace naskah::generator
