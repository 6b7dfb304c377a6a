// The shared store: PostgreSQL 15 or later.
//
// A writer is alone among all writers of all processes: each write transaction begins by taking one advisory
// lock and then reads at READ COMMITTED, so each of its statements sees all that was committed before its
// turn. Why this and not SERIALIZABLE: docs/decisions/0010-postgresql.md.
//
// When the connection breaks while COMMIT is under way, nobody has said what became of the transaction. It is
// found out: every write transaction leaves its mark in commit_marks; over a new connection, perhaps to the
// standby that took over, the writers' lock is taken, which waits until the old transaction is at its end on
// that server, and the mark read. A mark that is there is then covered by a commit of our own, so that a
// standby which must confirm has confirmed it, too.
#include <algorithm>
#include <map>
#include <mutex>
#include <regex>
#include <thread>

#include "core/world.h"
#include "storage/engines.h"
#include "storage/postgres_examine.h"
#include "storage/postgres_guards.h"
#include "storage/postgres_session.h"
#include "storage/schema.h"

namespace naskah::storage {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr int oldest_server = 150000;
// Beyond the patience of a write: for a server that is busy, not gone.
constexpr auto slack = 10s;
// A write transaction never pauses; who stops in the middle of one (a machine that was suspended, a network
// that was cut) gives the turn back after this.
constexpr const char* idle_limit = "15s";
// Statements that wait for the next one; more are sent on their own.
constexpr std::size_t longest_line = 500;

// What this process knows of a database; shared by its connections.
class Server {
public:
    Server(std::string address, std::chrono::milliseconds patience)
        : address_(std::move(address)), name_(shown_postgres_address(address_)), patience_(patience) {
        Bytes random(12);
        system_random().fill(random);
        writer_ = to_hex(random);
    }

    const std::string& name() const { return name_; }
    const std::string& writer() const { return writer_; }  // of marks: this process, this database
    std::chrono::milliseconds patience() const { return patience_; }
    std::int64_t next_mark() { return ++mark_; }
    std::unique_ptr<PostgresSession> connect() {
        return std::make_unique<PostgresSession>(address_, name_, preferred_);
    }

    // The end of the log as this process last committed it. A server that does not hold it has forgotten what
    // was acknowledged: an old copy, or one that was cut off when another took over.
    struct Head {
        std::int64_t seq = 0;
        std::string hash;
    };
    Head known_head() {
        const std::scoped_lock lock(mutex_);
        return head_;
    }
    void remember(const Head& head) {
        const std::scoped_lock lock(mutex_);
        if (head.seq > head_.seq) head_ = head;
    }

private:
    std::string address_, name_, writer_;
    std::chrono::milliseconds patience_;
    std::atomic<std::size_t> preferred_ = 0;  // the host that answered last
    std::atomic<std::int64_t> mark_ = 0;
    std::mutex mutex_;
    Head head_;
};

class PostgresConnection final : public Connection {
public:
    explicit PostgresConnection(std::shared_ptr<Server> server)
        : server_(std::move(server)), session_(server_->connect()) {
        settle();
    }

    using Connection::run;
    void run(std::string_view sql, std::span<const Value> values, const Each& each) override {
        line_up(sql, values, each);
        flush();
    }
    using Connection::run_later;
    void run_later(std::string_view sql, std::span<const Value> values, const Each& each) override {
        line_up(sql, values, each);
        if (waiting_.size() >= longest_line) flush();
    }
    void flush() override {
        if (waiting_.empty()) return;
        session_->ask(std::exchange(waiting_, {}), limit());
    }

