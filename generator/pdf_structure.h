// The structure tree of a tagged PDF (ISO 32000-1 14.7): which marked content on which page belongs to which
// element.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "generator/page.h"
#include "generator/pdf_file.h"

namespace naskah::generator {

class PdfStructure {
public:
    // `elements` must outlive it. Throws Error(internal) if a parent does not stand before its children.
    explicit PdfStructure(const std::vector<Element>& elements);

    const std::string& type(int element) const;  // throws Error(internal): no such element
    // Opens a new piece of marked content on `page` (0, 1, ...) and gives its MCID.
    int mark(int element, int page);
    // A picture of the element was drawn here: the BBox of a Figure. In the page's own coordinates, y
    // upwards.
    void cover(int element, Rect area);

    // The signature field lies here, in an element of its own (Form). One a document; throws Error(internal).
    struct Field {
        int element, page;
        Rect area;
        int widget = 0;  // its object, once there is one
    };
    void place_field(int element, int page, Rect area);
    std::optional<Field>& field() { return field_; }

    // Writes all elements, the tree and its index; `pages` are the page objects. Gives the StructTreeRoot's
    // number.
    int write(PdfFile& file, const std::vector<int>& pages);

private:
    struct Kid {
        int page;  // -1: `number` is an element; -2: the signature field; else an MCID
        int number;
        int next = -1;  // in kids_
    };
    struct Kids {  // of an element, in kids_
        int first = -1, last = -1;
    };
    void add_kid(int element, int page, int number);
    void link_until(int element);
    void append_kids(std::string& out, int element, int first, const std::vector<int>& pages) const;

    const std::vector<Element>& elements_;
    std::vector<Kid> kids_;
    std::vector<Kids> kids_of_;
    std::vector<std::optional<Rect>> areas_;
    std::vector<std::vector<int>> marks_;  // by page and MCID: the element
    std::optional<Field> field_;
    int next_ = 1;  // the first element not yet hung into the tree
};

}  // namespace naskah::generator
