#include "service/colleagues.h"

#include <algorithm>

#include "service/staff.h"

namespace naskah::service {
namespace {

std::string one_line(const Json& lines) {
    if (lines.is_string()) return lines.get<std::string>();
    std::string text;
    for (const Json& line : lines) text += (text.empty() ? "" : " ") + line.get<std::string>();
    return text;
}

Candidate candidate(const Json& person, const std::string& key) {
    return {.key = key,
            .name = person.at("nama").get<std::string>(),
            .nip = person.value("nip", ""),
            .rank = person.value("pangkat", ""),
            .post = one_line(person.at("jabatan"))};
}

}  // namespace

workflow::Directory directory_of(const Site& site) {
    return [database = site.database()] {
        std::vector<workflow::Person> people;
        for (const storage::Account& account : storage::Accounts(database).list())
            if (!account.disabled) people.push_back(person_of(account));
        return people;
    };
}

std::vector<Candidate> candidates_of(const workflow::Office& office, Date day) {
    std::vector<Candidate> people;
    for (const Json& official : office.settings().at("pejabat")) {
        const auto from = parse_date(official.value("mulai", "")),
                   to = parse_date(official.value("selesai", ""));
        if ((!from || *from <= day) && (!to || day <= *to))
            people.push_back(candidate(official, "pejabat-" + official.at("id").get<std::string>()));
    }
    if (const auto staff = office.settings().find("pegawai"); staff != office.settings().end())
        for (std::size_t i = 0; i < staff->size(); ++i)
            people.push_back(candidate((*staff)[i], "pegawai-" + std::to_string(i + 1)));
    std::stable_sort(people.begin(), people.end(),
                     [](const Candidate& a, const Candidate& b) { return a.name < b.name; });
    return people;
}

}  // namespace naskah::service
