// Cells side by side: what tables and columns share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generator/column.h"
#include "generator/markup.h"
#include "generator/structure.h"

namespace naskah::generator {

enum class Valign : std::uint8_t { top, middle, bottom };
Valign valign_of(const Node& node, Valign fallback);

struct Cell {
    Column content;
    Valign valign = Valign::top;
    Length x = 0, width = 0, height = 0;         // outer measures
    std::size_t column = 0, span = 1, rows = 1;  // place in a table
    int tag = artifact;
};

// "10 * 2*" over `total`: widths in millimetres and shares of the rest; without the attribute `count` equal
// shares. Throws Error(data) if they don't fit.
std::vector<Length> share_width(const Node& node, std::string_view key, Length total, std::size_t count);

// One row without rules. Cells need their height; `pad` is kept free above and below. One strip; or, if
// `split`, as many as can be had without cutting a line of any cell.
Column set_row(std::vector<Cell>& cells, Length height, Length pad, bool split);

}  // namespace naskah::generator
