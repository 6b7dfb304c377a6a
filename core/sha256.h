// SHA-256 (FIPS 180-4) as a value: a digest is never mere bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace naskah {

struct Sha256 {
    std::array<std::uint8_t, 32> octets{};
    auto operator<=>(const Sha256&) const = default;
};

Sha256 sha256(BytesView bytes);
std::string to_string(const Sha256& digest);  // 64 lower-case hex digits
std::optional<Sha256> parse_sha256(std::string_view hex);

}  // namespace naskah
