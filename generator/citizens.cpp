#include "generator/citizens.h"

#include "generator/template_names.h"

namespace naskah::generator {
namespace {

bool is_nik(const Json& schema) { return schema.is_object() && schema.value("format", "") == "nik"; }

Json without_nik(const Json& data, const Json& there, const Json& root) {
    const Json& schema = resolved(there, root);
    if (data.is_array() && schema.contains("items")) {
        Json kept = Json::array();
        for (const Json& item : data) {
            if (!is_nik(resolved(schema.at("items"), root)))
                kept.push_back(without_nik(item, schema.at("items"), root));
        }
        return kept;
    }
    if (!data.is_object() || !schema.contains("properties")) return data;
    Json kept = Json::object();
    for (const auto& [name, value] : data.items()) {
        const auto property = schema.at("properties").find(name);
        if (property == schema.at("properties").end())
            kept[name] = value;
        else if (!is_nik(resolved(*property, root)))
            kept[name] = without_nik(value, *property, root);
    }
    return kept;
}

}  // namespace

Json without_nik(const Json& data, const Json& schema) { return without_nik(data, schema, schema); }

}  // namespace naskah::generator
