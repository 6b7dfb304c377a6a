#include "service/form_input.h"

#include <algorithm>
#include <map>
#include <memory>

#include "generator/demands.h"
#include "service/form_values.h"

namespace naskah::service {

using generator::Demands;

namespace {

const Json nothing;

// What was sent, by its names. A value stands at a leaf only, but a hostile form may do as it likes.
struct Node {
    std::map<std::string, Node, std::less<>> members;
    std::map<std::size_t, Node> items;
    std::string_view value;
    bool sent = false;
};

// The value that an enum or a type makes of what was typed.
Json scalar(const Json& schema, std::string_view typed) {
    const Input input = input_of(schema);
    Json value = value_from(typed, input);
    if (input == Input::choice)
        for (const Json& one : schema.at("enum"))
            if (value == one || (value.is_string() && !one.is_string() && shown(one) == value)) return one;
    return value;
}

bool is_empty(const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>().empty();
    if (value.is_structured()) return std::all_of(value.begin(), value.end(), is_empty);
    return value.is_null();
}

// Null where nothing stands. `keep`: the field must be there, so an empty group or list stands for itself.
Json read(const Demands& field, const Node& node, bool keep) {
    const std::string type = field.type();
    if (type == "object") {
        Json group = Json::object();
        const auto properties = field.own().find("properties");
        if (properties == field.own().end()) return nullptr;
        static const Node not_sent;
        for (const auto& [name, unused] : properties->items()) {
            const auto sent = node.members.find(name);
            const bool needed = field.required(name);
            if (sent == node.members.end() && !needed) continue;
            Json value = read(field.member(name, nothing),
                              sent == node.members.end() ? not_sent : sent->second, needed);
            if (!value.is_null()) group[name] = std::move(value);
        }
        return group.empty() && !keep ? Json() : group;
    }
    if (type == "array") {
        Json list = Json::array();
        const Demands item = field.item(nothing);
        for (const auto& [index, row] : node.items) {
            Json value = read(item, row, true);
            list.push_back(value.is_null() ? Json("") : std::move(value));
        }
        return list.empty() && !(keep && field.least_items() == 0) ? Json() : list;
    }
    return node.sent ? scalar(field.own(), node.value) : Json();
}

// Is there an input of that name? Only then it is kept: a tree of names nobody asked for is never built.
bool is_known(const Demands& form, const FieldPath& path) {
    Demands at = form;
    for (const Step& step : path) {
        const std::string type = at.type();
        if (step.item() ? type != "array" : type != "object") return false;
        if (!step.item()) {
            const auto properties = at.own().find("properties");
            if (properties == at.own().end() || !properties->contains(step.name)) return false;
        }
        at = step.item() ? at.item(nothing) : at.member(step.name, nothing);
    }
    return at.type() != "array" && at.type() != "object";
}

Json pruned(const Demands& field, const Json& value, bool keep) {
    if (value.is_object()) {
        Json group = Json::object();
        for (const auto& [name, member] : value.items()) {
            Json part = pruned(field.member(name, member), member, field.required(name));
            if (!part.is_null()) group[name] = std::move(part);
        }
        return group.empty() && !keep ? Json() : group;
    }
    if (value.is_array()) {
        Json list = Json::array();
        for (const Json& row : value)
            if (!is_empty(row)) list.push_back(pruned(field.item(row), row, true));
        return list.empty() && !(keep && field.least_items() == 0) ? Json() : list;
    }
    return value;
}

Json fit(const Demands& field, const Json& value, int depth) {
    constexpr int deepest = 32;
    const std::string type = field.type();
    if (depth > deepest) return nullptr;
    if (type == "object") {
        Json group = Json::object();
        const auto properties = field.own().find("properties");
        if (!value.is_object() || properties == field.own().end()) return group;
        for (const auto& [name, unused] : properties->items()) {
            const auto there = value.find(name);
            if (there == value.end()) continue;
            Json part = fit(field.member(name, *there), *there, depth + 1);
            if (!part.is_null()) group[name] = std::move(part);
        }
        return group;
    }
    if (type == "array") {
        Json list = Json::array();
        if (value.is_array())
            for (const Json& row : value) {
                Json part = fit(field.item(row), row, depth + 1);
                list.push_back(part.is_null() ? Json("") : std::move(part));
            }
        return list;
    }
    return value.is_structured() ? Json() : value;
}

void add_groups(const Demands& field, Json& value) {
    if (value.is_array())
        for (Json& row : value) add_groups(field.item(row), row);
    if (!value.is_object()) return;
    const auto properties = field.own().find("properties");
    if (properties == field.own().end()) return;
    for (const auto& [name, unused] : properties->items()) {
        const Demands member = field.member(name, value.contains(name) ? value.at(name) : nothing);
        if (!value.contains(name)) {
            if (!field.required(name) || member.type() != "object") continue;
            value[name] = Json::object();
        }
        add_groups(member, value.at(name));
    }
}

}  // namespace

Json read_form(const Json& schema, const Fields& sent) {
    const Demands form(schema, nothing);
    Node root;
    // Rows are many and alike: whether a name is known is asked once for all of them.
    std::map<std::string, bool> known;
    for (const auto& [name, value] : sent.all) {
        const auto path = parse_path(name);
        if (!path) continue;
        std::string shape;
        for (const Step& step : *path) shape += step.item() ? "[]" : "." + step.name;
        const auto [asked, fresh] = known.try_emplace(std::move(shape), false);
        if (fresh) asked->second = is_known(form, *path);
        if (!asked->second) continue;
        Node* node = &root;
        for (const Step& step : *path)
            node = step.item() ? &node->items[step.index] : &node->members[step.name];
        node->value = value;  // the last one counts: a tick behind the hidden "no" of its box
        node->sent = true;
    }
    return read(form, root, true);
}

Json without_empty_rows(const Json& schema, const Json& data) {
    return pruned(Demands(schema, data), data, true);
}

Json with_groups(const Json& schema, const Json& data) {
    Json whole = data;
    add_groups(Demands(schema, data), whole);
    return whole;
}

Json fitted(const Json& schema, const Json& value) { return fit(Demands(schema, value), value, 0); }

std::optional<RowChange> RowChange::parse(std::string_view text) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    const std::string_view verb = text.substr(0, blank);
    auto path = parse_path(text.substr(blank + 1));
    if (!path) return std::nullopt;
    if (verb == "tambah" && !path->back().item()) return RowChange{What::add, *std::move(path)};
    if (verb == "hapus" && path->back().item()) return RowChange{What::remove, *std::move(path)};
    if (verb == "naik" && path->back().item()) return RowChange{What::up, *std::move(path)};
    if (verb == "kembali" && path->back().item()) return RowChange{What::restore, *std::move(path)};
    return std::nullopt;
}

