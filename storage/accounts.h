// Who may sign in: accounts, what proves that it is they, and what they may do. Every act is an entry of the
// chained log in the same transaction. Secrets stand here only as digests, argon2id hashes or sealed by a key
// that is not in the database (service/passwords.h), and never in the log.
//
// Actions in the log, all with {"account"} in their detail and no letter:
//   account-added {"name","post","official","roles"}      account-changed {only what changed: [before,
//   after]} password {"by": "self" | "other"}                      totp-set, totp-removed, recovery-codes
// and those of sessions.h and attempts.h. "from" is the address that the act came from, where there was one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/sha256.h"
#include "core/world.h"
#include "storage/connections.h"
#include "storage/schema.h"

namespace naskah::storage {

struct Account {
    std::string username, name, post;
    std::string official;            // id of a pejabat of office.json, or empty
    std::vector<std::string> roles;  // words of workflow/people.h, without repeats
    bool disabled = false;
    std::string password;        // argon2id in its printed form
    bool must_change = false;    // the password was made by somebody else
    Bytes totp;                  // sealed; empty: none
    Bytes totp_wanted;           // sealed; shown to its owner and not confirmed yet
    std::int64_t totp_step = 0;  // the last step whose code was taken
    Instant made_at, password_at;
    std::optional<Instant> seen_at;  // when they last signed in
    std::int64_t revision = 1;       // grows with each change of the first six
};

// Who does something to an account, when and from where.
struct Act {
    std::string actor;  // username, "cli", or "-" for somebody who has not proved who they are
    Instant at;
    std::string from;  // address, or empty
};

class Accounts {
public:
    explicit Accounts(std::shared_ptr<Connections> database);

    std::optional<Account> find(const std::string& username);
    std::vector<Account> list();  // by username

    // Error(data) if there is an account of that name.
    void add(const Account& account, const Act& act);

    // Name, post, official, roles and disabled become those of `account`, if nobody has changed them since
    // its revision was read: false otherwise. A disabled account loses its sessions and tokens. Error(data)
    // if there is none of that name, or if no active account with the role "admin" would remain.
    bool change(const Account& account, const Act& act);

    // Ends every session of the account but `kept`, and its devices are strangers again.
    void set_password(const std::string& username, const std::string& hash, bool must_change, const Act& act,
                      const std::optional<Sha256>& kept = {});
    // The same password under other parameters, when its owner has just signed in. Only if `before` is still
    // its hash.
    void renew_hash(const std::string& username, const std::string& before, const std::string& hash,
                    const Act& act);

    // A secret to be confirmed by a code; replaces one that waits.
    void want_totp(const std::string& username, const Bytes& sealed);
    // The secret that waits becomes the account's, with the step of the code that confirmed it, and with new
    // recovery codes. False if `sealed` does not wait any more. Ends every session but `kept`.
    bool set_totp(const std::string& username, const Bytes& sealed, std::int64_t step,
                  const std::vector<Sha256>& recovery, const Act& act, const std::optional<Sha256>& kept);
    void remove_totp(const std::string& username, const Act& act);
    // New codes in place of all that were left.
    void set_recovery(const std::string& username, const std::vector<Sha256>& codes, const Act& act);
    int recovery_left(const std::string& username);

    // Holds accounts, sessions and tokens against the log. Empty when all is well.
    std::vector<Problem> check();

    // Whether any account holds something sealed: then the key that sealed it must not be made anew.
    bool holds_sealed();

private:
    std::shared_ptr<Connections> database_;
};

// Inside a write transaction: whether that step or code was still unused; uses it up.
bool use_totp_step(Connection& connection, const std::string& username, std::int64_t step);
bool use_recovery(Connection& connection, const std::string& username, const Sha256& code, Instant now);
// Inside any transaction.
std::optional<Account> read_account(Connection& connection, const std::string& username);
// An entry about that account, or about nobody's if `username` is empty.
void log_act(Connection& connection, const std::string& action, const std::string& username, const Act& act,
             Json detail = Json::object());

std::string digest_of_hash(const std::string& password_hash);  // as the log holds it

std::vector<std::string> account_tables();

}  // namespace naskah::storage
