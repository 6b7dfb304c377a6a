// The operator who edits rows: the guards refuse him, and when he takes the guards away the check finds what
// he did.
#include "contract.h"
#include "raw.h"

namespace naskah::storage {
namespace {

// Letters 1 (issued), 2 (void), 3 (replaced by 4), 4 (reserved, key "k"), 5 (issued), 6 (revoked by 5).
void fill(const std::string& path) {
    const auto reg = open_sqlite(path, true);
    const auto reserve = [&](const std::string& key = "") {
        NewLetter letter = a_letter();
        letter.idempotency_key = key;
        return reg->reserve(letter, moment()).letter;
    };
    reg->issue(reserve().id, a_pdf("satu"), moment(1), "kepala");
    reg->make_void(reserve().id, "salah", moment(2), "kepala");
    reg->replace(reserve("k").id, a_letter(), "terhenti", moment(3));
    const Letter fifth = reg->issue(reserve().id, a_pdf("lima"), moment(4), "kepala");
    const Letter sixth = reg->issue(reserve().id, a_pdf("enam"), moment(5), "kepala");
    reg->withdraw(sixth.id, Status::revoked, fifth.id, "putusan", moment(6), "kepala");
}

// Runs `sql` with the triggers out of the way, and puts them back.
void edit_behind_the_guards(const std::string& path, const std::string& sql) {
    RawFile file(path);
    const auto triggers = file.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
    REQUIRE(triggers.size() > 5);
    for (const auto& trigger : triggers) REQUIRE(file.refusal("DROP TRIGGER " + trigger[0]).empty());
    INFO(sql);
    REQUIRE(file.refusal(sql).empty());
    for (const auto& trigger : triggers) REQUIRE(file.refusal(trigger[1]).empty());
}

}  // namespace

TEST_CASE("the database itself refuses to forget or rewrite") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    fill(path);
    const std::vector<std::string> refused = {
        "DELETE FROM letters",
        "DELETE FROM letters WHERE status = 'reserved'",
        "DELETE FROM pdfs",
        "DELETE FROM log_entries WHERE seq = (SELECT MAX(seq) FROM log_entries)",
        "DELETE FROM log_head",
        "UPDATE letters SET number = 'x' WHERE urut = 4",
        "UPDATE letters SET subject = 'x' WHERE urut = 1",
        "UPDATE letters SET data = '{}' WHERE urut = 1",
        "UPDATE letters SET replaces = id WHERE urut = 1",
        "UPDATE letters SET status = 'reserved', sha256 = NULL, issued_at = NULL WHERE urut = 1",
        "UPDATE letters SET status = 'void', reason = 'x', sha256 = NULL, issued_at = NULL WHERE urut = 1",
        "UPDATE letters SET status = 'reserved', reason = '' WHERE urut = 2",
        "UPDATE letters SET reason = 'lain' WHERE urut = 2",
        "UPDATE letters SET status = 'terbit' WHERE urut = 4",
        "UPDATE letters SET status = 'void' WHERE urut = 4",    // no reason
        "UPDATE letters SET status = 'issued' WHERE urut = 4",  // no PDF
        "UPDATE letters SET status = 'issued', sha256 = (SELECT sha256 FROM pdfs LIMIT 1), issued_at = 1 "
        "WHERE urut = 4",
        "UPDATE letters SET status = 'revoked', reason = 'x', issued_at = 5 WHERE urut = 1",
        "UPDATE letters SET status = 'revoked', reason = 'x' WHERE urut = 1",  // by nobody
        "UPDATE letters SET status = 'revoked', reason = 'x', replaced_by = id WHERE urut = 1",
        "UPDATE letters SET status = 'superseded', reason = '', replaced_by = (SELECT id FROM letters WHERE "
        "urut = 5) WHERE urut = 1",
        "UPDATE letters SET status = 'superseded', reason = 'x', replaced_by = (SELECT id FROM letters WHERE "
        "urut = 4) WHERE urut = 1",  // not issued
        "UPDATE letters SET replaced_by = NULL WHERE urut = 6",
        "UPDATE letters SET status = 'issued', reason = '', replaced_by = NULL WHERE urut = 6",
        "UPDATE pdfs SET content = x'00'",
        "INSERT INTO pdfs (letter_row, sha256, content) SELECT row_id, sha256, x'00' FROM letters WHERE urut "
        "= 1",
        "INSERT OR REPLACE INTO pdfs (letter_row, sha256, content) SELECT row_id, sha256, x'00' FROM letters "
        "WHERE urut = 1",
        "UPDATE log_entries SET actor = 'orang lain' WHERE seq = 1",
        "INSERT INTO log_entries SELECT seq + 100, at, actor, action, letter, detail, previous, hash || '' "
        "FROM log_entries LIMIT 1",
        "INSERT OR REPLACE INTO log_entries SELECT seq, at, 'lain', action, letter, detail, previous, hash "
        "FROM log_entries LIMIT 1",
        "UPDATE log_head SET seq = seq - 1",
        "UPDATE log_head SET seq = seq + 1",
        "INSERT OR REPLACE INTO log_head (only_row, seq, hash) SELECT 1, 0, hash FROM log_head",
    };
    RawFile file(path);
    for (const std::string& sql : refused) {
        INFO(sql);
        CHECK_FALSE(file.refusal(sql).empty());
    }
    // A letter out of turn: the row of number 4 again with something changed.
    const std::string columns =
        "series, year, sisipan, pattern, sifat, kode, unit, bidang, letter_date, idempotency_key, once, "
        "subject, data, snapshot, replaces, reserved_at, status, reason";
    const auto swapped = [&](const std::string& from, const std::string& to) {
        std::string text = columns;
        return text.replace(text.find(from), from.size(), to);
    };
    const std::string row = "999, '0123456789ABCDEFGHJKMNPQRS', kind, ";
    const std::vector<std::pair<std::string, std::string>> out_of_turn = {
        {row + "8, 'nomor lain'", columns},                                 // 7 is next
        {row + "5, 'nomor lain'", columns},                                 // taken
        {row + "7, number", columns},                                       // printed already
        {row + "7, 'nomor lain'", swapped("letter_date", "'2026-03-01'")},  // before the last one
        {row + "7, 'nomor lain'", swapped("status", "'issued'")},           // never reserved
        {row + "7, 'nomor lain'", swapped("idempotency_key", "'k'")},       // the key of letter 4
        {"999, id, kind, 6, 'nomor lain'", columns},                        // its id is known
        {row + "7, 'nomor lain'", swapped("replaces", "'ZZZZZZZZZZZZZZZZZZZZZZZZZZ'")},  // of nobody
    };
    file.query("PRAGMA foreign_keys = ON");
    for (const auto& [first, rest] : out_of_turn) {
        for (const std::string verb : {"INSERT", "INSERT OR REPLACE"}) {
            if (verb != "INSERT" && rest.find("'k'") != std::string::npos)
                continue;  // found by the check instead
            const std::string sql = verb + " INTO letters (row_id, id, kind, urut, number, " + columns +
                                    ") SELECT " + first + ", " + rest + " FROM letters WHERE urut = 4";
            INFO(sql);
            CHECK_FALSE(file.refusal(sql).empty());
        }
    }
    CHECK(open_sqlite(path, false)->check() == std::vector<Problem>{});
    audit(file);
    // Not refused because nothing works: the next letter in turn goes in.
    CHECK(file.refusal("INSERT INTO letters (row_id, id, kind, urut, number, " + columns + ") SELECT " + row +
                       "7, 'nomor lain', " + swapped("idempotency_key", "''") +
                       " FROM letters WHERE urut = 4") == "");
}

