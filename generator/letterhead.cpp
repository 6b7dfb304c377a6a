// The head of the office's paper (kop), to the measures of the office's pages.
#include <algorithm>

#include "generator/typesetter.h"

namespace naskah::generator {
namespace {

// One kind of line: size k = 4 pt times 3 and 4, pitches fixed, so that all letters of the office look alike.
struct Rank {
    const char* name;
    Length size, bookman_size, pitch;
    bool bold;
};
constexpr Rank ranks[] = {
    {"government", pt(12), pt(12), pt(15), false},
    {"agency", pt(16), pt(16), pt(19), true},
    {"address", pt(9), pt(8.5), pt(11.5), false},
};
constexpr Size emblem_size{mm(18), mm(24)};
constexpr Length gutter = mm(5), above_address = pt(2), above_rules = mm(2.5);
constexpr Length thick = pt(2.25), white = pt(1.5), thin = pt(0.5);

}  // namespace

// Emblem at the left, words centred in the rest (never over the emblem), a thick and a thin rule.
Column Typesetter::letterhead(const Node& node, const Frame& outer) {
    const bool bookman = static_cast<unsigned>(outer.style.face) >= 4;
    const std::string_view* emblem = node.attribute("emblem");
    Strip head;
    head.where = node.where;
    std::shared_ptr<const Picture> picture;
    if (emblem && !emblem->empty() && input_.picture) picture = input_.picture(std::string(*emblem));
    if (picture) {
        const std::int64_t across = std::max(1, picture->width), down = std::max(1, picture->height);
        Size size{emblem_size.width, static_cast<Length>(emblem_size.width * down / across)};
        if (size.height > emblem_size.height)
            size = {static_cast<Length>(emblem_size.height * across / down), emblem_size.height};
        head.items.push_back(
            {Image{{outer.x + (emblem_size.width - size.width) / 2, 0, size.width, size.height}, picture},
             structure_.add("Figure", outer.tag, "Lambang daerah")});
    }
    Frame frame = picture ? outer.inset(emblem_size.width + gutter) : outer;
    frame.prose = Align::center;
    const Node* before = nullptr;
    for (const Node& child : node.children) {
        const Rank* rank = std::find_if(std::begin(ranks), std::end(ranks),
                                        [&](const Rank& r) { return child.name == r.name; });
        if (rank == std::end(ranks)) continue;
        if (before && child.name == "address" && before->name != "address") head.height += above_address;
        before = &child;
        Frame line = frame;
        line.style.size = bookman ? rank->bookman_size : rank->size;
        line.pitch = rank->pitch;
        if (rank->bold) line.style.face = with_bold(line.style.face);
        // A long name shrinks to three quarters at most, then it takes another line.
        const Length natural = setter_.measure(collect(child.children, line.style));
        if (natural > line.width)
            line.style.size = static_cast<Length>(
                std::max<std::int64_t>(std::int64_t{line.style.size} * line.width / natural - 1,
                                       std::int64_t{line.style.size} * 3 / 4));
        line.tag = structure_.add("P", outer.tag);
        Setting setting;
        setting.align = Align::center;
        setting.tag = line.tag;
        Column lines;
        set_lines(collect(child.children, line.style), line, setting, child.where, lines, 0);
        for (Strip& strip : lines.strips) {
            take_items(head.items, strip.items, head.height);
            head.height += strip.height;
        }
    }
    if (picture) {
        const Length down = (head.height - emblem_size.height) / 2;
        if (down < 0) {  // a short head grows to the emblem
            for (std::size_t i = 1; i < head.items.size(); ++i) shift(head.items[i], 0, -down);
            head.height = emblem_size.height;
        } else {
            shift(head.items.front(), 0, down);
        }
    }
    head.height += above_rules;
    add_fill(head.items, {outer.x, head.height, outer.width, thick});
    head.height += thick + white;
    add_fill(head.items, {outer.x, head.height, outer.width, thin});
    head.height += thin;
    Column out;
    out.add(std::move(head));
    out.leave(mm_of(node, "after", mm(5.5)));
    return out;
}

}  // namespace naskah::generator
