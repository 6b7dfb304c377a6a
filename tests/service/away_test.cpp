// The database goes away while people are at work, and comes back: a real server, stopped and started.
#include "house.h"
#include "html_form.h"
#include "tests/storage/cluster.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
using service::Fields;
using service::Response;
using workflow::Role;

TEST_CASE("while the database is away every page says so, and afterwards everything is as it was") {
    storage::Cluster cluster;
    House house(cluster.make_database());
    const auto clerk = house.sign_in(Role::staf), head = house.sign_in(Role::kadis);
    const Response made = house.post("/surat/baru", Fields{{{"jenis", "surat-perintah-tugas"}}}, clerk);
    REQUIRE(made.status == 303);
    const std::string draft = House::header(made, "Location");
    // What the clerk has typed and not yet sent.
    Fields form = test::sent_from(house.get(draft, clerk).body);
    std::erase_if(form.all, [](const auto& field) { return field.first == "csrf"; });
    for (auto& [name, value] : form.all)
        if (name == "sumber_biaya") value = "DPA Contoh Sesudah Putus";
    const auto save = [&] { return house.post(draft + "/simpan", form, clerk); };

    cluster.stop();
    const std::pair<std::string, const House::SignedIn&> pages[] = {
        {"/surat", clerk}, {draft, clerk}, {"/agenda", clerk}, {"/antrean", head}, {"/akun", head}};
    for (const auto& [address, who] : pages) {
        INFO(address);
        const Response page = house.get(address, who);
        CHECK(page.status == 503);
        CHECK_THAT(page.body, Contains("tidak menjawab"));
    }
    CHECK(save().status == 503);
    const Response code = house.get("/v/K7QM4XTR9HBD2WNC5F8JV3PY6C");
    CHECK(code.status == 503);
    CHECK_THAT(code.body, Contains("BELUM PASTI"));
    // Pages that need no database are there.
    CHECK(house.get("/periksa").status == 200);

    cluster.start();
    CHECK(house.get(draft, clerk).status == 200);
    CHECK(save().status < 400);
    CHECK_THAT(house.get(draft, clerk).body, Contains("DPA Contoh Sesudah Putus"));
    CHECK(house.site->desk()->letters().check().empty());
}
