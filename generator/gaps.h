// A letter that is not finished, made so that it can be set all the same: while a clerk types, the page shows
// what is there and names what is not.
#pragma once

#include <string>

#include "core/json.h"

namespace naskah::generator {

// What stands where nothing can be said: between the pipes of a template, in place of a picture's name.
inline constexpr const char* gap = "……";

// `data` in the shape that `schema` promises to templates, whatever it is: a field that must be there and is
// not says its title, "[Nama petugas]"; a list that may not be empty has one row of these; what is too long
// or too much is cut; what is no text, number or truth as the schema wants it is left as text or left out.
// `cut` becomes true if anything was cut. Time and memory are bounded, whatever the data.
Json with_gaps(const Json& schema, const Json& data, bool& cut);

}  // namespace naskah::generator
