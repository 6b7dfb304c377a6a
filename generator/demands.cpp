#include "generator/demands.h"

#include <algorithm>

#include "generator/template_names.h"

namespace naskah::generator {
namespace {

constexpr int deepest = 32;  // a "$ref" may lead back to where it came from

const Json& empty_schema() {
    static const Json schema = Json::object();
    return schema;
}

bool is_of_type(const Json& type, const Json& value) {
    if (type.is_array())
        return std::any_of(type.begin(), type.end(), [&](const Json& one) { return is_of_type(one, value); });
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
}

bool holds_at(const Json& there, const Json& root, const Json& value, int depth) {
    const Json& condition = resolved(there, root);
    if (condition.is_boolean()) return condition.get<bool>();
    if (!condition.is_object() || depth > deepest) return false;
    const auto each = [&](const Json& part) { return holds_at(part, root, value, depth + 1); };
    for (const auto& [word, said] : condition.items()) {
        if (word == "title" || word == "description" || word == "$comment") continue;
        if (word == "const") {
            if (value != said) return false;
        } else if (word == "enum") {
            if (std::find(said.begin(), said.end(), value) == said.end()) return false;
        } else if (word == "type") {
            if (!is_of_type(said, value)) return false;
        } else if (word == "required") {
            for (const Json& name : said)
                if (value.is_object() && !value.contains(name.get<std::string>())) return false;
        } else if (word == "properties") {
            if (!value.is_object()) continue;
            for (const auto& [name, part] : said.items())
                if (const auto found = value.find(name); found != value.end())
                    if (!holds_at(part, root, *found, depth + 1)) return false;
        } else if (word == "allOf") {
            if (!std::all_of(said.begin(), said.end(), each)) return false;
        } else if (word == "anyOf") {
            if (std::none_of(said.begin(), said.end(), each)) return false;
        } else if (word == "not") {
            if (each(said)) return false;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace

bool holds(const Json& condition, const Json& root, const Json& value) {
    return holds_at(condition, root, value, 0);
}

Demands::Demands(const Json& schema, const Json& data) : Demands(schema, {&schema}, data) {}

Demands::Demands(const Json& root, std::vector<const Json*> given, const Json& value)
    : root_(&root), given_(std::move(given)), said_(given_.empty() ? &empty_schema() : given_.front()) {
    for (const Json* schema : given_) take(*schema, value, 0);
    if (all_.empty()) all_.push_back(&empty_schema());
}

void Demands::take(const Json& there, const Json& value, int depth) {
    const Json& schema = resolved(there, *root_);
    if (!schema.is_object() || depth > deepest) return;
    all_.push_back(&schema);
    if (const auto parts = schema.find("allOf"); parts != schema.end())
        for (const Json& part : *parts) take(part, value, depth + 1);
    // Where there is no value, no condition is asked.
    if (const auto condition = schema.find("if"); condition != schema.end() && !value.is_null()) {
        const auto branch = schema.find(holds(*condition, *root_, value) ? "then" : "else");
        if (branch != schema.end()) take(*branch, value, depth + 1);
    }
}

Demands Demands::member(const std::string& name, const Json& value) const {
    std::vector<const Json*> given;
    for (const Json* schema : all_)
        if (const auto properties = schema->find("properties"); properties != schema->end())
            if (const auto found = properties->find(name); found != properties->end())
                given.push_back(&*found);
    return {*root_, std::move(given), value};
}

Demands Demands::item(const Json& value) const {
    std::vector<const Json*> given;
    for (const Json* schema : all_)
        if (const auto items = schema->find("items"); items != schema->end()) given.push_back(&*items);
    return {*root_, std::move(given), value};
}

bool Demands::required(const std::string& name) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Json* schema) {
        const auto names = schema->find("required");
        return names != schema->end() && std::find(names->begin(), names->end(), name) != names->end();
    });
}

std::size_t Demands::least_items() const {
    std::size_t least = 0;
    for (const Json* schema : all_)
        if (const auto count = schema->find("minItems"); count != schema->end() && count->is_number_integer())
            least = std::max(least, count->get<std::size_t>());
    return least;
}

std::string Demands::words(const char* name) const {
    for (const Json* schema : {said_, all_.front()})
        if (schema->is_object())
            if (const auto found = schema->find(name); found != schema->end() && found->is_string())
                return found->get<std::string>();
    return {};
}

std::string Demands::type() const {
    const auto type = own().find("type");
    if (type != own().end() && type->is_string()) return type->get<std::string>();
    if (own().contains("properties")) return "object";
    return own().contains("items") ? "array" : "string";
}

}  // namespace naskah::generator
