#include "generator/pages.h"

#include <algorithm>
#include <array>

#include "core/error.h"

namespace naskah::generator {
namespace {

constexpr std::size_t holds = 4;

// A signature block never stands alone: two strips of what it signs go with it.
void give_company(std::vector<Strip>& strips) {
    for (std::size_t i = 0; i < strips.size(); ++i) {
        if (!strips[i].company) continue;
        std::size_t company = 0;
        for (std::size_t k = i; k > 0 && company < 2 && !strips[k].page_break; --k) {
            strips[k].hold = Hold::never;
            ++company;
        }
    }
}

}  // namespace

std::vector<PageRange> cut_pages(std::vector<Strip>& strips, const std::vector<Strip>& heads,
                                 const Sheet& sheet) {
    give_company(strips);
    std::vector<PageRange> pages;
    std::size_t begin = 0;
    while (begin < strips.size()) {
        PageRange page{begin, begin, -1, true};
        page.numbered = !strips[begin].page_break || strips[begin].numbered;
        Length y = pages.empty() ? sheet.first_top : sheet.top;
        const Length room = sheet.bottom - y;
        if (begin > 0 && strips[begin].head >= 0 && strips[begin - 1].head == strips[begin].head) {
            page.head = strips[begin].head;
            y += heads[static_cast<std::size_t>(page.head)].height;
        }
        // The latest place to end, and how full the page is then, for each degree of reluctance.
        std::array<std::size_t, holds> latest{};
        std::array<Length, holds> filled{};
        const Length start = y;
        std::size_t at = begin;
        for (; at < strips.size(); ++at) {
            const Strip& strip = strips[at];
            if (at > begin && strip.page_break) break;
            if (at > begin) {
                latest[static_cast<std::size_t>(strip.hold)] = at;
                filled[static_cast<std::size_t>(strip.hold)] = y - start;
            }
            const Length bottom = y + (at > begin ? strip.before : 0) + strip.height;
            if (bottom + strip.clear > sheet.bottom) break;
            y = bottom;
        }
        if (at == begin)
            throw Error(Code::data, "ada bagian yang lebih tinggi daripada satu halaman",
                        std::string(strips[at].where), "Bagilah isinya atau kecilkan ukurannya");
        page.end = at;
        if (at < strips.size() && !strips[at].page_break) {
            page.end = 0;
            for (std::size_t hold = 0; hold < holds; ++hold) {
                if (latest[hold] == 0 || latest[hold] <= page.end) continue;
                // A page left half empty hurts more than a widow does, but a template's wish to keep is a
                // wish.
                const bool better =
                    page.end == 0 || (hold == static_cast<std::size_t>(Hold::widow) && filled[0] < room / 2);
                if (better) page.end = latest[hold];
            }
            if (page.end == 0) page.end = at;
        }
        pages.push_back(page);
        begin = page.end;
    }
    return pages;
}

void fill_page(Page& page, const PageRange& range, std::vector<Strip>& strips,
               const std::vector<Strip>& heads, Length top) {
    Length y = top;
    if (range.head >= 0) {
        const Strip& head = heads[static_cast<std::size_t>(range.head)];
        for (Item item : head.items) {
            shift(item, 0, y);
            page.items.push_back(std::move(item));
        }
        y += head.height;
    }
    for (std::size_t i = range.begin; i < range.end; ++i) {
        Strip& strip = strips[i];
        if (i > range.begin) y += strip.before;
        for (Item& item : strip.items) {
            shift(item, 0, y);
            page.items.push_back(std::move(item));
        }
        if (i + 1 == range.end)
            for (Item& item : strip.closing) {
                shift(item, 0, y);
                page.items.push_back(std::move(item));
            }
        y += strip.height;
    }
}

}  // namespace naskah::generator
