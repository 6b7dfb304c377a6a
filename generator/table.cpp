// Tables and columns: cells side by side, rows that pages may part.
#include <algorithm>
#include <charconv>
#include <utility>

#include "core/error.h"
#include "generator/typesetter.h"

namespace naskah::generator {
namespace {

enum class Valign : std::uint8_t { top, middle, bottom };

constexpr Length line_width = pt(0.5);
constexpr Color head_grey{237, 237, 237};  // 93 %

Valign valign_of(const Node& node, Valign fallback) {
    const std::string* value = node.attribute("valign");
    if (!value) return fallback;
    if (*value == "middle") return Valign::middle;
    return *value == "bottom" ? Valign::bottom : Valign::top;
}

Item across(Length from, Length to, Length y) {
    return {Fill{{from - line_width / 2, y - line_width / 2, to - from + line_width, line_width}, {}},
            artifact};
}
Item down(Length x, Length height) {
    return {Fill{{x - line_width / 2, 0, line_width, height}, {}}, artifact};
}

}  // namespace

struct Typesetter::Cell {
    Column content;
    std::size_t column = 0, span = 1, rows = 1;
    Valign valign = Valign::top;
    Length x = 0, width = 0, height = 0;  // outer; height of the content
    const std::string* where = nullptr;
};

struct Typesetter::Row {
    std::vector<Cell> cells;  // that begin in this row
    Length least = 0, height = 0;
    bool head = false, keep_next = false;
    const std::string* where = nullptr;
};

// "10 * 36" over `total`; without the attribute `count` equal shares.
std::vector<Length> Typesetter::widths(const Node& node, std::string_view key, Length total,
                                       std::size_t count) const {
    struct Width {
        double value;
        bool share;
    };
    std::vector<Width> wanted;
    std::string_view text = word_of(node, key, "");
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::string_view entry = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (entry.empty()) continue;
        const bool share = entry.back() == '*';
        double value = 1;
        if (share) entry.remove_suffix(1);
        if (!entry.empty())
            std::from_chars(entry.data(), entry.data() + entry.size(), value, std::chars_format::fixed);
        wanted.push_back({value, share});
    }
    if (wanted.empty()) wanted.assign(std::max<std::size_t>(count, 1), {1, true});
    Length fixed = 0;
    double shares = 0;
    for (const Width& width : wanted) (width.share ? shares += width.value : (fixed += mm(width.value), 0.0));
    if (fixed > total + pt(0.1) || (shares > 0 && fixed >= total))
        throw Error(Code::data, "kolom-kolom bersama lebih lebar daripada ruang yang ada", node.where,
                    "Kecilkan lebar pada atribut " + std::string(key));
    std::vector<Length> out;
    const Length rest = total - fixed;
    double seen = 0;
    Length given = 0;
    for (const Width& width : wanted) {
        if (!width.share) {
            out.push_back(mm(width.value));
            continue;
        }
        // The last share ends exactly at the edge.
        seen += width.value;
        const Length until = static_cast<Length>(rest * seen / shares);
        out.push_back(until - given);
        given = until;
    }
    return out;
}

