#include "core/words.h"

#include <array>

#include "core/text.h"

namespace naskah {
namespace {

constexpr std::array<std::string_view, 12> small_numbers = {"nol",     "satu",     "dua",     "tiga",
                                                            "empat",   "lima",     "enam",    "tujuh",
                                                            "delapan", "sembilan", "sepuluh", "sebelas"};

struct Scale {
    std::uint64_t value;
    std::string_view name;
};
constexpr std::array<Scale, 6> scales = {{{1'000'000'000'000'000'000, "kuintiliun"},
                                          {1'000'000'000'000'000, "kuadriliun"},
                                          {1'000'000'000'000, "triliun"},
                                          {1'000'000'000, "miliar"},
                                          {1'000'000, "juta"},
                                          {1'000, "ribu"}}};

struct RomanDigit {
    int value;
    std::string_view letters;
};
constexpr std::array<RomanDigit, 13> roman_digits = {{{1000, "M"},
                                                      {900, "CM"},
                                                      {500, "D"},
                                                      {400, "CD"},
                                                      {100, "C"},
                                                      {90, "XC"},
                                                      {50, "L"},
                                                      {40, "XL"},
                                                      {10, "X"},
                                                      {9, "IX"},
                                                      {5, "V"},
                                                      {4, "IV"},
                                                      {1, "I"}}};

// The lowest int64 has no positive twin, so magnitudes are unsigned.
std::uint64_t magnitude(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    return number < 0 ? 0 - bits : bits;
}

void add_word(std::string& words, std::string_view word) {
    if (!words.empty()) words += ' ';
    words += word;
}

void add_number(std::string& words, std::uint64_t number) {
    for (const Scale& scale : scales) {
        const std::uint64_t count = number / scale.value;
        if (count == 0) continue;
        if (count == 1 && scale.value == 1000) {
            add_word(words, "seribu");
        } else {
            add_number(words, count);
            add_word(words, scale.name);
        }
        number %= scale.value;
    }
    if (number >= 200) {
        add_word(words, small_numbers[number / 100]);
        add_word(words, "ratus");
    } else if (number >= 100) {
        add_word(words, "seratus");
    }
    number %= 100;
    if (number >= 20) {
        add_word(words, small_numbers[number / 10]);
        add_word(words, "puluh");
        number %= 10;
    }
    if (number >= 12) {
        add_word(words, small_numbers[number - 10]);
        add_word(words, "belas");
    } else if (number > 0) {
        add_word(words, small_numbers[number]);
    }
}

std::string magnitude_words(std::uint64_t number) {
    if (number == 0) return std::string(small_numbers[0]);
    std::string words;
    add_number(words, number);
    return words;
}

std::string grouped(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    std::string text;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > 0 && (digits.size() - at) % 3 == 0) text += '.';
        text += digits[at];
    }
    return text;
}

}  // namespace

std::string terbilang(std::int64_t number) {
    return (number < 0 ? "minus " : "") + magnitude_words(magnitude(number));
}

std::string with_words(std::int64_t number) { return thousands(number) + " (" + terbilang(number) + ")"; }

std::string to_roman(int number) {
    if (number < 1 || number > 3999) return {};
    std::string text;
    for (const RomanDigit& digit : roman_digits) {
        for (; number >= digit.value; number -= digit.value) text += digit.letters;
    }
    return text;
}

std::optional<int> parse_roman(std::string_view text) {
    int number = 0;
    std::string_view rest = text;
    for (const RomanDigit& digit : roman_digits) {
        while (rest.starts_with(digit.letters) && number <= 3999) {
            number += digit.value;
            rest.remove_prefix(digit.letters.size());
        }
    }
    // Printing again weeds out IIII, VX, IXI and everything else that is not the one canonical form.
    if (!rest.empty() || number == 0 || to_roman(number) != text) return std::nullopt;
    return number;
}

std::string thousands(std::int64_t number) { return (number < 0 ? "-" : "") + grouped(magnitude(number)); }

std::string to_string(Rupiah amount) {
    const std::uint64_t sen = magnitude(amount.sen);
    const std::string fraction = std::to_string(100 + sen % 100).substr(1);
    return (amount.sen < 0 ? "-Rp" : "Rp") + grouped(sen / 100) + "," + fraction;
}

std::string to_words(Rupiah amount) {
    const std::uint64_t sen = magnitude(amount.sen);
    std::string words = (amount.sen < 0 ? "minus " : "") + magnitude_words(sen / 100) + " rupiah";
    if (sen % 100 != 0) words += " " + magnitude_words(sen % 100) + " sen";
    return words;
}

std::string ordinal_decision(int n) { return n < 1 ? std::string() : "KE" + to_upper(terbilang(n)); }

std::string list_letter(int n) {
    std::string letters;
    for (; n > 0; n = (n - 1) / 26) letters.insert(letters.begin(), static_cast<char>('a' + (n - 1) % 26));
    return letters;
}

}  // namespace naskah
