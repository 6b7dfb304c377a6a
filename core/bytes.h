// Bytes and their printed forms.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace naskah {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

std::string to_hex(BytesView bytes);  // lower case
std::optional<Bytes> parse_hex(std::string_view text);

// Crockford's Base32 (crockford.com/base32): upper case, no I L O U; the last digit is padded with zero bits.
std::string to_base32(BytesView bytes);
// Takes either case, O as 0, I and L as 1, and hyphens anywhere; nothing if another character occurs, or if
// the text does not hold exactly `size` bytes.
std::optional<Bytes> parse_base32(std::string_view text, std::size_t size);

// Overwrites memory that held a secret; the compiler may not drop it.
void wipe(std::span<std::uint8_t> secret) noexcept;
void wipe(std::string& secret) noexcept;  // and empties it

}  // namespace naskah
