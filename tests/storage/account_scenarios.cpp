#include "account_scenarios.h"

#include <algorithm>

#include "storage/attempts.h"
#include "storage/sessions.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using namespace std::chrono_literals;

Account an_account(const std::string& username, std::vector<std::string> roles = {"staf"}) {
    Account account;
    account.username = username;
    account.name = "Orang Contoh " + username;
    account.post = "Penata";
    account.roles = std::move(roles);
    account.password = "$argon2id$" + username;
    return account;
}

Act by(const std::string& actor, Instant at = moment()) {
    return {.actor = actor, .at = at, .from = "192.0.2.1"};
}

Sha256 token(const std::string& text) { return sha256(as_bytes(text)); }

bool sign_in(Sessions& sessions, const std::string& username, const std::string& secret,
             Instant at = moment()) {
    Opening opening;
    opening.session = {.token = token(secret), .username = username, .opened_at = at, .seen_at = at};
    opening.by = "password";
    return sessions.open(opening, by(username, at));
}

std::vector<std::string> actions(const Store& store, const std::string& person = "") {
    std::vector<std::string> all;
    for (const LogEntry& entry : store.open()->newest_log({.person = person, .limit = 100}))
        all.insert(all.begin(), entry.action + " " + entry.actor);
    return all;
}

// What every scenario must leave behind.
void audit_accounts(const Store& store) {
    CHECK(Accounts(store.database()).check() == std::vector<Problem>{});
    CHECK(store.open()->check() == std::vector<Problem>{});
}

void comes_back_as_it_was(const Store& store) {
    Accounts accounts(store.database());
    Account account = an_account("rina.puspita", {"staf", "tata-usaha"});
    account.official = "kepala";
    account.must_change = true;
    accounts.add(account, by("admin", moment(5)));
    const Account found = Accounts(store.database()).find("rina.puspita").value();
    CHECK(found.name == account.name);
    CHECK(found.post == "Penata");
    CHECK(found.official == "kepala");
    CHECK(found.roles == account.roles);
    CHECK(found.password == account.password);
    CHECK(found.must_change);
    CHECK_FALSE(found.disabled);
    CHECK(found.totp.empty());
    CHECK(found.made_at == moment(5));
    CHECK_FALSE(found.seen_at);
    CHECK_FALSE(accounts.find("rina"));
    CHECK_FALSE(accounts.find("RINA.PUSPITA"));
    CHECK_FALSE(accounts.find(""));
    accounts.add(an_account("adi", {}), by("admin"));
    CHECK(accounts.list().size() == 2);
    CHECK(accounts.list().front().username == "adi");
    CHECK(accounts.list().front().roles.empty());
    CHECK_THAT(refusal([&] { accounts.add(an_account("adi"), by("admin")); }), Contains("sudah dipakai"));
    audit_accounts(store);
}

void two_admins_do_not_overwrite_each_other(const Store& store) {
    Accounts accounts(store.database());
    accounts.add(an_account("damar", {"admin"}), by("cli"));
    accounts.add(an_account("wira", {"admin"}), by("cli"));
    Account mine = accounts.find("wira").value(), yours = mine;
    mine.name = "Wira Contoh";
    yours.roles = {"staf"};
    CHECK(accounts.change(mine, by("damar", moment(1))));
    CHECK_FALSE(accounts.change(yours, by("damar", moment(2))));
    CHECK(accounts.find("wira")->roles == std::vector<std::string>{"admin"});
    yours = accounts.find("wira").value();
    yours.roles = {"staf"};
    CHECK(accounts.change(yours, by("damar", moment(3))));
    // Nothing changed is no act; the last admin stays one.
    const auto before = actions(store).size();
    CHECK(accounts.change(accounts.find("wira").value(), by("damar")));
    CHECK(actions(store).size() == before);
    Account last = accounts.find("damar").value();
    last.disabled = true;
    CHECK_THAT(refusal([&] { accounts.change(last, by("wira")); }), Contains("admin"));
    last = accounts.find("damar").value();
    last.roles = {"kadis"};
    CHECK_THAT(refusal([&] { accounts.change(last, by("damar")); }), Contains("admin"));
    CHECK(accounts.find("damar")->roles == std::vector<std::string>{"admin"});
    audit_accounts(store);
}

