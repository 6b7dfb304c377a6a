#include "core/workdays.h"

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace naskah;

namespace {

Date date(const std::string& iso) { return parse_date(iso).value(); }

// The holidays of 2026 as the joint decree of three ministers sets them.
Workdays holidays_2026() {
    Json table = Json::object();
    const auto add = [&](const char* kind, std::initializer_list<const char*> days) {
        for (const char* day : days)
            table["2026-" + std::string(day)] = {{"jenis", kind}, {"nama", "Libur " + std::string(day)}};
    };
    add("nasional", {"01-01", "01-16", "02-17", "03-19", "03-21", "03-22", "04-03", "04-05", "05-01", "05-14",
                     "05-27", "05-31", "06-01", "06-16", "08-17", "08-25", "12-25"});
    add("cuti bersama", {"02-16", "03-18", "03-20", "03-23", "03-24", "05-15", "05-28", "12-24"});
    return Workdays(table, "libur.json");
}

}  // namespace

TEST_CASE("weekends and holidays are no working days, and say why") {
    const Workdays workdays = holidays_2026();
    CHECK(workdays.is_workday(date("2026-03-26")));
    CHECK(workdays.reason(date("2026-03-26")).empty());
    CHECK_FALSE(workdays.is_workday(date("2026-03-28")));
    CHECK(workdays.reason(date("2026-03-28")) == "Sabtu");
    CHECK(workdays.reason(date("2026-03-29")) == "Minggu");
    CHECK_FALSE(workdays.is_workday(date("2026-03-19")));
    CHECK(workdays.reason(date("2026-03-19")) == "Libur 03-19");
    CHECK(workdays.reason(date("2026-03-21")) == "Libur 03-21");  // a Saturday goes by the holiday's name
}

TEST_CASE("2026 has 240 working days: 261 weekdays less the 21 holidays that fall on one") {
    const Workdays workdays = holidays_2026();
    int weekdays = 0;
    int working = 0;
    for (Date day = date("2026-01-01"); year_of(day) == 2026; day = add_days(day, 1)) {
        weekdays += Workdays().is_workday(day);
        working += workdays.is_workday(day);
    }
    CHECK(weekdays == 261);
    CHECK(working == 240);  // 21 and 22 March, 5 April and 31 May fall on weekends
}

TEST_CASE("a surat tugas is due the working day before, over weekends and holidays") {
    const Workdays workdays = holidays_2026();
    // Inspection on Wednesday, 25 March, behind the week of Idulfitri: the last working day is Tuesday, 17
    // March.
    CHECK(workdays.on_or_before(add_days(date("2026-03-25"), -1)) == date("2026-03-17"));
    CHECK(workdays.on_or_before(add_days(date("2026-03-30"), -1)) == date("2026-03-27"));
    CHECK(workdays.on_or_before(date("2026-03-26")) == date("2026-03-26"));
}

TEST_CASE("the n-th working day does not count the day of the event") {
    const Workdays workdays = holidays_2026();
    CHECK(workdays.add(date("2026-03-26"), 0) == date("2026-03-26"));
    CHECK(workdays.add(date("2026-03-26"), 1) == date("2026-03-27"));
    CHECK(workdays.add(date("2026-03-27"), 1) == date("2026-03-30"));
    CHECK(workdays.add(date("2026-03-28"), 1) == date("2026-03-30"));
    CHECK(workdays.add(date("2026-03-17"), 1) == date("2026-03-25"));
    CHECK(workdays.add(date("2026-12-23"), 2) == date("2026-12-29"));
    CHECK(Workdays().add(date("2026-03-02"), 21) == date("2026-03-31"));
}

TEST_CASE("it is known for which years the table speaks") {
    const Workdays workdays = holidays_2026();
    CHECK(workdays.knows_year(2026));
    CHECK_FALSE(workdays.knows_year(2025));
    CHECK_FALSE(workdays.knows_year(2027));
    CHECK_FALSE(Workdays().knows_year(2026));
}

TEST_CASE("each wrong entry of the table is named") {
    const Json table = parse_json(R"({
        "2026-01-01": {"jenis": "nasional", "nama": "Tahun Baru"},
        "2026-02-30": {"jenis": "nasional", "nama": "x"},
        "2026-02-16": {"jenis": "libur", "nama": "x"},
        "2026-02-17": {"jenis": "nasional"},
        "2026-02-18": {"nama": "x"},
        "2026-02-19": {"jenis": "nasional", "nama": ""},
        "2026-02-20": {"jenis": "nasional", "nama": "x", "catatan": "y"},
        "2026-02-21": "Imlek",
        "2026-02-22": {"jenis": 1, "nama": "x"},
        "catatan": {"jenis": "nasional", "nama": "x"}})",
                                  "test");
    try {
        Workdays(table, "libur.json");
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        CHECK(error.problems().size() == 9);
        for (const Problem& problem : error.problems())
            CHECK_THAT(problem.where, Catch::StartsWith("libur.json: "));
    }
    CHECK_THROWS_AS(Workdays(Json::array(), "libur.json"), Error);
}
