#include <catch2/catch.hpp>

#include "generator/schema.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

const char* const form = R"({
  "type": "object", "title": "Formulir", "additionalProperties": false,
  "required": ["nama", "tanggal"],
  "properties": {
    "nama": {"type": "string", "title": "Nama", "description": "Nama lengkap.", "minLength": 1, "maxLength": 20},
    "tanggal": {"type": "string", "title": "Tanggal surat permohonan", "description": "Tanggal surat.", "format": "date"},
    "jam": {"type": "string", "title": "Jam", "format": "time"},
    "nip": {"type": "string", "title": "NIP", "format": "nip"},
    "nib": {"type": "string", "title": "NIB", "format": "nib"},
    "nik": {"type": "string", "title": "NIK", "format": "nik"},
    "kbli": {"type": "string", "title": "KBLI", "format": "kbli"},
    "catatan": {"type": "string", "title": "Catatan", "format": "teks"},
    "foto": {"type": "string", "title": "Foto", "format": "gambar"},
    "bebas": {"type": "string", "title": "Bebas"},
    "umur": {"type": "integer", "title": "Umur", "minimum": 0, "maximum": 150},
    "jenis": {"type": "string", "title": "Jenis", "enum": ["rutin", "insidental"]},
    "alasan": {"type": "string", "title": "Alasan"},
    "petugas": {"type": "array", "title": "Petugas", "minItems": 1, "maxItems": 3, "items": {"$ref": "#/definitions/petugas"}}
  },
  "definitions": {"petugas": {"type": "object", "additionalProperties": false, "required": ["nip"],
    "properties": {"nip": {"type": "string", "title": "NIP petugas", "format": "nip"}}}},
  "allOf": [{"if": {"properties": {"jenis": {"const": "insidental"}}, "required": ["jenis"]}, "then": {"required": ["alasan"]}}]
})";

std::vector<Problem> check(const Json& changes) {
    static const Schema schema(parse_json(form, "form"), "form");
    Json data = parse_json(R"({"nama": "Budi", "tanggal": "2026-03-26"})", "data");
    for (const auto& [name, value] : changes.items()) {
        if (value.is_null())
            data.erase(name);
        else
            data[name] = value;
    }
    return schema.check(data);
}

}  // namespace

TEST_CASE("what a form refuses is told by title, field and remedy, one problem each") {
    struct Row {
        const char *changes, *where, *what;
    };
    const auto row = GENERATE(
        Row{R"({"tanggal": null})", "tanggal", "Tanggal surat permohonan: wajib diisi"},
        Row{R"({"nama": ""})", "nama", "Nama: tidak boleh kosong"},
        Row{R"({"nama": "   "})", "nama", "Nama: tidak boleh kosong"},
        Row{R"({"nama": "abcdefghijklmnopqrstuvwxyz"})", "nama", "paling banyak 20 huruf"},
        Row{R"({"nama": 5})", "nama", "harus berupa teks"},
        Row{R"({"nama": "a\nb"})", "nama", "harus satu baris"},
        Row{R"({"nama": "a\u0007b"})", "nama", "tidak tampak (U+0007)"},
        Row{R"({"nama": "a\u202Eb"})", "nama", "tidak tampak (U+202E)"},
        Row{R"({"catatan": "a\u200Bb"})", "catatan", "U+200B"},
        Row{R"({"tanggal": "26-03-2026"})", "tanggal", "TTTT-BB-HH"},
        Row{R"({"tanggal": "2026-02-30"})", "tanggal", "tidak ada di kalender"},
        Row{R"({"tanggal": ""})", "tanggal", "tidak boleh kosong"},
        Row{R"({"jam": "24:00"})", "jam", "JJ:MM"},
        Row{R"({"nip": "197513171997031004"})", "nip", "18 angka"},
        Row{R"({"nib": "123"})", "nib", "13 angka"}, Row{R"({"nik": "6472000000000001"})", "nik", "16 angka"},
        Row{R"({"kbli": "1043"})", "kbli", "5 angka"}, Row{R"({"[abc": 1})", "?", "tidak dikenal"},
        Row{R"({"[0]": 1})", "?", "tidak dikenal"},
        Row{R"({"foto": "../rahasia.png"})", "foto", "nama berkas"},
        Row{R"({"foto": "/etc/passwd"})", "foto", "nama berkas"},
        Row{R"({"foto": "kantor:emblem.png"})", "foto", "nama berkas"},
        Row{R"({"umur": -1})", "umur", "paling kecil 0"}, Row{R"({"umur": 151})", "umur", "paling besar 150"},
        Row{R"({"umur": 1.5})", "umur", "bilangan bulat"},
        Row{R"({"jenis": "lain"})", "jenis", "salah satu dari \"rutin\", \"insidental\""},
        Row{R"({"jenis": "insidental"})", "alasan", "Alasan: wajib diisi"},
        Row{R"({"petugas": []})", "petugas", "paling sedikit 1 butir"},
        Row{R"({"petugas": "x"})", "petugas", "harus berupa daftar"},
        Row{R"({"petugas": [{"nip": "198001012005011001"}, {"nip": "198001012005011001"}, {}]})",
            "petugas[2].nip", "NIP petugas: wajib diisi"},
        Row{R"({"petugas": [{"nip": "1"}]})", "petugas[0].nip", "18 angka"},
        Row{R"({"petugas": [{"nip": "198001012005011001", "nama": "x"}]})", "petugas[0].nama",
            "tidak dikenal"},
        Row{R"({"tangal": "2026-03-26"})", "tangal", "apakah maksudnya \"tanggal\"?"});
    CAPTURE(row.changes);
    const auto problems = check(parse_json(row.changes, "row"));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].where == row.where);
    CHECK_THAT(problems[0].what, Catch::Contains(row.what));
    if (problems[0].where == "tanggal") CHECK(problems[0].remedy == "Tanggal surat.");
}

