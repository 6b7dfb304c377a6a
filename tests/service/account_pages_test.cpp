// One's own account, and the accounts that an admin keeps, as pages.
#include "core/totp.h"

#include <tuple>

#include "house.h"
#include "service/sign_in.h"

using namespace naskah;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using naskah::test::House;
using workflow::Role;

namespace {

std::string place(const service::Response& answer) { return House::header(answer, "Location"); }

// What stands between two marks of a page.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
    const std::size_t start = text.find(from);
    if (start == std::string::npos) return {};
    const std::size_t end = text.find(to, start + from.size());
    return text.substr(start + from.size(), end - start - from.size());
}

std::vector<std::string> all_between(const std::string& text, const std::string& from,
                                     const std::string& to) {
    std::vector<std::string> found;
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
        at += from.size();
        found.push_back(text.substr(at, text.find(to, at) - at));
    }
    return found;
}

// The code that an app shows now, which was given the key that the page prints.
std::string app_code(House& house, const std::string& page) {
    std::string typed = between(page, "<p class=\"mono key\">", "</p>");
    typed.erase(std::remove(typed.begin(), typed.end(), ' '), typed.end());
    REQUIRE(typed.size() == 32);
    Bytes secret;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : typed) {
        held = held << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
        if ((bits += 5) >= 8) secret.push_back(static_cast<std::uint8_t>(held >> (bits -= 8) & 0xFF));
    }
    return totp_code(secret, totp_step(house.clock.now()));
}

service::SignIn::Answer try_password(House& house, const std::string& name, const std::string& password) {
    return service::SignIn(*house.staff).password(name, password, {house.clock.now(), "192.0.2.99", "", ""});
}

const char* const good = "empat kuda makan rumput";

}  // namespace

TEST_CASE("a new password must be good, typed twice alike, and proved by the present one") {
    House house;
    const auto clerk = house.sign_in(Role::staf);
    const struct {
        std::string now, wanted, again;
        const char* said;
    } rows[] = {{house.password(), "pendek", "pendek", "paling sedikit 12"},
                {house.password(), "samarinda2026", "samarinda2026", "mudah ditebak"},
                {house.password(), house.password(), house.password(), "harus lain"},
                {house.password(), good, "empat kuda makan rumpu", "tidak sama"},
                {"bukan sandinya", good, good, "Sandi tidak cocok"},
                {"", good, good, "Sandi tidak cocok"}};
    for (const auto& row : rows) {
        INFO(row.said);
        const auto answer = house.post(
            "/akun/sandi", {{{"lama", row.now}, {"baru", row.wanted}, {"ulang", row.again}}}, clerk);
        CHECK(answer.status == 422);
        CHECK_THAT(answer.body, Contains(row.said) && Contains("Sandi belum diganti"));
        for (const std::string& typed : {row.wanted, row.now})
            if (typed.size() > 6) CHECK_THAT(answer.body, !Contains(typed));
    }
    // Guessing the present one is counted, too.
    for (int i = 0; i < 3; ++i)
        house.post("/akun/sandi", {{{"lama", "tebakan"}, {"baru", good}, {"ulang", good}}}, clerk);
    const auto wait =
        house.post("/akun/sandi", {{{"lama", house.password()}, {"baru", good}, {"ulang", good}}}, clerk);
    CHECK(wait.status == 429);
    CHECK_THAT(wait.body, Contains("Coba lagi pukul"));
    house.clock.pass(60s);
    CHECK(place(house.post("/akun/sandi", {{{"lama", house.password()}, {"baru", good}, {"ulang", good}}},
                           clerk)) == "/akun?selesai=sandi");
    CHECK(house.staff->accounts().check().empty());
}

TEST_CASE("a password that was given is changed before anything else") {
    House house;
    const auto admin = house.sign_in(Role::admin);
    const auto page = house.post("/pengaturan/pengguna/staf/sandi", {}, admin);
    const std::string given = between(page.body, "<dd class=\"mono key\">", "</dd>");
    REQUIRE(given.size() == 19);
    CHECK(try_password(house, "staf", house.password()).kind == service::SignIn::Answer::Kind::wrong);
    CHECK(try_password(house, "staf", given).kind == service::SignIn::Answer::Kind::whole);
    const auto clerk = house.sign_in_as("staf");
    CHECK(place(house.get("/surat", clerk)) == "/akun/sandi");
    CHECK_THAT(house.get("/akun/sandi", clerk).body, Contains("Buat sandi Anda sendiri"));
    CHECK(place(house.post("/akun/sandi", {{{"lama", given}, {"baru", good}, {"ulang", good}}}, clerk)) ==
          "/akun?selesai=sandi");
    CHECK(house.get("/surat", clerk).status == 200);
}