void a_disabled_account_loses_what_it_had_open(const Store& store) {
    Accounts accounts(store.database());
    Sessions sessions(store.database());
    accounts.add(an_account("damar", {"admin"}), by("cli"));
    accounts.add(an_account("rina"), by("damar"));
    REQUIRE(sign_in(sessions, "rina", "s1"));
    sessions.make_token(
        {.id = "T1", .username = "rina", .label = "rekap", .made_at = moment(), .ends_at = moment() + 24h},
        token("t1"), by("rina"));
    REQUIRE(sessions.find(token("s1"), moment(1)));
    REQUIRE(sessions.find_token(token("t1"), moment(1)));
    Account account = accounts.find("rina").value();
    account.disabled = true;
    CHECK(accounts.change(account, by("damar")));
    CHECK_FALSE(sessions.find(token("s1"), moment(2)));
    CHECK_FALSE(sessions.find_token(token("t1"), moment(2)));
    account = accounts.find("rina").value();
    account.disabled = false;
    CHECK(accounts.change(account, by("damar")));
    CHECK_FALSE(sessions.find(token("s1"), moment(3)));
    CHECK_FALSE(sessions.find_token(token("t1"), moment(3)));
    audit_accounts(store);
}

void a_second_proof_is_used_once(const Store& store) {
    Accounts accounts(store.database());
    accounts.add(an_account("wirya", {"kadis"}), by("cli"));
    const Bytes first = to_bytes("segel 1"), second = to_bytes("segel 2");
    accounts.want_totp("wirya", first);
    accounts.want_totp("wirya", second);
    CHECK(accounts.holds_sealed());
    CHECK_FALSE(accounts.set_totp("wirya", first, 7, {}, by("wirya"), {}));
    CHECK(accounts.set_totp("wirya", second, 7, {token("r1"), token("r2")}, by("wirya"), {}));
    CHECK_FALSE(accounts.set_totp("wirya", second, 8, {}, by("wirya"), {}));
    CHECK(accounts.find("wirya")->totp == second);
    CHECK(accounts.recovery_left("wirya") == 2);

    // Eight processes come with one code, and with one code on paper: one of them gets in by each.
    for (const bool paper : {false, true}) {
        const auto opened = in_processes(8, [&](int number) -> std::string {
            Sessions sessions(store.database());
            const std::string name = std::to_string(number) + (paper ? "p" : "t");
            Opening half;
            half.session = {.token = token("h" + name),
                            .username = "wirya",
                            .whole = false,
                            .opened_at = moment(),
                            .seen_at = moment()};
            sessions.open(half, by("wirya"));
            Opening opening;
            opening.session = {
                .token = token("w" + name), .username = "wirya", .opened_at = moment(), .seen_at = moment()};
            opening.half = half.session.token;
            opening.by = paper ? "recovery" : "totp";
            if (paper)
                opening.recovery = token("r1");
            else
                opening.totp_step = 8;
            return sessions.open(opening, by("wirya")) ? "in" : "out";
        });
        CHECK(std::count(opened.begin(), opened.end(), "in") == 1);
    }
    CHECK(accounts.recovery_left("wirya") == 1);
    const auto told = actions(store, "wirya");
    CHECK(std::count(told.begin(), told.end(), "sign-in wirya") == 2);
    accounts.remove_totp("wirya", by("damar"));
    CHECK(accounts.find("wirya")->totp.empty());
    CHECK(accounts.recovery_left("wirya") == 0);
    audit_accounts(store);
}

void sessions_end_by_themselves(const Store& store) {
    Accounts accounts(store.database());
    Sessions sessions(store.database());
    accounts.add(an_account("rina"), by("cli"));
    sign_in(sessions, "rina", "a");
    Opening half;
    half.session = {
        .token = token("h"), .username = "rina", .whole = false, .opened_at = moment(), .seen_at = moment()};
    CHECK(sessions.open(half, by("rina")));
    CHECK(sessions.find(token("h"), moment() + 10min - 1ms));
    CHECK_FALSE(sessions.find(token("h"), moment() + 10min));
    CHECK(sessions.of("rina", moment(1)).size() == 1);  // half a session is none
    CHECK(sessions.find(token("a"), moment() + 30min - 1ms));
    CHECK(sessions.find(token("a"), moment() + 59min));
    CHECK_FALSE(sessions.find(token("a"), moment() + 59min + 30min));
    sign_in(sessions, "rina", "b", moment() + 24h);
    CHECK_FALSE(sessions.find(token("a"), moment(1)));  // swept when somebody signed in
    sessions.close(token("b"), by("rina"));
    sessions.close(token("b"), by("rina"));
    CHECK_FALSE(sessions.find(token("b"), moment() + 24h + 1ms));
    const auto told = actions(store, "rina");
    CHECK(std::count(told.begin(), told.end(), "sign-out rina") == 1);
    audit_accounts(store);
}

