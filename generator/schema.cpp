#include "generator/schema.h"

#include <algorithm>
#include <array>
#include <map>
// Without this, valijson ends the process over a schema that it does not understand.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "core/text.h"
#include "generator/field_text.h"
#include "generator/nearest.h"
#include "generator/schema_fit.h"
#include "generator/schema_source.h"
#include "generator/template_names.h"

namespace naskah::generator {
namespace {

constexpr std::int64_t longest_text = 10'000;
constexpr std::size_t most_problems = 200;  // a clerk reads no more, and hostile data can have millions

// Where a value is: member names and list places.
using Path = std::vector<std::string>;

std::string printed_path(const Path& path) {
    std::string text;
    for (const std::string& part : path) {
        if (part.front() != '[' && !text.empty()) text += '.';
        text += part;
    }
    return text;
}

// The schema of the value at a path, the form's number of that field for sorting, and its title.
struct Field {
    const Json* schema;
    std::vector<std::size_t> order;
    std::string title;
};

Field field_at(const Json& root, const Path& path) {
    static const Json nothing = Json::object();
    Field field{&resolved(root, root), {}, root.value("title", "Isian")};
    for (const std::string& part : path) {
        const Json* next = nullptr;
        std::size_t place = 1'000'000;  // unknown fields come last
        if (part.front() == '[') {
            place = std::stoul(part.substr(1));
            if (const auto items = field.schema->find("items"); items != field.schema->end()) next = &*items;
        } else if (const auto properties = field.schema->find("properties");
                   properties != field.schema->end()) {
            if (const auto found = properties->find(part); found != properties->end()) {
                place = static_cast<std::size_t>(std::distance(properties->begin(), found));
                next = &*found;
            }
        }
        field.order.push_back(place);
        const Json& schema = next ? resolved(*next, root) : nothing;
        field.schema = schema.is_object() ? &schema : &nothing;
        if (next && next->is_object() && next->contains("title"))
            field.title = next->at("title").get<std::string>();
        else if (field.schema->contains("title"))
            field.title = field.schema->at("title").get<std::string>();
        else if (part.front() != '[')
            field.title = part;
    }
    return field;
}

// valijson's path: "<root>", "[petugas]", "[2]", "[nip]". Only the data tells a list's place from a member's
// name.
Path path_of(const std::vector<std::string>& context, const Json& data) {
    Path path;
    const Json* at = &data;
    for (std::size_t i = 1; i < context.size(); ++i) {
        const std::string name = context[i].substr(1, context[i].size() - 2);
        if (at->is_array()) {
            path.push_back(context[i]);
            at = &at->at(std::stoul(name));
        } else {
            path.push_back(name);
            at = &at->at(name);
        }
    }
    return path;
}

std::string list_of(const Json& values) {
    std::string text;
    for (const Json& value : values)
        text += (text.empty() ? "" : ", ") +
                (value.is_string() ? "\"" + value.get<std::string>() + "\"" : dump_json(value));
    return text;
}

std::string type_name(const Json& schema) {
    const std::map<std::string, std::string> names{{"string", "teks di antara tanda kutip"},
                                                   {"integer", "bilangan bulat"},
                                                   {"number", "angka"},
                                                   {"boolean", "true (ya) atau false (tidak)"},
                                                   {"array", "daftar"},
                                                   {"object", "isian bertingkat"}};
    const auto found = names.find(schema.value("type", ""));
    return found == names.end() ? "jenis lain" : found->second;
}

// The first whole number in valijson's sentence: the bound that was broken.
std::string bound_in(const std::string& sentence) {
    const std::size_t start = sentence.find_first_of("-0123456789");
    return start == std::string::npos
               ? ""
               : sentence.substr(start, sentence.find_first_not_of("-0123456789", start) - start);
}

// What valijson's sentence means for a clerk. Empty: it only sums up what other sentences say, or our own
// walk says it better.
std::string in_indonesian(const std::string& sentence, const Json& schema, bool at_root) {
    const auto says = [&](const char* start) { return sentence.starts_with(start); };
    if (says("Value type not permitted"))
        return at_root ? "data surat harus berupa satu objek JSON: { … }"
                       : "harus berupa " + type_name(schema);
    if (says("Failed to match against any enum") && schema.contains("enum"))
        return "harus salah satu dari " + list_of(schema.at("enum"));
    if (says("String should be no more"))
        return "terlalu panjang; paling banyak " + bound_in(sentence) + " huruf";
    if (says("String should be no fewer")) {
        const std::string least = bound_in(sentence);
        return least == "1" ? "tidak boleh kosong" : "terlalu pendek; paling sedikit " + least + " huruf";
    }
    if (says("Array should contain no more"))
        return "terlalu banyak; paling banyak " + bound_in(sentence) + " butir";
    if (says("Array should contain no fewer"))
        return "terlalu sedikit; paling sedikit " + bound_in(sentence) + " butir";
    if (says("Expected number less than or equal"))
        return "terlalu besar; paling besar " + bound_in(sentence);
    if (says("Expected number greater than or equal"))
        return "terlalu kecil; paling kecil " + bound_in(sentence);
    if (says("Expected number less than")) return "harus kurang dari " + bound_in(sentence);
    if (says("Expected number greater than")) return "harus lebih dari " + bound_in(sentence);
    if (says("Elements at indexes")) return "ada butir yang sama persis";
    if (says("Failed to validate item") || says("Failed to validate against schema associated") ||
        says("Failed to validate against child schema") || says("Failed to validate against a conditional") ||
        says("Object contains a property"))
        return {};
    return "tidak memenuhi ketentuan isian ini";
}

struct Found {
    Path path;
    std::string what;
};

// Our own walk: what draft-07 has no words for.
class Walk {
public:
    Walk(const Json& root, std::vector<Found>& found) : root_(root), found_(found) {}

