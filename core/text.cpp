#include "core/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace naskah {
namespace {

constexpr char32_t replacement = 0xFFFD;

// Length of the well-formed sequence at `at` and its code point; length 0 if there is none (RFC 3629, section
// 4: no overlong forms, no surrogates, nothing above U+10FFFF).
struct Sequence {
    std::size_t length;
    char32_t code_point;
};

Sequence sequence_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {1, lead};
    const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || text.size() - at < length) return {0, 0};
    char32_t code_point = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {0, 0};
        code_point = (code_point << 6) | (byte(i) & 0x3Fu);
    }
    const bool overlong = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (overlong || surrogate || code_point > 0x10FFFF) return {0, 0};
    return {length, code_point};
}

char32_t upper(char32_t c) {
    if (c >= 'a' && c <= 'z') return c - 32;
    if (c < 0xE0 || c > 0x17F) return c;
    if (c == 0xF7) return c;       // the division sign stands among the letters
    if (c <= 0xFE) return c - 32;  // Latin-1
    if (c == 0xFF) return 0x178;
    if (c == 0x131) return 'I';
    if (c == 0x17F) return 'S';
    // Capitals stand before their small letters; U+0138 and U+0149 between the ranges have none.
    const bool odd_is_small = c <= 0x137 || (c >= 0x14A && c <= 0x177);
    const bool even_is_small = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if (odd_is_small && c % 2 == 1) return c - 1;
    if (even_is_small && c % 2 == 0) return c - 1;
    return c;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::optional<std::size_t> first_bad_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;  // bytes at a time, as long as they are ASCII
        if (at + sizeof eight <= text.size()) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const std::size_t length = sequence_at(text, at).length;
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const Sequence sequence = sequence_at(text, at);
    if (sequence.length == 0) {
        ++at;
        return replacement;
    }
    at += sequence.length;
    return sequence.code_point;
}

void append_utf8(std::string& text, char32_t c) {
    const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = replacement;
    if (c < 0x80) {
        text += static_cast<char>(c);
    } else if (c < 0x800) {
        text += static_cast<char>(0xC0 | (c >> 6));
        tail(0);
    } else if (c < 0x10000) {
        text += static_cast<char>(0xE0 | (c >> 12));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0 | (c >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::string code_point_name(char32_t code_point) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   static_cast<std::uint32_t>(code_point), 16)
                         .ptr;
    const std::string hex =
        to_upper(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    return "U+" + std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex;
}

bool is_invisible(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) ||
           (c >= 0xE0000 && c <= 0xE0FFF);
}

std::string visible(std::string_view text, std::size_t longest) {
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        if (shown.size() >= longest) return shown + "…";
        const Sequence sequence = sequence_at(text, at);
        const bool good = sequence.length > 0 && !is_invisible(sequence.code_point);
        shown += good ? text.substr(at, sequence.length) : "?";
        at += std::max<std::size_t>(sequence.length, 1);
    }
    return shown;
}

std::string to_upper(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) append_utf8(result, upper(next_code_point(text, at)));
    return result;
}

std::string trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return std::string(text);
}

}  // namespace naskah
