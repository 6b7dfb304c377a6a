// The register of letters: one interface over every store (database.h opens them);
// tests/storage/contract.h is the suite that any store must pass.
//
// What it guarantees, at every committed moment and after any crash:
//   * within a series and year the numbers are 1, 2, 3 ... without a gap or a repeat, in order of taking, and
//     their dates never run backwards;
//   * what a call returned is on disk (fsync) before it returned;
//   * the same idempotency key gives the same letter, whoever asks and how often;
//   * a row is never deleted and a number never given twice: a letter that cannot be finished is void, with a
//   reason;
//   * every change leaves an entry in a log whose entries are chained by SHA-256. Other stores of the office
//   write what people do into the same log (log.h).
// No call holds a lock after it returned. Every call may be made from any thread and from many processes at
// once. Errors: Error(data) for what the caller asked wrongly, Error(cannot_write) for a full disk or a
// read-only store, Error(outside) when the store stays locked or does not answer, Error(internal) for a
// damaged store.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/id.h"
#include "core/json.h"
#include "core/sha256.h"
#include "numbering/pattern.h"
#include "storage/protection.h"

namespace naskah::storage {

// reserved: has its number, is not signed. issued: signed PDF stored. void_: BATAL. revoked, superseded:
// issued once, and later withdrawn or replaced by another letter (which names it).
enum class Status { reserved, issued, void_, revoked, superseded };
std::string to_string(Status status);  // "reserved", "issued", "void", "revoked", "superseded"
std::optional<Status> parse_status(std::string_view text);

// A letter that asks for a number.
struct NewLetter {
    LetterId id;                  // fresh; used unless the idempotency key is known already
    std::string kind;             // "surat-perintah-tugas"
    std::string series;           // "spt"
    std::string pattern;          // of the series, as in office.json
    numbering::Parts parts;       // urut is set by the register; bulan and tahun come from `date`
    Date date;                    // letter date in the office's zone; its year selects the series' year
    std::string idempotency_key;  // empty: none
    std::string once;             // empty, or a text that no other letter that is not void may have
    std::string subject;          // hal, for the register's list
    Json data;                    // the clerk's data, as checked
    Json snapshot;                // office, signer (title, rank, NIP), as they were at this moment
    std::string actor;            // who asks; goes into the log
};

struct Letter {
    LetterId id;
    std::string kind, series;
    std::string number;  // as printed
    numbering::Parts parts;
    Date date;
    Status status = Status::reserved;
    std::string idempotency_key, once, subject;
    Json data, snapshot;
    std::string reason;                   // why void, revoked ...
    std::optional<LetterId> replaces;     // the letter in whose place this one stands
    std::optional<LetterId> replaced_by;  // and the way back
    std::optional<Sha256> sha256;         // of the signed PDF
    Instant reserved_at;
    std::optional<Instant> issued_at;
};

struct LogEntry {
    std::int64_t seq = 0;
    Instant at;
    std::string actor, action;  // of the register: "reserve", "issue", "void", "replace", "revoke",
                                // "supersede"; others are those of other stores: "login", "send" ...
    std::string letter;         // id of a letter or draft, or empty
    Json detail;
    Sha256 previous, hash;
};

struct Filter {
    std::string series, kind;  // empty: any
    std::optional<int> year;
    std::optional<Status> status;
    std::int64_t after = 0;  // row to start behind, 0 for the first page
    int limit = 1000;
};

// What of the log an audit page shows.
struct LogFilter {
    std::string actor, action, letter;  // empty: any
    std::string person;                 // what they did, and what was done to their account; empty: any
    std::int64_t before = 0;            // seq to start below, 0 for the newest
    int limit = 100;
};

struct Row {
    std::int64_t row;
    Letter letter;
};  // `row` is Filter::after of the next page

// What became of one letter among many: `done`, or why it was refused.
template <class T>
struct Answer {
    std::optional<T> done;
    std::optional<Error> refused;

