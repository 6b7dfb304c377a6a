// The tables of the register and how they came to be: numbered steps that only go forward.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "storage/engine.h"

namespace naskah::storage {

enum class Dialect { sqlite, postgres };

// What one version adds. `tables` is read by every engine alike (TEXT, INTEGER or BIGINT, BYTEA; an INTEGER
// holds 64 bits everywhere); the guards are triggers, in each engine's language.
//
// How a store adds its tables: its file (say accounts.h) offers
//   std::vector<std::string> account_tables();                  CREATE TABLE, CREATE INDEX, one each
//   std::vector<std::string> account_guards(Dialect dialect);   only if it has some
// and the list of the newest version in schema.cpp names it. Version 2 may grow until Naskah 0.2.0 is
// released; from then on it never changes, and what is new begins version 3. Names of tables and indexes are
// distinct over all files.
struct Migration {
    int version;
    std::vector<std::string> tables;
    std::vector<std::string> sqlite_guards;
    std::vector<std::string> postgres_guards;
};

// A guard for guards(): the table refuses that verb (UPDATE, DELETE) for good.
std::vector<std::string> keeps_everything(Dialect dialect, const std::string& table, const std::string& verb);

std::span<const Migration> migrations();
int newest_version();
// All steps in the transaction that was begun; for an engine that holds its schema against a fresh one.
void define_all(Connection& connection);

// Brings the store to the newest version in one transaction; safe when many processes open a new store at
// once. Throws Error(data) if the store is empty and `create` is false (a register that was lost must not
// begin again at 1 unnoticed), if it holds tables that are no register, or if a newer Naskah wrote it. `name`
// is for the messages.
//
// `fill`: puts into a new store what it begins with, between its tables and their guards (database.h); the
// store must be empty then.
using Fill = std::function<void(Connection&)>;
void migrate(Connection& connection, bool create, const std::string& name, const Fill& fill = {});

}  // namespace naskah::storage
