#include "generator/schema_fit.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "generator/template_names.h"

namespace naskah::generator {
namespace {

constexpr std::size_t most_members = 64;  // as many as a word has bits

// Words that ask nothing, and those that are read here.
constexpr std::array<std::string_view, 21> settled{
    "$schema", "$id",      "$comment", "definitions",          "title",    "description", "format",
    "default", "examples", "type",     "properties",           "required", "items",       "enum",
    "minimum", "maximum",  "minItems", "additionalProperties", "maxItems", "minLength",   "maxLength"};

// As many as its bytes that do not continue a character.
std::size_t letters_in(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_count(const Json& value) { return value.is_number_integer() && value >= 0; }

}  // namespace

SchemaFit::SchemaFit(const Json& schema) {
    Json without_branches = schema;
    if (schema.is_object()) without_branches.erase("allOf");
    root_ = rule_of(without_branches, schema);
    known_.clear();
}

int SchemaFit::rule_of(const Json& schema, const Json& root) {
    const Json& meant = resolved(schema, root);
    if (const auto known = known_.find(&meant); known != known_.end()) return known->second;
    const int rule = static_cast<int>(rules_.size());
    known_[&meant] = rule;
    rules_.emplace_back();
    Rule read_rule = read(meant, root);
    rules_[static_cast<std::size_t>(rule)] = std::move(read_rule);
    return rule;
}

SchemaFit::Rule SchemaFit::read(const Json& schema, const Json& root) {
    constexpr std::array<std::pair<std::string_view, Rule::Kind>, 6> kinds{{{"object", Rule::Kind::object},
                                                                            {"array", Rule::Kind::array},
                                                                            {"string", Rule::Kind::string},
                                                                            {"boolean", Rule::Kind::boolean},
                                                                            {"integer", Rule::Kind::integer},
                                                                            {"number", Rule::Kind::number}}};
    if (!schema.is_object()) return {};
    Rule rule;
    for (const auto& [word, value] : schema.items()) {
        if (std::find(settled.begin(), settled.end(), word) == settled.end()) return {};
        if (word == "type") {
            for (const auto& [name, kind] : kinds)
                if (value == name) rule.kind = kind;
        } else if (word == "enum") {
            for (const Json& one : value) {
                if (!one.is_string()) return {};
                rule.words.push_back(one.get<std::string>());
            }
            if (rule.words.empty()) return {};
        } else if (word == "minLength" || word == "minItems") {
            if (!is_count(value)) return {};
            rule.least = value.get<std::size_t>();
        } else if (word == "maxLength" || word == "maxItems") {
            if (!is_count(value)) return {};
            rule.most = value.get<std::size_t>();
        } else if (word == "minimum" || word == "maximum") {
            if (!value.is_number()) return {};
            (word == "minimum" ? rule.lowest : rule.highest) = value.get<double>();
        } else if (word == "additionalProperties") {
            if (!value.is_boolean()) return {};
            rule.closed = !value.get<bool>();
        } else if (word == "items") {
            if (!value.is_object()) return {};
            rule.items = rule_of(value, root);
        } else if (word == "properties") {
            if (value.size() > most_members) return {};
            for (const auto& [name, member] : value.items())
                rule.members.emplace_back(name, rule_of(member, root));
        }
    }
    if (const auto required = schema.find("required"); required != schema.end())
        for (const Json& name : *required) {
            const auto member = std::find_if(rule.members.begin(), rule.members.end(),
                                             [&](const auto& known) { return name == known.first; });
            if (member == rule.members.end()) return {};
            rule.required |= std::uint64_t{1} << (member - rule.members.begin());
        }
    // A bound says nothing of values of another kind, and an enum of texts can be met by texts only.
    const bool text = rule.kind == Rule::Kind::string, list = rule.kind == Rule::Kind::array;
    if (!rule.words.empty() && !text) return {};
    if ((schema.contains("minLength") || schema.contains("maxLength")) && !text) return {};
    if ((schema.contains("minItems") || schema.contains("maxItems") || rule.items) && !list) return {};
    return rule;
}

bool SchemaFit::fits(int number, const Json& value) const {
    const Rule& rule = rules_[static_cast<std::size_t>(number)];
    const auto within = [&](std::size_t size) { return size >= rule.least && size <= rule.most; };
    switch (rule.kind) {
        case Rule::Kind::unsettled: return false;
        case Rule::Kind::boolean: return value.is_boolean();
        case Rule::Kind::integer:
            return value.is_number_integer() && value >= rule.lowest && value <= rule.highest;
        case Rule::Kind::number: return value.is_number() && value >= rule.lowest && value <= rule.highest;
        case Rule::Kind::string: {
            if (!value.is_string()) return false;
            const auto& text = value.get_ref<const std::string&>();
            return within(letters_in(text)) &&
                   (rule.words.empty() ||
                    std::find(rule.words.begin(), rule.words.end(), text) != rule.words.end());
        }
        case Rule::Kind::array:
            return value.is_array() && within(value.size()) &&
                   (!rule.items || std::all_of(value.begin(), value.end(),
                                               [&](const Json& item) { return fits(*rule.items, item); }));
        case Rule::Kind::object: return value.is_object() && members_fit(rule, value);
    }
    return false;
}

bool SchemaFit::members_fit(const Rule& rule, const Json& value) const {
    std::uint64_t seen = 0;
    std::size_t next = 0;  // data mostly comes in the order of the form
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        while (next < rule.members.size() && rule.members[next].first != name) ++next;
        if (next == rule.members.size()) {
            next = 0;
            while (next < rule.members.size() && rule.members[next].first != name) ++next;
        }
        if (next == rule.members.size()) {
            if (rule.closed) return false;
            next = 0;
            continue;
        }
        seen |= std::uint64_t{1} << next;
        if (!fits(rule.members[next].second, member)) return false;
        ++next;
    }
    return (rule.required & ~seen) == 0;
}

}  // namespace naskah::generator
