#include "generator/column.h"

#include <algorithm>

namespace naskah::generator {

void shift(Item& item, Length dx, Length dy) {
    struct Mover {
        Length dx, dy;
        void operator()(Text& text) const {
            text.origin.x += dx;
            text.origin.y += dy;
        }
        void operator()(Stroke& stroke) const {
            for (Point& point : stroke.points) {
                point.x += dx;
                point.y += dy;
            }
        }
        void operator()(Fill& fill) const { move(fill.rect); }
        void operator()(Image& image) const { move(image.rect); }
        void operator()(QrCode& code) const { move(code.rect); }
        void operator()(SignatureField& field) const { move(field.rect); }
        void operator()(Watermark&) const {}
        void move(Rect& rect) const {
            rect.x += dx;
            rect.y += dy;
        }
    };
    std::visit(Mover{dx, dy}, item.what);
}

void add_fill(std::vector<Item>& items, const Rect& rect, Color color) {
    Item& item = items.emplace_back();
    item.what.emplace<Fill>(Fill{rect, color});
}

void take_items(std::vector<Item>& to, std::vector<Item>& from, Length dy) {
    for (Item& item : from) {
        if (dy != 0) shift(item, 0, dy);
        to.push_back(std::move(item));
    }
    from.clear();
}

void Column::add(Strip strip, Length before) {
    strip.before = std::max({strip.before, before, after_}) + space_;
    strip.hold = std::max(strip.hold, hold_);
    if (page_break_) {
        strip.page_break = true;
        strip.numbered = numbered_;
    }
    after_ = space_ = 0;
    hold_ = Hold::free;
    page_break_ = false;
    strips.push_back(std::move(strip));
}

void Column::append(Column inner, Length before, Length after) {
    bool first = true;
    for (Strip& strip : inner.strips) {
        if (first) {
            add(std::move(strip), before);
        } else {
            strips.push_back(std::move(strip));
        }
        first = false;
    }
    after_ = std::max({after_, inner.after_, after});
    space_ += inner.space_;
    hold_ = std::max(hold_, inner.hold_);
    if (inner.page_break_) break_page(inner.numbered_);
}

void Column::keep_together(std::size_t first, Hold hold, Length room) {
    Length total = 0;
    for (std::size_t i = first; i < strips.size(); ++i)
        total += strips[i].height + (i > first ? strips[i].before : 0);
    if (total > room) return;
    for (std::size_t i = first + 1; i < strips.size(); ++i) strips[i].hold = std::max(strips[i].hold, hold);
}

Length Column::height() const {
    Length total = 0;
    for (std::size_t i = 0; i < strips.size(); ++i)
        total += strips[i].height + (i > 0 ? strips[i].before : 0);
    return total;
}

Strip stack(Column column) {
    if (column.strips.size() == 1) return std::move(column.strips.front());
    Strip out;
    if (column.strips.empty()) return out;
    std::size_t count = 0;
    for (const Strip& strip : column.strips) count += strip.items.size();
    out.items.reserve(count);
    out.before = column.strips.front().before;
    out.hold = column.strips.front().hold;
    out.baseline = column.strips.front().baseline;
    out.where = column.strips.front().where;
    bool first = true;
    for (Strip& strip : column.strips) {
        if (!first) out.height += strip.before;
        first = false;
        take_items(out.items, strip.items, out.height);
        out.height += strip.height;
    }
    return out;
}

}  // namespace naskah::generator
