#include "house.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
using workflow::Role;

namespace {

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++found;
    return found;
}

const std::string row = "<tr role=\"row\"><td";

}  // namespace

TEST_CASE("the log shows its admin who did what, newest first, and that its chain holds") {
    House house;
    const auto admin = house.sign_in(Role::admin);
    house.staff->reset_password("staf", {.actor = "admin", .at = house.clock.now(), .from = "192.0.2.8"});
    const std::string page = house.get("/log", admin).body;
    CHECK_THAT(page, Contains("Rantai catatan utuh") && Contains("membuat akun") && Contains("192.0.2.8"));
    CHECK(page.find("mengganti sandi <strong>staf") < page.find("membuat akun <strong>admin"));
    CHECK_THAT(page, !Contains("$argon2id") && !Contains("password: "));
}

TEST_CASE("the log is looked through by person, who did it or whom it was done to, and by letter") {
    House house;
    const auto admin = house.sign_in(Role::admin);
    house.sign_in(Role::kadis);
    house.staff->reset_password("staf", {.actor = "admin", .at = house.clock.now(), .from = {}});
    const std::string of_staff = house.get("/log?orang=Staf", admin).body;
    CHECK(count(of_staff, row) == 2);  // made, and given a password
    CHECK_THAT(of_staff, Contains("mengganti sandi"));
    const std::string of_head = house.get("/log?orang=kadis", admin).body;
    CHECK_THAT(of_head, Contains("memasang kode ponsel") && !Contains("mengganti sandi"));
    for (const char* nobody : {"tidak-ada", "%25", "'", "st"}) {
        INFO(nobody);
        CHECK_THAT(house.get(std::string("/log?orang=") + nobody, admin).body,
                   Contains("Tidak ada catatan yang cocok"));
    }
    const auto desk = house.site->desk();
    const Json data =
        workflow::example_of(desk->templates(), "surat-perintah-tugas", house.site->root(), house.clock);
    const auto issued = desk->issue(
        {.kind = "surat-perintah-tugas", .data = data, .actor = "kadis", .images = house.site->root()});
    for (const std::string& asked : {service::encode_percent(issued.letter.number),
                                     to_string(issued.letter.id), to_grouped(issued.letter.id)}) {
        INFO(asked);
        const std::string page = house.get("/log?surat=" + asked, admin).body;
        CHECK(count(page, row) == 2);
        CHECK_THAT(page, Contains("menerbitkan surat") && Contains("mengambil nomor surat") &&
                             Contains(issued.letter.number));
    }
    CHECK_THAT(house.get("/log?surat=999", admin).body,
               Contains("Tidak ada surat dengan nomor atau kode itu"));
}

TEST_CASE("a long log is read page by page, each entry once") {
    House house;
    const auto admin = house.sign_in(Role::admin);
    for (int i = 0; i < 60; ++i)
        house.staff->sessions().close_others("staf", Sha256{},
                                             {.actor = "staf", .at = house.clock.now(), .from = {}});
    const std::size_t all =
        static_cast<std::size_t>(house.site->desk()->letters().newest_log({.limit = 1}).at(0).seq);
    const std::string first = house.get("/log", admin).body;
    CHECK(count(first, row) == 50);
    const std::size_t link = first.find("/log?orang=&amp;surat=&amp;sebelum=");
    REQUIRE(link != std::string::npos);
    const std::string second = house.get("/log?sebelum=" + std::to_string(all - 49), admin).body;
    CHECK(count(second, row) == all - 50);
    CHECK_THAT(second, !Contains("Catatan lebih lama"));
    for (const char* odd : {"x", "-5", "0", "99999999999999999999", "1"}) {
        INFO(odd);
        CHECK(house.get(std::string("/log?sebelum=") + odd, admin).status == 200);
    }
}

TEST_CASE("an entry that was edited in the file breaks the chain in sight of the admin") {
    House house;
    const auto admin = house.sign_in(Role::admin);
    CHECK_THAT(house.get("/log", admin).body, Contains("Rantai catatan utuh"));
    const std::string file = (house.site->root() / "naskah.db").string();
    const auto sql = [&](const std::string& text) {
        const test::Ran ran = test::run({"sqlite3", file, text});
        INFO(ran.err);
        REQUIRE(ran.exit_code == 0);
    };
    sql("DROP TRIGGER log_entries_no_UPDATE; UPDATE log_entries SET actor = 'staf' WHERE seq = 3");
    // The entry itself is marked at once; the walk from the beginning says where the chain breaks.
    CHECK_THAT(house.get("/log", admin).body, Contains("diubah</span>"));
    CHECK(house.post("/log/periksa", {}, admin).status == 303);
    CHECK_THAT(house.get("/log", admin).body,
               Contains("Rantai catatan putus") && Contains("Isi catatan nomor 3 diubah."));
    CHECK_THAT(house.get("/log", admin.cookie + "; bahasa=en").body, Contains("Entry number 3 was altered."));
}
