#include "storage/replays.h"

namespace naskah::storage {
namespace {

std::int64_t milliseconds(Instant instant) { return instant.time_since_epoch().count(); }

}  // namespace

Replays::Claim Replays::claim(const std::string& username, const std::string& key, const Sha256& request,
                              Instant now) {
    const std::string digest = to_string(request);
    Claim claim;
    database_->write([&](Connection& connection) {
        claim = {};
        bool known = false, same = false;
        std::int64_t claimed_at = 0;
        connection.run(
            "SELECT request, claimed_at, status, type, headers, body, first_at FROM replays WHERE username = "
            "$1 AND "
            "replay_key = $2",
            {username, key}, [&](const Cells& cells) {
                known = true;
                same = cells.text(0) == digest;
                claimed_at = cells.integer(1);
                claim.reply.status = static_cast<int>(cells.integer(2));
                claim.reply.type = cells.text(3);
                claim.reply.headers = parse_json(cells.text(4), "replays");
                claim.reply.body = as_text(cells.bytes(5));
                claim.first_at = Instant(std::chrono::milliseconds(cells.integer(6)));
            });
        // What was kept for longer than promised is as if it had been forgotten.
        const bool old = milliseconds(now) - claimed_at > milliseconds(Instant(replay_kept));
        if (known && !old) {
            const bool cut_off = milliseconds(now) - claimed_at > milliseconds(Instant(replay_abandoned));
            claim.kind = !same                     ? Claim::Kind::other
                         : claim.reply.status != 0 ? Claim::Kind::done
                         : cut_off                 ? Claim::Kind::again
                                                   : Claim::Kind::busy;
            if (claim.kind == Claim::Kind::again)
                connection.run("UPDATE replays SET claimed_at = $3 WHERE username = $1 AND replay_key = $2",
                               {username, key, milliseconds(now)});
            return;
        }
        claim = {.first_at = now};
        connection.run("DELETE FROM replays WHERE username = $1 AND replay_key = $2", {username, key});
        connection.run(
            "INSERT INTO replays (username, replay_key, request, first_at, claimed_at, status, type, "
            "headers, "
            "body) VALUES ($1, $2, $3, $4, $4, 0, '', '{}', $5)",
            {username, key, digest, milliseconds(now), BytesView()});
    });
    return claim;
}

void Replays::keep(const std::string& username, const std::string& key, const Reply& reply) {
    const std::string headers = dump_json(reply.headers);
    database_->write([&](Connection& connection) {
        connection.run(
            "UPDATE replays SET status = $3, type = $4, headers = $5, body = $6 WHERE username = $1 AND "
            "replay_key = $2",
            {username, key, std::int64_t{reply.status}, reply.type, headers, as_bytes(reply.body)});
    });
}

void Replays::release(const std::string& username, const std::string& key) {
    database_->write([&](Connection& connection) {
        connection.run("DELETE FROM replays WHERE username = $1 AND replay_key = $2 AND status = 0",
                       {username, key});
    });
}

void Replays::forget_old(Instant now) {
    database_->write([&](Connection& connection) {
        connection.run("DELETE FROM replays WHERE claimed_at < $1", {milliseconds(now - replay_kept)});
    });
}

std::vector<std::string> replay_tables() {
    return {R"sql(
CREATE TABLE replays (
    username TEXT NOT NULL,
    replay_key TEXT NOT NULL CHECK (replay_key <> ''),
    request TEXT NOT NULL CHECK (length(request) = 64),
    first_at BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    status INTEGER NOT NULL,
    type TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (username, replay_key)
))sql",
            "CREATE INDEX replays_claimed_at ON replays (claimed_at)"};
}

}  // namespace naskah::storage
