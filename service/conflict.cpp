// Two windows wrote one draft. Both states are shown where they differ, and for each such place the visitor
// says which one stays.
#include "service/editor.h"
#include "service/field_path.h"
#include "service/form_input.h"
#include "service/form_values.h"

namespace naskah::service {
namespace {

// Members may stand in another order: data that came through the API, or from before the schema changed.
bool same(const Json& a, const Json& b) { return canonical_json(a) == canonical_json(b); }

// What is chosen as one: a field, or a list as a whole, since its rows may have moved.
void differences(const Json& schema, const Json& mine, const Json& stored, const FieldPath& path,
                 std::vector<FieldPath>& found) {
    static const Json nothing = Json::object();
    const auto fields = schema.find("properties");
    if (fields == schema.end()) {
        if (!same(mine, stored)) found.push_back(path);
        return;
    }
    for (const auto& [name, field] : fields->items()) {
        const auto member = [&](const Json& of) -> const Json& {
            static const Json null;
            const auto there = of.is_object() ? of.find(name) : of.end();
            return of.is_object() && there != of.end() ? *there : null;
        };
        FieldPath inner = path;
        inner.push_back({name, 0});
        const Json &a = member(mine), &b = member(stored);
        if (same(a, b)) continue;
        if (field.contains("properties"))
            differences(field, a.is_null() ? nothing : a, b.is_null() ? nothing : b, inner, found);
        else
            found.push_back(inner);
    }
}

bool is_below(const std::string& path, const std::string& of) {
    return path.starts_with(of) &&
           (path.size() == of.size() || path[of.size()] == '.' || path[of.size()] == '[');
}

// How one place reads in one state: its filled fields, line by line.
Json lines_of(const std::vector<workflow::FilledField>& fields, const std::string& place, std::size_t skip) {
    Json lines = Json::array();
    for (const workflow::FilledField& field : fields) {
        if (!is_below(field.path, place)) continue;
        std::string title;
        for (std::size_t i = skip; i < field.titles.size(); ++i)
            title += (title.empty() ? "" : " – ") + field.titles[i];
        lines.push_back({{"judul", title}, {"isi", field.value}});
    }
    return lines;
}

std::string title_of(const Json& schema, const FieldPath& path) {
    std::string title;
    const Json* at = &schema;
    for (const Step& step : path) {
        at = &at->at("properties").at(step.name);
        title += (title.empty() ? "" : " – ") + at->value("title", step.name);
    }
    return title;
}

}  // namespace

Response conflict_page(Editor& editor, const Site& site, const Visit& visit, const storage::Draft& draft,
                       const Json& mine) {
    const Json& schema = editor.package_of(draft).schema();
    std::vector<FieldPath> places;
    differences(schema, mine, draft.data, {}, places);
    const auto my_fields = workflow::filled_fields(schema, mine);
    const auto stored_fields = workflow::filled_fields(schema, draft.data);
    Json rows = Json::array();
    for (const FieldPath& place : places) {
        const std::string path = to_string(place);
        const std::size_t skip = place.size();
        Json mine_lines = lines_of(my_fields, path, skip), stored_lines = lines_of(stored_fields, path, skip);
        rows.push_back({{"judul", title_of(schema, place)},
                        {"nama", control::choice + path},
                        {"id", element_id(path, "p")},
                        {"saya", mine_lines},
                        {"kosong_saya", mine_lines.empty()},
                        {"tersimpan", stored_lines},
                        {"kosong_tersimpan", stored_lines.empty()}});
    }
    // What this window holds goes along, field by field, as its form would send it.
    Json fields = Json::array();
    for (const auto& [name, value] : visit.request.form.all)
        if (parse_path(name) && !name.starts_with(':') && name.find(':') == std::string::npos &&
            name != "csrf")
            fields.push_back({{"nama", name}, {"nilai", value}});
    return site.page(visit, "surat-bentrok",
                     {.title = "Surat ini berubah di dua tempat", .section = "/surat", .scripts = {}},
                     {{"judul", editor.title_of(draft)},
                      {"alamat", editor.address_of(draft)},
                      {"revisi", draft.revision},
                      {"kapan", editor.moment(draft.changed_at)},
                      {"beda", rows},
                      {"isian_saya", fields}},
                     409);
}

Json settled(const Json& schema, const Json& mine, const Json& stored, const Fields& choices) {
    std::vector<FieldPath> places;
    differences(schema, mine, stored, {}, places);
    Json result = mine;
    for (FieldPath place : places) {
        if (choices.get(control::choice + to_string(place)) != "tersimpan") continue;
        const Json* value = value_at(stored, place);
        const std::string name = place.back().name;
        place.pop_back();
        // The groups around it may be missing on this side.
        Json* group = &result;
        for (const Step& step : place) {
            if (!group->contains(step.name)) (*group)[step.name] = Json::object();
            group = &group->at(step.name);
        }
        if (value)
            (*group)[name] = *value;
        else
            group->erase(name);
    }
    return result;
}

}  // namespace naskah::service
