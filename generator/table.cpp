// Tables and columns.
#include <algorithm>

#include "core/error.h"
#include "generator/flow.h"
#include "generator/grid.h"
#include "generator/typesetter.h"

namespace naskah::generator {
namespace {

constexpr Length line_width = pt(0.5);
constexpr Color head_grey{237, 237, 237};  // 93 %

void add_across(std::vector<Item>& items, Length from, Length to, Length y) {
    add_fill(items, {from - line_width / 2, y - line_width / 2, to - from + line_width, line_width});
}

void add_down(std::vector<Item>& items, Length x, Length height) {
    add_fill(items, {x - line_width / 2, 0, line_width, height});
}

std::size_t count_of(const Node& node, std::string_view key) {
    return static_cast<std::size_t>(std::max(1.0, number_of(node, key, 1)));
}

// Cells in the first row, each as often as it spans.
std::size_t first_row_cells(const Node& table) {
    for (const Node& child : table.children) {
        const Node* row = &child;
        if (child.name == "thead") row = child.children.empty() ? nullptr : &child.children.front();
        if (!row) continue;
        std::size_t cells = 0;
        for (const Node& td : row->children) cells += count_of(td, "colspan");
        return cells;
    }
    return 0;
}

}  // namespace

// Sets one table row by row. Rows that a rowspan ties together make a group, which no page break parts.
class TableSetter {
public:
    TableSetter(Typesetter& typesetter, const Node& node, const Frame& frame)
        : typesetter_(typesetter),
          node_(node),
          frame_(frame),
          pad_x_(mm_of(node, "pad-x", mm(1.7))),
          pad_y_(mm_of(node, "pad-y", mm(1.3))),
          border_(yes(node, "border", true)) {
        frame_.style.size = pt_of(node, "size", pt(9));
        frame_.pitch =
            pt_of(node, "pitch", static_cast<Length>(std::int64_t{frame_.style.size} * 1244 / 1000));
        const std::vector<Length> widths = share_width(node, "cols", frame.width, first_row_cells(node));
        edges_.push_back(frame.x);
        for (const Length width : widths) edges_.push_back(edges_.back() + width);
        busy_.assign(widths.size(), 0);
        tag_ = typesetter.structure_.add("Table", frame.tag);
    }

    Column set() {
        for (const Node& child : node_.children) {
            if (child.name == "thead")
                set_head(child);
            else
                set_row_of(child, false);
        }
        check_complete(node_);
        if (strips_.strips.empty()) return {};
        draw_lines();
        // The last row closes the table, and stands alone on a page only if it must.
        Strip& last = strips_.strips.back();
        take_items(last.items, last.closing);
        if (strips_.strips.size() > 1) last.hold = std::max(last.hold, Hold::widow);
        return std::move(strips_);
    }

private:
    struct Row {
        std::vector<Cell> cells;  // that begin in this row
        Length least = 0, height = 0;
        bool head = false, keep_next = false;
        std::string_view where;
        int step = 0;
        std::vector<FlowSymbol> symbols;
    };

    std::size_t columns() const { return busy_.size(); }

    void set_head(const Node& thead) {
        check_complete(thead);
        const std::size_t begin = strips_.strips.size();
        for (const Node& tr : thead.children) set_row_of(tr, true);
        check_complete(thead);
        // Repeated heads are artifacts: the structure has the head once.
        Column copy;
        for (std::size_t i = begin; i < strips_.strips.size(); ++i) copy.add(strips_.strips[i]);
        Strip repeated = stack(std::move(copy));
        for (Item& item : repeated.items) item.tag = artifact;
        head_ = static_cast<std::int32_t>(typesetter_.heads_.size());
        typesetter_.heads_.push_back(std::move(repeated));
    }

