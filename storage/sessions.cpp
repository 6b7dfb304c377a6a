#include "storage/sessions.h"

#include "storage/rows.h"

namespace naskah::storage {
namespace {

const std::string session_columns = "token, username, whole, opened_at, seen_at, from_address, agent";

Opened read_session(const Cells& cells) {
    Opened session{.token = parse_sha256(cells.text(0)).value_or(Sha256{}),
                   .username = std::string(cells.text(1)),
                   .whole = cells.integer(2) != 0,
                   .opened_at = from_millis(cells.integer(3)),
                   .seen_at = from_millis(cells.integer(4)),
                   .from = std::string(cells.text(5)),
                   .agent = std::string(cells.text(6))};
    return session;
}

bool ended(const Opened& session, Instant now) {
    if (!session.whole) return now >= session.opened_at + half_longest;
    return now >= session.seen_at + session_idle || now >= session.opened_at + session_longest;
}

std::optional<Opened> read_one(Connection& connection, const Sha256& token) {
    static const std::string sql = "SELECT " + session_columns + " FROM sessions WHERE token = $1";
    std::optional<Opened> found;
    connection.run(sql, {to_string(token)}, [&](const Cells& cells) { found = read_session(cells); });
    return found;
}

// What has ended by itself leaves the store whenever somebody signs in.
void sweep(Connection& connection, Instant now) {
    connection.run(
        "DELETE FROM sessions WHERE seen_at <= $1 OR opened_at <= $2 OR (whole = 0 AND opened_at <= $3)",
        {to_millis(now - session_idle), to_millis(now - session_longest), to_millis(now - half_longest)});
    connection.run("DELETE FROM devices WHERE seen_at <= $1", {to_millis(now - device_longest)});
}

void remember(Connection& connection, const std::string& username, const Sha256& device, Instant now) {
    connection.run("DELETE FROM devices WHERE token = $1 AND username = $2", {to_string(device), username});
    connection.run("INSERT INTO devices (token, username, seen_at) VALUES ($1, $2, $3)",
                   {to_string(device), username, to_millis(now)});
}

// Whoever only reads goes on reading while nothing can be written: the session then ends the earlier.
void note_use(Connections& database, const char* sql, const Sha256& token, Instant now) {
    try {
        database.write([&](Connection& connection) {
            connection.run(sql, {to_string(token), to_millis(now)});
        });
    } catch (const Error&) {
    }
}

}  // namespace

std::vector<std::string> session_tables() {
    return {
        R"sql(
CREATE TABLE sessions (
    token TEXT PRIMARY KEY CHECK (length(token) = 64),
    username TEXT NOT NULL REFERENCES accounts (username),
    whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    from_address TEXT NOT NULL,
    agent TEXT NOT NULL
))sql", "CREATE INDEX sessions_username ON sessions (username)",
        R"sql(
CREATE TABLE devices (
    token TEXT NOT NULL CHECK (length(token) = 64),
    username TEXT NOT NULL REFERENCES accounts (username),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (token, username)
))sql",
        R"sql(
CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE CHECK (length(token) = 64),
    username TEXT NOT NULL REFERENCES accounts (username),
    label TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
))sql", "CREATE INDEX api_tokens_username ON api_tokens (username)",
    };
}

