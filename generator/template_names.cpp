#include "generator/template_names.h"

#include <deque>
#include <map>

#include "generator/nearest.h"

namespace naskah::generator {
namespace {

const Json& nothing() {
    static const Json null;
    return null;
}

// Walks the tokens with the schema of what each plain name would be looked up in.
class Walk {
public:
    Walk(const std::vector<Token>& tokens, const Json& schema) : tokens_(tokens), root_(schema) {}

    std::vector<Problem> run() {
        walk();
        return std::move(problems_);
    }

    std::set<const Json*> used() {
        walk();
        return std::move(used_);
    }

private:
    void walk() {
        for (const Token& token : tokens_) {
            if (token.type == Token::Type::text) continue;
            if (token.type == Token::Type::close) {
                if (tokens_[token.partner].type == Token::Type::open) frames_.pop_back();
                continue;
            }
            const Json& schema = look_up(token);
            if (!token.pipes.empty() || token.type == Token::Type::value) use_parts(schema);
            if (token.type == Token::Type::open) frames_.push_back(inside(token, schema));
        }
    }

    // A pipe over an object or a list reads what is in it: {{jadwal|rentang}}.
    void use_parts(const Json& schema) {
        if (!schema.is_object()) return;
        const Json& of = schema.contains("items") ? resolved(schema.at("items"), root_) : schema;
        if (&of != &schema) return;  // the items of a list speak for themselves
        if (const auto parts = of.find("properties"); parts != of.end())
            for (const auto& [name, part] : parts->items()) used_.insert(&part);
    }

    // What a section makes of the names inside it. `names` null: they stay as they are around it.
    struct Frame {
        const Json* names = nullptr;  // schema of the scope
        const Json* self = nullptr;   // schema of {{.}}
        bool list = false;
    };

    // Both halves of a pair are items of the list, and know their number.
    const Json& pair_of(const Json& item) {
        Json numbered = item;
        numbered["properties"]["nomor"] = {{"type", "integer"}};
        made_.push_back({{"type", "object"}, {"properties", {{"kiri", numbered}, {"kanan", numbered}}}});
        if (item.contains("properties"))
            for (const auto& [side, copy] : made_.back().at("properties").items())
                for (const auto& [name, part] : item.at("properties").items())
                    copy_of_[&copy.at("properties").at(name)] = &part;
        return made_.back();
    }

    Frame inside(const Token& token, const Json& schema) {
        const std::string type = schema.is_object() ? schema.value("type", "") : "";
        const Json& item =
            schema.is_object() && schema.contains("items") ? resolved(schema.at("items"), root_) : nothing();
        if (!token.pipes.empty()) {
            switch (token.pipes.back().gives()) {
                case Pipe::Gives::plain: return {nullptr, &nothing(), false};
                case Pipe::Gives::lines: return {&nothing(), &nothing(), true};
                case Pipe::Gives::item: return {&item, &item, false};
                case Pipe::Gives::list: return {&item, &item, true};
                case Pipe::Gives::pairs: return {&pair_of(item), &nothing(), true};
            }
        }
        if (type == "array") return {&item, &item, true};
        if (type == "object") return {&schema, &schema, false};
        return {nullptr, &schema, false};
    }

    const Json& look_up(const Token& token) {
        const std::string& first = token.path.front();
        if (first == ".") {
            if (frames_.empty()) complain(token, "{{.}} di luar bagian", {});
            return frames_.empty() ? nothing() : *frames_.back().self;
        }
        if (first.front() == '@') {
            for (const Frame& frame : frames_)
                if (frame.list) return nothing();
            complain(token, "{{" + token.text + "}} di luar daftar", {});
            return nothing();
        }
        const Json* schema = &root_;
        std::size_t next = 0;
        if (first == "isian") {
            next = 1;
        } else if (surroundings_schema().at("properties").contains(first)) {
            schema = &surroundings_schema();
        } else {
            for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
                if (!frame->names) continue;
                schema = frame->names;
                break;
            }
        }
        for (; next < token.path.size(); ++next) {
            const Json& properties =
                schema->is_object() && schema->contains("properties") ? schema->at("properties") : nothing();
            const auto found = properties.is_object() ? properties.find(token.path[next]) : properties.end();
            if (found == properties.end()) {
                complain(token,
                         "nama \"" + token.path[next] + "\" pada {{" + token.text + "}} tidak ada di skema",
                         suggestion(token.path[next], properties));
                return nothing();
            }
            const auto original = copy_of_.find(&*found);
            used_.insert(original == copy_of_.end() ? &*found : original->second);
            schema = &resolved(*found, root_);
        }
        return *schema;
    }

