// When, how and to whom an issued letter left the house, and where its copy lies: what the buku agenda's
// keeper notes. Noted again, the last note counts; the earlier ones stay. The log holds the digest of each
// note, without the receiver's name, which nobody could take out of it again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/date.h"
#include "core/id.h"
#include "storage/connections.h"
#include "storage/schema.h"

namespace naskah::storage {

struct Dispatch {
    Date sent;
    std::string means;     // cara: "Pos-el", "Diambil" ...
    std::string receiver;  // who took it, or empty
    std::string archive;   // lokasi arsip, or empty
    std::string actor;
    Instant noted_at;
    std::int64_t seq = 0;  // its entry in the log
    bool operator==(const Dispatch&) const = default;
};

class Dispatches {
public:
    explicit Dispatches(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    // Durable when it returns; gives the note its `seq`. Error(data): no such letter, one that never was
    // issued, a day before the letter's, an empty means, a text that is no single line of UTF-8.
    Dispatch note(const LetterId& letter, Dispatch dispatch);
    std::vector<Dispatch> of(const LetterId& letter);  // the last one first

private:
    std::shared_ptr<Connections> database_;
};

std::vector<std::string> dispatch_tables();
std::vector<std::string> dispatch_guards(Dialect dialect);
// Every note against its entry in the log: edited, dropped or put in. Inside a read transaction.
std::vector<Problem> check_dispatches(Connection& connection);

}  // namespace naskah::storage
