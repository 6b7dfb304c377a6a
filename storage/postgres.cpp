// The shared store, and the only home of libpq: PostgreSQL 15 or later.
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
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <regex>
#include <thread>

#include "core/world.h"
#include "storage/engines.h"
#include "storage/postgres_error.h"
#include "storage/postgres_examine.h"
#include "storage/postgres_guards.h"
#include "storage/schema.h"

namespace naskah::storage {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using Time = SteadyClock::time_point;

constexpr int oldest_server = 150000;
// How long one host may take to answer, before the next one is asked.
constexpr auto host_limit = 5s;
// Beyond the patience of a write: for a server that is busy, not gone.
constexpr auto slack = 10s;
// A write transaction never pauses; who stops in the middle of one (a machine that was suspended, a network
// that was cut) gives the turn back after this.
constexpr const char* idle_limit = "15s";

struct FinishConnection {
    void operator()(PGconn* handle) const { PQfinish(handle); }
};
struct ClearResult {
    void operator()(PGresult* handle) const { PQclear(handle); }
};
struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Handle = std::unique_ptr<PGconn, FinishConnection>;
using Result = std::unique_ptr<PGresult, ClearResult>;
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

std::string option(const Options& options, std::string_view keyword) {
    for (const PQconninfoOption* one = options.get(); one != nullptr && one->keyword != nullptr; ++one)
        if (keyword == one->keyword && one->val != nullptr) return one->val;
    return {};
}

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; !list.empty();) {
        const std::size_t comma = list.find(',', at);
        parts.push_back(list.substr(at, comma - at));
        if (comma == std::string::npos) break;
        at = comma + 1;
    }
    return parts;
}

// The server's own words, on one line. (libpq ends lines with a newline.)
std::string one_line(const char* text) {
    std::string line = text == nullptr ? "" : text;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    for (char& c : line)
        if (c == '\n' || c == '\t') c = ' ';
    return line;
}

// What a connection attempt says holds the SQLSTATE of a server that refused: "FATAL:  28P01: password ...".
std::string sqlstate_in(const std::string& text) {
    static const std::regex pattern("[A-Z]+: +([0-9A-Z]{5}): ");
    std::smatch found;
    return std::regex_search(text, found, pattern) ? found[1].str() : "";
}

std::int64_t integer_of(Oid type, const char* data, int length) {
    const auto number = [&](int at, int octets) {
        std::uint64_t value = 0;
        for (int i = 0; i < octets; ++i) value = value << 8 | static_cast<std::uint8_t>(data[at + i]);
        const int unused = 64 - 8 * octets;
        return static_cast<std::int64_t>(value << unused) >> unused;  // keeps the sign
    };
    switch (type) {
        case 16: return data[0] != 0;  // bool
        case 20:
        case 21:
        case 23:
        case 26: return number(0, length);  // int8, int2, int4, oid
        case 1700: {                        // numeric, as SUM gives: digits of 10^4
            std::int64_t value = 0;
            for (std::int64_t i = 0; i <= number(2, 2); ++i)
                value = value * 10000 + (i < number(0, 2) ? number(static_cast<int>(8 + 2 * i), 2) : 0);
            return number(4, 2) == 0 ? value : -value;
        }
        default:
            return std::strtoll(std::string(data, static_cast<std::size_t>(length)).c_str(), nullptr, 10);
    }
}

bool is_number(Oid type) {
    return type == 16 || type == 20 || type == 21 || type == 23 || type == 26 || type == 1700;
}

class PostgresCells final : public Cells {
public:
    explicit PostgresCells(const PGresult* result) : result_(result) {}
    void move_to(int row) {
        row_ = row;
        printed_.clear();
    }
    bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
    std::int64_t integer(int column) const override {
        if (is_null(column)) return 0;
        return integer_of(PQftype(result_, column), PQgetvalue(result_, row_, column),
                          PQgetlength(result_, row_, column));
    }
    std::string_view text(int column) const override {
        if (!is_null(column) && is_number(PQftype(result_, column)))
            return printed_[column] = std::to_string(integer(column));
        return {PQgetvalue(result_, row_, column),
                static_cast<std::size_t>(PQgetlength(result_, row_, column))};
    }
    BytesView bytes(int column) const override {
        return {reinterpret_cast<const std::uint8_t*>(PQgetvalue(result_, row_, column)),
                static_cast<std::size_t>(PQgetlength(result_, row_, column))};
    }

private:
    const PGresult* result_;
    int row_ = 0;
    mutable std::map<int, std::string> printed_;
};

