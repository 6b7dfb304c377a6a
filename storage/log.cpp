#include "storage/log.h"

#include <algorithm>
#include <array>

#include "storage/rows.h"

namespace naskah::storage {
namespace {

const std::string entry_columns = "seq, at, actor, action, letter, detail, previous, hash";

Error damaged_head() {
    return Error(Code::internal, "register rusak: ujung log tidak terbaca", "log_head",
                 "Pulihkan register dari cadangan");
}

}  // namespace

Sha256 hash_of(const LogEntry& entry) {
    const Json content = {
        {"action", entry.action}, {"actor", entry.actor},   {"at", to_millis(entry.at)},
        {"detail", entry.detail}, {"letter", entry.letter}, {"seq", entry.seq},
    };
    Bytes input(entry.previous.octets.begin(), entry.previous.octets.end());
    const std::string text = canonical_json(content);
    input.insert(input.end(), text.begin(), text.end());
    return sha256(input);
}

bool is_step(std::string_view action) {
    static constexpr std::array<std::string_view, 6> steps = {"reserve", "issue",  "void",
                                                              "replace", "revoke", "supersede"};
    return std::find(steps.begin(), steps.end(), action) != steps.end();
}

LogHead read_head(Connection& connection) {
    std::optional<LogHead> head;
    connection.run("SELECT seq, hash FROM log_head", {}, [&](const Cells& cells) {
        if (const auto hash = parse_sha256(cells.text(1))) head = LogHead{cells.integer(0), *hash};
    });
    if (!head) throw damaged_head();
    return *head;
}

void append(Connection& connection, LogEntry what) {
    LogHead head = read_head(connection);
    append(connection, head, std::move(what));
}

void append(Connection& connection, LogHead& head, LogEntry what) {
    what.seq = head.seq + 1;
    what.previous = head.hash;
    what.hash = hash_of(what);
    static const std::string insert =
        "INSERT INTO log_entries (" + entry_columns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    connection.run_later(insert,
                         {what.seq, to_millis(what.at), what.actor, what.action, what.letter,
                          canonical_json(what.detail), to_string(what.previous), to_string(what.hash)});
    connection.run_later("UPDATE log_head SET seq = $1, hash = $2", {what.seq, to_string(what.hash)});
    head = {what.seq, what.hash};
}

StoredEntry read_entry(const Cells& cells) {
    return {
        .seq = cells.integer(0),
        .at = cells.integer(1),
        .actor = std::string(cells.text(2)),
        .action = std::string(cells.text(3)),
        .letter = std::string(cells.text(4)),
        .detail = std::string(cells.text(5)),
        .previous = std::string(cells.text(6)),
        .hash = std::string(cells.text(7)),
    };
}

std::vector<StoredEntry> entries_after(Connection& connection, std::int64_t seq, int limit) {
    static const std::string sql =
        "SELECT " + entry_columns + " FROM log_entries WHERE seq > $1 ORDER BY seq LIMIT $2";
    std::vector<StoredEntry> entries;
    connection.run(sql, {seq, std::int64_t{limit}},
                   [&](const Cells& cells) { entries.push_back(read_entry(cells)); });
    return entries;
}

std::vector<StoredEntry> entries_of(Connection& connection, const std::string& letter) {
    static const std::string sql =
        "SELECT " + entry_columns + " FROM log_entries WHERE letter = $1 ORDER BY seq";
    std::vector<StoredEntry> entries;
    connection.run(sql, {letter}, [&](const Cells& cells) { entries.push_back(read_entry(cells)); });
    return entries;
}

std::vector<StoredEntry> newest_entries(Connection& connection, const LogFilter& filter) {
    std::string sql = "SELECT " + entry_columns + " FROM log_entries ";
    std::vector<Value> values;
    const char* glue = "WHERE ";
    const auto where = [&](const char* condition, Value value) {
        values.push_back(value);
        sql += std::string(glue) + condition + "$" + std::to_string(values.size());
        glue = " AND ";
    };
    if (!filter.actor.empty()) where("actor = ", filter.actor);
    if (!filter.action.empty()) where("action = ", filter.action);
    // The detail is canonical JSON, and "account" is the first of its members (accounts.h).
    const std::string about = "{\"account\":" + canonical_json(filter.person);
    if (!filter.person.empty()) {
        where("(actor = ", filter.person);
        values.push_back(about);
        values.push_back(static_cast<std::int64_t>(about.size()));
        const std::string name = "$" + std::to_string(values.size() - 1);
        sql += " OR substr(detail, 1, $" + std::to_string(values.size()) + ") = " + name + ")";
    }
    if (!filter.letter.empty()) where("letter = ", filter.letter);
    if (filter.before != 0) where("seq < ", filter.before);
    values.push_back(std::int64_t{std::max(filter.limit, 0)});
    sql += " ORDER BY seq DESC LIMIT $" + std::to_string(values.size());
    std::vector<StoredEntry> entries;
    connection.run(sql, values, [&](const Cells& cells) { entries.push_back(read_entry(cells)); });
    return entries;
}

std::optional<LogEntry> to_entry(const StoredEntry& stored) {
    const auto previous = parse_sha256(stored.previous);
    const auto hash = parse_sha256(stored.hash);
    if (!previous || !hash) return std::nullopt;
    try {
        return LogEntry{
            .seq = stored.seq,
            .at = from_millis(stored.at),
            .actor = stored.actor,
            .action = stored.action,
            .letter = stored.letter,
            .detail = parse_json(stored.detail, "detail"),
            .previous = *previous,
            .hash = *hash,
        };
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::string text_in(const Json& detail, const char* member) {
    const auto found = detail.is_object() ? detail.find(member) : detail.end();
    return found != detail.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace naskah::storage
