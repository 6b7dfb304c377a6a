#include "storage/schema.h"

#include <algorithm>
#include <iterator>

#include "storage/agenda.h"
#include "storage/attempts.h"
#include "storage/drafts.h"
#include "storage/postgres_guards.h"
#include "storage/protections.h"
#include "storage/reconciliation.h"
#include "storage/replays.h"
#include "storage/rounds.h"
#include "storage/sessions.h"

namespace naskah::storage {
namespace {

// letters: `row_id` is the number of the log entry that reserved the letter, so it needs no sequence of the
// engine and ties the row to the log. Times are milliseconds since 1970 UTC. Digests are lower-case hex. The
// columns down to `reserved_at` are the record: written once, and their digest stands in the log.
const char* const letters_table = R"sql(
CREATE TABLE letters (
    row_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 26),
    kind TEXT NOT NULL CHECK (kind <> ''),
    series TEXT NOT NULL CHECK (series <> ''),
    year INTEGER NOT NULL CHECK (year BETWEEN 1900 AND 2999),
    urut INTEGER NOT NULL CHECK (urut >= 1),
    sisipan TEXT NOT NULL,
    number TEXT NOT NULL UNIQUE CHECK (number <> ''),
    pattern TEXT NOT NULL,
    sifat TEXT NOT NULL,
    kode TEXT NOT NULL,
    unit TEXT NOT NULL,
    bidang TEXT NOT NULL,
    letter_date TEXT NOT NULL CHECK (length(letter_date) = 10),
    idempotency_key TEXT NOT NULL,
    once TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    replaces TEXT REFERENCES letters (id),
    reserved_at BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('reserved', 'issued', 'void', 'revoked', 'superseded')),
    reason TEXT NOT NULL,
    replaced_by TEXT REFERENCES letters (id) DEFERRABLE INITIALLY DEFERRED,
    sha256 TEXT CHECK (length(sha256) = 64),
    issued_at BIGINT,
    UNIQUE (series, year, urut, sisipan),
    CHECK ((status IN ('reserved', 'void')) = (sha256 IS NULL)),
    CHECK ((sha256 IS NULL) = (issued_at IS NULL)),
    CHECK (status NOT IN ('void', 'revoked') OR reason <> ''),
    CHECK (status <> 'reserved' OR (reason = '' AND replaced_by IS NULL))
))sql";

const char* const pdfs_table = R"sql(
CREATE TABLE pdfs (
    letter_row INTEGER PRIMARY KEY REFERENCES letters (row_id),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    content BYTEA NOT NULL
))sql";

const char* const log_table = R"sql(
CREATE TABLE log_entries (
    seq INTEGER PRIMARY KEY CHECK (seq >= 1),
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action <> ''),
    letter TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL CHECK (length(previous) = 64),
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
))sql";

// One row. It repeats the end of the log so that a log cut short is noticed, and it is the row that an engine
// with row locks locks to let one writer in at a time.
const char* const log_head_table = R"sql(
CREATE TABLE log_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64)
))sql";

const char* const letters_insert = R"sql(
CREATE TRIGGER letters_insert BEFORE INSERT ON letters BEGIN
    SELECT RAISE(ABORT, 'a letter begins as reserved') WHERE NEW.status <> 'reserved';
    SELECT RAISE(ABORT, 'a letter is recorded once') WHERE EXISTS
        (SELECT 1 FROM letters WHERE row_id = NEW.row_id OR id = NEW.id OR number = NEW.number);
    SELECT RAISE(ABORT, 'numbers of a series are dense') WHERE NEW.sisipan = '' AND NEW.urut <> 1 +
        (SELECT COALESCE(MAX(urut), 0) FROM letters WHERE series = NEW.series AND year = NEW.year);
    SELECT RAISE(ABORT, 'dates of a series do not run backwards') WHERE NEW.sisipan = '' AND NEW.letter_date <
        (SELECT letter_date FROM letters WHERE series = NEW.series ORDER BY year DESC, urut DESC LIMIT 1);
END)sql";

const char* const letters_update = R"sql(
CREATE TRIGGER letters_update BEFORE UPDATE ON letters BEGIN
    SELECT RAISE(ABORT, 'the record of a letter does not change') WHERE
        (NEW.row_id, NEW.id, NEW.kind, NEW.series, NEW.year, NEW.urut, NEW.sisipan, NEW.number, NEW.pattern,
         NEW.sifat, NEW.kode, NEW.unit, NEW.bidang, NEW.letter_date, NEW.idempotency_key, NEW.once, NEW.subject,
         NEW.data, NEW.snapshot, NEW.replaces, NEW.reserved_at) IS NOT
        (OLD.row_id, OLD.id, OLD.kind, OLD.series, OLD.year, OLD.urut, OLD.sisipan, OLD.number, OLD.pattern,
         OLD.sifat, OLD.kode, OLD.unit, OLD.bidang, OLD.letter_date, OLD.idempotency_key, OLD.once, OLD.subject,
         OLD.data, OLD.snapshot, OLD.replaces, OLD.reserved_at);
    SELECT RAISE(ABORT, 'no such step in the life of a letter') WHERE NOT (
        (OLD.status = 'reserved' AND NEW.status IN ('issued', 'void')) OR
        (OLD.status = 'issued' AND NEW.status IN ('revoked', 'superseded')));
    SELECT RAISE(ABORT, 'an issued letter has its PDF') WHERE NEW.status = 'issued' AND NOT EXISTS
        (SELECT 1 FROM pdfs WHERE letter_row = NEW.row_id AND sha256 = NEW.sha256);
    SELECT RAISE(ABORT, 'an issued letter keeps its PDF') WHERE OLD.status = 'issued' AND
        (NEW.sha256, NEW.issued_at) IS NOT (OLD.sha256, OLD.issued_at);
