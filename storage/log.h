// The log: an entry for every change, each holding the SHA-256 of the one before, so that none can be
// altered, dropped or put in without altering all that follow.
//   hash = SHA-256(previous hash, 32 octets || canonical JSON of
//   {"action","actor","at","detail","letter","seq"})
// with `at` in milliseconds since 1970 UTC. The first entry follows 32 zero octets.
//
// What the details hold is enough to derive the state of every letter:
//   reserve  {"number", "date", "record": record_digest}       and "replaces" when it stands in another's
//   place
//   issue    {"sha256"}              with a timestamp also {"level", "until"}
//   void     {"reason"}
//   replace  {"reason", "by"}   void, and who stands in its place
//   revoke, supersede  {"reason", "by"}   and which letter did it
// Any other action belongs to another store of the office, which appends it in its own write transaction
// (append() is all it needs); `letter` and `detail` are then its own affair and change nothing about a
// letter. No secret and no NIK goes into a detail: nothing can be taken out of the log again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/engine.h"
#include "storage/register.h"

namespace naskah::storage {

Sha256 hash_of(const LogEntry& entry);  // over `previous` and all fields but `hash`

struct LogHead {
    std::int64_t seq = 0;
    Sha256 hash;
};
LogHead read_head(Connection& connection);

// Whether an action is one of the register's own, that is, a step in the life of a letter.
bool is_step(std::string_view action);

// Adds an entry behind the head, inside a write transaction (Connections::write). `what` gives at, actor,
// action, letter and detail.
void append(Connection& connection, LogEntry what);
// The same for whoever knows the head; it moves on.
void append(Connection& connection, LogHead& head, LogEntry what);

// An entry as the columns hold it, possibly edited by somebody.
struct StoredEntry {
    std::int64_t seq = 0, at = 0;
    std::string actor, action, letter, detail, previous, hash;
};
StoredEntry read_entry(const Cells& cells);
std::vector<StoredEntry> entries_after(Connection& connection, std::int64_t seq, int limit);
std::vector<StoredEntry> entries_of(Connection& connection, const std::string& letter);
std::vector<StoredEntry> newest_entries(Connection& connection, const LogFilter& filter);
// Nothing if a column cannot be what append() wrote.
std::optional<LogEntry> to_entry(const StoredEntry& stored);
// A text of a detail; empty if there is none, or something else.
std::string text_in(const Json& detail, const char* member);

// What is to be done when rows and log disagree.
inline constexpr const char* disagreement_remedy =
    "Pulihkan register dari cadangan dan cari siapa yang mengubahnya";

}  // namespace naskah::storage