    void set_row_of(const Node& tr, bool in_head) {
        Row& row = group_.emplace_back();
        row.where = tr.where;
        row.least = mm_of(tr, "height", 0);
        row.head = in_head || yes(tr, "head", false);
        row.keep_next = in_head || word_of(tr, "keep", "") == "next";
        row.step = static_cast<int>(number_of(tr, "step", 0));
        row.cells.reserve(tr.children.size());
        const int row_tag = typesetter_.structure_.add("TR", tag_);
        std::size_t column = 0;
        begun_.assign(columns(), 0);
        for (const Node& td : tr.children) {
            if (td.name == "lanes") {
                set_lanes(td, column, row, row_tag);
                continue;
            }
            while (column < columns() && busy_[column] > 0) ++column;
            row.cells.push_back(set_cell(td, column, row.head, row_tag));
            column += row.cells.back().span;
        }
        while (column < columns() && busy_[column] > 0) ++column;
        if (column != columns())
            throw Error(Code::data,
                        "baris tabel berisi " + std::to_string(column) + " dari " +
                            std::to_string(columns()) + " kolom",
                        std::string(tr.where), "Lengkapi selnya atau pakai colspan");
        bool tied = false;
        for (std::size_t c = 0; c < columns(); ++c) {
            if (begun_[c] > 0) busy_[c] = begun_[c];
            tied = --busy_[c] > 0 || tied;
        }
        if (!tied) finish_group(in_head);
    }

    Cell set_cell(const Node& td, std::size_t column, bool head, int row_tag) {
        Cell cell;
        cell.column = column;
        cell.span = count_of(td, "colspan");
        cell.rows = count_of(td, "rowspan");
        if (column + cell.span > columns())
            throw Error(Code::data, "baris tabel berisi lebih dari " + std::to_string(columns()) + " kolom",
                        std::string(td.where), "Samakan banyaknya sel dengan atribut cols");
        for (std::size_t c = column; c < column + cell.span; ++c) {
            if (busy_[c] > 0)
                throw Error(Code::data, "sel tabel bertumpang-tindih", std::string(td.where),
                            "Periksa rowspan dan colspan");
            begun_[c] = cell.rows;
        }
        cell.x = edges_[column];
        cell.width = edges_[column + cell.span] - cell.x;
        cell.valign = valign_of(td, head ? Valign::middle : Valign::top);
        Frame inner = frame_;
        inner.x = cell.x + pad_x_;
        inner.width = cell.width - 2 * pad_x_;
        if (inner.width <= 0)
            throw Error(Code::data, "kolom tabel lebih sempit daripada jarak tepinya", std::string(td.where),
                        "Lebarkan kolom");
        inner.prose = align_of(td, "align", head ? Align::center : Align::left);
        if (head || yes(td, "bold", false)) inner.style.face = with_bold(inner.style.face);
        inner.tag = typesetter_.structure_.add(head ? "TH" : "TD", row_tag);
        if (inner.tag != artifact) {
            Element& element = typesetter_.structure_[inner.tag];
            element.colspan = static_cast<int>(cell.span);
            element.rowspan = static_cast<int>(cell.rows);
            if (head) element.scope = "Column";
        }
        cell.tag = inner.tag;
        cell.content = typesetter_.flow(td, inner, inner.prose);
        cell.height = cell.content.height() + 2 * pad_y_;
        return cell;
    }

    // Heights of the gathered rows, then their strips and rules.
    void finish_group(bool in_head) {
        covers_.assign(group_.size() * columns(), nullptr);
        for (std::size_t r = 0; r < group_.size(); ++r) {
            Row& row = group_[r];
            row.height = row.least;
            for (const Cell& cell : row.cells) {
                if (cell.rows == 1) row.height = std::max(row.height, cell.height);
                for (std::size_t k = r; k < r + cell.rows; ++k)
                    for (std::size_t c = cell.column; c < cell.column + cell.span; ++c)
                        covers_[k * columns() + c] = &cell;
            }
        }
        // What a tall cell lacks is given to the last of its rows.
        for (std::size_t r = 0; r < group_.size(); ++r)
            for (Cell& cell : group_[r].cells) {
                const std::size_t end = r + cell.rows;
                Length sum = 0;
                for (std::size_t k = r; k < end; ++k) sum += group_[k].height;
                if (sum < cell.height) group_[end - 1].height += cell.height - sum;
            }
        for (std::size_t r = 0; r < group_.size(); ++r) finish_row(r, in_head);
        group_.clear();
    }

