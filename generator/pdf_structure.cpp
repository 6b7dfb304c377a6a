#include "generator/pdf_structure.h"

#include <algorithm>

#include "core/error.h"
#include "generator/pdf_syntax.h"

namespace naskah::generator {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(Code::internal, "Struktur naskah: " + what); }

void append_attributes(std::string& out, const Element& element, const std::optional<Rect>& area) {
    if (!element.alt.empty()) out += "/Alt" + text_string(element.alt);
    if (element.type == "L") {
        out += "/A<</O/List/ListNumbering/" + (element.numbering.empty() ? "None" : element.numbering) + ">>";
    } else if (element.type == "TH" || element.type == "TD") {
        std::string table;
        if (!element.scope.empty()) table += "/Scope/" + element.scope;
        if (element.colspan > 1) table += "/ColSpan " + std::to_string(element.colspan);
        if (element.rowspan > 1) table += "/RowSpan " + std::to_string(element.rowspan);
        if (!table.empty()) out += "/A<</O/Table" + table + ">>";
    } else if (element.type == "Figure" && area) {
        out += "/A<</O/Layout/BBox[";
        append_rect(out, area->x, area->y, area->x + area->width, area->y + area->height);
        out += "]>>";
    }
}

const std::vector<Element>& only_document() {
    static const std::vector<Element> elements{Element{.type = "Document"}};
    return elements;
}

}  // namespace

PdfStructure::PdfStructure(const std::vector<Element>& elements)
    : elements_(elements.empty() ? only_document() : elements) {
    for (std::size_t i = 0; i < elements_.size(); ++i) {
        const int parent = elements_[i].parent;
        if (i == 0 ? parent != -1 : parent < 0 || parent >= static_cast<int>(i))
            fail("induk unsur " + std::to_string(i) + " salah");
    }
    kids_.reserve(2 * elements_.size());
    kids_of_.resize(elements_.size());
    areas_.resize(elements_.size());
}

const std::string& PdfStructure::type(int element) const {
    if (element < 0 || element >= static_cast<int>(elements_.size()))
        fail("tidak ada unsur " + std::to_string(element));
    return elements_[static_cast<std::size_t>(element)].type;
}

// Kids stand in the order in which their content is met. An element without content (an empty cell) has no
// such place: it is hung in before the first element behind it.
void PdfStructure::link_until(int element) {
    for (; next_ <= element; ++next_) add_kid(elements_[static_cast<std::size_t>(next_)].parent, -1, next_);
}

void PdfStructure::add_kid(int element, int page, int number) {
    Kids& of = kids_of_[static_cast<std::size_t>(element)];
    const int kid = static_cast<int>(kids_.size());
    (of.first < 0 ? of.first : kids_[static_cast<std::size_t>(of.last)].next) = kid;
    of.last = kid;
    kids_.push_back({page, number});
}

int PdfStructure::mark(int element, int page) {
    link_until(element);
    if (marks_.size() <= static_cast<std::size_t>(page)) marks_.resize(static_cast<std::size_t>(page) + 1);
    auto& marks = marks_[static_cast<std::size_t>(page)];
    const int mcid = static_cast<int>(marks.size());
    marks.push_back(element);
    add_kid(element, page, mcid);
    return mcid;
}

void PdfStructure::cover(int element, Rect area) {
    auto& known = areas_[static_cast<std::size_t>(element)];
    if (known) {
        const Length right = std::max(known->x + known->width, area.x + area.width);
        const Length top = std::max(known->y + known->height, area.y + area.height);
        area.x = std::min(known->x, area.x);
        area.y = std::min(known->y, area.y);
        area.width = right - area.x;
        area.height = top - area.y;
    }
    known = area;
}

void PdfStructure::place_field(int element, int page, Rect area) {
    if (field_) fail("dua isian tanda tangan");
    if (type(element) != "Form") fail("isian tanda tangan di luar Form");
    link_until(element);
    add_kid(element, -2, page);
    field_ = Field{element, page, area};
}

void PdfStructure::append_kids(std::string& out, int element, int first,
                               const std::vector<int>& pages) const {
    const Kids of = kids_of_[static_cast<std::size_t>(element)];
    if (of.first < 0) return;
    const auto page_of = [&](int page) { return pages[static_cast<std::size_t>(page)]; };
    // An MCID alone stands for content on the element's own page, any other names its page.
    int own = -1;
    for (int at = of.first; at >= 0 && own < 0; at = kids_[static_cast<std::size_t>(at)].next)
        own = kids_[static_cast<std::size_t>(at)].page;
    if (own >= 0) {
        out += "/Pg ";
        append_reference(out, page_of(own));
    }
    out += of.first != of.last ? "/K[" : "/K ";
    for (int at = of.first; at >= 0; at = kids_[static_cast<std::size_t>(at)].next) {
        const Kid& kid = kids_[static_cast<std::size_t>(at)];
        if (at != of.first) out += ' ';
        if (kid.page == -2) {
            out += "<</Type/OBJR/Pg " + reference(page_of(kid.number)) + "/Obj " + reference(field_->widget) +
                   ">>";
        } else if (kid.page == -1) {
            append_reference(out, first + kid.number);
        } else if (kid.page == own) {
            append_int(out, kid.number);
        } else {
            out += "<</Type/MCR/Pg " + reference(page_of(kid.page)) + "/MCID ";
            append_int(out, kid.number);
            out += ">>";
        }
    }
    if (of.first != of.last) out += ']';
}

int PdfStructure::write(PdfFile& file, const std::vector<int>& pages) {
    link_until(static_cast<int>(elements_.size()) - 1);
    const int root = file.reserve();
    const int first = root + 1;  // objects are numbered consecutively
    for (std::size_t i = 0; i < elements_.size(); ++i) {
        std::string entries;
        entries.reserve(96);
        entries.append("/S/").append(elements_[i].type) += "/P ";
        append_reference(entries, i == 0 ? root : first + elements_[i].parent);
        append_kids(entries, static_cast<int>(i), first, pages);
        append_attributes(entries, elements_[i], areas_[i]);
        file.add(std::move(entries));
    }
    std::string tree = "/Type/StructTreeRoot/K " + reference(first) + "/ParentTree<</Nums[";
    for (std::size_t page = 0; page < marks_.size(); ++page) {
        append_int(tree, static_cast<std::int64_t>(page));
        tree += '[';
        for (const int element : marks_[page]) {
            if (tree.back() != '[') tree += ' ';
            append_reference(tree, first + element);
        }
        tree += ']';
    }
    std::size_t keys = pages.size();
    if (field_) {
        append_int(tree, static_cast<std::int64_t>(keys++));
        tree += ' ' + reference(first + field_->element);
    }
    tree += "]>>/ParentTreeNextKey " + std::to_string(keys);
    file.set(root, std::move(tree));
    return root;
}

}  // namespace naskah::generator
