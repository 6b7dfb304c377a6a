#include "generator/schema_source.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "core/error.h"
#include "generator/field_text.h"
#include "generator/template_names.h"

namespace naskah::generator {
namespace {

void refuse_unknown_words(const Json& schema, const Json& root, const std::string& file,
                          const std::string& where) {
    constexpr std::array<std::string_view, 31> words{"$schema",
                                                     "$id",
                                                     "$ref",
                                                     "$comment",
                                                     "definitions",
                                                     "type",
                                                     "title",
                                                     "description",
                                                     "default",
                                                     "examples",
                                                     "properties",
                                                     "required",
                                                     "additionalProperties",
                                                     "items",
                                                     "minItems",
                                                     "maxItems",
                                                     "uniqueItems",
                                                     "contains",
                                                     "enum",
                                                     "const",
                                                     "minLength",
                                                     "maxLength",
                                                     "minimum",
                                                     "maximum",
                                                     "exclusiveMinimum",
                                                     "exclusiveMaximum",
                                                     "format",
                                                     "if",
                                                     "then",
                                                     "else",
                                                     "allOf"};
    if (schema.is_boolean()) return;
    if (!schema.is_object())
        throw Error(Code::data, "di sini harus ada skema", file, "Periksa " + where + ".");
    for (const auto& [name, value] : schema.items()) {
        const std::string here = where + "/" + name;
        if (name != "anyOf" && name != "oneOf" && name != "not" && name != "multipleOf" &&
            std::find(words.begin(), words.end(), name) == words.end())
            throw Error(Code::data, "kata kunci skema \"" + name + "\" tidak dikenal", file + " " + where,
                        "Pakai kata kunci JSON Schema draft-07 yang ada di docs/templates.md.");
        if (name == "properties" || name == "definitions") {
            for (const auto& [field, part] : value.items())
                refuse_unknown_words(part, root, file, here + "/" + field);
        } else if (name == "items" || name == "if" || name == "then" || name == "else" || name == "not" ||
                   name == "contains") {
            refuse_unknown_words(value, root, file, here);
        } else if (name == "allOf" || name == "anyOf" || name == "oneOf") {
            for (const Json& part : value) refuse_unknown_words(part, root, file, here);
        } else if (name == "format" && !(value.is_string() && is_format(value.get<std::string>()))) {
            throw Error(Code::data, "format tidak dikenal", file + " " + here,
                        "Formatnya date, time, nip, nib, nik, kbli, teks, atau gambar.");
        } else if (name == "$ref" && resolved(schema, root).is_null()) {
            throw Error(Code::data, "$ref tidak menunjuk ke mana pun", file + " " + here,
                        "Tulis \"#/definitions/NAMA\" yang ada.");
        }
    }
}

// Finds schemas that are asked of a value again while they are being asked of it: valijson would never end.
class Rounds {
public:
    Rounds(const Json& root, const std::string& file) : root_(root), file_(file) {}

    void refuse(const Json& schema) {
        ask(schema);
        for (const Json& part : schema)
            if (part.is_structured()) refuse(part);
    }

private:
    void ask(const Json& schema) {
        if (!schema.is_object() || settled_.contains(&schema)) return;
        if (std::find(asked_.begin(), asked_.end(), &schema) != asked_.end())
            throw Error(Code::data, "skema memuat dirinya sendiri tanpa turun ke bidang atau butir", file_,
                        "Ubah $ref yang berputar itu.");
        asked_.push_back(&schema);
        if (schema.contains("$ref")) {
            ask(resolved(schema, root_));
        } else {
            for (const char* word : {"not", "if", "then", "else"})
                if (const auto part = schema.find(word); part != schema.end()) ask(*part);
            for (const char* word : {"allOf", "anyOf", "oneOf"})
                if (const auto parts = schema.find(word); parts != schema.end())
                    for (const Json& part : *parts) ask(part);
        }
        asked_.pop_back();
        settled_.insert(&schema);
    }

    const Json& root_;
    const std::string& file_;
    std::vector<const Json*> asked_;  // of one value, each by the one before
    std::set<const Json*> settled_;
};

}  // namespace

void refuse_bad_schema(const Json& schema, const std::string& file) {
    refuse_unknown_words(schema, schema, file, "#");
    Rounds(schema, file).refuse(schema);
}

}  // namespace naskah::generator
