#include "workflow/rules.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "core/words.h"

namespace naskah::workflow {
namespace {

struct Place {
    std::string path;  // "sanksi[2].tanggal"
    const Json* value;
};

// All values at a path such as "proyek[].perizinan[].tanggal"; absent ones are left out.
std::vector<Place> places(const Json& data, const std::string& path) {
    std::vector<Place> at{{"", &data}};
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find('.', start), path.size());
        std::string name = path.substr(start, end - start);
        const bool each = name.ends_with("[]");
        if (each) name.resize(name.size() - 2);
        std::vector<Place> next;
        for (const Place& place : at) {
            if (!place.value->is_object() || !place.value->contains(name)) continue;
            const Json& member = place.value->at(name);
            const std::string here = place.path.empty() ? name : place.path + "." + name;
            if (!each)
                next.push_back({here, &member});
            else if (member.is_array())
                for (std::size_t i = 0; i < member.size(); ++i)
                    next.push_back({here + "[" + std::to_string(i) + "]", &member[i]});
        }
        at = std::move(next);
        start = end + 1;
    }
    return at;
}

// A path, or a list of them.
std::vector<std::string> names(const Json& rule, const char* key) {
    const Json& value = rule.at(key);
    if (value.is_array()) return value.get<std::vector<std::string>>();
    return {value.get<std::string>()};
}

struct Dated {
    std::string path;
    Date date;
};

std::vector<Dated> dates(const Json& rule, const char* key, const Json& data) {
    std::vector<Dated> found;
    for (const std::string& name : names(rule, key))
        for (const Place& place : places(data, name))
            if (const auto date =
                    place.value->is_string() ? parse_date(place.value->get<std::string>()) : std::nullopt)
                found.push_back({place.path, *date});
    return found;
}

// {"field": ..., "nilai": ...}: has the field that value?
bool holds(const Json& condition, const Json& data) {
    const auto found = places(data, condition.at("field").get<std::string>());
    return std::any_of(found.begin(), found.end(),
                       [&](const Place& place) { return *place.value == condition.at("nilai"); });
}

struct Case {
    const Json& rule;
    const Json& data;
    Date letter;
    const Workdays& workdays;
    std::vector<Problem>& problems;
    std::vector<Problem>& warnings;

    int number(const char* key) const { return rule.at(key).get<int>(); }
    std::string text(const char* key) const { return rule.at(key).get<std::string>(); }

    // The day that is `hari` calendar days or `hari_kerja` working days after `day`.
    Date later(Date day) const {
        return rule.contains("hari_kerja") ? workdays.add(day, number("hari_kerja"))
                                           : add_days(day, number("hari"));
    }
    std::string span() const {
        const bool working = rule.contains("hari_kerja");
        return with_words(number(working ? "hari_kerja" : "hari")) + (working ? " hari kerja" : " hari");
    }
    // Without the year's table, a holiday may have passed for a working day.
    void mind_the_table(Date day, const std::string& path) const {
        if (workdays.knows_year(year_of(day))) return;
        Problem problem{"tabel hari libur belum memuat tahun " + std::to_string(year_of(day)), path,
                        "Lengkapi libur.json dari SKB hari libur tahun itu."};
        if (std::find(warnings.begin(), warnings.end(), problem) == warnings.end())
            warnings.push_back(std::move(problem));
    }
};

