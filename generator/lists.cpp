// Labels and marks with text that hangs beside them: kv, ol, ul.
#include <algorithm>

#include "core/words.h"
#include "generator/typesetter.h"

namespace naskah::generator {
namespace {

std::string counter(std::string_view type, int number) {
    if (type == "none") return {};
    if (type == "a") return list_letter(number) + ".";
    if (type == "A") {
        std::string letter = list_letter(number);
        for (char& c : letter) c = static_cast<char>(c - 'a' + 'A');
        return letter + ".";
    }
    if (type == "I") return to_roman(number) + ".";
    return std::to_string(number) + ".";
}

std::string numbering(std::string_view type) {
    if (type == "1") return "Decimal";
    if (type == "a") return "LowerAlpha";
    if (type == "A") return "UpperAlpha";
    return type == "I" ? "UpperRoman" : "";
}

}  // namespace

// Puts the lines of a label at the left of the content, first baselines level; content grows to the label's
// height.
void Typesetter::hang(Column& content, std::vector<SetLine> lines, const Frame& frame) {
    if (lines.empty()) return;
    const Length own = baseline(frame.style, frame.pitch);
    if (content.strips.empty()) {
        Strip blank;
        blank.height = frame.pitch;
        blank.baseline = own;
        content.add(std::move(blank));
    }
    Strip& first = content.strips.front();
    const Length down = first.baseline > 0 ? first.baseline - own : 0;
    std::vector<Item> items;
    for (std::size_t i = 0; i < lines.size(); ++i)
        for (Item& item : lines[i].items) {
            shift(item, 0, down + static_cast<Length>(i) * frame.pitch);
            items.push_back(std::move(item));
        }
    // The label is read before what it labels.
    items.reserve(items.size() + first.items.size());
    std::move(first.items.begin(), first.items.end(), std::back_inserter(items));
    first.items = std::move(items);

    const Length wanted = down + static_cast<Length>(lines.size()) * frame.pitch;
    Length reached = 0;
    for (std::size_t i = 0; i < content.strips.size() && reached < wanted; ++i) {
        Strip& strip = content.strips[i];
        if (i > 0) {
            reached += strip.before;
            strip.hold = std::max(strip.hold, Hold::keep);
        }
        reached += strip.height;
        if (i + 1 == content.strips.size() && reached < wanted) {
            strip.height += wanted - reached;
            reached = wanted;
        }
    }
}

void Typesetter::key_values(const Node& node, const Frame& outer, Column& out) {
    const Frame frame = resized(node, outer.inset(mm_of(node, "left", 0)));
    const Length colon_width = mm_of(node, "colon", mm(4)), gap = mm_of(node, "gap", 0);
    const Align align = align_of(node, "align", Align::left);
    Length label_width = mm_of(node, "label", 0);
    if (label_width == 0) {  // as wide as the widest label
        for (const Node& row : node.children)
            label_width = std::max(label_width,
                                   setter_.measure(plain(word_of(row, "label", ""), frame.style, row.where)));
        label_width += mm(2);
    }
    const Length axis = label_width + colon_width;
    const int list_tag = structure_.add("L", frame.tag);
    Column rows;
    for (const Node& row : node.children) {
        if (row.is_text()) continue;
        const int item = structure_.add("LI", list_tag);
        Setting setting;
        setting.align = Align::left;
        setting.x = frame.x;
        setting.width = label_width;
        setting.baseline = baseline(frame.style, frame.pitch);
        const std::string_view label = word_of(row, "label", "");
        std::vector<SetLine> lines;
        if (!label.empty()) {
            setting.tag = structure_.add("Lbl", item);
            setter_.set(plain(label, frame.style, row.where), setting, lines);
            // The colon stands on its axis, level with the label's first line; without room there is none.
            std::vector<SetLine> colon;
            setting.x = frame.x + label_width;
            setting.width = std::max(colon_width, frame.style.size);
            if (colon_width > 0) setter_.set(plain(":", frame.style, row.where), setting, colon);
            if (!lines.empty() && !colon.empty())
                std::move(colon[0].items.begin(), colon[0].items.end(), std::back_inserter(lines[0].items));
        }
        Frame text = frame.inset(axis);
        text.tag = structure_.add("LBody", item);
        if (yes(row, "bold", false)) text.style.face = with_bold(text.style.face);
        Column content = flow(row, text, align);
        hang(content, std::move(lines), frame);
        rows.append(std::move(content), gap, 0);
    }
    if (!rows.strips.empty()) rows.strips.front().before = 0;
    out.append(std::move(rows), mm_of(node, "before", 0), mm_of(node, "after", 0));
}

void Typesetter::list(const Node& node, const Frame& outer, Column& out) {
    Frame frame = resized(node, outer.inset(mm_of(node, "left", 0)));
    const bool ordered = node.name == "ol";
    const std::string_view type = ordered ? word_of(node, "type", "1") : "";
    const Length mark_width = mm_of(node, "mark", ordered ? mm(7) : mm(5)), gap = mm_of(node, "gap", mm(0.6));
    frame.prose = align_of(node, "align", frame.prose);
    int number = static_cast<int>(number_of(node, "start", 1));
    const int list_tag = structure_.add("L", frame.tag);
    if (list_tag != artifact) structure_[list_tag].numbering = ordered ? numbering(type) : "Disc";
    Column items;
    for (const Node& entry : node.children) {
        if (entry.is_text()) continue;
        const int item = structure_.add("LI", list_tag);
        const std::string_view* own = entry.attribute("mark");
        const std::string mark = own ? std::string(*own) : ordered ? counter(type, number) : "–";
        if (!own) ++number;
        std::vector<SetLine> lines;
        if (!mark.empty()) {
            Setting setting;
            setting.align = Align::left;
            setting.x = frame.x;
            setting.width = std::max(mark_width, frame.style.size / 2);
            setting.baseline = baseline(frame.style, frame.pitch);
            setting.tag = structure_.add("Lbl", item);
            setter_.set(plain(mark, frame.style, entry.where), setting, lines);
        }
        Frame text = frame.inset(mark_width);
        text.tag = structure_.add("LBody", item);
        Column content = flow(entry, text, frame.prose);
        hang(content, std::move(lines), frame);
        items.append(std::move(content), gap, 0);
    }
    if (!items.strips.empty()) items.strips.front().before = 0;
    out.append(std::move(items), mm_of(node, "before", 0), mm_of(node, "after", 0));
}

}  // namespace naskah::generator
