#include "storage/agenda.h"

#include <algorithm>

#include "core/text.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

// What a page is chosen by stands first, so that a walk reads little; `haystack` is what is searched, in
// capitals.
const char* const entries_table = R"sql(
CREATE TABLE agenda_entries (
    letter_row INTEGER PRIMARY KEY REFERENCES letters (row_id),
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    month INTEGER NOT NULL,
    urut INTEGER NOT NULL,
    sisipan TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    haystack TEXT NOT NULL,
    title TEXT NOT NULL,
    security TEXT NOT NULL,
    urgency TEXT NOT NULL,
    addressee TEXT NOT NULL,
    annexes TEXT NOT NULL,
    copies TEXT NOT NULL,
    signer TEXT NOT NULL
))sql";

const char* const choices_table = R"sql(
CREATE TABLE agenda_choices (
    what TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (what, value)
))sql";

constexpr int page = 500;
constexpr std::size_t most_words = 8;

std::string text_at(const Json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The security class that the number itself bears wins over what the kind says.
std::string security_of(const std::string& prefix, const std::string& said) {
    std::string letters;
    for (const char c : prefix)
        if (c >= 'A' && c <= 'Z') letters += c;
    if (letters == "B") return "Biasa";
    if (letters == "T") return "Terbatas";
    if (letters == "R") return "Rahasia";
    if (letters == "SR") return "Sangat Rahasia";
    return said;
}

// Nothing is trusted to be there: what a snapshot does not say is empty.
AgendaWords words_of(const StoredLetter& letter) {
    Json snapshot;
    try {
        snapshot = parse_json(letter.snapshot, "snapshot");
    } catch (const Error&) {
        snapshot = Json::object();
    }
    static const Json none = Json::object();
    const auto part = [&](const char* name) -> const Json& {
        return snapshot.is_object() && snapshot.contains(name) ? snapshot.at(name) : none;
    };
    const Json& said = part("agenda");
    AgendaWords words;
    words.title = text_at(said, "jenis");
    if (words.title.empty()) words.title = letter.kind;
    words.security = security_of(letter.sifat, text_at(said, "keamanan"));
    words.urgency = text_at(said, "sifat");
    words.addressee = text_at(said, "tujuan");
    words.annexes = text_at(said, "lampiran");
    words.copies = text_at(said, "tembusan");
    words.signer = text_at(part("penandatangan"), "nama");
    return words;
}

// The columns of agenda_entries, in order.
struct Entry {
    std::int64_t row, year, month, urut;
    std::string series, sisipan, kind, unit, haystack;
    AgendaWords words;

    std::vector<Value> values() const {
        return {row,
                series,
                year,
                month,
                urut,
                sisipan,
                kind,
                unit,
                haystack,
                words.title,
                words.security,
                words.urgency,
                words.addressee,
                words.annexes,
                words.copies,
                words.signer};
    }
};
const char* const entry_columns =
    "letter_row, series, year, month, urut, sisipan, kind, unit, haystack, title, security, urgency, "
    "addressee, "
    "annexes, copies, signer";

Entry entry_of(const StoredLetter& letter) {
    const auto date = parse_date(letter.date);
    Entry entry{.row = letter.row,
                .year = letter.year,
                .month = date ? std::int64_t{static_cast<unsigned>(date->month())} : 0,
                .urut = letter.urut,
                .series = letter.series,
                .sisipan = letter.sisipan,
                .kind = letter.kind,
                .unit = letter.unit + (letter.bidang.empty() ? "" : "-" + letter.bidang),
                .haystack = {},
                .words = words_of(letter)};
    const AgendaWords& words = entry.words;
    for (const std::string* part :
         {&letter.number, &letter.subject, &words.title, &letter.kind, &words.addressee, &words.signer})
        entry.haystack += *part + "\n";
    entry.haystack = to_upper(entry.haystack);
    return entry;
}

// "%WORD%" for LIKE ... ESCAPE '!'.
std::string pattern_of(std::string_view word) {
    std::string pattern = "%";
    for (const char c : word) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    return pattern + "%";
}

std::vector<std::string> patterns_of(const std::string& text) {
    std::vector<std::string> patterns;
    if (first_bad_utf8(text) || text.find('\0') != std::string::npos) return {"%\n\n%"};  // in no row
    const std::string capitals = to_upper(text);
    std::size_t at = 0;
    while (patterns.size() < most_words) {
        at = capitals.find_first_not_of(" \t\r\n", at);
        if (at == std::string::npos) break;
        const std::size_t end = std::min(capitals.find_first_of(" \t\r\n", at), capitals.size());
        patterns.push_back(pattern_of(std::string_view(capitals).substr(at, end - at)));
        at = end;
    }
    return patterns;
}

// A filter as the conditions of a statement over `agenda_entries a`, with the values of its placeholders.
class Conditions {
public:
    explicit Conditions(const AgendaFilter& filter) : patterns_(patterns_of(filter.text)) {
        if (!filter.series.empty()) where("a.series = ", filter.series);
        if (!filter.kind.empty()) where("a.kind = ", filter.kind);
        if (!filter.unit.empty()) where("a.unit = ", filter.unit);
        if (filter.year) where("a.year = ", std::int64_t{*filter.year});
        if (filter.month) where("a.month = ", std::int64_t{*filter.month});
        for (const std::string& pattern : patterns_) where("a.haystack LIKE ", pattern, " ESCAPE '!'");
        // Nearly all letters are in force: the few others are looked up.
        if (filter.undispatched || filter.status == Status::issued)
            sql_ += glue() +
                    "a.letter_row NOT IN (SELECT row_id FROM letters WHERE status IN "
                    "('reserved', 'void', 'revoked', 'superseded'))";
        if (filter.undispatched)
            sql_ += glue() + "NOT EXISTS (SELECT 1 FROM dispatches s WHERE s.letter_row = a.letter_row)";
        if (filter.status && filter.status != Status::issued) {
            status_ = to_string(*filter.status);
            where("a.letter_row IN (SELECT row_id FROM letters WHERE status = ", status_, ")");
        }
    }
    Conditions(const Conditions&) = delete;

    void where(std::string_view before, Value value, std::string_view behind = {}) {
        sql_ += glue() + std::string(before) + value_name(value) + std::string(behind);
    }
    std::string value_name(Value value) {
        values_.push_back(value);
        return "$" + std::to_string(values_.size());
    }
    const std::string& sql() const { return sql_; }
    const std::vector<Value>& values() const { return values_; }
    std::string glue() const { return sql_.empty() ? " WHERE " : " AND "; }

private:
    std::vector<std::string> patterns_;
    std::string status_, sql_;
    std::vector<Value> values_;
};

// The chosen rows `p` with all that is shown of them. `p` is small, so each join is a few look-ups.
const char* const row_columns =
    "SELECT p.letter_row, l.id, p.urut, l.letter_date, l.number, l.kode, p.series, p.kind, p.unit, p.title, "
    "p.security, p.urgency, p.addressee, p.annexes, p.copies, p.signer, l.subject, l.status, l.reason, "
    "e.actor, "
    "l.reserved_at, l.issued_at, l.sha256, l.replaces, l.replaced_by, r.number, "
    "d.seq, d.sent, d.means, d.receiver, d.archive, d.actor, d.noted_at FROM (";
const char* const row_joins =
    ") p JOIN letters l ON l.row_id = p.letter_row LEFT JOIN log_entries e ON e.seq = p.letter_row "
    "LEFT JOIN drafts w ON w.letter = l.id "
    "LEFT JOIN letters r ON r.id = l.replaced_by LEFT JOIN dispatches d ON d.seq = p.dispatched ";
const char* const chosen =
    "SELECT a.*, (SELECT MAX(s.seq) FROM dispatches s WHERE s.letter_row = a.letter_row) AS dispatched "
    "FROM agenda_entries a";

template <class T>
T sound(std::optional<T> value, const std::string& number) {
    if (value) return *std::move(value);
    throw Error(Code::internal, "register rusak: baris buku agenda tidak terbaca", "nomor " + number,
                "Jalankan naskah register check, lalu pulihkan register dari cadangan");
}

AgendaRow read_row(const Cells& cells) {
    int column = 0;
    const auto text = [&] { return std::string(cells.text(column++)); };
    const auto integer = [&] { return cells.integer(column++); };
    const auto maybe = [&](auto parse) {
        using Found = decltype(parse(std::string_view()));
        const int here = column++;
        return cells.is_null(here) ? Found() : Found(parse(cells.text(here)));
    };
    AgendaRow row;
    row.row = integer();
    const std::string id = text();
    row.urut = static_cast<int>(integer());
    const std::string date = text();
    for (std::string* field : {&row.number, &row.code, &row.series, &row.kind, &row.unit, &row.words.title,
                               &row.words.security, &row.words.urgency, &row.words.addressee,
                               &row.words.annexes, &row.words.copies, &row.words.signer, &row.subject})
        *field = text();
    row.id = sound(parse_letter_id(id), row.number);
    row.date = sound(parse_date(date), row.number);
    row.status = sound(parse_status(text()), row.number);
    row.reason = text();
    row.maker = text();
    row.reserved_at = from_millis(integer());
    if (!cells.is_null(column)) row.issued_at = from_millis(cells.integer(column));
    ++column;
    row.sha256 = maybe(parse_sha256);
    row.replaces = maybe(parse_letter_id);
    row.replaced_by = maybe(parse_letter_id);
    row.replaced_by_number = text();
    if (cells.is_null(column)) return row;
    Dispatch dispatch;
    dispatch.seq = integer();
    dispatch.sent = sound(parse_date(text()), row.number);
    for (std::string* field : {&dispatch.means, &dispatch.receiver, &dispatch.archive, &dispatch.actor})
        *field = text();
    dispatch.noted_at = from_millis(integer());
    row.dispatch = dispatch;
    return row;
}

}  // namespace

