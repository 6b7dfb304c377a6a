#include "storage/copy.h"

#include <algorithm>

#include "storage/database.h"
#include "storage/reconciliation.h"

namespace naskah::storage {
namespace {

// Of tables with large contents, few rows at a time.
constexpr std::int64_t page = 500, page_of_files = 8;

using Kept = std::variant<std::int64_t, std::string>;

Value borrowed(const Kept& kept) {
    if (const auto* number = std::get_if<std::int64_t>(&kept)) return *number;
    return std::string_view(std::get<std::string>(kept));
}

Value value_of(const Cells& cells, const Column& column, int index) {
    if (cells.is_null(index)) return std::monostate{};
    switch (column.type) {
        case Column::Type::integer: return cells.integer(index);
        case Column::Type::text: return cells.text(index);
        case Column::Type::bytes: return cells.bytes(index);
    }
    return std::monostate{};
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

// "$1, $2, ..." of `count`, counting on from `first`.
std::string places(std::size_t count, std::size_t first = 1) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back("$" + std::to_string(first + i));
    return joined(all);
}

std::int64_t count_of(Connection& connection, const std::string& table) {
    std::int64_t count = 0;
    connection.run("SELECT COUNT(*) FROM " + table, {},
                   [&](const Cells& cells) { count = cells.integer(0); });
    return count;
}

// One table in the order of its key, page by page: a server hands over an answer whole.
class TableCopy {
public:
    TableCopy(Connection& from, Connection& to, std::string table)
        : from_(from), to_(to), table_(std::move(table)), columns_(from.columns(table_)) {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            names_.push_back(columns_[i].name);
            if (columns_[i].key > 0) key_.push_back(i);
            if (columns_[i].type == Column::Type::bytes) limit_ = page_of_files;
        }
        std::sort(key_.begin(), key_.end(),
                  [&](std::size_t a, std::size_t b) { return columns_[a].key < columns_[b].key; });
        if (key_.empty())
            throw Error(Code::internal, "tabel tanpa kunci tidak dapat disalin", table_,
                        "Laporkan kepada pengembang");
        for (const std::size_t i : key_) key_names_.push_back(names_[i]);
        insert_ =
            "INSERT INTO " + table_ + " (" + joined(names_) + ") VALUES (" + places(names_.size()) + ")";
    }

    void run() {
        to_.run("DELETE FROM " + table_);  // what a new store begins with
        while (next_page()) {
        }
        if (count_of(from_, table_) != count_of(to_, table_))
            throw Error(Code::internal, "salinan tabel tidak lengkap", table_, "Laporkan kepada pengembang");
    }

private:
    bool next_page() {
        std::vector<Value> values;
        for (const Kept& part : last_) values.push_back(borrowed(part));
        values.push_back(limit_);
        const std::string behind =
            last_.empty() ? "" : " WHERE (" + joined(key_names_) + ") > (" + places(key_.size()) + ")";
        std::vector<Kept> last;
        std::int64_t rows = 0;
        from_.run("SELECT " + joined(names_) + " FROM " + table_ + behind + " ORDER BY " +
                      joined(key_names_) + " LIMIT $" + std::to_string(values.size()),
                  values, [&](const Cells& cells) {
                      std::vector<Value> row;
                      for (std::size_t i = 0; i < columns_.size(); ++i)
                          row.push_back(value_of(cells, columns_[i], static_cast<int>(i)));
                      to_.run_later(insert_, row, {});
                      ++rows;
                      last.clear();
                      for (const std::size_t i : key_) {
                          if (columns_[i].type == Column::Type::integer)
                              last.emplace_back(cells.integer(static_cast<int>(i)));
                          else
                              last.emplace_back(std::string(cells.text(static_cast<int>(i))));
                      }
                  });
        to_.flush();
        last_ = std::move(last);
        return rows == limit_;
    }

    Connection& from_;
    Connection& to_;
    std::string table_;
    std::vector<Column> columns_;
    std::vector<std::string> names_, key_names_;
    std::vector<std::size_t> key_;  // places of the key's columns
    std::string insert_;
    std::int64_t limit_ = page;
    std::vector<Kept> last_;  // key of the last row that was copied
};

// Who is signed in or was refused at the moment of the copy has no business in it.
bool left_behind(const std::string& table) { return table == "sessions" || table == "attempts"; }

}  // namespace

std::vector<std::string> copied_tables() {
    std::vector<std::string> tables;
    for (const Migration& step : migrations())
        for (const std::string& statement : step.tables) {
            static constexpr std::string_view words = "CREATE TABLE ";
            const std::size_t begin = statement.find_first_not_of(" \n");
            if (begin == std::string::npos || !statement.substr(begin).starts_with(words)) continue;
            const std::size_t name = begin + words.size();
            const std::string table = statement.substr(name, statement.find_first_of(" (\n", name) - name);
            if (!left_behind(table)) tables.push_back(table);
        }
    return tables;
}

Copied copy_store(Connections& from, const std::string& to, Instant taken) {
    Copied copied;
    bool made = false;
    from.read_picture([&](Connection& source) {
        if (made) return;  // only the end of the reading was lost
        make_database(to, [&](Connection& target) {
            for (const std::string& table : copied_tables()) TableCopy(source, target, table).run();
            copied.head = read_head(target);
            copied.letters = count_of(target, "letters");
            mark_as_copy(target, copied.head, taken);
        });
        made = true;
    });
    return copied;
}

}  // namespace naskah::storage
