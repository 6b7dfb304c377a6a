// Holds accounts, sessions and tokens against the log: who gave themselves a role, another's password or a
// session by editing rows is found out.
#include <map>
#include <set>

#include "storage/accounts.h"
#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

constexpr int page = 500;

// An account as its entries tell it.
struct Told {
    Json name, post, official, roles, disabled = false;
    std::string password, totp;
};

class Inspection {
public:
    explicit Inspection(Connection& connection) : connection_(connection) {}

    std::vector<Problem> run() {
        replay();
        check_accounts();
        check_sessions();
        check_tokens();
        return std::move(problems_);
    }

private:
    void wrong(const std::string& what, const std::string& where) {
        problems_.push_back({what, where, disagreement_remedy});
    }

    void replay() {
        std::int64_t last = 0;
        for (;;) {
            const auto entries = entries_after(connection_, last, page);
            if (entries.empty()) return;
            for (const StoredEntry& stored : entries) {
                last = stored.seq;
                // Of entries of others, and of damaged ones, the register's own check speaks.
                if (stored.detail.find("\"account\"") == std::string::npos) continue;
                if (const auto entry = to_entry(stored); entry && entry->detail.is_object()) take(*entry);
            }
        }
    }

    void take(const LogEntry& entry) {
        const std::string username = text_in(entry.detail, "account");
        const std::string& action = entry.action;
        if (action == "account-added") {
            Told& told = told_[username];
            told.name = entry.detail.value("name", Json());
            told.post = entry.detail.value("post", Json());
            told.official = entry.detail.value("official", Json());
            told.roles = entry.detail.value("roles", Json());
            told.password = text_in(entry.detail, "password");
        } else if (action == "account-changed") {
            Told& told = told_[username];
            const std::pair<const char*, Json*> members[] = {{"name", &told.name},
                                                             {"post", &told.post},
                                                             {"official", &told.official},
                                                             {"roles", &told.roles},
                                                             {"disabled", &told.disabled}};
            for (const auto& [name, member] : members)
                if (const auto found = entry.detail.find(name);
                    found != entry.detail.end() && found->is_array() && found->size() == 2)
                    *member = found->at(1);
        } else if (action == "password" || action == "password-renewed") {
            told_[username].password = text_in(entry.detail, "password");
        } else if (action == "totp-set") {
            told_[username].totp = text_in(entry.detail, "totp");
        } else if (action == "totp-removed") {
            told_[username].totp.clear();
        } else if (action == "sign-in") {
            signed_in_.insert(username + " " + text_in(entry.detail, "session"));
        } else if (action == "token-made") {
            tokens_.insert(username + " " + text_in(entry.detail, "token") + " " +
                           text_in(entry.detail, "digest") + " " +
                           dump_json(entry.detail.value("ends", Json(0))));
        } else if (action == "token-revoked") {
            revoked_.insert(text_in(entry.detail, "token"));
        }
    }

    void check_accounts() {
        std::vector<std::string> names;
        connection_.run("SELECT username FROM accounts ORDER BY username", {},
                        [&](const Cells& cells) { names.emplace_back(cells.text(0)); });
        for (const std::string& name : names) {
            const Account account = read_account(connection_, name).value();
            const auto found = told_.find(name);
            if (found == told_.end()) {
                wrong("akun tidak tercatat dalam log", "akun " + name);
                continue;
            }
            const Told& told = found->second;
            const auto differ = [&](bool differs, const char* what) {
                if (differs) wrong(std::string(what) + " akun ini diubah di luar Naskah", "akun " + name);
            };
            differ(told.name != Json(account.name), "nama");
            differ(told.post != Json(account.post), "jabatan");
            differ(told.official != Json(account.official), "pejabat");
            differ(told.roles != Json(account.roles), "peran");
            differ(told.disabled != Json(account.disabled), "keadaan");
            differ(told.password != digest_of_hash(account.password), "sandi");
            differ(told.totp != (account.totp.empty() ? "" : to_string(sha256(account.totp))), "kode ponsel");
            told_.erase(found);
        }
        for (const auto& [name, told] : told_)
            wrong("akun tercatat dalam log tetapi barisnya hilang", "akun " + name);
    }

    void check_sessions() {
        connection_.run("SELECT username, token FROM sessions WHERE whole = 1", {}, [&](const Cells& cells) {
            const std::string name(cells.text(0));
            if (signed_in_.count(name + " " + std::string(cells.text(1).substr(0, 16))) == 0)
                wrong("ada sesi yang tidak berasal dari masuk lewat Naskah", "akun " + name);
        });
    }

    void check_tokens() {
        connection_.run(
            "SELECT username, id, token, ends_at, revoked_at FROM api_tokens", {}, [&](const Cells& cells) {
                const std::string name(cells.text(0)), id(cells.text(1));
                if (tokens_.count(name + " " + id + " " + std::string(cells.text(2).substr(0, 16)) + " " +
                                  std::to_string(cells.integer(3))) == 0)
                    wrong("token program ini tidak dibuat lewat Naskah atau diubah", "token " + id);
                if (revoked_.count(id) == 1 && cells.is_null(4))
                    wrong("token program ini sudah dicabut, tetapi dihidupkan lagi", "token " + id);
            });
    }

    Connection& connection_;
    std::map<std::string, Told> told_;
    std::set<std::string> signed_in_, tokens_, revoked_;
    std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> Accounts::check() {
    std::vector<Problem> problems;
    database_->read_picture([&](Connection& connection) { problems = Inspection(connection).run(); });
    return problems;
}

}  // namespace naskah::storage
