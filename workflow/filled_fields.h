// A letter's data as people read it: each filled field under the titles of its schema, and what changed
// between two states of it.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace naskah::workflow {

struct FilledField {
    std::string path;                 // "petugas[1].jabatan"
    std::vector<std::string> titles;  // "Petugas 2", "Jabatan": from the outermost
    std::string value;                // as a page prints it: dates long, yes and no as words
};

// In the schema's order; what the schema does not know comes last, under its own name.
std::vector<FilledField> filled_fields(const Json& schema, const Json& data);

struct FieldChange {
    std::vector<std::string> titles;
    std::string was, now;  // "" if it was, or is, not filled
};
// Items of a list are matched by what they hold, so that one put in before others does not change them all.
std::vector<FieldChange> changed_fields(const Json& schema, const Json& before, const Json& after);

}  // namespace naskah::workflow
