// The service of an office that was put back from a backup: what it tells the public, and what it refuses.
#include "house.h"
#include "storage/reconciliation.h"
#include "workflow/reconcile.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;

namespace {

workflow::Issued issue(House& house) {
    const auto desk = house.site->desk();
    const std::string kind = "rekomendasi-video-dokumenter";
    return desk->issue(
        {.kind = kind,
         .data = workflow::example_of(desk->templates(), kind, house.folder / "kantor", house.clock),
         .key = "",
         .series = "",
         .images = ""});
}

// As if the register had been taken from a backup of this moment.
void put_back(House& house) {
    house.site->database()->write([&](storage::Connection& connection) {
        storage::mark_as_copy(connection, storage::read_head(connection), house.clock.now());
        storage::note_restoration(connection, house.clock.now(), "cli");
    });
}

std::string page(House& house, const LetterId& id) { return house.get("/v/" + to_string(id)).body; }

}  // namespace

TEST_CASE("while a restored register waits, an unknown code is BELUM PASTI and a known letter stays SAH") {
    House house;
    const auto known = issue(house);
    const LetterId unknown = make_letter_id(system_random());
    CHECK_THAT(page(house, unknown), Contains("TIDAK TERDAFTAR"));
    put_back(house);
    CHECK_THAT(page(house, unknown), Contains("BELUM PASTI") && !Contains("TIDAK TERDAFTAR"));
    CHECK_THAT(page(house, known.letter.id), Contains("SAH") && Contains(known.letter.number));

    const auto desk = house.site->desk();
    const auto waiting = workflow::pending_reconciliation(*desk);
    REQUIRE(waiting.size() == desk->office().settings().at("seri").size());
    CHECK(workflow::reconcile_unchanged(*desk, system_random(), house.clock.now(), "tata-usaha") == waiting);
    CHECK(workflow::pending_reconciliation(*desk).empty());
    CHECK_THAT(page(house, unknown), Contains("TIDAK TERDAFTAR"));
    CHECK_THAT(page(house, known.letter.id), Contains("SAH"));
}

TEST_CASE(
    "a letter that was lost with the register is BELUM PASTI by its code, also after the reconciliation") {
    House house;
    issue(house);
    put_back(house);
    const LetterId lost = make_letter_id(system_random());
    const auto desk = house.site->desk();
    storage::Reconciliation reconciliation(house.site->database());
    const storage::Letter last = reconciliation.last_of("rekomendasi").value();
    storage::LastKnown known;
    known.series = "rekomendasi";
    known.pattern = desk->office().settings().at("seri").at("rekomendasi").at("pola").get<std::string>();
    known.last = last.parts;
    known.last->urut = 2;
    known.latest = last.date;
    known.codes = {{2, lost}};
    reconciliation.reconcile(known, system_random(), house.clock.now(), "tata-usaha");
    workflow::reconcile_unchanged(*desk, system_random(), house.clock.now(), "tata-usaha");
    CHECK_THAT(page(house, lost), Contains("BELUM PASTI") && !Contains("SAH</h1>"));
    CHECK(issue(house).letter.parts.urut == 3);
}

TEST_CASE("the service refuses to issue until the series is reconciled, and says what to do") {
    House house;
    issue(house);
    put_back(house);
    try {
        issue(house);
        FAIL("a letter was issued");
    } catch (const Error& error) {
        CHECK(error.code() == Code::forbidden);
        CHECK_THAT(error.what(), Contains("belum dicocokkan") && Contains("naskah register reconcile"));
    }
    // Issuing anew, replacing and finishing all go through here.
    workflow::reconcile_unchanged(*house.site->desk(), system_random(), house.clock.now(), "tata-usaha");
    CHECK(issue(house).letter.parts.urut == 2);
}
