#include "signing/pdf_syntax.h"

#include <array>
#include <charconv>
#include <limits>

#include "core/error.h"
#include "core/text.h"

namespace naskah::signing {

namespace {

constexpr std::size_t deepest = 64;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0'; }

bool is_delimiter(char c) {
    return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' || c == '}' ||
           c == '/' || c == '%';
}

bool is_regular(char c) { return !is_blank(c) && !is_delimiter(c); }

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool starts(std::string_view text, std::size_t at, std::string_view token) {
    return text.substr(at, token.size()) == token;
}

void skip_regular(std::string_view text, std::size_t& at) {
    while (at < text.size() && is_regular(text[at])) ++at;
}

void skip_literal_string(std::string_view text, std::size_t& at) {
    std::size_t open = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\\') {
            ++at;
        } else if (c == '(') {
            ++open;
        } else if (c == ')' && --open == 0) {
            ++at;
            return;
        }
    }
    refuse_damaged("string tidak ditutup");
}

void skip_hex_string(std::string_view text, std::size_t& at) {
    const auto end = text.find('>', at);
    if (end == std::string_view::npos) refuse_damaged("string heksadesimal tidak ditutup");
    at = end + 1;
}

// A token that holds no other: number, keyword, name or string.
void skip_simple(std::string_view text, std::size_t& at) {
    switch (text[at]) {
        case '(': skip_literal_string(text, at); return;
        case '<': skip_hex_string(text, at); return;
        case '/':
            ++at;
            skip_regular(text, at);
            return;
        default:
            if (!is_regular(text[at])) refuse_damaged("tanda yang tidak pada tempatnya");
            skip_regular(text, at);
    }
}

// Behind the array or dictionary that begins at `at`. The open brackets are kept in a fixed stack, so that no
// input can make it grow.
void skip_compound(std::string_view text, std::size_t& at) {
    std::array<char, deepest> open{};
    std::size_t depth = 0;
    do {
        skip_blank(text, at);
        if (at >= text.size()) refuse_damaged("objek tidak selesai");
        const bool dictionary = starts(text, at, "<<");
        if (dictionary || text[at] == '[') {
            if (depth == deepest) refuse_damaged("objek bersarang terlalu dalam");
            open[depth++] = dictionary ? '<' : '[';
            at += dictionary ? 2 : 1;
        } else if (starts(text, at, ">>") || text[at] == ']') {
            const char expected = text[at] == ']' ? '[' : '<';
            if (open[--depth] != expected) refuse_damaged("kurung tidak berpasangan");
            at += expected == '<' ? 2 : 1;
        } else {
            skip_simple(text, at);
        }
    } while (depth > 0);
}

std::optional<std::int64_t> parse_integer(std::string_view token) {
    if (token.starts_with('+')) token.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
    if (error != std::errc{} || end != token.data() + token.size()) return {};
    return number;
}

std::string_view peek_regular(std::string_view text, std::size_t& at) {
    skip_blank(text, at);
    const auto begin = at;
    skip_regular(text, at);
    return text.substr(begin, at - begin);
}

// If "G R" follows the number that ends at `at`, moves behind it.
void take_rest_of_reference(std::string_view text, std::size_t& at) {
    auto behind = at;
    if (!parse_integer(peek_regular(text, behind))) return;
    if (peek_regular(text, behind) == "R") at = behind;
}

// Two-byte units with surrogates; a lone surrogate becomes U+FFFD.
std::string from_utf16be(std::string_view octets) {
    std::string text;
    const auto unit = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(octets[i]) << 8 |
                                     static_cast<unsigned char>(octets[i + 1]));
    };
    for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
        char32_t c = unit(i);
        if (c >= 0xD800 && c < 0xDC00 && i + 3 < octets.size() && unit(i + 2) >= 0xDC00 &&
            unit(i + 2) < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
            i += 2;
        } else if (c >= 0xD800 && c < 0xE000) {
            c = 0xFFFD;
        }
        append_utf8(text, c);
    }
    return text;
}

std::string unescape_literal(std::string_view inner) {
    std::string octets;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        char c = inner[i];
        if (c == '\\' && ++i < inner.size()) {
            c = inner[i];
            if (c >= '0' && c <= '7') {
                int value = 0;
                std::size_t digits = 0;
                for (; digits < 3 && i + digits < inner.size(); ++digits) {
                    const char d = inner[i + digits];
                    if (d < '0' || d > '7') break;
                    value = value * 8 + (d - '0');
                }
                i += digits - 1;
                octets += static_cast<char>(value & 0xFF);
                continue;
            }
            if (c == '\r' || c == '\n') {  // an escaped end of line continues the string
                if (c == '\r' && i + 1 < inner.size() && inner[i + 1] == '\n') ++i;
                continue;
            }
            constexpr std::string_view escapes = "nrtbf", values = "\n\r\t\b\f";
            const auto which = escapes.find(c);
            if (which != std::string_view::npos) c = values[which];
        }
        octets += c;
    }
    return octets;
}

