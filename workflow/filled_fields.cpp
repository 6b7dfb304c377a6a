#include "workflow/filled_fields.h"

#include <algorithm>

#include "core/date.h"

namespace naskah::workflow {
namespace {

const Json& resolved(const Json& root, const Json& schema) {
    const auto reference = schema.find("$ref");
    if (reference == schema.end() || !reference->is_string()) return schema;
    const Json::json_pointer pointer(reference->get<std::string>().substr(1));
    return root.contains(pointer) ? root.at(pointer) : schema;
}

const Json& child_of(const Json& root, const Json& schema, const std::string& name) {
    static const Json unknown = Json::object();
    const Json& whole = resolved(root, schema);
    if (name == "items") return whole.contains(name) ? resolved(root, whole.at(name)) : unknown;
    const auto properties = whole.find("properties");
    if (properties == whole.end() || !properties->contains(name)) return unknown;
    return properties->at(name);
}

// A field's own title wins over that of the definition that it refers to.
std::string title_of(const Json& root, const Json& schema, const std::string& name) {
    for (const Json* place : {&schema, &resolved(root, schema)})
        if (const auto title = place->find("title"); title != place->end() && title->is_string())
            return title->get<std::string>();
    return name;
}

bool is_filled(const Json& value) {
    if (value.is_null()) return false;
    if (value.is_string()) return !value.get_ref<const std::string&>().empty();
    return !value.is_structured() || !value.empty();
}

std::string printed(const Json& schema, const Json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "Ya" : "Tidak";
    if (!value.is_string()) return dump_json(value);
    const std::string& text = value.get_ref<const std::string&>();
    if (schema.value("format", "") == "date")
        if (const auto date = parse_date(text)) return to_long(*date);
    return text;
}

class Walk {
public:
    explicit Walk(const Json& root) : root_(root) {}

    void into(const Json& schema, const Json& value, const std::string& path,
              std::vector<std::string> titles) {
        if (!is_filled(value)) return;
        if (value.is_object()) {
            for (const std::string& name : names_of(schema, value)) {
                const Json& child = child_of(root_, schema, name);
                auto below = titles;
                below.push_back(title_of(root_, child, name));
                into(child, value.at(name), path.empty() ? name : path + "." + name, std::move(below));
            }
        } else if (value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                auto below = titles;
                if (!below.empty()) below.back() += " " + std::to_string(i + 1);
                into(child_of(root_, schema, "items"), value[i], path + "[" + std::to_string(i) + "]",
                     std::move(below));
            }
        } else {
            fields.push_back({path, std::move(titles), printed(resolved(root_, schema), value)});
        }
    }

    // Members of the data in the order of the schema.
    std::vector<std::string> names_of(const Json& schema, const Json& value) const {
        std::vector<std::string> names;
        const Json& whole = resolved(root_, schema);
        if (const auto properties = whole.find("properties"); properties != whole.end())
            for (const auto& [name, ignored] : properties->items())
                if (value.contains(name)) names.push_back(name);
        for (const auto& [name, ignored] : value.items())
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        return names;
    }

    std::vector<FilledField> fields;

private:
    const Json& root_;
};

class Comparison {
public:
    explicit Comparison(const Json& root) : root_(root) {}

    void between(const Json& schema, const Json& was, const Json& now, std::vector<std::string> titles) {
        if (was == now) return;
        if (was.is_object() && now.is_object())
            members(schema, was, now, titles);
        else if (was.is_array() && now.is_array())
            items(schema, was, now, titles);
        else
            told(schema, was, now, titles);
    }

    std::vector<FieldChange> changes;

private:
    void members(const Json& schema, const Json& was, const Json& now,
                 const std::vector<std::string>& titles) {
        static const Json nothing;
        Json both = now;
        for (const auto& [name, value] : was.items())
            if (!both.contains(name)) both[name] = value;
        for (const std::string& name : Walk(root_).names_of(schema, both)) {
            const Json& child = child_of(root_, schema, name);
            auto below = titles;
            below.push_back(title_of(root_, child, name));
            between(child, was.contains(name) ? was.at(name) : nothing,
                    now.contains(name) ? now.at(name) : nothing, std::move(below));
        }
    }

    // Equal items at the beginning and at the end are the same ones; what is between is compared in order,
    // and the rest of the longer side came or went.
    void items(const Json& schema, const Json& was, const Json& now, const std::vector<std::string>& titles) {
        static const Json nothing;
        const Json& item = child_of(root_, schema, "items");
        std::size_t start = 0;
        while (start < was.size() && start < now.size() && was[start] == now[start]) ++start;
        std::size_t same_end = 0;
        while (same_end < was.size() - start && same_end < now.size() - start &&
               was[was.size() - 1 - same_end] == now[now.size() - 1 - same_end])
            ++same_end;
        const std::size_t was_end = was.size() - same_end, now_end = now.size() - same_end;
        for (std::size_t i = start; i < std::max(was_end, now_end); ++i) {
            auto below = titles;
            if (!below.empty()) below.back() += " " + std::to_string(i + 1);
            between(item, i < was_end ? was[i] : nothing, i < now_end ? now[i] : nothing, std::move(below));
        }
    }

    // One side is no value, or of another form: each field that is filled there is told by itself.
    void told(const Json& schema, const Json& was, const Json& now, const std::vector<std::string>& titles) {
        Walk before(root_), after(root_);
        before.into(schema, was, "", titles);
        after.into(schema, now, "", titles);
        if (before.fields.size() == 1 && after.fields.size() == 1 &&
            before.fields[0].titles == after.fields[0].titles) {
            if (before.fields[0].value != after.fields[0].value)
                changes.push_back({titles, before.fields[0].value, after.fields[0].value});
            return;
        }
        for (FilledField& field : before.fields)
            changes.push_back({std::move(field.titles), std::move(field.value), ""});
        for (FilledField& field : after.fields)
            changes.push_back({std::move(field.titles), "", std::move(field.value)});
    }

    const Json& root_;
};

}  // namespace

std::vector<FilledField> filled_fields(const Json& schema, const Json& data) {
    Walk walk(schema);
    walk.into(schema, data, "", {});
    return std::move(walk.fields);
}

std::vector<FieldChange> changed_fields(const Json& schema, const Json& before, const Json& after) {
    Comparison comparison(schema);
    comparison.between(schema, before, after, {});
    return std::move(comparison.changes);
}

}  // namespace naskah::workflow