class PostgresConnection;

// The database of an address: its servers, and what this process knows of it. Shared by its connections.
class Server {
public:
    Server(std::string address, std::chrono::milliseconds patience)
        : address_(std::move(address)), name_(database_name(address_)), patience_(patience) {
        Bytes random(12);
        system_random().fill(random);
        writer_ = to_hex(random);
    }

    static std::string database_name(const std::string& address);
    const std::string& name() const { return name_; }
    std::chrono::milliseconds patience() const { return patience_; }
    const std::string& writer() const { return writer_; }

    std::int64_t next_mark() {
        const std::scoped_lock lock(mutex_);
        return ++mark_;
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
    void remember(Head head) {
        const std::scoped_lock lock(mutex_);
        if (head.seq > head_.seq) head_ = std::move(head);
    }

    // A connection to the first host that takes writes. Undone when none does now.
    Handle attach();

    // Whether the write transaction that left `mark` is committed, on the server that takes writes now.
    // Waits until that is certain; Error(outside) when it cannot be found out in time.
    bool is_committed(const std::shared_ptr<Server>& self, std::int64_t mark, Time until);

private:
    struct Host {
        std::string host, hostaddr, port;
    };
    std::vector<Host> hosts();
    Handle start(const Host* host);

    std::string address_, name_, writer_;
    std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::int64_t mark_ = 0;
    Head head_;
    std::size_t preferred_ = 0;  // the host that answered last
};

class PostgresConnection final : public Connection {
public:
    explicit PostgresConnection(std::shared_ptr<Server> server) : server_(std::move(server)) {
        handle_ = server_->attach();
        PQsetNoticeReceiver(handle_.get(), &PostgresConnection::on_notice, this);
        PQsetErrorVerbosity(handle_.get(), PQERRORS_DEFAULT);
        PQsetnonblocking(handle_.get(), 1);
        settle();
    }