// The letter is signed at least `hari` days before a day; if that falls on no working day, the last one
// before it. `kecuali`: {"field","nilai","alasan"}: there, a reason given in the field `alasan` turns the
// refusal into a warning.
void issued_before(const Case& c) {
    for (const Dated& day : dates(c.rule, "tanggal", c.data)) {
        const Date last = c.workdays.on_or_before(add_days(day.date, -c.number("hari")));
        c.mind_the_table(last, day.path);
        if (c.letter <= last) continue;
        Problem problem{"surat harus ditandatangani paling lambat " + day_name(last) + ", " + to_long(last) +
                            ", sebelum " + to_long(day.date) + "; hari ini " + to_long(c.letter),
                        day.path, "Undurkan pelaksanaannya."};
        const auto except = c.rule.find("kecuali");
        if (c.letter > day.date || except == c.rule.end() || !holds(*except, c.data)) {
            c.problems.push_back(std::move(problem));
            continue;
        }
        const std::string reason = except->at("alasan").get<std::string>();
        if (!places(c.data, reason).empty()) {
            problem.remedy = "Diterima karena alasan yang ditulis; alasan itu tersimpan bersama surat.";
            c.warnings.push_back(std::move(problem));
        } else {
            problem.remedy = "Undurkan pelaksanaannya, atau tulis alasannya pada " + reason + ".";
            c.problems.push_back(std::move(problem));
        }
    }
}

void not_after_letter(const Case& c) {
    for (const Dated& day : dates(c.rule, "tanggal", c.data))
        if (day.date > c.letter)
            c.problems.push_back(
                {"tanggal " + to_long(day.date) + " sesudah tanggal surat (" + to_long(c.letter) + ")",
                 day.path, "Perbaiki tanggalnya, atau terbitkan surat pada atau sesudah hari itu."});
}

void after_letter(const Case& c) {
    for (const Dated& day : dates(c.rule, "tanggal", c.data))
        if (day.date < c.letter)
            c.problems.push_back({"tanggal " + to_long(day.date) + " sudah lewat pada tanggal surat (" +
                                      to_long(c.letter) + ")",
                                  day.path, "Isi tanggal pada atau sesudah tanggal surat."});
}

void in_order(const Case& c) {
    const auto days = dates(c.rule, "tanggal", c.data);
    for (std::size_t i = 1; i < days.size(); ++i)
        if (days[i].date < days[i - 1].date)
            c.problems.push_back({"tanggal " + to_long(days[i].date) + " mendahului " + days[i - 1].path +
                                      " (" + to_long(days[i - 1].date) + ")",
                                  days[i].path, "Periksa kedua tanggal itu."});
}

void on_workday(const Case& c) {
    for (const Dated& day : dates(c.rule, "tanggal", c.data)) {
        c.mind_the_table(day.date, day.path);
        if (!c.workdays.is_workday(day.date))
            c.warnings.push_back(
                {to_long(day.date) + " bukan hari kerja (" + c.workdays.reason(day.date) + ")", day.path,
                 "Abaikan bila memang demikian."});
    }
}

// A promise of the service: late is late, but the letter must still go out.
void no_later_than(const Case& c) {
    const auto since = dates(c.rule, "sejak", c.data);
    if (since.empty()) return;
    const Dated start = *std::max_element(since.begin(), since.end(),
                                          [](const Dated& a, const Dated& b) { return a.date < b.date; });
    const Date last = c.later(start.date);
    c.mind_the_table(last, start.path);
    if (c.letter > last)
        c.warnings.push_back({"batas waktu terlewati sejak " + to_long(last) + ": " + c.text("pesan"),
                              start.path, "Catat sebab keterlambatannya."});
}

std::string shown(const Json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "ya" : "tidak";
    return value.is_string() ? "\"" + value.get<std::string>() + "\"" : dump_json(value);
}

std::size_t count_of(const Case& c) {
    const auto found = places(c.data, c.text("daftar") + "[]." + c.text("field"));
    return static_cast<std::size_t>(std::count_if(
        found.begin(), found.end(), [&](const Place& place) { return *place.value == c.rule.at("nilai"); }));
}

// A number that means an item of a list means one that is there.
void place_exists(const Case& c) {
    const std::size_t count = places(c.data, c.text("daftar") + "[]").size();
    for (const Place& place : places(c.data, c.text("field")))
        if (place.value->is_number_integer() &&
            (*place.value < 1 || *place.value > static_cast<std::int64_t>(count)))
            c.problems.push_back({"nomor " + dump_json(*place.value) + " tidak ada: " + c.text("daftar") +
                                      " berisi " + std::to_string(count),
                                  place.path, "Pakai nomor urut dari daftar itu."});
}

