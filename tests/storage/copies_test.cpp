// Copies of a store and the refusal that they carry: on each engine, and from each to the other.
#include "copies.h"
#include <algorithm>
#include <map>

#include "cluster.h"
#include "raw.h"
#include "storage/copy.h"
#include "storage/reconciliation.h"

namespace naskah::storage {

using Catch::Matchers::Contains;

TEST_CASE("An SQLite register is copied, and the copy waits for its last numbers") {
    for (const CopyScenario& scenario : copy_scenarios()) DYNAMIC_SECTION(scenario.name) {
            const Folder folder;
            scenario.play(folder.file("asli.db"), folder.file("salinan.db"));
            audit(folder.file("asli.db"));
            audit(folder.file("salinan.db"));
        }
}

TEST_CASE("A PostgreSQL register is copied, and the copy waits for its last numbers") {
    for (const CopyScenario& scenario : copy_scenarios()) DYNAMIC_SECTION(scenario.name) {
            const std::string original = Cluster::shared().create_database(),
                              copy = Cluster::shared().create_database();
            scenario.play(original, copy);
            for (const std::string& address : {original, copy}) {
                RawServer server(address);
                audit(server);
            }
        }
}

TEST_CASE("An office moves from a file to a server and back, and keeps every letter") {
    const Folder folder;
    const std::string server = Cluster::shared().create_database(), back = folder.file("kembali.db");
    for (const CopyScenario& scenario : copy_scenarios()) {
        if (std::string(scenario.name).starts_with("a copy holds")) {
            scenario.play(folder.file("asli.db"), server);
            copy_store(*open_database(server, false), back, moment(900));
        }
    }
    CHECK(open_sqlite(back, false)->check() == std::vector<Problem>{});
    RawServer audited(server);
    audit(audited);
    audit(back);
    // The original went on by one letter after it was copied; all else is the same, row by row.
    RawFile before(folder.file("asli.db")), after(back);
    const std::map<std::string, std::string> until = {
        {"letters", " WHERE NOT (series = 'spt' AND urut = 5)"},
        {"agenda_entries", " WHERE NOT (series = 'spt' AND urut = 5)"},
        {"log_entries", " WHERE seq < (SELECT MAX(row_id) FROM letters WHERE series = 'spt' AND urut = 5)"},
        {"log_head", " WHERE seq < 0"},
        {"restorations", " WHERE head < 0"}};
    for (const std::string& table : copied_tables()) {
        INFO(table);
        const auto rows = [&](RawFile& file, const std::string& condition) {
            auto all = file.query("SELECT * FROM " + table + condition);
            std::sort(all.begin(), all.end());
            return all;
        };
        const auto found = until.find(table);
        const std::string condition = found == until.end() ? "" : found->second;
        CHECK(rows(before, condition) ==
              rows(after, table == "log_head" || table == "restorations" ? condition : ""));
    }
}

TEST_CASE("A copy of an SQLite register is one file") {
    const Folder folder;
    const auto from = open_database(folder.file("asli.db"), true);
    open_register(from)->reserve(a_letter(), moment());
    copy_store(*from, folder.file("salinan.db"), moment());
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        if (entry.path().filename().string().starts_with("salinan")) files.push_back(entry.path().filename());
    CHECK(files == std::vector<std::string>{"salinan.db"});
}

TEST_CASE("The mark of a copy cannot be removed unnoticed") {
    const Folder folder;
    const std::string copy = folder.file("salinan.db");
    copy_store(*open_database(folder.file("asli.db"), true), copy, moment());
    open_database(copy, false)->write([](Connection& connection) {
        note_restoration(connection, moment(), "cli");
    });
    RawFile file(copy);
    CHECK_THAT(file.refusal("DELETE FROM restorations"), Contains("keeps everything"));
    CHECK_THAT(file.refusal("UPDATE restorations SET head = 99"), Contains("keeps everything"));
    const auto check = [&] {
        std::string all;
        for (const Problem& problem : open_sqlite(copy, false)->check()) all += to_string(problem) + "\n";
        return all;
    };
    CHECK(check().empty());
    REQUIRE(file.refusal("INSERT INTO reconciliations (head, series, entry) VALUES (0, 'spt', 1)").empty());
    CHECK_THAT(check(), Contains("pencocokan nomor tidak tercatat"));
    REQUIRE(file.refusal("DROP TRIGGER reconciliations_no_DELETE; DROP TRIGGER restorations_no_DELETE; "
                         "DELETE FROM reconciliations; DELETE FROM restorations")
                .empty());
    CHECK_THAT(check(), Contains("penanda pemulihan dihapus"));
}

}  // namespace naskah::storage
