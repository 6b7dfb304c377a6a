// Days and times as pages print them, in the visit's language and the office's zone.
#pragma once

#include <string>

#include "core/date.h"
#include "service/words.h"

namespace naskah::service {

std::string day_text(Language language, Date day);                       // "26 Maret 2026", "26 March 2026"
std::string moment_text(Language language, Zone zone, Instant instant);  // "26 Maret 2026, 14.05 WITA"

}  // namespace naskah::service