    void finish_row(std::size_t r, bool in_head) {
        Row& row = group_[r];
        for (Cell& cell : row.cells) {
            cell.height = 0;
            for (std::size_t k = r; k < r + cell.rows; ++k) cell.height += group_[k].height;
        }
        const bool split = group_.size() == 1 && !in_head && row.height > typesetter_.options_.page_room / 2;
        Column parts = set_row(row.cells, row.height, pad_y_, split);
        if (!row.symbols.empty()) join_parts(parts.strips, flow_room_of(row));
        if (row.step > 0 || !row.symbols.empty())
            flow_.push_back({row.step, strips_.strips.size(), parts.strips.size(), row.symbols});
        for (std::size_t p = 0; p < parts.strips.size(); ++p) {
            Strip& strip = parts.strips[p];
            strip.where = row.where;
            strip.head = in_head ? -1 : head_;
            if (in_head ? r + strips_.strips.size() > 0 : r > 0) strip.hold = Hold::never;
            if (border_) rule(strip, r, p == 0, p + 1 == parts.strips.size());
            strips_.add(std::move(strip));
        }
        if (row.keep_next) strips_.hold_next(Hold::keep);
    }

    // The cells of a procedure's actors: `count` of them, with a symbol in those that `at` names.
    void set_lanes(const Node& lanes, std::size_t& column, Row& row, int row_tag) {
        Node empty;
        empty.name = "td";
        empty.where = lanes.where;
        std::vector<bool> marked(count_of(lanes, "count") + 1);
        const std::string_view at = word_of(lanes, "at", "");
        for (std::size_t i = 0; i < at.size();) {
            std::size_t place = 0, digits = 0;
            for (; i < at.size() && at[i] >= '0' && at[i] <= '9' && digits < 3; ++i, ++digits)
                place = place * 10 + static_cast<std::size_t>(at[i] - '0');
            if (digits == 0) {
                ++i;
                continue;
            }
            if (place == 0 || place >= marked.size())
                throw Error(Code::data,
                            "pelaksana ke-" + std::to_string(place) + " tidak ada: kolomnya " +
                                std::to_string(marked.size() - 1),
                            std::string(lanes.where), "Perbaiki nomor pelaksana pada langkah itu");
            marked[place] = true;
        }
        for (std::size_t lane = 1; lane < marked.size(); ++lane, ++column) {
            while (column < columns() && busy_[column] > 0) ++column;
            row.cells.push_back(set_cell(empty, column, row.head, row_tag));
            if (marked[lane]) add_symbol(lanes, row.cells.back(), row);
        }
    }

    void add_symbol(const Node& lanes, Cell& cell, Row& row) {
        const std::string_view name = word_of(lanes, "shape", "activity");
        FlowSymbol symbol;
        symbol.shape = name == "terminal"   ? Shape::terminal
                       : name == "decision" ? Shape::decision
                                            : Shape::activity;
        symbol.left = cell.x;
        symbol.right = cell.x + cell.width;
        std::string says = symbol.shape == Shape::terminal   ? "Simbol mulai atau selesai"
                           : symbol.shape == Shape::activity ? "Simbol kegiatan"
                                                             : "Simbol keputusan";
        if (symbol.shape == Shape::decision) {
            symbol.yes = static_cast<int>(number_of(lanes, "yes", 0));
            symbol.no = static_cast<int>(number_of(lanes, "no", 0));
            if (symbol.yes > 0) says += "; Ya: ke langkah " + std::to_string(symbol.yes);
            if (symbol.no > 0) says += "; Tidak: ke langkah " + std::to_string(symbol.no);
        }
        symbol.tag = typesetter_.structure_.add("Figure", cell.tag, says);
        cell.height = std::max(cell.height, flow_room(cell.width));
        row.symbols.push_back(symbol);
    }

    static Length flow_room_of(const Row& row) {
        Length room = 0;
        for (const FlowSymbol& symbol : row.symbols)
            room = std::max(room, flow_room(symbol.right - symbol.left));
        return room;
    }

    // The first parts of a parted row, until a symbol has its room in one of them.
    static void join_parts(std::vector<Strip>& parts, Length room) {
        while (parts.size() > 1 && parts[0].height < room) {
            take_items(parts[0].items, parts[1].items, parts[0].height);
            parts[0].height += parts[1].height;
            parts.erase(parts.begin() + 1);
        }
    }

