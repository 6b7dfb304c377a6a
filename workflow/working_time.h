// How old a letter is and how long it still may wait, in the office's working days and hours.
#pragma once

#include <optional>
#include <string>

#include "workflow/office.h"

namespace naskah::workflow {

// When a working day begins and ends: office.json's `jam_kerja` {"mulai": "07.30", "selesai": "16.00"},
// which is also what stands here when it is absent.
struct WorkingDay {
    std::chrono::minutes begins{7 * 60 + 30}, ends{16 * 60};
    std::chrono::minutes length() const { return ends - begins; }
};
WorkingDay working_day(const Office& office);

// The moment at which that day's work ends: a deadline's last moment.
Instant end_of_work(const Office& office, Date day);
// Working time between two moments; zero if `to` is earlier.
std::chrono::minutes working_time(const Office& office, Instant from, Instant to);

// "kurang dari 1 jam kerja", "5 jam kerja", "2 hari kerja": working days once a whole one has passed.
std::string age_words(const Office& office, Instant since, Instant now);

// How a deadline stands.
struct Deadline {
    enum class State { none, later, today, late } state = State::none;
    // "Lewat 2 jam kerja", "Hari ini, 16.00", "3 hari kerja lagi"; "Tanpa tenggat".
    std::string words;
};
Deadline deadline(const Office& office, std::optional<Instant> due, Instant now);

// "pukul 10.42 WITA" today, else "23 November 2026 pukul 10.42 WITA".
std::string moment_words(const Office& office, Instant at, Instant now);

}  // namespace naskah::workflow
