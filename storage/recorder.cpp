#include "storage/recorder.h"

#include "storage/agenda.h"
#include "storage/protections.h"
#include "storage/reconciliation.h"

namespace naskah::storage {
namespace {

const std::string select_letter = "SELECT " + letter_columns() + " FROM letters ";
const char* const last_of_series = "WHERE series = $1 AND sisipan = '' ORDER BY year DESC, urut DESC LIMIT 1";

std::string date_text(const std::string& iso) {
    const auto date = parse_date(iso);
    return date ? to_long(*date) : iso;
}

// Lines up the question.
void ask(Connection& connection, std::string_view condition, const std::string& value,
         std::optional<StoredLetter>& answer) {
    connection.run_later(select_letter + std::string(condition), {value},
                         [&answer](const Cells& cells) { answer = read_letter(cells); });
}

}  // namespace

// The condition repeats the index letters_key, or the engine would not use it.
const char* const with_key =
    "WHERE idempotency_key = $1 AND idempotency_key <> '' AND (status <> 'void' OR replaced_by IS NULL)";

std::optional<StoredLetter> one_letter(Connection& connection, std::string_view condition,
                                       std::initializer_list<Value> values) {
    std::optional<StoredLetter> found;
    connection.run(select_letter + std::string(condition), values,
                   [&](const Cells& cells) { found = read_letter(cells); });
    return found;
}

std::optional<StoredLetter> by_id(Connection& connection, std::string_view id) {
    return one_letter(connection, "WHERE id = $1", {id});
}

const LogHead& Recorder::head() {
    if (!head_) head_ = read_head(connection_);
    return *head_;
}

void Recorder::require_reconciled(const std::string& series) {
    if (reconciled_.contains(series)) return;
    storage::require_reconciled(connection_, series);
    reconciled_.insert(series);
}

Recorder::Taken Recorder::reserve(const StoredLetter& asked, const std::string& actor) {
    std::optional<StoredLetter> known, same;
    if (!asked.key.empty()) ask(connection_, with_key, asked.key, known);
    if (!asked.once.empty())
        ask(connection_, "WHERE once = $1 AND once <> '' AND status <> 'void'", asked.once, same);
    if (!last_.contains(asked.series)) ask(connection_, last_of_series, asked.series, last_[asked.series]);
    connection_.flush();
    if (known) {
        require_same_request(*known, asked);
        return {*std::move(known), false};
    }
    if (same)
        throw Error(Code::data,
                    "sudah ada surat nomor " + same->number + " untuk hal yang sama (" + same->subject + ")",
                    asked.kind, "Periksa surat itu; surat yang sama tidak dibuat dua kali.");
    Taken taken{asked, true};
    take_number(taken.letter);
    record(taken.letter, actor);
    return taken;
}

// Asking again with a key must be the same request: that of this letter or of one that it replaced.
void Recorder::require_same_request(StoredLetter known, const StoredLetter& asked) {
    const std::string number = known.number;
    while (known.kind != asked.kind || known.data != asked.data) {
        auto earlier = known.replaces ? by_id(connection_, *known.replaces) : std::nullopt;
        // A letter replaces one from before it; a row that says otherwise was tampered with and would lead in
        // a circle.
        if (!earlier || earlier->row >= known.row)
            throw Error(Code::data,
                        "kunci idempotensi sudah dipakai surat nomor " + number + " dengan isi lain",
                        asked.key, "Pakai kunci baru untuk surat yang berbeda");
        known = *std::move(earlier);
    }
}

void Recorder::take_number(StoredLetter& letter) {
    require_reconciled(letter.series);
    if (!last_.contains(letter.series))
        last_[letter.series] = one_letter(connection_, last_of_series, {letter.series});
    const std::optional<StoredLetter>& last = last_[letter.series];
    if (last && letter.date < last->date)
        throw Error(Code::data,
                    "tanggal surat " + date_text(letter.date) + " mendahului surat terakhir seri " +
                        letter.series + " (" + last->number + ", " + date_text(last->date) + ")",
                    "tanggal", "Periksa jam dan tanggal komputer");
    letter.urut = last && last->year == letter.year ? last->urut + 1 : 1;
    letter.number = numbering::Pattern::parse(letter.pattern).print(parts_of(letter).value());
    if (const auto other = one_letter(connection_, "WHERE number = $1", {letter.number}))
        throw Error(Code::data, "nomor " + letter.number + " sudah dipakai surat seri " + other->series,
                    "seri " + letter.series, "Bedakan pola nomor kedua seri itu di office.json");
}

void Recorder::record(StoredLetter& letter, const std::string& actor) {
    letter.row = head().seq + 1;
    insert_letter(connection_, letter);
    insert_agenda_entry(connection_, letter);
    Json detail = {
        {"number", letter.number}, {"date", letter.date}, {"record", to_string(record_digest(letter))}};
    if (letter.replaces) detail["replaces"] = *letter.replaces;
    note(letter, "reserve", std::move(detail), from_millis(letter.reserved_at), actor);
    last_[letter.series] = letter;
}

void Recorder::issue(StoredLetter& letter, BytesView pdf, const std::string& digest, Instant now,
                     const std::string& actor, const std::optional<Protection>& protection) {
    require_reconciled(letter.series);
    connection_.run_later("INSERT INTO pdfs (letter_row, sha256, content) VALUES ($1, $2, $3)",
                          {letter.row, digest, pdf});
    letter.status = "issued";
    letter.sha256 = digest;
    letter.issued_at = to_millis(now);
    connection_.run_later("UPDATE letters SET status = $1, sha256 = $2, issued_at = $3 WHERE row_id = $4",
                          {letter.status, digest, *letter.issued_at, letter.row});
    Json detail = {{"sha256", digest}};
    if (protection) {
        note_protection(connection_, letter.row, digest, *protection, now);
        detail["level"] = protection->level;
        detail["until"] = to_rfc3339(protection->until);
    }
    note(letter, "issue", std::move(detail), now, actor);
}

void Recorder::note(const StoredLetter& letter, const char* action, Json detail, Instant now,
                    const std::string& actor) {
    head();
    append(connection_, *head_,
           {.at = now,
            .actor = actor,
            .action = action,
            .letter = letter.id,
            .detail = std::move(detail),
            .previous = {},
            .hash = {}});
}

}  // namespace naskah::storage