void closing_the_others_keeps_one(const Store& store) {
    Accounts accounts(store.database());
    Sessions sessions(store.database());
    accounts.add(an_account("rina"), by("cli"));
    accounts.add(an_account("adi"), by("cli"));
    for (const char* secret : {"a", "b", "c"}) sign_in(sessions, "rina", secret);
    sign_in(sessions, "adi", "d");
    sessions.close_others("rina", token("b"), by("rina"));
    CHECK_FALSE(sessions.find(token("a"), moment(1)));
    CHECK(sessions.find(token("b"), moment(1)));
    CHECK_FALSE(sessions.find(token("c"), moment(1)));
    CHECK(sessions.find(token("d"), moment(1)));
    accounts.set_password("rina", "$argon2id$baru", false, by("rina"), token("b"));
    CHECK(sessions.find(token("b"), moment(1)));
    accounts.set_password("rina", "$argon2id$lagi", true, by("damar"));
    CHECK_FALSE(sessions.find(token("b"), moment(1)));
    CHECK(accounts.find("rina")->must_change);
    accounts.renew_hash("rina", "$argon2id$usang", "$argon2id$kuat", by("rina"));
    CHECK(accounts.find("rina")->password == "$argon2id$lagi");
    accounts.renew_hash("rina", "$argon2id$lagi", "$argon2id$kuat", by("rina"));
    CHECK(accounts.find("rina")->password == "$argon2id$kuat");
    audit_accounts(store);
}

void tokens_are_their_accounts_alone(const Store& store) {
    Accounts accounts(store.database());
    Sessions sessions(store.database());
    accounts.add(an_account("rina"), by("cli"));
    accounts.add(an_account("adi"), by("cli"));
    for (const char* id : {"T1", "T2"})
        sessions.make_token(
            {.id = id, .username = "rina", .label = "rekap", .made_at = moment(), .ends_at = moment() + 24h},
            token(id), by("rina"));
    CHECK(sessions.find_token(token("T1"), moment() + 24h - 1ms)->username == "rina");
    CHECK_FALSE(sessions.find_token(token("T1"), moment() + 24h));
    CHECK_FALSE(sessions.find_token(token("T3"), moment()));
    CHECK_FALSE(sessions.revoke_token("adi", "T1", by("adi")));
    CHECK(sessions.revoke_token("rina", "T1", by("rina")));
    CHECK_FALSE(sessions.revoke_token("rina", "T1", by("rina")));
    CHECK_FALSE(sessions.find_token(token("T1"), moment(1)));
    CHECK(sessions.find_token(token("T2"), moment(1)));
    CHECK(sessions.tokens_of("rina").size() == 2);
    CHECK(sessions.tokens_of("adi").empty());
    audit_accounts(store);
}

void attempts_of_many_processes_are_counted_together(const Store& store) {
    const std::vector<Counted> keys = {{"rina:dari:x", {5, 60s, 900s}}, {"alamat:x", {50, 60s, 3600s}}};
    store.database();
    const auto admitted = in_processes(8, [&](int) -> std::string {
        Attempts attempts(store.database());
        int admissions = 0;
        for (int i = 0; i < 4; ++i)
            if (!attempts.admit(keys, moment()).wait) ++admissions;
        return std::to_string(admissions);
    });
    int all = 0;
    for (const std::string& some : admitted) all += std::stoi(some);
    CHECK(all == 5);
    Attempts attempts(store.database());
    CHECK(attempts.admit(keys, moment()).wait == moment() + 60s);
    CHECK(attempts.admit({keys[1]}, moment()).left == 44);
    // A day later it is forgotten.
    CHECK_FALSE(attempts.admit(keys, moment() + 24h).wait);
    CHECK(attempts.admit(keys, moment() + 24h).left == 3);
    attempts.succeeded({"rina:dari:x"}, {"alamat:x"});
    CHECK(attempts.admit(keys, moment() + 24h).left == 4);
    attempts.forget("rina:");
    CHECK(attempts.admit(keys, moment() + 24h).left == 4);
    audit_accounts(store);
}

}  // namespace

const std::vector<Scenario>& account_scenarios() {
    static const std::vector<Scenario> all = {
        {"an account comes back as it was made, under its name only", comes_back_as_it_was},
        {"two admins do not overwrite each other, and the last one stays",
         two_admins_do_not_overwrite_each_other},
        {"a disabled account loses what it had open", a_disabled_account_loses_what_it_had_open},
        {"a second proof is used once, whoever comes with it at the same time", a_second_proof_is_used_once},
        {"sessions end by themselves", sessions_end_by_themselves},
        {"closing the others keeps one, a password given by somebody keeps none",
         closing_the_others_keeps_one},
        {"tokens are their account's alone, until they end or are revoked", tokens_are_their_accounts_alone},
        {"attempts of many processes are counted together", attempts_of_many_processes_are_counted_together},
    };
    return all;
}

}  // namespace naskah::storage