// The cells of one row as strips without rules: one strip, or several where no line of any cell is cut.
Column Typesetter::set_row(std::vector<Cell*>& cells, Length height, Length pad, bool split) {
    Column out;
    if (!split) {
        Strip row;
        row.height = height;
        std::size_t count = 0;
        for (const Cell* cell : cells)
            for (const Strip& strip : cell->content.strips) count += strip.items.size();
        row.items.reserve(count + 2 * cells.size() + 4);
        for (Cell* cell : cells) {
            Length y = pad;
            if (cell->valign == Valign::middle) y = (cell->height - cell->content.height()) / 2;
            if (cell->valign == Valign::bottom) y = cell->height - pad - cell->content.height();
            Strip content = stack(std::move(cell->content));
            if (row.baseline == 0 && content.baseline > 0) row.baseline = y + content.baseline;
            for (Item& item : content.items) {
                shift(item, 0, y);
                row.items.push_back(std::move(item));
            }
        }
        out.add(std::move(row));
        return out;
    }

    // Every strip with its place; a cut is a height that no strip straddles.
    struct Placed {
        Length top, bottom;
        Strip* strip;
    };
    std::vector<Placed> placed;
    for (Cell* cell : cells) {
        Length y = pad;
        bool first = true;
        for (Strip& strip : cell->content.strips) {
            if (!first) y += strip.before;
            first = false;
            placed.push_back({y, y + strip.height, &strip});
            y += strip.height;
        }
    }
    std::stable_sort(placed.begin(), placed.end(),
                     [](const Placed& a, const Placed& b) { return a.top < b.top; });
    Length top = 0, reached = 0;
    Strip part;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if (i > 0 && placed[i].top >= reached) {
            const Length cut = placed[i].top;
            part.height = cut - top;
            part.hold = out.strips.size() == 1 ? Hold::widow : Hold::free;
            out.add(std::exchange(part, Strip{}));
            top = cut;
        }
        reached = std::max(reached, placed[i].bottom);
        for (Item& item : placed[i].strip->items) {
            shift(item, 0, placed[i].top - top);
            part.items.push_back(std::move(item));
        }
    }
    part.height = height - top;
    part.hold = Hold::widow;
    out.add(std::move(part));
    out.strips.front().hold = Hold::free;
    return out;
}

void Typesetter::columns(const Node& node, const Frame& outer, Column& out) {
    const Frame frame = outer.inset(mm_of(node, "left", 0));
    const Length gap = mm_of(node, "gap", 0);
    const auto count = static_cast<std::size_t>(std::count_if(
        node.children.begin(), node.children.end(), [](const Node& child) { return !child.is_text(); }));
    if (count == 0) return;
    const std::vector<Length> room =
        widths(node, "widths", frame.width - gap * static_cast<Length>(count - 1), count);
    if (room.size() != count)
        throw Error(Code::data,
                    "<columns> berisi " + std::to_string(count) + " <column>, lebarnya " +
                        std::to_string(room.size()),
                    node.where, "Samakan banyaknya lebar pada atribut widths");
    std::vector<Cell> cells;
    Length x = frame.x, height = 0;
    for (const Node& child : node.children) {
        if (child.is_text()) continue;
        Cell& cell = cells.emplace_back();
        Frame inner = frame;
        inner.x = x;
        inner.width = room[cells.size() - 1];
        if (child.attribute("align")) inner.prose = align_of(child, "align", inner.prose);
        cell.valign = valign_of(node, Valign::top);
        cell.content = flow(child, inner, inner.prose);
        height = std::max(height, cell.content.height());
        x += inner.width + gap;
    }
    std::vector<Cell*> row;
    for (Cell& cell : cells) {
        cell.height = height;
        row.push_back(&cell);
    }
    Column strips = set_row(row, height, 0, height > options_.page_room);
    for (Strip& strip : strips.strips) strip.where = &node.where;
    out.append(std::move(strips), mm_of(node, "before", 0), mm_of(node, "after", 0));
}

