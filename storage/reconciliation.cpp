#include "storage/reconciliation.h"

#include <algorithm>

#include "storage/agenda.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

const char* const lost_reason = "terbit sebelum pemulihan, tidak ada dalam cadangan";
const char* const closed_reason = "belum ditandatangani dalam cadangan, mungkin terbit sebelum pemulihan";

const std::string select_letter = "SELECT " + letter_columns() + " FROM letters ";

std::optional<StoredLetter> last_letter(Connection& connection, const std::string& series) {
    std::optional<StoredLetter> found;
    connection.run(select_letter + "WHERE series = $1 AND sisipan = '' ORDER BY year DESC, urut DESC LIMIT 1",
                   {series}, [&](const Cells& cells) { found = read_letter(cells); });
    return found;
}

struct Mark {
    std::int64_t head = 0, taken_at = 0;
};

std::optional<Mark> newest_mark(Connection& connection) {
    std::optional<Mark> mark;
    connection.run("SELECT head, taken_at FROM restorations ORDER BY head DESC LIMIT 1", {},
                   [&](const Cells& cells) {
                       mark = {cells.integer(0), cells.integer(1)};
                   });
    return mark;
}

bool is_reconciled(Connection& connection, const Mark& mark, std::string_view series) {
    bool done = false;
    connection.run("SELECT 1 FROM reconciliations WHERE head = $1 AND series = $2", {mark.head, series},
                   [&](const Cells&) { done = true; });
    return done;
}

void note(Connection& connection, const char* action, const std::string& letter, Json detail, Instant now,
          const std::string& actor) {
    append(connection, {.at = now,
                        .actor = actor,
                        .action = action,
                        .letter = letter,
                        .detail = std::move(detail),
                        .previous = {},
                        .hash = {}});
}

void close(Connection& connection, const StoredLetter& letter, const std::string& reason, Instant now,
           const std::string& actor) {
    connection.run("UPDATE letters SET status = 'void', reason = $1 WHERE row_id = $2", {reason, letter.row});
    note(connection, "void", letter.id, {{"reason", reason}}, now, actor);
}

std::string place(std::int64_t urut, std::int64_t year) {
    return std::to_string(urut) + " tahun " + std::to_string(year);
}

// The row of a number that left the house, in the two steps that every void letter takes.
void record_lost(Connection& connection, StoredLetter letter, Instant now, const std::string& actor) {
    bool taken = false;
    connection.run("SELECT series FROM letters WHERE number = $1", {letter.number},
                   [&](const Cells&) { taken = true; });
    if (taken)
        throw Error(Code::data, "nomor " + letter.number + " sudah ada dalam register di seri lain",
                    "seri " + letter.series, "Periksa seri dan nomor yang disebut");
    letter.row = read_head(connection).seq + 1;
    insert_letter(connection, letter);
    insert_agenda_entry(connection, letter);
    note(connection, "reserve", letter.id,
         {{"number", letter.number}, {"date", letter.date}, {"record", to_string(record_digest(letter))}},
         now, actor);
    close(connection, letter, lost_reason, now, actor);
}

// How many numbers the register misses, or why the two do not fit.
std::int64_t missing_before(const LastKnown& known, const std::optional<StoredLetter>& last) {
    if (!known.last) {
        if (!last || known.unchanged) return 0;
        throw Error(Code::data, "register memuat surat seri " + known.series + ", terakhir " + last->number,
                    "seri " + known.series, "Sebutkan nomor terakhir yang sudah keluar");
    }
    const std::int64_t urut = known.last->urut, year = known.last->tahun;
    const std::string number = numbering::Pattern::parse(known.pattern).print(*known.last);
    if (!last) return urut;
    if (std::pair(year, urut) < std::pair(last->year, last->urut))
        throw Error(Code::data,
                    "register sudah lebih jauh daripada " + number + ": nomor terakhirnya " + last->number,
                    "seri " + known.series,
                    "Cari nomor terakhir yang benar-benar sudah keluar; paling sedikit " + last->number);
    if (std::pair(year, urut) == std::pair(last->year, last->urut)) {
        if (number == last->number) return 0;
        throw Error(Code::data, "nomor urut " + place(urut, year) + " dalam register adalah " + last->number,
                    "seri " + known.series, "Periksa nomor yang disebut: " + number);
    }
    if (to_iso(known.latest) < last->date)
        throw Error(Code::data,
                    number + " lebih tua daripada surat terakhir dalam register (" + last->number + ", " +
                        last->date + ")",
                    "seri " + known.series, "Periksa bulan dan tahun pada nomor itu");
    return year == last->year ? urut - last->urut : urut;
}

}  // namespace