TEST_CASE("a phone is set up by the code that it shows, and recovery codes are shown once") {
    House house;
    const auto clerk = house.sign_in(Role::staf);
    CHECK_THAT(house.get("/akun/ponsel", clerk).body, !Contains("<svg class=\"qr\""));
    CHECK(place(house.post("/akun/ponsel/mulai", {}, clerk)) == "/akun/ponsel");
    const std::string page = house.get("/akun/ponsel", clerk).body;
    CHECK_THAT(page, Contains("<svg class=\"qr\"") && Contains("Naskah DPMPTSP: staf"));
    const std::string code = app_code(house, page);
    CHECK(house.post("/akun/ponsel", {{{"kode", code == "000000" ? "000001" : "000000"}}}, clerk).status ==
          422);
    CHECK(house.staff->accounts().find("staf")->totp.empty());

    auto other = house.sign_in(Role::staf);
    const std::string done = house.post("/akun/ponsel", {{{"kode", code}}}, clerk).body;
    const auto codes = all_between(done, "<li>", "</li>");
    REQUIRE(codes.size() == 8);
    CHECK(house.get("/akun", other).status == 401);  // other sessions were without this proof
    CHECK(house.get("/akun", clerk).status == 200);
    CHECK_THAT(house.get("/akun/ponsel", clerk).body, !Contains(codes[0]) && !Contains("<svg class=\"qr\""));

    // From now on the password alone is half of it, and the code that set it up is used.
    service::SignIn door(*house.staff);
    const service::Caller caller{house.clock.now(), "192.0.2.99", "", ""};
    auto half = door.password("staf", house.password(), caller);
    REQUIRE(half.kind == service::SignIn::Answer::Kind::code_wanted);
    CHECK(door.code(half.token, code, false, caller).kind == service::SignIn::Answer::Kind::wrong);
    CHECK(door.code(half.token, codes[3], true, caller).kind == service::SignIn::Answer::Kind::whole);

    // New codes take the old ones' place; whoever need not have a phone may do without again.
    const auto fresh = all_between(house.post("/akun/ponsel/cadangan", {}, clerk).body, "<li>", "</li>");
    REQUIRE(fresh.size() == 8);
    half = door.password("staf", house.password(), caller);
    CHECK(door.code(half.token, codes[4], true, caller).kind == service::SignIn::Answer::Kind::wrong);
    CHECK(door.code(half.token, fresh[4], true, caller).kind == service::SignIn::Answer::Kind::whole);
    CHECK(place(house.post("/akun/ponsel/lepas", {}, clerk)) == "/akun?selesai=ponsel-lepas");
    CHECK(try_password(house, "staf", house.password()).kind == service::SignIn::Answer::Kind::whole);
    CHECK(house.staff->accounts().check().empty());
}

TEST_CASE("whoever checks, signs or administers cannot be without a phone, and moves to another one safely") {
    House house;
    const auto head = house.sign_in(Role::kadis);
    CHECK(house.post("/akun/ponsel/lepas", {}, head).status == 403);
    const std::string old =
        service::demo_code(*house.staff, house.site->desk()->office(), "kadis", house.clock);
    house.post("/akun/ponsel/mulai", {}, head);
    // Until the new one has proved itself, the old one counts.
    service::SignIn door(*house.staff);
    const service::Caller caller{house.clock.now(), "192.0.2.99", "", ""};
    const auto half = door.password("kadis", house.password(), caller);
    CHECK(door.code(half.token, old, false, caller).kind == service::SignIn::Answer::Kind::whole);
    const std::string page = house.get("/akun/ponsel", head).body;
    CHECK_THAT(house.post("/akun/ponsel", {{{"kode", app_code(house, page)}}}, head).body,
               Contains("Ponsel terpasang"));
    // A head whose phone an admin removed can do nothing but set one up.
    const auto admin = house.sign_in(Role::admin);
    CHECK(place(house.post("/pengaturan/pengguna/kadis/ponsel", {}, admin)) ==
          "/pengaturan/pengguna?selesai=ponsel");
    CHECK(try_password(house, "kadis", house.password()).kind == service::SignIn::Answer::Kind::whole);
    const auto bare = house.sign_in_as("kadis");
    CHECK(bare.person.roles == std::vector{Role::kadis});
    CHECK(place(house.get("/antrean", bare)) == "/akun/ponsel");
    CHECK_THAT(house.get("/akun/ponsel", bare).body,
               Contains("Peran Anda memeriksa") && !Contains("/antrean"));
}

