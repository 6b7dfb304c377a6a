#include "generator/flow.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace naskah::generator {
namespace {

constexpr Length line = pt(0.8), arrow_length = pt(5), arrow_half = pt(2.4);

Length symbol_width(Length cell) { return std::min<Length>(mm(17), static_cast<Length>(cell * 2 / 3)); }
Length symbol_height(Length cell) { return std::min<Length>(mm(8.3), symbol_width(cell) * 5 / 8); }

// Where a line leaves or enters a symbol.
enum class Port : std::uint8_t { top, bottom, left, right };

class Chart {
public:
    Chart(std::vector<Strip>& strips, const std::vector<FlowRow>& rows) : strips_(strips), rows_(rows) {}

    std::vector<FlowLabel> draw() {
        for (const FlowRow& row : rows_)
            for (const FlowSymbol& symbol : row.symbols) {
                left_ = std::min(left_, symbol.left);
                right_ = std::max(right_, symbol.right);
            }
        for (std::size_t r = 0; r < rows_.size(); ++r) draw_row(r);
        return std::move(labels_);
    }

private:
    struct Used {
        bool top = false, bottom = false, left = false, right = false;
    };

    static Length middle(const FlowSymbol& symbol) { return (symbol.left + symbol.right) / 2; }
    static Length half_width(const FlowSymbol& symbol) {
        return symbol_width(symbol.right - symbol.left) / 2;
    }
    static Length half_height(const FlowSymbol& symbol) {
        return symbol_height(symbol.right - symbol.left) / 2;
    }
    Length level(std::size_t row) const { return strips_[rows_[row].first].height / 2; }

    void stroke(std::size_t strip, std::vector<Point> points, bool closed = false, int tag = artifact) {
        Stroke stroke;
        stroke.points = std::move(points);
        stroke.closed = closed;
        stroke.width = line;
        stroke.round = true;
        strips_[strip].items.push_back({std::move(stroke), tag});
    }

    // A line to `tip`, which points away from `from`; nested triangles fill its head.
    void arrow(std::size_t strip, Point from, Point tip) {
        stroke(strip, {from, tip});
        const Length dx = tip.x == from.x ? 0 : tip.x > from.x ? 1 : -1;
        const Length dy = tip.y == from.y ? 0 : tip.y > from.y ? 1 : -1;
        for (const Length share : {4, 2, 1}) {
            const Length back = arrow_length * share / 4, side = arrow_half * share / 4;
            const Point foot{tip.x - dx * back, tip.y - dy * back};
            stroke(strip,
                   {tip, {foot.x - dy * side, foot.y - dx * side}, {foot.x + dy * side, foot.y + dx * side}},
                   true);
        }
    }

    void shape(std::size_t strip, const FlowSymbol& symbol, Length y) {
        const Length x = middle(symbol), w = half_width(symbol), h = half_height(symbol);
        std::vector<Point> points;
        if (symbol.shape == Shape::decision) {
            points = {{x, y - h}, {x + w, y}, {x, y + h}, {x - w, y}};
        } else if (symbol.shape == Shape::activity) {
            points = {{x - w, y - h}, {x + w, y - h}, {x + w, y + h}, {x - w, y + h}};
        } else {
            constexpr int steps = 12;  // of each half circle
            for (const int half : {0, 1})
                for (int i = 0; i <= steps; ++i) {
                    const double turn = (half + double(i) / steps - 0.5) * 3.14159265358979;
                    const Length centre = half == 0 ? x + w - h : x - w + h;
                    points.push_back({centre + static_cast<Length>(std::lround(std::cos(turn) * h)),
                                      y + static_cast<Length>(std::lround(std::sin(turn) * h))});
                }
        }
        stroke(strip, std::move(points), true, symbol.tag);
    }

    // Straight down column `x` through all strips between two rows' first ones, their ends given.
    void down(Length x, std::size_t from_row, Length from_y, std::size_t to_row) {
        const std::size_t from = rows_[from_row].first, to = rows_[to_row].first;
        stroke(from, {{x, from_y}, {x, strips_[from].height}});
        for (std::size_t s = from + 1; s < to; ++s) stroke(s, {{x, 0}, {x, strips_[s].height}});
    }

