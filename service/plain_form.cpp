#include "service/plain_form.h"

#include <algorithm>

#include "core/text.h"
#include "service/field_path.h"

namespace naskah::service {
namespace {

using Kind = PlainField::Kind;

bool is_about(const Problem& problem, const std::string& name) {
    return problem.where == name || (problem.where.starts_with(name) && (problem.where[name.size()] == '[' ||
                                                                         problem.where[name.size()] == '.'));
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

std::string sentence(const Problem& problem, const Say& say) {
    std::string what = say(problem.what);
    if (!what.empty() && what[0] >= 'a' && what[0] <= 'z') what[0] = static_cast<char>(what[0] - 'a' + 'A');
    if (!what.empty() && what.back() != '.' && what.back() != '?') what += '.';
    return problem.remedy.empty() ? what : what + " " + say(problem.remedy);
}

}  // namespace

PlainForm plain_form(const std::vector<PlainField>& fields, const std::vector<Problem>& problems,
                     const Say& say) {
    PlainForm form;
    std::vector<bool> placed(problems.size(), false);
    for (const PlainField& field : fields) {
        const std::string id = element_id(field.name);
        std::string error;
        for (std::size_t i = 0; i < problems.size(); ++i) {
            if (placed[i] || !is_about(problems[i], field.name)) continue;
            placed[i] = true;
            const std::string said = sentence(problems[i], say);
            error += (error.empty() ? "" : " ") + said;
            form.problems.push_back({{"kata", say(field.title) + ": " + said}, {"alamat", "#" + id}});
        }
        Json part = {
            {"id", id},
            {"nama", field.name},
            {"judul", say(field.title)},
            {"hint", say(field.hint)},
            {"galat", error},
            {"wajib", field.required},
            {"nilai", field.value},
            {"paling", field.most},
            {"tinggi", field.rows},
            {"lebar", field.wide ? "lebar" : ""},
            {"uraian", (field.hint.empty() ? "" : id + "-b") + (error.empty() ? "" : " " + id + "-g")},
            {"teks", field.kind == Kind::text},
            {"panjang", field.kind == Kind::lines},
            {"tanggal", field.kind == Kind::date},
            {"pilih", field.kind == Kind::choice},
            {"radio", field.kind == Kind::radio},
            {"banyak", field.kind == Kind::many},
            {"centang", field.kind == Kind::switch_},
            {"ya", field.value == "ya"},
            {"pilihan", Json::array()},
            {"saran", field.suggestions}};
        int number = 0;
        for (const auto& [value, words] : field.options)
            part["pilihan"].push_back(
                {{"nilai", value},
                 {"kata", words},
                 {"dipilih", field.kind == Kind::many ? contains(field.values, value) : value == field.value},
                 {"id", id + "-" + std::to_string(++number)},
                 {"nama", field.name}});
        form.fields.push_back(std::move(part));
    }
    for (std::size_t i = 0; i < problems.size(); ++i)
        if (!placed[i])
            form.problems.push_back({{"kata", (problems[i].where.empty() ? "" : problems[i].where + ": ") +
                                                  sentence(problems[i], say)},
                                     {"alamat", ""}});
    return form;
}

std::string sent_text(const Fields& sent, std::string_view name) {
    std::string text;
    for (const char c : sent.get(name))
        if (c != '\r') text += c;
    return trim(text);
}

void take_sent(std::vector<PlainField>& fields, const Fields& sent) {
    for (PlainField& field : fields) {
        field.values.clear();
        if (field.kind != Kind::many) field.value = sent_text(sent, field.name);
        // Only what was offered can have been chosen.
        if (field.kind == Kind::many)
            for (const auto& [value, words] : field.options)
                for (const std::string_view one : sent.every(field.name))
                    if (one == value && !contains(field.values, value)) field.values.push_back(value);
    }
}

}  // namespace naskah::service