TEST_CASE("what outlives a session asks for the password again when the session is not fresh") {
    House house;
    const auto clerk = house.sign_in(Role::staf);
    house.clock.pass(10min);
    for (const char* address : {"/akun/ponsel/mulai", "/akun/ponsel/lepas", "/akun/token"}) {
        INFO(address);
        const auto refused = house.post(address, {{{"label", "rekap"}, {"lama", "30"}}}, clerk);
        CHECK(refused.status == 422);
        CHECK_THAT(refused.body, Contains("Sandi tidak cocok"));
    }
    CHECK(house.staff->accounts().find("staf")->totp_wanted.empty());
    CHECK(house.post("/akun/ponsel/mulai", {{{"sandi", house.password()}}}, clerk).status == 303);
}

TEST_CASE("a token is shown once, works for programs with its account's rights, and ends when it should") {
    House house;
    house.service->router().add(
        {"GET", "/api/uji", service::Access::of({Role::staf}), [](service::Visit& visit) {
             return service::json_response({{"siapa", visit.someone().username}});
         }});
    house.service->router().add({"POST", "/api/uji", service::Access::of({Role::staf}),
                                 [](service::Visit&) { return service::json_response(Json::object()); }});
    house.service->router().add({"GET", "/api/kadis", service::Access::of({Role::kadis}),
                                 [](service::Visit&) { return service::json_response(Json::object()); }});
    const auto clerk = house.sign_in(Role::staf);
    for (const std::string& label :
         {std::string(), std::string(101, 'x'), std::string("a\nb"), std::string("\xff")})
        CHECK(house.post("/akun/token", {{{"label", label}}}, clerk).status == 422);
    const auto page = house.post("/akun/token", {{{"label", "Rekap <bulanan>"}, {"lama", "30"}}}, clerk);
    const std::string token = between(page.body, "<p class=\"mono key\">", "</p>");
    CHECK(token.starts_with("naskah_"));
    CHECK(token.size() == 59);
    CHECK_THAT(page.body, Contains("Rekap &lt;bulanan&gt;"));
    CHECK_THAT(house.get("/akun", clerk).body, !Contains(token) && Contains("Rekap &lt;bulanan&gt;"));

    const auto ask = [&](const std::string& method, const std::string& where,
                         const std::string& authorization) {
        service::Request asked = House::request(method, where);
        asked.headers.all.emplace_back("authorization", authorization);
        return house.service->handle(asked);
    };
    CHECK_THAT(ask("GET", "/api/uji", "Bearer " + token).body, Contains("\"staf\""));
    CHECK(ask("POST", "/api/uji", "Bearer " + token).status == 200);  // no cookie, so no form to forge
    CHECK(ask("GET", "/api/kadis", "Bearer " + token).status == 403);
    CHECK(ask("GET", "/surat", "Bearer " + token).status == 401);
    for (const std::string& wrong :
         {token, "bearer " + token, "Bearer  " + token, "Bearer " + token.substr(1), "Bearer " + token + "A",
          "Basic " + token, std::string("Bearer "), std::string("Bearer")}) {
        INFO(wrong);
        CHECK(ask("GET", "/api/uji", wrong).status == 401);
    }
    // A wrong token is not made good by a cookie beside it.
    service::Request both = House::request("GET", "/api/uji", clerk.cookie);
    both.headers.all.emplace_back("authorization", "Bearer salah");
    CHECK(house.service->handle(both).status == 401);

    SECTION("it ends by itself") {
        house.clock.pass(24h * 30 - 1s);
        CHECK(ask("GET", "/api/uji", "Bearer " + token).status == 200);
        house.clock.pass(1s);
        CHECK(ask("GET", "/api/uji", "Bearer " + token).status == 401);
    }
    SECTION("it is revoked by its owner alone") {
        const std::string id = house.staff->sessions().tokens_of("staf").at(0).id;
        CHECK(house.post("/akun/token/" + id + "/cabut", {}, house.sign_in(Role::kadis)).status == 404);
        CHECK(ask("GET", "/api/uji", "Bearer " + token).status == 200);
        CHECK(place(house.post("/akun/token/" + id + "/cabut", {}, clerk)) == "/akun?selesai=token");
        CHECK(ask("GET", "/api/uji", "Bearer " + token).status == 401);
    }
    SECTION("it has no more rights than its account has now") {
        house.staff->reset_password("staf", {.actor = "admin", .at = house.clock.now(), .from = {}});
        CHECK(ask("GET", "/api/uji", "Bearer " + token).status == 403);
    }
}

