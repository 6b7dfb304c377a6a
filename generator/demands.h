// What a schema asks of a value in the light of the data around it: the field's own words, and those of every
// allOf and of every if/then/else that holds. For forms and unfinished letters; whether data passes is
// decided by Schema alone.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace naskah::generator {

class Demands {
public:
    // Of the whole form. `schema` must outlive what is made here; `data` is only looked at now.
    Demands(const Json& schema, const Json& data);

    // Of a member, or of an item, whose value is `value` (null if it is absent).
    Demands member(const std::string& name, const Json& value) const;
    Demands item(const Json& value) const;
    // Of the same field with another value.
    Demands of(const Json& value) const { return {*root_, given_, value}; }

    const Json& own() const { return *all_.front(); }  // the field's own schema, "$ref" followed; never null
    bool required(const std::string& name) const;      // must the member be there?
    std::size_t least_items() const;
    // Its "title", "description" or "format"; beside a "$ref" the field's own come first. Empty if there is
    // none.
    std::string words(const char* name) const;
    // One of "object", "array", "string", "integer", "number", "boolean".
    std::string type() const;

private:
    Demands(const Json& root, std::vector<const Json*> given, const Json& value);
    void take(const Json& schema, const Json& value, int depth);

    const Json* root_;
    std::vector<const Json*> given_;
    const Json* said_;  // as it stands, "$ref" and all
    std::vector<const Json*> all_;
};

// Does `value` satisfy a condition made of const, enum, type, required, properties, allOf, anyOf, not? A word
// beyond these does not hold.
bool holds(const Json& condition, const Json& root, const Json& value);

}  // namespace naskah::generator
