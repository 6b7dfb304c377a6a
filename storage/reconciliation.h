// A register that was put back from a copy does not know the letters that were issued after that copy. Until
// somebody says, series by series, which number is the last that left the house, no number is given there and
// no letter is signed: a number given twice cannot be taken back.
//
// The mark lies in the copy from the moment that it is made (copy.h), so it binds whoever puts the copy back,
// by whatever means. reserve, replace and issue of the register obey it inside their own transaction; so do
// the command, the service, batches and resume, which know no other way to a number.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/world.h"
#include "storage/connections.h"
#include "storage/log.h"
#include "storage/schema.h"

namespace naskah::storage {

std::vector<std::string> reconciliation_tables();
std::vector<std::string> reconciliation_guards(Dialect dialect);

// Inside a write transaction: this store is a copy that ends at `head`, made at `taken`.
void mark_as_copy(Connection& connection, const LogHead& head, Instant taken);
// Inside a write transaction: the copy is in use from now on; leaves an entry in the log.
void note_restoration(Connection& connection, Instant now, const std::string& actor);
// Throws Error(forbidden) while the series waits for its last number.
void require_reconciled(Connection& connection, std::string_view series);
// Marks that were removed or made up, for check().
std::vector<Problem> check_restorations(Connection& connection);

// The kind of a letter whose number left the house and of which nothing else is known.
inline constexpr const char* lost_kind = "tidak-diketahui";
bool is_lost(const Letter& letter);

// The last number of a series that is known to have left the house.
struct LastKnown {
    std::string series;
    std::string pattern;
    std::optional<numbering::Parts> last;  // nothing: no letter of this series ever left
    bool unchanged = false;  // nothing left after the copy: the register's last number is it, whatever it is
    Date latest;             // of `last`: no letter up to it can be dated later
    std::size_t most = 100;  // how many numbers may be missing before this looks like a slip
    // Codes of letters that are at hand as files, by their place in the series (same year as `last`).
    std::vector<std::pair<int, LetterId>> codes;
};

struct Reconciled {
    std::vector<std::string> lost;    // numbers that the register did not know: now BATAL
    std::vector<std::string> closed;  // numbers that the copy held unsigned: now BATAL
    bool fresh = false;               // false: this series had been reconciled already, nothing was changed
};

class Reconciliation {
public:
    explicit Reconciliation(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    // When the copy was made that this register was put back from; nothing if it never was.
    std::optional<Instant> copied_at();
    // Of these series, those that wait. Empty on a register that was never put back.
    std::vector<std::string> pending(const std::vector<std::string>& series);
    // The last letter of a series in the register.
    std::optional<Letter> last_of(const std::string& series);

    // One durable transaction. Numbers between the register's last and `known.last` become letters of
    // lost_kind that are void with a reason, so none is given again; letters that the copy holds unsigned
    // become void, since they may have been signed after it. Error(data) if the register is further on than
    // `known.last`, if the two do not fit, or if more than `known.most` are missing.
    Reconciled reconcile(const LastKnown& known, Random& random, Instant now, const std::string& actor);

    // A letter that the copy holds unsigned and whose signed file came back. The caller has verified the
    // file.
    Letter readmit(const LetterId& id, BytesView pdf, Instant now, const std::string& actor);

private:
    std::shared_ptr<Connections> database_;
};

}  // namespace naskah::storage
