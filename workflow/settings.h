// The office's settings as an admin edits them: office.json and libur.json, read whole, changed in a few
// fields and written whole, so that every moment and every process sees the old file or the new one. What a
// program that opens the office would refuse is refused here, before anything is written; who changed which
// field from what to what stands in the chained log.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/sha256.h"
#include "generator/generator.h"
#include "storage/connections.h"
#include "workflow/office.h"

namespace naskah::workflow {

enum class SettingsFile { office, holidays };

// A file as it is, with the digest by which it is known again.
struct StoredSettings {
    Json value;
    Sha256 digest;
};
// Throws Error(data) if it is no JSON object. Holidays that are not there read as none.
StoredSettings read_settings(const std::filesystem::path& root, SettingsFile file);

// What is wrong with the settings of an office, each `where` being a path in office.json ("pejabat[1].nip"):
// what Office::open would say, pictures and keys that are not there, numbers that would come twice.
std::vector<Problem> office_flaws(const std::filesystem::path& root, const Json& settings);
std::vector<Problem> holiday_flaws(const Json& holidays);

// Two series whose patterns could print one number, and new patterns that could print or misread a number
// that the register has given already. `before`: the settings that those numbers were given under.
std::vector<Problem> numbering_flaws(const std::filesystem::path& root, const Json& before, const Json& after,
                                     const generator::Templates& templates, storage::Connections& database);

// A number as the series would print it next for a kind, or why it cannot: {"nomor"} or {"galat"}.
Json example_number(const std::string& pattern, const numbering::Parts& parts, Date day, int urut);

// Who changes what, under the digest that the form was made from.
struct SettingsChange {
    SettingsFile file = SettingsFile::office;
    Sha256 seen;
    std::string actor;
    Instant at;
    // Given the file as it is now; alters it. Throws Error(data) for what makes no sense there.
    std::function<void(Json&)> apply;
};
struct SettingsOutcome {
    enum class What { saved, unchanged, conflict } what = What::saved;
    std::vector<Problem> problems;  // not empty: nothing was written
    StoredSettings now;
};
// Durable when it returns `saved`. Processes that change settings at once take turns at the database's write
// lock.
SettingsOutcome change_settings(const std::filesystem::path& root, const SettingsChange& change,
                                const generator::Templates& templates, storage::Connections& database);

// Which fields differ: {"field", "from", "to"}, null for what is not there. What may hold a secret
// (`penyimpanan`) is named without its value.
Json differences(const Json& before, const Json& after);

}  // namespace naskah::workflow
