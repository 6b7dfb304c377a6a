// Working days with the office's editable table of holidays (domain notes section 6).
#pragma once

#include <map>
#include <string>

#include "core/date.h"
#include "core/json.h"

namespace naskah {

class Workdays {
public:
    Workdays() = default;
    // {"2026-01-01": {"jenis": "nasional|cuti bersama|daerah", "nama": "Tahun Baru 2026 Masehi"}, ...}
    // Throws Error(data) naming each entry that is wrong; `file` is named in the messages.
    Workdays(const Json& table, const std::string& file);

    bool is_workday(Date date) const;     // Monday to Friday and not in the table
    Date on_or_before(Date date) const;   // the date itself, or the last working day before it
    Date add(Date date, int days) const;  // the n-th working day after `date`, which does not count
    bool knows_year(int year) const;      // does the table have any entry of that year
    std::string reason(Date date) const;  // "Sabtu", "Hari Raya Idulfitri"; empty on a working day

private:
    std::map<std::string, std::string> holidays_;  // ISO date to name
};

}  // namespace naskah
