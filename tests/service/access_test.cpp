// Every route of the service, asked by everybody: whoever may not, gets nothing.
#include <map>
#include <set>

#include "access_table.h"
#include "house.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
using naskah::test::MayAsk;
using workflow::Role;

namespace {

std::set<std::string> words_of(const std::string& text) {
    std::set<std::string> words;
    std::istringstream in(text);
    for (std::string word; in >> word;) words.insert(word);
    return words;
}

// An address of that pattern that names nothing that there is.
std::string address_of(std::string pattern) {
    const std::map<std::string, std::string> names = {
        {"{bahasa}", "id"}, {"{nama}", "orang-lain"}, {"{nomor}", "1"}};
    for (std::size_t start; (start = pattern.find('{')) != std::string::npos;) {
        const std::size_t end = pattern.find('}', start) + 1;
        const auto known = names.find(pattern.substr(start, end - start));
        pattern.replace(start, end - start,
                        known == names.end() ? "K7QM4XTR9HBD2WNC5F8JV3PY6C" : known->second);
    }
    return pattern;
}

const MayAsk* line_of(const service::Route& route) {
    for (const MayAsk& line : test::access_table())
        if (route.method == line.method && route.pattern == line.pattern) return &line;
    return nullptr;
}

bool api(const MayAsk& line) { return std::string(line.pattern).starts_with("/api/"); }

constexpr const char* wrong_role = "peran Anda tidak mencakup halaman ini";
constexpr const char* wrong_form = "formulir ini sudah terlalu lama terbuka";

}  // namespace

TEST_CASE("every route says in the table who may ask it, and the table names no others") {
    House house;
    std::set<std::string> routes;
    for (const service::Route& route : house.service->router().routes()) {
        INFO(route.method << " " << route.pattern << ": add a line to tests/service/access_table.h");
        CHECK(line_of(route) != nullptr);
        routes.insert(route.method + " " + route.pattern);
    }
    std::set<std::string> lines;
    for (const MayAsk& line : test::access_table()) {
        const std::string name = std::string(line.method) + " " + line.pattern;
        INFO(name << ": there is no such route, or the line stands twice");
        CHECK(routes.count(name) == 1);
        CHECK(lines.insert(name).second);
    }
}

TEST_CASE("whoever has not signed in is asked to, and whoever has not the role is refused, on every route") {
    House house;
    std::map<std::string, House::SignedIn> people;
    for (const Role role : workflow::all_roles) people[to_string(role)] = house.sign_in(role);
    for (const MayAsk& line : test::access_table()) {
        const std::string method = line.method, who = line.who, address = address_of(line.pattern);
        INFO(method << " " << line.pattern << " is for: " << who);
        const auto ask = [&](const std::string& cookie, const std::string& csrf) {
            service::Request asked = House::request(method, address, cookie);
            asked.remote = "198.51.100.20";
            if (!csrf.empty()) asked.form.all = {{"csrf", csrf}};
            return house.service->handle(asked);
        };
        const bool changes = method != "GET";

        const auto nobody = ask("", "");
        if (who == "anyone") {
            CHECK(nobody.status != 401);
        } else if (who == "watchers") {
            CHECK(nobody.status == 404);
        } else {
            CHECK(nobody.status == 401);
            if (!api(line)) CHECK_THAT(nobody.body, Contains("Silakan masuk"));
        }

        for (const auto& [role, person] : people) {
            INFO("asked by " << role);
            const bool may = who == "anyone" || who == "signed in" || words_of(who).count(role) == 1;
            if (who == "watchers") {
                CHECK(ask(person.cookie, person.csrf).status == 404);
            } else if (!may) {
                // With the right token of their own session: it is the role that is missing.
                const auto denied = ask(person.cookie, person.csrf);
                CHECK(denied.status == 403);
                CHECK_THAT(denied.body, Contains(wrong_role));
            } else if (changes) {
                // They may, but this form was made by somebody else.
                for (const std::string& csrf :
                     {std::string(), std::string("salah"), people["staf"].csrf + "0"}) {
                    const auto denied = ask(person.cookie, csrf);
                    CHECK(denied.status == 403);
                    CHECK_THAT(denied.body, Contains(wrong_form));
                }
            } else {
                const auto shown = ask(person.cookie, "");
                CHECK(shown.status != 401);
                CHECK_THAT(shown.body, !Contains(wrong_role));
                CHECK(shown.status != 500);
            }
        }
    }
}

