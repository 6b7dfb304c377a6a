#include "storage/postgres_session.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <regex>

#include "storage/engines.h"
#include "storage/postgres_error.h"

namespace naskah::storage {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

// How long one host may take to answer, before the next one is asked.
constexpr auto host_limit = 5s;

std::chrono::milliseconds left_until(SteadyTime until) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now());
}

struct FinishConnection {
    void operator()(PGconn* handle) const { PQfinish(handle); }
};
struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Handle = std::unique_ptr<PGconn, FinishConnection>;
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

// The server's own words, on one line.
std::string one_line(const char* text) {
    std::string line = text == nullptr ? "" : text;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return line;
}

// What a refused connection says holds the server's SQLSTATE: "FATAL:  28P01: password authentication ...".
std::string sqlstate_in(const std::string& text) {
    static const std::regex pattern("[A-Z]+: +([0-9A-Z]{5}): ");
    std::smatch found;
    return std::regex_search(text, found, pattern) ? found[1].str() : "";
}

// The types of pg_type.h that our statements answer with.
enum Type : Oid { boolean = 16, int8 = 20, int2 = 21, int4 = 23, oid = 26, numeric = 1700 };

bool is_number(Oid type) {
    return type == boolean || type == int8 || type == int2 || type == int4 || type == oid || type == numeric;
}

// From the binary format.
std::int64_t integer_of(Oid type, const char* data, int length) {
    const auto number = [&](int at, int octets) {
        std::uint64_t value = 0;
        for (int i = 0; i < octets; ++i) value = value << 8 | static_cast<std::uint8_t>(data[at + i]);
        const int unused = 64 - 8 * octets;
        return static_cast<std::int64_t>(value << unused) >> unused;  // keeps the sign
    };
    if (type == numeric) {  // as SUM gives it: digits of 10,000 behind count, weight, sign, scale
        std::int64_t value = 0;
        for (std::int64_t i = 0; i <= number(2, 2); ++i)
            value = value * 10'000 + (i < number(0, 2) ? number(static_cast<int>(8 + 2 * i), 2) : 0);
        return number(4, 2) == 0 ? value : -value;
    }
    if (is_number(type)) return number(0, length);
    return std::strtoll(std::string(data, static_cast<std::size_t>(length)).c_str(), nullptr, 10);
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
        return {PQgetvalue(result_, row_, column), size(column)};
    }
    BytesView bytes(int column) const override {
        return {reinterpret_cast<const std::uint8_t*>(PQgetvalue(result_, row_, column)), size(column)};
    }

private:
    std::size_t size(int column) const {
        return static_cast<std::size_t>(PQgetlength(result_, row_, column));
    }
    const PGresult* result_;
    int row_ = 0;
    mutable std::map<int, std::string> printed_;
};

struct Host {
    std::string host, hostaddr, port, options;
};

// Begins to connect, to one host or as the address says.
Handle start(const std::string& address, const Host* host) {
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
    set("dbname", address.c_str());
    set("client_encoding", "UTF8");
    set("target_session_attrs", "read-write");
    if (host != nullptr) {
        set("host", host->host.c_str());
        set("hostaddr", host->hostaddr.c_str());
        set("port", host->port.c_str());
        set("options", host->options.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    Handle handle(PQconnectStartParams(keywords.data(), values.data(), 1));
    if (!handle) throw Error(Code::internal, "memori tidak cukup");
    PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);  // with the SQLSTATE
    return handle;
}

// The hosts that the address, its service file or the environment name. Each is tried by itself, for libpq
// would give a host that does not answer all the time there is.
std::vector<Host> hosts_of(const std::string& address) {
    const Handle handle = start(address, nullptr);
    const Options options(PQconninfo(handle.get()));
    const auto names = split(option(options, "host")), addresses = split(option(options, "hostaddr")),
               ports = split(option(options, "port"));
    std::vector<Host> all(std::max<std::size_t>({1, names.size(), addresses.size()}));
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i < names.size()) all[i].host = names[i];
        if (i < addresses.size()) all[i].hostaddr = addresses[i];
        if (!ports.empty()) all[i].port = ports[ports.size() == 1 ? 0 : std::min(i, ports.size() - 1)];
        // In force from the first statement on: a short limit of the role's would stop the one that lifts it.
        all[i].options = option(options, "options") + " -c statement_timeout=0";
    }
    return all;
}

bool finish_connecting(PGconn* handle) {
    const SteadyTime until = SteadyClock::now() + host_limit;
    auto state = PGRES_POLLING_WRITING;
    while (PQstatus(handle) != CONNECTION_BAD && state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        const auto left = left_until(until);
        pollfd socket{PQsocket(handle), static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                      0};
        if (left <= 0ms || (::poll(&socket, 1, static_cast<int>(left.count())) < 0 && errno != EINTR))
            return false;
        state = PQconnectPoll(handle);
    }
    return state == PGRES_POLLING_OK;
}

}  // namespace

