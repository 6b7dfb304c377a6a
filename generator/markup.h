// The markup of a letter as a tree, checked against its vocabulary (docs/templates.md). The home of pugixml.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace naskah::generator {

struct Node {
    std::string name;                 // element name; empty: text
    std::string text;                 // of a text node
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Node> children;
    std::string where;                // "letter.mustache:14"

    const std::string* attribute(std::string_view key) const;
};

// `xml` is what a template produced. Every element carries the attribute `_l` ("letter.mustache:14") that template.cpp put
// there; it becomes `where`. Throws Error(data): not well-formed, unknown element or attribute, each with file and line.
Node parse_markup(std::string_view xml);

}  // namespace naskah::generator