    // The next row that has symbols; rows_.size() if there is none.
    std::size_t next_of(std::size_t row) const {
        for (std::size_t r = row + 1; r < rows_.size(); ++r)
            if (!rows_[r].symbols.empty()) return r;
        return rows_.size();
    }

    std::size_t row_of(int step) const {
        for (std::size_t r = 0; r < rows_.size(); ++r)
            if (rows_[r].step == step && step > 0 && !rows_[r].symbols.empty()) return r;
        return rows_.size();
    }

    bool column_free(Length x, std::size_t from, std::size_t to) const {
        for (std::size_t r = from; r < to; ++r)
            for (const FlowSymbol& symbol : rows_[r].symbols)
                if (symbol.left < x && x < symbol.right) return false;
        return true;
    }

    // Beside a line that turns upwards there is room below it only.
    void label(std::size_t row, const char* words, const FlowSymbol& symbol, Port port, bool below = false) {
        const Length x = middle(symbol), gap = mm(0.9), y = level(row) + (below ? mm(2.6) + 2 * gap : 0);
        const Length inward = half_width(symbol) / 4;  // beneath the slope of a decision
        FlowLabel label{rows_[row].first, words, x, y, port == Port::left};
        switch (port) {
            case Port::top:
                label.x = x + gap;
                label.baseline = y - half_height(symbol) - mm(0.6);
                break;
            case Port::bottom:
                label.x = x + gap;
                label.baseline = y + half_height(symbol) + mm(2.4);
                break;
            case Port::left:
                label.x = x - half_width(symbol) + (below ? inward : -gap / 2);
                label.baseline = y - gap;
                break;
            case Port::right:
                label.x = x + half_width(symbol) - (below ? inward : -gap / 2);
                label.baseline = y - gap;
                break;
        }
        // Words stay among the lanes: beside them there is text.
        constexpr Length longest = mm(6.6);
        if (label.to_left)
            label.x = std::max(label.x, left_ + longest);
        else
            label.x = std::min(label.x, right_ - longest);
        // In a narrow lane both words of a decision may want one place.
        const auto meets = [&](const FlowLabel& other) {
            return other.strip == label.strip && std::abs(other.baseline - label.baseline) < mm(2.6) &&
                   std::abs(other.x - label.x) < mm(14);
        };
        while (std::any_of(labels_.begin(), labels_.end(), meets)) label.baseline += mm(1);
        labels_.push_back(std::move(label));
    }

    void draw_row(std::size_t r) {
        const FlowRow& row = rows_[r];
        if (row.symbols.empty()) return;
        const Length y = level(r);
        for (const FlowSymbol& symbol : row.symbols) shape(row.first, symbol, y);
        for (std::size_t i = 1; i < row.symbols.size(); ++i)
            arrow(row.first, {middle(row.symbols[i - 1]) + half_width(row.symbols[i - 1]), y},
                  {middle(row.symbols[i]) - half_width(row.symbols[i]), y});
        const FlowSymbol& last = row.symbols.back();
        if (last.shape == Shape::decision)
            draw_decision(r, last);
        else if (const std::size_t next = next_of(r); next < rows_.size())
            join(r, last, next);
    }

    // From an activity to the next row: down its own column, then across to the side of the next symbol.
    void join(std::size_t r, const FlowSymbol& from, std::size_t next) {
        const FlowSymbol& to = rows_[next].symbols.front();
        const Length x = middle(from), y = level(next);
        const std::size_t strip = rows_[next].first;
        down(x, r, level(r) + half_height(from), next);
        if (middle(to) == x) {
            arrow(strip, {x, 0}, {x, y - half_height(to)});
            entered(next).top = true;
            return;
        }
        const bool rightwards = middle(to) > x;
        stroke(strip, {{x, 0}, {x, y}});
        arrow(strip, {x, y}, {middle(to) + (rightwards ? -half_width(to) : half_width(to)), y});
        (rightwards ? entered(next).left : entered(next).right) = true;
    }

