// UTF-8 text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace naskah {

// Only what stands between blank and tilde.
inline bool is_plain_ascii(std::string_view text) {
    for (const char c : text)
        if (c < ' ' || c > '~') return false;  // also where char has no sign
    return true;
}

// Offset of the first byte that is not well-formed UTF-8 (RFC 3629), or nothing.
std::optional<std::size_t> first_bad_utf8(std::string_view text);

// Reads one code point at `at` and moves `at` behind it. The text must be well-formed.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_utf8(std::string& text, char32_t code_point);
std::string code_point_name(char32_t code_point);  // "U+1F600"

// Characters that nobody sees and that may make a text say something else than it shows: controls, zero-width
// characters, marks that turn the direction of writing, noncharacters.
bool is_invisible(char32_t code_point);
// A hostile text as it may be shown: what nobody sees and what is no UTF-8 becomes "?", and the end of a long
// one is left out.
std::string visible(std::string_view text, std::size_t longest = 200);

// Upper case of ASCII, Latin-1 and Latin Extended-A letters; others stay.
std::string to_upper(std::string_view text);
std::string trim(std::string_view text);  // ASCII blanks

}  // namespace naskah
