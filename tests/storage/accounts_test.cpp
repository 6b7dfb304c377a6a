// Accounts in an SQLite file: the contract, and what an editor of the file cannot hide.
#include "storage/accounts.h"

#include "account_scenarios.h"
#include "raw.h"
#include "storage/sessions.h"

namespace naskah::storage {

using Catch::Matchers::Contains;

TEST_CASE("SQLite keeps accounts, sessions and attempts") {
    for (const Scenario& scenario : account_scenarios()) DYNAMIC_SECTION(scenario.name) {
            const Folder folder;
            const std::string path = folder.file("naskah.db");
            scenario.play({.database = [path] { return open_database(path, true); }});
            audit(path);
        }
}

TEST_CASE("an operator who gives somebody a role, a password or a session in the file is found out") {
    const struct {
        const char *edit, *said;
    } rows[] = {
        {"UPDATE accounts SET roles = 'staf,kadis' WHERE username = 'rina'", "peran akun ini diubah"},
        {"UPDATE accounts SET disabled = 1 WHERE username = 'rina'", "keadaan akun ini diubah"},
        {"UPDATE accounts SET name = 'Orang Lain' WHERE username = 'rina'", "nama akun ini diubah"},
        {"UPDATE accounts SET official = 'kepala' WHERE username = 'rina'", "pejabat akun ini diubah"},
        {"UPDATE accounts SET password = '$argon2id$punyaku' WHERE username = 'rina'",
         "sandi akun ini diubah"},
        {"UPDATE accounts SET totp = x'00' WHERE username = 'rina'", "kode ponsel akun ini diubah"},
        {"UPDATE accounts SET totp = NULL WHERE username = 'wirya'", "kode ponsel akun ini diubah"},
        {"INSERT INTO accounts SELECT 'tamu', name, post, official, 'admin', disabled, password, "
         "must_change, totp, "
         "totp_wanted, totp_step, made_at, password_at, seen_at, revision FROM accounts WHERE username = "
         "'rina'",
         "akun tidak tercatat dalam log"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM accounts WHERE username = 'wirya'",
         "tercatat dalam log tetapi barisnya hilang"},
        {"INSERT INTO sessions SELECT '0000000000000000' || substr(token, 17), 'wirya', 1, opened_at, "
         "seen_at, "
         "from_address, agent FROM sessions",
         "sesi yang tidak berasal dari masuk"},
        {"UPDATE sessions SET username = 'wirya'", "sesi yang tidak berasal dari masuk"},
        {"UPDATE api_tokens SET ends_at = ends_at + 1", "token program ini tidak dibuat lewat Naskah"},
        {"UPDATE api_tokens SET username = 'wirya'", "token program ini tidak dibuat lewat Naskah"},
        {"UPDATE api_tokens SET revoked_at = NULL", "sudah dicabut, tetapi dihidupkan lagi"},
    };
    for (const auto& row : rows) {
        INFO(row.edit);
        const Folder folder;
        const std::string path = folder.file("naskah.db");
        const auto database = open_database(path, true);
        Accounts accounts(database);
        Sessions sessions(database);
        const Act act{.actor = "cli", .at = moment(), .from = {}};
        for (const char* name : {"rina", "wirya"}) {
            Account account;
            account.username = name;
            account.name = "Orang Contoh";
            account.roles = {"staf"};
            account.password = "$argon2id$asli";
            accounts.add(account, act);
        }
        accounts.want_totp("wirya", to_bytes("segel"));
        REQUIRE(accounts.set_totp("wirya", to_bytes("segel"), 1, {}, act, {}));
        Opening opening;
        opening.session = {
            .token = sha256(as_bytes("s")), .username = "rina", .opened_at = moment(), .seen_at = moment()};
        REQUIRE(sessions.open(opening, act));
        sessions.make_token(
            {.id = "T1", .username = "rina", .label = "x", .made_at = moment(), .ends_at = moment(9)},
            sha256(as_bytes("t")), act);
        REQUIRE(sessions.revoke_token("rina", "T1", act));
        REQUIRE(accounts.check().empty());
        REQUIRE(RawFile(path).refusal(row.edit).empty());
        std::string said;
        for (const Problem& problem : accounts.check()) said += to_string(problem) + "\n";
        CHECK_THAT(said, Contains(row.said));
    }
}

}  // namespace naskah::storage
