#include "service/form.h"

#include <algorithm>
#include <map>

#include "core/date.h"
#include "generator/demands.h"
#include "service/field_path.h"
#include "service/form_values.h"
#include "service/http.h"

namespace naskah::service {

using generator::Demands;

namespace {

constexpr std::int64_t one_line_most = 250, short_most = 60;

const Json nothing;

bool is_empty(const Json* value) {
    if (!value || value->is_null()) return true;
    if (value->is_string()) return value->get_ref<const std::string&>().empty();
    return value->is_structured() &&
           std::all_of(value->begin(), value->end(), [](const Json& part) { return is_empty(&part); });
}

// "Tambah petugas", but "Tambah LKPM".
std::string in_sentence(std::string title) {
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (title.size() > 1 && capital(title[0]) && !capital(title[1]))
        title[0] = static_cast<char>(title[0] - 'A' + 'a');
    return title;
}

std::string sentence(std::string text) {
    if (text.empty()) return text;
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    if (!text.ends_with('.') && !text.ends_with('?')) text += '.';
    return text;
}

bool is_person(const Json& schema) {
    const auto fields = schema.find("properties");
    return fields != schema.end() && fields->contains("nama") && fields->contains("nip") &&
           fields->contains("jabatan");
}

Demands field_at(const Json& schema, const FieldPath& path, const Json& data) {
    Demands field(schema, data);
    for (const Step& step : path)
        field = step.item() ? field.item(nothing) : field.member(step.name, nothing);
    return field;
}

std::string list_title(const Json& schema, FieldPath path) {
    while (!path.empty() && path.back().item()) path.pop_back();
    return field_at(schema, path, nothing).words("title");
}

std::string rows_of(const Json& schema, const FieldPath& path) {
    std::string text;
    FieldPath so_far;
    for (const Step& step : path) {
        so_far.push_back(step);
        if (step.item())
            text += (text.empty() ? "" : ", ") + list_title(schema, so_far) + " " +
                    std::to_string(step.index + 1);
    }
    return text;
}

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// Rules speak of fields by their paths: `pelaksanaan.mulai`, `"koordinator"`. A clerk knows them by their
// titles. `place`: what the sentence is about.
std::string with_titles(const Json& schema, const FieldPath& place, const std::string& sentence) {
    std::string out;
    for (std::size_t at = 0; at < sentence.size();) {
        if (!is_name(sentence[at]) || (at > 0 && is_name(sentence[at - 1]))) {
            out += sentence[at++];
            continue;
        }
        std::size_t end = at;
        while (end < sentence.size() &&
               (is_name(sentence[end]) || sentence[end] == '[' || sentence[end] == ']' ||
                (sentence[end] == '.' && end + 1 < sentence.size() && is_name(sentence[end + 1]))))
            ++end;
        const std::string word = sentence.substr(at, end - at);
        const bool quoted =
            at > 0 && sentence[at - 1] == '"' && end < sentence.size() && sentence[end] == '"';
        const bool condition = out.ends_with("bila ");
        std::string title;
        if (const auto path = parse_path(word); path && (path->size() > 1 || condition))
            title = field_at(schema, *path, nothing).words("title");
        if (const auto path = parse_path(word); path && quoted && title.empty()) {
            const Demands list = field_at(schema, place, nothing);
            if (list.type() == "array") title = list.item(nothing).member(word, nothing).words("title");
        }
        out += title.empty() ? word : title;
        at = end;
    }
    return out;
}

class Maker {
public:
    explicit Maker(const FormAsk& ask) : ask_(ask) {
        for (const Problem& problem : ask.problems) place(problem);
    }

    Form make() {
        const Demands form(ask_.schema, ask_.data);
        const auto fields = form.own().find("properties");
        if (fields == form.own().end()) return std::move(form_);
        for (auto at = fields->begin(); at != fields->end();) {
            const std::string type = member(form, at.key()).type();
            if (type == "object" || type == "array") {
                section(form, at.key(), type);
                ++at;
                continue;
            }
            // Single fields that follow each other make a section without a heading.
            std::vector<std::string> names;
            for (; at != fields->end(); ++at) {
                const std::string next = member(form, at.key()).type();
                if (next == "object" || next == "array") break;
                names.push_back(at.key());
            }
            plain_section(form, names);
        }
        summarise();
        return std::move(form_);
    }

private:
    struct Flaw {
        std::string text;  // as it stands at the field
        bool missing;
    };

    const Json& value_of(const std::string& path) const {
        const auto parsed = parse_path(path);
        const Json* found = parsed ? value_at(ask_.data, *parsed) : nullptr;
        return found ? *found : nothing;
    }

