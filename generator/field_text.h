// Text that a clerk typed: well-formed, visible, and of the form that its field asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace naskah::generator {

// The formats that data.schema.json may ask for: date, time, nip, nib, nik, kbli, teks (several lines),
// gambar.
bool is_format(std::string_view name);

// What is wrong, in Indonesian and without repeating the text; nothing if it is fit. `format` may be empty.
std::optional<std::string> text_flaw(std::string_view text, std::string_view format);

}  // namespace naskah::generator
