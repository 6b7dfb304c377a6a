// The fields of a PDF's interactive form (ISO 32000-1 12.7), down to the terminal ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verify/revision.h"

namespace naskah::verify {

struct Field {
    std::string name;  // fully qualified: partial names joined by dots
    std::string type;  // Btn, Tx, Ch or Sig, its own or inherited; empty if it has none
    const Object* dictionary = nullptr;
    std::optional<Ref> ref;  // of the dictionary, if it is indirect
    const Object* value_entry =
        nullptr;  // /V as it stands there, its own or inherited; nullptr if there is none
};

struct Form {
    std::vector<Field> fields;
    bool sound = true;  // false: a loop, or something that is not a field where one must stand
};

Form read_form(Revision& revision, Budget& budget);

}  // namespace naskah::verify