    using Connection::run;
    void run(std::string_view sql, std::span<const Value> values, const Each& each) override {
        const std::string& statement = prepare(sql);
        std::vector<std::string> printed;
        printed.reserve(values.size());
        std::vector<const char*> data;
        std::vector<int> lengths, formats;
        for (const Value& value : values) {
            std::string_view octets;
            int format = 0;
            const char* start = "";  // never null, which would be NULL
            if (const auto* number = std::get_if<std::int64_t>(&value)) {
                octets = printed.emplace_back(std::to_string(*number));
            } else if (const auto* text = std::get_if<std::string_view>(&value)) {
                octets = *text;
                format = 1;  // with its length; the octets of a text are the same in both formats
            } else if (const auto* bytes = std::get_if<BytesView>(&value)) {
                octets = {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
                format = 1;
            } else {
                start = nullptr;
            }
            data.push_back(octets.data() != nullptr ? octets.data() : start);
            lengths.push_back(static_cast<int>(octets.size()));
            formats.push_back(format);
        }
        const bool sent =
            PQsendQueryPrepared(handle_.get(), statement.c_str(), static_cast<int>(values.size()),
                                data.data(), lengths.data(), formats.data(), 1) == 1;
        const std::vector<Result> results = collect(sent, limit());
        const PGresult* result = results.front().get();
        note_write(result);
        if (!each) return;
        PostgresCells cells(result);
        for (int row = 0; row < PQntuples(result); ++row) {
            cells.move_to(row);
            each(cells);
        }
    }

    void begin(Access access) override {
        access_ = access;
        began_ = SteadyClock::now();
        wrote_ = defined_ = false;
        try {
            if (access == Access::read)
                script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            else
                take_turn();
            if (access == Access::write && !confirmed_) require_known_head();
        } catch (...) {
            roll_back();
            throw;
        }
    }

    void commit() override {
        if (access_ == Access::read || defined_ || (!wrote_ && confirmed_)) {
            finish(script("COMMIT"));
            return;
        }
        const std::int64_t mark = server_->next_mark();
        const Time until = std::max(began_ + server_->patience(), SteadyClock::now() + 1s);
        bool known = false;
        warned_ = false;
        try {
            const auto results =
                script(mark_statement(mark) + "; SELECT seq, hash FROM log_head; COMMIT", until);
            finish(results);
            known = !warned_;  // "committed locally, but might not have been replicated" is a warning
            if (known) remember_head(results[1].get());
        } catch (...) {
            // A server that is still there and says no has rolled back. Else nobody knows.
            if (usable_) throw;
        }
        if (!known) {
            lose();
            if (!server_->is_committed(server_, mark, until + 2s)) throw Undone(lost_error());
            return;
        }
        confirmed_ = true;
    }

    void roll_back() noexcept override {
        try {
            if (usable_ && PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) script("ROLLBACK");
        } catch (...) {
            usable_ = false;
        }
    }

    std::vector<std::string> tables() override {
        std::vector<std::string> names;
        run("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN "
            "('r', 'p', 'v', 'm', 'f')",
            {}, [&](const Cells& cells) { names.emplace_back(cells.text(0)); });
        return names;
    }

    // An INTEGER of SQLite holds 64 bits, and its texts are compared octet by octet.
    void define(std::string_view statement) override {
        static const std::regex integer("\\bINTEGER\\b"), text("\\bTEXT\\b");
        defined_ = true;
        script(std::regex_replace(std::regex_replace(std::string(statement), integer, "BIGINT"), text,
                                  "TEXT COLLATE \"C\""));
    }
    const std::vector<std::string>& guards(const Migration& step) const override {
        return step.postgres_guards;
    }

    std::vector<Problem> examine() override {
        // A guard that somebody dropped or rewrote is found by making the same schema afresh beside it, in a
        // transaction of another connection that is rolled back.
        PostgresConnection fresh(server_);
        fresh.script("BEGIN");
        const std::string scratch =
            "naskah_periksa_" + std::to_string(server_->next_mark()) + server_->writer();
        fresh.script("CREATE SCHEMA " + scratch + "; SET LOCAL search_path = " + scratch + ", pg_temp");
        define_all(fresh);
        const auto expected = postgres_objects(fresh);
        fresh.roll_back();
        return compare_objects(postgres_objects(*this), expected);
    }

    bool usable() const override { return usable_; }

    // BEGIN, and the turn among all writers.
    void take_turn() {
        script(std::string("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(") +
                   postgres_writer_lock + ")",
               began_ + server_->patience() + slack);
    }

    // For Server::is_committed: with the turn taken, the last mark that this process left; then a commit that
    // covers whatever is there.
    std::int64_t last_mark(Time until) {
        access_ = Access::write;
        began_ = SteadyClock::now();
        script("SET lock_timeout = " +
                   std::to_string(std::max<std::int64_t>(
                       1, std::chrono::duration_cast<std::chrono::milliseconds>(until - began_).count())),
               until + slack);
        take_turn();
        std::int64_t mark = 0;
        run("SELECT mark FROM commit_marks WHERE writer = $1", {server_->writer()},
            [&](const Cells& cells) { mark = cells.integer(0); });
        warned_ = false;
        finish(script(mark_statement(mark) + "; COMMIT", until + slack));
        if (warned_) {
            lose();
            throw Undone(lost_error());
        }
        return mark;
    }

private:
    static void on_notice(void* self, const PGresult* result) {
        const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != nullptr && std::strcmp(severity, "WARNING") == 0)
            static_cast<PostgresConnection*>(self)->warned_ = true;
    }