std::optional<Problem> check_postgres_address(const std::string& address) {
    const Options options(PQconninfoParse(address.c_str(), nullptr));
    // libpq's own message would quote the address, and so a password that was mistaken for something else.
    static const std::regex host("[A-Za-z0-9._:/%,-]*"), port("[0-9,]*"), database("[^@:/?]*");
    if (options && std::regex_match(option(options, "host"), host) &&
        std::regex_match(option(options, "port"), port) &&
        std::regex_match(option(options, "dbname"), database))
        return {};
    return Problem{"alamat basis data tidak terbaca", "",
                   "Tulis postgresql://PENGGUNA@SERVER/BASISDATA. Tanda baca dalam kata sandi ditulis dengan "
                   "% dan kodenya; lebih baik taruh kata sandi dalam berkas PGPASSFILE."};
}

std::string shown_postgres_address(const std::string& address) {
    const Options options(PQconninfoParse(address.c_str(), nullptr));
    const std::string host = option(options, "host"), port = option(options, "port"),
                      service = option(options, "service");
    return "postgresql://" + host + (port.empty() ? "" : ":" + port) + "/" + option(options, "dbname") +
           (service.empty() ? "" : "?service=" + service);
}

void PostgresStatement::bind(std::span<const Value> values_to_copy) {
    for (const Value& value : values_to_copy) {
        int format = 0;
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            values.emplace_back(std::to_string(*number));
        } else if (const auto* text = std::get_if<std::string_view>(&value)) {
            values.emplace_back(*text);
            format = 1;  // with its length; the octets of a text are the same in both formats
        } else if (const auto* bytes = std::get_if<BytesView>(&value)) {
            values.emplace_back(std::string(bytes->begin(), bytes->end()));
            format = 1;
        } else {
            values.emplace_back();
        }
        formats.push_back(format);
    }
}

PostgresSession::PostgresSession(const std::string& address, const std::string& name,
                                 std::atomic<std::size_t>& preferred)
    : name_(name) {
    const std::vector<Host> hosts = hosts_of(address);
    std::string said;
    const std::size_t first = preferred;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const std::size_t place = (first + i) % hosts.size();
        Handle handle = start(address, &hosts[place]);
        if (finish_connecting(handle.get())) {
            preferred = place;
            handle_ = handle.release();
            PQsetNoticeReceiver(handle_, &PostgresSession::on_notice, this);
            PQsetErrorVerbosity(handle_, PQERRORS_DEFAULT);
            PQsetnonblocking(handle_, 1);
            PQenterPipelineMode(handle_);
            return;
        }
        const std::string message = one_line(PQerrorMessage(handle.get()));
        const std::string sqlstate =
            PQconnectionNeedsPassword(handle.get()) != 0 ? "28P01" : sqlstate_in(message);
        if (refuses_for_good(sqlstate)) throw_postgres_error(sqlstate, message, name_);
        said +=
            (said.empty() ? "" : "; ") + (message.empty() ? "tidak menjawab: " + hosts[place].host : message);
    }
    throw Undone(Error(Code::outside, "basis data tidak menjawab (" + said + ")", name_,
                       "Periksa server basis data dan jaringan, lalu ulangi"));
}

PostgresSession::~PostgresSession() { PQfinish(handle_); }

void PostgresSession::Clear::operator()(pg_result* result) const { PQclear(result); }

void PostgresSession::on_notice(void* self, const pg_result* result) {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && std::strcmp(severity, "WARNING") == 0)
        static_cast<PostgresSession*>(self)->warned_ = true;
}

bool PostgresSession::in_transaction() const { return PQtransactionStatus(handle_) != PQTRANS_IDLE; }
int PostgresSession::server_version() const { return PQserverVersion(handle_); }

Error PostgresSession::lost_error() const {
    return Error(Code::outside, "sambungan ke basis data terputus", name_,
                 "Periksa server basis data dan jaringan, lalu ulangi");
}

// The handle stays until the end, for it is asked things; its socket must not keep a turn any longer.
void PostgresSession::cut() {
    if (!usable_) return;
    usable_ = false;
    ::shutdown(PQsocket(handle_), SHUT_RDWR);
}

void PostgresSession::lost() {
    cut();
    throw Undone(lost_error());
}

