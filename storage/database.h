// Opens the database of an office. Whoever keeps something there (the register, accounts, drafts ...) takes
// the same Connections and has its tables in the schema (schema.h).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/connections.h"
#include "storage/register.h"
#include "storage/schema.h"

namespace naskah::storage {

// `address`: the path of an SQLite file, or postgresql://... Opens or, with `create`, begins the database,
// and brings one of an earlier version up to date. `create` false: Error(data) when there is none or it is
// empty, for a register that was lost must not begin again at 1 unnoticed. Where the folder of a file cannot
// be written, reading works and writing is Error(cannot_write). `patience` is how long a write waits for its
// turn or for a server that is away.
std::shared_ptr<Connections> open_database(const std::string& address, bool create,
                                           std::chrono::milliseconds patience = std::chrono::seconds(60));

// Whether an address names a PostgreSQL database rather than a file.
bool is_server_address(std::string_view address);
// What is wrong with an address, without asking any server; the message holds nothing of a password.
std::optional<Problem> check_address(const std::string& address);

// Begins a database whose tables `fill` fills before they are guarded, in one transaction: whole or not at
// all. Error(data) if there is one already.
std::shared_ptr<Connections> make_database(const std::string& address, const Fill& fill);

// The register over that database.
std::unique_ptr<Register> open_register(std::shared_ptr<Connections> database);

}  // namespace naskah::storage