    // Runs `act` and keeps what it refuses this letter. Other errors are nobody's own.
    template <class Act>
    void listen(Act&& act) {
        try {
            act();
        } catch (const Error& error) {
            if (error.code() != Code::data && error.code() != Code::forbidden) throw;
            refused = error;
        }
    }
};

struct SignedLetter {
    LetterId id;
    BytesView pdf;
    std::string actor;
    std::optional<Protection> protection = {};  // nothing: a signature without timestamp, B-B
};

class Register {
public:
    virtual ~Register() = default;

    // Takes the next number of the series and records the letter: one durable transaction. With a known
    // idempotency key, gives back that letter unchanged (`fresh` false); if its kind or data differ:
    // Error(data). A letter void by replacement leads on to the one that replaced it. Refuses (Error data) a
    // date before the last one of the series: the clock ran backwards.
    struct Reserved {
        Letter letter;
        bool fresh;
    };
    virtual Reserved reserve(const NewLetter& letter, Instant now) = 0;

    // The same for many letters, in their order, in one transaction: one flush to disk for all. One that is
    // refused takes no number and nobody along.
    virtual std::vector<Answer<Reserved>> reserve_all(std::span<const NewLetter> letters, Instant now) = 0;

    // Stores the signed PDF and marks the letter issued. If it is issued already, nothing is changed and the
    // stored letter comes back: two processes may finish one letter, the first one wins. Error(data) if it is
    // void.
    virtual Letter issue(const LetterId& id, BytesView pdf, Instant now, const std::string& actor,
                         const std::optional<Protection>& protection = {}) = 0;
    // The same for many, in one transaction.
    virtual std::vector<Answer<Letter>> issue_all(std::span<const SignedLetter> letters, Instant now) = 0;

    // Reserved letters only: status void with the reason (not empty). Issued letters are never voided.
    virtual Letter make_void(const LetterId& id, const std::string& reason, Instant now,
                             const std::string& actor) = 0;

    // Voids a reserved letter and reserves another in its place, in one transaction: for a letter that a
    // crash left behind on an earlier day. The idempotency key and `once` pass on to the new one.
    virtual Letter replace(const LetterId& old, const NewLetter& letter, const std::string& reason,
                           Instant now) = 0;

    // An issued letter is withdrawn by another issued letter, for a reason (not empty): `to` is revoked
    // (dicabut) or superseded (diralat, diubah). Its row names `by`; withdrawn_by() is the way back. Asked
    // again, the same comes back unchanged. Error(data) unless both are issued, or if another letter withdrew
    // it.
    virtual Letter withdraw(const LetterId& id, Status to, const LetterId& by, const std::string& reason,
                            Instant now, const std::string& actor) = 0;

    virtual std::optional<Letter> find(const LetterId& id) = 0;
    virtual std::optional<Letter> find_number(const std::string& number) = 0;
    virtual std::optional<Letter> find_key(const std::string& idempotency_key) = 0;
    // By the digest of its file as it was issued, or as it was after any extension (protections.h).
    virtual std::optional<Letter> find_sha256(const Sha256& digest) = 0;
    // The file as it is now: the signed bytes, checked against sha256, and what was added behind them since.
    virtual std::optional<Bytes> pdf(const LetterId& id) = 0;
    virtual std::vector<Letter> unfinished() = 0;             // all that are reserved, oldest first
    virtual std::vector<Row> list(const Filter& filter) = 0;  // in order of series, year, urut

    virtual std::vector<Letter> withdrawn_by(const LetterId& id) = 0;  // oldest first

    virtual std::vector<LogEntry> log(std::int64_t after, int limit) = 0;   // in order
    virtual std::vector<LogEntry> log_of(const LetterId& id) = 0;           // of one letter, oldest first
    virtual std::vector<LogEntry> newest_log(const LogFilter& filter) = 0;  // newest first

    // Re-reads everything and holds it against the guarantees above: gaps, repeats, order of dates, printed
    // numbers against their parts, digests of PDFs, the chain of the log. Empty when all is well.
    virtual std::vector<Problem> check() = 0;
};

}  // namespace naskah::storage
