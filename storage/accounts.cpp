#include "storage/accounts.h"

#include <algorithm>

#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

const std::string account_columns =
    "username, name, post, official, roles, disabled, password, must_change, totp, totp_wanted, totp_step, "
    "made_at, password_at, seen_at, revision";

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
    return text;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(','));
        words.emplace_back(word);
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return words;
}

Account read_row(const Cells& cells) {
    Account account{.username = std::string(cells.text(0)),
                    .name = std::string(cells.text(1)),
                    .post = std::string(cells.text(2)),
                    .official = std::string(cells.text(3)),
                    .roles = split(cells.text(4)),
                    .disabled = cells.integer(5) != 0,
                    .password = std::string(cells.text(6)),
                    .must_change = cells.integer(7) != 0,
                    .totp = {},
                    .totp_wanted = {},
                    .totp_step = cells.integer(10),
                    .made_at = from_millis(cells.integer(11)),
                    .password_at = from_millis(cells.integer(12)),
                    .seen_at = {},
                    .revision = cells.integer(14)};
    const BytesView totp = cells.bytes(8), wanted = cells.bytes(9);
    account.totp.assign(totp.begin(), totp.end());
    account.totp_wanted.assign(wanted.begin(), wanted.end());
    if (!cells.is_null(13)) account.seen_at = from_millis(cells.integer(13));
    return account;
}

Account existing(Connection& connection, const std::string& username) {
    auto account = read_account(connection, username);
    if (!account)
        throw Error(Code::data, "akun tidak ada: " + username, "nama pengguna",
                    "Lihat daftarnya di Pengaturan, Pengguna, atau: naskah user list");
    return *std::move(account);
}

void end_sessions(Connection& connection, const std::string& username, const std::optional<Sha256>& kept) {
    const std::string keep = kept ? to_string(*kept) : std::string();
    connection.run("DELETE FROM sessions WHERE username = $1 AND token <> $2", {username, keep});
}

void replace_recovery(Connection& connection, const std::string& username, const std::vector<Sha256>& codes) {
    connection.run("DELETE FROM recovery_codes WHERE username = $1", {username});
    for (const Sha256& code : codes)
        connection.run("INSERT INTO recovery_codes (username, code) VALUES ($1, $2)",
                       {username, to_string(code)});
}

}  // namespace

std::vector<std::string> account_tables() {
    return {
        R"sql(
CREATE TABLE accounts (
    username TEXT PRIMARY KEY CHECK (username <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    post TEXT NOT NULL,
    official TEXT NOT NULL,
    roles TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    password TEXT NOT NULL CHECK (password <> ''),
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    totp BYTEA,
    totp_wanted BYTEA,
    totp_step INTEGER NOT NULL,
    made_at BIGINT NOT NULL,
    password_at BIGINT NOT NULL,
    seen_at BIGINT,
    revision INTEGER NOT NULL
))sql",
        R"sql(
CREATE TABLE recovery_codes (
    username TEXT NOT NULL REFERENCES accounts (username),
    code TEXT NOT NULL CHECK (length(code) = 64),
    used_at BIGINT,
    PRIMARY KEY (username, code)
))sql",
    };
}

std::string digest_of_hash(const std::string& password_hash) {
    return to_string(sha256(as_bytes(password_hash)));
}

void log_act(Connection& connection, const std::string& action, const std::string& username, const Act& act,
             Json detail) {
    if (!username.empty()) detail["account"] = username;
    if (!act.from.empty()) detail["from"] = act.from;
    append(connection,
           {.at = act.at, .actor = act.actor, .action = action, .letter = {}, .detail = std::move(detail)});
}

std::optional<Account> read_account(Connection& connection, const std::string& username) {
    static const std::string sql = "SELECT " + account_columns + " FROM accounts WHERE username = $1";
    std::optional<Account> found;
    connection.run(sql, {username}, [&](const Cells& cells) { found = read_row(cells); });
    return found;
}

