// The markup of a letter as a tree, checked against its vocabulary (docs/templates.md). The home of pugixml.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generator/length.h"

namespace naskah::generator {

// What a node says lives in its Markup.
struct Node {
    std::string_view name;  // element name; empty: text
    std::string_view text;  // of a text node
    std::vector<std::pair<std::string_view, std::string_view>> attributes;
    std::vector<Node> children;
    std::string_view where;  // "letter.mustache:14"

    const std::string_view* attribute(std::string_view key) const;
    bool is_text() const { return name.empty(); }
};

// The tree of a letter, and the words that its nodes point into.
class Markup {
public:
    Markup() = default;
    Markup(Markup&&) = default;
    Markup& operator=(Markup&&) = default;

    Node letter;
    std::string& keep(std::string words) { return words_.emplace_back(std::move(words)); }

private:
    std::deque<std::string> words_;  // which never move
};

// `xml` is what a template produced. Every element carries the attribute `_l` ("letter.mustache:14") that
// template.cpp put there; it becomes `where` (without it: the line in `xml`). Throws Error(data) with every
// problem at once, each with file and line: not well-formed, unknown element or attribute, a value that is
// none, text where none may stand.
Markup parse_markup(std::string_view xml);

// Values of attributes, which parse_markup has checked to be numbers, yes or no, and so on.
Length mm_of(const Node& node, std::string_view key, Length fallback);  // written in millimetres
Length pt_of(const Node& node, std::string_view key, Length fallback);  // written in points
double number_of(const Node& node, std::string_view key, double fallback);
bool yes(const Node& node, std::string_view key, bool fallback);
std::string_view word_of(const Node& node, std::string_view key, std::string_view fallback);

bool is_inline(const Node& node);  // text, or an element that stands within a line

}  // namespace naskah::generator
