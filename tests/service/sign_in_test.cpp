// Signing in: who gets in, who waits, who is told what.
#include <cctype>
#include <map>
#include <set>
#include <thread>

#include "core/totp.h"
#include "house.h"
#include "service/sign_in.h"

using namespace naskah;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using naskah::test::House;
using workflow::Role;

namespace {

// Somebody's browser: keeps its cookies, sits at an address.
class Browser {
public:
    explicit Browser(House& house, std::string address = "198.51.100.9")
        : house_(house), address_(std::move(address)) {}

    service::Response send(const std::string& method, const std::string& where, service::Fields form = {},
                           bool secure = false) {
        service::Request asked = House::request(method, where);
        asked.remote = address_;
        asked.secure = secure;
        asked.form = std::move(form);
        for (const auto& [name, value] : cookies_) asked.cookies.all.emplace_back(name, value);
        auto answer = house_.service->handle(asked);
        for (const auto& [name, value] : answer.headers)
            if (name == "Set-Cookie") {
                const std::size_t equals = value.find('='), end = value.find(';');
                const std::string cookie = value.substr(0, equals);
                if (value.find("Max-Age=0") != std::string::npos)
                    cookies_.erase(cookie);
                else
                    cookies_[cookie] = value.substr(equals + 1, end - equals - 1);
            }
        return answer;
    }
    service::Response password(const std::string& name, const std::string& password,
                               const std::string& to = "") {
        return send("POST", "/masuk", {{{"nama", name}, {"sandi", password}, {"ke", to}}});
    }
    service::Response code(const std::string& typed) {
        return send("POST", "/masuk/kode", {{{"kode", typed}}});
    }
    service::Response recovery(const std::string& typed) {
        return send("POST", "/masuk/kode", {{{"kode", typed}, {"cadangan", "1"}}});
    }
    // Both steps, as the owner does them.
    service::Response sign_in(const std::string& name) {
        auto answer = password(name, house_.password());
        if (House::header(answer, "Location").starts_with("/masuk/kode"))
            answer =
                code(service::demo_code(*house_.staff, house_.site->desk()->office(), name, house_.clock));
        return answer;
    }
    bool inside() { return send("GET", "/akun").status == 200; }
    std::map<std::string, std::string>& cookies() { return cookies_; }
    std::string csrf() { return service::csrf_of(cookies_.at("naskah")); }

private:
    House& house_;
    std::string address_;
    std::map<std::string, std::string> cookies_;
};

std::string place(const service::Response& answer) { return House::header(answer, "Location"); }

std::string code_now(House& house, const std::string& name) {
    return service::demo_code(*house.staff, house.site->desk()->office(), name, house.clock);
}

// What the log says was done, newest first: "sign-in by staf", "attempt-failed by - on kadis".
std::vector<std::string> acts(House& house, int limit = 10) {
    std::vector<std::string> all;
    for (const auto& entry : house.site->desk()->letters().newest_log({.limit = limit})) {
        const std::string about = entry.detail.value("account", "");
        all.push_back(entry.action + " by " + entry.actor + (about == entry.actor ? "" : " on " + about));
    }
    return all;
}

const std::string waits = "Terlalu banyak percobaan. Coba lagi pukul ";
const std::string refused = "Nama pengguna atau sandi tidak cocok.";

}  // namespace

TEST_CASE(
    "a clerk signs in with a password, a head with a code of the phone besides, each to their own page") {
    House house;
    house.password();
    const struct {
        const char *name, *home;
        bool code;
    } rows[] = {{"staf", "/surat", false},
                {"pemeriksa", "/pemeriksaan", true},
                {"kadis", "/antrean", true},
                {"tata-usaha", "/agenda", true},
                {"admin", "/pengaturan", true}};
    for (const auto& row : rows) {
        INFO(row.name);
        Browser browser(house);
        const auto first = browser.password(row.name, house.password());
        CHECK(first.status == 303);
        CHECK(place(first) == (row.code ? "/masuk/kode" : "/beranda"));
        CHECK(browser.inside() == !row.code);
        if (row.code) {
            CHECK(browser.send("GET", "/masuk/kode").status == 200);
            CHECK(place(browser.code(code_now(house, row.name))) == "/beranda");
        }
        CHECK(browser.inside());
        CHECK(place(browser.send("GET", "/beranda")) == row.home);
        CHECK(acts(house, 1).front() == "sign-in by " + std::string(row.name));
        CHECK(browser.cookies().count("naskah-kode") == 0);
    }
}