std::optional<FieldPath> change_rows(const Json& schema, Json& data, const RowChange& change, Json* removed) {
    FieldPath list_path = change.path;
    const std::size_t row = list_path.back().index;
    if (list_path.back().item()) list_path.pop_back();
    // The list may not be there yet: it, and the groups around it, begin with their first row.
    Demands field(schema, data);
    Json* at = &data;
    for (const Step& step : list_path) {
        if (step.item()) {
            if (!at->is_array() || step.index >= at->size()) return std::nullopt;
            at = &(*at)[step.index];
            field = field.item(*at);
            continue;
        }
        const auto properties = field.own().find("properties");
        if (properties == field.own().end() || !properties->contains(step.name)) return std::nullopt;
        field = field.member(step.name, nothing);
        const bool list = field.type() == "array";
        if (!list && field.type() != "object") return std::nullopt;
        if (!at->is_object()) return std::nullopt;
        if (!at->contains(step.name)) {
            if (change.what != RowChange::What::add && change.what != RowChange::What::restore)
                return std::nullopt;
            (*at)[step.name] = list ? Json::array() : Json::object();
        }
        at = &at->at(step.name);
    }
    if (field.type() != "array" || !at->is_array()) return std::nullopt;
    FieldPath there = list_path;
    if (change.what == RowChange::What::add) {
        at->push_back(field.item(nothing).type() == "object" ? Json::object() : Json(""));
        there.push_back({{}, at->size() - 1});
        return there;
    }
    if (change.what == RowChange::What::restore) {
        if (!removed || row > at->size()) return std::nullopt;
        const Demands item = field.item(nothing);
        at->insert(at->begin() + static_cast<std::ptrdiff_t>(row), fit(item, *removed, 0));
        there.push_back({{}, row});
        return there;
    }
    if (row >= at->size()) return std::nullopt;
    if (change.what == RowChange::What::up) {
        if (row == 0) return std::nullopt;
        std::swap((*at)[row], (*at)[row - 1]);
        there.push_back({{}, row - 1});
        return there;
    }
    if (removed) *removed = std::move((*at)[row]);
    at->erase(row);
    if (row > 0 || !at->empty()) there.push_back({{}, std::min(row, at->size() - (at->empty() ? 0 : 1))});
    return there;
}

}  // namespace naskah::service
