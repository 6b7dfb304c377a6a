// A letter as the columns of the store hold it, and the way to a Letter and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/engine.h"
#include "storage/register.h"

namespace naskah::storage {

// Nothing here is trusted to be well-formed: check() reads rows that somebody may have edited.
struct StoredLetter {
    std::int64_t row = 0;
    std::string id, kind, series;
    std::int64_t year = 0, urut = 0;
    std::string sisipan, number, pattern, sifat, kode, unit, bidang;
    std::string date;
    std::string key, once, subject, data, snapshot;
    std::optional<std::string> replaces;
    std::int64_t reserved_at = 0;
    // What is above never changes; what is below moves with the letter's life.
    std::string status, reason;
    std::optional<std::string> replaced_by, sha256;
    std::optional<std::int64_t> issued_at;
};

// "row_id, id, ...": the columns in the order in which read_letter takes them.
const std::string& letter_columns();
StoredLetter read_letter(const Cells& cells);
void insert_letter(Connection& connection, const StoredLetter& letter);  // run_later

// Row, number and status are left for the register to fill in. Takes what the caller gave as it is.
StoredLetter to_stored(const NewLetter& letter, Instant now);
// Throws Error(internal) naming the number when a column does not hold what the register wrote.
Letter to_letter(const StoredLetter& stored);

// Digest of the part that never changes, as the log keeps it: SHA-256 over the canonical JSON of an object
// that has one member for each of those columns, by its name.
Sha256 record_digest(const StoredLetter& letter);

// The parts that the pattern printed the number from; nothing if a column cannot be one.
std::optional<numbering::Parts> parts_of(const StoredLetter& letter);

inline std::int64_t to_millis(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant from_millis(std::int64_t millis) { return Instant(std::chrono::milliseconds(millis)); }

}  // namespace naskah::storage
