// What letters gained after they were issued, so that their signatures go on proving something: each time a
// few more bytes behind the file as it was, which stays an exact prefix (decision 0021). The record of what
// was issued does not change; the register knows every form of the letter as that letter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/id.h"
#include "core/sha256.h"
#include "storage/connections.h"
#include "storage/protection.h"
#include "storage/schema.h"

namespace naskah::storage {

class Protections {
public:
    explicit Protections(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    // Of the letter's file as it is now; nothing if nobody noted it.
    std::optional<Protection> of(const LetterId& letter);
    // Letters with a file whose protection ends before that, or of which nothing is noted; in the order of
    // their numbers being taken, `limit` at a time. `after`: the last `row` of the page before.
    struct Due {
        std::int64_t row;
        LetterId letter;
        std::string number;
        std::optional<Protection> protection;
    };
    std::vector<Due> due(Instant before, std::int64_t after, int limit);

    // The letter's file is `longer` from now on, durable when it returns. `longer` begins with all of the
    // file as it was; or is that very file, of which nothing was noted before. Error(data) if not, or if the
    // letter has no file; nothing is changed then.
    void extend(const LetterId& letter, BytesView longer, const Protection& protection, Instant now,
                const std::string& actor);

private:
    std::shared_ptr<Connections> database_;
};

// What belongs to a letter's file, behind what was issued. Inside a transaction.
Bytes added_to(Connection& connection, std::int64_t letter_row, std::string& last_sha256);
// Of the file as issued: inside the transaction that issues it.
void note_protection(Connection& connection, std::int64_t letter_row, const std::string& sha256,
                     const Protection& protection, Instant now);

std::vector<std::string> protection_tables();
std::vector<std::string> protection_guards(Dialect dialect);
// Every addition against its digest and its entry in the log. Inside a read transaction.
std::vector<Problem> check_protections(Connection& connection);

}  // namespace naskah::storage
