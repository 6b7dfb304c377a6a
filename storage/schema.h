// The tables of the register and how they came to be: numbered steps that only go forward.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/engine.h"

namespace naskah::storage {

// What one version adds. `tables` is read by every engine alike; the guards are triggers, in each engine's
// language.
struct Migration {
    int version;
    std::vector<std::string> tables;
    std::vector<std::string> sqlite_guards;
};

std::span<const Migration> migrations();
int newest_version();

// Brings the store to the newest version in one transaction; safe when many processes open a new store at
// once. Throws Error(data) if the store is empty and `create` is false (a register that was lost must not
// begin again at 1 unnoticed), if it holds tables that are no register, or if a newer Naskah wrote it. `name`
// is for the messages.
void migrate(Connection& connection, bool create, const std::string& name);

}  // namespace naskah::storage