bool use_totp_step(Connection& connection, const std::string& username, std::int64_t step) {
    const Account account = existing(connection, username);
    if (account.totp_step >= step) return false;
    connection.run("UPDATE accounts SET totp_step = $2 WHERE username = $1", {username, step});
    return true;
}

bool use_recovery(Connection& connection, const std::string& username, const Sha256& code, Instant now) {
    bool unused = false;
    connection.run("SELECT 1 FROM recovery_codes WHERE username = $1 AND code = $2 AND used_at IS NULL",
                   {username, to_string(code)}, [&](const Cells&) { unused = true; });
    if (unused)
        connection.run("UPDATE recovery_codes SET used_at = $3 WHERE username = $1 AND code = $2",
                       {username, to_string(code), to_millis(now)});
    return unused;
}

Accounts::Accounts(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

std::optional<Account> Accounts::find(const std::string& username) {
    std::optional<Account> found;
    database_->read([&](Connection& connection) { found = read_account(connection, username); });
    return found;
}

std::vector<Account> Accounts::list() {
    static const std::string sql = "SELECT " + account_columns + " FROM accounts ORDER BY username";
    std::vector<Account> all;
    database_->read([&](Connection& connection) {
        all.clear();
        connection.run(sql, {}, [&](const Cells& cells) { all.push_back(read_row(cells)); });
    });
    return all;
}

void Accounts::add(const Account& account, const Act& act) {
    static const std::string sql =
        "INSERT INTO accounts (username, name, post, official, roles, disabled, password, must_change, "
        "totp_step, made_at, password_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9, 1)";
    database_->write([&](Connection& connection) {
        if (read_account(connection, account.username))
            throw Error(Code::data, "nama pengguna " + account.username + " sudah dipakai", "nama pengguna",
                        "Pilih nama lain; akun lama tidak dihapus, hanya dimatikan.");
        connection.run(sql, {account.username, account.name, account.post, account.official,
                             join(account.roles), std::int64_t{account.disabled}, account.password,
                             std::int64_t{account.must_change}, to_millis(act.at)});
        log_act(connection, "account-added", account.username, act,
                {{"name", account.name},
                 {"post", account.post},
                 {"official", account.official},
                 {"roles", account.roles},
                 {"password", digest_of_hash(account.password)}});
    });
}

bool Accounts::change(const Account& account, const Act& act) {
    bool changed = false;
    database_->write([&](Connection& connection) {
        const Account before = existing(connection, account.username);
        changed = before.revision == account.revision;
        if (!changed) return;
        Json detail = Json::object();
        const auto compare = [&](const char* name, const auto& was, const auto& is) {
            if (was != is) detail[name] = {was, is};
        };
        compare("name", before.name, account.name);
        compare("post", before.post, account.post);
        compare("official", before.official, account.official);
        compare("roles", before.roles, account.roles);
        compare("disabled", before.disabled, account.disabled);
        if (detail.empty()) return;
        connection.run(
            "UPDATE accounts SET name = $2, post = $3, official = $4, roles = $5, disabled = $6, revision = "
            "revision + 1 WHERE username = $1",
            {account.username, account.name, account.post, account.official, join(account.roles),
             std::int64_t{account.disabled}});
        bool admin = false;
        connection.run("SELECT roles FROM accounts WHERE disabled = 0", {}, [&](const Cells& cells) {
            const auto roles = split(cells.text(0));
            admin = admin || std::find(roles.begin(), roles.end(), "admin") != roles.end();
        });
        if (!admin)
            throw Error(Code::data, "tidak akan ada lagi admin yang aktif", "peran",
                        "Beri peran admin kepada akun lain lebih dahulu.");
        if (account.disabled) {
            end_sessions(connection, account.username, {});
            connection.run("DELETE FROM devices WHERE username = $1", {account.username});
            connection.run("UPDATE api_tokens SET revoked_at = $2 WHERE username = $1 AND revoked_at IS NULL",
                           {account.username, to_millis(act.at)});
        }
        log_act(connection, "account-changed", account.username, act, std::move(detail));
    });
    return changed;
}

void Accounts::set_password(const std::string& username, const std::string& hash, bool must_change,
                            const Act& act, const std::optional<Sha256>& kept) {
    database_->write([&](Connection& connection) {
        existing(connection, username);
        connection.run(
            "UPDATE accounts SET password = $2, must_change = $3, password_at = $4 WHERE username = $1",
            {username, hash, std::int64_t{must_change}, to_millis(act.at)});
        end_sessions(connection, username, kept);
        connection.run("DELETE FROM devices WHERE username = $1", {username});
        log_act(connection, "password", username, act,
                {{"by", act.actor == username ? "self" : "other"}, {"password", digest_of_hash(hash)}});
    });
}

void Accounts::renew_hash(const std::string& username, const std::string& before, const std::string& hash,
                          const Act& act) {
    database_->write([&](Connection& connection) {
        if (existing(connection, username).password != before) return;
        connection.run("UPDATE accounts SET password = $2 WHERE username = $1", {username, hash});
        log_act(connection, "password-renewed", username, act, {{"password", digest_of_hash(hash)}});
    });
}

void Accounts::want_totp(const std::string& username, const Bytes& sealed) {
    database_->write([&](Connection& connection) {
        existing(connection, username);
        connection.run("UPDATE accounts SET totp_wanted = $2 WHERE username = $1",
                       {username, BytesView(sealed)});
    });
}

bool Accounts::set_totp(const std::string& username, const Bytes& sealed, std::int64_t step,
                        const std::vector<Sha256>& recovery, const Act& act,
                        const std::optional<Sha256>& kept) {
    bool set = false;
    database_->write([&](Connection& connection) {
        const Account account = existing(connection, username);
        set = !sealed.empty() && account.totp_wanted == sealed;
        if (!set) return;
        connection.run(
            "UPDATE accounts SET totp = totp_wanted, totp_wanted = NULL, totp_step = $2 WHERE username = $1",
            {username, step});
        replace_recovery(connection, username, recovery);
        end_sessions(connection, username, kept);
        log_act(connection, "totp-set", username, act,
                {{"recovery_codes", static_cast<std::int64_t>(recovery.size())},
                 {"totp", to_string(sha256(sealed))}});
    });
    return set;
}

void Accounts::remove_totp(const std::string& username, const Act& act) {
    database_->write([&](Connection& connection) {
        existing(connection, username);
        connection.run(
            "UPDATE accounts SET totp = NULL, totp_wanted = NULL, totp_step = 0 WHERE username = $1",
            {username});
        replace_recovery(connection, username, {});
        log_act(connection, "totp-removed", username, act);
    });
}

void Accounts::set_recovery(const std::string& username, const std::vector<Sha256>& codes, const Act& act) {
    database_->write([&](Connection& connection) {
        existing(connection, username);
        replace_recovery(connection, username, codes);
        log_act(connection, "recovery-codes", username, act,
                {{"count", static_cast<std::int64_t>(codes.size())}});
    });
}

int Accounts::recovery_left(const std::string& username) {
    std::int64_t left = 0;
    database_->read([&](Connection& connection) {
        connection.run("SELECT COUNT(*) FROM recovery_codes WHERE username = $1 AND used_at IS NULL",
                       {username}, [&](const Cells& cells) { left = cells.integer(0); });
    });
    return static_cast<int>(left);
}

bool Accounts::holds_sealed() {
    bool holds = false;
    database_->read([&](Connection& connection) {
        holds = false;
        connection.run("SELECT 1 FROM accounts WHERE totp IS NOT NULL OR totp_wanted IS NOT NULL LIMIT 1", {},
                       [&](const Cells&) { holds = true; });
    });
    return holds;
}

}  // namespace naskah::storage
