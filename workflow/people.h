// Who acts: a person with an account, and the roles in which they do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace naskah::workflow {

// staf writes letters; pemeriksa checks and initials them (paraf); kadis signs (the Kepala Dinas, or who
// stands in for them); tata_usaha keeps the buku agenda: voids numbers, notes dispatches and corrections;
// admin keeps accounts and the office's data, and no letters.
enum class Role { staf, pemeriksa, kadis, tata_usaha, admin };
inline constexpr Role all_roles[] = {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha, Role::admin};
std::string to_string(Role role);  // "staf", "pemeriksa", "kadis", "tata-usaha", "admin"
std::optional<Role> parse_role(std::string_view text);

struct Person {
    std::string username;  // what they sign in with, and their name in the log
    std::string name;      // as pages print it
    std::string post;      // jabatan, as pages print it; may be empty
    std::string official;  // id of the pejabat of office.json that they are, or empty
    std::vector<Role> roles;
    bool is(Role role) const;
};

}  // namespace naskah::workflow