    // What every session of ours insists on, whatever role and server were set to.
    void settle() {
        if (PQserverVersion(handle_.get()) < oldest_server)
            throw Error(Code::data,
                        "server PostgreSQL terlalu lama: " + std::to_string(PQserverVersion(handle_.get())),
                        server_->name(), "Pakai PostgreSQL 15 atau lebih baru");
        const std::string patience = std::to_string(std::max<std::int64_t>(1, server_->patience().count()));
        const auto results = script(
            "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN "
            "'remote_apply' THEN 'remote_apply' ELSE 'on' END, false), "
            "set_config('lock_timeout', '" +
            patience +
            "', false), "
            "set_config('statement_timeout', '0', false), "
            "set_config('idle_in_transaction_session_timeout', '" +
            idle_limit +
            "', false), "
            "set_config('client_connection_check_interval', '5s', false), "
            "set_config('default_transaction_deferrable', 'off', false), "
            "set_config('enable_seqscan', 'off', false), "  // each of our queries has its index
            "set_config('jit', 'off', false), "
            "set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false), "
            "current_schema() IS NULL, current_setting('server_encoding'), current_setting('fsync'), "
            "current_setting('full_page_writes')");
        const auto says = [&](int column) { return std::string(PQgetvalue(results[0].get(), 0, column)); };
        const auto refuse = [&](const std::string& what, const std::string& remedy) {
            throw Error(Code::data, what, server_->name(), remedy);
        };
        if (says(9) == "t")
            refuse("basis data tidak mempunyai skema untuk register", "Periksa search_path pengguna itu");
        if (says(10) != "UTF8")
            refuse("basis data memakai pengodean " + says(10) + ", bukan UTF8",
                   "Buat dengan createdb -E UTF8 -T template0");
        if (says(11) != "on" || says(12) != "on")
            refuse("server berjalan dengan fsync atau full_page_writes mati: yang sudah dijawab dapat hilang",
                   "Nyalakan keduanya di postgresql.conf server");
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

    const std::string& prepare(std::string_view sql) {
        const auto found = statements_.find(sql);
        if (found != statements_.end()) return found->second;
        std::string statement = "s" + std::to_string(statements_.size());
        const bool sent =
            PQsendPrepare(handle_.get(), statement.c_str(), std::string(sql).c_str(), 0, nullptr) == 1;
        collect(sent, limit());
        return statements_.emplace(std::string(sql), std::move(statement)).first->second;
    }

    // Statements without values, as one message; the answer of each.
    std::vector<Result> script(const std::string& sql, std::optional<Time> until = {}) {
        const bool sent = PQsendQuery(handle_.get(), sql.c_str()) == 1;
        return collect(sent, until ? *until : limit());
    }

    // How long a statement may take. A look at the whole store takes as long as it takes.
    Time limit() const {
        if (access_ == Access::read && PQtransactionStatus(handle_.get()) == PQTRANS_INTRANS)
            return Time::max();
        return SteadyClock::now() + server_->patience() + slack;
    }

    // All answers to what was sent. Throws for the first that is an error.
    std::vector<Result> collect(bool sent, Time until) {
        if (!sent) lost();
        PGconn* connection = handle_.get();
        for (int left; (left = PQflush(connection)) != 0;) {
            if (left < 0) lost();
            // The server may have to be heard before it listens on.
            if ((wait(POLLOUT | POLLIN, until) & POLLIN) != 0 && PQconsumeInput(connection) == 0) lost();
        }
        std::vector<Result> results;
        for (;;) {
            while (PQisBusy(connection) != 0) {
                wait(POLLIN, until);
                if (PQconsumeInput(connection) == 0) lost();
            }
            Result result(PQgetResult(connection));
            if (!result) break;
            results.push_back(std::move(result));
        }
        for (const Result& result : results) {
            const ExecStatusType status = PQresultStatus(result.get());
            if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
        }
        if (results.empty() || PQstatus(connection) != CONNECTION_OK) lost();
        return results;
    }

    int wait(short events, Time until) {
        pollfd socket{PQsocket(handle_.get()), events, 0};
        for (;;) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now());
            if (left <= 0ms) {
                lose();
                throw Undone(Error(Code::outside, "basis data tidak menjawab pada waktunya", server_->name(),
                                   "Periksa server basis data (dan server cadangan yang harus mengiyakan), "
                                   "lalu ulangi"));
            }
            const int ready =
                ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
            if (ready > 0) return socket.revents;
            if (ready < 0 && errno != EINTR) lost();
        }
    }

    [[noreturn]] void fail(const PGresult* result) {
        const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
        const std::string sqlstate = field == nullptr ? "" : field;
        const std::string message = one_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
        if (ends_connection(sqlstate) || (severity != nullptr && std::strcmp(severity, "ERROR") != 0) ||
            PQstatus(handle_.get()) != CONNECTION_OK)
            lose();
        throw_postgres_error(sqlstate, message, server_->name());
    }

