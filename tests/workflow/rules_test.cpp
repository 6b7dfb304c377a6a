#include <catch2/catch.hpp>

#include "core/file.h"
#include "generator/generator.h"
#include "workflow/rules.h"

using namespace naskah;
using namespace naskah::workflow;

namespace {

const Workdays& calendar() {
    static const Workdays workdays(
        parse_json(read_text(NASKAH_SOURCE_DIR "/templates/demo/libur.json"), "libur.json"), "libur.json");
    return workdays;
}

struct Result {
    std::vector<Problem> problems, warnings;
};

Result check(const char* rule, const char* data, const char* letter_date) {
    Result result;
    Json rules = Json::array({parse_json(rule, "rule")});
    result.problems =
        check_rules(rules, parse_json(data, "data"), *parse_date(letter_date), calendar(), result.warnings);
    return result;
}

struct Row {
    const char *data, *letter_date;
    int problems, warnings;
    const char* where = "";
};

void hold(const char* rule, const Row& row) {
    CAPTURE(rule, row.data, row.letter_date);
    const Result result = check(rule, row.data, row.letter_date);
    for (const Problem& problem : result.problems) UNSCOPED_INFO(to_string(problem));
    for (const Problem& problem : result.warnings) UNSCOPED_INFO("warning " + to_string(problem));
    REQUIRE(result.problems.size() == static_cast<std::size_t>(row.problems));
    REQUIRE(result.warnings.size() == static_cast<std::size_t>(row.warnings));
    if (row.problems > 0) CHECK(result.problems[0].where == row.where);
}

}  // namespace

TEST_CASE(
    "a surat tugas is signed at least a day before the inspection, the working day before if that is none") {
    const char* const rule = R"({"aturan": "terbit_sebelum", "tanggal": "p.mulai", "hari": 1,
                                 "kecuali": {"field": "jenis", "nilai": "insidental", "alasan": "alasan"}})";
    hold(
        rule,
        GENERATE(
            // 14 April 2026 is a Tuesday.
            Row{R"({"jenis": "rutin", "p": {"mulai": "2026-04-14"}})", "2026-04-13", 0, 0},
            Row{R"({"jenis": "rutin", "p": {"mulai": "2026-04-14"}})", "2026-04-14", 1, 0, "p.mulai"},
            Row{R"({"jenis": "rutin", "p": {"mulai": "2026-04-14"}})", "2026-04-15", 1, 0, "p.mulai"},
            // Monday: signed on Friday at the latest.
            Row{R"({"jenis": "rutin", "p": {"mulai": "2026-04-13"}})", "2026-04-10", 0, 0},
            Row{R"({"jenis": "rutin", "p": {"mulai": "2026-04-13"}})", "2026-04-12", 1, 0, "p.mulai"},
            // 25 March 2026 follows Idulfitri: 18 to 24 March are holidays, the last working day is the 17th.
            Row{R"({"jenis": "rutin", "p": {"mulai": "2026-03-25"}})", "2026-03-17", 0, 0},
            Row{R"({"jenis": "rutin", "p": {"mulai": "2026-03-25"}})", "2026-03-18", 1, 0, "p.mulai"},
            // Only an incidental inspection may be sudden, and only with a reason; never after it began.
            Row{R"({"jenis": "rutin", "alasan": "x", "p": {"mulai": "2026-04-14"}})", "2026-04-14", 1, 0,
                "p.mulai"},
            Row{R"({"jenis": "insidental", "p": {"mulai": "2026-04-14"}})", "2026-04-14", 1, 0, "p.mulai"},
            Row{R"({"jenis": "insidental", "alasan": "x", "p": {"mulai": "2026-04-14"}})", "2026-04-14", 0,
                1},
            Row{R"({"jenis": "insidental", "alasan": "x", "p": {"mulai": "2026-04-14"}})", "2026-04-15", 1, 0,
                "p.mulai"},
            // A year whose holidays nobody has entered.
            Row{R"({"jenis": "rutin", "p": {"mulai": "2031-04-16"}})", "2031-04-01", 0, 1}));
}

