// The people of the office and their accounts: what may be said of an account, what an admin or the command
// does to it, and what its owner does. What the pages and the command share; who may call which is decided
// before.
#pragma once

#include "service/passwords.h"
#include "storage/attempts.h"
#include "storage/sessions.h"
#include "workflow/office.h"
#include "workflow/people.h"

namespace naskah::service {

// An account as a form or the command gives it.
struct Details {
    std::string username, name, post, official;
    std::vector<std::string> roles;
};

class Staff {
public:
    // `office`: its folder, where the key lies that seals what the database must not hold open.
    Staff(std::shared_ptr<storage::Connections> database, const std::filesystem::path& office, Random& random,
          Effort effort = {});

    // Everything that is wrong with these details, each `where` being the field's name in Details.
    static std::vector<Problem> problems(const Details& details, const workflow::Office& office);

    // Makes the account with a password of its own choosing that must be changed, and gives it back: it is
    // shown once and stored nowhere. Throws Error(data).
    std::string add(const Details& details, const workflow::Office& office, const storage::Act& act);
    // With a password that is given; the caller wipes it.
    void add(const Details& details, const workflow::Office& office, std::string_view password,
             bool must_change, const storage::Act& act);
    // False if somebody changed the account meanwhile. Throws Error(data).
    bool change(const Details& details, bool disabled, std::int64_t revision, const workflow::Office& office,
                const storage::Act& act);
    // A new password that must be changed. Nobody has to wait for it any longer.
    std::string reset_password(const std::string& username, const storage::Act& act);

    // A secret for an authenticator app, to be confirmed by one of its codes. The caller wipes it.
    Bytes begin_totp(const std::string& username);
    // The secret that waits to be confirmed, to be shown again; nothing if none does.
    std::optional<Bytes> waiting_totp(const storage::Account& account);
    // The new recovery codes, shown once; nothing if the code is not of the secret that waits.
    std::optional<std::vector<std::string>> confirm_totp(const storage::Account& account,
                                                         std::string_view code, const storage::Act& act,
                                                         const std::optional<Sha256>& kept);
    std::vector<std::string> renew_recovery(const std::string& username, const storage::Act& act);

    storage::Accounts& accounts() { return accounts_; }
    storage::Sessions& sessions() { return sessions_; }
    storage::Attempts& attempts() { return attempts_; }
    Passwords& passwords() { return passwords_; }
    Vault& vault() { return vault_; }
    Random& random() { return random_; }

private:
    storage::Accounts accounts_;
    storage::Sessions sessions_;
    storage::Attempts attempts_;
    Passwords passwords_;
    Random& random_;
    Vault vault_;
};

workflow::Person person_of(const storage::Account& account);
// Whoever checks, signs, keeps numbers or accounts proves themselves twice.
bool needs_totp(const storage::Account& account);

// "Kepala Dinas": as pages and the command print it.
const char* role_name(workflow::Role role);

// A name as people type it: lower case, without blanks around it.
std::string as_username(std::string_view typed);

// How the keys begin under which the failures of an account are counted, whether there is such an account or
// not.
std::string attempts_key(std::string_view username);

// One account for each role, for the office that `naskah init --demo` makes, all with one password, and the
// phone's secret of those who need one already set. Gives back the password.
std::string make_demo_accounts(Staff& staff, const workflow::Office& office, const Clock& clock);
// The code that the account's phone would show now, one that was not used yet if possible. For demo offices
// only: Error(forbidden) elsewhere.
std::string demo_code(Staff& staff, const workflow::Office& office, const std::string& username,
                      const Clock& clock);

}  // namespace naskah::service
