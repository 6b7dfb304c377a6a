// What the register needs of a database: statements, transactions, a check of its own files. The register
// itself (sql_register.cpp) is written once over this seam; an engine is one file that is the only home of
// its library.
//
// SQL is the part that SQLite and PostgreSQL both read: $1 placeholders, integers, text, BYTEA, partial
// indexes, row values. What they do not share (triggers) comes from schema.h.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"

namespace naskah::storage {

struct Migration;  // schema.h

// A value for a placeholder; monostate is NULL. Texts and bytes are borrowed until the call returns.
using Value = std::variant<std::monostate, std::int64_t, std::string_view, BytesView>;

// One row of an answer. Columns count from 0; NULL reads as 0 or as empty. Valid only inside the callback.
class Cells {
public:
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual std::string_view text(int column) const = 0;
    virtual BytesView bytes(int column) const = 0;

protected:
    ~Cells() = default;
};

// A column of a table, for whoever copies tables without knowing them.
struct Column {
    std::string name;
    enum class Type { integer, text, bytes } type;
    int key = 0;  // its place in the primary key, counted from 1; 0 if it is not in it
};

enum class Access {
    read,   // one unchanging picture of the store until the end
    write,  // and alone among all writers of all processes; waits for its turn
};

// What was begun has left no trace and never will; it may be begun again, on this connection if it is still
// usable(), else on another. Thrown for a server that went away, for transactions that the store set against
// each other. Connections (connections.h) tries again and, when its patience ends, throws `error` instead.
class Undone final : public std::exception {
public:
    explicit Undone(Error error) : error_(std::move(error)) {}
    const Error& error() const noexcept { return error_; }
    const char* what() const noexcept override { return error_.what(); }

private:
    Error error_;
};

// Used by one thread at a time. Every call throws Error with the code and the advice that register.h
// promises, or Undone.
class Connection {
public:
    using Each = std::function<void(const Cells&)>;  // must not use the connection

    virtual ~Connection() = default;

    // One statement. The prepared form is kept, so `sql` should be one of a bounded number of texts.
    virtual void run(std::string_view sql, std::span<const Value> values, const Each& each) = 0;
    void run(std::string_view sql, std::initializer_list<Value> values = {}, const Each& each = {}) {
        run(sql, std::span<const Value>(values.begin(), values.size()), each);
    }

    // Like run(), but a server far away may be told later, together with the statements that follow: at the
    // latest at the next run(), flush() or commit(), which then throws its failure. In order, and `each` is
    // called by then. A change that lines up statements and cares who failed flushes before it returns.
    virtual void run_later(std::string_view sql, std::span<const Value> values, const Each& each) {
        run(sql, values, each);
    }
    void run_later(std::string_view sql, std::initializer_list<Value> values = {}, const Each& each = {}) {
        run_later(sql, std::span<const Value>(values.begin(), values.size()), each);
    }
    virtual void flush() {}

    // After an Error of a statement a transaction is at its end (PostgreSQL goes no further): a change leaves
    // by throwing.
    virtual void begin(Access access) = 0;
    // A write is on disk when this returns; Undone: it is not and never will be; Error: that is not known.
    virtual void commit() = 0;
    virtual void roll_back() noexcept = 0;

    virtual std::vector<std::string> tables() = 0;  // names
    // In the table's order. Error(internal) for a table that has a column of another type.
    virtual std::vector<Column> columns(const std::string& table) = 0;
    // A statement of a migration. The engine may widen types: INTEGER always holds 64 bits.
    virtual void define(std::string_view statement) { run(statement); }
    // The triggers of that step, in this engine's language.
    virtual const std::vector<std::string>& guards(const Migration& step) const = 0;

    // The engine's own look at its files, indexes and guards. Empty when all is well.
    virtual std::vector<Problem> examine() = 0;

    // False after a failure of the engine: the connection is thrown away and not used for the next call.
    virtual bool usable() const = 0;
};

class Engine {
public:
    virtual ~Engine() = default;
    // From any thread. Undone when the server cannot be reached now.
    virtual std::unique_ptr<Connection> connect() = 0;
};

// Rolls back unless commit() was called.
class Transaction {
public:
    Transaction(Connection& connection, Access access) : connection_(connection) {
        connection_.begin(access);
    }
    ~Transaction() {
        if (!done_) connection_.roll_back();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        connection_.commit();
        done_ = true;
    }

private:
    Connection& connection_;
    bool done_ = false;
};

}  // namespace naskah::storage
