// Lengths of layout: whole thousandths of a point (docs/decisions/0001).
#pragma once

#include <cstdint>

namespace naskah::generator {

using Length = std::int32_t;

constexpr Length pt(double points) {
    return static_cast<Length>(points * 1000.0 + (points < 0 ? -0.5 : 0.5));
}
constexpr Length mm(double millimetres) { return pt(millimetres * 72.0 / 25.4); }

struct Point {
    Length x = 0, y = 0;  // y grows downwards from the top of the page
    bool operator==(const Point&) const = default;
};
struct Size {
    Length width = 0, height = 0;
    bool operator==(const Size&) const = default;
};
struct Rect {
    Length x = 0, y = 0, width = 0, height = 0;
    bool operator==(const Rect&) const = default;
};

}  // namespace naskah::generator
