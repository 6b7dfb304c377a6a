// The identity of a letter: 128 random bits, which its QR code carries and nobody can guess.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace naskah {

class Random;

struct LetterId {
    std::array<std::uint8_t, 16> octets{};
    auto operator<=>(const LetterId&) const = default;
};

LetterId make_letter_id(Random& random);
std::string to_string(const LetterId& id);  // 26 characters of Crockford's Base32: K7QM4XTR9HBD2WNC5F8JV3PY6C
std::string to_grouped(const LetterId& id);  // as printed under the QR code: K7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6C
// Forgiving towards what people type: either case, O for 0, I and L for 1, hyphens and blanks skipped.
std::optional<LetterId> parse_letter_id(std::string_view text);

}  // namespace naskah
