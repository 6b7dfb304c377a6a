#include "workflow/people.h"

#include <algorithm>

namespace naskah::workflow {

std::string to_string(Role role) {
    switch (role) {
        case Role::staf: return "staf";
        case Role::pemeriksa: return "pemeriksa";
        case Role::kadis: return "kadis";
        case Role::tata_usaha: return "tata-usaha";
        case Role::admin: return "admin";
    }
    return {};
}

std::optional<Role> parse_role(std::string_view text) {
    for (const Role role : all_roles)
        if (to_string(role) == text) return role;
    return std::nullopt;
}

bool Person::is(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

}  // namespace naskah::workflow