std::vector<std::string> agenda_tables() {
    return {entries_table, choices_table,
            "CREATE INDEX agenda_entries_number ON agenda_entries (series, year, urut, sisipan)",
            "CREATE INDEX agenda_entries_series ON agenda_entries (series, letter_row)",
            "CREATE INDEX letters_status ON letters (status, row_id)"};
}

std::vector<std::string> agenda_guards(Dialect dialect) {
    return keeps_everything(dialect, "agenda_entries", "UPDATE");
}

void insert_agenda_entry(Connection& connection, const StoredLetter& letter) {
    const Entry entry = entry_of(letter);
    static const std::string insert =
        "INSERT INTO agenda_entries (" + std::string(entry_columns) +
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
        "$15, $16)";
    connection.run_later(insert, entry.values(), {});
    const std::string year = std::to_string(entry.year);
    connection.run_later(
        "INSERT INTO agenda_choices (what, value) VALUES ('series', $1), ('kind', $2), ('unit', $3), "
        "('year', $4) "
        "ON CONFLICT DO NOTHING",
        {entry.series, entry.kind, entry.unit, year});
}

namespace {

// Pages of letters in the order in which their numbers were taken.
void each_letter(Connection& connection, const std::function<void(const StoredLetter&)>& visit) {
    static const std::string next =
        "SELECT " + letter_columns() + " FROM letters WHERE row_id > $1 ORDER BY row_id LIMIT $2";
    std::vector<StoredLetter> letters;
    std::int64_t last = 0;
    do {
        letters.clear();
        connection.run(next, {last, std::int64_t{page}},
                       [&](const Cells& cells) { letters.push_back(read_letter(cells)); });
        for (const StoredLetter& letter : letters) visit(letter);
        if (!letters.empty()) last = letters.back().row;
    } while (!letters.empty());
}

}  // namespace