void exactly_one(const Case& c) {
    if (const std::size_t count = count_of(c); count != 1)
        c.problems.push_back({"harus tepat satu butir dengan \"" + c.text("field") +
                                  "\": " + shown(c.rule.at("nilai")) + "; sekarang " + std::to_string(count),
                              c.text("daftar"), "Tandai tepat satu."});
}

void at_most_one(const Case& c) {
    if (const std::size_t count = count_of(c); count > 1)
        c.problems.push_back({"paling banyak satu butir dengan \"" + c.text("field") +
                                  "\": " + shown(c.rule.at("nilai")) + "; sekarang " + std::to_string(count),
                              c.text("daftar"), "Tandai paling banyak satu."});
}

void unique(const Case& c) {
    std::map<std::string, std::string> seen;
    for (const Place& place : places(c.data, c.text("daftar") + "[]." + c.text("field"))) {
        std::string key =
            place.value->is_string() ? place.value->get<std::string>() : dump_json(*place.value);
        std::erase(key, ' ');
        const auto [first, is_new] = seen.emplace(key, place.path);
        if (!is_new)
            c.problems.push_back(
                {"sama dengan " + first->second, place.path, "Satu orang atau benda ditulis sekali saja."});
    }
}

// Every item of the lists has the field, with the value.
void all(const Case& c) {
    for (const std::string& list : names(c.rule, "daftar"))
        for (const Place& item : places(c.data, list + "[]")) {
            const auto field = item.value->find(c.text("field"));
            if (field == item.value->end() || *field != c.rule.at("nilai"))
                c.problems.push_back({c.text("pesan"), item.path + "." + c.text("field"),
                                      "Perbaiki isian itu atau hasilnya."});
        }
}

// Fields that belong to one case only: there they mean something, elsewhere they are left over from another
// draft.
void only_if(const Case& c) {
    for (const std::string& field : names(c.rule, "field"))
        for (const Place& place : places(c.data, field)) {
            const bool empty = place.value->is_array() && place.value->empty();
            if (!empty)
                c.problems.push_back({"hanya diisi bila " + c.rule.at("bila").at("field").get<std::string>() +
                                          " adalah " + shown(c.rule.at("bila").at("nilai")),
                                      place.path, "Hapus isian ini."});
        }
}

// Sanctions before a revocation (Perban BKPM 5/2021 ps. 59 and 61): each later than the one before, a second
// warning only after a first; the last is one that a revocation may follow, and its time to comply has
// passed.
void sanction_chain(const Case& c) {
    const std::string list = c.text("daftar");
    const auto items = places(c.data, list + "[]");
    if (items.empty()) return;  // whether there must be any is the schema's to say
    const std::map<std::string_view, std::string_view> needs{{"peringatan kedua", "peringatan pertama"},
                                                             {"peringatan ketiga", "peringatan kedua"}};
    std::set<std::string> before;
    std::optional<Date> last_day;
    for (const Place& item : items) {
        const std::string kind = item.value->at("jenis").get<std::string>();
        const Date day = *parse_date(item.value->at("tanggal").get<std::string>());
        if (last_day && day < *last_day)
            c.problems.push_back(
                {"sanksi tidak berurutan menurut tanggal", item.path + ".tanggal", "Urutkan sanksinya."});
        if (!before.insert(kind).second)
            c.problems.push_back({kind + " ditulis dua kali", item.path + ".jenis", "Hapus salah satunya."});
        if (const auto need = needs.find(kind);
            need != needs.end() && !before.contains(std::string(need->second)))
            c.problems.push_back({kind + " tanpa " + std::string(need->second) + " sebelumnya",
                                  item.path + ".jenis", "Lengkapi rantai sanksinya."});
        last_day = day;
    }
    const Json& last = *items.back().value;
    const std::string kind = last.at("jenis").get<std::string>();
    if (kind != "penghentian sementara" && kind != "peringatan pertama dan terakhir") {
        c.problems.push_back(
            {"pencabutan baru dapat menyusul penghentian sementara atau peringatan pertama dan terakhir; "
             "sanksi "
             "terakhir di sini " +
                 kind,
             items.back().path + ".jenis",
             "Lengkapi rantai sanksinya, atau nyatakan pelanggaran berat bila terbukti."});
        return;
    }
    const Date due = c.later(*last_day);
    c.mind_the_table(due, items.back().path + ".tanggal");
    if (c.letter <= due)
        c.problems.push_back({"jangka waktu " + c.span() + " sejak " + kind + " (" + to_long(*last_day) +
                                  ") baru berakhir pada " + to_long(due),
                              items.back().path + ".tanggal", "Terbitkan keputusan sesudah hari itu."});
}

