// Numbers that name people and businesses: NIP (18 digits, printed 8 6 1 3) and NIB (13 digits).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace naskah {

// Valid by parse: 18 digits (blanks allowed): a birth date that exists, a later year and a month of
// appointment (for contract staff, PPPK, 20 and the number of the contract), sex 1 or 2, three digits more.
struct Nip {
    std::string digits;
    bool operator==(const Nip&) const = default;
};
std::optional<Nip> parse_nip(std::string_view text);
std::string to_string(const Nip& nip);  // "19800101 200501 1 001"

struct Nib {
    std::string digits;
    bool operator==(const Nib&) const = default;
};
std::optional<Nib> parse_nib(std::string_view text);  // 13 digits
std::string to_string(const Nib& nib);

}  // namespace naskah
