// Opens the database of an office. Whoever keeps something there (the register, accounts, drafts ...) takes
// the same Connections and has its tables in the schema (schema.h).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "storage/connections.h"
#include "storage/register.h"

namespace naskah::storage {

// `address`: the path of an SQLite file, or postgresql://... Opens or, with `create`, begins the database,
// and brings one of an earlier version up to date. `create` false: Error(data) when there is none or it is
// empty, for a register that was lost must not begin again at 1 unnoticed. Where the folder of a file cannot
// be written, reading works and writing is Error(cannot_write). `patience` is how long a write waits for its
// turn or for a server that is away.
std::shared_ptr<Connections> open_database(const std::string& address, bool create,
                                           std::chrono::milliseconds patience = std::chrono::seconds(60));

// The register over that database.
std::unique_ptr<Register> open_register(std::shared_ptr<Connections> database);

}  // namespace naskah::storage
