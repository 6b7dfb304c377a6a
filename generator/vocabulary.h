// Which elements the markup has, what they may hold, and which attributes they take: the table behind
// docs/templates.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace naskah::generator {

enum class Content {
    none,      // empty element
    inlines,   // text and inline elements
    flow,      // inline content, blocks, or both
    blocks,    // blocks only
    children,  // only the elements that are named
};

struct Attribute {
    std::string_view name;
    std::string_view values;  // "mm", "pt", "number", "text", "cols", or words divided by |
};

struct Vocable {
    std::string_view name;
    Content content;
    std::string_view children;  // Content::children: names divided by blanks
    std::vector<Attribute> attributes;
    bool in_line = false;  // stands within a line
    bool block = false;    // stands wherever blocks may stand
};

const Vocable* find_vocable(std::string_view name);

// Empty if `value` is what an attribute of this kind takes, else what it should have been, in Indonesian.
std::string misfit(const Attribute& attribute, std::string_view value);

}  // namespace naskah::generator
