#include "core/workdays.h"

#include <vector>

#include "core/error.h"

namespace naskah {
namespace {

bool is_weekend(Date date) {
    const std::chrono::weekday day{std::chrono::sys_days{date}};
    return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

// What is wrong with one entry of the table; empty if nothing.
std::string flaw(const std::string& key, const Json& entry) {
    if (!parse_date(key)) return "bukan tanggal yang ada";
    if (!entry.is_object()) return "harus berupa objek dengan \"jenis\" dan \"nama\"";
    for (const auto& [member, value] : entry.items()) {
        if (member != "jenis" && member != "nama") return "bidang \"" + member + "\" tidak dikenal";
        if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
            return "\"" + member + "\" harus berupa teks yang tidak kosong";
        }
    }
    if (!entry.contains("nama")) return "\"nama\" tidak ada";
    const std::string kind = entry.value("jenis", "");
    if (kind != "nasional" && kind != "cuti bersama" && kind != "daerah") {
        return "\"jenis\" harus \"nasional\", \"cuti bersama\" atau \"daerah\"";
    }
    return {};
}

}  // namespace

Workdays::Workdays(const Json& table, const std::string& file) {
    if (!table.is_object()) {
        throw Error(Code::data, "tabel hari libur harus berupa objek JSON", file,
                    "Tulis satu tanggal per baris, misalnya \"2026-01-01\".");
    }
    std::vector<Problem> problems;
    for (const auto& [key, entry] : table.items()) {
        if (std::string what = flaw(key, entry); !what.empty()) {
            problems.push_back(
                {std::move(what), file + ": " + key, "Perbaiki baris ini di tabel hari libur."});
        } else {
            holidays_.emplace(key, entry.at("nama").get<std::string>());
        }
    }
    if (!problems.empty()) throw Error(Code::data, std::move(problems));
}

bool Workdays::is_workday(Date date) const { return !is_weekend(date) && !holidays_.contains(to_iso(date)); }

Date Workdays::on_or_before(Date date) const {
    while (!is_workday(date)) date = add_days(date, -1);
    return date;
}

Date Workdays::add(Date date, int days) const {
    for (; days > 0; --days) {
        do date = add_days(date, 1);
        while (!is_workday(date));
    }
    return date;
}

bool Workdays::knows_year(int year) const {
    const std::string prefix = std::to_string(year) + "-";
    const auto first = holidays_.lower_bound(prefix);
    return first != holidays_.end() && first->first.starts_with(prefix);
}

std::string Workdays::reason(Date date) const {
    // A holiday that falls on a weekend goes by its own name.
    if (const auto holiday = holidays_.find(to_iso(date)); holiday != holidays_.end()) return holiday->second;
    return is_weekend(date) ? day_name(date) : std::string();
}

}  // namespace naskah