    // The handle stays until the end, for it is asked things; its socket must not keep a turn any longer.
    void lose() {
        if (!usable_) return;
        usable_ = false;
        ::shutdown(PQsocket(handle_.get()), SHUT_RDWR);
    }
    [[noreturn]] void lost() {
        lose();
        throw Undone(lost_error());
    }
    Error lost_error() const {
        return Error(Code::outside, "sambungan ke basis data terputus", server_->name(),
                     "Periksa server basis data dan jaringan, lalu ulangi");
    }

    // The answers to a script whose last statement was COMMIT.
    void finish(const std::vector<Result>& results) {
        if (std::strcmp(PQcmdStatus(results.back().get()), "COMMIT") != 0)
            throw Error(Code::internal, "perubahan dibatalkan oleh basis data", server_->name(),
                        "Laporkan kepada pengelola beserta pesan ini");
    }

    void note_write(PGresult* result) {
        const std::string_view tag = PQcmdStatus(result);
        for (const char* verb : {"INSERT", "UPDATE", "DELETE", "MERGE"}) wrote_ |= tag.starts_with(verb);
    }
    void note_write(const PGresult* result) { note_write(const_cast<PGresult*>(result)); }

    std::string mark_statement(std::int64_t mark) const {
        return "INSERT INTO commit_marks (writer, mark, at) VALUES ('" + server_->writer() + "', " +
               std::to_string(mark) +
               ", now()) ON CONFLICT (writer) DO UPDATE SET mark = excluded.mark, at = excluded.at";
    }

    void remember_head(const PGresult* result) {
        if (PQntuples(result) == 1)
            server_->remember(
                {std::strtoll(PQgetvalue(result, 0, 0), nullptr, 10), PQgetvalue(result, 0, 1)});
    }

    std::shared_ptr<Server> server_;
    Handle handle_;
    std::map<std::string, std::string, std::less<>> statements_;
    Access access_ = Access::write;
    Time began_;
    bool usable_ = true;
    bool warned_ = false;
    bool wrote_ = false;      // in this transaction
    bool defined_ = false;    // in this transaction: tables, perhaps commit_marks itself
    bool confirmed_ = false;  // a commit of this connection is on disk, and so all that was before it
};

std::optional<Problem> problem_in(const std::string& address) {
    const Options options(PQconninfoParse(address.c_str(), nullptr));
    // libpq's own message would quote the address, and so a password that was mistaken for something else.
    static const std::regex host("[A-Za-z0-9._:/%,-]*"), port("[0-9,]*"), database("[^@:/?]*");
    if (!options || !std::regex_match(option(options, "host"), host) ||
        !std::regex_match(option(options, "port"), port) ||
        !std::regex_match(option(options, "dbname"), database))
        return Problem{"alamat basis data tidak terbaca", "",
                       "Tulis postgresql://PENGGUNA@SERVER/BASISDATA; tanda baca dalam kata sandi ditulis "
                       "dengan %, atau taruh kata sandi dalam PGPASSFILE"};
    return {};
}

std::string Server::database_name(const std::string& address) {
    const Options options(PQconninfoParse(address.c_str(), nullptr));
    const std::string host = option(options, "host"), port = option(options, "port"),
                      service = option(options, "service");
    return "postgresql://" + host + (port.empty() ? "" : ":" + port) + "/" + option(options, "dbname") +
           (service.empty() ? "" : "?service=" + service);
}

