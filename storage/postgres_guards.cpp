#include "storage/postgres_guards.h"

#include <algorithm>
#include <cctype>

namespace naskah::storage {
namespace {

// A guard is a function and the trigger that calls it. Its search_path is that of the moment of its making,
// so that nobody shows it other tables of the same names.
void add_guard(std::vector<std::string>& guards, const std::string& name, const std::string& event,
               const std::string& body) {
    guards.push_back("CREATE FUNCTION " + name +
                     "() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $guard$\nBEGIN\n" +
                     body + "    RETURN NEW;\nEND\n$guard$");
    guards.push_back("CREATE TRIGGER " + name + " BEFORE " + event + " FOR EACH ROW EXECUTE FUNCTION " +
                     name + "()");
}

std::string refuse_when(const std::string& condition, const std::string& why) {
    return "    IF " + condition + " THEN RAISE EXCEPTION '" + why + "'; END IF;\n";
}

void add(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

// Whoever writes takes the turn of the register's writers, even if he came without Naskah: what the guard
// then reads is what is committed, and nobody writes beside it.
std::string take_turn() {
    return std::string("    PERFORM pg_advisory_xact_lock(") + postgres_writer_lock + ");\n";
}

}  // namespace

std::vector<std::string> postgres_refusal(const std::string& table, const std::string& verb) {
    std::string small = verb;
    std::transform(small.begin(), small.end(), small.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const auto trigger = [&](const std::string& event, const char* each) {
        return "CREATE TRIGGER " + table + "_no_" + event + " BEFORE " + event + " ON " + table +
               " FOR EACH " + each + " EXECUTE FUNCTION keeps_everything()";
    };
    std::vector<std::string> guards = {trigger(small, "ROW")};
    if (small == "delete") guards.push_back(trigger("truncate", "STATEMENT"));
    return guards;
}

std::vector<std::string> postgres_guards_1() {
    std::vector<std::string> guards = {
        // The last write transaction of each writer (a process), so that one whose connection broke during
        // COMMIT can find out what became of it (postgres.cpp).
        "CREATE TABLE commit_marks (writer TEXT PRIMARY KEY, mark BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL)",
        "CREATE FUNCTION keeps_everything() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS "
        "$guard$\nBEGIN\n    RAISE EXCEPTION 'the register keeps everything';\nEND\n$guard$",
    };
    add_guard(guards, "letters_insert", "INSERT ON letters",
              take_turn() + refuse_when("NEW.status <> 'reserved'", "a letter begins as reserved") +
                  refuse_when("NEW.sisipan = '' AND NEW.urut <> 1 + (SELECT COALESCE(MAX(urut), 0) FROM "
                              "letters WHERE series = NEW.series AND year = NEW.year)",
                              "numbers of a series are dense") +
                  refuse_when("NEW.sisipan = '' AND NEW.letter_date < (SELECT letter_date FROM letters WHERE "
                              "series = NEW.series ORDER BY year DESC, urut DESC LIMIT 1)",
                              "dates of a series do not run backwards"));
    add_guard(
        guards, "letters_update", "UPDATE ON letters",
        refuse_when(
            "(NEW.row_id, NEW.id, NEW.kind, NEW.series, NEW.year, NEW.urut, NEW.sisipan, NEW.number, "
            "NEW.pattern, NEW.sifat, NEW.kode, NEW.unit, NEW.bidang, NEW.letter_date, NEW.idempotency_key, "
            "NEW.once, NEW.subject, NEW.data, NEW.snapshot, NEW.replaces, NEW.reserved_at) IS DISTINCT FROM "
            "(OLD.row_id, OLD.id, OLD.kind, OLD.series, OLD.year, OLD.urut, OLD.sisipan, OLD.number, "
            "OLD.pattern, OLD.sifat, OLD.kode, OLD.unit, OLD.bidang, OLD.letter_date, OLD.idempotency_key, "
            "OLD.once, OLD.subject, OLD.data, OLD.snapshot, OLD.replaces, OLD.reserved_at)",
            "the record of a letter does not change") +
            refuse_when(
                "NOT ((OLD.status = 'reserved' AND NEW.status IN ('issued', 'void')) OR (OLD.status = "
                "'issued' AND NEW.status IN ('revoked', 'superseded')))",
                "no such step in the life of a letter") +
            refuse_when("NEW.status = 'issued' AND NOT EXISTS (SELECT 1 FROM pdfs WHERE letter_row = "
                        "NEW.row_id AND sha256 = NEW.sha256)",
                        "an issued letter has its PDF") +
            refuse_when("OLD.status = 'issued' AND (NEW.sha256, NEW.issued_at) IS DISTINCT FROM (OLD.sha256, "
                        "OLD.issued_at)",
                        "an issued letter keeps its PDF"));
    add(guards, postgres_refusal("letters", "DELETE"));
    add_guard(guards, "pdfs_insert", "INSERT ON pdfs",
              refuse_when("NOT EXISTS (SELECT 1 FROM letters WHERE row_id = NEW.letter_row AND status = "
                          "'reserved')",
                          "only a reserved letter receives its PDF"));
    add(guards, postgres_refusal("pdfs", "UPDATE"));
    add(guards, postgres_refusal("pdfs", "DELETE"));
    add_guard(guards, "log_entries_insert", "INSERT ON log_entries",
              take_turn() + refuse_when("NOT EXISTS (SELECT 1 FROM log_head WHERE seq = NEW.seq - 1 AND hash "
                                        "= NEW.previous)",
                                        "an entry follows the last one"));
    add(guards, postgres_refusal("log_entries", "UPDATE"));
    add(guards, postgres_refusal("log_entries", "DELETE"));
    add_guard(guards, "log_head_insert", "INSERT ON log_head",
              refuse_when("EXISTS (SELECT 1 FROM log_head)", "the log has one head"));
    add_guard(
        guards, "log_head_update", "UPDATE ON log_head",
        refuse_when("NEW.seq <> OLD.seq + 1 OR NOT EXISTS (SELECT 1 FROM log_entries WHERE seq = NEW.seq "
                    "AND hash = NEW.hash AND previous = OLD.hash)",
                    "the head of the log moves on by one entry"));
    add(guards, postgres_refusal("log_head", "DELETE"));
    return guards;
}

std::vector<std::string> postgres_guards_2() {
    std::vector<std::string> guards;
    add_guard(
        guards, "letters_withdraw", "UPDATE ON letters",
        refuse_when("NEW.status IN ('revoked', 'superseded') AND (NEW.reason = '' OR NEW.replaced_by IS "
                    "NULL OR NEW.replaced_by = NEW.id OR NOT EXISTS (SELECT 1 FROM letters WHERE id = "
                    "NEW.replaced_by AND status = 'issued'))",
                    "a letter is withdrawn by another issued letter, for a reason"));
    return guards;
}

}  // namespace naskah::storage
