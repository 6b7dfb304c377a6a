// Drafts on SQLite: the contract, and what an editor of the file cannot hide.
#include "storage/drafts.h"
#include "draft_scenarios.h"
#include "raw.h"

namespace naskah::storage {

TEST_CASE("SQLite keeps the contract of drafts") {
    for (const Scenario& scenario : draft_scenarios()) DYNAMIC_SECTION(scenario.name) {
            const Folder folder;
            const std::string path = folder.file("naskah.db");
            const Store store{.database = [path] { return open_database(path, true); }};
            scenario.play(store);
        }
}

namespace {

// A draft in version 1, in the queue.
LetterId fill(const std::string& path) {
    Drafts drafts(open_database(path, true));
    const LetterId id = drafts
                            .create({.id = make_letter_id(system_random()),
                                     .kind = "surat-perintah-tugas",
                                     .subject = "Perintah tugas",
                                     .data = {{"lokasi", "Loa Kulu"}},
                                     .author = "dimas",
                                     .due = {}},
                                    moment())
                            .id;
    drafts.act(id, {"send", "dimas", ""}, moment(1),
               [](Draft& draft) { draft.stage = Stage::review, draft.version = 1, draft.holder = "siti"; });
    drafts.act(id, {"approve", "siti", "setuju"}, moment(2),
               [](Draft& draft) { draft.stage = Stage::queue, draft.holder.clear(); });
    return id;
}

}  // namespace

TEST_CASE("an operator who edits drafts is refused or found out") {
    SECTION("what the database itself refuses") {
        const Folder folder;
        const std::string path = folder.file("naskah.db");
        fill(path);
        for (const char* sql :
             {"DELETE FROM drafts", "DELETE FROM draft_versions", "UPDATE draft_versions SET data = '{}'",
              "UPDATE drafts SET stage = 'terbit'", "UPDATE drafts SET stage = 'issued'",
              "UPDATE drafts SET letter = 'x'", "UPDATE drafts SET number = '1'"}) {
            INFO(sql);
            CHECK_FALSE(RawFile(path).refusal(sql).empty());
        }
        CHECK(Drafts(open_database(path, false)).check().empty());
    }
    SECTION("what the check finds") {
        for (const char* sql :
             {"UPDATE drafts SET stage = 'review'", "UPDATE drafts SET author = 'wulan'",
              "UPDATE drafts SET version = 2", "UPDATE drafts SET holder = 'wulan'",
              "DROP TRIGGER draft_versions_no_UPDATE; UPDATE draft_versions SET data = '{}'",
              "DROP TRIGGER draft_versions_no_DELETE; DELETE FROM draft_versions",
              "DROP TRIGGER draft_versions_no_DELETE; DROP TRIGGER drafts_no_DELETE; "
              "DELETE FROM draft_versions; DELETE FROM drafts"}) {
            INFO(sql);
            const Folder folder;
            const std::string path = folder.file("naskah.db");
            fill(path);
            REQUIRE(RawFile(path).refusal(sql).empty());
            CHECK_FALSE(Drafts(open_database(path, false)).check().empty());
        }
    }
}

}  // namespace naskah::storage
