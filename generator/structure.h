// The logical structure of the document under construction (page.h: Element).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generator/page.h"

namespace naskah::generator {

inline constexpr int artifact = -1;

class Structure {
public:
    Structure() {
        elements_.reserve(128);  // a page with a table
        elements_.emplace_back().type = "Document";
    }

    // What belongs to an artifact is an artifact.
    int add(std::string type, int parent, std::string alt = {}) {
        if (parent == artifact) return artifact;
        Element& element = elements_.emplace_back();
        element.type = std::move(type);
        element.parent = parent;
        element.alt = std::move(alt);
        return static_cast<int>(elements_.size()) - 1;
    }
    Element& operator[](int index) { return elements_[static_cast<std::size_t>(index)]; }
    std::vector<Element> take() { return std::move(elements_); }

private:
    std::vector<Element> elements_;
};

}  // namespace naskah::generator
