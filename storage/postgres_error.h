// What a failure of a PostgreSQL server means to the people of an office.
#pragma once

#include <string>
#include <string_view>

namespace naskah::storage {

// Throws the Error or Undone for a five-character SQLSTATE; empty: the connection broke. `message` is the
// server's own first line, `name` the database as messages call it (never with a password).
[[noreturn]] void throw_postgres_error(std::string_view sqlstate, const std::string& message,
                                       const std::string& name);

// Whether the connection is of no use after that.
bool ends_connection(std::string_view sqlstate);

// Whether asking the same server again will get the same answer: a wrong password, no such database.
bool refuses_for_good(std::string_view sqlstate);

}  // namespace naskah::storage
