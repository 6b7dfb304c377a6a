// The syntax of PDF objects (ISO 32000-1 7.2 and 7.3), as far as signing has to look into a file that others
// made. A value is a view of the file's own bytes and stays exactly as the file spells it: what is not
// understood is never rewritten. Nesting is bounded, nothing recurses, and every function throws Error(data)
// for what is not PDF.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace naskah::signing {

struct Reference {
    std::uint32_t number = 0;
    std::uint16_t generation = 0;
    auto operator<=>(const Reference&) const = default;
};

struct Dictionary {
    struct Entry {
        std::string key;  // without the slash, #xx resolved
        std::string_view value;
    };
    std::vector<Entry> entries;  // in the file's order
    // The value of the last entry of that name, empty if there is none or if it is null.
    std::string_view find(std::string_view key) const;
};

// Moves `at` behind white space and comments.
void skip_blank(std::string_view text, std::size_t& at);
// One value ("12 0 R" is one), moving `at` behind it.
std::string_view read_value(std::string_view text, std::size_t& at);

bool is_dictionary(std::string_view value);
bool is_array(std::string_view value);
Dictionary to_dictionary(std::string_view value);
std::vector<std::string_view> to_array(std::string_view value);
std::optional<Reference> to_reference(std::string_view value);
std::optional<std::int64_t> to_integer(std::string_view value);
std::string to_name(std::string_view value);    // without the slash; empty if it is no name
std::string to_octets(std::string_view value);  // of a literal or hexadecimal string; empty if it is none
std::string to_text(std::string_view value);    // a text string (7.9.2.2) as UTF-8

[[noreturn]] void refuse_damaged(const std::string& what);  // Error(data)

}  // namespace naskah::signing
