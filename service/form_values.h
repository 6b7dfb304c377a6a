// One value of a letter's data as an input shows it, and back. What can't be converted stays the text that
// was typed: the schema then names it as wrong, and nothing is lost.
#pragma once

#include <string>
#include <string_view>

#include "core/json.h"

namespace naskah::service {

// What the field takes, as its schema tells.
enum class Input { text, lines, date, time, integer, number, truth, choice, picture };
Input input_of(const Json& schema);

// "1.250.000", "0,5", "2026-03-26", "ya". Text as it is.
std::string shown(const Json& value);

// Null for a field that is empty. Numbers are read as Indonesians write them ("1.250.000,50") and plainly
// ("1250000"), dates also as "26/03/2026" and "26 Maret 2026", times as "14.05". A text of one line loses the
// line breaks that came with a pasted paragraph.
Json value_from(std::string_view typed, Input input);

}  // namespace naskah::service
