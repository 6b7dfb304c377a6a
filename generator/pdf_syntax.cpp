#include "generator/pdf_syntax.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"

namespace naskah::generator {

void append_int(std::string& out, std::int64_t value) {
    if (value >= 0 && value < 10) {
        out += static_cast<char>('0' + value);
        return;
    }
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_length(std::string& out, Length thousandths) {
    std::int64_t rest = thousandths;
    if (rest < 0) {
        out += '-';
        rest = -rest;
    }
    const std::int64_t whole = rest / 1000;
    auto fraction = static_cast<int>(rest % 1000);
    if (whole > 0 || fraction == 0) append_int(out, whole);
    if (fraction == 0) return;
    out += '.';
    for (int digit = 100; fraction > 0; digit /= 10) {
        out += static_cast<char>('0' + fraction / digit);
        fraction %= digit;
    }
}

void append_rect(std::string& out, Length x, Length y, Length width, Length height) {
    append_length(out, x);
    out += ' ';
    append_length(out, y);
    out += ' ';
    append_length(out, width);
    out += ' ';
    append_length(out, height);
}

void append_hex(std::string& out, BytesView bytes) {
    static constexpr char digits[] = "0123456789ABCDEF";
    for (const std::uint8_t byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

void append_reference(std::string& out, int object) {
    append_int(out, object);
    out += " 0 R";
}

std::string reference(int object) {
    std::string out;
    append_reference(out, object);
    return out;
}

std::string text_string(std::string_view utf8) {
    const bool ascii = std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    if (ascii) {
        std::string out = "(";
        for (const char c : utf8) append_escaped(out, static_cast<std::uint8_t>(c));
        return out += ')';
    }
    Bytes utf16{0xFE, 0xFF};
    const auto append = [&](std::uint32_t unit) {
        utf16.push_back(static_cast<std::uint8_t>(unit >> 8));
        utf16.push_back(static_cast<std::uint8_t>(unit & 0xFF));
    };
    for (std::size_t at = 0; at < utf8.size();) {
        const auto c = static_cast<std::uint32_t>(next_code_point(utf8, at));
        if (c < 0x10000) {
            append(c);
        } else {
            append(0xD800 + ((c - 0x10000) >> 10));
            append(0xDC00 + ((c - 0x10000) & 0x3FF));
        }
    }
    std::string out = "<";
    append_hex(out, utf16);
    return out += '>';
}

}  // namespace naskah::generator