TEST_CASE("what a form takes") {
    const auto changes =
        GENERATE("{}", R"({"jam": "14:05", "nip": "19750417 199703 1 004", "nib": "8120004617305"})",
                 R"({"nik": "6472011701800001", "kbli": "10431", "catatan": "a\nb", "foto": "foto/1.jpg"})",
                 R"({"nik": "6472015701800001", "umur": 150, "jenis": "insidental", "alasan": "x"})",
                 R"({"nama": "Ćirić Ñuñez é ’“”–", "tanggal": "2028-02-29"})");
    CAPTURE(changes);
    CHECK(check(parse_json(changes, "row")).empty());
}

TEST_CASE("all problems come at once, in the order of the form, and never repeat what was typed") {
    const auto problems = check(parse_json(
        R"({"umur": 999, "nik": "6472019999999999", "nama": null, "tanggal": "kemarin", "xyz": 1, "abc": 2, "petugas": [{}, {}]})",
        "row"));
    std::vector<std::string> places;
    for (const Problem& problem : problems) {
        places.push_back(problem.where);
        CHECK_THAT(to_string(problem), !Catch::Contains("647201") && !Catch::Contains("kemarin"));
    }
    CHECK(places == std::vector<std::string>{"nama", "tanggal", "nik", "umur", "petugas[0].nip",
                                             "petugas[1].nip", "xyz", "abc"});
}

TEST_CASE("hostile data ends in few and short problems") {
    Json data;
    data["nama"] = "a\xC3";  // cut in the middle of a character
    auto problems = check(data);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0].what, Catch::Contains("bukan UTF-8"));
    data["nama"] = std::string(10'000'000, 'a');
    data["bebas"] = std::string(10'001, 'b');
    problems = check(data);
    CHECK(problems.size() == 2);
    for (const Problem& problem : problems) CHECK(to_string(problem).size() < 300);
    Json many = Json::object();
    for (int i = 0; i < 5000; ++i) many["x" + std::to_string(i)] = i;
    CHECK(check(many).size() <= 200);
    Json odd = Json::object();
    odd[std::string(1000, 'k')] = 1;
    odd["a\nb"] = 1;
    for (const Problem& problem : check(odd)) CHECK(problem.where == "?");
    static const Schema schema(parse_json(form, "form"), "form");
    CHECK_FALSE(schema.check(Json("teks")).empty());
    CHECK_FALSE(schema.check(Json()).empty());
}

TEST_CASE("a schema that means nothing is refused by name") {
    const auto text = GENERATE(
        R"({"type": "object", "propertis": {}})", R"({"properties": {"a": {"format": "tanggal"}}})",
        R"({"properties": {"a": {"$ref": "#/definitions/b"}}})", R"({"items": 5})", R"({"type": "teks"})");
    CAPTURE(text);
    CHECK_THROWS_AS(Schema(parse_json(text, "s"), "s"), Error);
}

TEST_CASE("a form whose fields have no title or take anything is told so") {
    const auto flaws = form_flaws(
        parse_json(R"({"type": "object", "properties": {"a": {"type": "string", "title": "A"}}})", "s"), "s");
    REQUIRE(flaws.size() == 2);
    CHECK_THAT(flaws[0].what, Catch::Contains("tidak dikenal"));
    CHECK_THAT(flaws[1].what, Catch::Contains("description"));
}

TEST_CASE("a schema that goes round in circles is refused, one that names itself further down is not") {
    struct Row {
        const char* schema;
        bool taken;
    };
    const auto row = GENERATE(
        Row{R"({"type": "object", "properties": {"a": {"$ref": "#/definitions/a"}},
                "definitions": {"a": {"allOf": [{"$ref": "#/definitions/a"}]}}})",
            false},
        Row{R"({"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#/properties/a"}]}}})", false},
        Row{R"({"allOf": [{"if": {"$ref": "#/definitions/a"}, "then": {}}],
                "definitions": {"a": {"not": {"$ref": "#/definitions/b"}}, "b": {"oneOf": [{"$ref": "#/definitions/a"}]}}})",
            false},
        Row{R"({"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}})", false},
        Row{R"({"$ref": "#/definitions/simpul", "definitions": {"simpul": {"type": "object",
                "allOf": [{"properties": {"anak": {"type": "array", "items": {"$ref": "#/definitions/simpul"}}}}]}}})",
            true},
        Row{R"({"type": "object", "properties": {"not": {"type": "object", "properties": {"not": {"type": "string"}}}}})",
            true});
    CAPTURE(row.schema);
    const auto load = [&] {
        return Schema(parse_json(row.schema, "skema"), "data.schema.json").check(Json::object());
    };
    if (row.taken)
        CHECK(load().empty());
    else
        CHECK_THROWS_AS(load(), Error);
}
