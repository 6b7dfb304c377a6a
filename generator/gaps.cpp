#include "generator/gaps.h"

#include <algorithm>

#include "core/text.h"
#include "generator/demands.h"
#include "generator/pipes.h"

namespace naskah::generator {
namespace {

// A preview is set after every key: more than this nobody reads at a desk.
constexpr std::size_t most_rows = 200, most_fields = 6'000, most_text = 150'000, longest = 10'000;
constexpr int deepest = 20;

class Filler {
public:
    Filler(bool& cut) : cut_(cut) {}

    // Null where the field may stay away.
    Json fill(const Demands& field, const Json& value, bool needed, const std::string& title, int depth) {
        if (depth > deepest) return nullptr;
        const std::string type = field.type();
        if (type == "object") return group(field, value, needed, depth);
        if (type == "array") return list(field, value, needed, title, depth);
        if (++fields_ > most_fields) cut_ = true;
        if (type == "boolean") return value.is_boolean() ? value : needed ? Json(false) : Json();
        if (value.is_number() && type != "string") return value;
        const auto typed = printed(value);
        if (typed && !typed->empty()) return text(*typed, field.own());
        return needed ? Json("[" + title + "]") : Json();
    }

private:
    Json group(const Demands& field, const Json& value, bool needed, int depth) {
        if (!value.is_object() && !needed) return nullptr;
        Json made = Json::object();
        static const Json nothing;
        const auto properties = field.own().find("properties");
        if (properties == field.own().end()) return made;
        for (const auto& [name, unused] : properties->items()) {
            const auto found = value.is_object() ? value.find(name) : value.end();
            const Json& there = value.is_object() && found != value.end() ? *found : nothing;
            const Demands member = field.member(name, there);
            std::string title = member.words("title");
            if (title.empty()) title = name;
            Json part = fill(member, there, field.required(name), title, depth + 1);
            if (!part.is_null()) made[name] = std::move(part);
        }
        return made;
    }

    Json list(const Demands& field, const Json& value, bool needed, const std::string& title, int depth) {
        static const Json nothing;
        Json made = Json::array();
        if (value.is_array()) {
            const std::size_t most = field.own().value("maxItems", most_rows);
            for (const Json& row : value) {
                if (made.size() >= std::min(most, most_rows) || fields_ > most_fields || text_ > most_text) {
                    cut_ = true;
                    break;
                }
                made.push_back(fill(field.item(row), row, true, title, depth + 1));
            }
        }
        if (made.empty() && needed && field.least_items() > 0)
            made.push_back(fill(field.item(nothing), nothing, true, title, depth + 1));
        return made.empty() && !needed ? Json() : made;
    }

    Json text(const std::string& typed, const Json& schema) {
        const bool lines = schema.value("format", "") == "teks";
        std::size_t room = schema.value("maxLength", longest);
        std::string kept;
        if (text_ > most_text) room = std::min<std::size_t>(room, 20);
        const std::size_t end = first_bad_utf8(typed).value_or(typed.size());
        std::size_t at = 0;
        for (; at < end && room > 0; --room) {
            const char32_t character = next_code_point(typed, at);
            if (character == '\n')
                kept += lines ? '\n' : ' ';
            else if (!is_invisible(character))
                append_utf8(kept, character);
        }
        if (at < end) {
            cut_ = true;
            kept += "…";
        }
        text_ += kept.size();
        return kept.empty() ? Json(gap) : Json(std::move(kept));
    }

    bool& cut_;
    std::size_t fields_ = 0, text_ = 0;
};

}  // namespace

Json with_gaps(const Json& schema, const Json& data, bool& cut) {
    cut = false;
    return Filler(cut).fill(Demands(schema, data), data, true, schema.value("title", ""), 0);
}

}  // namespace naskah::generator