    void draw_lines() {
        if (flow_.empty()) return;
        Frame frame = frame_;
        frame.style.size = pt(7);
        frame.pitch = pt(8);
        frame.width = mm(20);
        for (FlowLabel& label : draw_flow(strips_.strips, flow_)) {
            frame.x = label.to_left ? label.x - frame.width : label.x;
            Strip words =
                typesetter_.line(label.words, frame, label.to_left ? Align::right : Align::left, node_.where);
            take_items(strips_.strips[label.strip].items, words.items, label.baseline - words.baseline);
        }
    }

    void rule(Strip& strip, std::size_t r, bool first_part, bool last_part) {
        const Row& row = group_[r];
        const auto covering = [&](std::size_t k, std::size_t c) { return covers_[k * columns() + c]; };
        std::vector<Item> beneath;
        if (row.head)
            for (const Cell& cell : row.cells)
                add_fill(beneath, {cell.x, 0, cell.width, cell.height}, head_grey);
        for (std::size_t c = 0; c < columns(); ++c)
            if (c == 0 || covering(r, c) != covering(r, c - 1))
                add_down(strip.items, edges_[c], strip.height);
        add_down(strip.items, edges_.back(), strip.height);
        // A rule above, except where a cell comes down from the row before.
        for (std::size_t c = 0; first_part && c < columns();) {
            std::size_t end = c;
            while (end < columns() && (r == 0 || covering(r, end) != covering(r - 1, end))) ++end;
            if (end > c) add_across(strip.items, edges_[c], edges_[end], 0);
            c = end + 1;
        }
        // And one below, if nothing follows that draws it.
        if (!last_part || r + 1 == group_.size())
            add_across(strip.closing, edges_.front(), edges_.back(), strip.height);
        if (!beneath.empty()) {
            take_items(beneath, strip.items);
            strip.items = std::move(beneath);
        }
    }

    void check_complete(const Node& at) const {
        if (!group_.empty())
            throw Error(Code::data, "rowspan melampaui baris terakhir tabel", std::string(at.where),
                        "Kecilkan rowspan");
    }

    Typesetter& typesetter_;
    const Node& node_;
    Frame frame_;
    Length pad_x_, pad_y_;
    bool border_;
    std::vector<Length> edges_;              // of the columns
    std::vector<std::size_t> busy_, begun_;  // rows that a cell from above, or of this row, still fills
    std::vector<Row> group_;
    std::vector<const Cell*> covers_;  // cell by row of the group and column
    Column strips_;
    std::vector<FlowRow> flow_;
    std::int32_t head_ = -1;
    int tag_ = artifact;
};

void Typesetter::table(const Node& node, const Frame& outer, Column& out) {
    const Frame frame = outer.inset(mm_of(node, "left", 0));
    out.append(TableSetter(*this, node, frame).set(), mm_of(node, "before", 0), mm_of(node, "after", 0));
}

void Typesetter::columns(const Node& node, const Frame& outer, Column& out) {
    const Frame frame = outer.inset(mm_of(node, "left", 0));
    const std::size_t count = node.children.size();
    if (count == 0) return;
    const Length gap = mm_of(node, "gap", 0);
    const std::vector<Length> widths =
        share_width(node, "widths", frame.width - gap * static_cast<Length>(count - 1), count);
    if (widths.size() != count)
        throw Error(Code::data,
                    "<columns> berisi " + std::to_string(count) + " <column>, lebarnya " +
                        std::to_string(widths.size()),
                    std::string(node.where), "Samakan banyaknya lebar pada atribut widths");
    std::vector<Cell> cells(count);
    Length x = frame.x, height = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Node& column = node.children[i];
        Frame inner = frame;
        inner.x = x;
        inner.width = widths[i];
        inner.prose = align_of(column, "align", frame.prose);
        cells[i].valign = valign_of(node, Valign::top);
        cells[i].content = flow(column, inner, inner.prose);
        height = std::max(height, cells[i].content.height());
        x += inner.width + gap;
    }
    for (Cell& cell : cells) cell.height = height;
    Column row = set_row(cells, height, 0, height > options_.page_room);
    for (Strip& strip : row.strips) strip.where = node.where;
    out.append(std::move(row), mm_of(node, "before", 0), mm_of(node, "after", 0));
}

}  // namespace naskah::generator
