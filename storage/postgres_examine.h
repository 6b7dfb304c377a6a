// Holds the objects of a PostgreSQL schema against what this version makes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/engine.h"

namespace naskah::storage {

// Every table, index, constraint, trigger and function of the current schema, and what defines it. Names of
// the schema itself are left out, so that two schemas can be compared.
std::map<std::string, std::string> postgres_objects(Connection& connection);

// "trigger pdfs_insert: penjaga atau tabel diubah" for whatever differs, is missing or is nobody's.
std::vector<Problem> compare_objects(const std::map<std::string, std::string>& found,
                                     const std::map<std::string, std::string>& expected);

}  // namespace naskah::storage