Sessions::Sessions(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

bool Sessions::open(const Opening& opening, const Act& act) {
    const Opened& session = opening.session;
    bool opened = false;
    database_->write([&](Connection& connection) {
        opened = false;
        if (opening.half) {
            const auto half = read_one(connection, *opening.half);
            if (!half || half->whole || half->username != session.username || ended(*half, act.at)) return;
        }
        if (opening.totp_step && !use_totp_step(connection, session.username, *opening.totp_step)) return;
        if (opening.recovery && !use_recovery(connection, session.username, *opening.recovery, act.at))
            return;
        sweep(connection, act.at);
        if (opening.half) connection.run("DELETE FROM sessions WHERE token = $1", {to_string(*opening.half)});
        connection.run(
            "INSERT INTO sessions (" + session_columns + ") VALUES ($1, $2, $3, $4, $5, $6, $7)",
            {to_string(session.token), session.username, std::int64_t{session.whole},
             to_millis(session.opened_at), to_millis(session.seen_at), session.from, session.agent});
        if (opening.device) remember(connection, session.username, *opening.device, act.at);
        if (session.whole) {
            connection.run("UPDATE accounts SET seen_at = $2 WHERE username = $1",
                           {session.username, to_millis(act.at)});
            log_act(connection, "sign-in", session.username, act,
                    {{"by", opening.by}, {"session", to_string(session.token).substr(0, 16)}});
        }
        opened = true;
    });
    return opened;
}

std::optional<Sessions::Found> Sessions::find(const Sha256& token, Instant now) {
    std::optional<Found> found;
    database_->read([&](Connection& connection) {
        found.reset();
        const auto session = read_one(connection, token);
        if (!session || ended(*session, now)) return;
        auto account = read_account(connection, session->username);
        if (account && !account->disabled) found = Found{*session, *std::move(account)};
    });
    if (found && found->session.whole && now >= found->session.seen_at + std::chrono::minutes(1))
        note_use(*database_, "UPDATE sessions SET seen_at = $2 WHERE token = $1 AND seen_at < $2", token,
                 now);
    return found;
}

std::vector<Opened> Sessions::of(const std::string& username, Instant now) {
    static const std::string sql = "SELECT " + session_columns +
                                   " FROM sessions WHERE username = $1 AND whole = 1 ORDER BY seen_at DESC";
    std::vector<Opened> all;
    database_->read([&](Connection& connection) {
        all.clear();
        connection.run(sql, {username}, [&](const Cells& cells) {
            if (Opened session = read_session(cells); !ended(session, now)) all.push_back(std::move(session));
        });
    });
    return all;
}

void Sessions::close(const Sha256& token, const Act& act) {
    database_->write([&](Connection& connection) {
        const auto session = read_one(connection, token);
        if (!session) return;
        connection.run("DELETE FROM sessions WHERE token = $1", {to_string(token)});
        if (session->whole) log_act(connection, "sign-out", session->username, act, {{"sessions", 1}});
    });
}

void Sessions::close_others(const std::string& username, const Sha256& kept, const Act& act) {
    database_->write([&](Connection& connection) {
        std::int64_t others = 0;
        connection.run("SELECT COUNT(*) FROM sessions WHERE username = $1 AND token <> $2",
                       {username, to_string(kept)}, [&](const Cells& cells) { others = cells.integer(0); });
        connection.run("DELETE FROM sessions WHERE username = $1 AND token <> $2",
                       {username, to_string(kept)});
        connection.run("DELETE FROM devices WHERE username = $1", {username});
        log_act(connection, "sign-out", username, act, {{"sessions", others}});
    });
}

bool Sessions::knows(const std::string& username, const Sha256& device, Instant now) {
    bool known = false;
    database_->read([&](Connection& connection) {
        known = false;
        connection.run(
            "SELECT 1 FROM devices WHERE token = $1 AND (username = $2 OR $2 = '') AND seen_at > $3",
            {to_string(device), username, to_millis(now - device_longest)},
            [&](const Cells&) { known = true; });
    });
    return known;
}

void Sessions::make_token(const ApiToken& token, const Sha256& digest, const Act& act) {
    database_->write([&](Connection& connection) {
        connection.run(
            "INSERT INTO api_tokens (id, token, username, label, made_at, ends_at) VALUES ($1, $2, $3, $4, "
            "$5, "
            "$6)",
            {token.id, to_string(digest), token.username, token.label, to_millis(token.made_at),
             to_millis(token.ends_at)});
        log_act(connection, "token-made", token.username, act,
                {{"token", token.id},
                 {"label", token.label},
                 {"ends", to_millis(token.ends_at)},
                 {"digest", to_string(digest).substr(0, 16)}});
    });
}

bool Sessions::revoke_token(const std::string& username, const std::string& id, const Act& act) {
    bool revoked = false;
    database_->write([&](Connection& connection) {
        revoked = false;
        connection.run("SELECT 1 FROM api_tokens WHERE id = $1 AND username = $2 AND revoked_at IS NULL",
                       {id, username}, [&](const Cells&) { revoked = true; });
        if (!revoked) return;
        connection.run("UPDATE api_tokens SET revoked_at = $2 WHERE id = $1", {id, to_millis(act.at)});
        log_act(connection, "token-revoked", username, act, {{"token", id}});
    });
    return revoked;
}

std::vector<ApiToken> Sessions::tokens_of(const std::string& username) {
    std::vector<ApiToken> all;
    database_->read([&](Connection& connection) {
        all.clear();
        connection.run(
            "SELECT id, label, made_at, ends_at, used_at, revoked_at FROM api_tokens WHERE username = $1 "
            "ORDER BY made_at DESC, id",
            {username}, [&](const Cells& cells) {
                ApiToken token{.id = std::string(cells.text(0)),
                               .username = username,
                               .label = std::string(cells.text(1)),
                               .made_at = from_millis(cells.integer(2)),
                               .ends_at = from_millis(cells.integer(3)),
                               .used_at = {},
                               .revoked_at = {}};
                if (!cells.is_null(4)) token.used_at = from_millis(cells.integer(4));
                if (!cells.is_null(5)) token.revoked_at = from_millis(cells.integer(5));
                all.push_back(std::move(token));
            });
    });
    return all;
}

std::optional<Account> Sessions::find_token(const Sha256& digest, Instant now) {
    std::optional<Account> found;
    bool stale = false;
    database_->read([&](Connection& connection) {
        found.reset();
        std::string username;
        connection.run(
            "SELECT username, used_at FROM api_tokens WHERE token = $1 AND revoked_at IS NULL AND ends_at > "
            "$2",
            {to_string(digest), to_millis(now)}, [&](const Cells& cells) {
                username = cells.text(0);
                stale = cells.is_null(1) || now >= from_millis(cells.integer(1)) + std::chrono::hours(1);
            });
        if (username.empty()) return;
        found = read_account(connection, username);
        if (found && found->disabled) found.reset();
    });
    if (found && stale)
        note_use(*database_, "UPDATE api_tokens SET used_at = $2 WHERE token = $1", digest, now);
    return found;
}

}  // namespace naskah::storage
