// Pipes of a template: `{{tanggal|panjang}}`. Each turns one JSON value into another; docs/templates.md has
// the table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace naskah::generator {

struct PipeRow;  // one line of the table in pipes.cpp

class Pipe {
public:
    // "panjang", "=rutin", ">5", "hanya:koordinator"; nothing if there is no such pipe.
    static std::optional<Pipe> parse(std::string_view text);

    // The new value, or nothing if `value` is not what the pipe works on (see `wants`).
    std::optional<Json> apply(const Json& value) const;
    std::string_view wants() const;  // "tanggal", in the words of a message
    bool takes_missing() const;      // `ada` and the comparisons answer for a field that is absent, too

    // What a section over the new value sees.
    enum class Gives {
        plain,
        lines,
        item,
        list,
        pairs
    };  // pairs: a list of {kiri, kanan}, items of the old list
    Gives gives() const;
    const std::string& text() const { return text_; }

private:
    const PipeRow* row_ = nullptr;
    std::string text_, argument_;
    double number_ = 0;
};

// A value as a letter prints it: text as it is, numbers with a decimal comma. Nothing for lists, objects,
// truth values.
std::optional<std::string> printed(const Json& value);

// Present and not empty: not null, false, "", [] or {}. Zero counts as present.
bool is_filled(const Json& value);

}  // namespace naskah::generator
