#include "storage/rows.h"

#include <array>
#include <utility>

namespace naskah::storage {
namespace {

constexpr std::array<std::pair<Status, std::string_view>, 5> status_names = {{
    {Status::reserved, "reserved"},
    {Status::issued, "issued"},
    {Status::void_, "void"},
    {Status::revoked, "revoked"},
    {Status::superseded, "superseded"},
}};

Value or_null(const std::optional<std::string>& text) {
    return text ? Value(std::string_view(*text)) : Value(std::monostate{});
}

std::optional<std::string> text_or_nothing(const Cells& cells, int column) {
    if (cells.is_null(column)) return std::nullopt;
    return std::string(cells.text(column));
}

// What a column should have held, or the error that says which one does not.
template <class T>
T sound(std::optional<T> value, const StoredLetter& letter, const char* column) {
    if (value) return *std::move(value);
    throw Error(Code::internal, std::string("register rusak: kolom ") + column + " tidak terbaca",
                "nomor " + letter.number,
                "Jalankan naskah register check, lalu pulihkan register dari cadangan");
}

std::optional<Json> json_or_nothing(const std::string& text, const char* column) {
    try {
        return parse_json(text, column);
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::optional<LetterId> letter_id(const std::optional<std::string>& text, const StoredLetter& letter,
                                  const char* column) {
    if (!text) return std::nullopt;
    return sound(parse_letter_id(*text), letter, column);
}

}  // namespace

std::string to_string(Status status) {
    for (const auto& [value, name] : status_names)
        if (value == status) return std::string(name);
    return {};
}

std::optional<Status> parse_status(std::string_view text) {
    for (const auto& [value, name] : status_names)
        if (name == text) return value;
    return std::nullopt;
}

const std::string& letter_columns() {
    static const std::string columns =
        "row_id, id, kind, series, year, urut, sisipan, number, pattern, sifat, kode, unit, bidang, "
        "letter_date, "
        "idempotency_key, once, subject, data, snapshot, replaces, reserved_at, "
        "status, reason, replaced_by, sha256, issued_at";
    return columns;
}

StoredLetter read_letter(const Cells& cells) {
    StoredLetter letter;
    int column = 0;
    const auto integer = [&] { return cells.integer(column++); };
    const auto text = [&] { return std::string(cells.text(column++)); };
    const auto maybe_text = [&] { return text_or_nothing(cells, column++); };
    letter.row = integer();
    for (std::string* field : {&letter.id, &letter.kind, &letter.series}) *field = text();
    letter.year = integer();
    letter.urut = integer();
    for (std::string* field : {&letter.sisipan, &letter.number, &letter.pattern, &letter.sifat, &letter.kode,
                               &letter.unit, &letter.bidang, &letter.date, &letter.key, &letter.once,
                               &letter.subject, &letter.data, &letter.snapshot})
        *field = text();
    letter.replaces = maybe_text();
    letter.reserved_at = integer();
    letter.status = text();
    letter.reason = text();
    letter.replaced_by = maybe_text();
    letter.sha256 = maybe_text();
    if (!cells.is_null(column)) letter.issued_at = cells.integer(column);
    return letter;
}

void insert_letter(Connection& connection, const StoredLetter& letter) {
    static const std::string sql =
        "INSERT INTO letters (" + letter_columns() +
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
        "$17, $18, $19, $20, $21, $22, $23, NULL, NULL, NULL)";
    connection.run_later(
        sql, {letter.row,         letter.id,      letter.kind,   letter.series,   letter.year,
              letter.urut,        letter.sisipan, letter.number, letter.pattern,  letter.sifat,
              letter.kode,        letter.unit,    letter.bidang, letter.date,     letter.key,
              letter.once,        letter.subject, letter.data,   letter.snapshot, or_null(letter.replaces),
              letter.reserved_at, letter.status,  letter.reason});
}

StoredLetter to_stored(const NewLetter& letter, Instant now) {
    StoredLetter stored;
    stored.id = to_string(letter.id);
    stored.kind = letter.kind;
    stored.series = letter.series;
    stored.year = year_of(letter.date);
    stored.sisipan = letter.parts.sisipan;
    stored.pattern = letter.pattern;
    stored.sifat = letter.parts.sifat;
    stored.kode = letter.parts.kode;
    stored.unit = letter.parts.unit;
    stored.bidang = letter.parts.bidang;
    stored.date = to_iso(letter.date);
    stored.key = letter.idempotency_key;
    stored.once = letter.once;
    stored.subject = letter.subject;
    stored.data = canonical_json(letter.data);
    stored.snapshot = canonical_json(letter.snapshot);
    stored.reserved_at = to_millis(now);
    stored.status = to_string(Status::reserved);
    return stored;
}

Letter to_letter(const StoredLetter& stored) {
    Letter letter{
        .id = sound(parse_letter_id(stored.id), stored, "id"),
        .kind = stored.kind,
        .series = stored.series,
        .number = stored.number,
        .parts = sound(parts_of(stored), stored, "letter_date"),
        .date = sound(parse_date(stored.date), stored, "letter_date"),
        .status = sound(parse_status(stored.status), stored, "status"),
        .idempotency_key = stored.key,
        .once = stored.once,
        .subject = stored.subject,
        .data = sound(json_or_nothing(stored.data, "data"), stored, "data"),
        .snapshot = sound(json_or_nothing(stored.snapshot, "snapshot"), stored, "snapshot"),
        .reason = stored.reason,
        .replaces = letter_id(stored.replaces, stored, "replaces"),
        .replaced_by = letter_id(stored.replaced_by, stored, "replaced_by"),
        .sha256 = std::nullopt,
        .reserved_at = from_millis(stored.reserved_at),
        .issued_at = std::nullopt,
    };
    if (stored.sha256) letter.sha256 = sound(parse_sha256(*stored.sha256), stored, "sha256");
    if (stored.issued_at) letter.issued_at = from_millis(*stored.issued_at);
    return letter;
}

Sha256 record_digest(const StoredLetter& letter) {
    const Json record = {
        {"row_id", letter.row},
        {"id", letter.id},
        {"kind", letter.kind},
        {"series", letter.series},
        {"year", letter.year},
        {"urut", letter.urut},
        {"sisipan", letter.sisipan},
        {"number", letter.number},
        {"pattern", letter.pattern},
        {"sifat", letter.sifat},
        {"kode", letter.kode},
        {"unit", letter.unit},
        {"bidang", letter.bidang},
        {"letter_date", letter.date},
        {"idempotency_key", letter.key},
        {"once", letter.once},
        {"subject", letter.subject},
        {"data", letter.data},  // as text: the digest is of what is stored, not of what a parser makes of it
        {"snapshot", letter.snapshot},
        {"replaces", letter.replaces ? Json(*letter.replaces) : Json(nullptr)},
        {"reserved_at", letter.reserved_at},
    };
    return sha256(as_bytes(canonical_json(record)));
}

std::optional<numbering::Parts> parts_of(const StoredLetter& letter) {
    const auto date = parse_date(letter.date);
    if (!date || !std::in_range<int>(letter.urut)) return std::nullopt;
    return numbering::Parts{
        .sifat = letter.sifat,
        .kode = letter.kode,
        .urut = static_cast<int>(letter.urut),
        .sisipan = letter.sisipan,
        .unit = letter.unit,
        .bidang = letter.bidang,
        .bulan = static_cast<int>(static_cast<unsigned>(date->month())),
        .tahun = year_of(*date),
    };
}

}  // namespace naskah::storage
