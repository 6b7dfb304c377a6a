// A column of strips cut into pages.
#pragma once

#include <string>
#include <vector>

#include "generator/column.h"
#include "generator/page.h"

namespace naskah::generator {

struct Sheet {
    Size paper;
    Length first_top = 0, top = 0;  // of the text, on page 1 and from page 2 on
    Length bottom = 0;              // of the text, from the top of the page
};

// The strips [begin, end) make up a page.
struct PageRange {
    std::size_t begin = 0, end = 0;
    std::int32_t head = -1;  // table head to repeat at its top
    bool numbered = true;
};

// Fills page after page and ends each where it hurts least. Throws Error(data): a strip higher than a page.
std::vector<PageRange> cut_pages(std::vector<Strip>& strips, const std::vector<Strip>& heads,
                                 const Sheet& sheet);

// Moves the strips of the range to their places on `page`.
void fill_page(Page& page, const PageRange& range, std::vector<Strip>& strips,
               const std::vector<Strip>& heads, Length top);

}  // namespace naskah::generator