TEST_CASE("names are taken as people type them, passwords as they are") {
    House house;
    const std::string password = house.password();
    const struct {
        std::string name, password;
        bool in;
    } rows[] = {{"staf", password, true},
                {" Staf ", password, true},
                {"STAF", password, true},
                {"staf", password + " ", false},
                {"staf", " " + password, false},
                {"staf", std::string(1, password[0]), false},
                {"staf", "", false},
                {"", password, false},
                {"staff", password, false},
                {"staf\n", password, false},
                {std::string("staf\0", 5), password, false},
                {"staf", password + std::string(1, '\0'), false},
                {"staf", std::string(100'000, 'a'), false},
                {"' OR 1=1 --", "' OR 1=1 --", false},
                {"\xff\xfe", password, false}};
    int number = 0;
    for (const auto& row : rows) {
        INFO(row.name << " / " << row.password.size());
        Browser browser(house, "198.51.100." + std::to_string(++number));
        const auto answer = browser.password(row.name, row.password);
        CHECK(answer.status == (row.in ? 303 : 422));
        CHECK(browser.inside() == row.in);
    }
}

TEST_CASE("an account that is not there is refused in the same words, after as many attempts, for as long") {
    House house;
    house.password();
    house.staff->accounts().change(
        [&] {
            auto account = house.staff->accounts().find("sekretaris").value();
            account.disabled = true;
            return account;
        }(),
        {.actor = "admin", .at = house.clock.now(), .from = {}});
    const auto told = [&](const std::string& name, const std::string& from) {
        Browser browser(house, from);
        std::string all;
        for (int i = 0; i < 9; ++i) {
            const auto answer = browser.password(name, i == 8 ? house.password() : "salah sama sekali");
            std::string body = answer.body;
            for (std::size_t at; (at = body.find(name)) != std::string::npos;) body.erase(at, name.size());
            all += std::to_string(answer.status) + House::header(answer, "Retry-After") + body;
            if (i == 5) house.clock.pass(61s);
        }
        return all;
    };
    const Instant start = house.clock.now();
    const std::string real = told("kadis", "198.51.100.1");
    house.clock.pass(start - house.clock.now());
    CHECK(told("tidak-ada", "198.51.100.2") == real);
    house.clock.pass(start - house.clock.now());
    CHECK(told("sekretaris", "198.51.100.3") == real);
    CHECK_THAT(real, Contains(waits));
}

TEST_CASE("who fails too often waits, longer each time, and is told until when") {
    House house;
    house.password();
    Browser stranger(house);
    for (int i = 0; i < 4; ++i) {
        const auto answer = stranger.password("kadis", "salah sama sekali");
        CHECK(answer.status == 422);
        CHECK_THAT(answer.body, Contains(refused) && !Contains(waits));
    }
    // The fifth failure says how long, and until then nothing is looked at, not even what is right.
    CHECK_THAT(stranger.password("kadis", "salah sama sekali").body, Contains(refused) && Contains(waits));
    for (const auto& [wait, next] : {std::pair(60s, 120s), std::pair(120s, 240s), std::pair(240s, 480s),
                                     std::pair(480s, 900s), std::pair(900s, 900s), std::pair(900s, 900s)}) {
        INFO(wait.count());
        house.clock.pass(wait - 1s);
        const auto early = stranger.password("kadis", house.password());
        CHECK(early.status == 429);
        CHECK(House::header(early, "Retry-After") == "1");
        CHECK_THAT(early.body, Contains(waits) && !Contains(refused));
        house.clock.pass(1s);
        CHECK(stranger.password("kadis", "salah sama sekali").status == 422);
        house.clock.pass(next - 1s);
        CHECK(stranger.password("kadis", "salah sama sekali").status == 429);
        house.clock.pass(1s - next);
    }
    house.clock.pass(900s);
    CHECK(place(stranger.password("kadis", house.password())) == "/masuk/kode");
    // Who got in begins anew.
    for (int i = 0; i < 4; ++i) CHECK(stranger.password("kadis", "salah").status == 422);
    CHECK(place(stranger.password("kadis", house.password())) == "/masuk/kode");
}

TEST_CASE(
    "strangers cannot keep the head out of the browser that the head uses, nor out of others for long") {
    House house;
    Browser phone(house, "203.0.113.50");
    CHECK(place(phone.sign_in("kadis")) == "/beranda");
    phone.send("POST", "/keluar", {{{"csrf", phone.csrf()}}});
    CHECK_FALSE(phone.inside());

    // Forty strangers from forty places try until the account waits.
    for (int i = 0; i < 40; ++i)
        Browser(house, "198.51.100." + std::to_string(i)).password("kadis", "tebakan " + std::to_string(i));
    Browser elsewhere(house, "192.0.2.77");
    CHECK(elsewhere.password("kadis", house.password()).status == 429);
    // Sitting at the head's own address does not help or harm.
    Browser neighbour(house, "203.0.113.50");
    for (int i = 0; i < 10; ++i) neighbour.password("kadis", "salah");

    house.clock.pass(31s);
    CHECK(place(phone.sign_in("kadis")) == "/beranda");
    house.clock.pass(300s);
    CHECK(place(elsewhere.password("kadis", house.password())) == "/masuk/kode");
}

TEST_CASE("a browser that is known to one account is a stranger to another, and has its own patience") {
    House house;
    Browser shared(house);
    CHECK(place(shared.sign_in("staf")) == "/beranda");
    shared.send("POST", "/keluar", {{{"csrf", shared.csrf()}}});
    const std::string device = shared.cookies().at("naskah-perangkat");
    for (int i = 0; i < 5; ++i) CHECK(shared.password("kadis", "salah").status == 422);
    CHECK(shared.password("kadis", house.password()).status == 429);
    // The first account is as it was, and the browser keeps its name for both.
    for (int i = 0; i < 5; ++i) CHECK(shared.password("staf", "salah").status == 422);
    CHECK(shared.password("staf", house.password()).status == 429);
    house.clock.pass(60s);
    CHECK(place(shared.sign_in("staf")) == "/beranda");
    CHECK(shared.cookies().at("naskah-perangkat") == device);
    // A device's name that nobody gave is worth nothing.
    Browser forger(house, "198.51.100.200");
    forger.cookies()["naskah-perangkat"] = "SEMBARANG";
    CHECK(place(forger.sign_in("staf")) == "/beranda");
    CHECK(forger.cookies().at("naskah-perangkat") != "SEMBARANG");
}

TEST_CASE("one address that tries many names waits for all of them") {
    House house;
    house.password();
    for (int i = 0; i < 50; ++i) Browser(house).password("orang" + std::to_string(i), "salah");
    CHECK(Browser(house).password("staf", house.password()).status == 429);
    CHECK(Browser(house, "198.51.100.10").password("staf", house.password()).status == 303);
    // Of IPv6 the network counts, since everybody has as many addresses as they like.
    for (int i = 0; i < 50; ++i)
        Browser(house, "2001:db8:7:7::" + std::to_string(i)).password("orang" + std::to_string(i), "salah");
    CHECK(Browser(house, "2001:db8:7:7:ffff::1").password("staf", house.password()).status == 429);
    CHECK(Browser(house, "2001:db8:7:8::1").password("staf", house.password()).status == 303);
    // Someone's good sign-in from there does not wash the address clean.
    house.clock.pass(61s);
    CHECK(Browser(house).password("staf", house.password()).status == 303);
    CHECK(Browser(house).password("orang51", "salah").status == 422);
    CHECK(Browser(house).password("orang52", "salah").status == 429);
}

TEST_CASE("failures are counted in the store: another process knows them, and a restart forgives nothing") {
    House house;
    house.password();
    Browser stranger(house);
    for (int i = 0; i < 5; ++i) stranger.password("staf", "salah");
    service::Staff other(house.site->desk()->office().open_database(), house.site->root(), system_random(),
                         {.passes = 1, .memory = 8192});
    service::SignIn second(other);
    const auto answer =
        second.password("staf", house.password(), {house.clock.now(), "198.51.100.9", "", ""});
    CHECK(answer.kind == service::SignIn::Answer::Kind::wait);
}

TEST_CASE("a hundred guesses at once are a hundred guesses") {
    House house;
    house.password();
    std::atomic<int> looked_at = 0;
    std::vector<std::thread> crowd;
    for (int i = 0; i < 20; ++i)
        crowd.emplace_back([&, i] {
            service::SignIn door(*house.staff);
            for (int j = 0; j < 5; ++j) {
                const auto answer = door.password("kadis", "tebakan " + std::to_string(i * 5 + j),
                                                  {house.clock.now(), "198.51.100.9", "", ""});
                if (answer.kind == service::SignIn::Answer::Kind::wrong) ++looked_at;
            }
        });
    for (std::thread& one : crowd) one.join();
    CHECK(looked_at == 5);
}

TEST_CASE(
    "a code of the phone counts once, in its own minute, for its own account, and five times wrong is over") {
    House house;
    house.password();
    Browser head(house);
    head.password("kadis", house.password());
    SECTION("another's code") {
        CHECK(head.code(code_now(house, "pemeriksa")).status == 422);
        CHECK_FALSE(head.inside());
    }
    SECTION("a code that was used") {
        const std::string code = code_now(house, "kadis");
        CHECK(place(head.code(code)) == "/beranda");
        Browser thief(house, "192.0.2.1");
        thief.password("kadis", house.password());
        CHECK(thief.code(code).status == 422);
        house.clock.pass(30s);
        CHECK(thief.code(code).status == 422);
        CHECK_FALSE(thief.inside());
    }
    SECTION("a code of two minutes ago") {
        const std::string code = code_now(house, "kadis");
        house.clock.pass(120s);
        CHECK(head.code(code).status == 422);
        CHECK(place(head.code(code_now(house, "kadis"))) == "/beranda");
    }
    SECTION("guessing") {
        for (const char* left : {"Masih ada 4 kesempatan.", "Masih ada 3 kesempatan.",
                                 "Masih ada 2 kesempatan.", "Masih ada 1 kesempatan."})
            CHECK_THAT(head.code("bukan6").body, Contains(left));
        const auto over = head.code("bukan6");
        CHECK(place(over) == "/masuk?habis=1");
        CHECK_THAT(head.send("GET", "/masuk?habis=1").body, Contains("Masuk belum selesai"));
        CHECK(place(head.code(code_now(house, "kadis"))) == "/masuk?habis=1");
        // Beginning again gives five more, and then the account's codes wait.
        head.password("kadis", house.password());
        for (int i = 0; i < 5; ++i) head.code("bukan6");
        head.password("kadis", house.password());
        const auto wait = head.code(code_now(house, "kadis"));
        CHECK(wait.status == 429);
        CHECK_THAT(wait.body, Contains(waits));
        house.clock.pass(60s);
        CHECK(place(head.code(code_now(house, "kadis"))) == "/beranda");
    }
    SECTION("too late") {
        house.clock.pass(10min);
        CHECK(place(head.code(code_now(house, "kadis"))) == "/masuk?habis=1");
        CHECK(place(head.send("GET", "/masuk/kode")) == "/masuk");
    }
    SECTION("without the password first") {
        Browser other(house);
        CHECK(place(other.code(code_now(house, "kadis"))) == "/masuk?habis=1");
        other.cookies()["naskah-kode"] = "SEMBARANG";
        CHECK(place(other.code(code_now(house, "kadis"))) == "/masuk?habis=1");
    }
}

TEST_CASE("a recovery code stands in for the phone once, however it is typed") {
    House house;
    house.password();
    const auto codes =
        house.staff->renew_recovery("kadis", {.actor = "kadis", .at = house.clock.now(), .from = {}});
    REQUIRE(codes.size() == 8);
    CHECK(std::set<std::string>(codes.begin(), codes.end()).size() == 8);
    std::string loose = codes[1];
    std::transform(loose.begin(), loose.end(), loose.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    std::replace(loose.begin(), loose.end(), '-', ' ');
    for (const std::string& typed : {codes[0], loose}) {
        INFO(typed);
        Browser head(house);
        head.password("kadis", house.password());
        CHECK_THAT(head.send("GET", "/masuk/kode?cadangan=1").body, Contains("Kode cadangan"));
        CHECK(place(head.recovery(typed)) == "/akun?cadangan");
        CHECK(head.inside());
    }
    CHECK_THAT(acts(house, 1).front(), Contains("sign-in by kadis"));
    CHECK(house.staff->accounts().recovery_left("kadis") == 6);
    Browser again(house);
    again.password("kadis", house.password());
    for (const std::string& typed :
         {codes[0], std::string("AAAA-AAAA-AAAA-AAAA"), std::string(), std::string(500, 'A')})
        CHECK_THAT(again.recovery(typed).body, Contains("Kode cadangan tidak cocok atau sudah dipakai"));
    CHECK_FALSE(again.inside());
}

TEST_CASE(
    "a session ends after half an hour unused, after twelve hours, at signing out and at a new password") {
    House house;
    Browser browser(house);
    browser.sign_in("staf");
    SECTION("half an hour unused") {
        house.clock.pass(30min - 1s);
        CHECK(browser.inside());
        house.clock.pass(30min - 1s);
        CHECK(browser.inside());
        house.clock.pass(30min);
        CHECK_FALSE(browser.inside());
        CHECK_THAT(browser.send("GET", "/surat").body, Contains("Silakan masuk lagi"));
    }
    SECTION("twelve hours, used all along") {
        for (int i = 0; i < 36; ++i) {
            CHECK(browser.inside());
            house.clock.pass(20min);
        }
        CHECK_FALSE(browser.inside());
    }
    SECTION("signing out") {
        const auto kept = browser.cookies();
        const auto out = browser.send("POST", "/keluar", {{{"csrf", browser.csrf()}}});
        CHECK(place(out) == "/masuk?keluar=1");
        CHECK(browser.cookies().count("naskah") == 0);
        browser.cookies() = kept;
        CHECK_FALSE(browser.inside());
        CHECK(acts(house, 1).front() == "sign-out by staf");
    }
    SECTION("a new password, chosen here: other sessions end and this one goes on") {
        Browser other(house, "192.0.2.3");
        other.sign_in("staf");
        const auto changed = browser.send("POST", "/akun/sandi",
                                          {{{"csrf", browser.csrf()},
                                            {"lama", house.password()},
                                            {"baru", "empat kuda makan rumput"},
                                            {"ulang", "empat kuda makan rumput"}}});
        CHECK(place(changed) == "/akun?selesai=sandi");
        CHECK(browser.inside());
        CHECK_FALSE(other.inside());
        CHECK(other.password("staf", house.password()).status == 422);
        CHECK(other.password("staf", "empat kuda makan rumput").status == 303);
    }
    SECTION("a new password, given by an admin") {
        house.staff->reset_password("staf", {.actor = "admin", .at = house.clock.now(), .from = {}});
        CHECK_FALSE(browser.inside());
    }
    SECTION("an account that is disabled") {
        auto account = house.staff->accounts().find("staf").value();
        account.disabled = true;
        CHECK(
            house.staff->accounts().change(account, {.actor = "admin", .at = house.clock.now(), .from = {}}));
        CHECK_FALSE(browser.inside());
        CHECK(browser.password("staf", house.password()).status == 422);
    }
    SECTION("a role that is taken away works from the next request on") {
        CHECK(browser.send("GET", "/surat").status == 200);
        auto account = house.staff->accounts().find("staf").value();
        account.roles = {"tata-usaha"};
        CHECK(
            house.staff->accounts().change(account, {.actor = "admin", .at = house.clock.now(), .from = {}}));
        CHECK(place(browser.send("GET", "/surat")) == "/akun/ponsel");
    }
}

TEST_CASE("each sign-in has a new session, in a cookie that scripts and other hosts do not get") {
    House house;
    Browser browser(house);
    browser.sign_in("staf");
    const std::string first = browser.cookies().at("naskah");
    browser.cookies().erase("naskah-perangkat");
    auto again = browser.cookies();
    browser.cookies().clear();
    browser.cookies()["naskah"] = "DITANAM-ORANG-LAIN";  // fixed by somebody before
    browser.sign_in("staf");
    CHECK(browser.cookies().at("naskah") != first);
    CHECK(browser.cookies().at("naskah") != "DITANAM-ORANG-LAIN");
    CHECK(browser.cookies().at("naskah").size() == 52);  // 256 bits

    const auto cookies_of = [&](bool secure) {
        service::Request asked = House::request("POST", "/masuk");
        asked.remote = "192.0.2.9";
        asked.secure = secure;
        asked.form.all = {{"nama", "staf"}, {"sandi", house.password()}};
        std::vector<std::string> set;
        for (const auto& [name, value] : house.service->handle(asked).headers)
            if (name == "Set-Cookie") set.push_back(value);
        return set;
    };
    for (const bool secure : {false, true})
        for (const std::string& cookie : cookies_of(secure)) {
            INFO(cookie);
            CHECK_THAT(cookie, Contains("; HttpOnly") && Contains("; SameSite=Lax") && Contains("; Path=/"));
            CHECK_THAT(cookie, !Contains("Domain"));
            CHECK(cookie.starts_with("__Host-") == secure);
            CHECK((cookie.find("; Secure") != std::string::npos) == secure);
        }
}

TEST_CASE("nothing of a secret reaches the store as it is, or the log at all") {
    House house;
    Browser browser(house);
    browser.sign_in("kadis");
    Browser clumsy(house, "192.0.2.5");
    CHECK(clumsy.password("kadis", "rahasia yang salah ketik").status == 422);
    CHECK(clumsy.password("rahasia di isian nama", "x").status == 422);
    const std::string token = browser.cookies().at("naskah"),
                      device = browser.cookies().at("naskah-perangkat");
    std::string store;
    for (const char* file : {"kantor/naskah.db", "kantor/naskah.db-wal"})
        store += test::slurp(house.folder / file);
    REQUIRE(store.find("sign-in") != std::string::npos);
    for (const std::string& secret :
         {token, device, house.password(), service::csrf_of(token), std::string("rahasia yang salah ketik"),
          std::string("rahasia di isian nama")}) {
        INFO(secret);
        CHECK(store.find(secret) == std::string::npos);
    }
}

TEST_CASE("after signing in one is where one was, and never at another's") {
    House house;
    house.password();
    const struct {
        const char *asked, *led;
    } rows[] = {{"/surat?halaman=2", "/surat?halaman=2"},
                {"/surat/K7QM?a=b&c=d", "/surat/K7QM?a=b&c=d"},
                {"", "/beranda"},
                {"surat", "/beranda"},
                {"//elsewhere.example", "/beranda"},
                {"/\\elsewhere.example", "/beranda"},
                {"\\\\elsewhere.example", "/beranda"},
                {"https://elsewhere.example/", "/beranda"},
                {"javascript:alert(1)", "/beranda"},
                {"/a\r\nSet-Cookie: x=y", "/beranda"},
                {"/a\tb", "/beranda"},
                {" /surat", "/beranda"},
                {"/masuk", "/beranda"},
                {"/masuk/kode", "/beranda"},
                {"/keluar", "/beranda"},
                {"/api/v1/letters", "/beranda"}};
    for (const auto& row : rows) {
        INFO(row.asked);
        Browser clerk(house);
        CHECK(place(clerk.password("staf", house.password(), row.asked)) == row.led);
        Browser head(house);
        const auto first = head.password("kadis", house.password(), row.asked);
        const std::string second = place(first);
        CHECK(second.starts_with("/masuk/kode"));
        const std::string form = head.send("GET", second).body;
        CHECK_THAT(form, Contains("name=\"ke\" value=\"" + std::string(row.led).substr(0, 12)));
    }
    // Somebody who has signed in already goes there at once.
    Browser inside(house);
    inside.sign_in("staf");
    CHECK(place(inside.send("GET", "/masuk?ke=%2Fakun")) == "/akun");
}

TEST_CASE("a session that ends in the middle says what is safe and leads back to the page") {
    House house;
    house.password();
    service::Request asked =
        House::request("POST", "/surat/K7QM4XTR9HBD2WNC5F8JV3PY6C/kirim", "naskah=HABIS");
    asked.headers.all.emplace_back("referer",
                                   "https://naskah.contoh.example/surat/K7QM4XTR9HBD2WNC5F8JV3PY6C?x=1");
    const auto sent = house.service->handle(asked);
    CHECK(sent.status == 401);
    CHECK_THAT(sent.body, Contains("Silakan masuk lagi") && Contains("belum dikerjakan") &&
                              Contains("Konsep surat disimpan sewaktu Anda mengetik"));
    CHECK_THAT(sent.body, Contains("/masuk?ke=%2Fsurat%2FK7QM4XTR9HBD2WNC5F8JV3PY6C%3Fx%3D1"));
    // Another's page is no place to come back to.
    asked.headers.all.back().second = "https://elsewhere.example/surat";
    const auto elsewhere = house.service->handle(asked);
    CHECK_THAT(elsewhere.body, Contains("href=\"/masuk\"") && !Contains("elsewhere"));

    const auto looked = house.get("/surat?halaman=2&cari=a%26b", "naskah=HABIS");
    CHECK(looked.status == 401);
    CHECK_THAT(looked.body, Contains("/masuk?ke=%2Fsurat%3Fhalaman%3D2%26cari%3Da%2526b"));
    CHECK_THAT(looked.body, !Contains("belum dikerjakan"));
    CHECK_THAT(house.get("/surat").body, Contains("Silakan masuk<") || Contains("Silakan masuk</h1>"));
}

TEST_CASE("every failure and lock-out stands in the log with its address; names that nobody has do not") {
    House house;
    house.password();
    Browser stranger(house, "192.0.2.44");
    for (int i = 0; i < 5; ++i) stranger.password("kadis", "salah");
    const auto told = acts(house, 6);
    CHECK(told.front() == "lock-out by - on kadis");
    CHECK(std::count(told.begin(), told.end(), "attempt-failed by - on kadis") == 5);
    const auto entry =
        house.site->desk()->letters().newest_log({.action = "attempt-failed", .limit = 1}).at(0);
    CHECK(entry.detail.at("from") == "192.0.2.44");
    CHECK(entry.detail.at("proof") == "password");
    const auto before = acts(house, 100).size();
    for (int i = 0; i < 4; ++i) stranger.password("tidak-ada", "salah");
    CHECK(acts(house, 100).size() == before);
    CHECK(house.site->desk()->letters().check().empty());
}