std::vector<std::string> reconciliation_tables() {
    return {
        "CREATE TABLE restorations ("
        "head INTEGER PRIMARY KEY CHECK (head >= 0), "  // seq of the log's last entry in the copy
        "hash TEXT NOT NULL CHECK (length(hash) = 64), taken_at BIGINT NOT NULL)",
        "CREATE TABLE reconciliations (head INTEGER NOT NULL REFERENCES restorations (head), "
        "series TEXT NOT NULL CHECK (series <> ''), entry INTEGER NOT NULL, PRIMARY KEY (head, series))",
    };
}

std::vector<std::string> reconciliation_guards(Dialect dialect) {
    std::vector<std::string> guards;
    for (const char* table : {"restorations", "reconciliations"})
        for (const char* verb : {"UPDATE", "DELETE"})
            for (std::string& guard : keeps_everything(dialect, table, verb))
                guards.push_back(std::move(guard));
    return guards;
}

void mark_as_copy(Connection& connection, const LogHead& head, Instant taken) {
    const auto mark = newest_mark(connection);
    if (mark && mark->head == head.seq) return;  // a copy of a copy that was never in use
    connection.run("INSERT INTO restorations (head, hash, taken_at) VALUES ($1, $2, $3)",
                   {head.seq, to_string(head.hash), to_millis(taken)});
}

void note_restoration(Connection& connection, Instant now, const std::string& actor) {
    const auto mark = newest_mark(connection);
    if (!mark)
        throw Error(Code::data, "register ini bukan salinan dari cadangan", "register",
                    "Pakai cadangan yang dibuat oleh naskah backup");
    note(connection, "restore", "",
         {{"head", mark->head}, {"taken", to_rfc3339(from_millis(mark->taken_at))}}, now, actor);
}

void require_reconciled(Connection& connection, std::string_view series) {
    const auto mark = newest_mark(connection);
    if (!mark || is_reconciled(connection, *mark, series)) return;
    const std::string name(series);
    throw Error(Code::forbidden,
                "register dipulihkan dari cadangan " + to_rfc3339(from_millis(mark->taken_at)) +
                    " dan seri ini belum dicocokkan dengan nomor terakhir yang sudah keluar",
                "seri " + name,
                "Cari nomor terakhir seri itu, lalu jalankan: naskah register reconcile --series " + name +
                    " --last NOMOR");
}

std::vector<Problem> check_restorations(Connection& connection) {
    std::vector<Problem> problems;
    const auto look = [&](const char* sql, const std::string& what) {
        connection.run(sql, {}, [&](const Cells& cells) {
            problems.push_back({what, "log " + std::to_string(cells.integer(0)),
                                "Pulihkan register dari cadangan dan cari siapa yang mengubahnya"});
        });
    };
    look(
        "SELECT head FROM restorations WHERE head > 0 AND NOT EXISTS "
        "(SELECT 1 FROM log_entries WHERE seq = restorations.head AND hash = restorations.hash)",
        "penanda pemulihan tidak cocok dengan log");
    look(
        "SELECT entry FROM reconciliations WHERE NOT EXISTS (SELECT 1 FROM log_entries WHERE "
        "seq = reconciliations.entry AND action = 'reconcile' AND seq > reconciliations.head)",
        "pencocokan nomor tidak tercatat dalam log");
    look(
        "SELECT seq FROM log_entries WHERE action = 'restore' AND NOT EXISTS "
        "(SELECT 1 FROM restorations WHERE head < log_entries.seq)",
        "penanda pemulihan dihapus");
    return problems;
}

bool is_lost(const Letter& letter) { return letter.kind == lost_kind; }

std::optional<Instant> Reconciliation::copied_at() {
    std::optional<Mark> mark;
    database_->read([&](Connection& connection) { mark = newest_mark(connection); });
    if (!mark) return std::nullopt;
    return from_millis(mark->taken_at);
}

std::vector<std::string> Reconciliation::pending(const std::vector<std::string>& series) {
    std::vector<std::string> waiting;
    database_->read([&](Connection& connection) {
        waiting.clear();
        const auto mark = newest_mark(connection);
        if (!mark) return;
        for (const std::string& one : series)
            if (!is_reconciled(connection, *mark, one)) waiting.push_back(one);
    });
    return waiting;
}

std::optional<Letter> Reconciliation::last_of(const std::string& series) {
    std::optional<StoredLetter> last;
    database_->read([&](Connection& connection) { last = last_letter(connection, series); });
    if (!last) return std::nullopt;
    return to_letter(*last);
}

