#include "core/identity.h"

#include <algorithm>

#include "core/date.h"

namespace naskah {
namespace {

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Nip> parse_nip(std::string_view text) {
    std::string digits;
    for (char c : text) {
        if (c != ' ') digits += c;
    }
    if (digits.size() != 18 || !all_digits(digits)) return std::nullopt;
    const std::string birth_year = digits.substr(0, 4);
    const std::string appointed_year = digits.substr(8, 4);
    const std::string birth = birth_year + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2);
    if (!parse_date(birth) || appointed_year <= birth_year || appointed_year > "2999") return std::nullopt;
    // A civil servant's month of appointment, or for contract staff (PPPK) 20 and the number of the contract.
    const std::string month = digits.substr(12, 2);
    if ((month < "01" || month > "12") && (month < "21" || month > "29")) return std::nullopt;
    if (digits[14] != '1' && digits[14] != '2') return std::nullopt;
    return Nip{std::move(digits)};
}

std::string to_string(const Nip& nip) {
    const std::string& d = nip.digits;
    return d.substr(0, 8) + " " + d.substr(8, 6) + " " + d.substr(14, 1) + " " + d.substr(15);
}

std::optional<Nib> parse_nib(std::string_view text) {
    if (text.size() != 13 || !all_digits(text)) return std::nullopt;
    return Nib{std::string(text)};
}

std::string to_string(const Nib& nib) { return nib.digits; }

}  // namespace naskah
