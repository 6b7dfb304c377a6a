// Forms of schemas: what a page shows of a letter's data, and what comes back from it.
#include "service/form.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/text.h"
#include "core/world.h"
#include "generator/generator.h"
#include "generator/template.h"
#include "html_form.h"
#include "service/form_input.h"
#include "service/form_values.h"
#include "workflow/issue.h"

using namespace naskah;
using namespace naskah::service;
using Catch::Matchers::Contains;
using test::sent_from;

namespace {

const char* const kinds[] = {"berita-acara-pemeriksaan", "checklist-persyaratan",
                             "rekomendasi-video-dokumenter", "sk-pencabutan", "surat-perintah-tugas"};

const generator::Templates& templates() {
    static const generator::Templates all({NASKAH_SOURCE_DIR "/templates"});
    return all;
}

Json example(const std::string& kind) { return workflow::example_of(templates(), kind, {}, system_clock()); }

FormAsk ask_for(const Json& schema, const Json& data) {
    return {.schema = schema,
            .data = data,
            .problems = {},
            .people = {},
            .say = [](const std::string& text) { return text; },
            .say_problem = [](const Problem& problem) { return problem; },
            .focus = {},
            .address = "/surat/X"};
}

// The form as HTML, by the template that the page takes.
std::string html_of(const Form& form) {
    static const std::filesystem::path pages = NASKAH_SOURCE_DIR "/web/pages";
    static const auto sheet = generator::Template::page(pages / "partials/isian.mustache", {pages},
                                                        [](const std::string& text) { return text; });
    const Json content = {
        {"butir", form.parts}, {"simpan", "/surat/X/simpan"}, {"unggah", "/surat/X/unggah"}};
    const Json none = Json::object();
    return sheet->fill({.data = content, .office = none, .letter = none, .signer = none, .page = &none});
}

Json round_trip(const Json& schema, const Json& data) {
    return read_form(schema, sent_from(html_of(make_form(ask_for(schema, data)))));
}

// Data as a schema allows it, by chance: a test of what no example has.
class Guess {
public:
    Guess(const Json& root, unsigned seed) : root_(root), chance_(seed) {}

