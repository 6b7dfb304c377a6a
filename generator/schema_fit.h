// A quick look at a letter's data. Nearly all data is right, and valijson, which can say what is wrong, needs
// a copy of it and a twentieth of a letter's time: it is asked only where this look does not settle the
// matter.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"

namespace naskah::generator {

class SchemaFit {
public:
    // Of a draft-07 schema that Schema takes, without the branches of its topmost allOf.
    explicit SchemaFit(const Json& schema);

    // True: `value` satisfies the schema, formats aside. False: it does not, or the schema has words beyond
    // type, properties, required, additionalProperties, items, enum of texts, and the bounds of texts, lists
    // and numbers.
    bool surely(const Json& value) const { return fits(root_, value); }

private:
    struct Rule {
        enum class Kind : std::uint8_t { unsettled, object, array, string, boolean, integer, number };
        Kind kind = Kind::unsettled;
        bool closed = false;         // no members but these
        std::uint64_t required = 0;  // bit i: member i
        std::vector<std::pair<std::string, int>> members;
        std::optional<int> items;
        std::vector<std::string> words;                                         // of an enum; empty: any
        std::size_t least = 0, most = std::numeric_limits<std::size_t>::max();  // letters, or items
        double lowest = -std::numeric_limits<double>::infinity();
        double highest = std::numeric_limits<double>::infinity();
    };

    int rule_of(const Json& schema, const Json& root);
    Rule read(const Json& schema, const Json& root);
    bool fits(int rule, const Json& value) const;
    bool members_fit(const Rule& rule, const Json& value) const;

    std::vector<Rule> rules_;
    std::map<const Json*, int> known_;  // while reading: definitions may name themselves
    int root_ = 0;
};

}  // namespace naskah::generator
