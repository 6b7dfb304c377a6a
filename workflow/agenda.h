// The buku agenda: the register as an office keeps it and as other systems take it over (domain: columns of
// the agenda surat keluar; docs/glossary.md).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/agenda.h"
#include "workflow/office.h"

namespace naskah::workflow {

std::string status_word(storage::Status status);  // "Dipesan", "Terbit", "BATAL", "Dicabut", "Diralat"
// The word, in any case, or the name that programs use ("issued").
std::optional<storage::Status> parse_status_word(const std::string& word);

// How an issued letter came to be in force no longer.
enum class Correction { ralat, perubahan, pencabutan, pembatalan };
std::string to_string(Correction correction);  // "ralat", "perubahan", "pencabutan", "pembatalan"
// Also "cabut", "ubah", "batal": as somebody types it.
std::optional<Correction> parse_correction(std::string_view text);
// ralat and perubahan: superseded; the others: revoked.
storage::Status status_after(Correction correction);

// The keeper of the agenda notes that `by` corrects `letter`, and how; the register keeps both and their
// link. Throws Error(data): no reason, one that is no line of text, a letter that is not in force, or one
// from before the letter that it is to correct.
storage::Letter correct(storage::Register& letters, const storage::Letter& letter, const storage::Letter& by,
                        Correction correction, const std::string& reason, Instant now,
                        const std::string& actor);
// A reason as the register keeps it: trimmed, one line. Throws Error(data) if it is empty, too long, or holds
// what nobody sees.
std::string reason_line(const std::string& typed);

// A column of an export: `name` is for programs and never changes, `heading` is for people; it is empty where
// people have the same in better words.
struct AgendaColumn {
    const char *name, *heading;
    int width;  // of its cells in a workbook, in characters
    enum class Kind { text, number, date } kind;
    std::string (*text)(const storage::AgendaRow& row, Zone zone);  // dates as ISO 8601
};
std::vector<const AgendaColumn*> people_columns();   // in the order of a buku agenda
std::vector<const AgendaColumn*> program_columns();  // in the order that docs/formats.md promises

// A walk over what a filter shows, a piece at a time, so that memory does not grow with the register.
class AgendaWalk {
public:
    AgendaWalk(storage::Agenda agenda, storage::AgendaFilter filter, storage::AgendaOrder order)
        : agenda_(std::move(agenda)), filter_(std::move(filter)), order_(order) {}
    std::vector<storage::AgendaRow> next();  // empty at the end

private:
    storage::Agenda agenda_;
    storage::AgendaFilter filter_;
    storage::AgendaOrder order_;
    std::int64_t after_ = 0;
    bool done_ = false;
};

Json agenda_json(AgendaWalk walk, Zone zone);  // an array of objects with the program's names

// Files in pieces: each call gives the next one, an empty one at the end.
using Pieces = std::function<std::string()>;
// RFC 4180, UTF-8. A cell that a spreadsheet would run as a formula is disarmed with an apostrophe.
// `headings` false: the program's names and order. With headings a byte order mark goes first, or
// spreadsheets of Windows read another alphabet.
Pieces agenda_csv(AgendaWalk walk, Zone zone, bool headings);
// A workbook: Indonesian headings, dates as dates, every text as text. Made whole, in a file that nobody else
// can open, before the first piece is given; throws Error(cannot_write) if there is no room for it.
Pieces agenda_xlsx(AgendaWalk walk, Zone zone, const std::string& office, Instant now);

}  // namespace naskah::workflow
