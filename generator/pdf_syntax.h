// The small words of PDF (ISO 32000-1 7.3): numbers without locale or floating point, strings, references.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "generator/length.h"

namespace naskah::generator {

void append_int(std::string& out, std::int64_t value);
// A length in points: 12500 gives "12.5", -1 gives "-.001".
void append_length(std::string& out, Length thousandths);
void append_rect(std::string& out, Length x, Length y, Length width, Length height);  // with blanks between
void append_hex(std::string& out, BytesView bytes);
// "12 0 R"
void append_reference(std::string& out, int object);
std::string reference(int object);
// A text string: ASCII in parentheses, anything else as UTF-16 in hexadecimal digits.
std::string text_string(std::string_view utf8);
// The bytes of a string that is shown: in parentheses, with the four bytes escaped that would not survive.
inline void append_escaped(std::string& out, std::uint8_t byte) {
    if (byte == '\n' || byte == '\r') {
        out += byte == '\n' ? "\\n" : "\\r";
        return;
    }
    if (byte == '(' || byte == ')' || byte == '\\') out += '\\';
    out += static_cast<char>(byte);
}

}  // namespace naskah::generator
