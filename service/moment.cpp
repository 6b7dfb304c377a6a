#include "service/moment.h"

namespace naskah::service {

std::string day_text(Language language, Date day) {
    if (language == Language::indonesian) return to_long(day);
    static const char* const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    return std::to_string(static_cast<unsigned>(day.day())) + " " +
           months[static_cast<unsigned>(day.month()) - 1] + " " +
           std::to_string(static_cast<int>(day.year()));
}

std::string moment_text(Language language, Zone zone, Instant instant) {
    return day_text(language, date_in(zone, instant)) + ", " + time_in(zone, instant);
}

}  // namespace naskah::service
