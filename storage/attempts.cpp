#include "storage/attempts.h"

#include <algorithm>

#include "storage/rows.h"

namespace naskah::storage {
namespace {

constexpr std::chrono::hours clean_slate{24};
const std::string nobody = "-";  // names that no account has, all together

struct Tally {
    std::int64_t failures = 0;
    Instant until{};  // of the last wait, which may be over
};

Tally read_tally(Connection& connection, const std::string& key, Instant now) {
    Tally tally;
    connection.run("SELECT failures, until_at FROM attempts WHERE counted = $1 AND last_at > $2",
                   {key, to_millis(now - clean_slate)}, [&](const Cells& cells) {
                       tally = {cells.integer(0), from_millis(cells.integer(1))};
                   });
    return tally;
}

void note(Connection& connection, const std::string& key, std::int64_t failures, Instant now, Instant until) {
    connection.run("DELETE FROM attempts WHERE counted = $1", {key});
    connection.run("INSERT INTO attempts (counted, failures, last_at, until_at) VALUES ($1, $2, $3, $4)",
                   {key, failures, to_millis(now), to_millis(until)});
}

std::chrono::seconds wait_after(std::int64_t failures, const Patience& patience) {
    std::chrono::seconds wait = patience.first;
    for (std::int64_t more = failures - patience.free; more > 1 && wait < patience.longest; --more) wait *= 2;
    return std::min(wait, patience.longest);
}

// The latest moment until which any of them has to wait, if it is still to come.
std::optional<Instant> wait_of(Connection& connection, const std::vector<Counted>& keys, Instant now) {
    std::optional<Instant> wait;
    for (const Counted& counted : keys)
        if (const Tally tally = read_tally(connection, counted.key, now);
            tally.until > now && (!wait || tally.until > *wait))
            wait = tally.until;
    return wait;
}

}  // namespace

std::vector<std::string> attempt_tables() {
    return {
        R"sql(
CREATE TABLE attempts (
    counted TEXT PRIMARY KEY CHECK (counted <> ''),
    failures INTEGER NOT NULL,
    last_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL
))sql",
        "CREATE INDEX attempts_last ON attempts (last_at)",
    };
}

Attempts::Attempts(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

Attempts::Admission Attempts::admit(const std::vector<Counted>& keys, Instant now) {
    Admission admission;
    // Whoever has to wait costs a look and no write.
    database_->read([&](Connection& connection) { admission.wait = wait_of(connection, keys, now); });
    if (admission.wait) return admission;
    database_->write([&](Connection& connection) {
        admission = {};
        admission.wait = wait_of(connection, keys, now);
        if (admission.wait) return;
        connection.run("DELETE FROM attempts WHERE last_at <= $1", {to_millis(now - clean_slate)});
        bool first = true;
        for (const Counted& counted : keys) {
            const std::int64_t failures = read_tally(connection, counted.key, now).failures + 1;
            Instant until{};
            if (failures >= counted.patience.free) {
                until = now + wait_after(failures + 1, counted.patience);
                if (!admission.locked || until > *admission.locked) admission.locked = until;
            }
            const int left = static_cast<int>(std::max<std::int64_t>(0, counted.patience.free - failures));
            admission.left = first ? left : std::min(admission.left, left);
            first = false;
            note(connection, counted.key, failures, now, until);
        }
    });
    return admission;
}

void Attempts::failed(const std::string& username, const std::string& proof, const Admission& admission,
                      const Act& act) {
    database_->write([&](Connection& connection) {
        if (username.empty()) {
            // As much work as for an account that is there, so that the time taken does not tell them apart;
            // but no entry: anybody could fill the log with names that nobody has.
            const Tally tally = read_tally(connection, nobody, act.at);
            note(connection, nobody, tally.failures + 1, act.at, {});
        } else {
            log_act(connection, "attempt-failed", username, act, {{"proof", proof}});
        }
        if (admission.locked)
            log_act(connection, "lock-out", username, act, {{"until", to_millis(*admission.locked)}});
    });
}

void Attempts::succeeded(const std::vector<std::string>& forgotten,
                         const std::vector<std::string>& taken_back) {
    database_->write([&](Connection& connection) {
        for (const std::string& key : forgotten)
            connection.run("DELETE FROM attempts WHERE counted = $1", {key});
        for (const std::string& key : taken_back)
            connection.run("UPDATE attempts SET failures = failures - 1, until_at = 0 WHERE counted = $1",
                           {key});
    });
}

void Attempts::forget(const std::string& beginning) {
    database_->write([&](Connection& connection) {
        connection.run("DELETE FROM attempts WHERE substr(counted, 1, $2) = $1",
                       {beginning, static_cast<std::int64_t>(beginning.size())});
    });
}

}  // namespace naskah::storage