std::vector<std::string> PostgresSession::ask(const std::vector<PostgresStatement>& statements,
                                              SteadyTime until) {
    if (!usable_) lost();
    warned_ = false;
    std::vector<std::string> fresh;  // prepared on the way
    std::size_t count = 0;
    for (const PostgresStatement& statement : statements) {
        const std::size_t prepared = fresh.size();
        send(statement, fresh);
        count += 1 + fresh.size() - prepared;
    }
    if (PQpipelineSync(handle_) != 1) lost();
    std::vector<Result> results;
    try {
        results = collect(count, until);
    } catch (...) {
        for (const std::string& sql : fresh) kept_.erase(sql);  // who knows which of them is there
        throw;
    }
    std::vector<std::string> tags;
    std::size_t at = 0;
    for (const PostgresStatement& statement : statements) {
        if (statement.kept && std::find(fresh.begin(), fresh.end(), statement.sql) != fresh.end()) {
            ++at;  // the answer to its preparing
            std::erase(fresh, statement.sql);
        }
        PGresult* result = results[at++].get();
        tags.emplace_back(PQcmdStatus(result));
        if (!statement.each) continue;
        PostgresCells cells(result);
        for (int row = 0; row < PQntuples(result); ++row) {
            cells.move_to(row);
            statement.each(cells);
        }
    }
    return tags;
}

void PostgresSession::send(const PostgresStatement& statement, std::vector<std::string>& fresh) {
    std::vector<const char*> data;
    std::vector<int> lengths;
    for (const auto& value : statement.values) {
        data.push_back(value ? value->data() : nullptr);
        lengths.push_back(value ? static_cast<int>(value->size()) : 0);
    }
    const int count = static_cast<int>(data.size());
    if (!statement.kept) {
        if (PQsendQueryParams(handle_, statement.sql.c_str(), count, nullptr, data.data(), lengths.data(),
                              statement.formats.data(), 1) != 1)
            lost();
        return;
    }
    auto found = kept_.find(statement.sql);
    if (found == kept_.end()) {
        found = kept_.emplace(statement.sql, "s" + std::to_string(++names_)).first;
        fresh.push_back(statement.sql);
        if (PQsendPrepare(handle_, found->second.c_str(), statement.sql.c_str(), 0, nullptr) != 1) lost();
    }
    if (PQsendQueryPrepared(handle_, found->second.c_str(), count, data.data(), lengths.data(),
                            statement.formats.data(), 1) != 1)
        lost();
}

// One result for each that was sent, and the end of the line. Throws for the first that is an error.
std::vector<PostgresSession::Result> PostgresSession::collect(std::size_t count, SteadyTime until) {
    push_out(until);
    std::vector<Result> results;
    const auto next = [&] {
        while (PQisBusy(handle_) != 0) {
            wait(POLLIN, until);
            if (PQconsumeInput(handle_) == 0) lost();
        }
        return Result(PQgetResult(handle_));
    };
    const pg_result* error = nullptr;
    while (results.size() < count) {
        Result result = next();
        if (!result) {  // the end of a statement's results, or of the connection
            if (PQstatus(handle_) != CONNECTION_OK) lost();
            continue;
        }
        const ExecStatusType status = PQresultStatus(result.get());
        if (error == nullptr && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) error = result.get();
        results.push_back(std::move(result));
        if (PQstatus(handle_) != CONNECTION_OK) break;
    }
    for (bool synced = PQstatus(handle_) != CONNECTION_OK; !synced;) {
        const Result result = next();
        if (PQstatus(handle_) != CONNECTION_OK) break;
        synced = result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC;
    }
    if (error != nullptr) fail(error);
    if (PQstatus(handle_) != CONNECTION_OK) lost();
    return results;
}

void PostgresSession::push_out(SteadyTime until) {
    for (int left; (left = PQflush(handle_)) != 0;) {
        if (left < 0) lost();
        // The server may have to be heard before it listens on.
        if ((wait(POLLOUT | POLLIN, until) & POLLIN) != 0 && PQconsumeInput(handle_) == 0) lost();
    }
}

int PostgresSession::wait(short events, SteadyTime until) {
    pollfd socket{PQsocket(handle_), events, 0};
    for (;;) {
        const auto left = left_until(until);
        if (left <= 0ms) {
            cut();
            throw Undone(Error(Code::outside, "basis data tidak menjawab pada waktunya", name_,
                               "Periksa server basis data (dan server cadangan yang harus mengiyakan), lalu "
                               "ulangi"));
        }
        const int ready =
            ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count() + 1, 60'000)));
        if (ready > 0) return socket.revents;
        if (ready < 0 && errno != EINTR) lost();
    }
}

void PostgresSession::fail(const pg_result* result) {
    const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const std::string sqlstate = field == nullptr ? "" : field;
    const std::string message = one_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    if (ends_connection(sqlstate) || (severity != nullptr && std::strcmp(severity, "ERROR") != 0) ||
        PQstatus(handle_) != CONNECTION_OK)
        cut();
    throw_postgres_error(sqlstate, message, name_);
}

}  // namespace naskah::storage