// "peringatan_mandat" looks at the signer, not at the data: Office::signer_of warns.
void about_mandates(const Case&) {}

struct Rule {
    void (*check)(const Case&);
    std::string_view needs;  // members that it must have; "a|b": one of them
};

const std::map<std::string_view, Rule>& vocabulary() {
    static const std::map<std::string_view, Rule> rules{
        {"terbit_sebelum", {issued_before, "tanggal hari"}},
        {"tidak_setelah_surat", {not_after_letter, "tanggal"}},
        {"setelah_surat", {after_letter, "tanggal"}},
        {"urut", {in_order, "tanggal"}},
        {"hari_kerja", {on_workday, "tanggal"}},
        {"paling_lambat", {no_later_than, "sejak hari|hari_kerja pesan"}},
        {"tepat_satu", {exactly_one, "daftar field nilai"}},
        {"paling_banyak_satu", {at_most_one, "daftar field nilai"}},
        {"unik", {unique, "daftar field"}},
        {"tempat_ada", {place_exists, "field daftar"}},
        {"semua", {all, "daftar field nilai pesan"}},
        {"hanya_bila", {only_if, "field bila"}},
        {"rantai_sanksi", {sanction_chain, "daftar hari|hari_kerja"}},
        {"peringatan_mandat", {about_mandates, ""}},
    };
    return rules;
}

std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find(at, start), text.size());
        parts.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

// What is wrong with one rule by itself; empty if nothing.
std::string flaw(const Json& rule) {
    const auto known = vocabulary().find(rule.value("aturan", ""));
    if (known == vocabulary().end()) return "aturan \"" + rule.value("aturan", "") + "\" tidak dikenal";
    for (const std::string& need : split(known->second.needs, ' ')) {
        const auto choices = split(need, '|');
        if (std::none_of(choices.begin(), choices.end(),
                         [&](const auto& name) { return rule.contains(name); }))
            return "aturan " + rule.value("aturan", "") + " memerlukan " + need;
    }
    for (const char* name : {"bila", "kecuali"})
        if (rule.contains(name) && !(rule.at(name).is_object() && rule.at(name).contains("field") &&
                                     rule.at(name).contains("nilai")))
            return std::string(name) + " memerlukan field dan nilai";
    for (const char* name : {"hari", "hari_kerja"})
        if (rule.contains(name) &&
            !(rule.at(name).is_number_unsigned() && rule.at(name).get<std::uint64_t>() <= 3650))
            return std::string(name) + " harus bilangan bulat 0 sampai 3650";
    if (rule.value("aturan", "") == "terbit_sebelum" && rule.contains("kecuali") &&
        !rule.at("kecuali").contains("alasan"))
        return "kecuali memerlukan alasan";
    return {};
}

// Does the schema know a field at this path?
bool leads_somewhere(const Json& schema, const std::string& path) {
    const Json* at = &schema;
    for (std::string name : split(path, '.')) {
        const bool each = name.ends_with("[]");
        if (each) name.resize(name.size() - 2);
        if (!at->contains("properties") || !at->at("properties").contains(name)) return false;
        at = &at->at("properties").at(name);
        if (at->contains("$ref"))
            at = &schema.at(Json::json_pointer(at->at("$ref").get<std::string>().substr(1)));
        if (each) {
            if (!at->contains("items")) return false;
            at = &at->at("items");
        }
    }
    return true;
}

}  // namespace