    Json of(const Json& schema) {
        const std::string type = schema.value("type", "string");
        if (schema.contains("enum")) return pick(schema.at("enum"));
        if (type == "boolean") return below(2) == 1;
        if (type == "integer") {
            const auto least = schema.value("minimum", std::int64_t{-5'000});
            return least + static_cast<std::int64_t>(below(2'000'000));
        }
        if (type == "number") {
            if (below(2) == 0) return static_cast<std::int64_t>(below(1'000'000'000)) * 1'000;
            return static_cast<double>(below(1'000'000)) / 64.0 + 0.5;
        }
        if (type == "array") {
            Json list = Json::array();
            const std::size_t least = schema.value("minItems", std::size_t{1});
            for (std::size_t i = below(3) + std::max<std::size_t>(least, 1); i > 0; --i)
                list.push_back(of(schema.at("items")));
            return list;
        }
        if (type == "object") {
            Json group = Json::object();
            const Json needed = schema.value("required", Json::array());
            for (const auto& [name, field] : schema.at("properties").items()) {
                const bool must = std::find(needed.begin(), needed.end(), name) != needed.end();
                if (must || below(2) == 0) group[name] = of(field);
            }
            return group;
        }
        return text(schema);
    }

private:
    std::size_t below(std::size_t end) { return chance_() % end; }
    Json pick(const Json& list) { return list.at(below(list.size())); }

    std::string text(const Json& schema) {
        const std::string format = schema.value("format", "");
        if (format == "date")
            return "20" + std::to_string(10 + below(80)) + "-0" + std::to_string(1 + below(9)) + "-1" +
                   std::to_string(below(10));
        if (format == "time") return "1" + std::to_string(below(10)) + ":3" + std::to_string(below(10));
        static const std::vector<std::string> words = {"Loa",
                                                       "<b>tebal</b>",
                                                       "\"kutip\"",
                                                       "'petik'",
                                                       "&amp;",
                                                       "R&D",
                                                       "é",
                                                       "—",
                                                       "100%",
                                                       "a=b&c",
                                                       "</textarea>",
                                                       "<script>alert(1)</script>",
                                                       "[[kata]]",
                                                       "{{nama}}",
                                                       "petugas[0].nip",
                                                       "=1+1",
                                                       "0012",
                                                       "1.250",
                                                       "ya"};
        std::string out = words[below(words.size())];
        for (std::size_t i = below(6); i > 0; --i)
            out += (format == "teks" && below(3) == 0 ? "\n" : " ") + words[below(words.size())];
        return out;
    }

    const Json& root_;
    std::mt19937 chance_;
};

}  // namespace

TEST_CASE("an example of every shipped kind comes back from its form as it was") {
    for (const char* kind : kinds) {
        INFO(kind);
        const Json data = example(kind);
        CHECK(round_trip(templates().get(kind)->schema(), data) == data);
    }
}

TEST_CASE("any data that a schema allows comes back from its form as it was, markup and all") {
    for (const char* kind : kinds) {
        const Json& schema = templates().get(kind)->schema();
        for (unsigned seed = 1; seed <= 12; ++seed) {
            INFO(kind << ", seed " << seed);
            const Json data = Guess(schema, seed).of(schema);
            // A list that must not be empty begins with an empty row.
            const Json back = without_empty_rows(schema, round_trip(schema, data));
            INFO(dump_json(Json::diff(data, back)));
            CHECK(back == data);
        }
    }
}

TEST_CASE("what is typed is read as an Indonesian writes it, and stays as typed where it can't be") {
    const struct {
        Input input;
        const char* typed;
        Json read;
    } rows[] = {
        {Input::integer, "5", 5},
        {Input::integer, " 1.250.000 ", 1'250'000},
        {Input::integer, "1250000", 1'250'000},
        {Input::integer, "Rp1.250.000", 1'250'000},
        {Input::integer, "-3", -3},
        {Input::integer, "007", 7},
        {Input::integer, "2,5", 2.5},
        {Input::number, "0,5", 0.5},
        {Input::number, "12.5", 12.5},
        {Input::number, "0.125", 0.125},
        {Input::number, "1.250", 1250},
        {Input::number, "1.250.000,75", 1'250'000.75},
        {Input::number, "1,50", 1.5},
        {Input::number, "5,0", 5},
        {Input::number, "1.25.000", "1.25.000"},
        {Input::number, "1,2,3", "1,2,3"},
        {Input::number, "lima", "lima"},
        {Input::number, "1e9", "1e9"},
        {Input::number, "0x10", "0x10"},
        {Input::number, ",5", ",5"},
        {Input::number, "-", "-"},
        {Input::number, "Rp", "Rp"},
        {Input::number, "nan", "nan"},
        {Input::number, "999999999999999999", 999'999'999'999'999'999},
        {Input::number, "123456789012345678901", "123456789012345678901"},
        {Input::number, "0,1234567890123456789", "0,1234567890123456789"},
        {Input::truth, "ya", true},
        {Input::truth, "tidak", false},
        {Input::truth, "mungkin", "mungkin"},
        {Input::date, "2026-03-26", "2026-03-26"},
        {Input::date, "26/03/2026", "2026-03-26"},
        {Input::date, "6-3-2026", "2026-03-06"},
        {Input::date, "26 maret 2026", "2026-03-26"},
        {Input::date, "31/02/2026", "31/02/2026"},
        {Input::date, "besok", "besok"},
        {Input::time, "14.05", "14:05"},
        {Input::time, "9.05", "09:05"},
        {Input::time, "25:00", "25:00"},
        {Input::text, "  PT Contoh\r\nBanua  ", "PT Contoh Banua"},
        {Input::lines, "satu\r\ndua\r\n\r\ntiga\r\n", "satu\ndua\n\ntiga"},
        {Input::text, "   ", nullptr},
        {Input::lines, "\r\n", nullptr},
        {Input::number, "", nullptr},
        {Input::text, "rusak \xFF\xC3", "rusak \xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (const auto& row : rows) {
        INFO(row.typed);
        const Json read = value_from(row.typed, row.input);
        CHECK(read == row.read);
        // What was read is shown so that it is read the same again.
        CHECK(value_from(shown(read), row.input) == read);
    }
}

TEST_CASE("names that no form of ours sends are passed over, whatever they say") {
    const Json& schema = templates().get("surat-perintah-tugas")->schema();
    const char* const names[] = {"",
                                 ".",
                                 "[]",
                                 "[0]",
                                 "petugas",
                                 "petugas[",
                                 "petugas[]",
                                 "petugas[]]",
                                 "petugas[-1].nama",
                                 "petugas[1e3].nama",
                                 "petugas[99999999999999999999].nama",
                                 "petugas[0]",
                                 "petugas[0]nama",
                                 "petugas[0].nama.x",
                                 "petugas[0].tidak_ada",
                                 "petugas.nama",
                                 "pelaku_usaha[0].nama",
                                 "pelaku_usaha",
                                 "__proto__.x",
                                 "dasar[0].nama",
                                 "dasar[0][0]",
                                 "sumber_biaya.x",
                                 "sumber_biaya[0]",
                                 "pelaku_usaha..nama",
                                 "pelaku_usaha.nama.",
                                 "csrf",
                                 "aksi"};
    Fields sent;
    for (const char* name : names) sent.all.emplace_back(name, "jahat");
    const Json nothing = read_form(schema, Fields{});
    CHECK(read_form(schema, sent) == nothing);
    std::string deep = "pelaku_usaha";
    for (int i = 0; i < 100'000; ++i) deep += ".nama";
    CHECK(read_form(schema, {{{deep, "x"}, {std::string(5'000'000, '['), "x"}}}) == nothing);
}

TEST_CASE("rows are as many as were sent, in the order of their numbers") {
    const Json& schema = templates().get("surat-perintah-tugas")->schema();
    const Json data = read_form(schema, {{{"petugas[999999999].nama", "C"},
                                          {"petugas[7].nama", "B"},
                                          {"petugas[2].nama", ""},
                                          {"petugas[2].koordinator", ""},
                                          {"dasar[4]", "dua"},
                                          {"dasar[1]", "satu"},
                                          {"dasar[2]", ""}}});
    CHECK(data.at("petugas") == Json::parse(R"([{}, {"nama": "B"}, {"nama": "C"}])"));
    CHECK(data.at("dasar") == Json::parse(R"(["satu", "", "dua"])"));
    const Json tidy = without_empty_rows(schema, data);
    CHECK(tidy.at("petugas").size() == 2);
    CHECK(tidy.at("dasar") == Json::parse(R"(["satu", "dua"])"));
}

TEST_CASE("of a field that was sent twice the last counts, as a tick counts behind its box's no") {
    const Json& schema = templates().get("surat-perintah-tugas")->schema();
    CHECK(read_form(schema, {{{"petugas[0].koordinator", "tidak"}, {"petugas[0].koordinator", "ya"}}})
              .at("petugas")[0]
              .at("koordinator") == true);
    CHECK(read_form(schema, {{{"sumber_biaya", "A"}, {"sumber_biaya", ""}}}).contains("sumber_biaya") ==
          false);
}

TEST_CASE("a form of five thousand rows and one of two megabytes keep everything") {
    const Json& schema = templates().get("surat-perintah-tugas")->schema();
    Json data = example("surat-perintah-tugas");
    for (int i = 0; i < 5000; ++i)
        data["petugas"].push_back({{"nama", "Pegawai " + std::to_string(i)}, {"jabatan", "<b>"}});
    CHECK(round_trip(schema, data) == data);
    Json large = example("surat-perintah-tugas");
    large["sumber_biaya"] = std::string(2 << 20, 'x') + "&<";
    CHECK(round_trip(schema, large) == large);
}

TEST_CASE("a value of the wrong type is shown as it is and stays so") {
    const Json& schema = templates().get("berita-acara-pemeriksaan")->schema();
    Json data = example("berita-acara-pemeriksaan");
    data["rangkap"] = "tiga";
    data["waktu"]["tanggal"] = "kemarin";
    data["waktu"]["jam"] = "siang";
    data["metode"] = "telepati";
    data["kepatuhan"]["nilai"] = "delapan puluh";
    data["tim"][0]["koordinator"] = "kadang";
    data["proyek"][0]["investasi"][0]["rencana"] = "1.25.0";
    CHECK(round_trip(schema, data) == data);
}

TEST_CASE("rows are added, removed and moved, also in lists that are not there yet") {
    const Json& schema = templates().get("berita-acara-pemeriksaan")->schema();
    Json data = example("berita-acara-pemeriksaan");
    const auto change = [&](const char* text) {
        const auto wanted = RowChange::parse(text);
        REQUIRE(wanted);
        const auto row = change_rows(schema, data, *wanted);
        return row ? to_string(*row) : "";
    };
    const std::size_t team = data.at("tim").size();
    const Json first = data.at("tim")[0], second = data.at("tim")[1];
    CHECK(change("tambah tim") == "tim[" + std::to_string(team) + "]");
    CHECK(data.at("tim").back() == Json::object());
    CHECK(change("naik tim[1]") == "tim[0]");
    CHECK(data.at("tim")[0] == second);
    CHECK(data.at("tim")[1] == first);
    CHECK(change("hapus tim[0]") == "tim[0]");
    CHECK(data.at("tim").size() == team);
    data.erase("saksi");
    CHECK(change("tambah saksi") == "saksi[0]");
    CHECK(change("hapus saksi[0]") == "saksi");
    CHECK(data.at("saksi").empty());
    CHECK(change("tambah proyek[0].pb_umku") != "");
    data["dasar"].erase("lainnya");
    CHECK(change("tambah dasar.lainnya") == "dasar.lainnya[0]");
    const Json before = data;
    for (const char* text :
         {"hapus tim[999]", "naik tim[0]", "tambah tidak_ada", "tambah waktu", "hapus metode[0]",
          "tambah metode", "tambah tim[0].nama", "hapus proyek[7].perizinan[0]"}) {
        INFO(text);
        CHECK(change(text) == "");
    }
    CHECK(data == before);
    for (const char* text : {"", "tambah", "tambah ", "lempar tim", "hapus tim", "naik ..", "hapus tim[x]"})
        CHECK_FALSE(RowChange::parse(text));
}

TEST_CASE("a row that was removed comes back where it stood, and what is no row of the kind does not") {
    const Json& schema = templates().get("berita-acara-pemeriksaan")->schema();
    Json data = example("berita-acara-pemeriksaan");
    const Json before = data;
    for (const char* row : {"tim[1]", "proyek[0].investasi[0]", "kesimpulan[0]", "foto[3]"}) {
        INFO(row);
        Json removed;
        REQUIRE(change_rows(schema, data, *RowChange::parse(std::string("hapus ") + row), &removed));
        CHECK(data != before);
        CHECK(change_rows(schema, data, *RowChange::parse(std::string("kembali ") + row), &removed));
        CHECK(data == before);
    }
    // It came back through the visitor's hands: only what fits is taken.
    Json hostile = {{"nama", {{"a", 1}}}, {"jahat", "x"}, {"nip", 5}, {"jabatan", Json::array({1})}};
    REQUIRE(change_rows(schema, data, *RowChange::parse("kembali tim[0]"), &hostile));
    CHECK(data.at("tim")[0] == Json{{"nip", 5}});
    Json none;
    CHECK_FALSE(change_rows(schema, data, *RowChange::parse("kembali tim[99]"), &none));
    CHECK_FALSE(change_rows(schema, data, *RowChange::parse("kembali tim[0]")));
    CHECK(fitted(schema, Json::array({1, 2})) == Json::object());
}

TEST_CASE("rules speak of fields by their titles") {
    const auto package = templates().get("berita-acara-pemeriksaan");
    const Json data = example("berita-acara-pemeriksaan");
    FormAsk ask = ask_for(package->schema(), data);
    ask.problems = {
        {"harus tepat satu butir dengan \"koordinator\": ya; sekarang 0", "tim", "Tandai tepat satu."},
        {"tanggal 1 Mei 2026 mendahului pelaksanaan.mulai (2 Mei 2026)", "pelaksanaan.selesai", ""},
        {"hanya diisi bila jenis adalah \"insidental\"", "alasan_insidental", "Hapus isian ini."}};
    std::map<std::string, std::string> errors;
    const Form form = make_form(ask);
    for (const Json& error : form.errors) errors[error.at("nama")] = error.at("galat");
    CHECK(errors["tim"] ==
          "Harus tepat satu butir dengan \"Koordinator\": ya; sekarang 0. Tandai tepat satu.");
    CHECK(errors["pelaksanaan.selesai"] == "Tanggal 1 Mei 2026 mendahului Tanggal mulai (2 Mei 2026).");
}

TEST_CASE("problems stand at their fields, in words that do not repeat the label, and all in the summary") {
    const auto package = templates().get("surat-perintah-tugas");
    Json data = example("surat-perintah-tugas");
    data["petugas"][1]["nip"] = "123";
    data["petugas"][1].erase("jabatan");
    data["lapor_hari_kerja"] = "lima";
    data.erase("sumber_biaya");
    FormAsk ask = ask_for(package->schema(), data);
    ask.problems = generator::check(*package, data);
    ask.all_problems = true;
    const Form form = make_form(ask);
    CHECK(form.wrong == 2);
    CHECK(form.missing == 2);
    std::map<std::string, std::string> errors;
    for (const Json& error : form.errors) errors[error.at("nama")] = error.at("galat");
    CHECK(errors.size() == 4);
    CHECK(errors["petugas[1].jabatan"] == "Wajib diisi.");
    CHECK_THAT(errors["petugas[1].nip"], Catch::StartsWith("NIP terdiri atas 18 angka"));
    CHECK(errors["lapor_hari_kerja"] == "Harus berupa bilangan bulat.");
    REQUIRE(form.summary.size() == 4);
    CHECK(form.summary[0].at("alamat") == "#f-petugas-1-nip");
    CHECK_THAT(form.summary[0].at("kata").get<std::string>(), Catch::StartsWith("Petugas 2: NIP: "));

    // While somebody types, what is not filled yet is counted and not reproached.
    ask.all_problems = false;
    const Form typing = make_form(ask);
    CHECK(typing.errors.size() == 2);
    CHECK(typing.missing == 2);
}

TEST_CASE("what a condition of the schema asks for is marked as soon as it holds") {
    const auto package = templates().get("sk-pencabutan");
    const auto needed = [&](const Json& data, const std::string& name) {
        for (const Json& part : make_form(ask_for(package->schema(), data)).parts)
            if (part.contains("bagian") && part.at("bagian").at("nama") == name)
                return part.at("bagian").at("wajib").get<bool>();
        FAIL("no section " + name);
        return false;
    };
    CHECK_FALSE(needed(Json::object(), "permohonan"));
    CHECK(needed({{"dasar_pencabutan", "permohonan"}}, "permohonan"));
    CHECK_FALSE(needed({{"dasar_pencabutan", "putusan pengadilan"}}, "permohonan"));
    CHECK(needed({{"dasar_pencabutan", "pelanggaran"}, {"pelanggaran_berat", false}}, "sanksi"));
    CHECK_FALSE(needed({{"dasar_pencabutan", "pelanggaran"}, {"pelanggaran_berat", true}}, "sanksi"));
    // Then its fields are told one by one, not the group as a whole.
    const Json whole = with_groups(package->schema(), {{"dasar_pencabutan", "permohonan"}});
    CHECK(whole.at("permohonan") == Json::object());
    CHECK_FALSE(whole.contains("putusan"));
}