void Typesetter::table(const Node& node, const Frame& outer, Column& out) {
    Frame frame = outer.inset(mm_of(node, "left", 0));
    frame.style.size = pt_of(node, "size", pt(9));
    frame.pitch =
        pt_of(node, "pitch",
              node.attribute("size") ? static_cast<Length>(std::int64_t{frame.style.size} * 1244 / 1000)
                                     : pt(11.2));
    const Length pad_x = mm_of(node, "pad-x", mm(1.7)), pad_y = mm_of(node, "pad-y", mm(1.3));
    const bool border = yes(node, "border", true);

    std::size_t first_cells = 0;
    for (const Node& child : node.children) {
        const Node& row = child.name == "thead" && !child.children.empty() ? child.children.front() : child;
        if (first_cells == 0)
            for (const Node& td : row.children)
                if (!td.is_text())
                    first_cells += static_cast<std::size_t>(std::max(1.0, number_of(td, "colspan", 1)));
    }
    const std::vector<Length> room = widths(node, "cols", frame.width, first_cells);
    std::vector<Length> edges{frame.x};
    for (const Length width : room) edges.push_back(edges.back() + width);

    const int table_tag = structure_.add("Table", frame.tag);
    std::vector<std::size_t> busy(room.size(), 0);  // rows that a cell from above still fills
    std::vector<Row> rows;                          // of one group, tied by rowspans
    Column strips;
    std::int32_t head = -1;
    bool head_open = false;

    // Rules, fills and content of the rows gathered so far.
    const auto finish = [&](bool in_head) {
        std::vector<std::vector<const Cell*>> covers(rows.size(),
                                                     std::vector<const Cell*>(room.size(), nullptr));
        for (std::size_t r = 0; r < rows.size(); ++r) {
            rows[r].height = std::max(rows[r].least, rows[r].height);
            for (Cell& cell : rows[r].cells) {
                cell.height = cell.content.height() + 2 * pad_y;
                if (cell.rows == 1) rows[r].height = std::max(rows[r].height, cell.height);
                for (std::size_t k = r; k < r + cell.rows; ++k)
                    for (std::size_t c = cell.column; c < cell.column + cell.span; ++c) covers[k][c] = &cell;
            }
        }
        for (std::size_t r = 0; r < rows.size(); ++r)
            for (Cell& cell : rows[r].cells) {
                Length sum = 0;
                for (std::size_t k = r; k < r + cell.rows; ++k) sum += rows[k].height;
                if (sum < cell.height) rows[r + cell.rows - 1].height += cell.height - sum;
            }
        for (std::size_t r = 0; r < rows.size(); ++r) {
            Row& row = rows[r];
            std::vector<Cell*> cells;
            for (Cell& cell : row.cells) {
                cell.height = 0;
                for (std::size_t k = r; k < r + cell.rows; ++k) cell.height += rows[k].height;
                cells.push_back(&cell);
            }
            const bool split = rows.size() == 1 && !in_head && row.height > options_.page_room / 2;
            Column parts = set_row(cells, row.height, pad_y, split);
            for (std::size_t p = 0; p < parts.strips.size(); ++p) {
                Strip& strip = parts.strips[p];
                strip.where = row.where;
                strip.head = in_head ? -1 : head;
                if (in_head || r > 0) strip.hold = Hold::never;
                if (border) {
                    std::vector<Item> lines;
                    if (row.head)
                        for (const Cell& cell : row.cells)
                            lines.push_back(
                                {Fill{{cell.x, 0, cell.width, cell.height}, head_grey}, artifact});
                    for (std::size_t c = 0; c < room.size(); ++c) {
                        const Cell* cell = covers[r][c];
                        if (c == 0 || cell != covers[r][c - 1]) lines.push_back(down(edges[c], strip.height));
                    }
                    lines.push_back(down(edges.back(), strip.height));
                    // A rule above, except where a cell comes down from the row before.
                    for (std::size_t c = 0; p == 0 && c < room.size();) {
                        std::size_t end = c;
                        while (end < room.size() && (r == 0 || covers[r][end] != covers[r - 1][end])) ++end;
                        if (end > c) lines.push_back(across(edges[c], edges[end], 0));
                        c = end + 1;
                    }
                    if (p + 1 < parts.strips.size() || rows.size() == r + 1)
                        strip.closing.push_back(across(edges.front(), edges.back(), strip.height));
                    // The grey must lie beneath the words.
                    if (row.head) {
                        std::move(strip.items.begin(), strip.items.end(), std::back_inserter(lines));
                        strip.items = std::move(lines);
                    } else {
                        std::move(lines.begin(), lines.end(), std::back_inserter(strip.items));
                    }
                }
                strips.add(std::move(strip));
            }
            if (row.keep_next || in_head) strips.hold_next(Hold::keep);
        }
        rows.clear();
    };

    const auto set_tr = [&](const Node& tr, bool in_head) {
        Row& row = rows.emplace_back();
        row.where = &tr.where;
        row.least = mm_of(tr, "height", 0);
        row.head = in_head || yes(tr, "head", false);
        row.keep_next = word_of(tr, "keep", "") == "next";
        const int row_tag = structure_.add("TR", table_tag);
        std::size_t column = 0;
        std::vector<std::size_t> begun(room.size(), 0);
        for (const Node& td : tr.children) {
            if (td.is_text()) continue;
            while (column < room.size() && busy[column] > 0) ++column;
            Cell cell;
            cell.column = column;
            cell.span = static_cast<std::size_t>(std::max(1.0, number_of(td, "colspan", 1)));
            cell.rows = static_cast<std::size_t>(std::max(1.0, number_of(td, "rowspan", 1)));
            cell.where = &td.where;
            if (column + cell.span > room.size())
                throw Error(Code::data,
                            "baris tabel berisi lebih dari " + std::to_string(room.size()) + " kolom",
                            td.where, "Samakan banyaknya sel dengan atribut cols");
            for (std::size_t c = column; c < column + cell.span; ++c) {
                if (busy[c] > 0)
                    throw Error(Code::data, "sel tabel bertumpang-tindih", td.where,
                                "Periksa rowspan dan colspan");
                begun[c] = cell.rows;
            }
            cell.x = edges[column];
            cell.width = edges[column + cell.span] - cell.x;
            Frame inner = frame;
            inner.x = cell.x + pad_x;
            inner.width = cell.width - 2 * pad_x;
            inner.prose = align_of(td, "align", row.head ? Align::center : Align::left);
            if (row.head || yes(td, "bold", false)) inner.style.face = with_bold(inner.style.face);
            inner.tag = structure_.add(row.head ? "TH" : "TD", row_tag);
            if (inner.tag != artifact) {
                Element& element = structure_[inner.tag];
                element.colspan = static_cast<int>(cell.span);
                element.rowspan = static_cast<int>(cell.rows);
                if (row.head) element.scope = "Column";
            }
            if (inner.width <= 0)
                throw Error(Code::data, "kolom tabel lebih sempit daripada jarak tepinya", td.where,
                            "Lebarkan kolom");
            cell.valign = valign_of(td, row.head ? Valign::middle : Valign::top);
            cell.content = flow(td, inner, inner.prose);
            column += cell.span;
            row.cells.push_back(std::move(cell));
        }
        while (column < room.size() && busy[column] > 0) ++column;
        if (column != room.size())
            throw Error(Code::data,
                        "baris tabel berisi " + std::to_string(column) + " dari " +
                            std::to_string(room.size()) + " kolom",
                        tr.where, "Lengkapi selnya atau pakai colspan");
        bool tied = false;
        for (std::size_t c = 0; c < room.size(); ++c) {
            if (begun[c] > 0) busy[c] = begun[c];
            --busy[c];
            tied = tied || busy[c] > 0;
        }
        if (!tied) finish(in_head);
    };
    const auto check_tied = [&](const Node& where) {
        if (!rows.empty())
            throw Error(Code::data, "rowspan melampaui baris terakhir tabel", where.where,
                        "Kecilkan rowspan");
    };

    for (const Node& child : node.children) {
        if (child.name != "thead") {
            set_tr(child, false);
            continue;
        }
        check_tied(child);
        const std::size_t begin = strips.strips.size();
        for (const Node& tr : child.children) set_tr(tr, true);
        check_tied(child);
        // Repeated heads are artifacts: the structure has the head once.
        Column copy;
        for (std::size_t i = begin; i < strips.strips.size(); ++i) copy.add(strips.strips[i]);
        Strip repeated = stack(std::move(copy));
        for (Item& item : repeated.items) item.tag = artifact;
        repeated.before = 0;
        head = static_cast<std::int32_t>(heads_.size());
        heads_.push_back(std::move(repeated));
        head_open = true;
    }
    check_tied(node);
    if (strips.strips.empty()) return;
    static_cast<void>(head_open);
    // The last row closes the table, and stands alone on a page only if it must.
    Strip& last = strips.strips.back();
    std::move(last.closing.begin(), last.closing.end(), std::back_inserter(last.items));
    last.closing.clear();
    last.hold = std::max(last.hold, Hold::widow);
    out.append(std::move(strips), mm_of(node, "before", 0), mm_of(node, "after", 0));
}

}  // namespace naskah::generator
