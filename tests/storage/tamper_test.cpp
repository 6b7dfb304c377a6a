// The operator who edits rows: the guards refuse him, and when he takes the guards away the check finds what
// he did.
#include <map>

#include "cluster.h"
#include "contract.h"
#include "raw.h"
#include "storage/schema.h"

namespace naskah::storage {
namespace {

// Letters 1 (issued), 2 (void), 3 (replaced by 4), 4 (reserved, key "k"), 5 (issued), 6 (revoked by 5).
void fill(const std::string& address) {
    const auto reg = open_register(open_database(address, true));
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

// A register with those letters, and the operator's way into it.
class Ground {
public:
    explicit Ground(Dialect dialect)
        : dialect_(dialect),
          address_(dialect == Dialect::sqlite ? folder_.file("asli.db") : Cluster::shared().make_database()) {
        fill(address_);
    }

    bool on(Dialect dialect) const { return dialect_ == dialect; }
    const std::string& address() const { return address_; }
    std::unique_ptr<Register> open() const { return open_register(open_database(address_, false)); }
    std::unique_ptr<RawStore> raw() const {
        if (on(Dialect::sqlite)) return std::make_unique<RawFile>(address_);
        return std::make_unique<RawServer>(address_);
    }

    // The same register once more, to be spoilt.
    Ground copy() const { return Ground(*this); }

    // The lists below are written for SQLite; these are PostgreSQL's words for octets.
    std::string words(std::string sql) const {
        if (on(Dialect::sqlite)) return sql;
        const std::pair<const char*, const char*> other[] = {
            {"x'00'", "'\\x00'::bytea"}, {"CAST('%PDF palsu' AS BLOB)", "'%PDF palsu'::bytea"}};
        for (const auto& [from, to] : other)
            for (std::size_t at; (at = sql.find(from)) != std::string::npos;)
                sql.replace(at, std::string_view(from).size(), to);
        return sql;
    }

    // Runs `sql` with the triggers out of the way, and puts them back.
    void edit_behind_the_guards(const std::string& sql) const {
        const auto store = raw();
        INFO(sql);
        if (on(Dialect::postgres)) {  // what an administrator can do
            REQUIRE(store->refusal("SET session_replication_role = replica") == "");
            REQUIRE(store->refusal(words(sql)) == "");
            return;
        }
        const auto triggers = store->query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
        REQUIRE(triggers.size() > 5);
        for (const auto& trigger : triggers) REQUIRE(store->refusal("DROP TRIGGER " + trigger[0]).empty());
        REQUIRE(store->refusal(sql).empty());
        for (const auto& trigger : triggers) REQUIRE(store->refusal(trigger[1]).empty());
    }

private:
    Ground(const Ground& other) : dialect_(other.dialect_) {
        if (on(Dialect::sqlite)) {
            address_ = folder_.file("ubah.db");
            std::filesystem::copy_file(other.address_, address_);
        } else {
            address_ = Cluster::shared().make_database(other.address_);
        }
    }

    Dialect dialect_;
    Folder folder_;
    std::string address_;
};

// Plays a test on each engine.
void on_each_engine(const std::function<void(const Ground&)>& play) {
    SECTION("SQLite") { play(Ground(Dialect::sqlite)); }
    SECTION("PostgreSQL") { play(Ground(Dialect::postgres)); }
}

}  // namespace

TEST_CASE("the database itself refuses to forget or rewrite") {
    on_each_engine([](const Ground& ground) {
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
            "UPDATE letters SET status = 'void', reason = 'x', sha256 = NULL, issued_at = NULL WHERE urut = "
            "1",
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
            "UPDATE letters SET status = 'superseded', reason = '', replaced_by = (SELECT id FROM letters "
            "WHERE "
            "urut = 5) WHERE urut = 1",
            "UPDATE letters SET status = 'superseded', reason = 'x', replaced_by = (SELECT id FROM letters "
            "WHERE "
            "urut = 4) WHERE urut = 1",  // not issued
            "UPDATE letters SET replaced_by = NULL WHERE urut = 6",
            "UPDATE letters SET status = 'issued', reason = '', replaced_by = NULL WHERE urut = 6",
            "UPDATE pdfs SET content = x'00'",
            "INSERT INTO pdfs (letter_row, sha256, content) SELECT row_id, sha256, x'00' FROM letters WHERE "
            "urut "
            "= 1",
            "INSERT OR REPLACE INTO pdfs (letter_row, sha256, content) SELECT row_id, sha256, x'00' FROM "
            "letters "
            "WHERE urut = 1",
            "UPDATE log_entries SET actor = 'orang lain' WHERE seq = 1",
            "INSERT INTO log_entries SELECT seq + 100, at, actor, action, letter, detail, previous, hash || "
            "'' "
            "FROM log_entries LIMIT 1",
            "INSERT OR REPLACE INTO log_entries SELECT seq, at, 'lain', action, letter, detail, previous, "
            "hash "
            "FROM log_entries LIMIT 1",
            "UPDATE log_head SET seq = seq - 1",
            "UPDATE log_head SET seq = seq + 1",
            "INSERT OR REPLACE INTO log_head (only_row, seq, hash) SELECT 1, 0, hash FROM log_head",
        };
        const auto store = ground.raw();
        for (const std::string& sql : refused) {
            if (ground.on(Dialect::postgres) && sql.starts_with("INSERT OR")) continue;  // says it otherwise
            INFO(sql);
            CHECK_FALSE(store->refusal(ground.words(sql)).empty());
        }
        if (ground.on(Dialect::postgres))
            for (const char* table : {"letters", "pdfs", "log_entries", "log_head"})
                CHECK_FALSE(store->refusal(std::string("TRUNCATE ") + table + " CASCADE").empty());
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
        if (ground.on(Dialect::sqlite)) store->query("PRAGMA foreign_keys = ON");
        for (const auto& [first, rest] : out_of_turn) {
            for (const std::string verb : {"INSERT", "INSERT OR REPLACE"}) {
                if (verb != "INSERT" && rest.find("'k'") != std::string::npos)
                    continue;  // found by the check instead
                if (verb != "INSERT" && ground.on(Dialect::postgres)) continue;
                const std::string sql = verb + " INTO letters (row_id, id, kind, urut, number, " + columns +
                                        ") SELECT " + first + ", " + rest + " FROM letters WHERE urut = 4";
                INFO(sql);
                CHECK_FALSE(store->refusal(sql).empty());
            }
        }
        CHECK(ground.open()->check() == std::vector<Problem>{});
        audit(*store);
        // Not refused because nothing works: the next letter in turn goes in.
        CHECK(store->refusal("INSERT INTO letters (row_id, id, kind, urut, number, " + columns + ") SELECT " +
                             row + "7, 'nomor lain', " + swapped("idempotency_key", "''") +
                             " FROM letters WHERE urut = 4") == "");
    });
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
        {"CREATE TABLE titipan (x TEXT)", "tidak dikenal", "titipan"},
        {"DROP INDEX letters_once", "hilang", "letters_once"},
    };
    on_each_engine([&](const Ground& ground) {
        REQUIRE(ground.open()->check() == std::vector<Problem>{});
        for (const Edit& edit : edits) {
            INFO(edit.sql);
            const Ground copy = ground.copy();
            copy.edit_behind_the_guards(edit.sql);
            std::string said;
            bool named = false;
            for (const Problem& problem : copy.open()->check()) {
                said += to_string(problem) + "\n";
                named |= problem.what.find(edit.what) != std::string::npos &&
                         problem.where.find(edit.where) != std::string::npos;
            }
            INFO(said);
            CHECK(named);
        }
    });
}