    void begin(Access access) override {
        waiting_.clear();
        access_ = access;
        began_ = SteadyClock::now();
        wrote_ = defined_ = false;
        if (access == Access::read) {
            // A reader holds nobody up, so it may take its time between two statements.
            waiting_.push_back({.sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", .kept = true});
            waiting_.push_back({.sql = "SET LOCAL idle_in_transaction_session_timeout = 0", .kept = true});
            return;  // both go along with the first statement
        }
        take_turn();
        if (confirmed_) return;
        try {
            require_known_head();
        } catch (...) {
            roll_back();
            throw;
        }
    }

    void commit() override {
        if (access_ == Access::read) {
            line_up_commit();
            flush();
            return;
        }
        if (defined_ || (!wrote_ && confirmed_)) {
            line_up_commit();
            require_committed(session_->ask(std::exchange(waiting_, {}), limit()).back());
            return;
        }
        const std::int64_t mark = server_->next_mark();
        const SteadyTime until = std::max(began_ + server_->patience(), SteadyClock::now() + 1s);
        bool known = false;
        try {
            Server::Head head;
            line_up(mark_statement, {server_->writer(), mark}, {});
            line_up("SELECT seq, hash FROM log_head", {}, [&](const Cells& cells) {
                head = {cells.integer(0), std::string(cells.text(1))};
            });
            line_up_commit();
            require_committed(session_->ask(std::exchange(waiting_, {}), until).back());
            // "Committed locally, but might not have been replicated" is a warning.
            known = !session_->warned();
            if (known) server_->remember(head);
        } catch (...) {
            // A server that is still there and says no has rolled back. Else nobody knows.
            if (session_->usable()) throw;
        }
        if (!known) {
            session_->cut();
            if (!was_committed(mark, until + 2s)) throw Undone(session_->lost_error());
        }
        confirmed_ = true;
    }

    void roll_back() noexcept override {
        waiting_.clear();
        try {
            if (session_->usable() && session_->in_transaction()) ask({"ROLLBACK"}, limit());
        } catch (...) {
            session_->cut();
        }
    }

    std::vector<std::string> tables() override {
        std::vector<std::string> names;
        run("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN "
            "('r', 'p', 'v', 'm', 'f')",
            {}, [&](const Cells& cells) { names.emplace_back(cells.text(0)); });
        return names;
    }

    std::vector<Column> columns(const std::string& table) override {
        static const std::map<std::string_view, Column::Type> types = {
            {"int8", Column::Type::integer}, {"text", Column::Type::text}, {"bytea", Column::Type::bytes}};
        std::vector<Column> found;
        run("SELECT a.attname, t.typname, COALESCE(array_position(i.indkey::int[], a.attnum::int) + 1, 0) "
            "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
            "LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary "
            "WHERE a.attrelid = (SELECT oid FROM pg_class WHERE relname = $1 AND "
            "relnamespace = current_schema()::regnamespace) AND a.attnum > 0 AND NOT a.attisdropped "
            "ORDER BY a.attnum",
            {table}, [&](const Cells& cells) {
                const auto type = types.find(cells.text(1));
                if (type == types.end())
                    throw Error(Code::internal,
                                "kolom berjenis yang tidak dikenal: " + std::string(cells.text(1)),
                                table + "." + std::string(cells.text(0)), "Laporkan kepada pengembang");
                found.push_back(
                    {std::string(cells.text(0)), type->second, static_cast<int>(cells.integer(2))});
            });
        return found;
    }

    // An INTEGER of SQLite holds 64 bits, and its texts are compared octet by octet.
    void define(std::string_view statement) override {
        static const std::regex integer("\\bINTEGER\\b"), text("\\bTEXT\\b");
        defined_ = true;
        ask({std::regex_replace(std::regex_replace(std::string(statement), integer, "BIGINT"), text,
                                "TEXT COLLATE \"C\"")},
            limit());
    }
    const std::vector<std::string>& guards(const Migration& step) const override {
        return step.postgres_guards;
    }

    std::vector<Problem> examine() override {
        return compare_objects(postgres_objects(*this), fresh_objects());
    }

    bool usable() const override { return session_->usable(); }

private:
    static constexpr const char* mark_statement =
        "INSERT INTO commit_marks (writer, mark, at) VALUES ($1, $2, now()) "
        "ON CONFLICT (writer) DO UPDATE SET mark = excluded.mark, at = excluded.at";

    void line_up(std::string_view sql, std::span<const Value> values, const Each& each) {
        PostgresStatement& statement =
            waiting_.emplace_back(PostgresStatement{.sql = std::string(sql), .each = each, .kept = true});
        statement.bind(values);
        constexpr std::string_view idle[] = {"SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK"};
        wrote_ |= std::none_of(std::begin(idle), std::end(idle),
                               [&](std::string_view verb) { return sql.starts_with(verb); });
    }
    void line_up(std::string_view sql, std::initializer_list<Value> values, const Each& each) {
        line_up(sql, std::span<const Value>(values.begin(), values.size()), each);
    }
    void line_up_commit() { waiting_.push_back({.sql = "COMMIT"}); }

    // Statements that come once and have no values.
    std::vector<std::string> ask(const std::vector<std::string>& statements, SteadyTime until) {
        std::vector<PostgresStatement> all;
        for (const std::string& sql : statements) all.push_back({.sql = sql});
        return session_->ask(all, until);
    }

    // How long a statement may take. A look at the whole store takes as long as it takes.
    SteadyTime limit() const {
        if (access_ == Access::read && session_->in_transaction()) return SteadyTime::max();
        return SteadyClock::now() + server_->patience() + slack;
    }

    // BEGIN, and the turn among all writers.
    void take_turn() {
        try {
            const std::vector<PostgresStatement> statements = {
                {.sql = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", .kept = true},
                {.sql = std::string("SELECT pg_advisory_xact_lock(") + postgres_writer_lock + ")",
                 .kept = true}};
            session_->ask(statements, limit());
        } catch (...) {
            roll_back();
            throw;
        }
    }

    void require_known_head() {
        const Server::Head known = server_->known_head();
        if (known.seq == 0) return;
        std::string hash;
        run("SELECT hash FROM log_entries WHERE seq = $1", {known.seq},
            [&](const Cells& cells) { hash = cells.text(0); });
        if (hash != known.hash)
            throw Error(Code::internal,
                        "basis data ini tidak memuat catatan log " + std::to_string(known.seq) +
                            " yang sudah tercatat: ini server lama atau cadangan yang tertinggal",
                        server_->name(),
                        "Jangan terbitkan surat; arahkan alamat ke server yang benar, lalu jalankan naskah "
                        "register check");
    }

    void require_committed(const std::string& tag) {
        if (tag == "COMMIT") return;
        throw Error(Code::internal, "perubahan dibatalkan oleh basis data", server_->name(),
                    "Laporkan kepada pengelola beserta pesan ini");
    }

    // Whether the write transaction that left `mark` is committed, on the server that takes writes now. Waits
    // until that is certain; Error(outside) when it cannot be found out in time.
    bool was_committed(std::int64_t mark, SteadyTime until) {
        for (auto pause = 10ms;; pause = std::min(pause * 2, 500ms)) {
            try {
                PostgresConnection connection(server_);
                return connection.last_mark(until) == mark;
            } catch (const Undone&) {
            } catch (const Error& error) {
                if (error.code() != Code::outside) throw;
            }
            if (SteadyClock::now() >= until)
                throw Error(
                    Code::outside,
                    "basis data terputus saat menyimpan, dan belum dapat ditanya apakah perubahan itu "
                    "tersimpan",
                    server_->name(),
                    "Setelah basis data menjawab lagi, ulangi dengan kunci yang sama atau jalankan naskah "
                    "resume; tidak ada nomor yang terpakai dua kali");
            std::this_thread::sleep_for(pause);
        }
    }

    // The last mark that this process left, read in its turn, and then a commit that covers what is there.
    std::int64_t last_mark(SteadyTime until) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now());
        ask({"SET lock_timeout = " + std::to_string(std::max<std::int64_t>(1, left.count()))}, limit());
        access_ = Access::write;
        take_turn();
        std::int64_t mark = 0;
        run("SELECT mark FROM commit_marks WHERE writer = $1", {server_->writer()},
            [&](const Cells& cells) { mark = cells.integer(0); });
        line_up(mark_statement, {server_->writer(), mark}, {});
        line_up_commit();
        require_committed(session_->ask(std::exchange(waiting_, {}), until + slack).back());
        if (!session_->warned()) return mark;
        session_->cut();
        throw Undone(session_->lost_error());
    }

    // A guard that somebody dropped or rewrote is found by making the same schema afresh beside it, in a
    // transaction of another connection that is rolled back. What servers of one version make of it is always
    // the same.
    std::map<std::string, std::string> fresh_objects() {
        static std::mutex mutex;
        static std::map<int, std::map<std::string, std::string>> made;
        const std::scoped_lock lock(mutex);
        auto& objects = made[session_->server_version()];
        if (!objects.empty()) return objects;
        PostgresConnection fresh(server_);
        const std::string scratch = "naskah_periksa_" + server_->writer();
        fresh.ask({"BEGIN", "CREATE SCHEMA " + scratch, "SET LOCAL search_path = " + scratch + ", pg_temp"},
                  limit());
        define_all(fresh);
        objects = postgres_objects(fresh);
        fresh.roll_back();
        return objects;
    }

    // What every session of ours insists on, whatever role and server were set to.
    void settle() {
        const auto refuse = [&](const std::string& what, const std::string& remedy) {
            throw Error(Code::data, what, server_->name(), remedy);
        };
        if (session_->server_version() < oldest_server)
            refuse("server PostgreSQL terlalu lama (" + std::to_string(session_->server_version()) + ")",
                   "Pakai PostgreSQL 15 atau lebih baru");
        std::string sql =
            "SELECT current_schema() IS NULL, current_setting('server_encoding'), current_setting('fsync'), "
            "current_setting('full_page_writes'), set_config('synchronous_commit', CASE "
            "current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, "
            "false), set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false)";
        const std::pair<const char*, std::string> settings[] = {
            {"lock_timeout", std::to_string(std::max<std::int64_t>(1, server_->patience().count()))},
            {"idle_in_transaction_session_timeout", idle_limit},
            {"client_connection_check_interval", "5s"},
            {"default_transaction_deferrable", "off"},
            {"enable_seqscan", "off"},  // each of our queries has its index
            {"jit", "off"},
        };
        for (const auto& [name, value] : settings)
            sql += std::string(", set_config('") + name + "', '" + value + "', false)";
        session_->ask(
            {{.sql = sql,
              .each =
                  [&](const Cells& cells) {
                      if (cells.integer(0) != 0)
                          refuse("basis data tidak mempunyai skema untuk register",
                                 "Periksa search_path pengguna itu");
                      if (cells.text(1) != "UTF8")
                          refuse(
                              "basis data memakai pengodean " + std::string(cells.text(1)) + ", bukan UTF8",
                              "Buat basis datanya dengan createdb -E UTF8 -T template0");
                      if (cells.text(2) != "on" || cells.text(3) != "on")
                          refuse(
                              "server berjalan dengan fsync atau full_page_writes mati: yang sudah dijawab "
                              "dapat hilang",
                              "Nyalakan keduanya di postgresql.conf server");
                  }}},
            limit());
    }

    std::shared_ptr<Server> server_;
    std::unique_ptr<PostgresSession> session_;
    std::vector<PostgresStatement> waiting_;  // in line for the next flush()
    Access access_ = Access::write;
    SteadyTime began_;
    bool wrote_ = false;      // in this transaction
    bool defined_ = false;    // in this transaction: tables, perhaps commit_marks itself
    bool confirmed_ = false;  // a commit of this connection is on disk, and so all that was before it
};

class PostgresEngine final : public Engine {
public:
    explicit PostgresEngine(std::shared_ptr<Server> server) : server_(std::move(server)) {}
    std::unique_ptr<Connection> connect() override { return std::make_unique<PostgresConnection>(server_); }

private:
    std::shared_ptr<Server> server_;
};

}  // namespace

std::shared_ptr<Connections> postgres_database(const std::string& address, bool create,
                                               std::chrono::milliseconds patience, const Fill& fill) {
    if (auto problem = check_postgres_address(address)) throw Error(Code::data, {*problem});
    const auto server = std::make_shared<Server>(address, patience);
    // Whoever starts a program is told soon that the database is away.
    const SteadyTime until = SteadyClock::now() + std::min<std::chrono::milliseconds>(patience, 5s);
    for (auto pause = 10ms;; pause *= 2) {
        try {
            auto first = std::make_unique<PostgresConnection>(server);
            migrate(*first, create, server->name(), fill);
            return std::make_shared<Connections>(std::make_unique<PostgresEngine>(server), std::move(first),
                                                 patience);
        } catch (const Undone& undone) {
            if (SteadyClock::now() >= until) throw Error(undone.error());
        }
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace naskah::storage
