// What letters gain, in an SQLite file: copied with it, and checked against the log.
#include "storage/protections.h"
#include "protection_scenarios.h"
#include "raw.h"
#include "storage/copy.h"

namespace naskah::storage {

using Catch::Matchers::Contains;

TEST_CASE("SQLite keeps what letters gain after they were issued") {
    for (const Scenario& scenario : protection_scenarios()) DYNAMIC_SECTION(scenario.name) {
            const Folder folder;
            const std::string path = folder.file("naskah.db"), copy = folder.file("salinan.db");
            scenario.play({.database = [path] { return open_database(path, true); }});
            CHECK(open_sqlite(path, false)->check() == std::vector<Problem>{});
            copy_store(*open_database(path, false), copy, moment(100));
            CHECK(open_sqlite(copy, false)->check() == std::vector<Problem>{});
            CHECK(RawFile(copy).query("SELECT * FROM protections ORDER BY letter_row, place") ==
                  RawFile(path).query("SELECT * FROM protections ORDER BY letter_row, place"));
        }
}

TEST_CASE("the check names an extension that was edited, dropped or put in") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    {
        const auto reg = open_sqlite(path, true);
        Protections protections(open_database(path, false));
        const LetterId id = reg->reserve(a_letter(), moment()).letter.id;
        reg->issue(id, a_pdf("x"), moment(), "kepala", Protection{"B-LTA", moment()});
        for (int n = 1; n <= 2; ++n) {
            Bytes longer = *reg->pdf(id);
            longer.push_back(static_cast<std::uint8_t>('0' + n));
            protections.extend(id, longer, {"B-LTA", moment(n)}, moment(n), "extend");
        }
    }
    const struct {
        const char *edit, *said;
    } rows[] = {
        {"UPDATE protections SET added = x'41' WHERE place = 2", "bukan yang tercatat"},
        {"UPDATE protections SET level = 'B-T' WHERE place = 1", "tidak sesuai log"},
        {"UPDATE protections SET level = 'B-T' WHERE place = 0", "tidak sesuai log"},
        {"UPDATE protections SET sha256 = substr(sha256, 2) || '0' WHERE place = 2", "tidak sesuai log"},
        {"UPDATE protections SET ends_at = ends_at + 1000 WHERE place = 2", "tidak sesuai log"},
        {"DELETE FROM protections WHERE place = 1", "perpanjangan surat hilang"},
        {"DELETE FROM protections WHERE place = 2", "perpanjangan surat hilang"},
        {"INSERT INTO protections SELECT letter_row, 3, substr(sha256, 2) || '0', level, ends_at, noted_at, "
         "added "
         "FROM protections WHERE place = 2",
         "tidak sesuai log"},
    };
    for (const auto& row : rows) {
        INFO(row.edit);
        CHECK_THAT(said_of_edited(path, {"protections_no_UPDATE", "protections_no_DELETE"}, row.edit),
                   Contains(row.said));
    }
    RawFile raw(path);
    CHECK_THAT(raw.refusal("UPDATE protections SET level = 'x'"), Contains("keeps everything"));
    CHECK_THAT(raw.refusal("DELETE FROM protections"), Contains("keeps everything"));
}

}  // namespace naskah::storage