std::vector<Problem> check_rules(const Json& rules, const Json& data, Date letter_date,
                                 const Workdays& workdays, std::vector<Problem>& warnings) {
    std::vector<Problem> problems;
    for (const Json& rule : rules) {
        if (const std::string wrong = flaw(rule); !wrong.empty())
            throw Error(Code::data, wrong, "about.json", "Daftar aturan ada di docs/templates.md.");
        const Case at{rule, data, letter_date, workdays, problems, warnings};
        const std::string name = rule.at("aturan").get<std::string>();
        // "hanya_bila" speaks when its condition does NOT hold, every other rule when it does.
        if (rule.contains("bila") && holds(rule.at("bila"), data) == (name == "hanya_bila")) continue;
        if (name != "terbit_sebelum" && rule.contains("kecuali") && holds(rule.at("kecuali"), data)) continue;
        vocabulary().at(name).check(at);
    }
    return problems;
}

std::optional<Date> last_day(const Json& rules, const Json& data, const Workdays& workdays) {
    std::optional<Date> earliest;
    const auto until = [&](Date day) {
        if (!earliest || day < *earliest) earliest = day;
    };
    std::vector<Problem> unheard;
    for (const Json& rule : rules) {
        if (!flaw(rule).empty() || (rule.contains("bila") && !holds(rule.at("bila"), data))) continue;
        const Case at{rule, data, {}, workdays, unheard, unheard};
        const auto except = rule.find("kecuali");
        const bool excepted = except != rule.end() && holds(*except, data);
        if (at.text("aturan") == "terbit_sebelum") {
            for (const Dated& day : dates(rule, "tanggal", data)) {
                const bool reasoned =
                    excepted && !places(data, except->at("alasan").get<std::string>()).empty();
                until(reasoned ? day.date : workdays.on_or_before(add_days(day.date, -at.number("hari"))));
            }
        } else if (at.text("aturan") == "paling_lambat" && !excepted) {
            std::optional<Date> start;
            for (const Dated& day : dates(rule, "sejak", data)) start = std::max(start, {day.date});
            if (start) until(at.later(*start));
        }
    }
    return earliest;
}

std::vector<Problem> rule_flaws(const Json& rules, const Json& schema, const std::string& file) {
    std::vector<Problem> flaws;
    const std::string remedy = "Daftar aturan ada di docs/templates.md.";
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const Json& rule = rules[i];
        const std::string where = file + " aturan[" + std::to_string(i) + "]";
        if (std::string wrong = flaw(rule); !wrong.empty()) {
            flaws.push_back({std::move(wrong), where, remedy});
            continue;
        }
        std::vector<std::string> paths;
        for (const char* key : {"tanggal", "sejak"})
            if (rule.contains(key))
                for (std::string& path : names(rule, key)) paths.push_back(std::move(path));
        if (rule.at("aturan") == "tempat_ada")
            paths = {rule.at("field").get<std::string>(), rule.at("daftar").get<std::string>() + "[]"};
        else if (rule.contains("daftar"))
            for (const std::string& list : names(rule, "daftar"))
                paths.push_back(rule.contains("field") ? list + "[]." + rule.at("field").get<std::string>()
                                                       : list + "[]");
        else if (rule.contains("field"))
            for (std::string& path : names(rule, "field")) paths.push_back(std::move(path));
        for (const char* key : {"bila", "kecuali"}) {
            if (!rule.contains(key)) continue;
            paths.push_back(rule.at(key).at("field").get<std::string>());
            if (rule.at(key).contains("alasan"))
                paths.push_back(rule.at(key).at("alasan").get<std::string>());
        }
        for (const std::string& path : paths)
            if (!leads_somewhere(schema, path))
                flaws.push_back({"bidang \"" + path + "\" tidak ada di skema", where, remedy});
    }
    return flaws;
}

}  // namespace naskah::workflow
