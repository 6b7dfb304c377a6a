// Copies of a store and the refusal that they carry, on SQLite.
#include "copies.h"
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