    void draw_decision(std::size_t r, const FlowSymbol& from) {
        Used& used = entered(r);
        const std::size_t next = next_of(r);
        std::size_t yes = row_of(from.yes);
        if (yes == rows_.size() && from.yes == 0) yes = next;
        if (yes == next && next < rows_.size()) {
            const FlowSymbol& to = rows_[next].symbols.front();
            const Length x = middle(from), there = middle(to), y = level(r);
            const std::size_t strip = rows_[next].first;
            const Port port = there == x ? Port::bottom : there > x ? Port::right : Port::left;
            const bool sideways = port != Port::bottom && !(port == Port::left ? used.left : used.right);
            if (sideways) {
                const std::size_t own = rows_[r].first;
                stroke(own,
                       {{x + (port == Port::left ? -half_width(from) : half_width(from)), y}, {there, y}});
                down(there, r, y, next);
                arrow(strip, {there, 0}, {there, level(next) - half_height(to)});
                entered(next).top = true;
                (port == Port::left ? used.left : used.right) = true;
                label(r, "Ya", from, port);
            } else {
                join(r, from, next);
                used.bottom = true;
                label(r, "Ya", from, Port::bottom);
            }
        } else if (yes < rows_.size()) {
            lead(r, from, yes, "Ya");
        }
        if (const std::size_t no = row_of(from.no); no < rows_.size()) lead(r, from, no, "Tidak");
    }

    // To a row that is not the next: up or down a lane, then across to the side of the symbol there.
    void lead(std::size_t r, const FlowSymbol& from, std::size_t target, const char* words) {
        Used& used = entered(r);
        const FlowSymbol& to = rows_[target].symbols.front();
        const bool up = target < r;
        const Length y = level(r), there = level(target);
        const std::size_t own = rows_[r].first, its = rows_[target].first;
        Length lane = middle(from);
        Port port = up ? Port::top : Port::bottom;
        const bool straight = (up ? !used.top && column_free(lane, target, r)
                                  : !used.bottom && column_free(lane, r + 1, target + 1)) &&
                              middle(to) != lane;
        if (!straight) {
            const bool rightwards = used.left || (!used.right && middle(to) <= lane);
            port = rightwards ? Port::right : Port::left;
            const Length room = (from.right - from.left) / 2 - half_width(from);
            const Length offset = half_width(from) + room * (lanes_++ % 2 == 0 ? 5 : 3) / 8;
            lane += rightwards ? offset : -offset;
            stroke(own, {{middle(from) + (rightwards ? half_width(from) : -half_width(from)), y}, {lane, y}});
        }
        (port == Port::top      ? used.top
         : port == Port::bottom ? used.bottom
         : port == Port::left   ? used.left
                                : used.right) = true;
        const Length start = port == Port::top      ? y - half_height(from)
                             : port == Port::bottom ? y + half_height(from)
                                                    : y;
        if (up) {
            stroke(own, {{lane, start}, {lane, 0}});
            for (std::size_t s = its + 1; s < own; ++s) stroke(s, {{lane, 0}, {lane, strips_[s].height}});
            stroke(its, {{lane, strips_[its].height}, {lane, there}});
        } else {
            down(lane, r, start, target);
            stroke(its, {{lane, 0}, {lane, there}});
        }
        const bool from_right = lane > middle(to);
        arrow(its, {lane, there}, {middle(to) + (from_right ? half_width(to) : -half_width(to)), there});
        label(r, words, from, port, up && !straight);
    }

    Used& entered(std::size_t row) {
        if (used_.size() < rows_.size()) used_.resize(rows_.size());
        return used_[row];
    }

    std::vector<Strip>& strips_;
    const std::vector<FlowRow>& rows_;
    std::vector<Used> used_;
    std::vector<FlowLabel> labels_;
    int lanes_ = 0;
    Length left_ = std::numeric_limits<Length>::max(), right_ = 0;  // of all lanes
};

}  // namespace

Length flow_room(Length cell_width) { return symbol_height(cell_width) + mm(5); }

std::vector<FlowLabel> draw_flow(std::vector<Strip>& strips, const std::vector<FlowRow>& rows) {
    return Chart(strips, rows).draw();
}

}  // namespace naskah::generator
