// The guards of the register in PL/pgSQL: what sqlite_guards (schema.cpp) refuse, these refuse.
#pragma once

#include <string>
#include <vector>

namespace naskah::storage {

// One writer at a time in a database, whoever it is: the key of pg_advisory_xact_lock.
inline constexpr const char* postgres_writer_lock = "7236835";  // "nsk"

std::vector<std::string> postgres_guards_1();
std::vector<std::string> postgres_guards_2();
// Triggers that refuse `verb` on `table` for good.
std::vector<std::string> postgres_refusal(const std::string& table, const std::string& verb);

}  // namespace naskah::storage
