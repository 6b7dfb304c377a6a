#include <catch2/catch.hpp>

#include "core/file.h"
#include "generator/generator.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::generator;
using naskah::test::Folder;
using naskah::test::spit;

namespace {

const char* const about =
    R"({"judul": "Uji", "sop": [], "seri": "surat", "kode": "1", "kertas": "A4", "penandatangan": "kepala",
                              "publik": false, "hal": "Hal {{nama}}", "aturan": []})";
const char* const schema =
    R"({"type": "object", "additionalProperties": false, "required": ["nama"], "properties": {
    "nama": {"type": "string", "title": "Nama", "description": "Nama.", "maxLength": 50}}})";

class Shelf {
public:
    explicit Shelf(const std::string& kind = "uji") : home_(folder_ / kind) {
        std::filesystem::create_directories(home_);
        put("about.json", about);
        put("data.schema.json", schema);
        put("example.json", R"({"nama": "Budi"})");
        put("letter.mustache", "<letter><p>{{nama}}</p></letter>");
    }
    void put(const std::string& file, const std::string& text) const { spit(home_ / file, text); }
    void drop(const std::string& file) const { std::filesystem::remove(home_ / file); }
    const std::filesystem::path& path() const { return folder_.path(); }

    std::string complaint() const {
        try {
            Templates({folder_.path()}).get("uji");
            return "tidak ada keluhan";
        } catch (const Error& error) {
            CHECK(error.code() == Code::data);
            return error.what();
        }
    }

private:
    Folder folder_;
    std::filesystem::path home_;
};

}  // namespace

TEST_CASE("a kind is loaded once, and the office's own wins over the shipped one") {
    const Shelf office, shipped;
    office.put("example.json", R"({"nama": "Kantor"})");
    const Templates templates({office.path(), shipped.path()});
    CHECK(templates.kinds() == std::vector<std::string>{"uji"});
    const auto package = templates.get("uji");
    CHECK(package->example().at("nama") == "Kantor");
    CHECK(templates.get("uji") == package);
    CHECK(subject(*package, {{"nama", "<A & B>"}}) == "Hal <A & B>");
}

TEST_CASE("a kind says what the buku agenda shows of its letters") {
    const Shelf shelf;
    Json declared = parse_json(about, "about");
    declared["agenda"] = {{"tujuan", "{{nama}} di tempat"}, {"lampiran", "{{#catatan}}1 berkas{{/catatan}}"}};
    shelf.put("about.json", dump_json(declared));
    shelf.put("data.schema.json",
              R"({"type": "object", "additionalProperties": false, "required": ["nama"], "properties": {
        "nama": {"type": "string", "title": "Nama", "description": "Nama."},
        "catatan": {"type": "string", "title": "Catatan", "description": "Catatan."}}})");
    const auto package = Templates({shelf.path()}).get("uji");
    using Columns = std::map<std::string, std::string>;
    CHECK(agenda_columns(*package, {{"nama", "<A & B>"}}) ==
          Columns{{"lampiran", ""}, {"tujuan", "<A & B> di tempat"}});
    CHECK(agenda_columns(*package, {{"nama", "C"}, {"catatan", "x"}}) ==
          Columns{{"lampiran", "1 berkas"}, {"tujuan", "C di tempat"}});
    const Shelf silent;
    CHECK(agenda_columns(*Templates({silent.path()}).get("uji"), {{"nama", "C"}}).empty());
}

TEST_CASE("a kind that is not there is answered with the nearest name") {
    const Shelf shelf;
    const Templates templates({shelf.path()});
    for (const char* name : {"ujii", "", "../uji", ".", "uji/../uji"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(templates.get(name), Error);
    }
    try {
        templates.get("ujii");
    } catch (const Error& error) {
        CHECK_THAT(error.what(), Catch::Contains("Apakah maksudnya uji?"));
    }
}

TEST_CASE("every flaw of a kind is told with its file") {
    struct Row {
        const char *file, *text, *said;
    };
    const auto row = GENERATE(
        Row{"letter.mustache", "<letter>\n{{namma}}</letter>", "uji/letter.mustache:2: nama \"namma\""},
        Row{"letter.mustache", "<letter>{{#nama}}</letter>", "uji/letter.mustache:1: bagian"},
        Row{"about.json", R"({"judul": "x"})", "uji/about.json"}, Row{"about.json", "{", "uji/about.json:1"},
        Row{"about.json",
            R"({"judul": "U", "sop": [], "seri": "s", "kode": "1", "kertas": "A4", "penandatangan": "kepala", "publik": false,
                "hal": "H", "aturan": [], "agenda": {"tujuan": "{{alamat}}"}})",
            "uji/about.json agenda.tujuan:1: nama \"alamat\""},
        Row{"about.json",
            R"({"judul": "U", "sop": [], "seri": "s", "kode": "1", "kertas": "A4", "penandatangan": "kepala", "publik": false,
                "hal": "H", "aturan": [], "agenda": {"tujun": "x"}})",
            "agenda.tujun"},
        Row{"data.schema.json",
            R"({"type": "object", "additionalProperties": false, "properties": {"nama": {"type": "string"}}})",
            "bidang tanpa title"},
        Row{"data.schema.json",
            R"({"type": "object", "additionalProperties": false, "properties": {
               "nama": {"type": "string", "title": "N", "description": "N"}, "kantor": {"type": "string", "title": "K", "description": "K"}}})",
            "\"kantor\" sudah dipakai"},
        Row{"example.json", "[1,]", "uji/example.json:1"});
    CAPTURE(row.file, row.text);
    const Shelf shelf;
    REQUIRE(shelf.complaint() == "tidak ada keluhan");
    shelf.put(row.file, row.text);
    CHECK_THAT(shelf.complaint(), Catch::Contains(row.said));
}

TEST_CASE("a file of a kind that is missing is named") {
    const std::string file = GENERATE("data.schema.json", "example.json", "letter.mustache");
    const Shelf shelf;
    shelf.drop(file);
    CHECK_THAT(shelf.complaint(), Catch::Contains(file));
}

TEST_CASE("dates of an example move with the calendar") {
    const Workdays workdays(parse_json(R"({"2026-12-25": {"jenis": "nasional", "nama": "Natal"}})", "libur"),
                            "libur");
    const Date thursday = *parse_date("2026-12-24");
    struct Row {
        const char *text, *result;
    };
    const auto row =
        GENERATE(Row{"@0", "2026-12-24"}, Row{"@+1", "2026-12-25"}, Row{"@-24h", "2026-11-30"},
                 Row{"@+1hk", "2026-12-28"}, Row{"@-1hk", "2026-12-23"}, Row{"@-4hk", "2026-12-18"},
                 Row{"Tahun @{+8|tahun}.", "Tahun 2027."},
                 Row{"@{-24|romawi}/@{0|panjang}", "XI/24 Desember 2026"}, Row{"a@b.example", "a@b.example"});
    CAPTURE(row.text);
    const Shelf shelf;
    shelf.put("example.json", dump_json({{"nama", row.text}}));
    const Templates templates({shelf.path()});
    CHECK(example_for(*templates.get("uji"), thursday, workdays).at("nama") == row.result);
}

TEST_CASE("a moved date that cannot be read is named") {
    const std::string text = GENERATE("@x", "@+1000000", "@{1|entah}", "@{1|rupiah}", "@{1");
    CAPTURE(text);
    const Shelf shelf;
    shelf.put("example.json", dump_json({{"nama", text}}));
    const Templates templates({shelf.path()});
    CHECK_THROWS_AS(example_for(*templates.get("uji"), *parse_date("2026-12-24"), Workdays()), Error);
}
