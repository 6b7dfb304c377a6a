#include "verify/section.h"

namespace naskah::verify {
namespace {

constexpr std::string_view word = "startxref";

std::optional<Closing> closing_at(BytesView bytes, std::size_t at, Budget& budget) {
    Parser parser(bytes, at, budget);
    if (!parser.keyword(word)) return std::nullopt;
    const auto offset = parser.integer();
    if (!offset) return std::nullopt;
    std::size_t here = parser.at();
    while (here < bytes.size() && is_blank(bytes[here])) ++here;
    if (as_text(bytes.subspan(here)).substr(0, 5) != "%%EOF") return std::nullopt;
    Closing out{
        .begin = at, .section = static_cast<std::size_t>(*offset), .end = here + 5, .line_end = here + 5};
    if (out.line_end < bytes.size() && bytes[out.line_end] == '\r') ++out.line_end;
    if (out.line_end < bytes.size() && bytes[out.line_end] == '\n') ++out.line_end;
    return out;
}

// Everything between "xref" and behind "trailer". `take`: gets each row, and returns false to stop.
template <typename Take>
bool walk_table(Parser& parser, BytesView bytes, Budget& budget, Take take) {
    while (true) {
        const std::size_t back = parser.at();
        const auto first = parser.integer();
        if (!first) {
            parser = Parser(bytes, back, budget);
            return parser.keyword("trailer");
        }
        const auto count = parser.integer();
        if (!count) return false;
        for (std::int64_t i = 0; i < *count; ++i) {
            budget.spend();
            const auto offset = parser.integer(), generation = parser.integer();
            if (!offset || !generation) return false;
            const bool in_use = parser.keyword("n");
            if (!in_use && !parser.keyword("f")) return false;
            if (!take(*first + i, TableRow{*offset, *generation, in_use})) return false;
        }
    }
}

}  // namespace

std::optional<Closing> last_closing(BytesView bytes, Budget& budget) {
    const std::size_t at = as_text(bytes).rfind(word);
    if (at == std::string_view::npos) return std::nullopt;
    return closing_at(bytes, at, budget);
}

std::optional<Closing> next_closing(BytesView bytes, std::size_t from, Budget& budget) {
    while (from < bytes.size()) {
        const std::size_t at = as_text(bytes).find(word, from);
        if (at == std::string_view::npos) return std::nullopt;
        if (auto out = closing_at(bytes, at, budget)) return out;
        from = at + word.size();
    }
    return std::nullopt;
}

std::optional<Section> read_section(BytesView bytes, std::size_t at, Budget& budget) {
    if (at >= bytes.size()) return std::nullopt;
    Section out;
    out.begin = at;
    Parser parser(bytes, at, budget);
    if (parser.keyword("xref")) {
        if (!walk_table(parser, bytes, budget, [](std::int64_t, const TableRow&) { return true; }))
            return std::nullopt;
        auto trailer = parser.object();
        if (!trailer || !trailer->is(Object::Kind::dictionary)) return std::nullopt;
        out.trailer = std::move(*trailer);
        out.end = parser.at();
        return out;
    }
    auto stream = parser.indirect([](Ref) { return std::nullopt; });
    if (!stream || !stream->object.is(Object::Kind::stream)) return std::nullopt;
    const Object* type = stream->object.find("Type");
    if (!type || !type->is_name("XRef")) return std::nullopt;
    out.is_stream = true;
    out.begin = stream->begin;
    out.end = stream->end;
    out.trailer = std::move(stream->object);
    return out;
}

std::optional<std::map<std::int64_t, TableRow>> read_table(BytesView bytes, std::size_t at, Budget& budget) {
    Parser parser(bytes, at, budget);
    std::map<std::int64_t, TableRow> out;
    if (!parser.keyword("xref") ||
        !walk_table(parser, bytes, budget, [&](std::int64_t number, const TableRow& row) {
            return out.emplace(number, row).second;
        }))
        return std::nullopt;
    return out;
}

}  // namespace naskah::verify