END)sql";

const char* const pdfs_insert = R"sql(
CREATE TRIGGER pdfs_insert BEFORE INSERT ON pdfs BEGIN
    SELECT RAISE(ABORT, 'only a reserved letter receives its PDF') WHERE NOT EXISTS
        (SELECT 1 FROM letters WHERE row_id = NEW.letter_row AND status = 'reserved');
    SELECT RAISE(ABORT, 'a PDF is stored once') WHERE EXISTS
        (SELECT 1 FROM pdfs WHERE letter_row = NEW.letter_row);
END)sql";

const char* const log_insert = R"sql(
CREATE TRIGGER log_entries_insert BEFORE INSERT ON log_entries BEGIN
    SELECT RAISE(ABORT, 'an entry follows the last one') WHERE NOT EXISTS
        (SELECT 1 FROM log_head WHERE seq = NEW.seq - 1 AND hash = NEW.previous);
END)sql";

const char* const log_head_update = R"sql(
CREATE TRIGGER log_head_update BEFORE UPDATE ON log_head BEGIN
    SELECT RAISE(ABORT, 'the head of the log moves on by one entry') WHERE NEW.seq <> OLD.seq + 1 OR NOT EXISTS
        (SELECT 1 FROM log_entries WHERE seq = NEW.seq AND hash = NEW.hash AND previous = OLD.hash);
END)sql";

const char* const log_head_insert = R"sql(
CREATE TRIGGER log_head_insert BEFORE INSERT ON log_head BEGIN
    SELECT RAISE(ABORT, 'the log has one head') WHERE EXISTS (SELECT 1 FROM log_head);
END)sql";

std::string sqlite_refusal(const std::string& table, const std::string& verb) {
    return "CREATE TRIGGER " + table + "_no_" + verb + " BEFORE " + verb + " ON " + table +
           " BEGIN SELECT RAISE(ABORT, 'the register keeps everything'); END";
}

// Version 2: withdrawing.
const char* const letters_withdraw = R"sql(
CREATE TRIGGER letters_withdraw BEFORE UPDATE ON letters WHEN NEW.status IN ('revoked', 'superseded') BEGIN
    SELECT RAISE(ABORT, 'a letter is withdrawn by another issued letter, for a reason') WHERE NEW.reason = '' OR
        NEW.replaced_by IS NULL OR NEW.replaced_by = NEW.id OR NOT EXISTS
        (SELECT 1 FROM letters WHERE id = NEW.replaced_by AND status = 'issued');
END)sql";

std::vector<std::string> register_tables_2() {
    return {
        "CREATE INDEX letters_replaced_by ON letters (replaced_by) WHERE replaced_by IS NOT NULL",
        "CREATE INDEX log_entries_actor ON log_entries (actor, seq)",
    };
}

Migration version1() {
    Migration step{.version = 1, .tables = {}, .sqlite_guards = {}, .postgres_guards = {}};
    step.tables = {
        letters_table,
        pdfs_table,
        log_table,
        log_head_table,
        "INSERT INTO log_head (only_row, seq, hash) VALUES (1, 0, '" + std::string(64, '0') + "')",
        // A key belongs to the last letter of a chain of replacements; the ones before keep it as history.
        "CREATE UNIQUE INDEX letters_key ON letters (idempotency_key) "
        "WHERE idempotency_key <> '' AND (status <> 'void' OR replaced_by IS NULL)",
        "CREATE UNIQUE INDEX letters_once ON letters (once) WHERE once <> '' AND status <> 'void'",
        "CREATE UNIQUE INDEX letters_sha256 ON letters (sha256) WHERE sha256 IS NOT NULL",
        "CREATE INDEX letters_reserved ON letters (row_id) WHERE status = 'reserved'",
        "CREATE INDEX log_entries_letter ON log_entries (letter, seq)",
    };
    step.sqlite_guards = {
        letters_insert,
        letters_update,
        sqlite_refusal("letters", "DELETE"),
        pdfs_insert,
        sqlite_refusal("pdfs", "UPDATE"),
        sqlite_refusal("pdfs", "DELETE"),
        log_insert,
        sqlite_refusal("log_entries", "UPDATE"),
        sqlite_refusal("log_entries", "DELETE"),
        log_head_insert,
        log_head_update,
        sqlite_refusal("log_head", "DELETE"),
    };
    step.postgres_guards = postgres_guards_1();
    return step;
}

