// Kinds of letters: their example for today, and a check of a kind as a whole.
#include "core/file.h"
#include "core/json.h"
#include "generator/lint.h"
#include "generator/specimen.h"
#include "workflow/correction.h"
#include "workflow/issue.h"
#include "workflow/rules.h"

namespace naskah::workflow {

namespace {

struct Calendar {
    Date today;
    Workdays workdays;
};

// Without an office the shipped holidays count, in WITA.
Calendar calendar_of(const std::filesystem::path& office, const Clock& clock) {
    if (!office.empty()) {
        const Office opened = Office::open(office);
        return {date_in(opened.zone(), clock.now()), opened.workdays()};
    }
    const std::filesystem::path holidays = shipped_templates() / "demo/libur.json";
    return {date_in(Zone::wita, clock.now()),
            Workdays(parse_json(read_text(holidays), "libur.json"), "libur.json")};
}

// Only what is set can be judged: markup, pictures and characters speak up here. Throws what they say.
void set_letters(const generator::Package& package, const std::string& kind, const Json& example, Date today,
                 const std::filesystem::path& root) {
    const Office office = Office::open(root.empty() ? shipped_templates() / "demo" : root);
    const LetterId id{};
    generator::Surroundings surroundings;
    surroundings.office = office.surroundings();
    surroundings.signer = office.signer_of(package.about(), kind, today).printed;
    surroundings.letter = {{"nomor", "001"},
                           {"tanggal", to_iso(today)},
                           {"tempat", office.settings().at("tempat")},
                           {"kode", office.series_of(package.about(), kind, "").parts.kode},
                           {"kode_periksa", to_grouped(id)},
                           {"alamat_periksa", office.verify_url(id)}};
    surroundings.url = office.verify_url(id);
    surroundings.images = surroundings.office_images = office.root();
    generator::subject(package, example);
    generator::agenda_columns(package, example);
    const generator::Generator generator;
    generator.render(package, example, surroundings);
    for (const generator::Amount amount :
         {generator::Amount::least, generator::Amount::most, generator::Amount::many}) {
        const Json data = generator::specimen(package, amount, 1, today);
        generator::subject(package, data);
        generator::agenda_columns(package, data);
        generator.render(package, data, surroundings);
    }
    surroundings.url.clear();
    if (package.about().contains("kosong")) {
        surroundings.blank = true;
        generator.render(package, generator::blank_form(package, today, Workdays()), surroundings);
        surroundings.blank = false;
    }
    surroundings.draft = true;
    generator.render(package, example, surroundings);
}

}  // namespace

Json example_of(const generator::Templates& templates, const std::string& kind,
                const std::filesystem::path& office, const Clock& clock) {
    const Calendar calendar = calendar_of(office, clock);
    return generator::example_for(*templates.get(kind), calendar.today, calendar.workdays);
}

std::vector<Problem> check_kind(const generator::Templates& templates, const std::string& kind,
                                const std::filesystem::path& office, const Clock& clock) try {
    const auto package = templates.get(kind);
    if (auto flaws = rule_flaws(package->about().at("aturan"), package->schema(), kind + "/about.json");
        !flaws.empty())
        return flaws;
    if (auto flaws = correction_flaws(package->about(), package->schema(), kind + "/about.json");
        !flaws.empty())
        return flaws;
    const Calendar calendar = calendar_of(office, clock);
    const Json example = generator::example_for(*package, calendar.today, calendar.workdays);
    std::vector<Problem> problems = generator::check(*package, example);
    if (problems.empty()) {
        std::vector<Problem> warnings;
        problems =
            check_rules(package->about().at("aturan"), example, calendar.today, calendar.workdays, warnings);
    }
    for (Problem& problem : problems) problem.where = kind + "/example.json: " + problem.where;
    if (problems.empty()) problems = generator::lint(*package);
    if (problems.empty()) set_letters(*package, kind, example, calendar.today, office);
    return problems;
} catch (const Error& error) {
    return error.problems();
}

}  // namespace naskah::workflow
