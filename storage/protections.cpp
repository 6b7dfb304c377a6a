#include "storage/protections.h"

#include <algorithm>

#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

// place 0 is the file as issued, whose bytes are in pdfs; each later place adds bytes behind those before it.
const char* const protections_table = R"sql(
CREATE TABLE protections (
    letter_row INTEGER NOT NULL REFERENCES letters (row_id),
    place INTEGER NOT NULL CHECK (place >= 0),
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    level TEXT NOT NULL CHECK (level <> ''),
    ends_at BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    added BYTEA,
    PRIMARY KEY (letter_row, place),
    CHECK ((place = 0) = (added IS NULL))
))sql";

struct File {
    std::int64_t row = 0, places = 0;  // places: one more than the last one
    Bytes bytes;
    std::string number, sha256;
};

File file_of(Connection& connection, const LetterId& letter) {
    File file;
    connection.run(
        "SELECT l.row_id, l.number, l.sha256, p.content FROM letters l JOIN pdfs p ON p.letter_row = "
        "l.row_id "
        "WHERE l.id = $1",
        {to_string(letter)}, [&](const Cells& cells) {
            file.row = cells.integer(0);
            file.number = cells.text(1);
            file.sha256 = cells.text(2);
            const BytesView content = cells.bytes(3);
            file.bytes.assign(content.begin(), content.end());
        });
    if (file.row == 0)
        throw Error(Code::data, "surat ini tidak ada atau belum terbit", to_string(letter),
                    "Hanya surat yang sudah terbit dapat diperpanjang.");
    const Bytes added = added_to(connection, file.row, file.sha256);
    file.bytes.insert(file.bytes.end(), added.begin(), added.end());
    connection.run("SELECT COALESCE(MAX(place), -1) + 1 FROM protections WHERE letter_row = $1", {file.row},
                   [&](const Cells& cells) { file.places = cells.integer(0); });
    if (to_string(sha256(file.bytes)) != file.sha256)
        throw Error(Code::internal, "PDF surat dalam register bukan yang tercatat", file.number,
                    "Jalankan naskah register check, lalu pulihkan register dari cadangan");
    return file;
}

Protection protection_in(const Cells& cells, int column) {
    return {std::string(cells.text(column)), from_millis(cells.integer(column + 1))};
}

}  // namespace

Bytes added_to(Connection& connection, std::int64_t letter_row, std::string& last_sha256) {
    Bytes added;
    connection.run("SELECT added, sha256 FROM protections WHERE letter_row = $1 AND place > 0 ORDER BY place",
                   {letter_row}, [&](const Cells& cells) {
                       const BytesView more = cells.bytes(0);
                       added.insert(added.end(), more.begin(), more.end());
                       last_sha256 = cells.text(1);
                   });
    return added;
}

void note_protection(Connection& connection, std::int64_t letter_row, const std::string& sha256,
                     const Protection& protection, Instant now) {
    connection.run_later(
        "INSERT INTO protections (letter_row, place, sha256, level, ends_at, noted_at, added) "
        "VALUES ($1, 0, $2, $3, $4, $5, NULL)",
        {letter_row, sha256, protection.level, to_millis(protection.until), to_millis(now)});
}

std::optional<Protection> Protections::of(const LetterId& letter) {
    std::optional<Protection> found;
    database_->read([&](Connection& connection) {
        found.reset();
        connection.run(
            "SELECT p.level, p.ends_at FROM protections p JOIN letters l ON l.row_id = p.letter_row "
            "WHERE l.id = $1 ORDER BY p.place DESC LIMIT 1",
            {to_string(letter)}, [&](const Cells& cells) { found = protection_in(cells, 0); });
    });
    return found;
}

std::vector<Protections::Due> Protections::due(Instant before, std::int64_t after, int limit) {
    std::vector<Due> found;
    database_->read([&](Connection& connection) {
        found.clear();
        connection.run(
            "SELECT l.row_id, l.id, l.number, p.level, p.ends_at FROM letters l LEFT JOIN protections p "
            "ON p.letter_row = l.row_id AND p.place = "
            "(SELECT MAX(q.place) FROM protections q WHERE q.letter_row = l.row_id) "
            "WHERE l.sha256 IS NOT NULL AND l.row_id > $1 AND (p.ends_at IS NULL OR p.ends_at < $2) "
            "ORDER BY l.row_id LIMIT $3",
            {after, to_millis(before), std::int64_t{limit}}, [&](const Cells& cells) {
                const auto id = parse_letter_id(cells.text(1));
                if (!id)
                    throw Error(Code::internal, "register rusak: pengenal surat tidak terbaca",
                                std::string(cells.text(2)), disagreement_remedy);
                Due due{cells.integer(0), *id, std::string(cells.text(2)), std::nullopt};
                if (!cells.is_null(3)) due.protection = protection_in(cells, 3);
                found.push_back(std::move(due));
            });
    });
    return found;
}