    void run(const Json& schema_there, const Json& value) {
        if (found_.size() >= most_problems) return;
        const Json& schema = resolved(schema_there, root_);
        if (!schema.is_object()) return;
        if (value.is_string()) return text(schema, value.get_ref<const std::string&>());
        if (value.is_array() && schema.contains("items")) {
            for (std::size_t i = 0; i < value.size(); ++i)
                step("[" + std::to_string(i) + "]", schema.at("items"), value[i]);
        } else if (value.is_object() && schema.contains("properties")) {
            const Json& properties = schema.at("properties");
            const auto others = schema.find("additionalProperties");
            const bool closed = others != schema.end() && others->is_boolean() && !others->get<bool>();
            for (const auto& [name, member] : value.items()) {
                if (const auto known = properties.find(name); known != properties.end())
                    step(name, *known, member);
                else if (closed)
                    unknown(name, properties);
            }
        }
    }

private:
    void step(std::string part, const Json& schema, const Json& value) {
        path_.push_back(std::move(part));
        run(schema, value);
        path_.pop_back();
    }

    void complain(std::string what) { found_.push_back({path_, std::move(what)}); }

    void text(const Json& schema, const std::string& value) {
        const auto named = schema.find("format");
        const std::string_view format = named != schema.end() && named->is_string()
                                            ? std::string_view(named->get_ref<const std::string&>())
                                            : std::string_view();
        if (value.size() > longest_text && !schema.contains("maxLength"))
            return complain("terlalu panjang; paling banyak 10000 huruf");
        if (auto flaw = text_flaw(value, value.empty() ? std::string_view("teks") : format))
            return complain(std::move(*flaw));
        // An empty text is valijson's to refuse where the schema says so; a date or number is never empty,
        // and a text of blanks looks filled and prints nothing.
        if (value.empty() && !format.empty() && format != "teks" && !schema.contains("minLength"))
            complain("tidak boleh kosong");
        constexpr std::string_view blanks = " \t\n\r\f\v";
        if (!value.empty() && value.find_first_not_of(blanks) == value.npos &&
            schema.value("minLength", 0) > 0)
            complain("tidak boleh kosong");
    }

    void unknown(const std::string& name, const Json& properties) {
        if (found_.size() >= most_problems) return;
        std::vector<std::string> names;
        for (const auto& [known, unused] : properties.items()) names.push_back(known);
        const std::string near = nearest(name, names);
        // The name itself comes from outside: only a tame one is repeated. In a path, "[" begins a list's
        // place.
        const bool tame = !name.empty() && name.size() <= 40 && name.front() != '[' && !text_flaw(name, "");
        path_.push_back(tame ? name : "?");
        complain("bidang ini tidak dikenal" + (near.empty() ? "" : "; apakah maksudnya \"" + near + "\"?"));
        path_.pop_back();
    }

