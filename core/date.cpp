#include "core/date.h"

#include <array>

#include "core/words.h"

namespace naskah {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::array<std::string_view, 7> day_names = {"Minggu", "Senin", "Selasa", "Rabu",
                                                       "Kamis",  "Jumat", "Sabtu"};
constexpr std::array<std::string_view, 12> month_names = {"Januari",   "Februari", "Maret",    "April",
                                                          "Mei",       "Juni",     "Juli",     "Agustus",
                                                          "September", "Oktober",  "November", "Desember"};

int month_of(Date date) { return static_cast<int>(static_cast<unsigned>(date.month())); }
int day_of(Date date) { return static_cast<int>(static_cast<unsigned>(date.day())); }

std::string padded(long long number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

// Takes exactly `width` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
    if (text.size() < width) return std::nullopt;
    int number = 0;
    for (char c : text.substr(0, width)) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(width);
    return number;
}

bool take(std::string_view& text, std::string_view choices) {
    if (text.empty() || choices.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

struct ClockTime {
    int hour;
    int minute;
};
// "14:05" off the front of `text`, with one of `separators` in the middle.
std::optional<ClockTime> take_clock(std::string_view& text, std::string_view separators) {
    const std::optional<int> hour = take_digits(text, 2);
    if (!hour || !take(text, separators)) return std::nullopt;
    const std::optional<int> minute = take_digits(text, 2);
    if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
    return ClockTime{*hour, *minute};
}

// What follows the seconds: a fraction, of which milliseconds are kept.
std::optional<milliseconds> take_fraction(std::string_view& text) {
    if (!take(text, ".")) return milliseconds{0};
    int thousandths = 0;
    int scale = 100;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits, scale /= 10) {
        thousandths += scale * (text[digits] - '0');
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return milliseconds{thousandths};
}

std::optional<minutes> take_offset(std::string_view& text) {
    if (take(text, "Zz")) return minutes{0};
    const bool west = text.starts_with('-');
    if (!take(text, "+-")) return std::nullopt;
    const std::optional<ClockTime> offset = take_clock(text, ":");
    if (!offset) return std::nullopt;
    const minutes east{offset->hour * 60 + offset->minute};
    return west ? -east : east;
}

hours offset_of(Zone zone) { return hours{7 + static_cast<int>(zone)}; }

constexpr std::array<std::string_view, 3> zone_names = {"WIB", "WITA", "WIT"};

}  // namespace

std::optional<Date> parse_date(std::string_view iso) {
    const std::optional<int> year = take_digits(iso, 4);
    if (!year || !take(iso, "-")) return std::nullopt;
    const std::optional<int> month = take_digits(iso, 2);
    if (!month || !take(iso, "-")) return std::nullopt;
    const std::optional<int> day = take_digits(iso, 2);
    if (!day || !iso.empty() || *year < 1900 || *year > 2999) return std::nullopt;
    const Date date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                    std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return date;
}

std::string to_iso(Date date) {
    return padded(year_of(date), 4) + "-" + padded(month_of(date), 2) + "-" + padded(day_of(date), 2);
}

std::string to_numeric(Date date) {
    return padded(day_of(date), 2) + "-" + padded(month_of(date), 2) + "-" + padded(year_of(date), 4);
}

std::string to_long(Date date) {
    return std::to_string(day_of(date)) + " " + month_name(date) + " " + std::to_string(year_of(date));
}

std::string to_range(Date first, Date last) {
    if (first == last) return to_long(first);
    std::string start = std::to_string(day_of(first));
    if (first.year() != last.year()) {
        start = to_long(first);
    } else if (first.month() != last.month()) {
        start += " " + month_name(first);
    }
    return start + " s.d. " + to_long(last);
}

std::string day_name(Date date) {
    return std::string(day_names[std::chrono::weekday{sys_days{date}}.c_encoding()]);
}

std::string month_name(Date date) {
    return std::string(month_names[static_cast<std::size_t>(month_of(date) - 1)]);
}

std::string month_roman(Date date) { return to_roman(month_of(date)); }

std::string to_words(Date date) {
    return day_name(date) + ", tanggal " + terbilang(day_of(date)) + " bulan " + month_name(date) +
           " tahun " + terbilang(year_of(date));
}

Date add_days(Date date, int count) { return Date{sys_days{date} + days{count}}; }

int days_between(Date from, Date to) { return static_cast<int>((sys_days{to} - sys_days{from}).count()); }

int year_of(Date date) { return static_cast<int>(date.year()); }

std::optional<Zone> parse_zone(std::string_view name) {
    for (std::size_t at = 0; at < zone_names.size(); ++at) {
        if (zone_names[at] == name) return static_cast<Zone>(at);
    }
    return std::nullopt;
}

std::string to_string(Zone zone) { return std::string(zone_names[static_cast<std::size_t>(zone)]); }

Date date_in(Zone zone, Instant instant) { return Date{std::chrono::floor<days>(instant + offset_of(zone))}; }

std::string time_in(Zone zone, Instant instant) {
    const auto local = instant + offset_of(zone);
    const auto minute = std::chrono::floor<minutes>(local - std::chrono::floor<days>(local)).count();
    return padded(minute / 60, 2) + "." + padded(minute % 60, 2) + " " + to_string(zone);
}

std::optional<std::string> to_clock(std::string_view hhmm) {
    const std::optional<ClockTime> time = take_clock(hhmm, ":.");
    if (!time || !hhmm.empty()) return std::nullopt;
    return padded(time->hour, 2) + "." + padded(time->minute, 2);
}

std::string to_rfc3339(Instant instant) {
    const auto midnight = std::chrono::floor<days>(instant);
    const auto thousandths = (instant - midnight).count();
    const auto second = thousandths / 1000;
    std::string text = to_iso(Date{midnight}) + "T" + padded(second / 3600, 2) + ":" +
                       padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2);
    if (thousandths % 1000 != 0) text += "." + padded(thousandths % 1000, 3);
    return text + "Z";
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    const std::optional<Date> date = parse_date(text.substr(0, 10));
    if (!date) return std::nullopt;
    text.remove_prefix(10);
    Instant instant = sys_days{*date};
    if (text.empty()) return instant;
    if (!take(text, "Tt")) return std::nullopt;
    const std::optional<ClockTime> clock = take_clock(text, ":");
    if (!clock || !take(text, ":")) return std::nullopt;
    const std::optional<int> second = take_digits(text, 2);
    if (!second || *second > 59) return std::nullopt;
    const std::optional<milliseconds> fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    const std::optional<minutes> offset = take_offset(text);
    if (!offset || !text.empty()) return std::nullopt;
    return instant + hours{clock->hour} + minutes{clock->minute} + seconds{*second} + *fraction - *offset;
}

}  // namespace naskah