TEST_CASE("dates of bases are not after the letter, deadlines not before it, and dates in their order") {
    hold(R"({"aturan": "tidak_setelah_surat", "tanggal": ["a", "l[].t"]})",
         GENERATE(Row{R"({"a": "2026-04-13", "l": [{"t": "2026-04-13"}, {}]})", "2026-04-13", 0, 0},
                  Row{R"({"a": "2026-04-14"})", "2026-04-13", 1, 0, "a"}, Row{"{}", "2026-04-13", 0, 0},
                  Row{R"({"l": [{"t": "2026-01-01"}, {"t": "2026-12-01"}]})", "2026-04-13", 1, 0, "l[1].t"}));
    hold(R"({"aturan": "setelah_surat", "tanggal": "a"})",
         GENERATE(Row{R"({"a": "2026-04-13"})", "2026-04-13", 0, 0},
                  Row{R"({"a": "2026-04-12"})", "2026-04-13", 1, 0, "a"}));
    hold(R"({"aturan": "urut", "tanggal": ["a", "b", "c"]})",
         GENERATE(Row{R"({"a": "2026-01-01", "b": "2026-01-01", "c": "2026-01-02"})", "2026-04-13", 0, 0},
                  Row{R"({"a": "2026-01-03", "c": "2026-01-02"})", "2026-04-13", 1, 0, "c"},
                  Row{R"({"c": "2026-01-02"})", "2026-04-13", 0, 0}));
    hold(R"({"aturan": "hari_kerja", "tanggal": "a"})",
         GENERATE(Row{R"({"a": "2026-04-13"})", "2026-04-13", 0, 0},
                  Row{R"({"a": "2026-04-12"})", "2026-04-13", 0, 1},
                  Row{R"({"a": "2026-05-01"})", "2026-04-13", 0, 1}));
}

TEST_CASE("a promise that is missed is told, and stops nothing") {
    hold(R"({"aturan": "paling_lambat", "sejak": ["a", "p[].t"], "hari_kerja": 1, "pesan": "1 hari kerja"})",
         GENERATE(Row{R"({"a": "2026-04-10"})", "2026-04-13", 0, 0},
                  Row{R"({"a": "2026-04-10"})", "2026-04-14", 0, 1},
                  // The clock starts when the technical opinion arrives.
                  Row{R"({"a": "2026-04-01", "p": [{"t": "2026-04-13"}]})", "2026-04-14", 0, 0},
                  Row{"{}", "2026-04-14", 0, 0}));
}

TEST_CASE("lists keep their promises") {
    hold(R"({"aturan": "tepat_satu", "daftar": "tim", "field": "k", "nilai": true})",
         GENERATE(Row{R"({"tim": [{"k": true}, {"k": false}, {}]})", "2026-04-13", 0, 0},
                  Row{R"({"tim": [{}]})", "2026-04-13", 1, 0, "tim"},
                  Row{R"({"tim": [{"k": true}, {"k": true}]})", "2026-04-13", 1, 0, "tim"}));
    hold(R"({"aturan": "paling_banyak_satu", "daftar": "tim", "field": "k", "nilai": true})",
         GENERATE(Row{R"({"tim": [{}]})", "2026-04-13", 0, 0},
                  Row{R"({"tim": [{"k": true}, {"k": true}]})", "2026-04-13", 1, 0, "tim"}));
    hold(R"({"aturan": "unik", "daftar": "tim", "field": "nip"})",
         GENERATE(Row{R"({"tim": [{"nip": "1"}, {"nip": "2"}, {}, {}]})", "2026-04-13", 0, 0},
                  Row{R"({"tim": [{"nip": "1 2"}, {"nip": "12"}]})", "2026-04-13", 1, 0, "tim[1].nip"}));
    hold(
        R"({"aturan": "semua", "daftar": ["w"], "field": "ada", "nilai": true, "bila": {"field": "h", "nilai": "lengkap"}, "pesan": "belum ada"})",
        GENERATE(
            Row{R"({"h": "lengkap", "w": [{"ada": true}]})", "2026-04-13", 0, 0},
            Row{R"({"h": "lengkap", "w": [{"ada": true}, {"ada": false}]})", "2026-04-13", 1, 0, "w[1].ada"},
            Row{R"({"h": "lengkap", "w": [{}]})", "2026-04-13", 1, 0, "w[0].ada"},
            Row{R"({"h": "belum", "w": [{}]})", "2026-04-13", 0, 0}));
    hold(
        R"({"aturan": "hanya_bila", "field": ["putusan", "bap"], "bila": {"field": "d", "nilai": "putusan"}})",
        GENERATE(Row{R"({"d": "putusan", "putusan": {}})", "2026-04-13", 0, 0},
                 Row{R"({"d": "lain", "bap": []})", "2026-04-13", 0, 0},
                 Row{R"({"d": "lain", "putusan": {}})", "2026-04-13", 1, 0, "putusan"}));
}

