// Letters as they receive their numbers, their PDFs and their entries in the log, one after the other inside
// one write transaction. Keeps the ends of the log and of each series, which nobody else moves meanwhile, and
// lines up what it writes (Connection::run_later).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::storage {

std::optional<StoredLetter> one_letter(Connection& connection, std::string_view condition,
                                       std::initializer_list<Value> values);
std::optional<StoredLetter> by_id(Connection& connection, std::string_view id);
// Behind "WHERE", for $1: the letter that a key stands for.
extern const char* const with_key;

class Recorder {
public:
    explicit Recorder(Connection& connection) : connection_(connection) {}

    // As Register::reserve. What is refused with Error(data) has written nothing.
    struct Taken {
        StoredLetter letter;
        bool fresh = false;
    };
    Taken reserve(const StoredLetter& asked, const std::string& actor);

    // The next number of its series, to be recorded at once.
    void take_number(StoredLetter& letter);
    // Writes the row and its entry in the log; `letter.row` becomes the place of that entry.
    void record(StoredLetter& letter, const std::string& actor);
    // A reserved letter receives its PDF.
    void issue(StoredLetter& letter, BytesView pdf, const std::string& digest, Instant now,
               const std::string& actor, const std::optional<Protection>& protection);
    void note(const StoredLetter& letter, const char* action, Json detail, Instant now,
              const std::string& actor);

private:
    void require_same_request(StoredLetter known, const StoredLetter& asked);
    const LogHead& head();
    void require_reconciled(const std::string& series);

    Connection& connection_;
    std::optional<LogHead> head_;
    std::set<std::string> reconciled_;  // series that may give numbers (reconciliation.h)
    std::map<std::string, std::optional<StoredLetter>> last_;  // of each series; nothing: none yet
};

}  // namespace naskah::storage