// One version may hold the tables of several stores: each gives a list of statements.
void add(std::vector<std::string>& to, std::vector<std::string> statements) {
    to.insert(to.end(), std::make_move_iterator(statements.begin()),
              std::make_move_iterator(statements.end()));
}

Migration version2() {
    Migration step{.version = 2, .tables = {}, .sqlite_guards = {}, .postgres_guards = {}};
    // A store that is new in this version adds its list here.
    add(step.tables, register_tables_2());
    add(step.tables, account_tables());
    add(step.tables, session_tables());
    add(step.tables, attempt_tables());
    add(step.tables, replay_tables());
    add(step.sqlite_guards, {letters_withdraw});
    add(step.postgres_guards, postgres_guards_2());
    add(step.tables, dispatch_tables());
    add(step.sqlite_guards, dispatch_guards(Dialect::sqlite));
    add(step.postgres_guards, dispatch_guards(Dialect::postgres));
    add(step.tables, agenda_tables());
    add(step.sqlite_guards, agenda_guards(Dialect::sqlite));
    add(step.postgres_guards, agenda_guards(Dialect::postgres));
    add(step.tables, draft_tables());
    add(step.sqlite_guards, draft_guards(Dialect::sqlite));
    add(step.postgres_guards, draft_guards(Dialect::postgres));
    add(step.tables, round_tables());
    add(step.sqlite_guards, round_guards(Dialect::sqlite));
    add(step.postgres_guards, round_guards(Dialect::postgres));
    add(step.tables, reconciliation_tables());
    add(step.sqlite_guards, reconciliation_guards(Dialect::sqlite));
    add(step.postgres_guards, reconciliation_guards(Dialect::postgres));
    return step;
}

Migration version3() {
    Migration step{.version = 3, .tables = {}, .sqlite_guards = {}, .postgres_guards = {}};
    // A store that is new in this version adds its list here.
    add(step.tables, protection_tables());
    add(step.sqlite_guards, protection_guards(Dialect::sqlite));
    add(step.postgres_guards, protection_guards(Dialect::postgres));
    return step;
}

// The steps that a store of version `found` lacks.
void define_after(Connection& connection, int found, const Fill& fill) {
    if (found == 0) connection.define("CREATE TABLE naskah_schema (version INTEGER PRIMARY KEY)");
    if (fill) {
        for (const Migration& step : migrations())
            for (const auto& statement : step.tables) connection.define(statement);
        fill(connection);
    }
    for (const Migration& step : migrations()) {
        if (step.version <= found) continue;
        if (!fill)
            for (const auto& statement : step.tables) connection.define(statement);
        for (const auto& statement : connection.guards(step)) connection.define(statement);
        if (step.version == 2 && found == 1) fill_agenda(connection);
        connection.run("INSERT INTO naskah_schema (version) VALUES ($1)", {std::int64_t{step.version}});
    }
}

// 0: nothing is there yet.
int version_of(Connection& connection, const std::string& name) {
    const auto tables = connection.tables();
    if (tables.empty()) return 0;
    if (std::find(tables.begin(), tables.end(), "naskah_schema") == tables.end())
        throw Error(Code::data, "basis data ini bukan register Naskah", name,
                    "Periksa letak kantor (--office) atau pulihkan register dari cadangan");
    std::int64_t version = 0;
    connection.run("SELECT MAX(version) FROM naskah_schema", {},
                   [&](const Cells& cells) { version = cells.integer(0); });
    if (version > newest_version())
        throw Error(Code::data,
                    "register ini ditulis oleh Naskah yang lebih baru (skema " + std::to_string(version) +
                        ", program ini mengenal sampai " + std::to_string(newest_version()) + ")",
                    name, "Pasang Naskah versi terbaru");
    return static_cast<int>(version);
}

}  // namespace

std::span<const Migration> migrations() {
    static const std::vector<Migration> steps = {version1(), version2(), version3()};
    return steps;
}

std::vector<std::string> keeps_everything(Dialect dialect, const std::string& table,
                                          const std::string& verb) {
    if (dialect == Dialect::sqlite) return {sqlite_refusal(table, verb)};
    return postgres_refusal(table, verb);
}

int newest_version() { return migrations().back().version; }

void define_all(Connection& connection) { define_after(connection, 0, {}); }

void migrate(Connection& connection, bool create, const std::string& name, const Fill& fill) {
    if (version_of(connection, name) == newest_version() && !fill) return;
    Transaction transaction(connection, Access::write);
    const int found = version_of(connection, name);  // another process may have been here before us
    if (found == 0) {
        if (!create)
            throw Error(Code::data, "register kosong", name,
                        "Pulihkan register dari cadangan. Kantor baru dibuat dengan naskah init, registernya "
                        "di PostgreSQL dimulai dengan naskah register init.");
    } else if (fill) {
        throw Error(Code::data, "basis data ini sudah berisi register", name,
                    "Sebutkan basis data yang kosong");
    }
    define_after(connection, found, fill);
    transaction.commit();
}

}  // namespace naskah::storage
