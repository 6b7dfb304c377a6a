// A session with a PostgreSQL server: connecting, statements, answers. What the register makes of it is in
// postgres.cpp; the .cpp of this header is the only home of libpq.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/engine.h"

struct pg_conn;
struct pg_result;

namespace naskah::storage {

using SteadyTime = std::chrono::steady_clock::time_point;

// An address, postgresql://..., as messages may show it: hosts, database, service, nothing else of it.
std::string shown_postgres_address(const std::string& address);

// A statement on its way, with values of its own.
struct PostgresStatement {
    std::string sql;
    std::vector<std::optional<std::string>> values = {};  // nothing: NULL
    std::vector<int> formats = {};                        // of each value: 0 text, 1 octets
    Connection::Each each = {};
    bool kept = false;  // prepared under a name and used again

    void bind(std::span<const Value> values_to_copy);
};

class PostgresSession {
public:
    // Connects to the first host of `address` that takes writes, beginning with number `preferred`, which
    // becomes the one that answered. `name` is for messages. Undone when none answers now, Error(data) when
    // one refuses for good.
    PostgresSession(const std::string& address, const std::string& name, std::atomic<std::size_t>& preferred);
    ~PostgresSession();
    PostgresSession(const PostgresSession&) = delete;
    PostgresSession& operator=(const PostgresSession&) = delete;

    // Sends all statements in one go, waits for the answers, then calls each `each` with its rows. Throws
    // the first failure; the statements behind it were not carried out. Returns the command tags: "COMMIT",
    // "INSERT 0 1". When it is not answered before `until`, the connection is cut.
    std::vector<std::string> ask(const std::vector<PostgresStatement>& statements, SteadyTime until);

    bool usable() const { return usable_; }  // false: lost or cut
    bool in_transaction() const;             // also in one that failed
    bool warned() const { return warned_; }  // the last ask() brought a warning
    int server_version() const;              // 150020
    // Ends the session; the server learns it at once.
    void cut();
    Error lost_error() const;

private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    using Result = std::unique_ptr<pg_result, Clear>;
    static void on_notice(void* self, const pg_result* result);
    void send(const PostgresStatement& statement, std::vector<std::string>& fresh);
    std::vector<Result> collect(std::size_t count, SteadyTime until);
    void push_out(SteadyTime until);
    int wait(short events, SteadyTime until);
    [[noreturn]] void fail(const pg_result* result);
    [[noreturn]] void lost();

    std::string name_;
    pg_conn* handle_ = nullptr;
    std::map<std::string, std::string, std::less<>> kept_;  // name by text
    int names_ = 0;
    bool usable_ = true;
    bool warned_ = false;
};

}  // namespace naskah::storage
