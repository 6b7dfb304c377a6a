// A kind's JSON Schema (draft-07) and what is wrong with some data, in the words of its fields. The home of
// valijson.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace naskah::generator {

class Schema {
public:
    // Throws Error(data) naming `file`: no schema, an unknown keyword or format, a "$ref" that leads nowhere.
    Schema(const Json& schema, const std::string& file);
    ~Schema();

    // Every problem at once, in the order of the form. Beyond draft-07: own formats, dates that do not exist,
    // characters that cannot be seen, text over 10,000 characters where the schema sets no bound. No message
    // repeats what was typed.
    std::vector<Problem> check(const Json& data) const;

private:
    struct Rules;
    std::unique_ptr<const Rules> rules_;
};

// What a kind's schema lacks for forms and documentation: a field without title or description, an object
// that takes unknown fields.
std::vector<Problem> form_flaws(const Json& schema, const std::string& file);

}  // namespace naskah::generator
