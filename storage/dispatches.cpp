#include "storage/dispatches.h"

#include "core/text.h"
#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

const char* const dispatches_table = R"sql(
CREATE TABLE dispatches (
    seq INTEGER PRIMARY KEY,
    letter_row INTEGER NOT NULL REFERENCES letters (row_id),
    sent TEXT NOT NULL CHECK (length(sent) = 10),
    means TEXT NOT NULL CHECK (means <> ''),
    receiver TEXT NOT NULL,
    archive TEXT NOT NULL,
    actor TEXT NOT NULL CHECK (actor <> ''),
    noted_at BIGINT NOT NULL
))sql";

constexpr std::size_t longest = 300;

void require_line(const std::string& text, const char* field, bool may_be_empty) {
    if (text.empty() && !may_be_empty) throw Error(Code::data, "tidak boleh kosong", field, "Isi dahulu.");
    if (text.size() > longest)
        throw Error(Code::data, "terlalu panjang", field, "Ringkas menjadi paling banyak 300 huruf.");
    bool plain = !first_bad_utf8(text);
    for (std::size_t at = 0; plain && at < text.size();) plain = !is_invisible(next_code_point(text, at));
    if (!plain)
        throw Error(Code::data, "memuat karakter yang tidak terlihat", field,
                    "Ketik ulang dalam satu baris.");
}

Json record_of(const std::string& letter, const std::string& sent, const std::string& means,
               const std::string& receiver, const std::string& archive) {
    return {
        {"letter", letter}, {"sent", sent}, {"means", means}, {"receiver", receiver}, {"archive", archive}};
}

std::string digest_of(const Json& record) { return to_string(sha256(as_bytes(canonical_json(record)))); }

}  // namespace

Dispatch Dispatches::note(const LetterId& letter, Dispatch dispatch) {
    require_line(dispatch.means, "cara kirim", false);
    require_line(dispatch.receiver, "penerima", true);
    require_line(dispatch.archive, "lokasi arsip", true);
    const std::string id = to_string(letter), sent = to_iso(dispatch.sent);
    database_->write([&](Connection& connection) {
        std::int64_t row = 0;
        std::string status, number, date;
        connection.run("SELECT row_id, status, number, letter_date FROM letters WHERE id = $1", {id},
                       [&](const Cells& cells) {
                           row = cells.integer(0);
                           status = cells.text(1);
                           number = cells.text(2);
                           date = cells.text(3);
                       });
        if (row == 0)
            throw Error(Code::data, "surat tidak ada dalam register", id, "Periksa kembali pengenal surat.");
        if (status == "reserved" || status == "void")
            throw Error(Code::data, status == "void" ? "nomor ini BATAL" : "surat ini belum terbit", number,
                        "Hanya surat yang sudah terbit dapat dikirim.");
        if (sent < date)
            throw Error(Code::data, "tanggal kirim mendahului tanggal surat", "tanggal kirim",
                        "Pilih " + to_long(parse_date(date).value_or(dispatch.sent)) + " atau sesudahnya.");
        dispatch.seq = read_head(connection).seq + 1;
        const Json record = record_of(id, sent, dispatch.means, dispatch.receiver, dispatch.archive);
        append(connection,
               {.at = dispatch.noted_at,
                .actor = dispatch.actor,
                .action = "dispatch",
                .letter = id,
                .detail = {{"sent", sent}, {"means", dispatch.means}, {"record", digest_of(record)}}});
        connection.run(
            "INSERT INTO dispatches (seq, letter_row, sent, means, receiver, archive, actor, noted_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            {dispatch.seq, row, sent, dispatch.means, dispatch.receiver, dispatch.archive, dispatch.actor,
             to_millis(dispatch.noted_at)});
    });
    return dispatch;
}

std::vector<Dispatch> Dispatches::of(const LetterId& letter) {
    const std::string id = to_string(letter);
    std::vector<Dispatch> notes;
    database_->read([&](Connection& connection) {
        notes.clear();
        connection.run(
            "SELECT d.sent, d.means, d.receiver, d.archive, d.actor, d.noted_at, d.seq "
            "FROM dispatches d JOIN letters l ON l.row_id = d.letter_row WHERE l.id = $1 ORDER BY d.seq DESC",
            {id}, [&](const Cells& cells) {
                const auto sent = parse_date(cells.text(0));
                if (!sent)
                    throw Error(Code::internal, "register rusak: tanggal kirim tidak terbaca", id,
                                "Jalankan naskah register check, lalu pulihkan register dari cadangan");
                notes.push_back({.sent = *sent,
                                 .means = std::string(cells.text(1)),
                                 .receiver = std::string(cells.text(2)),
                                 .archive = std::string(cells.text(3)),
                                 .actor = std::string(cells.text(4)),
                                 .noted_at = from_millis(cells.integer(5)),
                                 .seq = cells.integer(6)});
            });
    });
    return notes;
}

std::vector<std::string> dispatch_tables() {
    return {dispatches_table, "CREATE INDEX dispatches_letter ON dispatches (letter_row, seq)"};
}

std::vector<std::string> dispatch_guards(Dialect dialect) {
    std::vector<std::string> guards = keeps_everything(dialect, "dispatches", "UPDATE");
    for (std::string& guard : keeps_everything(dialect, "dispatches", "DELETE"))
        guards.push_back(std::move(guard));
    return guards;
}

std::vector<Problem> check_dispatches(Connection& connection) {
    struct Note {
        std::int64_t seq;
        std::string letter, number, actor, digest;
        std::int64_t noted_at;
    };
    constexpr std::int64_t page = 500;
    std::vector<Problem> problems;
    // Every note has its entry, and says what that says.
    for (std::int64_t last = 0;;) {
        std::vector<Note> notes;
        connection.run(
            "SELECT d.seq, l.id, l.number, d.actor, d.noted_at, d.sent, d.means, d.receiver, d.archive "
            "FROM dispatches d JOIN letters l ON l.row_id = d.letter_row WHERE d.seq > $1 ORDER BY d.seq "
            "LIMIT $2",
            {last, page}, [&](const Cells& cells) {
                const auto text = [&](int column) { return std::string(cells.text(column)); };
                notes.push_back({cells.integer(0), text(1), text(2), text(3),
                                 digest_of(record_of(text(1), text(5), text(6), text(7), text(8))),
                                 cells.integer(4)});
            });
        if (notes.empty()) break;
        for (const Note& note : notes) {
            bool true_to_log = false;
            for (const StoredEntry& entry : entries_after(connection, note.seq - 1, 1))
                true_to_log = entry.seq == note.seq && entry.action == "dispatch" &&
                              entry.letter == note.letter && entry.actor == note.actor &&
                              entry.at == note.noted_at &&
                              entry.detail.find("\"record\":\"" + note.digest + "\"") != std::string::npos;
            if (!true_to_log)
                problems.push_back({"catatan pengiriman tidak sesuai log", note.number, disagreement_remedy});
            last = note.seq;
        }
    }
    connection.run(
        "SELECT e.seq FROM log_entries e WHERE e.action = 'dispatch' AND NOT EXISTS "
        "(SELECT 1 FROM dispatches d WHERE d.seq = e.seq) ORDER BY e.seq LIMIT 20",
        {}, [&](const Cells& cells) {
            problems.push_back({"catatan pengiriman hilang", "log " + std::to_string(cells.integer(0)),
                                disagreement_remedy});
        });
    return problems;
}

}  // namespace naskah::storage
