#include "core/base64.h"

namespace naskah {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int value_of(char digit) {
    if (digit >= 'A' && digit <= 'Z') return digit - 'A';
    if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9') return digit - '0' + 52;
    return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

}  // namespace

std::string to_base64(BytesView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t left = bytes.size() - at;
        const unsigned group = (unsigned{bytes[at]} << 16U) |
                               (left > 1 ? unsigned{bytes[at + 1]} << 8U : 0U) |
                               (left > 2 ? unsigned{bytes[at + 2]} : 0U);
        text += digits[group >> 18U];
        text += digits[(group >> 12U) & 63U];
        text += left > 1 ? digits[(group >> 6U) & 63U] : '=';
        text += left > 2 ? digits[group & 63U] : '=';
    }
    return text;
}

std::optional<Bytes> parse_base64(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    unsigned group = 0;
    int held = 0, padding = 0;
    for (const char digit : text) {
        if (digit == '\r' || digit == '\n') continue;
        if (digit == '=') {
            if (held + padding < 2 || held + padding > 3) return std::nullopt;
            ++padding;
            continue;
        }
        const int value = value_of(digit);
        if (value < 0 || padding > 0) return std::nullopt;
        group = (group << 6U) | static_cast<unsigned>(value);
        if (++held < 4) continue;
        for (const unsigned shift : {16U, 8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(group >> shift));
        group = 0;
        held = 0;
    }
    if (held == 0 && padding == 0) return bytes;
    if (held + padding != 4) return std::nullopt;
    group <<= 6U * static_cast<unsigned>(padding);
    if ((group & (padding == 1 ? 0xFFU : 0xFFFFU)) != 0) return std::nullopt;  // bits that mean nothing
    bytes.push_back(static_cast<std::uint8_t>(group >> 16U));
    if (padding == 1) bytes.push_back(static_cast<std::uint8_t>(group >> 8U));
    return bytes;
}

}  // namespace naskah
