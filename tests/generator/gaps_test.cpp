// Letters that are not finished: whatever has been typed so far, there is a page to look at.
#include "generator/gaps.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/generator/shipped.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::generator;
using Catch::Matchers::Contains;
using naskah::test::Folder;
using naskah::test::run;

namespace {

const char* const kinds[] = {"berita-acara-pemeriksaan", "checklist-persyaratan",
                             "rekomendasi-video-dokumenter", "sk-pencabutan", "surat-perintah-tugas"};

Bytes preview(const std::string& kind, const Json& data, bool& cut) {
    static const Generator generator;
    const auto package = templates().get(kind);
    Surroundings around = surroundings();
    around.letter["nomor"] = "…………";
    around.draft = around.unfinished = true;
    return generator.render(*package, with_gaps(package->schema(), data, cut), around);
}

std::string words_of(const std::string& kind, const Json& data) {
    static const Folder folder;
    bool cut = false;
    write_file(folder / "konsep.pdf", preview(kind, data, cut));
    std::string words;
    for (const char c : run({"pdftotext", (folder / "konsep.pdf").string(), "-"}).out)
        if (c != '\n' || (!words.empty() && words.back() != ' ')) words += c == '\n' ? ' ' : c;
    return words;
}

// Every place of the data, so that each can be spoilt.
void each_place(Json& value, const std::function<void(Json&)>& see) {
    see(value);
    if (value.is_structured())
        for (Json& part : value) each_place(part, see);
}

}  // namespace

TEST_CASE("a letter of which nothing is typed yet is set, and names what it needs") {
    const struct {
        const char *kind, *named;
    } rows[] = {{"berita-acara-pemeriksaan", "[Nama wakil]"},
                {"checklist-persyaratan", "[Persyaratan]"},
                {"rekomendasi-video-dokumenter", "[Judul]"},
                {"sk-pencabutan", "[Nomor izin]"},
                {"surat-perintah-tugas", "[Nama petugas]"}};
    for (const auto& row : rows) {
        INFO(row.kind);
        CHECK_THAT(words_of(row.kind, Json::object()), Contains(row.named));
    }
}

TEST_CASE("what is typed stands in the preview as it was typed, right or wrong") {
    Json data = example("surat-perintah-tugas");
    data["lapor_hari_kerja"] = "lima belas";
    data["pelaksanaan"]["mulai"] = "lusa";
    data["petugas"][0]["nip"] = "19790823 lupa";
    data["pelaku_usaha"].erase("lokasi");
    const std::string words = words_of("surat-perintah-tugas", data);
    CHECK_THAT(words, Contains("lima belas"));
    CHECK_THAT(words, Contains("19790823 lupa"));
    CHECK_THAT(words, Contains("[Lokasi]"));
    CHECK_THAT(words, Contains("……"));
}

TEST_CASE("markup, characters without a glyph and lost pictures do not stop a preview") {
    Json data = example("berita-acara-pemeriksaan");
    data["wakil"]["nama"] = "<b>&amp;</letter>]]>{{nama}}";
    data["tempat"] = "Sama\xF0\x9F\x98\x80rinda\x01\xE2\x80\x8B";
    data["foto"][0]["berkas"] = "tidak/ada.jpg";
    data["foto"][1]["berkas"] = "../../../etc/passwd";
    data["foto"][2].erase("berkas");
    const std::string words = words_of("berita-acara-pemeriksaan", data);
    CHECK_THAT(words, Contains("<b>&amp;</letter>]]>{{nama}}"));
    CHECK_THAT(words, Contains("Sama?rinda"));
}

TEST_CASE("every field spoilt, one after the other and all at once, still gives a page") {
    const Json spoils[] = {nullptr,
                           true,
                           -1,
                           1e300,
                           "",
                           "x",
                           "……",
                           Json::array(),
                           Json::object(),
                           {{"a", {1, 2}}},
                           Json::array({1, "a", nullptr, Json::array()}),
                           std::string(20'000, 'W')};
    std::mt19937 chance(7);
    bool cut = false;
    for (const char* kind : kinds) {
        const Json whole = example(kind);
        for (int round = 0; round < 12; ++round) {
            Json data = whole;
            each_place(data, [&](Json& place) {
                if (&place != &data && chance() % (round == 0 ? 1 : 6) == 0)
                    place = spoils[chance() % std::size(spoils)];
            });
            INFO(kind << " " << dump_json(data).substr(0, 2000));
            CHECK_NOTHROW(preview(kind, data, cut));
        }
        for (const Json& spoil : spoils) CHECK_NOTHROW(preview(kind, spoil, cut));
    }
}

TEST_CASE("a preview is bounded: what is too long or too much is cut, and that is said") {
    Json data = example("surat-perintah-tugas");
    bool cut = true;
    preview("surat-perintah-tugas", data, cut);
    CHECK_FALSE(cut);
    for (int i = 0; i < 5000; ++i) data["petugas"].push_back({{"nama", "Pegawai"}, {"jabatan", "Staf"}});
    preview("surat-perintah-tugas", data, cut);
    CHECK(cut);
    data = example("surat-perintah-tugas");
    data["sumber_biaya"] = std::string(2 << 20, 'x');
    preview("surat-perintah-tugas", data, cut);
    CHECK(cut);
    const Json full = with_gaps(templates().get("surat-perintah-tugas")->schema(), data, cut);
    CHECK(dump_json(full).size() < 10'000);
}
