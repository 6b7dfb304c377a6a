#include <catch2/catch.hpp>

#include <thread>

#include "generator/template.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::generator;
using naskah::test::Folder;
using naskah::test::spit;

namespace {

const Json office = parse_json(R"({"tempat": "Samarinda", "kop": {"dinas": ["SATU", "DUA"]}})", "office");
const Json letter = parse_json(R"({"nomor": "1/A/2026"})", "letter");
const Json signer = parse_json(R"({"nama": "N"})", "signer");

std::string filled(const std::string& text, const std::string& data) {
    const Json json = parse_json(data, "data");
    return Template::plain(text, "uji")->fill({json, office, letter, signer});
}

// Everything that loading or filling complains about.
std::string complaint(const std::string& text, const std::string& data = "{}") {
    try {
        return "tidak ada keluhan: " + filled(text, data);
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        return error.what();
    }
}

class Files {
public:
    Files(std::initializer_list<std::pair<std::string, std::string>> files) {
        std::filesystem::create_directories(folder_ / "surat");
        std::filesystem::create_directories(folder_ / "partials");
        for (const auto& [name, text] : files) spit(folder_ / name, text);
    }
    std::shared_ptr<const Template> load() const {
        return Template::load(folder_ / "surat/letter.mustache", {folder_.path()});
    }
    std::string complaint() const {
        try {
            load();
            return "tidak ada keluhan";
        } catch (const Error& error) {
            return error.what();
        }
    }
    std::string fill(const std::string& data = "{}") const {
        const Json json = parse_json(data, "data");
        return load()->fill({json, office, letter, signer});
    }

private:
    Folder folder_;
};

}  // namespace

