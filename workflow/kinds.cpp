// Kinds of letters: their example for today, and a check of a kind as a whole.
#include "core/file.h"
#include "core/json.h"
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

}  // namespace

Json example_of(const generator::Templates& templates, const std::string& kind,
                const std::filesystem::path& office, const Clock& clock) {
    const Calendar calendar = calendar_of(office, clock);
    return generator::example_for(*templates.get(kind), calendar.today, calendar.workdays);
}

std::vector<Problem> check_kind(const generator::Templates& templates, const std::string& kind,
                                const Clock& clock) try {
    const auto package = templates.get(kind);
    if (auto flaws = rule_flaws(package->about().at("aturan"), package->schema(), kind + "/about.json");
        !flaws.empty())
        return flaws;
    const Calendar calendar = calendar_of({}, clock);
    const Json example = generator::example_for(*package, calendar.today, calendar.workdays);
    std::vector<Problem> problems = generator::check(*package, example);
    if (problems.empty()) {
        std::vector<Problem> warnings;
        problems =
            check_rules(package->about().at("aturan"), example, calendar.today, calendar.workdays, warnings);
    }
    for (Problem& problem : problems) problem.where = kind + "/example.json: " + problem.where;
    return problems;
} catch (const Error& error) {
    return error.problems();
}

}  // namespace naskah::workflow