TEST_CASE("what another site makes a browser send is refused on every route that changes something") {
    House house;
    const auto admin = house.sign_in(Role::admin), staff = house.sign_in(Role::staf);
    for (const MayAsk& line : test::access_table()) {
        if (std::string(line.method) == "GET") continue;
        INFO(line.method << " " << line.pattern);
        for (const House::SignedIn* person : {&admin, &staff}) {
            service::Request asked = House::request(line.method, address_of(line.pattern), person->cookie);
            asked.headers.all.emplace_back("sec-fetch-site", "cross-site");
            asked.form.all = {{"csrf", person->csrf}};
            CHECK(house.service->handle(asked).status == 403);
        }
    }
}

TEST_CASE("a cookie or a token that is not ours opens no route") {
    House house;
    const auto staff = house.sign_in(Role::staf);
    const std::string token = staff.cookie.substr(staff.cookie.find('=') + 1);
    std::string changed = token;
    changed.back() = changed.back() == 'A' ? 'B' : 'A';
    for (const MayAsk& line : test::access_table()) {
        const std::string who = line.who;
        if (who == "anyone" || who == "watchers") continue;
        INFO(line.method << " " << line.pattern);
        for (const std::string& cookie :
             {std::string("naskah="), "naskah=" + changed, "naskah=" + token.substr(1),
              "naskah=" + token + "0", "naskah-kode=" + token, "__Host-naskah=" + token,
              "naskah=" + to_string(service::digest_of(token))}) {
            INFO(cookie);
            CHECK(
                house.service->handle(House::request(line.method, address_of(line.pattern), cookie)).status ==
                401);
        }
        // A browser's session is no token for programs, nor the other way round.
        service::Request asked = House::request(line.method, address_of(line.pattern));
        asked.headers.all.emplace_back("authorization", "Bearer " + token);
        CHECK(house.service->handle(asked).status == 401);
    }
}

TEST_CASE("whoever still has to choose a password or set up a phone gets no further on any route") {
    House house;
    house.password();
    const storage::Act act{.actor = "admin", .at = house.clock.now(), .from = {}};
    house.staff->reset_password("staf", act);
    const auto new_one = house.sign_in_as("staf");
    house.staff->accounts().remove_totp("kadis", act);
    const auto head = house.sign_in_as("kadis");
    const std::pair<const House::SignedIn*, std::string> people[] = {{&new_one, "/akun/sandi"},
                                                                     {&head, "/akun/ponsel"}};
    for (const auto& [person, first] : people)
        for (const MayAsk& line : test::access_table()) {
            const std::string who = line.who, pattern = line.pattern;
            if (who == "anyone" || who == "watchers" || pattern.starts_with(first)) continue;
            INFO(line.method << " " << pattern << " by " << person->person.username);
            service::Request asked = House::request(line.method, address_of(pattern), person->cookie);
            asked.form.all = {{"csrf", person->csrf}};
            const auto answer = house.service->handle(asked);
            if (asked.method == "GET" && !api(line)) {
                CHECK(answer.status == 303);
                CHECK(House::header(answer, "Location") == first);
            } else {
                CHECK(answer.status == 403);
            }
        }
    CHECK(house.get("/akun/sandi", new_one).status == 200);
    CHECK(house.get("/akun/ponsel", head).status == 200);
}
