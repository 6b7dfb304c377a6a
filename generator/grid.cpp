#include "generator/grid.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/error.h"

namespace naskah::generator {
namespace {

struct Width {
    double value = 1;
    bool share = false;
};

std::vector<Width> read_widths(std::string_view text) {
    std::vector<Width> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::string_view entry = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (entry.empty()) continue;
        Width width;
        width.share = entry.back() == '*';
        if (width.share) entry.remove_suffix(1);
        if (!entry.empty())
            std::from_chars(entry.data(), entry.data() + entry.size(), width.value, std::chars_format::fixed);
        out.push_back(width);
    }
    return out;
}

Column set_whole_row(std::vector<Cell>& cells, Length height, Length pad) {
    Strip row;
    row.height = height;
    std::size_t count = 4 + 2 * cells.size();  // and rules
    for (const Cell& cell : cells)
        for (const Strip& strip : cell.content.strips) count += strip.items.size();
    row.items.reserve(count);
    for (Cell& cell : cells) {
        const Length content_height = cell.content.height();
        Length y = pad;
        if (cell.valign == Valign::middle) y = (cell.height - content_height) / 2;
        if (cell.valign == Valign::bottom) y = cell.height - pad - content_height;
        bool first = true;
        for (Strip& strip : cell.content.strips) {
            if (!first) y += strip.before;
            first = false;
            if (row.baseline == 0 && strip.baseline > 0) row.baseline = y + strip.baseline;
            take_items(row.items, strip.items, y);
            y += strip.height;
        }
    }
    Column out;
    out.add(std::move(row));
    return out;
}

// A cut is a height that no strip of any cell straddles.
Column set_split_row(std::vector<Cell>& cells, Length height, Length pad) {
    struct Placed {
        Length top, bottom;
        Strip* strip;
    };
    std::vector<Placed> placed;
    for (Cell& cell : cells) {
        Length y = pad;
        bool first = true;
        for (Strip& strip : cell.content.strips) {
            if (!first) y += strip.before;
            first = false;
            placed.push_back({y, y + strip.height, &strip});
            y += strip.height;
        }
    }
    std::stable_sort(placed.begin(), placed.end(),
                     [](const Placed& a, const Placed& b) { return a.top < b.top; });
    Column out;
    Strip part;
    Length top = 0, reached = 0;
    for (const Placed& place : placed) {
        if (place.top >= reached && reached > 0) {
            part.height = place.top - top;
            if (out.strips.size() == 1) part.hold = Hold::widow;
            out.add(std::exchange(part, Strip{}));
            top = place.top;
        }
        reached = std::max(reached, place.bottom);
        take_items(part.items, place.strip->items, place.top - top);
    }
    part.height = height - top;
    if (!out.strips.empty()) part.hold = Hold::widow;
    out.add(std::move(part));
    return out;
}

}  // namespace

Valign valign_of(const Node& node, Valign fallback) {
    const std::string_view word = word_of(node, "valign", "");
    if (word.empty()) return fallback;
    if (word == "middle") return Valign::middle;
    return word == "bottom" ? Valign::bottom : Valign::top;
}

std::vector<Length> share_width(const Node& node, std::string_view key, Length total, std::size_t count) {
    std::vector<Width> wanted = read_widths(word_of(node, key, ""));
    if (wanted.empty()) wanted.assign(std::max<std::size_t>(count, 1), {1, true});
    Length fixed = 0;
    double shares = 0;
    for (const Width& width : wanted) {
        if (width.share)
            shares += width.value;
        else
            fixed += mm(width.value);
    }
    if (fixed > total + pt(0.1) || (shares > 0 && fixed >= total))
        throw Error(Code::data, "kolom-kolom bersama lebih lebar daripada ruang yang ada",
                    std::string(node.where), "Kecilkan lebar pada atribut " + std::string(key));
    std::vector<Length> out;
    double seen = 0;
    Length given = 0;
    for (const Width& width : wanted) {
        if (!width.share) {
            out.push_back(mm(width.value));
            continue;
        }
        // Shares are cut from a running total, so that the last one ends exactly at the edge.
        seen += width.value;
        const auto until = static_cast<Length>((total - fixed) * seen / shares);
        out.push_back(until - given);
        given = until;
    }
    return out;
}

Column set_row(std::vector<Cell>& cells, Length height, Length pad, bool split) {
    return split ? set_split_row(cells, height, pad) : set_whole_row(cells, height, pad);
}

}  // namespace naskah::generator
