// Numbers in Indonesian words (terbilang), Roman numerals, money, letters of a list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace naskah {

std::string terbilang(std::int64_t number);             // 101: "seratus satu"; negative: "minus ..."
std::string with_words(std::int64_t number);            // "3 (tiga)"
std::string to_roman(int number);                       // 1..3999, else empty
std::optional<int> parse_roman(std::string_view text);  // canonical capitals only
std::string thousands(std::int64_t number);             // "36.000"

// An amount of money in sen (1/100 rupiah): never a floating point number.
struct Rupiah {
    std::int64_t sen = 0;
    auto operator<=>(const Rupiah&) const = default;
};
std::string to_string(Rupiah amount);  // "Rp1.250.000,00"
std::string to_words(Rupiah amount);   // "satu juta dua ratus lima puluh ribu rupiah", "... lima puluh sen"
std::string ordinal_decision(
    int n);  // 1..: "KESATU", "KEDUA", ..., "KESEPULUH", "KESEBELAS", "KEDUA BELAS" ... 29
std::string list_letter(int n);  // 1: "a", 26: "z", 27: "aa"

}  // namespace naskah