void Protections::extend(const LetterId& letter, BytesView longer, const Protection& protection, Instant now,
                         const std::string& actor) {
    const std::string digest = to_string(sha256(longer));
    database_->write([&](Connection& connection) {
        const File file = file_of(connection, letter);
        const bool same = digest == file.sha256;
        if (same && file.places > 0) return;  // noted already
        if (longer.size() < file.bytes.size() ||
            !std::equal(file.bytes.begin(), file.bytes.end(), longer.begin()) ||
            (!same && longer.size() == file.bytes.size()))
            throw Error(Code::data, "berkas ini bukan kelanjutan dari berkas surat di register", file.number,
                        "Ulangi dari berkas surat seperti di register.");
        if (same) {
            note_protection(connection, file.row, digest, protection, now);
        } else {
            connection.run(
                "INSERT INTO protections (letter_row, place, sha256, level, ends_at, noted_at, added) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                {file.row, std::max<std::int64_t>(file.places, 1), digest, protection.level,
                 to_millis(protection.until), to_millis(now), longer.subspan(file.bytes.size())});
        }
        append(connection, {.at = now,
                            .actor = actor,
                            .action = "extend",
                            .letter = to_string(letter),
                            .detail = {{"sha256", digest},
                                       {"level", protection.level},
                                       {"until", to_rfc3339(protection.until)}},
                            .previous = {},
                            .hash = {}});
    });
}

std::vector<std::string> protection_tables() {
    return {protections_table, "CREATE INDEX protections_end ON protections (ends_at)"};
}

std::vector<std::string> protection_guards(Dialect dialect) {
    std::vector<std::string> guards = keeps_everything(dialect, "protections", "UPDATE");
    for (std::string& guard : keeps_everything(dialect, "protections", "DELETE"))
        guards.push_back(std::move(guard));
    return guards;
}

std::vector<Problem> check_protections(Connection& connection) {
    struct Noted {
        std::int64_t letter_row, place;
        std::string sha256, level, letter, number, issued, until;
    };
    constexpr std::int64_t page = 500;
    std::vector<Problem> problems;
    const auto wrong = [&](const char* what, const Noted& row) {
        problems.push_back({what, row.number, disagreement_remedy});
    };
    std::int64_t letter_row = 0, place = -1;  // of the last one read
    for (;;) {
        std::vector<Noted> rows;
        connection.run(
            "SELECT p.letter_row, p.place, p.sha256, p.level, l.id, l.number, l.sha256, p.ends_at FROM "
            "protections p "
            "JOIN letters l ON l.row_id = p.letter_row WHERE (p.letter_row, p.place) > ($1, $2) "
            "ORDER BY p.letter_row, p.place LIMIT $3",
            {letter_row, place, page}, [&](const Cells& cells) {
                const auto text = [&](int column) { return std::string(cells.text(column)); };
                rows.push_back({cells.integer(0), cells.integer(1), text(2), text(3), text(4), text(5),
                                text(6), to_rfc3339(from_millis(cells.integer(7)))});
            });
        if (rows.empty()) break;
        for (const Noted& row : rows) {
            const bool continues = row.letter_row == letter_row;
            if (row.place > 1 && !(continues && place == row.place - 1))
                wrong("perpanjangan surat hilang", row);
            if (row.place == 0 && row.sha256 != row.issued)
                wrong("perlindungan bukan milik berkas yang terbit", row);
            bool logged = false;
            for (const StoredEntry& stored : entries_of(connection, row.letter)) {
                const auto entry =
                    stored.action == "extend" || stored.action == "issue" ? to_entry(stored) : std::nullopt;
                logged = logged || (entry && text_in(entry->detail, "sha256") == row.sha256 &&
                                    text_in(entry->detail, "level") == row.level &&
                                    text_in(entry->detail, "until") == row.until);
            }
            if (!logged) wrong("perpanjangan surat tidak sesuai log", row);
            letter_row = row.letter_row;
            place = row.place;
        }
    }
    // What an addition is worth shows in the whole file.
    std::vector<std::pair<std::int64_t, std::string>> extended;
    connection.run(
        "SELECT DISTINCT p.letter_row, l.number FROM protections p JOIN letters l ON l.row_id = p.letter_row "
        "WHERE p.place > 0 ORDER BY p.letter_row",
        {}, [&](const Cells& cells) { extended.emplace_back(cells.integer(0), std::string(cells.text(1))); });
    for (const auto& [row, number] : extended) {
        Bytes bytes;
        connection.run("SELECT content FROM pdfs WHERE letter_row = $1", {row}, [&](const Cells& cells) {
            const BytesView content = cells.bytes(0);
            bytes.assign(content.begin(), content.end());
        });
        bool good = true;
        connection.run(
            "SELECT added, sha256 FROM protections WHERE letter_row = $1 AND place > 0 ORDER BY place", {row},
            [&](const Cells& cells) {
                const BytesView more = cells.bytes(0);
                bytes.insert(bytes.end(), more.begin(), more.end());
                good = good && to_string(sha256(bytes)) == cells.text(1);
            });
        if (!good)
            problems.push_back({"perpanjangan surat bukan yang tercatat", number, disagreement_remedy});
    }
    connection.run(
        "SELECT l.number FROM log_entries e JOIN letters l ON l.id = e.letter WHERE e.action = 'extend' AND "
        "NOT EXISTS (SELECT 1 FROM protections p WHERE p.letter_row = l.row_id AND p.noted_at = e.at) "
        "ORDER BY e.seq LIMIT 20",
        {}, [&](const Cells& cells) {
            problems.push_back(
                {"perpanjangan surat hilang", std::string(cells.text(0)), disagreement_remedy});
        });
    return problems;
}

}  // namespace naskah::storage