TEST_CASE("a revocation follows the last sanction after its time to comply") {
    const char* const rule =
        R"({"aturan": "rantai_sanksi", "daftar": "s", "hari_kerja": 30, "kecuali": {"field": "berat", "nilai": true}})";
    hold(
        rule,
        GENERATE(
            Row{R"({"s": [{"jenis": "penghentian sementara", "tanggal": "2026-07-01"}]})", "2026-08-13", 0,
                0},
            // 30 working days after 1 July 2026 end on 12 August.
            Row{R"({"s": [{"jenis": "penghentian sementara", "tanggal": "2026-07-01"}]})", "2026-08-12", 1, 0,
                "s[0].tanggal"},
            Row{R"({"s": [{"jenis": "peringatan pertama dan terakhir", "tanggal": "2026-07-01"}]})",
                "2026-08-13", 0, 0},
            Row{R"({"s": [{"jenis": "peringatan pertama", "tanggal": "2026-01-01"}]})", "2026-08-13", 1, 0,
                "s[0].jenis"},
            Row{R"({"berat": true, "s": [{"jenis": "peringatan pertama", "tanggal": "2026-01-01"}]})",
                "2026-08-13", 0, 0},
            Row{R"({"s": [{"jenis": "peringatan kedua", "tanggal": "2026-01-01"}, {"jenis": "penghentian sementara", "tanggal": "2026-03-01"}]})",
                "2026-08-13", 1, 0, "s[0].jenis"},
            Row{R"({"s": [{"jenis": "peringatan pertama", "tanggal": "2026-04-01"}, {"jenis": "penghentian sementara", "tanggal": "2026-03-01"}]})",
                "2026-08-13", 1, 0, "s[1].tanggal"},
            Row{R"({"s": [{"jenis": "penghentian sementara", "tanggal": "2026-03-01"}, {"jenis": "penghentian sementara", "tanggal": "2026-03-02"}]})",
                "2026-08-13", 1, 0, "s[1].jenis"}));
}

TEST_CASE("a rule that means nothing is refused, not passed over") {
    const auto rule = GENERATE(R"({"aturan": "entah"})", R"({"aturan": "urut"})",
                               R"({"aturan": "terbit_sebelum", "tanggal": "a"})",
                               R"({"aturan": "terbit_sebelum", "tanggal": "a", "hari": -1})",
                               R"({"aturan": "urut", "tanggal": [], "bila": {}})",
                               R"({"aturan": "paling_lambat", "sejak": "a", "pesan": "x"})");
    CAPTURE(rule);
    CHECK_THROWS_AS(check(rule, "{}", "2026-04-13"), Error);
    CHECK(rule_flaws(Json::array({parse_json(rule, "r")}), Json::object(), "about.json").size() == 1);
}

TEST_CASE("the shipped kinds declare rules that lead somewhere, and their examples keep them on any day") {
    const generator::Templates templates({NASKAH_SOURCE_DIR "/templates"});
    const std::string kind =
        GENERATE("berita-acara-pemeriksaan", "checklist-persyaratan", "rekomendasi-video-dokumenter",
                 "sk-pencabutan", "surat-perintah-tugas");
    CAPTURE(kind);
    const auto package = templates.get(kind);
    const Json& rules = package->about().at("aturan");
    for (const Problem& flaw : rule_flaws(rules, package->schema(), kind)) FAIL(to_string(flaw));
    for (Date day = *parse_date("2026-01-01"); day < *parse_date("2027-01-15"); day = add_days(day, 1)) {
        const Json example = generator::example_for(*package, day, calendar());
        std::vector<Problem> problems = generator::check(*package, example), warnings;
        if (problems.empty()) problems = check_rules(rules, example, day, calendar(), warnings);
        CAPTURE(to_iso(day));
        for (const Problem& problem : problems) UNSCOPED_INFO(to_string(problem));
        REQUIRE(problems.empty());
    }
}
