// The empty variant of a form, for people with a pen: dotted lines, empty cells and room where data would
// stand; what the form itself asks (questions, elements of a survey) stays.
#pragma once

#include <string>

#include "core/json.h"
#include "generator/markup.h"

namespace naskah::generator {

// Stands for what is to be written by hand. A private character: no form takes it.
inline constexpr const char* by_hand = "\xEE\x80\x80";  // U+E000

// Data in the shape that the schema promises, `by_hand` everywhere; lists as long as `blank` says. `blank` is
// about.json's "kosong": {"tetap": paths that keep the example's values, "baris": {path: rows}}.
Json blank_data(const Json& schema, const Json& blank, const Json& example);

// The markup that such data gives, with room to write in it.
void make_room(Markup& letter);

}  // namespace naskah::generator
