// What the pages of officials and those of the rules who signs have in common.
#pragma once

#include <optional>
#include <string>

#include "service/settings_desk.h"

namespace naskah::service {

inline constexpr const char* officials_address = "/pengaturan/pejabat";

// Of the office's settings as stored; nothing if there is no such official.
const Json* find_official(const Json& office, const std::string& id);
// The lines of their post as one.
std::string post_in_one_line(const Json& official);
// That member as a list, made if it is none.
Json& list_in(Json& office, const char* name);
// A place in a list of that size, as an address names it.
std::optional<std::size_t> place_of(const std::string& text, std::size_t size);

}  // namespace naskah::service
