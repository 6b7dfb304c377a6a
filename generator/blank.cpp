#include "generator/blank.h"

#include <algorithm>

#include "generator/gaps.h"
#include "generator/template_names.h"

namespace naskah::generator {
namespace {

constexpr std::size_t usual_rows = 5;
constexpr int deepest = 16;
constexpr std::string_view pen_gap = "2.4";   // between rows that are written on, in mm
constexpr std::string_view pen_row = "10";    // least height of such a row of a table, in mm
constexpr std::string_view pen_width = "32";  // of a dotted line within a sentence, in mm

class Blanker {
public:
    Blanker(const Json& schema, const Json& blank) : root_(schema), blank_(blank) {}

    Json fill(const Json& there, const Json& example, const std::string& path, int depth) const {
        if (keeps(path) && !example.is_null()) return example;
        const Json& schema = resolved(there, root_);
        if (!schema.is_object() || depth > deepest) return by_hand;
        static const Json nothing;
        const std::string type = schema.value("type", schema.contains("properties") ? "object" : "string");
        if (type == "boolean") return false;
        if (type == "object") {
            Json made = Json::object();
            const auto properties = schema.find("properties");
            if (properties == schema.end()) return made;
            for (const auto& [name, part] : properties->items()) {
                const bool known = example.is_object() && example.contains(name);
                made[name] = fill(part, known ? example.at(name) : nothing,
                                  path.empty() ? name : path + "." + name, depth + 1);
            }
            return made;
        }
        if (type == "array") return rows(schema, example, path, depth);
        return by_hand;
    }

private:
    bool keeps(const std::string& path) const {
        const auto kept = blank_.find("tetap");
        return kept != blank_.end() && std::find(kept->begin(), kept->end(), path) != kept->end();
    }

    // Does something below this list stay as the example has it?
    bool keeps_below(const std::string& path) const {
        const auto kept = blank_.find("tetap");
        return kept != blank_.end() && std::any_of(kept->begin(), kept->end(), [&](const Json& one) {
                   return one.get<std::string>().starts_with(path + "[]");
               });
    }

    Json rows(const Json& schema, const Json& example, const std::string& path, int depth) const {
        static const Json nothing;
        const bool as_example = keeps_below(path) && example.is_array();
        std::size_t count = as_example ? example.size() : usual_rows;
        if (const auto rows = blank_.find("baris"); rows != blank_.end() && rows->contains(path))
            count = rows->at(path).get<std::size_t>();
        count = std::clamp<std::size_t>(count, schema.value("minItems", 0), schema.value("maxItems", 200));
        Json made = Json::array();
        for (std::size_t i = 0; i < count; ++i)
            made.push_back(fill(schema.at("items"), as_example && i < example.size() ? example[i] : nothing,
                                path + "[]", depth + 1));
        return made;
    }

    const Json& root_;
    const Json& blank_;
};

// The next place in a text that is to be written on, at or behind `at`; and how long its sign is.
std::size_t next_place(std::string_view text, std::size_t at, std::size_t& length) {
    constexpr std::string_view hand = by_hand, unknown = gap;
    const std::size_t first = text.find(hand, at), second = text.find(unknown, at);
    length = first <= second ? hand.size() : unknown.size();
    return std::min(first, second);
}

bool only_blanks(std::string_view text, std::size_t from, std::size_t to) {
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from),
                       text.begin() + static_cast<std::ptrdiff_t>(to),
                       [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
}

class Room {
public:
    explicit Room(Markup& markup) : markup_(markup) {}

    void make() { visit(markup_.letter, false); }

private:
    // True if there is something to write on within.
    bool visit(Node& node, bool in_cell) {
        for (auto& [key, value] : node.attributes) {
            std::size_t length = 0;
            if (next_place(value, 0, length) != value.npos) {
                std::string& words = markup_.keep(std::string(value));
                for (std::size_t at; (at = next_place(words, 0, length)) != std::string::npos;)
                    words.erase(at, length);
                value = words;
            }
            if (node.name == "checkbox" && key == "checked") value = "no";  // for the pen to tick
        }
        in_cell = (in_cell || node.name == "td") && node.name != "tr";
        bool written = false;
        std::vector<Node> children;
        for (Node& child : node.children) {
            if (child.is_text()) {
                written = split(child, node, in_cell, children) || written;
                continue;
            }
            written = visit(child, in_cell) || written;
            children.push_back(std::move(child));
        }
        node.children = std::move(children);
        if (written && (node.name == "kv" || node.name == "ol" || node.name == "ul"))
            widen(node, "gap", pen_gap);
        if (written && node.name == "tr") widen(node, "height", pen_row);
        if (written && node.name == "p") widen(node, "before", "1.6");
        return written;
    }

    // A text becomes words and dotted lines; in a cell, words and room.
    static bool split(const Node& text, const Node& parent, bool in_cell, std::vector<Node>& out) {
        std::size_t length = 0, at = next_place(text.text, 0, length);
        if (at == std::string::npos) {
            out.push_back(text);
            return false;
        }
        std::size_t from = 0;
        while (at != std::string::npos) {
            if (at > from) add_words(text, from, at, out);
            const std::size_t end = at + length;
            const bool at_end = only_blanks(text.text, end, text.text.size()) && parent.children.size() == 1;
            if (!in_cell) {
                Node line;
                line.name = "fill";
                line.where = text.where;
                if (!at_end) line.attributes.push_back({"width", pen_width});
                out.push_back(std::move(line));
            }
            from = end;
            at = next_place(text.text, from, length);
        }
        if (from < text.text.size()) add_words(text, from, text.text.size(), out);
        return true;
    }

    static void add_words(const Node& text, std::size_t from, std::size_t to, std::vector<Node>& out) {
        Node words;
        words.text = text.text.substr(from, to - from);
        words.where = text.where;
        out.push_back(std::move(words));
    }

    static void widen(Node& node, std::string_view key, std::string_view least) {
        Node wished;
        wished.attributes.push_back({key, least});
        for (auto& [name, value] : node.attributes) {
            if (name != key) continue;
            if (number_of(node, key, 0) < number_of(wished, key, 0)) value = least;
            return;
        }
        node.attributes.push_back(wished.attributes.front());
    }

    Markup& markup_;
};

}  // namespace

Json blank_data(const Json& schema, const Json& blank, const Json& example) {
    return Blanker(schema, blank).fill(schema, example, "", 0);
}

void make_room(Markup& letter) { Room(letter).make(); }

}  // namespace naskah::generator