TEST_CASE("other sessions are listed in words of ours and closed together") {
    House house;
    const auto here = house.sign_in(Role::staf), there = house.sign_in(Role::staf);
    CHECK_THAT(house.get("/akun", here).body, Contains("Tutup sesi lain") && Contains("peramban ini"));
    CHECK(place(house.post("/akun/sesi/tutup", {}, here)) == "/akun?selesai=sesi");
    CHECK(house.get("/akun", here).status == 200);
    CHECK(house.get("/akun", there).status == 401);
    const std::pair<const char*, const char*> agents[] = {
        {"Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile "
         "Safari/537.36",
         "Chrome, Android"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 "
         "Safari/604.1",
         "Safari, iPhone"},
        {"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0",
         "Edge, Windows"},
        {"<script>alert(1)</script>", "Peramban lain"},
        {"", "Peramban lain"}};
    for (const auto& [said, shown] : agents) {
        service::Request asked = House::request("POST", "/masuk");
        asked.headers.all.emplace_back("user-agent", said);
        CHECK(service::caller_of(asked, house.clock.now()).agent == shown);
    }
}

TEST_CASE("an admin makes an account from a form that names every mistake at once") {
    House house;
    const auto admin = house.sign_in(Role::admin);
    const auto wrong = house.post("/pengaturan/pengguna/baru",
                                  {{{"pengguna", "Rina Puspita!"},
                                    {"nama", ""},
                                    {"jabatan", std::string(101, 'x')},
                                    {"pejabat", "tidak-ada"},
                                    {"peran", "admin"},
                                    {"peran", "kadis"}}},
                                  admin);
    CHECK(wrong.status == 422);
    CHECK_THAT(wrong.body, Contains("Nama pengguna tidak dapat dipakai") && Contains("Nama belum diisi") &&
                               Contains("Jabatan terlalu panjang") && Contains("Pejabat ini tidak ada") &&
                               Contains("Admin tidak memegang surat") && Contains("value=\"rina puspita!\""));
    const struct {
        const char *name, *role, *said;
    } rows[] = {{"staf", "staf", "sudah dipakai"},      {"baru", "staf", "tidak dapat dipakai"},
                {"cli", "staf", "tidak dapat dipakai"}, {"ab", "staf", "tidak dapat dipakai"},
                {"a-", "staf", "tidak dapat dipakai"},  {"-ab", "staf", "tidak dapat dipakai"},
                {"a/b", "staf", "tidak dapat dipakai"}, {"rina", "raja", "Peran tidak dikenal"},
                {"rina", "", "Peran tidak dikenal"}};
    for (const auto& row : rows) {
        INFO(row.name << " " << row.role);
        const auto answer = house.post("/pengaturan/pengguna/baru",
                                       {{{"pengguna", row.name}, {"nama", "X"}, {"peran", row.role}}}, admin);
        CHECK(answer.status == 422);
        CHECK_THAT(answer.body, Contains(row.said));
    }
    const auto made = house.post("/pengaturan/pengguna/baru",
                                 {{{"pengguna", " Rina.Puspita "},
                                   {"nama", " Rina \"Contoh\" Puspita <b> "},
                                   {"jabatan", "Penata"},
                                   {"pejabat", "sekretaris"},
                                   {"peran", "staf"},
                                   {"peran", "tata-usaha"}}},
                                 admin);
    CHECK(made.status == 200);
    CHECK_THAT(made.body, Contains("Rina &quot;Contoh&quot; Puspita &lt;b&gt;"));
    const std::string given = between(made.body, "<dd class=\"mono key\">", "</dd>");
    CHECK(try_password(house, "rina.puspita", given).kind == service::SignIn::Answer::Kind::whole);
    const auto account = house.staff->accounts().find("rina.puspita").value();
    CHECK(account.must_change);
    CHECK(account.roles == std::vector<std::string>{"staf", "tata-usaha"});
    CHECK(account.official == "sekretaris");
    CHECK_THAT(house.get("/pengaturan/pengguna", admin).body, Contains("Rina &quot;Contoh&quot;") &&
                                                                  Contains("Belum memasang ponsel") &&
                                                                  Contains("Sandi sementara"));
}