void fill_agenda(Connection& connection) {
    each_letter(connection, [&](const StoredLetter& letter) { insert_agenda_entry(connection, letter); });
}

std::vector<Problem> check_agenda(Connection& connection) {
    static const std::string one =
        "SELECT " + std::string(entry_columns) + " FROM agenda_entries WHERE letter_row = $1";
    std::vector<Problem> problems;
    std::int64_t letters = 0, entries = 0;
    each_letter(connection, [&](const StoredLetter& letter) {
        ++letters;
        const Entry entry = entry_of(letter);
        const std::vector<Value> wanted = entry.values();
        bool same = false;
        connection.run(one, {letter.row}, [&](const Cells& cells) {
            same = true;
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                const int column = static_cast<int>(i);
                if (const auto* number = std::get_if<std::int64_t>(&wanted[i]))
                    same = same && cells.integer(column) == *number;
                else
                    same = same && cells.text(column) == std::get<std::string_view>(wanted[i]);
            }
        });
        if (!same)
            problems.push_back({"baris buku agenda tidak sesuai suratnya", letter.number,
                                "Pulihkan register dari cadangan dan cari siapa yang mengubahnya"});
    });
    connection.run("SELECT COUNT(*) FROM agenda_entries", {},
                   [&](const Cells& cells) { entries = cells.integer(0); });
    if (entries > letters)
        problems.push_back({"buku agenda memuat baris tanpa surat", "agenda_entries",
                            "Pulihkan register dari cadangan dan cari siapa yang mengubahnya"});
    return problems;
}

