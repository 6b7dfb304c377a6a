#include "workflow/working_time.h"

#include <algorithm>

namespace naskah::workflow {

using std::chrono::minutes;

namespace {

// Indonesia's zones are whole hours from UTC and never shift, so a day's midnight is found by asking.
Instant midnight(Zone zone, Date day) {
    const Instant utc(std::chrono::sys_days(day).time_since_epoch());
    for (int hours = 7; hours <= 9; ++hours) {
        const Instant at = utc - std::chrono::hours(hours);
        if (date_in(zone, at) == day && date_in(zone, at - std::chrono::milliseconds(1)) != day) return at;
    }
    return utc;
}

minutes read_clock(const Json& hours, const char* name, minutes otherwise) {
    const auto clock = hours.contains(name) && hours.at(name).is_string()
                           ? to_clock(hours.at(name).get<std::string>())
                           : std::nullopt;
    if (!clock) return otherwise;
    return minutes(std::stoi(clock->substr(0, 2)) * 60 + std::stoi(clock->substr(3, 2)));
}

std::string count_words(std::int64_t count, const std::string& unit) {
    return std::to_string(count) + " " + unit;
}

// A span of working time, in whole days once there is one.
std::string span_words(const Office& office, minutes span) {
    const minutes day = working_day(office).length();
    if (span >= day) return count_words(span / day, "hari kerja");
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(span).count();
    return hours == 0 ? "kurang dari 1 jam kerja" : count_words(hours, "jam kerja");
}

std::string clock_of(Zone zone, Instant at) { return time_in(zone, at).substr(0, 5); }

}  // namespace

WorkingDay working_day(const Office& office) {
    WorkingDay day;
    const auto hours = office.settings().find("jam_kerja");
    if (hours == office.settings().end() || !hours->is_object()) return day;
    const WorkingDay asked{read_clock(*hours, "mulai", day.begins), read_clock(*hours, "selesai", day.ends)};
    return asked.ends > asked.begins ? asked : day;
}

Instant end_of_work(const Office& office, Date day) {
    return midnight(office.zone(), day) + working_day(office).ends;
}

minutes working_time(const Office& office, Instant from, Instant to) {
    const WorkingDay hours = working_day(office);
    const Date first = date_in(office.zone(), from), last = date_in(office.zone(), to);
    minutes total{0};
    for (Date day = first; day <= last; day = add_days(day, 1)) {
        if (!office.workdays().is_workday(day)) continue;
        const Instant start = midnight(office.zone(), day);
        const Instant begin = std::max(from, start + hours.begins), end = std::min(to, start + hours.ends);
        if (begin < end) total += std::chrono::duration_cast<minutes>(end - begin);
    }
    return total;
}

std::string age_words(const Office& office, Instant since, Instant now) {
    return span_words(office, working_time(office, since, now));
}

Deadline deadline(const Office& office, std::optional<Instant> due, Instant now) {
    if (!due) return {Deadline::State::none, "Tanpa tenggat"};
    if (*due < now) {
        const minutes late = working_time(office, *due, now);
        // After hours of the last day nobody has lost working time yet; it is late all the same.
        return {Deadline::State::late, late == minutes{0} ? "Lewat " + clock_of(office.zone(), *due)
                                                          : "Lewat " + span_words(office, late)};
    }
    const Date today = date_in(office.zone(), now), day = date_in(office.zone(), *due);
    if (day == today) return {Deadline::State::today, "Hari ini, " + clock_of(office.zone(), *due)};
    int left = 0;
    for (Date next = today; next < day && left <= 5;) {
        next = office.workdays().add(next, 1);
        if (next <= day) ++left;
    }
    if (left >= 1 && left <= 5) return {Deadline::State::later, count_words(left, "hari kerja lagi")};
    return {Deadline::State::later, to_long(day)};
}

std::string moment_words(const Office& office, Instant at, Instant now) {
    const std::string clock = "pukul " + time_in(office.zone(), at);
    const Date day = date_in(office.zone(), at);
    return day == date_in(office.zone(), now) ? clock : to_long(day) + " " + clock;
}

}  // namespace naskah::workflow