// Begins to connect, to one host or as the address says.
Handle Server::start(const Host* host) {
    std::vector<const char*> keywords, values;
    const auto set = [&](const char* keyword, const char* value) {
        keywords.push_back(keyword);
        values.push_back(value);
    };
    // The address overrules what comes before it, and is overruled by what comes after.
    set("fallback_application_name", "naskah");
    set("keepalives_idle", "15");
    set("keepalives_interval", "5");
    set("keepalives_count", "3");
    set("tcp_user_timeout", "30000");
    set("dbname", address_.c_str());
    set("client_encoding", "UTF8");
    set("target_session_attrs", "read-write");
    if (host != nullptr) {
        set("host", host->host.c_str());
        set("hostaddr", host->hostaddr.c_str());
        set("port", host->port.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    Handle handle(PQconnectStartParams(keywords.data(), values.data(), 1));
    if (!handle) throw Error(Code::internal, "memori tidak cukup", name_);
    PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);  // with the SQLSTATE
    return handle;
}

// The hosts that the address, its service file or the environment name.
std::vector<Server::Host> Server::hosts() {
    const Handle handle = start(nullptr);
    const Options options(PQconninfo(handle.get()));
    const auto names = split(option(options, "host")), addresses = split(option(options, "hostaddr")),
               ports = split(option(options, "port"));
    std::vector<Host> all(std::max<std::size_t>({1, names.size(), addresses.size()}));
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i < names.size()) all[i].host = names[i];
        if (i < addresses.size()) all[i].hostaddr = addresses[i];
        if (!ports.empty()) all[i].port = ports[ports.size() == 1 ? 0 : std::min(i, ports.size() - 1)];
    }
    return all;
}

Handle Server::attach() {
    const std::vector<Host> all = hosts();
    std::size_t first = 0;
    {
        const std::scoped_lock lock(mutex_);
        first = preferred_;
    }
    std::string said;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t place = (first + i) % all.size();
        Handle handle = start(&all[place]);
        const Time until = SteadyClock::now() + host_limit;
        PostgresPollingStatusType state = PGRES_POLLING_WRITING;
        while (PQstatus(handle.get()) != CONNECTION_BAD && state != PGRES_POLLING_OK &&
               state != PGRES_POLLING_FAILED) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now());
            pollfd socket{PQsocket(handle.get()),
                          static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
            if (left <= 0ms || (::poll(&socket, 1, static_cast<int>(left.count())) < 0 && errno != EINTR))
                break;
            state = PQconnectPoll(handle.get());
        }
        if (state == PGRES_POLLING_OK) {
            const std::scoped_lock lock(mutex_);
            preferred_ = place;
            return handle;
        }
        const std::string message = one_line(PQerrorMessage(handle.get()));
        const std::string sqlstate = sqlstate_in(message);
        if (PQconnectionNeedsPassword(handle.get()) != 0) throw_postgres_error("28P01", message, name_);
        if (refuses_for_good(sqlstate)) throw_postgres_error(sqlstate, message, name_);
        said +=
            (said.empty() ? "" : "; ") + (message.empty() ? "tidak menjawab: " + all[place].host : message);
    }
    throw Undone(Error(Code::outside, "basis data tidak menjawab (" + said + ")", name_,
                       "Periksa server basis data dan jaringan, lalu ulangi"));
}

bool Server::is_committed(const std::shared_ptr<Server>& self, std::int64_t mark, Time until) {
    for (auto pause = 10ms;; pause = std::min(pause * 2, 500ms)) {
        try {
            PostgresConnection connection(self);
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
                name_,
                "Setelah basis data menjawab lagi, ulangi dengan kunci yang sama atau jalankan naskah "
                "resume; tidak ada nomor yang terpakai dua kali");
        std::this_thread::sleep_for(pause);
    }
}

class PostgresEngine final : public Engine {
public:
    explicit PostgresEngine(std::shared_ptr<Server> server) : server_(std::move(server)) {}
    std::unique_ptr<Connection> connect() override { return std::make_unique<PostgresConnection>(server_); }

private:
    std::shared_ptr<Server> server_;
};

}  // namespace

std::optional<Problem> check_postgres_address(const std::string& address) { return problem_in(address); }

std::shared_ptr<Connections> postgres_database(const std::string& address, bool create,
                                               std::chrono::milliseconds patience) {
    if (auto problem = problem_in(address)) throw Error(Code::data, {*problem});
    auto server = std::make_shared<Server>(address, patience);
    // Whoever starts a program is told soon that the database is away.
    const Time until = SteadyClock::now() + std::min<std::chrono::milliseconds>(patience, 5s);
    for (auto pause = 10ms;; pause *= 2) {
        try {
            auto first = std::make_unique<PostgresConnection>(server);
            migrate(*first, create, server->name());
            return std::make_shared<Connections>(std::make_unique<PostgresEngine>(server), std::move(first),
                                                 patience);
        } catch (const Undone& undone) {
            if (SteadyClock::now() >= until) throw Error(undone.error());
        }
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace naskah::storage
