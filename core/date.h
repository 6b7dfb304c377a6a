// Calendar dates as Indonesian offices write them, and the office's time of day.
// Sources: domain notes section 6 (forms), PUEBI (capital names of days and months, small words else).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/world.h"

namespace naskah {

using Date = std::chrono::year_month_day;  // only ever a date that exists

std::optional<Date> parse_date(
    std::string_view iso);          // "2026-03-26", years 1900..2999; nothing if no such day
std::string to_iso(Date date);      // "2026-03-26"
std::string to_numeric(Date date);  // "26-03-2026"
std::string to_long(Date date);     // "26 Maret 2026"
// "14 s.d. 15 April 2026", "30 April s.d. 2 Mei 2026", with both years if they differ; to_long if first ==
// last.
std::string to_range(Date first, Date last);
std::string day_name(Date date);     // "Kamis", always computed
std::string month_name(Date date);   // "Maret"
std::string month_roman(Date date);  // "III"
// "Kamis, tanggal dua puluh enam bulan Maret tahun dua ribu dua puluh enam": the sentence of a berita acara.
std::string to_words(Date date);
Date add_days(Date date, int days);
int days_between(Date from, Date to);  // to - from
int year_of(Date date);

// Indonesia's three zones have no daylight saving: fixed offsets of 7, 8 and 9 hours.
enum class Zone { wib, wita, wit };
std::optional<Zone> parse_zone(std::string_view name);  // "WIB", "WITA", "WIT"
std::string to_string(Zone zone);
Date date_in(Zone zone, Instant instant);
std::string time_in(Zone zone, Instant instant);  // "14.05 WITA"
std::optional<std::string> to_clock(
    std::string_view hhmm);  // "14:05" or "14.05" to "14.05"; nothing if no such time

std::string to_rfc3339(Instant instant);  // "2026-03-26T06:05:00Z" (milliseconds if not zero)
std::optional<Instant> parse_rfc3339(
    std::string_view text);  // with Z or an offset; also a bare date (00:00Z)

}  // namespace naskah
