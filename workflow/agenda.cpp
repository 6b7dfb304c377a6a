#include "workflow/agenda.h"

#include <algorithm>
#include <array>
#include <memory>

#include "core/text.h"

namespace naskah::workflow {

namespace {

using storage::AgendaRow;
using Kind = AgendaColumn::Kind;

constexpr int page = 500;

std::string moment(Instant instant, Zone zone) {
    return to_iso(date_in(zone, instant)) + " " + time_in(zone, instant);
}

std::string id_text(const std::optional<LetterId>& id) { return id ? to_string(*id) : ""; }

// In the order of domain notes 2.3; what a buku agenda of paper does not have stands behind it.
constexpr std::array<AgendaColumn, 28> columns = {{
    {"no_urut", "No. urut", 9, Kind::number,
     [](const AgendaRow& row, Zone) { return std::to_string(row.urut); }},
    {"tanggal_surat", "Tanggal surat", 13, Kind::date,
     [](const AgendaRow& row, Zone) { return to_iso(row.date); }},
    {"nomor", "Nomor", 38, Kind::text, [](const AgendaRow& row, Zone) { return row.number; }},
    {"kode_klasifikasi", "Kode klasifikasi", 14, Kind::text,
     [](const AgendaRow& row, Zone) { return row.code; }},
    {"keamanan", "Keamanan", 11, Kind::text, [](const AgendaRow& row, Zone) { return row.words.security; }},
    {"sifat", "Sifat", 9, Kind::text, [](const AgendaRow& row, Zone) { return row.words.urgency; }},
    {"tujuan", "Tujuan", 32, Kind::text, [](const AgendaRow& row, Zone) { return row.words.addressee; }},
    {"hal", "Hal", 48, Kind::text, [](const AgendaRow& row, Zone) { return row.subject; }},
    {"lampiran", "Lampiran", 18, Kind::text, [](const AgendaRow& row, Zone) { return row.words.annexes; }},
    {"unit_pengolah", "Unit pengolah", 17, Kind::text, [](const AgendaRow& row, Zone) { return row.unit; }},
    {"penandatangan", "Penandatangan", 30, Kind::text,
     [](const AgendaRow& row, Zone) { return row.words.signer; }},
    {"tembusan", "Tembusan", 32, Kind::text, [](const AgendaRow& row, Zone) { return row.words.copies; }},
    {"tanggal_kirim", "Tanggal kirim", 13, Kind::date,
     [](const AgendaRow& row, Zone) { return row.dispatch ? to_iso(row.dispatch->sent) : ""; }},
    {"cara_kirim", "Cara kirim", 14, Kind::text,
     [](const AgendaRow& row, Zone) { return row.dispatch ? row.dispatch->means : ""; }},
    {"penerima", "Penerima", 24, Kind::text,
     [](const AgendaRow& row, Zone) { return row.dispatch ? row.dispatch->receiver : ""; }},
    {"lokasi_arsip", "Lokasi arsip", 20, Kind::text,
     [](const AgendaRow& row, Zone) { return row.dispatch ? row.dispatch->archive : ""; }},
    {"keterangan", "Keterangan", 30, Kind::text,
     [](const AgendaRow& row, Zone) {
         return status_word(row.status) +
                (row.replaced_by_number.empty() ? "" : " (" + row.replaced_by_number + ")") +
                (row.reason.empty() ? "" : ": " + row.reason);
     }},
    {"dibuat_oleh", "Dibuat oleh", 16, Kind::text, [](const AgendaRow& row, Zone) { return row.maker; }},
    {"dipesan", "Nomor diambil", 22, Kind::text,
     [](const AgendaRow& row, Zone zone) { return moment(row.reserved_at, zone); }},
    {"terbit", "Terbit", 22, Kind::text,
     [](const AgendaRow& row, Zone zone) { return row.issued_at ? moment(*row.issued_at, zone) : ""; }},
    {"seri", "Seri", 13, Kind::text, [](const AgendaRow& row, Zone) { return row.series; }},
    {"jenis", "", 28, Kind::text, [](const AgendaRow& row, Zone) { return row.kind; }},
    {"judul", "Jenis", 34, Kind::text, [](const AgendaRow& row, Zone) { return row.words.title; }},
    {"status", "", 11, Kind::text, [](const AgendaRow& row, Zone) { return storage::to_string(row.status); }},
    {"id", "Kode periksa", 30, Kind::text, [](const AgendaRow& row, Zone) { return to_string(row.id); }},
    {"sha256", "SHA-256 berkas", 20, Kind::text,
     [](const AgendaRow& row, Zone) { return row.sha256 ? to_string(*row.sha256) : ""; }},
    {"mengganti", "", 30, Kind::text, [](const AgendaRow& row, Zone) { return id_text(row.replaces); }},
    {"diganti_oleh", "", 30, Kind::text, [](const AgendaRow& row, Zone) { return id_text(row.replaced_by); }},
}};

// The first nineteen are those of Naskah 0.1; new ones only ever come behind.
constexpr const char* program_order[] = {"no_urut",    "tanggal_surat", "nomor",         "kode_klasifikasi",
                                         "seri",       "jenis",         "keamanan",      "sifat",
                                         "hal",        "unit_pengolah", "penandatangan", "status",
                                         "keterangan", "dipesan",       "terbit",        "id",
                                         "sha256",     "mengganti",     "diganti_oleh",  "tujuan",
                                         "lampiran",   "tembusan",      "tanggal_kirim", "cara_kirim",
                                         "penerima",   "lokasi_arsip",  "dibuat_oleh",   "judul"};
static_assert(std::size(program_order) == columns.size());

std::string csv_cell(std::string text, Kind kind) {
    if (kind == Kind::text && !text.empty() &&
        std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
        text.insert(text.begin(), '\'');
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

template <class Cell>
std::string csv_line(const std::vector<const AgendaColumn*>& of, const Cell& cell) {
    std::string line;
    for (const AgendaColumn* column : of) line += (column == of.front() ? "" : ",") + cell(*column);
    return line + "\r\n";
}

constexpr std::pair<storage::Status, const char*> words[] = {
    {storage::Status::reserved, "Dipesan"},   {storage::Status::issued, "Terbit"},
    {storage::Status::void_, "BATAL"},        {storage::Status::revoked, "Dicabut"},
    {storage::Status::superseded, "Diralat"},
};

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

constexpr std::pair<Correction, const char*> corrections[] = {
    {Correction::ralat, "ralat"},           {Correction::perubahan, "perubahan"},
    {Correction::pencabutan, "pencabutan"}, {Correction::pembatalan, "pembatalan"},
    {Correction::perubahan, "ubah"},        {Correction::pencabutan, "cabut"},
    {Correction::pembatalan, "batal"},
};

}  // namespace

std::string status_word(storage::Status status) {
    for (const auto& [value, word] : words)
        if (value == status) return word;
    return {};
}

std::optional<storage::Status> parse_status_word(const std::string& word) {
    const std::string plain = lower(word);
    if (plain == "diganti") return storage::Status::superseded;  // the word of Naskah 0.1
    for (const auto& [value, known] : words)
        if (lower(known) == plain) return value;
    return storage::parse_status(plain);
}

std::string to_string(Correction correction) {
    for (const auto& [value, word] : corrections)
        if (value == correction) return word;
    return {};
}

std::optional<Correction> parse_correction(std::string_view text) {
    for (const auto& [value, word] : corrections)
        if (word == text) return value;
    return std::nullopt;
}

storage::Status status_after(Correction correction) {
    return correction == Correction::ralat || correction == Correction::perubahan
               ? storage::Status::superseded
               : storage::Status::revoked;
}

std::string reason_line(const std::string& typed) {
    std::string line;
    for (const char c : trim(typed)) {
        const bool blank = c == '\r' || c == '\n' || c == '\t' || c == ' ';
        if (!blank)
            line += c;
        else if (line.empty() || line.back() != ' ')
            line += ' ';
    }
    if (line.empty())
        throw Error(Code::data, "alasan belum diisi", "alasan",
                    "Tulis alasannya dalam satu atau dua kalimat.");
    if (line.size() > 500)
        throw Error(Code::data, "alasan terlalu panjang", "alasan",
                    "Ringkas menjadi paling banyak 500 huruf.");
    bool plain = !first_bad_utf8(line);
    for (std::size_t at = 0; plain && at < line.size();) plain = !is_invisible(next_code_point(line, at));
    if (!plain)
        throw Error(Code::data, "alasan memuat karakter yang tidak terlihat", "alasan",
                    "Ketik ulang alasannya.");
    return line;
}

storage::Letter correct(storage::Register& letters, const storage::Letter& letter, const storage::Letter& by,
                        Correction correction, const std::string& reason, Instant now,
                        const std::string& actor) {
    if (by.reserved_at < letter.reserved_at)
        throw Error(Code::data,
                    "surat nomor " + by.number + " lebih dahulu ada daripada surat yang dikoreksinya",
                    letter.number, "Sebutkan surat koreksi yang terbit sesudahnya.");
    std::string how = to_string(correction);
    how.front() = static_cast<char>(how.front() - 'a' + 'A');
    return letters.withdraw(letter.id, status_after(correction), by.id, how + ": " + reason_line(reason), now,
                            actor);
}

std::vector<const AgendaColumn*> people_columns() {
    std::vector<const AgendaColumn*> headed;
    for (const AgendaColumn& column : columns)
        if (*column.heading) headed.push_back(&column);
    return headed;
}

std::vector<const AgendaColumn*> program_columns() {
    std::vector<const AgendaColumn*> ordered;
    for (const char* name : program_order)
        for (const AgendaColumn& column : columns)
            if (std::string_view(column.name) == name) ordered.push_back(&column);
    return ordered;
}

std::vector<AgendaRow> AgendaWalk::next() {
    if (done_) return {};
    storage::AgendaPage part = agenda_.list(filter_, order_, page, after_);
    done_ = !part.more_after;
    if (!part.rows.empty()) after_ = part.rows.back().row;
    return std::move(part.rows);
}

Json agenda_json(AgendaWalk walk, Zone zone) {
    const auto ordered = program_columns();
    Json rows = Json::array();
    for (auto part = walk.next(); !part.empty(); part = walk.next())
        for (const AgendaRow& row : part) {
            Json object;
            for (const AgendaColumn* column : ordered) {
                if (column->kind == Kind::number)
                    object[column->name] = row.urut;
                else
                    object[column->name] = column->text(row, zone);
            }
            rows.push_back(std::move(object));
        }
    return rows;
}

Pieces agenda_csv(AgendaWalk walk, Zone zone, bool headings) {
    struct State {
        AgendaWalk walk;
        std::vector<const AgendaColumn*> columns;
        bool begun = false;
    };
    auto state = std::make_shared<State>(State{std::move(walk), {}});
    if (headings)
        state->columns = people_columns();
    else
        state->columns = program_columns();
    return [state, zone, headings] {
        std::string piece;
        if (!state->begun) {
            piece =
                (headings ? "\xEF\xBB\xBF" : "") + csv_line(state->columns, [&](const AgendaColumn& column) {
                    return csv_cell(headings ? column.heading : column.name, Kind::text);
                });
            state->begun = true;
        }
        for (const AgendaRow& row : state->walk.next())
            piece += csv_line(state->columns, [&](const AgendaColumn& column) {
                return csv_cell(column.text(row, zone), column.kind);
            });
        return piece;
    };
}

}  // namespace naskah::workflow
