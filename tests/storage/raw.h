// The SQLite file behind the register's back: for auditing it, and for playing the operator who edits it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace naskah::storage {

class RawFile {
public:
    explicit RawFile(const std::string& path);

    using TextRow = std::vector<std::string>;  // NULL reads as "NULL"
    std::vector<TextRow> query(const std::string& sql);
    // The message of the refusal, or "" if it went through.
    std::string refusal(const std::string& sql);

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

// Reads the file with nothing of Naskah but SHA-256 and holds it against the promises of register.h.
void audit(const std::string& path);

}  // namespace naskah::storage