    Demands member(const Demands& group, const std::string& name, const Json& within) const {
        const auto found = within.is_object() ? within.find(name) : within.end();
        return group.member(name, within.is_object() && found != within.end() ? *found : nothing);
    }
    Demands member(const Demands& group, const std::string& name) const {
        return member(group, name, ask_.data);
    }

    // "Nama petugas: wajib diisi" at the field of that title says "Wajib diisi."
    std::string at_field(const Problem& problem) const {
        const Problem said = ask_.say_problem(problem);
        std::string what = said.what;
        std::string title, hint;
        if (const auto path = parse_path(problem.where)) {
            const Demands field = field_at(ask_.schema, *path, ask_.data);
            title = field.words("title");
            hint = field.words("description");
            if (title.empty() && path->back().item() && path->size() > 1)
                title = list_title(ask_.schema, *path);
        }
        if (!title.empty() && what.starts_with(title + ": ")) what.erase(0, title.size() + 2);
        what = sentence(std::move(what));
        if (!said.remedy.empty() && problem.remedy != hint) what += " " + sentence(said.remedy);
        return what;
    }

    void place(Problem problem) {
        const auto path = parse_path(problem.where);
        const Json* value = path ? value_at(ask_.data, *path) : nullptr;
        const bool missing = path && is_empty(value);
        ++(missing ? form_.missing : form_.wrong);
        std::string rows;
        if (path) {
            auto& counts = counts_[path->front().name];
            ++(missing ? counts.missing : counts.wrong);
            problem.what = with_titles(ask_.schema, *path, problem.what);
            problem.remedy = with_titles(ask_.schema, *path, problem.remedy);
            flaws_[problem.where].push_back({at_field(problem), missing});
            rows = rows_of(ask_.schema, *path);
        }
        const std::string words = ask_.say_problem(problem).what;
        problems_.push_back({problem, (rows.empty() ? "" : rows + ": ") + words});
    }

    // What stands at the field of this path, or empty.
    std::string error_at(const std::string& path) {
        shown_.insert({path, element_id(path)});
        const auto found = flaws_.find(path);
        if (found == flaws_.end()) return {};
        std::string text;
        for (const Flaw& flaw : found->second)
            if (ask_.all_problems || !flaw.missing) text += (text.empty() ? "" : " ") + flaw.text;
        if (!text.empty())
            form_.errors.push_back({{"id", element_id(path, "g")}, {"nama", path}, {"galat", text}});
        return text;
    }

    Json frame(const std::string& path, const Demands& field, bool needed, std::string title) {
        return {{"id", element_id(path)},
                {"nama", path},
                {"galat_id", element_id(path, "g")},
                {"judul", std::move(title)},
                {"hint", field.words("description")},
                {"wajib", needed},
                {"galat", error_at(path)}};
    }

    std::string state_of(const Json& section) const {
        const auto count = [&](const char* name) { return section.at(name).get<std::size_t>(); };
        if (count("salah") > 0) return ask_.say(std::to_string(count("salah")) + " perlu diperbaiki");
        if (count("kurang") > 0) return ask_.say(std::to_string(count("kurang")) + " belum diisi");
        return ask_.say(section.at("kosong").get<bool>() ? "boleh kosong" : "lengkap");
    }

    Json& begin_section(const std::string& id, const std::string& title,
                        const std::vector<std::string>& names, bool empty, bool needed) {
        Json section = {{"id", id},         {"judul", title}, {"kosong", empty && !needed},
                        {"salah", 0},       {"kurang", 0},    {"keadaan_id", id + "-keadaan"},
                        {"lengkap", false}, {"polos", false}};
        std::size_t wrong = 0, missing = 0;
        for (const std::string& name : names) {
            wrong += counts_[name].wrong;
            missing += counts_[name].missing;
        }
        section["salah"] = wrong;
        section["kurang"] = missing;
        section["kata"] = state_of(section);
        section["lengkap"] = wrong == 0 && missing == 0 && !section.at("kosong").get<bool>();
        form_.sections.push_back(section);
        return form_.sections.back();
    }

    void plain_section(const Demands& form, const std::vector<std::string>& names) {
        std::string title;
        bool empty = true, needed = false;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string own = title_of(member(form, names[i]), names[i]);
            if (i == 0) title = own;
            if (i == 1) title += names.size() == 2 ? " dan " + in_sentence(own) : " dan lainnya";
            empty = empty && is_empty(&value_of(names[i]));
            needed = needed || form.required(names[i]);
        }
        const std::string id = element_id(names.front(), "b");
        begin_section(id, title, names, empty, needed)["polos"] = true;  // it shows no state of its own
        add("polos", {{"id", id}});
        for (const std::string& name : names)
            field(member(form, name), name, value_of(name), form.required(name));
        add("polos_tutup", true);
    }

