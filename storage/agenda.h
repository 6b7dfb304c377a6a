// The buku agenda as it is searched and listed: a narrow row a letter beside the register's wide one, made of
// what never changes in it and written in the same transaction. It is derived, not a second truth: the
// register's check makes each row anew and compares.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/dispatches.h"
#include "storage/register.h"
#include "storage/rows.h"

namespace naskah::storage {

// What the register's columns do not say of a letter: its snapshot does, under "agenda" and "penandatangan".
struct AgendaWords {
    std::string title;  // of the kind; the kind itself if nobody said
    std::string security, urgency, addressee, annexes, copies, signer;
};

struct AgendaRow {
    std::int64_t row = 0;
    LetterId id;
    int urut = 0;
    Date date;
    std::string number, code, series, kind;
    std::string unit;  // "DPMPTSP-DALAK"
    AgendaWords words;
    std::string subject;
    Status status = Status::reserved;
    std::string reason;
    std::string maker;  // who drafted it; without a draft, who asked for the number
    Instant reserved_at;
    std::optional<Instant> issued_at;
    std::optional<Sha256> sha256;
    std::optional<LetterId> replaces, replaced_by;
    std::string replaced_by_number;    // empty if none
    std::optional<Dispatch> dispatch;  // the last one
};

struct AgendaFilter {
    // Each word must be in the number, subject, kind, addressee or signer; case does not count. At most eight
    // words are looked at.
    std::string text;
    std::string series, kind, unit;  // empty: any
    std::optional<int> year, month;  // of the letter's date
    std::optional<Status> status;
    bool undispatched = false;  // in force, and nobody noted that it was sent
};

enum class AgendaOrder {
    newest,  // as the numbers were taken, the last one first
    number,  // series, year, number
};

struct AgendaPage {
    std::vector<AgendaRow> rows;
    bool more_before = false, more_after = false;
};

class Agenda {
public:
    explicit Agenda(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    // `after` or `before`: a row of that answer to start behind, or to end in front of; 0 for the first page.
    AgendaPage list(const AgendaFilter& filter, AgendaOrder order, int limit, std::int64_t after = 0,
                    std::int64_t before = 0);
    // In that order, without holding more than a page of them.
    void each(const AgendaFilter& filter, AgendaOrder order,
              const std::function<void(const AgendaRow&)>& visit);
    struct Count {
        std::int64_t all = 0, voided = 0;
        std::int64_t last = 0;  // greatest number among them
    };
    Count count(const AgendaFilter& filter);
    std::optional<AgendaRow> find(const LetterId& id);
    // What occurs in the register, for the choices of a page: sorted.
    struct Choices {
        std::vector<std::string> series, kinds, units;
        std::vector<int> years;
    };
    Choices choices();

private:
    std::shared_ptr<Connections> database_;
};

std::vector<std::string> agenda_tables();
std::vector<std::string> agenda_guards(Dialect dialect);

// A letter's row, in the transaction that records the letter.
void insert_agenda_entry(Connection& connection, const StoredLetter& letter);
// The rows of letters from before there was an agenda; part of the migration.
void fill_agenda(Connection& connection);
// Every letter's row against what it is made of. Inside a read transaction.
std::vector<Problem> check_agenda(Connection& connection);

}  // namespace naskah::storage