TEST_CASE("names, sections, places and pipes give what docs/templates.md says") {
    struct Row {
        const char *text, *data, *result;
    };
    const auto row = GENERATE(
        Row{"{{a}}", R"({"a": "x"})", "x"}, Row{"{{a.b}}", R"({"a": {"b": 7}})", "7"},
        Row{"{{a}}", R"({"a": 6.4})", "6,4"}, Row{"{{a}}", R"({"a": 0})", "0"},
        Row{"{{ a }}", R"({"a": "x"})", "x"},
        Row{"{{kantor.tempat}} {{surat.nomor}} {{penandatangan.nama}}", "{}", "Samarinda 1/A/2026 N"},
        Row{"{{#l}}{{n}};{{/l}}", R"({"l": [{"n": 1}, {"n": 2}]})", "1;2;"},
        Row{"{{#l}}{{.}}{{^@terakhir}}, {{/@terakhir}}{{/l}}", R"({"l": ["a", "b"]})", "a, b"},
        Row{"{{#l}}{{@nomor}}{{@huruf}}{{@romawi}}{{#@pertama}}!{{/@pertama}} {{/l}}", R"({"l": [5, 6]})",
            "1aI! 2bII "},
        Row{"{{#l}}{{n}}{{isian.n}}{{/l}}", R"({"n": "luar", "l": [{"n": "dalam"}]})", "dalamluar"},
        Row{"{{#l}}{{#m}}{{@nomor}}{{.}} {{/m}}{{@nomor}};{{/l}}",
            R"({"l": [{"m": ["a", "b"]}, {"m": ["c"]}]})", "1a 2b 1;1c 2;"},
        Row{"{{#t}}{{a}}{{/t}}", R"({"t": "teks", "a": "x"})", "x"},
        Row{"{{#t}}{{a}}{{/t}}{{^t}}kosong{{/t}}", R"({"a": "x"})", "kosong"},
        Row{"{{^t}}kosong{{/t}}", R"({"t": ""})", "kosong"},
        Row{"{{^t}}kosong{{/t}}", R"({"t": []})", "kosong"},
        Row{"{{#t}}nol ada{{/t}}", R"({"t": 0})", "nol ada"},
        Row{"{{#o}}{{a}}{{/o}}", R"({"o": {"a": 1}, "a": 2})", "1"}, Row{"a{{! komentar {x} }}b", "{}", "ab"},
        Row{"{{#kantor.kop.dinas}}{{.}} {{/kantor.kop.dinas}}", "{}", "SATU DUA "},
        Row{"{{t|panjang}}", R"({"t": "2026-03-06"})", "6 Maret 2026"},
        Row{"{{t|hari_panjang}}", R"({"t": "2026-03-26"})", "Kamis, 26 Maret 2026"},
        Row{"{{t|berita_acara}}", R"({"t": "2026-03-26"})",
            "Kamis, tanggal dua puluh enam bulan Maret tahun dua ribu dua puluh enam"},
        Row{"{{t|angka}} {{t|tahun}} {{t|bulan}} {{t|romawi}} {{t|hari}}", R"({"t": "2026-03-26"})",
            "26-03-2026 2026 Maret III Kamis"},
        Row{"{{w|rentang}}, {{w|lama}} hari", R"({"w": {"mulai": "2026-04-14", "selesai": "2026-04-15"}})",
            "14 s.d. 15 April 2026, 2 (dua) hari"},
        Row{"{{t|jam}}", R"({"t": "14:05"})", "14.05"},
        Row{"{{n|terbilang}}", R"({"n": 1001000})", "satu juta seribu"},
        Row{"{{n|dengan_huruf}} {{n|diktum}} {{n|huruf}}", R"({"n": 3})", "3 (tiga) KETIGA c"},
        Row{"{{n|ribuan}}", R"({"n": 36000})", "36.000"},
        Row{"{{n|ribuan}}", R"({"n": -1234.5})", "-1.234,5"},
        Row{"{{n|rupiah}}", R"({"n": 1250000})", "Rp1.250.000,00"},
        Row{"{{n|uang}}", R"({"n": 0.5})", "0,50"}, Row{"{{n|dolar}}", R"({"n": 1234.5})", "US$1.234,50"},
        Row{"{{n|persen}}", R"({"n": 77.56})", "77,56%"},
        Row{"{{n|rupiah_huruf}}", R"({"n": 1250000})", "satu juta dua ratus lima puluh ribu rupiah"},
        Row{"{{t|kapital}}", R"({"t": "Kutai"})", "KUTAI"},
        Row{"{{t|nip}}", R"({"t": "198001012005011001"})", "19800101 200501 1 001"},
        Row{"{{l|banyak}}", R"({"l": [1, 2, 3]})", "3"}, Row{"{{l|banyak}}", "{}", "0"},
        Row{"{{#t|baris}}<{{.}}>{{/t|baris}}", R"({"t": "a\n\n b \nc"})", "<a><b><c>"},
        Row{"{{l|gabung}}", R"({"l": ["a", "b", "c"]})", "a, b, dan c"},
        Row{"{{l|gabung}}", R"({"l": ["a", "b"]})", "a dan b"},
        Row{"{{#l|jumlah}}{{a}} {{.|capaian}}{{/l|jumlah}}",
            R"({"l": [{"a": 1, "rencana": 10, "realisasi": 5}, {"a": 2, "rencana": 10, "realisasi": 10}]})",
            "3 75,00%"},
        Row{"{{o|capaian}}", R"({"o": {"rencana": 0, "realisasi": 5}})", "–"},
        Row{"{{#l|pasangan}}[{{#kiri}}{{nomor}}{{a}}{{/kiri}}{{#kanan}} "
            "{{nomor}}{{a}}{{/kanan}}]{{/l|pasangan}}",
            R"({"l": [{"a": "x"}, {"a": "y"}, {"a": "z"}]})", "[1x 2y][3z]"},
        Row{"{{#l|hanya:k}}{{n}}{{/l|hanya:k}} {{#l|tanpa:k}}{{@nomor}}{{n}}{{/l|tanpa:k}}",
            R"({"l": [{"n": "a"}, {"n": "b", "k": true}, {"n": "c", "k": false}]})", "b 1a2c"},
        Row{"{{#t|=ya tidak}}sama{{/t|=ya tidak}}{{#t|!=x}} beda{{/t|!=x}}", R"({"t": "ya tidak"})",
            "sama beda"},
        Row{"{{#l|banyak|>1}}banyak{{/l|banyak|>1}}{{#l|banyak|<9}} sedikit{{/l|banyak|<9}}",
            R"({"l": [1, 2]})", "banyak sedikit"},
        Row{"{{#t|ada}}ada{{/t}}{{#t|kosong}}kosong{{/t}}", "{}", "kosong"},
        Row{"{{#t|=ya}}1{{/t}}{{#f|=tidak}}2{{/f}}", R"({"t": true, "f": false})", "12"});
    CAPTURE(row.text, row.data);
    CHECK(filled(row.text, row.data) == row.result);
}