TEST_CASE(
    "two admins who change one account do not overwrite each other, and nobody shuts the last one out") {
    House house;
    const auto admin = house.sign_in(Role::admin);
    const std::string first = house.get("/pengaturan/pengguna/staf", admin).body;
    const std::string revision = between(first, "name=\"revisi\" value=\"", "\"");
    const auto save = [&](const std::string& who, const std::string& name, const std::string& role,
                          const std::string& at) {
        return house.post("/pengaturan/pengguna/" + who, {{{"nama", name}, {"peran", role}, {"revisi", at}}},
                          admin);
    };
    CHECK(place(save("staf", "Laras Baru", "staf", revision)) == "/pengaturan/pengguna?selesai=ubah");
    const auto late = save("staf", "Laras Lama", "staf", revision);
    CHECK(late.status == 409);
    CHECK_THAT(late.body, Contains("diubah orang lain sesudah Anda membukanya"));
    CHECK(house.staff->accounts().find("staf")->name == "Laras Baru");
    for (const char* odd : {"", "x", "-1", "99999999999999999999"})
        CHECK(save("staf", "Laras", "staf", odd).status == 409);

    const std::string own =
        between(house.get("/pengaturan/pengguna/admin", admin).body, "name=\"revisi\" value=\"", "\"");
    const auto gone = save("admin", "Damar", "staf", own);
    CHECK(gone.status == 422);
    CHECK_THAT(gone.body, Contains("tidak akan ada lagi admin"));
    CHECK(house.post("/pengaturan/pengguna/admin/matikan", {{{"revisi", own}}}, admin).status == 422);
    CHECK(house.get("/pengaturan", admin).status == 200);

    const std::string now =
        between(house.get("/pengaturan/pengguna/kadis", admin).body, "name=\"revisi\" value=\"", "\"");
    const auto head = house.sign_in(Role::kadis);
    CHECK(place(house.post("/pengaturan/pengguna/kadis/matikan", {{{"revisi", now}}}, admin)) ==
          "/pengaturan/pengguna?selesai=mati");
    CHECK(house.get("/akun", head).status == 401);
    CHECK_THAT(house.get("/pengaturan/pengguna/kadis", admin).body, Contains("Hidupkan akun"));
    CHECK(house.get("/pengaturan/pengguna/tidak-ada", admin).status == 404);
    CHECK(house.post("/pengaturan/pengguna/tidak-ada/sandi", {}, admin).status == 404);
    CHECK(house.staff->accounts().check().empty());
}

TEST_CASE("the pages of accounts speak English to whoever chose it") {
    House house;
    const auto admin = house.sign_in(Role::admin), clerk = house.sign_in(Role::staf);
    for (const auto& [address, person, words] :
         {std::tuple("/akun", &clerk, "Account and security"),
          std::tuple("/akun/sandi", &clerk, "Present password"),
          std::tuple("/akun/ponsel", &clerk, "Begin to set up"),
          std::tuple("/akun/token", &clerk, "For which program"),
          std::tuple("/pengaturan", &admin, "Office data"),
          std::tuple("/pengaturan/pengguna", &admin, "Last signed in"),
          std::tuple("/pengaturan/pengguna/baru", &admin, "Make the account"),
          std::tuple("/log", &admin, "made the account")}) {
        INFO(address);
        CHECK_THAT(house.get(address, person->cookie + "; bahasa=en").body,
                   Contains(words) && Contains("lang=\"en\""));
    }
    const service::Words& words = house.site->pages().words();
    for (const char* page : {"masuk", "masuk-kode", "galat-sesi", "akun", "akun-sandi", "akun-ponsel",
                             "akun-cadangan", "akun-token", "akun-token-baru", "pengaturan", "pengguna",
                             "pengguna-ubah", "pengguna-sandi", "log"})
        for (const std::string& text :
             all_between(test::slurp(std::string(NASKAH_SOURCE_DIR) + "/web/pages/" + page + ".mustache"),
                         "[[", "]]")) {
            INFO(page << ": " << text);
            CHECK(words.knows(text));
        }
}
