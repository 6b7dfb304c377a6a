#include "generator/lint.h"

#include <functional>

#include "generator/package.h"
#include "generator/template_names.h"

namespace naskah::generator {

namespace {

constexpr int deepest = 16;

// Every field under "properties", once, with the path by which it is first reached.
void each_field(const Json& there, const Json& root, const std::string& path, std::set<const Json*>& seen,
                int depth, const std::function<void(const Json& field, const std::string& path)>& see) {
    const Json& schema = resolved(there, root);
    if (!schema.is_object() || depth > deepest) return;
    if (const auto items = schema.find("items"); items != schema.end())
        each_field(*items, root, path + "[]", seen, depth + 1, see);
    const auto properties = schema.find("properties");
    if (properties == schema.end()) return;
    for (const auto& [name, field] : properties->items()) {
        if (!seen.insert(&field).second) continue;
        const std::string here = path.empty() ? name : path + "." + name;
        see(field, here);
        each_field(field, root, here, seen, depth + 1, see);
    }
}

// The field at a path such as "proyek[].perizinan[].tanggal", and those above it, are used by a rule.
void mark_path(const Json& schema, std::string path, std::set<const Json*>& used) {
    const Json* at = &schema;
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('.', start), path.size());
        std::string name = path.substr(start, end - start);
        const bool each = name.ends_with("[]");
        if (each) name.resize(name.size() - 2);
        const auto properties = at->find("properties");
        if (properties == at->end() || !properties->contains(name)) return;
        used.insert(&properties->at(name));
        at = &resolved(properties->at(name), schema);
        if (at->contains("items") && at->is_object()) at = &resolved(at->at("items"), schema);
        start = end + 1;
    }
}

// Paths are texts of about.json that lead somewhere in the schema.
void mark_texts(const Json& value, const Json& schema, std::set<const Json*>& used) {
    if (value.is_string()) mark_path(schema, value.get<std::string>(), used);
    if (value.is_structured())
        for (const Json& part : value) mark_texts(part, schema, used);
}

void mark_rule(const Json& rule, const Json& schema, std::set<const Json*>& used) {
    mark_texts(rule, schema, used);
    if (rule.contains("daftar") && rule.contains("field") && rule.at("field").is_string()) {
        const Json& lists = rule.at("daftar");
        for (const Json& list : lists.is_array() ? lists : Json::array({lists}))
            if (list.is_string())
                mark_path(schema, list.get<std::string>() + "[]." + rule.at("field").get<std::string>(),
                          used);
    }
}

bool said_unused(const Json& field) {
    const auto comment = field.find("$comment");
    return comment != field.end() && comment->is_string() &&
           comment->get_ref<const std::string&>().starts_with("tidak dicetak");
}

}  // namespace

std::vector<Problem> lint(const Package& package) {
    const Json& schema = package.schema();
    std::set<const Json*> used;
    package.parts().letter->mark_used(schema, used);
    package.parts().subject->mark_used(schema, used);
    for (const auto& [column, text] : package.parts().agenda) text->mark_used(schema, used);
    for (const Json& rule : package.about().at("aturan")) mark_rule(rule, schema, used);
    for (const char* name : {"sekali", "mengoreksi"})
        if (package.about().contains(name)) mark_texts(package.about().at(name), schema, used);

    std::vector<Problem> problems;
    std::set<const Json*> seen;
    each_field(schema, schema, "", seen, 0, [&](const Json& field, const std::string& path) {
        if (used.contains(&field) || !field.is_object() || said_unused(field)) return;
        problems.push_back(
            {"bidang \"" + path + "\" tidak dipakai templat mana pun", package.kind() + "/data.schema.json",
             "Cetak bidang itu, hapus, atau tulis sebabnya dalam \"$comment\": \"tidak dicetak: …\"."});
    });
    return problems;
}

std::vector<Problem> orphan_partials(const std::filesystem::path& folder,
                                     const std::vector<std::shared_ptr<const Package>>& kinds) {
    std::set<std::string> used;
    for (const auto& kind : kinds) used.merge(kind->parts().letter->partials());
    std::set<std::string> orphans;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "partials", none))
        if (entry.path().extension() == ".mustache" && !used.contains(entry.path().stem().string()))
            orphans.insert(entry.path().filename().string());
    std::vector<Problem> problems;
    for (const std::string& name : orphans)
        problems.push_back(
            {"potongan ini tidak dipakai jenis mana pun", "partials/" + name, "Hapus, atau pakai."});
    return problems;
}

}  // namespace naskah::generator
