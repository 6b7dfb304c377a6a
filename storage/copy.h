// A whole store, row by row, into a new one of either engine: what a backup is made of, what a restoration
// puts back, and how an office moves from a file to a server and back.
#pragma once

#include <string>
#include <vector>

#include "storage/connections.h"
#include "storage/log.h"

namespace naskah::storage {

struct Copied {
    LogHead head;              // of the copy: what is behind it in the original is not in it
    std::int64_t letters = 0;  // rows of the agenda
};

// Makes a store at `to` (as database.h understands it; nothing may be there) that holds one unchanging
// picture of `from`, marked as a copy (reconciliation.h) made at `taken`. Others go on reading and writing
// `from`. Memory does not grow with the number of letters. Sessions are left out: who was signed in signs in
// again. Whole or not at all; throws what the two stores throw.
Copied copy_store(Connections& from, const std::string& to, Instant taken);

// The tables that a copy holds, in an order in which each may refer to those before it.
std::vector<std::string> copied_tables();

}  // namespace naskah::storage