TEST_CASE("what mustache would pass over in silence is an error that names the place") {
    struct Row {
        const char *text, *data, *said;
    };
    const auto row = GENERATE(
        Row{"a\n\n{{b}}", "{}", "uji:3: {{b}} tidak ada isinya"},
        Row{"{{a.b}}", R"({"a": {}})", "uji:1: {{a.b}} tidak ada isinya"},
        Row{"{{a}}", R"({"a": null})", "tidak ada isinya"},
        // An item that lacks a field doesn't borrow it from around the list.
        Row{"{{#l}}{{n}}{{/l}}", R"({"n": "luar", "l": [{}]})", "{{n}} tidak ada isinya"},
        Row{"{{#l}}{{n}}{{/l}}", R"({"n": "luar", "l": ["a"]})", "{{n}} tidak ada isinya"},
        Row{"{{a}}", R"({"a": [1]})", "tidak dapat dicetak"},
        Row{"{{a}}", R"({"a": true})", "tidak dapat dicetak"}, Row{"{{{a}}}", "{}", "tidak diterima"},
        Row{"{{&a}}", "{}", "tidak diterima"}, Row{"{{=<% %>=}}", "{}", "tidak diterima"},
        Row{"x{{#a}}y", "{}", "bagian {{#a}} tidak ditutup"}, Row{"{{/a}}", "{}", "tidak dibuka"},
        Row{"{{#a}}{{#b}}{{/a}}{{/b}}", "{}", "{{/a}} menutup {{#b}}"},
        Row{"{{a", "{}", "tanda {{ tidak ditutup"}, Row{"{{}}", "{}", "kosong"},
        Row{"{{a-b}}", "{}", "bukan nama"}, Row{"{{a..b}}", "{}", "bukan nama"},
        Row{"{{a|entah}}", R"({"a": "x"})", "pipa \"|entah\" tidak dikenal"},
        Row{"{{a|panjang}}", R"({"a": "2026-02-30"})", "meminta tanggal"},
        Row{"{{a|rupiah}}", R"({"a": "lima"})", "meminta angka"},
        Row{"{{a|terbilang}}", R"({"a": 18446744073709551615})", "meminta bilangan bulat"},
        Row{"{{a|ribuan}}", R"({"a": 18446744073709551615})", "meminta angka"},
        Row{"{{a|rupiah}}", R"({"a": 18446744073709551615})", "meminta angka"},
        Row{"{{#l|jumlah}}{{n}}{{/l|jumlah}}", R"({"l": [{"n": 18446744073709551615}]})",
            "meminta daftar isian dengan angka"},
        Row{"{{a|rentang}}", R"({"a": {"mulai": "2026-04-15", "selesai": "2026-04-14"}})",
            "meminta isian dengan mulai dan selesai"},
        Row{"{{a|>x}}", "{}", "tidak dikenal"}, Row{"{{a|hanya:}}", "{}", "tidak dikenal"},
        Row{"{{.}}", "{}", "di luar bagian"}, Row{"{{@nomor}}", "{}", "di luar daftar"},
        Row{"{{> kop}}", "{}", "tidak ada"});
    CAPTURE(row.text, row.data);
    CHECK_THAT(complaint(row.text, row.data), Catch::Contains(row.said));
}

