#include "service/field_path.h"

#include <charconv>

namespace naskah::service {
namespace {

constexpr std::size_t deepest = 32, longest = 1000, most_digits = 9;

template <typename AnyJson>
AnyJson* walk(AnyJson& data, const FieldPath& path) {
    AnyJson* at = &data;
    for (const Step& step : path) {
        if (step.item()) {
            if (!at->is_array() || step.index >= at->size()) return nullptr;
            at = &(*at)[step.index];
        } else {
            if (!at->is_object()) return nullptr;
            const auto found = at->find(step.name);
            if (found == at->end()) return nullptr;
            at = &*found;
        }
    }
    return at;
}

}  // namespace

std::optional<FieldPath> parse_path(std::string_view text) {
    if (text.empty() || text.size() > longest) return std::nullopt;
    FieldPath path;
    bool name_next = true;
    while (!text.empty()) {
        if (path.size() == deepest) return std::nullopt;
        if (text.front() == '[') {
            const std::size_t close = text.find(']');
            if (path.empty() || name_next || close == std::string_view::npos || close < 2 ||
                close > most_digits + 1)
                return std::nullopt;
            Step step;
            const auto [end, failed] = std::from_chars(text.data() + 1, text.data() + close, step.index);
            if (failed != std::errc{} || end != text.data() + close) return std::nullopt;
            path.push_back(std::move(step));
            text.remove_prefix(close + 1);
            if (!text.empty() && text.front() != '[' && text.front() != '.') return std::nullopt;
        } else {
            if (!name_next) return std::nullopt;
            const std::size_t end = text.find_first_of(".[]");
            const std::string_view name = text.substr(0, end);
            if (name.empty()) return std::nullopt;
            path.push_back({std::string(name), 0});
            text.remove_prefix(name.size());
        }
        name_next = !text.empty() && text.front() == '.';
        if (name_next) {
            text.remove_prefix(1);
            if (text.empty()) return std::nullopt;
        }
    }
    return path;
}

std::string to_string(const FieldPath& path) {
    std::string text;
    for (const Step& step : path) {
        if (step.item())
            text += "[" + std::to_string(step.index) + "]";
        else
            text += (text.empty() ? "" : ".") + step.name;
    }
    return text;
}

const Json* value_at(const Json& data, const FieldPath& path) { return walk(data, path); }
Json* value_at(Json& data, const FieldPath& path) { return walk(data, path); }

std::string element_id(std::string_view path, std::string_view prefix) {
    std::string id(prefix);
    id += '-';
    for (const char c : path) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (plain)
            id += c;
        else if (c != ']')
            id += '-';
    }
    return id;
}

}  // namespace naskah::service
