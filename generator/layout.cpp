#include "generator/layout.h"

#include <algorithm>

#include "core/error.h"
#include "generator/pages.h"
#include "generator/typesetter.h"

namespace naskah::generator {
namespace {

constexpr Length footer_edge = mm(10);     // from the footer's bottom to the paper's edge
constexpr Length above_footer = mm(3.5);   // at least, between text and footer
constexpr Length below_signature = mm(5);  // at least, between the NIP and the footer
constexpr Length number_above_text = mm(7);

Size paper_of(const Node& letter) {
    const std::string_view name = word_of(letter, "paper", "A4");
    Size paper{mm(210), mm(297)};
    if (name == "F4") paper = {mm(215), mm(330)};
    if (name == "F4-210") paper = {mm(210), mm(330)};
    if (yes(letter, "landscape", false)) std::swap(paper.width, paper.height);
    return paper;
}

const Node* child_named(const Node& node, std::string_view name) {
    const auto found = std::find_if(node.children.begin(), node.children.end(),
                                    [&](const Node& child) { return child.name == name; });
    return found == node.children.end() ? nullptr : &*found;
}

bool holds(const Node& node, std::string_view name) {
    return node.name == name ||
           std::any_of(node.children.begin(), node.children.end(),
                       [&](const Node& child) { return !child.is_text() && holds(child, name); });
}

Frame text_frame(const Node& letter, Size paper) {
    Frame frame;
    frame.x = mm_of(letter, "left", mm(30));
    frame.width = paper.width - frame.x - mm_of(letter, "right", mm(20));
    frame.style.face = word_of(letter, "font", "sans") == "bookman" ? Face::bookman : Face::sans;
    frame.style.size = pt_of(letter, "size", pt(11));
    frame.pitch = pt_of(letter, "pitch", static_cast<Length>(std::int64_t{frame.style.size} * 14 / 11));
    if (frame.width < mm(20))
        throw Error(Code::data, "tepi kiri dan kanan tidak menyisakan ruang untuk teks",
                    std::string(letter.where), "Kecilkan left atau right");
    return frame;
}

Document build(const Node& letter, const LayoutInput& input, bool beside) {
    Sheet sheet;
    sheet.paper = paper_of(letter);
    const Frame frame = text_frame(letter, sheet.paper);
    const Node* head = child_named(letter, "letterhead");
    const Node* foot = child_named(letter, "footer");
    sheet.top = mm_of(letter, "top", mm(25));
    sheet.first_top = mm_of(letter, "first-top", head ? mm(13) : sheet.top);

    Typesetter::Options options;
    const std::string_view hyphenate = word_of(letter, "hyphenate", "auto");
    if (hyphenate == "yes") options.hyphenate = Typesetter::Options::Hyphenate::yes;
    if (hyphenate == "no") options.hyphenate = Typesetter::Options::Hyphenate::no;
    options.beside = beside;

    // The footer comes first: it decides where the text ends.
    Strip footer;
    Length margin = mm_of(letter, "bottom", mm(25));
    if (foot) {
        Frame inner = frame;
        inner.tag = artifact;
        inner.prose = Align::left;
        options.page_room = sheet.paper.height;
        footer = stack(Typesetter(input, options).blocks(*foot, inner));
        margin = std::max(margin, footer_edge + footer.height + above_footer);
        options.signature_clear = std::max<Length>(0, footer_edge + footer.height + below_signature - margin);
    }
    sheet.bottom = sheet.paper.height - margin;
    options.page_room = sheet.bottom - sheet.top;
    if (sheet.bottom - std::max(sheet.top, sheet.first_top) < mm(30))
        throw Error(Code::data, "tepi atas dan bawah tidak menyisakan ruang untuk teks",
                    std::string(letter.where), "Kecilkan top, bottom, atau kaki surat");

    Typesetter typesetter(input, options);
    Column column;
    if (head) column = typesetter.letterhead(*head, frame);
    column.append(typesetter.blocks(letter, frame), 0, 0);
    const std::vector<PageRange> ranges = cut_pages(column.strips, typesetter.heads(), sheet);

    Document document;
    document.title = word_of(letter, "title", "");
    const bool numbers = yes(letter, "page-numbers", true);
    document.pages.reserve(std::max<std::size_t>(1, ranges.size()));
    for (std::size_t i = 0; i < std::max<std::size_t>(1, ranges.size()); ++i) {
        Page& page = document.pages.emplace_back();
        page.size = sheet.paper;
        if (input.draft) page.items.push_back({Watermark{"KONSEP"}, artifact});
        if (i > 0 && numbers && ranges[i].numbered) {
            Strip number =
                typesetter.line("- " + std::to_string(i + 1) + " -", frame, Align::center, letter.where);
            for (Item& item : number.items) {
                shift(item, 0, sheet.top - number_above_text - number.height);
                page.items.push_back(std::move(item));
            }
        }
        if (i < ranges.size())
            fill_page(page, ranges[i], column.strips, typesetter.heads(),
                      i == 0 ? sheet.first_top : sheet.top);
        for (Item item : footer.items) {
            shift(item, 0, sheet.paper.height - footer_edge - footer.height);
            page.items.push_back(std::move(item));
        }
    }
    if (!input.url.empty() && !input.draft && !typesetter.has_signature_field())
        document.pages.back().items.push_back({SignatureField{}, typesetter.structure().add("Form", 0)});
    document.structure = typesetter.structure().take();
    return document;
}

}  // namespace

Document lay_out(const Node& letter, const LayoutInput& input) {
    Document document = build(letter, input, false);
    if (document.pages.size() > 1 && holds(letter, "beside")) {
        Document shorter = build(letter, input, true);
        if (shorter.pages.size() < document.pages.size()) return shorter;
    }
    return document;
}

}  // namespace naskah::generator