TEST_CASE("values are escaped, whatever they hold") {
    const Files files({{"surat/letter.mustache", "<p title=\"{{a}}\">{{a}}</p>"}});
    CHECK(files.fill(R"({"a": "<b>&'\"{{x}}"})") ==
          "<p _l=\"surat/letter.mustache:1\" "
          "title=\"&lt;b&gt;&amp;&apos;&quot;{{x}}\">&lt;b&gt;&amp;&apos;&quot;{{x}}</p>");
}

TEST_CASE("every start tag knows its file and line, and white space folds") {
    const Files files(
        {{"surat/letter.mustache", "<letter>\n  {{> isi}}\n\n  <p>a\n  b</p>{{! <x> }}\n</letter>\n"},
         {"partials/isi.mustache", "<kv>\n<row label=\"x\">1 < 2</row></kv>"}});
    CHECK(files.fill() ==
          "<letter _l=\"surat/letter.mustache:1\"> <kv _l=\"partials/isi.mustache:1\"> <row "
          "_l=\"partials/isi.mustache:2\" label=\"x\">1 < 2</row></kv> <p _l=\"surat/letter.mustache:4\">a "
          "b</p> </letter> ");
}

TEST_CASE("partials that include each other end in an error, not in a crash") {
    const Files files({{"surat/letter.mustache", "{{> a}}"},
                       {"partials/a.mustache", "\n{{> b}}"},
                       {"partials/b.mustache", "{{> a}}"}});
    CHECK_THAT(files.complaint(),
               Catch::Contains("memuat dirinya sendiri") && Catch::Contains("partials/b.mustache:1"));
    const Files open({{"surat/letter.mustache", "{{#x}}{{> a}}"}, {"partials/a.mustache", "{{/x}}"}});
    CHECK_THAT(open.complaint(), Catch::Contains("tidak dibuka"));
    const Files leading({{"surat/letter.mustache", "{{> ../../etc/passwd}}"}});
    CHECK_THAT(leading.complaint(), Catch::Contains("bukan nama potongan"));
    const Files broken({{"surat/letter.mustache", "a\xff"}});
    CHECK_THAT(broken.complaint(), Catch::Contains("bukan UTF-8"));
}

TEST_CASE("a name that the schema does not know is found without any data") {
    const Json schema = parse_json(R"({"type": "object", "properties": {
        "tujuan": {"type": "string"}, "catatan": {"type": "string"},
        "butir": {"type": "array", "items": {"$ref": "#/definitions/butir"}}},
        "definitions": {"butir": {"type": "object", "properties": {"nama": {"type": "string"}, "luas": {"type": "number"}}}}})",
                                   "schema");
    struct Row {
        const char *text, *said;
    };
    const auto row = GENERATE(
        Row{"{{tujuan}}{{#catatan}}{{tujuan}}{{/catatan}}", ""},
        Row{"{{#butir}}{{nama}}{{isian.tujuan}}{{kantor.kop.lambang}}{{/butir}}", ""},
        Row{"{{#butir|jumlah}}{{luas}}{{/butir|jumlah}}", ""},
        Row{"{{#butir|pasangan}}{{#kiri}}{{nama}}{{nomor}}{{/kiri}}{{/butir}}", ""},
        Row{"{{#butir|tanpa:luas}}{{nama}}{{@nomor}}{{/butir}}", ""},
        Row{"{{#tujaun}}x{{/tujaun}}", "\"tujuan\""}, Row{"{{#butir}}{{tujuan}}{{/butir}}", "tujuan"},
        Row{"{{#butir}}{{^nma}}{{/nma}}{{/butir}}", "\"nama\""}, Row{"{{kantor.alamat}}", "alamat"},
        Row{"{{#butir|banyak|>1}}{{nama}}{{/butir}}", "nama"},
        Row{"{{#tujuan}}{{@nomor}}{{/tujuan}}", "di luar daftar"}, Row{"{{tujuan.jauh}}", "jauh"});
    CAPTURE(row.text);
    const auto problems = Template::plain(row.text, "uji")->unknown_names(schema);
    if (*row.said == '\0') {
        CHECK(problems.empty());
    } else {
        REQUIRE(problems.size() == 1);
        CHECK_THAT(to_string(problems[0]), Catch::Contains(row.said) && Catch::Contains("uji:1"));
    }
}

TEST_CASE("one template serves many threads at once") {
    const auto shared =
        Template::plain("{{#l}}{{n|dengan_huruf}}{{^@terakhir}}, {{/@terakhir}}{{/l}}", "uji");
    std::vector<std::thread> threads;
    std::vector<std::string> results(8);
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            Json data = {{"l", Json::array()}};
            for (int k = 0; k < 50; ++k) data["l"].push_back({{"n", i}});
            for (int round = 0; round < 20; ++round)
                results[static_cast<std::size_t>(i)] = shared->fill({data, office, letter, signer});
        });
    for (auto& thread : threads) thread.join();
    for (int i = 0; i < 8; ++i) {
        Json data = {{"l", Json::array()}};
        for (int k = 0; k < 50; ++k) data["l"].push_back({{"n", i}});
        CHECK(results[static_cast<std::size_t>(i)] == shared->fill({data, office, letter, signer}));
    }
}