    static std::string suggestion(const std::string& name, const Json& properties) {
        std::vector<std::string> names;
        if (properties.is_object())
            for (const auto& [known, unused] : properties.items()) names.push_back(known);
        const std::string near = nearest(name, names);
        return near.empty() ? "Perbaiki nama itu, atau tambahkan bidangnya ke data.schema.json."
                            : "Apakah maksudnya \"" + near + "\"?";
    }

    void complain(const Token& token, std::string what, std::string remedy) {
        problems_.push_back({std::move(what), token.where, std::move(remedy)});
    }

    const std::vector<Token>& tokens_;
    const Json& root_;
    std::deque<Json> made_;
    std::map<const Json*, const Json*> copy_of_;
    std::set<const Json*> used_;
    std::vector<Frame> frames_;
    std::vector<Problem> problems_;
};

}  // namespace

const Json& surroundings_schema() {
    static const Json schema = parse_json(R"({
      "type": "object",
      "properties": {
        "kantor": {"type": "object", "properties": {
          "nama": {"type": "string"}, "singkatan": {"type": "string"}, "tempat": {"type": "string"},
          "zona": {"type": "string"}, "kepala": {"type": "string"}, "unit": {"type": "string"},
          "bidang": {"type": "string"}, "kalimat_kaki": {"type": "string"}, "alamat_publik": {"type": "string"},
          "kop": {"type": "object", "properties": {
            "pemerintah": {"type": "string"}, "lambang": {"type": "string"}, "tanda_kaki": {"type": "string"},
            "dinas": {"type": "array", "items": {"type": "string"}},
            "alamat": {"type": "array", "items": {"type": "string"}}}}}},
        "surat": {"type": "object", "properties": {
          "nomor": {"type": "string"}, "tanggal": {"type": "string"}, "tempat": {"type": "string"},
          "kode": {"type": "string"}, "kode_periksa": {"type": "string"}, "alamat_periksa": {"type": "string"},
          "konsep": {"type": "boolean"}}},
        "penandatangan": {"type": "object", "properties": {
          "nama": {"type": "string"}, "id": {"type": "string"}, "pangkat": {"type": "string"},
          "nip": {"type": "string"}, "sebagai": {"type": "string"},
          "jabatan": {"type": "array", "items": {"type": "string"}}}}
      }})",
                                          "surroundings");
    return schema;
}

const Json& resolved(const Json& schema, const Json& root) {
    const Json* at = &schema;
    for (int hops = 0; hops < 16; ++hops) {
        if (!at->is_object() || !at->contains("$ref")) return *at;
        const Json& reference = at->at("$ref");
        if (!reference.is_string() || !reference.get_ref<const std::string&>().starts_with("#/"))
            return nothing();
        const Json::json_pointer pointer(reference.get_ref<const std::string&>().substr(1));
        if (!root.contains(pointer)) return nothing();
        at = &root.at(pointer);
    }
    return nothing();
}

std::vector<Problem> find_unknown_names(const std::vector<Token>& tokens, const Json& schema) {
    return Walk(tokens, schema).run();
}

void find_used_fields(const std::vector<Token>& tokens, const Json& schema, std::set<const Json*>& used) {
    used.merge(Walk(tokens, schema).used());
}

}  // namespace naskah::generator
