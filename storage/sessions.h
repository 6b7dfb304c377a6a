// Who is signed in: sessions of browsers, devices that an account was used from, tokens for programs. Of each
// secret only its SHA-256 is stored, which is enough because all are random (256 bits).
//
// Actions in the log, besides those of accounts.h: sign-in {"by": "password" | "totp" | "recovery",
// "session"}, sign-out {"sessions": how many}, token-made {"token","label","ends","digest"}, token-revoked
// {"token"}; "session" and "digest" are the first 16 digits of the stored SHA-256, for Accounts::check().
#pragma once

#include "storage/accounts.h"

namespace naskah::storage {

constexpr std::chrono::minutes session_idle{30};   // unused so long, a session ends
constexpr std::chrono::hours session_longest{12};  // and so long after it began, used or not
constexpr std::chrono::minutes half_longest{10};   // to give the second proof
constexpr std::chrono::hours device_longest{24 * 180};

struct Opened {
    Sha256 token;
    std::string username;
    bool whole = true;  // false: the password was right, the second proof is still to come
    Instant opened_at, seen_at;
    std::string from;   // address
    std::string agent;  // kind of browser, in words of ours
};

struct Opening {
    Opened session;
    std::string by;              // what was proven last: "password", "totp", "recovery"
    std::optional<Sha256> half;  // the half session that this one completes
    std::optional<std::int64_t> totp_step;
    std::optional<Sha256> recovery;
    std::optional<Sha256> device;  // a browser that is known to the account from now on
};

struct ApiToken {
    std::string id;  // names it in pages and in the log; says nothing of the token
    std::string username, label;
    Instant made_at, ends_at;
    std::optional<Instant> used_at, revoked_at;
};

class Sessions {
public:
    explicit Sessions(std::shared_ptr<Connections> database);

    // False, and nothing is kept, if the second proof was used already or the half session has ended.
    bool open(const Opening& opening, const Act& act);

    struct Found {
        Opened session;
        Account account;
    };
    // Nothing if the session has ended or its account is disabled. A use is noted once a minute.
    std::optional<Found> find(const Sha256& token, Instant now);
    std::vector<Opened> of(const std::string& username, Instant now);  // whole ones, latest use first
    void close(const Sha256& token, const Act& act);
    void close_others(const std::string& username, const Sha256& kept, const Act& act);

    // Whether somebody has signed in to this account from this device before; to any, if `username` is empty.
    bool knows(const std::string& username, const Sha256& device, Instant now);

    void make_token(const ApiToken& token, const Sha256& digest, const Act& act);
    // False if the account has no such token, or it is revoked already.
    bool revoke_token(const std::string& username, const std::string& id, const Act& act);
    std::vector<ApiToken> tokens_of(const std::string& username);  // newest first
    // The account whose token that is, unless it has ended or the account is disabled. A use is noted once an
    // hour.
    std::optional<Account> find_token(const Sha256& digest, Instant now);

private:
    std::shared_ptr<Connections> database_;
};

std::vector<std::string> session_tables();

}  // namespace naskah::storage