TEST_CASE("the check notices guards that were taken away or weakened") {
    on_each_engine([](const Ground& ground) {
        const auto store = ground.raw();
        const bool sqlite = ground.on(Dialect::sqlite);
        const std::vector<std::string> sabotage =
            sqlite
                ? std::vector<
                      std::string>{"DROP TRIGGER letters_no_DELETE",
                                   "DROP TRIGGER pdfs_insert; CREATE TRIGGER pdfs_insert BEFORE INSERT "
                                   "ON pdfs BEGIN SELECT 1; END"}
                : std::vector<std::string>{
                      "DROP TRIGGER letters_no_delete ON letters",
                      "CREATE OR REPLACE FUNCTION pdfs_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                      "RETURN NEW; END $$",
                      "ALTER TABLE log_entries DISABLE TRIGGER log_entries_insert",
                      "ALTER TABLE letters DROP CONSTRAINT letters_status_check",
                      "ALTER TABLE letters ALTER subject DROP NOT NULL",
                      "CREATE RULE diam AS ON DELETE TO pdfs DO INSTEAD NOTHING",
                      "CREATE FUNCTION titipan() RETURNS int LANGUAGE sql AS 'SELECT 1'"};
        for (const std::string& sql : sabotage) REQUIRE(store->refusal(sql) == "");
        std::map<std::string, std::string> found;
        for (const Problem& problem : ground.open()->check()) found[problem.where] = problem.what;
        std::map<std::string, std::string> expected;
        const std::string gone = "penjaga atau tabel hilang", changed = "penjaga atau tabel diubah";
        if (sqlite)
            expected = {{"trigger letters_no_DELETE", gone}, {"trigger pdfs_insert", changed}};
        else
            expected = {{"trigger letters_no_delete", gone},
                        {"function pdfs_insert", changed},
                        {"trigger log_entries_insert", changed},
                        {"constraint letters letters_status_check", gone},
                        {"table letters", changed},  // a column may be NULL
                        {"table pdfs", changed},     // has a rule
                        {"function titipan", "isi skema yang tidak dikenal"}};
        CHECK(found == expected);
    });
}

TEST_CASE("a PDF that was exchanged is never handed out") {
    on_each_engine([](const Ground& ground) {
        const LetterId id = ground.open()->list({}).front().letter.id;
        ground.edit_behind_the_guards("UPDATE pdfs SET content = CAST('%PDF palsu' AS BLOB)");
        CHECK_THAT(refusal([&] { ground.open()->pdf(id); }),
                   Catch::Matchers::StartsWith("70 ") && Catch::Matchers::Contains("/001/"));
    });
}

}  // namespace naskah::storage
