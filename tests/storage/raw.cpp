#include "raw.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/sha256.h"
#include "fixture.h"

namespace naskah::storage {

RawFile::RawFile(const std::string& path) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    handle_.reset(handle);
    REQUIRE(code == SQLITE_OK);
    sqlite3_busy_timeout(handle, 10'000);
}

void RawFile::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }

std::vector<RawStore::TextRow> RawFile::query(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    INFO(sql);
    REQUIRE(sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    std::vector<TextRow> rows;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        TextRow row;
        for (int i = 0; i < sqlite3_column_count(statement); ++i) {
            const void* data = sqlite3_column_blob(statement, i);
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
            row.push_back(data == nullptr ? (sqlite3_column_type(statement, i) == SQLITE_NULL ? "NULL" : "")
                                          : std::string(static_cast<const char*>(data), size));
        }
        rows.push_back(std::move(row));
    }
    sqlite3_finalize(statement);
    REQUIRE(code == SQLITE_DONE);
    return rows;
}

std::string RawFile::refusal(const std::string& sql) {
    char* message = nullptr;
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return {};
    const std::string text = message == nullptr ? "refused" : message;
    sqlite3_free(message);
    return text;
}

std::string said_of_edited(const std::string& path, const std::vector<std::string>& guards,
                           const std::string& edit) {
    const std::string copy = path + ".salinan";
    std::filesystem::remove(copy);
    CHECK(RawFile(path).refusal("VACUUM INTO '" + copy + "'").empty());
    RawFile raw(copy);
    for (const std::string& guard : guards) CHECK(raw.refusal("DROP TRIGGER " + guard).empty());
    CHECK(raw.refusal("PRAGMA foreign_keys = OFF; " + edit).empty());
    std::string said;
    for (const Problem& problem : open_sqlite(copy, false)->check()) said += to_string(problem) + "\n";
    return said;
}

void audit(RawStore& store) {
    const auto none = [&](const std::string& sql) { CHECK(store.query(sql).empty()); };
    none(
        "SELECT series, year FROM letters GROUP BY series, year "
        "HAVING MIN(urut) <> 1 OR MAX(urut) <> COUNT(*) OR COUNT(DISTINCT urut) <> COUNT(*)");
    none(
        "SELECT a.number FROM letters a JOIN letters b ON a.series = b.series AND a.year = b.year "
        "AND b.urut = a.urut + 1 WHERE b.letter_date < a.letter_date OR b.row_id < a.row_id");
    none("SELECT number FROM letters WHERE substr(letter_date, 1, 4) <> CAST(year AS TEXT)");
    none("SELECT number FROM letters GROUP BY number HAVING COUNT(*) > 1");
    none(
        "SELECT 1 FROM letters WHERE idempotency_key <> '' AND NOT (status = 'void' AND replaced_by IS NOT "
        "NULL) "
        "GROUP BY idempotency_key HAVING COUNT(*) > 1");
    none("SELECT 1 FROM letters WHERE once <> '' AND status <> 'void' GROUP BY once HAVING COUNT(*) > 1");
    none(
        "SELECT number FROM letters WHERE status IN ('issued', 'revoked', 'superseded') <> "
        "EXISTS (SELECT 1 FROM pdfs WHERE letter_row = row_id AND pdfs.sha256 = letters.sha256)");
    none(
        "SELECT number FROM letters l WHERE replaced_by IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM letters r WHERE r.id = l.replaced_by AND "
        "(r.replaces = l.id OR (l.status IN ('revoked', 'superseded') AND r.status NOT IN ('reserved', "
        "'void'))))");
    for (const auto& row : store.query("SELECT sha256, content FROM pdfs"))
        CHECK(row[0] == to_string(sha256(as_bytes(row[1]))));

    // The chain as docs/register.md tells a stranger to compute it.
    std::string previous(64, '0'), seq = "0";
    for (const auto& row :
         store.query("SELECT seq, at, actor, action, letter, detail, previous, hash FROM log_entries "
                     "ORDER BY seq")) {
        CHECK(row[0] == std::to_string(std::stoll(seq) + 1));
        CHECK(row[6] == previous);
        const nlohmann::json content = {{"action", row[3]},         {"actor", row[2]},
                                        {"at", std::stoll(row[1])}, {"detail", nlohmann::json::parse(row[5])},
                                        {"letter", row[4]},         {"seq", std::stoll(row[0])}};
        const auto octets = parse_hex(previous).value();
        const std::string input = std::string(octets.begin(), octets.end()) + content.dump();
        CHECK(row[7] == to_string(sha256(as_bytes(input))));
        previous = row[7];
        seq = row[0];
    }
    CHECK(store.query("SELECT seq, hash FROM log_head") == std::vector<RawStore::TextRow>{{seq, previous}});
    none(
        "SELECT id FROM letters WHERE CASE status WHEN 'reserved' THEN 1 WHEN 'revoked' THEN 3 WHEN "
        "'superseded' THEN 3 ELSE 2 END <> "
        "(SELECT COUNT(*) FROM log_entries WHERE letter = letters.id AND action IN "
        "('reserve', 'issue', 'void', 'replace', 'revoke', 'supersede'))");
}

void audit(const std::string& path) {
    RawFile file(path);
    CHECK(file.query("PRAGMA integrity_check") == std::vector<RawStore::TextRow>{{"ok"}});
    audit(file);
}

}  // namespace naskah::storage
