// Which neighbouring words Indonesian office style keeps on one line, and which words are names.
#pragma once

#include <string_view>

namespace naskah::generator {

// "Nomor 28", "Tahun 2025", "14 s.d. 15 April 2026", "2 (dua)", "PT Nama", "Rp 5.000", "6,4 ha", "Ratna,
// S.H.": should the blank between these words stay within a line?
bool bound(std::string_view left, std::string_view right);

// "PT", "Kabupaten", "Jalan": do the capitalised words behind this one make up a name?
bool opens_name(std::string_view word);

// Follows the words of a text and says of each whether it belongs to such a name, which is never hyphenated.
class NameWatch {
public:
    bool next(std::string_view word);

private:
    bool within_ = false;
};

}  // namespace naskah::generator
