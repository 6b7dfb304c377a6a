// Flow charts in tables: the symbols in the actor columns of a procedure, and the lines that join them from
// row to row. A line is drawn strip by strip, so that a page break cuts it and it goes on at the next page's
// top.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generator/column.h"
#include "generator/structure.h"

namespace naskah::generator {

enum class Shape : std::uint8_t { terminal, activity, decision };

struct FlowSymbol {
    Shape shape = Shape::activity;
    Length left = 0, right = 0;  // of its cell
    int yes = 0, no = 0;         // steps that a decision leads to; 0: the next one, or none
    int tag = artifact;          // its Figure
};

struct FlowRow {
    int step = 0;
    std::size_t first = 0, count = 1;  // its strips
    std::vector<FlowSymbol> symbols;   // from left to right; empty: the line passes through
};

// The room that a symbol wants in a cell of this width, arrows included.
Length flow_room(Length cell_width);

// Words beside a line ("Ya"), `x` from the page's edge, `baseline` from the strip's top.
struct FlowLabel {
    std::size_t strip;
    std::string words;
    Length x, baseline;
    bool to_left;  // they end at `x`
};

// Adds symbols and lines to the strips; the words beside them are for the caller to set.
std::vector<FlowLabel> draw_flow(std::vector<Strip>& strips, const std::vector<FlowRow>& rows);

}  // namespace naskah::generator
