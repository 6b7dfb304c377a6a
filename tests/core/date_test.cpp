#include "core/date.h"

#include <catch2/catch.hpp>

using namespace naskah;

namespace {
Date date(const char* iso) { return parse_date(iso).value(); }
Instant at(const char* text) { return parse_rfc3339(text).value(); }
}  // namespace

TEST_CASE("every day from 1900 to 2999 prints and reads back, one after the other") {
    Date day = date("1900-01-01");
    int weekday = 1;  // a Monday
    const char* names[] = {"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"};
    int count = 0;
    for (; day != date("2999-12-31"); day = add_days(day, 1), weekday = (weekday + 1) % 7, ++count) {
        if (parse_date(to_iso(day)) != day) FAIL(to_iso(day));
        if (day_name(day) != names[weekday]) FAIL(to_iso(day));
    }
    CHECK(count == 401'766);  // 1,100 years of 365 days and 267 leap days, less the last day
    CHECK(days_between(date("1900-01-01"), day) == count);
    CHECK(days_between(day, date("1900-01-01")) == -count);
}

TEST_CASE("a day that does not exist, or is written otherwise, is no date") {
    for (const char* text : {"2026-02-29",
                             "2100-02-29",
                             "2026-04-31",
                             "2026-13-01",
                             "2026-00-10",
                             "2026-01-00",
                             "2026-1-1",
                             "26-03-2026",
                             "2026/03/26",
                             "2026-03-26 ",
                             " 2026-03-26",
                             "2026-03-26T",
                             "20260326",
                             "",
                             "2026-03",
                             "1899-12-31",
                             "3000-01-01",
                             "-026-01-01",
                             "+026-01-01",
                             "2026-+1-01",
                             "\xEF\xBC\x92"
                             "026-01-01"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_date(text));
    }
    CHECK(parse_date("2024-02-29"));
    CHECK(parse_date("2000-02-29"));
}

TEST_CASE("dates are written as Indonesian offices write them") {
    const Date day = date("2026-03-26");
    CHECK(to_iso(day) == "2026-03-26");
    CHECK(to_numeric(day) == "26-03-2026");
    CHECK(to_long(day) == "26 Maret 2026");
    CHECK(to_long(date("2026-05-01")) == "1 Mei 2026");
    CHECK(month_roman(day) == "III");
    CHECK(day_name(day) == "Kamis");
    CHECK(to_words(day) == "Kamis, tanggal dua puluh enam bulan Maret tahun dua ribu dua puluh enam");
    CHECK(to_words(date("2000-01-01")) == "Sabtu, tanggal satu bulan Januari tahun dua ribu");
    const char* months[] = {"Januari", "Februari", "Maret",     "April",   "Mei",      "Juni",
                            "Juli",    "Agustus",  "September", "Oktober", "November", "Desember"};
    const char* roman[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};
    Date month = date("2026-01-31");
    for (int i = 0; i < 12; ++i, month = add_days(month, i == 1 ? 28 : 30)) {
        CHECK(month_name(month) == months[i]);
        CHECK(month_roman(month) == roman[i]);
    }
}

TEST_CASE("a range of days repeats no more than it must") {
    CHECK(to_range(date("2026-04-14"), date("2026-04-15")) == "14 s.d. 15 April 2026");
    CHECK(to_range(date("2026-04-30"), date("2026-05-02")) == "30 April s.d. 2 Mei 2026");
    CHECK(to_range(date("2026-12-30"), date("2027-01-02")) == "30 Desember 2026 s.d. 2 Januari 2027");
    CHECK(to_range(date("2026-04-14"), date("2027-04-15")) == "14 April 2026 s.d. 15 April 2027");
    CHECK(to_range(date("2026-04-14"), date("2026-04-14")) == "14 April 2026");
}

TEST_CASE("the year begins at the office's midnight, not at Greenwich's") {
    CHECK(date_in(Zone::wita, at("2026-12-31T15:59:59.999Z")) == date("2026-12-31"));
    CHECK(date_in(Zone::wita, at("2026-12-31T16:00:00Z")) == date("2027-01-01"));
    CHECK(date_in(Zone::wib, at("2026-12-31T16:00:00Z")) == date("2026-12-31"));
    CHECK(date_in(Zone::wib, at("2026-12-31T17:00:00Z")) == date("2027-01-01"));
    CHECK(date_in(Zone::wit, at("2026-12-31T15:00:00Z")) == date("2027-01-01"));
    CHECK(date_in(Zone::wita, at("1969-12-31T15:59:59Z")) == date("1969-12-31"));
    CHECK(time_in(Zone::wita, at("2026-03-26T06:05:59Z")) == "14.05 WITA");
    CHECK(time_in(Zone::wita, at("2026-03-26T16:00:00Z")) == "00.00 WITA");
    CHECK(time_in(Zone::wib, at("1960-03-26T06:05:00Z")) == "13.05 WIB");
    for (Zone zone : {Zone::wib, Zone::wita, Zone::wit}) CHECK(parse_zone(to_string(zone)) == zone);
    CHECK_FALSE(parse_zone("wita"));
    CHECK_FALSE(parse_zone("UTC"));
}

TEST_CASE("a time of day is taken with a colon or a dot and printed with a dot") {
    CHECK(to_clock("14:05") == "14.05");
    CHECK(to_clock("00.00") == "00.00");
    CHECK(to_clock("23.59") == "23.59");
    for (const char* text :
         {"24:00", "14:60", "9:05", "1405", "14-05", "14:5", "14:055", " 14:05", "", "aa:bb"}) {
        CAPTURE(text);
        CHECK_FALSE(to_clock(text));
    }
}

TEST_CASE("an instant is read with any offset and printed in UTC") {
    const std::pair<const char*, const char*> rows[] = {
        {"2026-03-26T06:05:00Z", "2026-03-26T06:05:00Z"},
        {"2026-03-26T14:05:00+08:00", "2026-03-26T06:05:00Z"},
        {"2026-03-26t06:05:00z", "2026-03-26T06:05:00Z"},
        {"2026-01-01T00:00:00+09:00", "2025-12-31T15:00:00Z"},
        {"2026-03-26T01:35:00-04:30", "2026-03-26T06:05:00Z"},
        {"2026-03-26T06:05:00.5Z", "2026-03-26T06:05:00.500Z"},
        {"2026-03-26T06:05:00.0129999Z", "2026-03-26T06:05:00.012Z"},
        {"2026-03-26T06:05:00.000Z", "2026-03-26T06:05:00Z"},
        {"2026-03-26", "2026-03-26T00:00:00Z"},
        {"1950-03-26T06:05:00.250Z", "1950-03-26T06:05:00.250Z"},
    };
    for (const auto& [text, printed] : rows) {
        CAPTURE(text);
        REQUIRE(parse_rfc3339(text));
        CHECK(to_rfc3339(at(text)) == printed);
        CHECK(parse_rfc3339(printed) == at(text));
    }
    for (const char* text :
         {"2026-03-26T06:05:00", "2026-03-26 06:05:00Z", "2026-03-26T06:05Z", "2026-03-26T24:00:00Z",
          "2026-03-26T06:05:60Z", "2026-03-26T06:60:00Z", "2026-02-30T06:05:00Z", "2026-03-26T06:05:00.Z",
          "2026-03-26T06:05:00+8:00", "2026-03-26T06:05:00+0800", "2026-03-26T06:05:00+24:00",
          "2026-03-26T06:05:00ZZ", "2026-03-26T", "2026-03-2", ""}) {
        CAPTURE(text);
        CHECK_FALSE(parse_rfc3339(text));
    }
    CHECK(parse_rfc3339("2026-03-26T06:05:00." + std::string(100'000, '9') + "Z"));
}