    void section(const Demands& form, const std::string& name, const std::string& type) {
        const Demands demands = member(form, name);
        const Json& value = value_of(name);
        const bool needed = form.required(name), empty = is_empty(&value);
        const std::string title = title_of(demands, name);
        const std::string id = element_id(name, "b");
        const Json state = begin_section(id, title, {name}, empty, needed);
        Json head = frame(name, demands, needed, title);
        head["bagian_id"] = id;
        for (const char* part : {"keadaan_id", "kata", "lengkap", "salah", "kurang"})
            head[part] = state.at(part);
        head["buka"] =
            needed || !empty || ask_.focus.starts_with(name) || !head.at("galat").get<std::string>().empty();
        add("bagian", std::move(head));
        if (type == "object")
            group_fields(demands, name, value);
        else
            rows(demands, name, value, needed, title);
        add("bagian_tutup", true);
    }

    static std::string title_of(const Demands& field, const std::string& name) {
        std::string title = field.words("title");
        return title.empty() ? name : title;
    }

    void group_fields(const Demands& group, const std::string& path, const Json& value) {
        if (is_person(group.own())) choice_of_people(path, path);
        const auto fields = group.own().find("properties");
        if (fields == group.own().end()) return;
        for (const auto& [name, unused] : fields->items()) {
            const Demands demands = member(group, name, value);
            const auto found = value.is_object() ? value.find(name) : value.end();
            field(demands, path + "." + name, value.is_object() && found != value.end() ? *found : nothing,
                  group.required(name));
        }
    }

    // A field of any kind: a group or list inside a section, or one input.
    void field(const Demands& demands, const std::string& path, const Json& value, bool needed) {
        const std::string name = path.substr(path.rfind('.') + 1);
        const std::string title = title_of(demands, name);
        const std::string type = demands.type();
        if (type == "object") {
            add("grup", frame(path, demands, needed, title));
            group_fields(demands, path, value);
            add("grup_tutup", true);
        } else if (type == "array") {
            add("daftar", frame(path, demands, needed, title));
            rows(demands, path, value, needed, title);
            add("daftar_tutup", true);
        } else {
            input(demands, path, value, needed, title);
        }
    }

    void rows(const Demands& list, const std::string& path, const Json& value, bool needed,
              const std::string& title) {
        const std::size_t there = value.is_array() ? value.size() : 0;
        // A list that must not be empty begins with a row.
        const std::size_t count = there == 0 && needed ? 1 : there;
        bool pictures = false;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string row_path = path + "[" + std::to_string(i) + "]";
            const Json& row_value = i < there ? value[i] : nothing;
            const Demands item = list.item(row_value);
            Json row = {{"id", element_id(row_path)},
                        {"nama", row_path},
                        {"galat_id", element_id(row_path, "g")},
                        {"judul", title + " " + std::to_string(i + 1)},
                        {"galat", ""},
                        {"isi", item.type() == "object"}};
            const bool first = i == 0;
            if (item.type() == "object") {
                row["galat"] = error_at(row_path);
                focus_next_ = ask_.focus == row_path;
                add("baris", row);
                group_fields(item, row_path, row_value);
            } else {
                focus_next_ = ask_.focus == row_path;
                add("baris", row);
                input(item, row_path, row_value, true, row.at("judul").get<std::string>());
            }
            focus_next_ = false;
            row["naik"] = first ? "" : "naik " + row_path;
            row["hapus"] = "hapus " + row_path;
            add("baris_tutup", std::move(row));
        }
        const Demands item = list.item(nothing);
        if (const auto fields = item.own().find("properties"); fields != item.own().end())
            for (const auto& [name, unused] : fields->items())
                pictures = pictures || item.member(name, nothing).words("format") == "gambar";
        add("tambah", {{"aksi", "tambah " + path},
                       {"kata", ask_.say("Tambah " + in_sentence(title))},
                       {"id", element_id(path, "t")},
                       {"unggah", pictures ? "berkas:" + path + "[]" : ""}});
    }

    void choice_of_people(const std::string& path, const std::string& id_path) {
        if (ask_.people.empty()) return;
        Json choices = Json::array();
        for (const Candidate& person : ask_.people)
            choices.push_back({{"nilai", person.key}, {"kata", person.name + ", " + person.post}});
        add("orang", {{"id", element_id(id_path, "o")},
                      {"nama", "orang:" + path},
                      {"aksi", "isi " + path},
                      {"pilihan", std::move(choices)}});
    }