    const Json& root_;
    std::vector<Found>& found_;
    Path path_;
};

// Without what only people read, and without formats: those are checked by our own walk.
nlohmann::json for_valijson(const Json& schema) {
    if (schema.is_array()) {
        nlohmann::json list = nlohmann::json::array();
        for (const Json& item : schema) list.push_back(for_valijson(item));
        return list;
    }
    if (!schema.is_object()) return schema;
    nlohmann::json copy = nlohmann::json::object();
    for (const auto& [name, value] : schema.items()) {
        const bool of_field =
            value.is_string() && (name == "title" || name == "description" || name == "format");
        if (!of_field && name != "examples" && name != "default") copy[name] = for_valijson(value);
    }
    return copy;
}

void find_form_flaws(const Json& schema, const Json& root, const std::string& file, const Path& path,
                     std::vector<Problem>& flaws) {
    if (!schema.is_object()) return;
    const std::string where = file + " " + printed_path(path);
    const Json& meant = resolved(schema, root);
    const auto lacks = [&](const char* word) { return !schema.contains(word) && !meant.contains(word); };
    const bool is_item = !path.empty() && path.back() == "[]";
    for (const char* word : {"title", "description"})
        if (!path.empty() && !is_item && lacks(word))
            flaws.push_back(
                {std::string("bidang tanpa ") + word, where, "Setiap bidang perlu title dan description."});
    if (lacks("type")) flaws.push_back({"bidang tanpa type", where, "Tulis type."});
    if (schema.contains("$ref")) return;  // its fields are looked at where they are defined
    if (const auto properties = schema.find("properties"); properties != schema.end()) {
        if (schema.value("additionalProperties", Json()) != Json(false))
            flaws.push_back({"isian menerima bidang yang tidak dikenal", where,
                             "Tulis \"additionalProperties\": false."});
        for (const auto& [name, field] : properties->items()) {
            Path inner = path;
            inner.push_back(name);
            find_form_flaws(field, root, file, inner, flaws);
        }
    }
    if (const auto items = schema.find("items"); items != schema.end()) {
        Path inner = path;
        inner.push_back("[]");
        find_form_flaws(*items, root, file, inner, flaws);
    }
}

}  // namespace

struct Schema::Rules {
    Json schema;
    SchemaFit fit;
    // The schema without its topmost allOf, and each branch of that by itself: valijson stops at the first
    // branch that fails, and a clerk wants to hear of all.
    std::vector<std::unique_ptr<valijson::Schema>> compiled;
};

Schema::Schema(const Json& schema, const std::string& file) {
    refuse_bad_schema(schema, file);
    std::unique_ptr<Rules> rules(new Rules{schema, SchemaFit(schema), {}});
    nlohmann::json whole = for_valijson(schema);
    nlohmann::json branches = nlohmann::json::array();
    if (const auto all = whole.find("allOf"); all != whole.end()) {
        branches = *all;
        whole.erase(all);
    }
    branches.insert(branches.begin(), whole);
    try {
        for (nlohmann::json& branch : branches) {
            if (branch.is_object() && whole.contains("definitions"))
                branch["definitions"] = whole["definitions"];
            rules->compiled.push_back(std::make_unique<valijson::Schema>());
            valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
            parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(branch), *rules->compiled.back());
        }
    } catch (const std::exception& error) {
        throw Error(Code::data, std::string("skema tidak dapat dipakai: ") + error.what(), file,
                    "Perbaiki skema menurut JSON Schema draft-07.");
    }
    rules_ = std::move(rules);
}

Schema::~Schema() = default;

std::vector<Problem> Schema::check(const Json& data) const {
    const Json& root = rules_->schema;
    std::vector<Found> found;
    Walk(root, found).run(root, data);

    const bool settled = rules_->fit.surely(data);
    nlohmann::json copy;
    if (!settled || rules_->compiled.size() > 1) copy = data;
    const valijson::adapters::NlohmannJsonAdapter adapter(copy);
    for (const auto& compiled : rules_->compiled) {
        if (settled && compiled == rules_->compiled.front()) continue;
        if (valijson::Validator().validate(*compiled, adapter, nullptr)) continue;
        valijson::ValidationResults results;
        valijson::Validator().validate(*compiled, adapter, &results);
        for (const auto& error : results) {
            if (found.size() >= most_problems) break;
            Path path = path_of(error.context, data);
            constexpr std::string_view missing = "Missing required property '";
            if (error.description.starts_with(missing)) {
                path.push_back(
                    error.description.substr(missing.size(), error.description.size() - missing.size() - 2));
                found.push_back({std::move(path), "wajib diisi"});
                continue;
            }
            std::string what = in_indonesian(error.description, *field_at(root, path).schema, path.empty());
            if (!what.empty()) found.push_back({std::move(path), std::move(what)});
        }
        if (found.empty()) found.push_back({{}, "tidak memenuhi ketentuan isian"});
    }

    std::vector<std::pair<Field, Problem>> sorted;
    for (Found& each : found) {
        Field field = field_at(root, each.path);
        std::string remedy = field.schema->value("description", "");
        if (each.what.find("tidak dikenal") != std::string::npos)
            remedy = "Hapus bidang itu, atau perbaiki namanya.";
        // A field without a title is called by its name, which its place says already.
        const bool titled = each.path.empty() || field.title != each.path.back();
        Problem problem{(titled ? field.title + ": " : "") + each.what, printed_path(each.path),
                        std::move(remedy)};
        const bool known = std::any_of(sorted.begin(), sorted.end(), [&](const auto& other) {
            return other.second.where == problem.where && other.second.what == problem.what;
        });
        if (!known) sorted.emplace_back(std::move(field), std::move(problem));
    }
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.first.order < b.first.order; });
    std::vector<Problem> problems;
    for (auto& [field, problem] : sorted) problems.push_back(std::move(problem));
    return problems;
}

std::vector<Problem> form_flaws(const Json& schema, const std::string& file) {
    std::vector<Problem> flaws;
    find_form_flaws(schema, schema, file, {}, flaws);
    if (const auto definitions = schema.find("definitions"); definitions != schema.end())
        for (const auto& [name, definition] : definitions->items())
            find_form_flaws(definition, schema, file, {name}, flaws);
    return flaws;
}

}  // namespace naskah::generator
