#include "generator/fonts.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

const FontLibrary& fonts() {
    static const FontLibrary library;
    return library;
}

std::vector<Glyph> shaped(Face face, std::string_view text, Length size = 11000) {
    std::vector<Glyph> glyphs;
    fonts().shape(face, size, text, glyphs);
    return glyphs;
}

Length width(Face face, std::string_view text, Length size = 11000) {
    Length sum = 0;
    for (const Glyph& glyph : shaped(face, text, size)) sum += glyph.advance;
    return sum;
}

std::vector<std::uint16_t> ids(const std::vector<Glyph>& glyphs) {
    std::vector<std::uint16_t> result;
    for (const Glyph& glyph : glyphs) result.push_back(glyph.id);
    return result;
}

}  // namespace

TEST_CASE("Liberation Sans has the widths of Arial") {
    // Arial's published widths, in 1/2048 em: a 1139, space 569, W 1933, zero 1139.
    CHECK(width(Face::sans, "a", 2048) == 1139);
    CHECK(width(Face::sans, " ", 2048) == 569);
    CHECK(width(Face::sans, "W", 2048) == 1933);
    CHECK(width(Face::sans, "0", 2048) == 1139);
    CHECK(width(Face::sans, "a", 12000) == 6674);  // 6673.8
}

TEST_CASE("Kerning pulls letters together") {
    CHECK(width(Face::sans, "AV") < width(Face::sans, "A") + width(Face::sans, "V"));
}

TEST_CASE("A ligature is one glyph that stands at its first letter, and the next cluster counts on") {
    const auto glyphs = shaped(Face::bookman, "verifikasi fisik");
    std::vector<std::uint32_t> clusters;
    for (const Glyph& glyph : glyphs) clusters.push_back(glyph.cluster);
    CHECK(clusters == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 13, 14, 15});
}

TEST_CASE("A word has one width wherever it stands") {
    for (const Face face : {Face::sans, Face::bookman_italic}) {
        const Length apart = width(face, "Tahun") + width(face, " ") + width(face, "2026");
        CHECK(width(face, "Tahun 2026") == apart);
        CHECK(width(face, std::string(200, 'i')) == 200 * width(face, "i"));
    }
}

TEST_CASE("Clusters count bytes of the whole run") {
    const auto glyphs = shaped(Face::sans, "é – x");
    REQUIRE(glyphs.size() == 5);
    CHECK(glyphs[2].cluster == 3);
    CHECK(glyphs[4].cluster == 7);
}

TEST_CASE("A face says which character it lacks") {
    struct Row {
        const char* text;
        char32_t missing;
    };
    for (const Row& row :
         {Row{"Surat Perintah Tugas", 0}, Row{"é“”–…•°§×−½", 0}, Row{"e\u0301", 0}, Row{"Nomor\u00A028", 0},
          Row{"pem\u00ADban\u200Bgun\uFEFFan", 0}, Row{"senyum 😀", 0x1F600}, Row{"漢字", 0x6F22},
          Row{"a\tb", 0x09}, Row{"a\nb", 0x0A}, Row{"\u0085", 0x85}, Row{"\u202Etxt.exe", 0x202E},
          Row{"\u2067", 0x2067}, Row{"שלום", 0x05E9}, Row{"", 0}})
        for (int face = 0; face < face_count; ++face) {
            INFO(row.text << " in face " << face);
            CHECK(code_point_name(fonts().missing(static_cast<Face>(face), row.text)) ==
                  code_point_name(row.missing));
        }
    CHECK(fonts().missing(Face::sans, "Ж") == 0);
    CHECK(fonts().missing(Face::bookman, "абв") == U'а');
}

TEST_CASE("What is never seen gives no glyph") {
    CHECK(ids(shaped(Face::sans, "pem\u00ADban")) == ids(shaped(Face::sans, "pemban")));
}

TEST_CASE("Metrics grow with the size and point the right way") {
    for (int face = 0; face < face_count; ++face) {
        const Metrics small = fonts().metrics(static_cast<Face>(face), 1000);
        const Metrics large = fonts().metrics(static_cast<Face>(face), 12000);
        for (const Length length : {small.ascent, small.descent, small.cap_height, small.x_height,
                                    small.underline_position, small.underline_thickness})
            CHECK(length > 0);
        CHECK(small.x_height < small.cap_height);
        CHECK(small.cap_height < small.ascent);
        CHECK(std::abs(large.ascent - 12 * small.ascent) <= 6);
    }
    CHECK(fonts().metrics(Face::sans, 1000).ascent == 905);  // hhea 1854 of 2048
    CHECK(fonts().metrics(Face::sans, 1000).cap_height == 688);
}

