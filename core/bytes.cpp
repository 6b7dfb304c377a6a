#include "core/bytes.h"

#include <openssl/crypto.h>

namespace naskah {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base32_digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int base32_value(char c) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') return 0;
    if (c == 'I' || c == 'L') return 1;
    const std::size_t at = base32_digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string to_hex(BytesView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (std::uint8_t byte : bytes) {
        text += hex_digits[byte >> 4];
        text += hex_digits[byte & 15];
    }
    return text;
}

std::optional<Bytes> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const int high = hex_value(text[at]);
        const int low = hex_value(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::string to_base32(BytesView bytes) {
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    unsigned pending = 0;
    unsigned bits = 0;
    for (std::uint8_t byte : bytes) {
        pending = (pending << 8) | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += base32_digits[(pending >> bits) & 31];
        }
        pending &= (1u << bits) - 1;
    }
    if (bits > 0) text += base32_digits[(pending << (5 - bits)) & 31];
    return text;
}

std::optional<Bytes> parse_base32(std::string_view text, std::size_t size) {
    Bytes bytes;
    unsigned pending = 0;
    unsigned bits = 0;
    std::size_t digits = 0;
    for (char c : text) {
        if (c == '-') continue;
        const int value = base32_value(c);
        if (value < 0 || bytes.size() > size) return std::nullopt;
        ++digits;
        pending = (pending << 5) | static_cast<unsigned>(value);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(pending >> bits));
            pending &= (1u << bits) - 1;
        }
    }
    // The padding must be zero: otherwise several texts would name the same bytes.
    if (bytes.size() != size || digits != (size * 8 + 4) / 5 || pending != 0) return std::nullopt;
    return bytes;
}

void wipe(std::span<std::uint8_t> secret) noexcept { OPENSSL_cleanse(secret.data(), secret.size()); }

void wipe(std::string& secret) noexcept {
    // Up to the capacity, since a longer secret may have stood there before. Growing within the capacity
    // neither allocates nor throws.
    secret.resize(secret.capacity());
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

}  // namespace naskah
