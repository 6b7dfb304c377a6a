// The database behind the register's back: for auditing it, and for playing the operator who edits it.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct sqlite3;
struct pg_conn;

namespace naskah::storage {

class RawStore {
public:
    virtual ~RawStore() = default;
    using TextRow = std::vector<std::string>;  // NULL reads as "NULL"
    virtual std::vector<TextRow> query(const std::string& sql) = 0;
    // The message of the refusal, or "" if it went through.
    virtual std::string refusal(const std::string& sql) = 0;
};

class RawFile final : public RawStore {
public:
    explicit RawFile(const std::string& path);
    std::vector<TextRow> query(const std::string& sql) override;
    std::string refusal(const std::string& sql) override;

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

class RawServer final : public RawStore {
public:
    explicit RawServer(const std::string& address);
    std::vector<TextRow> query(const std::string& sql) override;
    std::string refusal(const std::string& sql) override;

private:
    struct Close {
        void operator()(pg_conn* handle) const;
    };
    std::unique_ptr<pg_conn, Close> handle_;
};

// What check() says of a copy of the file (SQLite) that somebody edited after taking these guards away. The
// copy is `path` with ".salinan" behind it.
std::string said_of_edited(const std::string& path, const std::vector<std::string>& guards,
                           const std::string& edit);

// Reads the store with nothing of Naskah but SHA-256 and holds it against the promises of register.h.
void audit(RawStore& store);
void audit(const std::string& path);  // an SQLite file

}  // namespace naskah::storage