Reconciled Reconciliation::reconcile(const LastKnown& known, Random& random, Instant now,
                                     const std::string& actor) {
    Reconciled result;
    database_->write([&](Connection& connection) {
        result = {};
        const auto mark = newest_mark(connection);
        if (!mark)
            throw Error(Code::data, "register ini tidak pernah dipulihkan dari cadangan",
                        "seri " + known.series, "Tidak ada yang perlu dicocokkan");
        if (is_reconciled(connection, *mark, known.series)) return;

        const auto last = last_letter(connection, known.series);
        const std::int64_t missing = missing_before(known, last);
        constexpr std::int64_t limit = 100'000;
        if (missing > limit)
            throw Error(Code::data, std::to_string(missing) + " nomor hilang: itu tidak mungkin",
                        "seri " + known.series, "Periksa nomor yang disebut");
        if (missing > static_cast<std::int64_t>(known.most))
            throw Error(
                Code::data,
                std::to_string(missing) + " nomor akan menjadi BATAL, lebih dari " +
                    std::to_string(known.most),
                "seri " + known.series,
                "Periksa nomor yang disebut. Jika benar, tambahkan --missing " + std::to_string(missing));

        std::vector<StoredLetter> unsigned_letters;
        if (!known.unchanged)
            connection.run(select_letter + "WHERE series = $1 AND status = 'reserved' ORDER BY row_id",
                           {known.series},
                           [&](const Cells& cells) { unsigned_letters.push_back(read_letter(cells)); });
        for (const StoredLetter& letter : unsigned_letters) {
            close(connection, letter, closed_reason, now, actor);
            result.closed.push_back(letter.number);
        }

        for (std::int64_t n = missing; n > 0; --n) {
            NewLetter lost;
            lost.parts = *known.last;
            lost.parts.urut = known.last->urut - static_cast<int>(n) + 1;
            const auto code = std::find_if(known.codes.begin(), known.codes.end(),
                                           [&](const auto& one) { return one.first == lost.parts.urut; });
            lost.id = code != known.codes.end() ? code->second : make_letter_id(random);
            lost.kind = lost_kind;
            lost.series = known.series;
            lost.pattern = known.pattern;
            lost.date = known.latest;
            lost.subject = "Isi tidak diketahui: " + std::string(lost_reason);
            lost.data = Json::object();
            lost.snapshot = {{"kantor", Json::object()},
                             {"penandatangan", Json::object()},
                             {"kunci", ""},
                             {"agenda", {{"jenis", "Surat yang tidak ada dalam cadangan"}}}};
            StoredLetter letter = to_stored(lost, now);
            letter.urut = lost.parts.urut;
            letter.number = numbering::Pattern::parse(known.pattern).print(*parts_of(letter));
            record_lost(connection, letter, now, actor);
            result.lost.push_back(letter.number);
        }

        const std::int64_t entry = read_head(connection).seq + 1;
        Json told = nullptr;
        if (known.last) told = numbering::Pattern::parse(known.pattern).print(*known.last);
        if (known.unchanged && last) told = last->number;
        Json detail = {
            {"series", known.series}, {"last", told}, {"lost", missing}, {"closed", unsigned_letters.size()}};
        note(connection, "reconcile", "", std::move(detail), now, actor);
        connection.run("INSERT INTO reconciliations (head, series, entry) VALUES ($1, $2, $3)",
                       {mark->head, known.series, entry});
        result.fresh = true;
    });
    return result;
}

Letter Reconciliation::readmit(const LetterId& id, BytesView pdf, Instant now, const std::string& actor) {
    const std::string digest = to_string(sha256(pdf));
    std::optional<StoredLetter> letter;
    database_->write([&](Connection& connection) {
        letter.reset();
        connection.run(select_letter + "WHERE id = $1", {to_string(id)},
                       [&](const Cells& cells) { letter = read_letter(cells); });
        if (!letter || letter->status != "reserved")
            throw Error(Code::data, "surat ini tidak menunggu tanda tangan dalam register",
                        letter ? letter->number : to_string(id), "Periksa register");
        connection.run("INSERT INTO pdfs (letter_row, sha256, content) VALUES ($1, $2, $3)",
                       {letter->row, digest, pdf});
        connection.run("UPDATE letters SET status = 'issued', sha256 = $1, issued_at = $2 WHERE row_id = $3",
                       {digest, to_millis(now), letter->row});
        note(connection, "issue", letter->id, {{"sha256", digest}}, now, actor);
        letter->status = "issued";
        letter->sha256 = digest;
        letter->issued_at = to_millis(now);
    });
    return to_letter(*letter);
}

}  // namespace naskah::storage
