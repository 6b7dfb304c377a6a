// A column of strips: what blocks become before they are cut into pages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generator/page.h"

namespace naskah::generator {

// How reluctantly a page ends in front of a strip.
enum class Hold : std::uint8_t {
    free,   // gladly
    widow,  // it would leave one line of a paragraph, or one row of a table, alone
    keep,   // the template wants the two together
    never,  // the signature block and what must accompany it
};

// The least piece that a page break never cuts: a line, a table row, a picture, a signature block.
struct Strip {
    Length before = 0;  // room above, except at the top of a page
    Length height = 0;
    Length clear = 0;     // must stay free below it on its page
    Length baseline = 0;  // of its first line, for marks and labels beside it; 0: it has none
    Hold hold = Hold::free;
    bool page_break = false;    // a page begins here
    bool numbered = true;       // of a page that begins here: does it show its number
    bool company = false;       // wants at least two strips before it on its page
    std::int32_t head = -1;     // index of the table head that is repeated if a page begins here
    std::vector<Item> items;    // x from the page's left edge, y from the strip's top
    std::vector<Item> closing;  // drawn only if the page ends behind it
    std::string_view where;     // Node::where
};

void shift(Item& item, Length dx, Length dy);
void add_fill(std::vector<Item>& items, const Rect& rect, Color color = {});  // an artifact
// Moves all items of `from` behind those of `to`, `dy` further down.
void take_items(std::vector<Item>& to, std::vector<Item>& from, Length dy = 0);

class Column {
public:
    std::vector<Strip> strips;

    // Room between two blocks is the larger of what the one wants behind and the other before it.
    void add(Strip strip, Length before = 0);
    void append(Column inner, Length before, Length after);
    void leave(Length after) { after_ = after > after_ ? after : after_; }
    void space(Length room) { space_ += room; }
    void hold_next(Hold hold) { hold_ = hold > hold_ ? hold : hold_; }
    void break_page(bool numbered) {
        page_break_ = true;
        numbered_ = numbered;
    }
    // From strip `first` on: no page break between them (unless they are higher than `room`).
    void keep_together(std::size_t first, Hold hold, Length room);

    Length height() const;  // without the room above the first strip
    Length after() const { return after_; }

private:
    Length after_ = 0, space_ = 0;
    Hold hold_ = Hold::free;
    bool page_break_ = false, numbered_ = true;
};

// All strips of a column as one.
Strip stack(Column column);

}  // namespace naskah::generator