    void input(const Demands& demands, const std::string& path, const Json& value, bool needed,
               const std::string& title) {
        const Json& schema = demands.own();
        Json made = frame(path, demands, needed, title);
        std::string text = shown(value);
        const std::string format = demands.words("format");
        const std::int64_t most = schema.value("maxLength", std::int64_t{10'000});
        Input kind = input_of(schema);
        // A date that is none would vanish in a date's input: it stays text until it is one.
        if (kind == Input::date && !text.empty() && !parse_date(text)) kind = Input::text;
        if (kind == Input::time && !text.empty() && !(text.size() == 5 && text[2] == ':' && to_clock(text)))
            kind = Input::text;
        for (const char* name :
             {"teks", "panjang", "tanggal", "jam", "pilih", "ya_tidak", "centang", "gambar"})
            made[name] = false;
        made["nilai"] = text;
        made["isyarat"] = "text";
        made["tinggi"] = most > 600 ? "4" : "2";
        made["fokus"] = focus_next_;
        made["pilihan"] = Json::array();
        made["ya"] = value == true;
        made["tidak"] = value == false;
        made["lebar"] = "isian-lebar";
        const bool few = kind != Input::text && kind != Input::lines && kind != Input::picture;
        if (few || most <= short_most || format == "nip" || format == "nib") made["lebar"] = "isian-pendek";
        switch (kind) {
            case Input::text:
                made[most > one_line_most ? "panjang" : "teks"] = true;
                if (format == "nip" || format == "nib" || format == "nik" || format == "kbli")
                    made["isyarat"] = "numeric";
                break;
            case Input::lines:
                made["panjang"] = true;
                made["tinggi"] = "6";
                break;
            case Input::date: made["tanggal"] = true; break;
            case Input::time: made["jam"] = true; break;
            case Input::integer:
            case Input::number:
                made["teks"] = true;
                made["isyarat"] = kind == Input::integer ? "numeric" : "decimal";
                break;
            case Input::truth: made[needed ? "ya_tidak" : "centang"] = true; break;
            case Input::choice: choices(schema, value, made); break;
            case Input::picture:
                made["gambar"] = true;
                made["hint"] = ask_.say("Berkas PNG atau JPEG, paling besar 20 MB.");
                made["unggah"] = "berkas:" + path;
                made["alamat"] = text.empty() ? "" : ask_.address + "/gambar?nama=" + encode_percent(text);
                break;
        }
        // A truth that is neither stays visible as what it is.
        if (kind == Input::truth && !value.is_boolean() && !text.empty()) {
            made["ya_tidak"] = made["centang"] = false;
            made["teks"] = true;
        }
        focus_next_ = false;
        add("bidang", std::move(made));
    }

    void choices(const Json& schema, const Json& value, Json& made) {
        made["pilih"] = true;
        bool known = value.is_null();
        for (const Json& one : schema.at("enum")) {
            const bool chosen = value == one;
            known = known || chosen;
            made["pilihan"].push_back({{"nilai", shown(one)}, {"kata", shown(one)}, {"dipilih", chosen}});
        }
        if (!known && !shown(value).empty())
            made["pilihan"].push_back({{"nilai", shown(value)}, {"kata", shown(value)}, {"dipilih", true}});
    }

    void add(const char* what, Json part) {
        Json one = Json::object();
        one[what] = std::move(part);
        form_.parts.push_back(std::move(one));
    }

    // Every problem, with the nearest place on the page.
    void summarise() {
        for (const auto& [problem, words] : problems_) {
            std::string target;
            for (auto path = parse_path(problem.where); path && !path->empty() && target.empty();
                 path->pop_back())
                if (const auto found = shown_.find(to_string(*path)); found != shown_.end())
                    target = "#" + found->second;
            form_.summary.push_back({{"kata", words}, {"alamat", target}});
        }
    }

    struct Counts {
        std::size_t missing = 0, wrong = 0;
    };
    const FormAsk& ask_;
    Form form_;
    std::map<std::string, std::vector<Flaw>> flaws_;
    std::map<std::string, Counts> counts_;
    std::vector<std::pair<Problem, std::string>> problems_;
    std::map<std::string, std::string> shown_;  // the id of each place that can hold a problem
    bool focus_next_ = false;
};

}  // namespace

Form make_form(const FormAsk& ask) { return Maker(ask).make(); }

std::string row_words(const Json& schema, const std::string& path) {
    const auto parsed = parse_path(path);
    return parsed ? rows_of(schema, *parsed) : "";
}

}  // namespace naskah::service
