// The name of a field in a form and in a message: "petugas[2].nip". Names that come from outside are hostile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace naskah::service {

struct Step {
    std::string name;  // of a member; empty: an item of a list
    std::size_t index = 0;
    bool item() const { return name.empty(); }
    bool operator==(const Step&) const = default;
};
using FieldPath = std::vector<Step>;

// Nothing if it is no path, deeper than 32 steps, or names an item beyond 999,999,999.
std::optional<FieldPath> parse_path(std::string_view text);
std::string to_string(const FieldPath& path);

// The value there, or null if there is none.
const Json* value_at(const Json& data, const FieldPath& path);
Json* value_at(Json& data, const FieldPath& path);

// The id of a field in a page: "petugas[2].nip" is "f-petugas-2-nip". `prefix` tells what of the field.
std::string element_id(std::string_view path, std::string_view prefix = "f");

}  // namespace naskah::service
