#include "generator/vocabulary.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace naskah::generator {
namespace {

// One line an element, in the order of docs/templates.md. Attributes: name=values.
struct Line {
    std::string_view name;
    Content content;
    std::string_view children;
    std::string_view place;  // "block", "inline", or empty: only inside the element that names it
    std::string_view attributes;
};

constexpr std::string_view room = " before=mm after=mm";

constexpr Line lines[] = {
    {"letter", Content::blocks, "letterhead annex footer", "",
     "paper=A4|F4|F4-210 landscape=yes|no font=sans|bookman size=pt pitch=pt left=mm right=mm top=mm "
     "first-top=mm bottom=mm "
     "hyphenate=auto|yes|no page-numbers=yes|no title=text"},
    {"letterhead", Content::children, "government agency address", "", "emblem=text after=mm"},
    {"government", Content::inlines, "", "", ""},
    {"agency", Content::inlines, "", "", ""},
    {"address", Content::inlines, "", "", ""},
    {"title", Content::inlines, "", "block", "size=pt pitch=pt bold=yes|no keep=next"},
    {"p", Content::inlines, "", "block",
     "align=justify|left|center|right size=pt pitch=pt indent=mm keep=next bold=yes|no left=mm "
     "color=black|grey "
     "hyphenate=yes|no"},
    {"h", Content::inlines, "", "block", "mark=text mark-width=mm size=pt left=mm"},
    {"kv", Content::children, "row", "block",
     "label=mm colon=mm left=mm align=justify|left gap=mm keep=yes|no|next size=pt pitch=pt"},
    {"row", Content::flow, "", "", "label=text bold=yes|no"},
    {"ol", Content::children, "li", "block",
     "type=1|a|A|I|none mark=mm gap=mm start=number left=mm align=justify|left size=pt pitch=pt "
     "keep=yes|no|next"},
    {"ul", Content::children, "li", "block",
     "mark=mm gap=mm left=mm align=justify|left size=pt pitch=pt keep=yes|no|next"},
    {"li", Content::flow, "", "", "mark=text"},
    {"table", Content::children, "thead tr", "block",
     "cols=cols size=pt pitch=pt pad-x=mm pad-y=mm border=yes|no left=mm keep=yes|no|next"},
    {"thead", Content::children, "tr", "", ""},
    {"tr", Content::children, "td lanes", "", "height=mm head=yes|no keep=next step=number"},
    {"td", Content::flow, "", "",
     "align=justify|left|center|right valign=top|middle|bottom colspan=number rowspan=number bold=yes|no"},
    {"lanes", Content::none, "", "",
     "count=number at=text shape=terminal|activity|decision yes=number no=number"},
    {"columns", Content::children, "column", "block",
     "widths=cols valign=top|middle|bottom gap=mm left=mm keep=next"},
    {"column", Content::flow, "", "", "align=justify|left|center|right"},
    {"block", Content::flow, "", "block",
     "keep=yes|no|next with-previous=yes|no left=mm width=mm size=pt pitch=pt"},
    {"signature", Content::flow, "", "block", "left=number"},
    {"beside", Content::flow, "", "block", "gap=mm"},
    {"qr", Content::none, "", "block", "size=mm caption=text left=mm"},
    {"img", Content::none, "", "block",
     "src=text width=mm height=mm alt=text border=yes|no align=left|center|right left=mm"},
    {"box", Content::flow, "", "block",
     "width=mm height=mm border=solid|dotted|none size=pt pitch=pt pad=mm align=justify|left|center|right "
     "left=mm "
     "color=black|grey"},
    {"line", Content::none, "", "block", "width=pt left=mm"},
    {"space", Content::none, "", "block", "mm=mm"},
    {"pagebreak", Content::none, "", "block", ""},
    {"annex", Content::blocks, "", "", "head=yes|no"},
    {"footer", Content::blocks, "", "", ""},
    {"b", Content::inlines, "", "inline", ""},
    {"i", Content::inlines, "", "inline", ""},
    {"u", Content::inlines, "", "inline", ""},
    {"nobr", Content::inlines, "", "inline", ""},
    {"br", Content::none, "", "inline", ""},
    {"checkbox", Content::none, "", "inline", "checked=yes|no size=mm"},
    {"fill", Content::none, "", "inline", "width=mm"},
};

std::vector<Attribute> read_attributes(std::string_view text) {
    std::vector<Attribute> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view entry = text.substr(0, end);
        if (const std::size_t equals = entry.find('='); equals != entry.npos)
            out.push_back({entry.substr(0, equals), entry.substr(equals + 1)});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::unordered_map<std::string_view, Vocable> read_lines() {
    std::unordered_map<std::string_view, Vocable> out;
    for (const Line& line : lines) {
        Vocable vocable{line.name, line.content, line.children, read_attributes(line.attributes)};
        vocable.in_line = line.place == "inline";
        vocable.block = line.place == "block";
        if (vocable.block)
            for (const Attribute& attribute : read_attributes(room)) vocable.attributes.push_back(attribute);
        out.emplace(line.name, std::move(vocable));
    }
    return out;
}

bool is_number(std::string_view text, double& value) {
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    return error == std::errc{} && end == text.data() + text.size();
}

// "10 * 36", "2* *": widths in millimetres and shares of the rest.
bool are_columns(std::string_view text) {
    int count = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::string_view entry = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (entry.empty()) continue;
        if (entry.back() == '*') {
            entry.remove_suffix(1);
            if (entry.empty()) entry = "1";
        }
        double value = 0;
        if (!is_number(entry, value) || value <= 0 || value > 1000) return false;
        ++count;
    }
    return count > 0 && count <= 64;
}

}  // namespace

const Vocable* find_vocable(std::string_view name) {
    static const std::unordered_map<std::string_view, Vocable> vocabulary = read_lines();
    const auto found = vocabulary.find(name);
    return found == vocabulary.end() ? nullptr : &found->second;
}

std::string misfit(const Attribute& attribute, std::string_view value) {
    double number = 0;
    if (attribute.values == "text") return {};
    if (attribute.values == "mm")
        return is_number(value, number) && number >= 0 && number <= 1000
                   ? ""
                   : "panjang dalam milimeter, 0 sampai 1000";
    if (attribute.values == "pt")
        return is_number(value, number) && number > 0 && number <= 200
                   ? ""
                   : "ukuran dalam poin, lebih dari 0 sampai 200";
    if (attribute.values == "number")
        return is_number(value, number) && number >= 0 && number <= 10000 ? "" : "bilangan 0 sampai 10000";
    if (attribute.values == "cols")
        return are_columns(value)
                   ? ""
                   : "lebar kolom dalam milimeter atau *, dipisahkan spasi, misalnya \"10 * 36\"";
    std::string_view words = attribute.values;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find('|'), words.size());
        if (words.substr(0, end) == value) return {};
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    std::string choices(attribute.values);
    std::replace(choices.begin(), choices.end(), '|', ',');
    return "salah satu dari: " + choices;
}

}  // namespace naskah::generator
