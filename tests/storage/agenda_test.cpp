// The buku agenda's own tables in an SQLite file: made for older letters, and checked against the letters.
#include "storage/agenda.h"
#include "agenda_scenarios.h"
#include "raw.h"

namespace naskah::storage {

using Catch::Matchers::Contains;

TEST_CASE("SQLite keeps the buku agenda") {
    for (const Scenario& scenario : agenda_scenarios()) DYNAMIC_SECTION(scenario.name) {
            const Folder folder;
            const std::string path = folder.file("naskah.db");
            scenario.play({.database = [path] { return open_database(path, true); }});
            CHECK(open_sqlite(path, false)->check() == std::vector<Problem>{});
            audit(path);
        }
}

TEST_CASE("the check names a row of the buku agenda or a note that was edited, dropped or put in") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    {
        const auto reg = open_sqlite(path, true);
        Dispatches dispatches(open_database(path, false));
        for (int n = 0; n < 2; ++n) {
            const LetterId id = reg->reserve(a_letter(), moment(n)).letter.id;
            reg->issue(id, a_pdf(std::to_string(n)), moment(n), "kepala");
            dispatches.note(id, {.sent = day(2026, 3, 2),
                                 .means = "Pos",
                                 .receiver = "Bagian Umum",
                                 .actor = "tu",
                                 .noted_at = moment(n)});
        }
    }
    const struct {
        const char *edit, *said;
    } rows[] = {
        {"DELETE FROM agenda_entries WHERE urut = 2", "tidak sesuai suratnya"},
        {"INSERT INTO agenda_entries SELECT letter_row + 1, series, year, month, urut + 5, sisipan, kind, "
         "unit, "
         "haystack, title, security, urgency, addressee, annexes, copies, signer FROM agenda_entries LIMIT 1",
         "tanpa surat"},
        {"UPDATE agenda_entries SET addressee = 'orang lain'", "tidak sesuai suratnya"},
        {"UPDATE dispatches SET receiver = 'orang lain'", "tidak sesuai log"},
        {"UPDATE dispatches SET sent = '2026-03-09'", "tidak sesuai log"},
        {"UPDATE dispatches SET actor = 'orang lain'", "tidak sesuai log"},
        {"DELETE FROM dispatches WHERE letter_row = 1", "catatan pengiriman hilang"},
        {"INSERT INTO dispatches SELECT 1, letter_row, sent, means, receiver, archive, actor, noted_at FROM "
         "dispatches LIMIT 1",
         "tidak sesuai log"},
    };
    for (const auto& row : rows) {
        INFO(row.edit);
        // The guards refuse what they can; whoever takes them away is seen all the same.
        CHECK_THAT(
            said_of_edited(path, {"dispatches_no_UPDATE", "dispatches_no_DELETE", "agenda_entries_no_UPDATE"},
                           row.edit),
            Contains(row.said));
    }
    RawFile raw(path);
    CHECK_THAT(raw.refusal("UPDATE dispatches SET receiver = 'x'"), Contains("keeps everything"));
    CHECK_THAT(raw.refusal("DELETE FROM dispatches"), Contains("keeps everything"));
    CHECK_THAT(raw.refusal("UPDATE agenda_entries SET addressee = 'x'"), Contains("keeps everything"));
}

}  // namespace naskah::storage
