// Laws and regulations that letters rest on, and when each is in force: one table with a version
// (templates/dasar-hukum.json), which the office completes in its own dasar-hukum.json (docs/office.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/date.h"
#include "core/error.h"
#include "core/json.h"

namespace naskah::workflow {

struct LegalBasis {
    std::string id, type, number, about;  // "pp-28-2025", "Peraturan Pemerintah", "28"
    int year = 0;
    std::vector<std::string> names;   // other ways to write its type
    std::string gazette;              // "Lembaran Negara ...", or empty
    std::optional<Date> from, until;  // in force from the first day; no longer on the second
    std::string replaced_by, doubt;
    bool checked = false;  // against the text of the regulation itself

    std::string citation() const;  // as a letter prints it
    bool in_force(Date day) const { return (!from || *from <= day) && (!until || day < *until); }
};

class LegalBases {
public:
    // The shipped table; entries of the office's own file, if it has one, take the place of those with their
    // id. Throws Error(data) naming the file and the entry.
    static LegalBases load(const std::filesystem::path& shipped, const std::filesystem::path& office);

    const std::string& version() const { return version_; }
    const std::vector<LegalBasis>& all() const { return all_; }

    // One problem for each base that a text of `data` names and that is not in force on the letter's day. For
    // a clerk to know: history may be cited.
    std::vector<Problem> not_in_force(const Json& data, Date letter_date) const;

private:
    void read(const std::filesystem::path& file);

    std::string version_;
    std::vector<LegalBasis> all_;
};

}  // namespace naskah::workflow