TEST_CASE("the check names what was edited behind the register's back") {
    struct Edit {
        const char* sql;
        const char* what;   // is in the message
        const char* where;  // is in its place
    };
    const std::vector<Edit> edits = {
        {"UPDATE letters SET subject = 'Lain' WHERE urut = 1", "isi surat diubah", "/001/"},
        {"UPDATE letters SET data = '{}' WHERE urut = 5", "isi surat diubah", "/005/"},
        {"UPDATE letters SET data = '{' WHERE urut = 5", "kolom data", "/005/"},
        {"UPDATE letters SET snapshot = '{\"penandatangan\":\"Lain\"}' WHERE urut = 1", "isi surat diubah",
         "/001/"},
        {"UPDATE letters SET kind = 'lain' WHERE urut = 4", "isi surat diubah", "/004/"},
        {"UPDATE letters SET reserved_at = reserved_at + 1 WHERE urut = 4", "isi surat diubah", "/004/"},
        {"UPDATE letters SET number = 'B-1' WHERE urut = 1", "nomor tercetak tidak cocok", "B-1"},
        {"UPDATE letters SET kode = '900' WHERE urut = 1", "nomor tercetak tidak cocok", "/001/"},
        {"UPDATE letters SET pattern = 'x' WHERE urut = 1", "pola", "/001/"},
        {"UPDATE letters SET letter_date = '2026-03-01' WHERE urut = 4", "mendahului nomor sebelumnya",
         "/004/"},
        {"UPDATE letters SET letter_date = '2026-02-30' WHERE urut = 4", "letter_date", "/004/"},
        {"UPDATE letters SET year = 2025 WHERE urut = 1", "tahun serinya", "/001/"},
        {"UPDATE letters SET urut = 9 WHERE urut = 6", "nomor urut 6 sampai 8", "/006/"},
        {"UPDATE letters SET reason = 'alasan lain' WHERE urut = 2", "tidak sesuai log", "/002/"},
        {"UPDATE letters SET status = 'reserved', reason = '' WHERE urut = 2", "keadaan surat (reserved)",
         "/002/"},
        {"UPDATE letters SET status = 'void', reason = 'x' WHERE urut = 4", "keadaan surat (void)", "/004/"},
        {"UPDATE letters SET status = 'revoked', reason = 'x' WHERE urut = 1", "keadaan surat (revoked)",
         "/001/"},
        {"UPDATE letters SET issued_at = issued_at - 1 WHERE urut = 1", "tidak sesuai log", "/001/"},
        {"UPDATE letters SET replaced_by = NULL, idempotency_key = '' WHERE urut = 3",
         "tidak saling menunjuk", "/004/"},
        {"UPDATE letters SET idempotency_key = '' WHERE urut = 4", "isi surat diubah", "/004/"},
        {"UPDATE letters SET sha256 = '"
         "0000000000000000000000000000000000000000000000000000000000000000"
         "' WHERE urut = 1",
         "PDF bukan yang diterbitkan", "/001/"},
        {"UPDATE pdfs SET content = CAST('%PDF palsu' AS BLOB) WHERE letter_row = 1",
         "PDF bukan yang diterbitkan", "/001/"},
        {"DELETE FROM pdfs WHERE letter_row = 1", "PDF surat hilang", "/001/"},
        {"INSERT INTO pdfs SELECT row_id, '"
         "0000000000000000000000000000000000000000000000000000000000000000"
         "', x'00' FROM letters WHERE urut = 4",
         "padahal surat tidak terbit", "/004/"},
        {"INSERT INTO pdfs SELECT 777, sha256, content FROM pdfs LIMIT 1", "PDF tanpa surat", "777"},
        {"DELETE FROM letters WHERE urut = 5", "barisnya hilang", ""},
        {"DELETE FROM letters WHERE urut = 2", "nomor urut 2", "/003/"},
        {"UPDATE log_entries SET actor = 'orang lain' WHERE seq = 2", "isi catatan log diubah", "log 2"},
        {"UPDATE log_entries SET at = at + 1 WHERE seq = 9", "isi catatan log diubah", "log 9"},
        {"UPDATE log_entries SET detail = '{}' WHERE seq = 1", "isi catatan log diubah", "log 1"},
        {"UPDATE log_entries SET detail = 'x' WHERE seq = 1", "tidak terbaca", "log 1"},
        {"DELETE FROM log_entries WHERE seq = 4", "catatan log sebelum ini hilang", "log 5"},
        {"DELETE FROM log_entries WHERE seq = 12", "tidak berakhir pada catatan", "log 11"},
        {"UPDATE log_head SET seq = 3", "tidak berakhir pada catatan", "log 12"},
        {"DELETE FROM log_head", "ujung log hilang", "log_head"},
        // The tail cut off together with its head, as if the last step had not been: the letter says
        // otherwise.
        {"DELETE FROM log_entries WHERE seq = 12; "
         "UPDATE log_head SET seq = 11, hash = (SELECT hash FROM log_entries WHERE seq = 11)",
         "tidak sesuai log (issued)", "/006/"},
        {"DELETE FROM log_entries WHERE seq >= 8; "
         "UPDATE log_head SET seq = 7, hash = (SELECT hash FROM log_entries WHERE seq = 7)",
         "tidak tercatat dalam log", "/005/"},
        {"UPDATE letters SET replaced_by = (SELECT id FROM letters WHERE urut = 1) WHERE urut = 6",
         "tidak sesuai log", "/006/"},
        {"UPDATE letters SET replaced_by = (SELECT id FROM letters WHERE urut = 4) WHERE urut = 6",
         "tidak terbit", "/006/"},
        {"UPDATE letters SET status = 'superseded' WHERE urut = 6", "keadaan surat (superseded)", "/006/"},
        {"UPDATE letters SET status = 'issued', reason = '', replaced_by = NULL WHERE urut = 6",
         "keadaan surat (issued)", "/006/"},
        {"UPDATE letters SET reason = 'lain' WHERE urut = 6", "tidak sesuai log", "/006/"},
        {"CREATE TABLE titipan (x)", "tidak dikenal", "titipan"},
        {"DROP INDEX letters_once", "hilang", "letters_once"},
    };
    const Folder folder;
    const std::string path = folder.file("asli.db");
    fill(path);
    REQUIRE(open_sqlite(path, false)->check() == std::vector<Problem>{});
    for (const Edit& edit : edits) {
        INFO(edit.sql);
        const std::string copy = folder.file("ubah.db");
        std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
        edit_behind_the_guards(copy, edit.sql);
        std::string said;
        bool named = false;
        for (const Problem& problem : open_sqlite(copy, false)->check()) {
            said += to_string(problem) + "\n";
            named |= problem.what.find(edit.what) != std::string::npos &&
                     problem.where.find(edit.where) != std::string::npos;
        }
        INFO(said);
        CHECK(named);
    }
}

TEST_CASE("the check notices guards that were taken away or weakened") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    fill(path);
    RawFile file(path);
    REQUIRE(file.refusal("DROP TRIGGER letters_no_DELETE").empty());
    REQUIRE(file.refusal("DROP TRIGGER pdfs_insert; CREATE TRIGGER pdfs_insert BEFORE INSERT ON pdfs BEGIN "
                         "SELECT 1; END")
                .empty());
    const auto problems = open_sqlite(path, false)->check();
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].where == "trigger letters_no_DELETE");
    CHECK(problems[1].where == "trigger pdfs_insert");
    CHECK(problems[1].what == "penjaga atau tabel diubah");
}

TEST_CASE("a PDF that was exchanged is never handed out") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    fill(path);
    const LetterId id = open_sqlite(path, false)->list({}).front().letter.id;
    edit_behind_the_guards(path, "UPDATE pdfs SET content = CAST('%PDF palsu' AS BLOB)");
    CHECK_THAT(refusal([&] { open_sqlite(path, false)->pdf(id); }),
               Catch::Matchers::StartsWith("70 ") && Catch::Matchers::Contains("/001/"));
}

}  // namespace naskah::storage