TEST_CASE("Two prepared programs cover what letters use and are shared") {
    for (int i = 0; i < face_count; ++i) {
        const Face face = static_cast<Face>(i);
        if (i % 4 >= 2) continue;  // italic
        const auto small = fonts().program(face, ids(shaped(face, "Verifikasi fisik “28” – Rp1.250.000,00")));
        CHECK(small == fonts().program(face, {}));
        const auto large = fonts().program(face, ids(shaped(face, "§ 3: 25 °C … {*} é")));
        CHECK(large == fonts().program(face, ids(shaped(face, "#"))));
        CHECK(large != small);
        CHECK(small->compressed.size() < large->compressed.size());
        CHECK(large->compressed.size() < 12000);
        for (const auto& program : {small, large}) {
            CHECK(program->cff == (face >= Face::bookman));
            CHECK(program->name.find("+") == 6);
            CHECK(program->text[program->renumbered[shaped(face, "A")[0].id]] == "A");
        }
        CHECK(large->text[large->renumbered[shaped(face, "é")[0].id]] == "é");
    }
}

TEST_CASE("A sentence in italics takes just its glyphs into the file, and all letters share them") {
    const std::string sentence = "Dokumen ini telah ditandatangani secara elektronik.";
    for (const Face face : {Face::sans_italic, Face::bookman_bold_italic}) {
        auto glyphs = ids(shaped(face, sentence));
        std::sort(glyphs.begin(), glyphs.end());
        glyphs.erase(std::unique(glyphs.begin(), glyphs.end()), glyphs.end());
        const auto program = fonts().program(face, glyphs);
        CHECK(program == fonts().program(face, glyphs));
        CHECK(program->width.size() == glyphs.size() + 1);  // and the one for what is missing
        CHECK(program->compressed.size() < 4000);
        const auto whole = fonts().program(
            face, ids(shaped(face, "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789")));
        CHECK(whole->compressed.size() > program->compressed.size());
        CHECK(whole->text[whole->renumbered[shaped(face, "%")[0].id]] == "%");
    }
}

TEST_CASE("A program with rare characters does not depend on what was asked before") {
    const auto rare = ids(shaped(Face::sans, "Łódź ЖЩ"));
    const auto other = ids(shaped(Face::sans, "Ωμέγα"));
    const FontLibrary first, second;
    const auto a = first.program(Face::sans, rare);
    second.program(Face::sans, other);
    second.program(Face::sans, {});
    const auto b = second.program(Face::sans, rare);
    CHECK(a->compressed == b->compressed);
    CHECK(a->name == b->name);
    CHECK(a->to_unicode == b->to_unicode);
    CHECK(a->name != first.program(Face::sans, {})->name);
    for (const std::uint16_t id : rare) CHECK(a->renumbered[id] != 0xFFFF);
}

TEST_CASE("Eight threads shape and subset alike") {
    const FontLibrary library;
    std::vector<std::vector<Glyph>> results(8);
    std::vector<std::string> names(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < 6000; ++n) {  // more words than the cache holds
                results[i].clear();
                library.shape(Face::bookman, 12000, "Pemeriksaan fisik ke-" + std::to_string(n), results[i]);
            }
            names[i] = library.program(Face::bookman, ids(results[i]))->name;
        });
    for (auto& thread : threads) thread.join();
    for (std::size_t i = 1; i < 8; ++i) {
        CHECK(ids(results[i]) == ids(results[0]));
        CHECK(names[i] == names[0]);
    }
}

TEST_CASE("A missing face is named with the package that brings it") {
    try {
        const FontLibrary library({"/tidak/ada"});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.code() == Code::outside);
        CHECK(error.problems().size() == 8);
        CHECK(std::string(error.what()).find("LiberationSans-Bold.ttf") != std::string::npos);
        CHECK(std::string(error.what()).find("fonts-texgyre") != std::string::npos);
    }
}