std::string unhex(std::string_view inner) {
    std::string octets;
    int high = -1;
    for (const char c : inner) {
        const int digit = hex_digit(c);
        if (digit < 0) continue;
        if (high < 0) {
            high = digit;
        } else {
            octets += static_cast<char>(high * 16 + digit);
            high = -1;
        }
    }
    if (high >= 0) octets += static_cast<char>(high * 16);
    return octets;
}

}  // namespace

std::string_view Dictionary::find(std::string_view key) const {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (entry->key == key) return entry->value == "null" ? std::string_view() : entry->value;
    }
    return {};
}

void skip_blank(std::string_view text, std::size_t& at) {
    for (; at < text.size(); ++at) {
        if (text[at] == '%') {
            while (at < text.size() && text[at] != '\n' && text[at] != '\r') ++at;
            if (at == text.size()) return;
        } else if (!is_blank(text[at])) {
            return;
        }
    }
}

std::string_view read_value(std::string_view text, std::size_t& at) {
    skip_blank(text, at);
    if (at >= text.size()) refuse_damaged("objek tidak selesai");
    const auto begin = at;
    if (text[at] == '[' || starts(text, at, "<<")) {
        skip_compound(text, at);
    } else {
        skip_simple(text, at);
        if (parse_integer(text.substr(begin, at - begin))) take_rest_of_reference(text, at);
    }
    return text.substr(begin, at - begin);
}

bool is_dictionary(std::string_view value) { return value.starts_with("<<"); }

bool is_array(std::string_view value) { return value.starts_with("["); }

Dictionary to_dictionary(std::string_view value) {
    if (!is_dictionary(value) || !value.ends_with(">>") || value.size() < 4)
        refuse_damaged("kamus diharapkan");
    const auto inner = value.substr(2, value.size() - 4);
    Dictionary dictionary;
    for (std::size_t at = 0;;) {
        skip_blank(inner, at);
        if (at >= inner.size()) return dictionary;
        if (inner[at] != '/') refuse_damaged("nama kunci diharapkan");
        std::string key = to_name(read_value(inner, at));
        dictionary.entries.push_back({std::move(key), read_value(inner, at)});
    }
}

std::vector<std::string_view> to_array(std::string_view value) {
    if (!is_array(value) || !value.ends_with("]") || value.size() < 2) refuse_damaged("larik diharapkan");
    const auto inner = value.substr(1, value.size() - 2);
    std::vector<std::string_view> items;
    for (std::size_t at = 0;;) {
        skip_blank(inner, at);
        if (at >= inner.size()) return items;
        items.push_back(read_value(inner, at));
    }
}

std::optional<Reference> to_reference(std::string_view value) {
    std::size_t at = 0;
    const auto number = parse_integer(peek_regular(value, at));
    const auto generation = parse_integer(peek_regular(value, at));
    if (!number || !generation || peek_regular(value, at) != "R" || at != value.size()) return {};
    if (*number <= 0 || *number > 8'388'607 || *generation < 0 || *generation > 65'535) return {};
    return Reference{static_cast<std::uint32_t>(*number), static_cast<std::uint16_t>(*generation)};
}

std::optional<std::int64_t> to_integer(std::string_view value) { return parse_integer(value); }

std::string to_name(std::string_view value) {
    std::string name;
    if (!value.starts_with('/')) return name;
    for (std::size_t i = 1; i < value.size(); ++i) {
        if (value[i] == '#' && i + 2 < value.size() && hex_digit(value[i + 1]) >= 0 &&
            hex_digit(value[i + 2]) >= 0) {
            name += static_cast<char>(hex_digit(value[i + 1]) * 16 + hex_digit(value[i + 2]));
            i += 2;
        } else {
            name += value[i];
        }
    }
    return name;
}

std::string to_octets(std::string_view value) {
    if (value.size() < 2 || is_dictionary(value)) return {};
    const auto inner = value.substr(1, value.size() - 2);
    if (value.front() == '(') return unescape_literal(inner);
    if (value.front() == '<') return unhex(inner);
    return {};
}

std::string to_text(std::string_view value) {
    const std::string octets = to_octets(value);
    if (octets.starts_with("\xFE\xFF")) return from_utf16be(std::string_view(octets).substr(2));
    if (octets.starts_with("\xEF\xBB\xBF")) return octets.substr(3);
    std::string text;  // PDFDocEncoding, whose letters are those of Latin-1
    for (const char c : octets) append_utf8(text, static_cast<unsigned char>(c));
    return text;
}

void refuse_damaged(const std::string& what) {
    throw Error(Code::data, "berkas PDF rusak atau tidak lazim: " + what, {},
                "Buat ulang berkasnya dari aplikasi asalnya, lalu tanda tangani lagi");
}

}  // namespace naskah::signing
