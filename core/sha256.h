// SHA-256 (FIPS 180-4) as a value: a digest is never mere bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
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

// Of what comes in pieces.
class Sha256Sum {
public:
    Sha256Sum();
    ~Sha256Sum();
    Sha256Sum(const Sha256Sum&) = delete;
    Sha256Sum& operator=(const Sha256Sum&) = delete;
    void add(BytesView bytes);
    Sha256 finish();  // once, at the end

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

std::string to_string(const Sha256& digest);  // 64 lower-case hex digits
std::optional<Sha256> parse_sha256(std::string_view hex);

}  // namespace naskah