AgendaPage Agenda::list(const AgendaFilter& filter, AgendaOrder order, int limit, std::int64_t after,
                        std::int64_t before) {
    limit = std::max(limit, 1);
    const bool backwards = after == 0 && before != 0;
    const std::int64_t edge = backwards ? before : after;
    const bool falling = (order == AgendaOrder::newest) != backwards;
    const std::string way = falling ? " DESC" : "";
    Conditions conditions(filter);
    if (order == AgendaOrder::newest) {
        if (edge != 0) conditions.where(falling ? "a.letter_row < " : "a.letter_row > ", edge);
    } else if (edge != 0) {
        conditions.where(std::string("(a.series, a.year, a.urut, a.sisipan) ") + (falling ? "<" : ">") +
                             " (SELECT x.series, x.year, x.urut, x.sisipan FROM agenda_entries x WHERE "
                             "x.letter_row = ",
                         edge, ")");
    }
    const auto in_order = [&](const std::string& of) {
        if (order == AgendaOrder::newest) return " ORDER BY " + of + "letter_row" + way;
        return " ORDER BY " + of + "series" + way + ", " + of + "year" + way + ", " + of + "urut" + way +
               ", " + of + "sisipan" + way;
    };
    const std::string most = conditions.value_name(std::int64_t{limit} + 1);
    const std::string sql = row_columns + (chosen + conditions.sql() + in_order("a.") + " LIMIT " + most) +
                            row_joins + in_order("p.");
    AgendaPage answer;
    database_->read([&](Connection& connection) {
        answer.rows.clear();
        connection.run(sql, conditions.values(),
                       [&](const Cells& cells) { answer.rows.push_back(read_row(cells)); });
    });
    const bool more = answer.rows.size() > static_cast<std::size_t>(limit);
    if (more) answer.rows.pop_back();
    answer.more_after = backwards || more;
    answer.more_before = backwards ? more : after != 0;
    if (backwards) std::reverse(answer.rows.begin(), answer.rows.end());
    return answer;
}

void Agenda::each(const AgendaFilter& filter, AgendaOrder order,
                  const std::function<void(const AgendaRow&)>& visit) {
    AgendaPage part;
    do {
        part = list(filter, order, page, part.rows.empty() ? 0 : part.rows.back().row);
        for (const AgendaRow& row : part.rows) visit(row);
    } while (part.more_after);
}

Agenda::Count Agenda::count(const AgendaFilter& filter) {
    const Conditions conditions(filter);
    Count count;
    database_->read([&](Connection& connection) {
        connection.run("SELECT COUNT(*), COALESCE(MAX(a.urut), 0) FROM agenda_entries a" + conditions.sql(),
                       conditions.values(), [&](const Cells& cells) {
                           count.all = cells.integer(0);
                           count.last = cells.integer(1);
                       });
        connection.run("SELECT COUNT(*) FROM agenda_entries a" + conditions.sql() + conditions.glue() +
                           "a.letter_row IN (SELECT row_id FROM letters WHERE status = 'void')",
                       conditions.values(), [&](const Cells& cells) { count.voided = cells.integer(0); });
    });
    return count;
}

std::optional<AgendaRow> Agenda::find(const LetterId& id) {
    static const std::string sql =
        row_columns +
        (chosen + std::string(" WHERE a.letter_row = (SELECT row_id FROM letters WHERE id = $1)")) +
        row_joins;
    const std::string text = to_string(id);
    std::optional<AgendaRow> found;
    database_->read([&](Connection& connection) {
        found.reset();
        connection.run(sql, {text}, [&](const Cells& cells) { found = read_row(cells); });
    });
    return found;
}

Agenda::Choices Agenda::choices() {
    Choices choices;
    database_->read([&](Connection& connection) {
        choices = {};
        connection.run("SELECT what, value FROM agenda_choices ORDER BY what, value", {},
                       [&](const Cells& cells) {
                           const std::string_view what = cells.text(0);
                           const std::string value(cells.text(1));
                           if (what == "series") choices.series.push_back(value);
                           if (what == "kind") choices.kinds.push_back(value);
                           if (what == "unit") choices.units.push_back(value);
                           if (what == "year") choices.years.push_back(std::stoi(value));
                       });
    });
    return choices;
}

}  // namespace naskah::storage
