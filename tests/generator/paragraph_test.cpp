#include <catch2/catch.hpp>

#include "core/error.h"
#include "generator/binding.h"
#include "generator/hyphenation.h"
#include "typeset.h"

using namespace naskah;
using namespace naskah::generator;
using namespace naskah::generator::tests;

namespace {

const std::string prose =
    "Untuk kelancaran pelaksanaan, Saudara diminta hadir serta menyiapkan NIB, Sertifikat Standar/Izin, LKPM "
    "Triwulan I Tahun "
    "2026, PKKPR, PBG, dan Persetujuan Lingkungan. Berdasarkan Peraturan Pemerintah Nomor 28 Tahun 2025 "
    "tentang "
    "Penyelenggaraan Perizinan Berusaha Berbasis Risiko dan Jadwal Inspeksi Lapangan Rutin Tahun 2026, kami "
    "beritahukan bahwa "
    "inspeksi lapangan akan dilaksanakan pada tanggal 14 s.d. 15 April 2026 di Jalan Poros Sungai Loa Nomor "
    "88, Kecamatan Loa "
    "Kulu, Kabupaten Kutai Kartanegara, selama 2 (dua) hari berturut-turut oleh tim yang ditugaskan.";

// A column `width` mm wide.
Document column(const std::string& text, double width, const std::string& attributes = "") {
    return typeset_body("<p " + attributes + ">" + text + "</p>",
                        "left=\"20\" right=\"" + std::to_string(190 - width) + "\"");
}

std::string divided(const std::string& word) {
    std::vector<std::size_t> breaks;
    hyphenate(word, breaks);
    std::string out = word;
    for (auto at = breaks.rbegin(); at != breaks.rend(); ++at) out.insert(*at, "-");
    return out;
}

}  // namespace

TEST_CASE("justified lines end at the right edge to a fiftieth of a point, the last one does not") {
    const double width = GENERATE(160.0, 133.0, 117.5, 90.0);
    const Document document = column(prose, width);
    const auto set = lines(document.pages.at(0));
    REQUIRE(set.size() > 3);
    for (std::size_t i = 0; i + 1 < set.size(); ++i) {
        CAPTURE(set[i].text);
        CHECK(set[i].left == mm(20));
        CHECK(near(set[i].right, mm(20) + mm(width)));
    }
    CHECK(set.back().right <= mm(20) + mm(width) + 20);
}

TEST_CASE(
    "word spaces of the office's sentences stay between 75 and 150 percent, where the words leave a choice") {
    struct Row {
        double width;
        const char *attributes, *text;
        int most;  // percent
    };
    const Row row = GENERATE(
        Row{133, "",
            "Peraturan Gubernur Kalimantan Timur Nomor 65 Tahun 2016 tentang Susunan, Tugas, Fungsi, dan "
            "Tata Kerja Dinas "
            "Penanaman Modal dan Pelayanan Terpadu Satu Pintu Provinsi Kalimantan Timur;",
            175},
        Row{133, "",
            "melaksanakan inspeksi lapangan rutin pada PT Sagara Banua Lestarindo, Jalan Poros Sungai Loa "
            "Nomor 88, Kecamatan "
            "Loa Kulu, Kabupaten Kutai Kartanegara, selama 2 (dua) hari, tanggal 14 s.d. 15 April 2026;",
            150},
        Row{160, "indent=\"10\"",
            "Berdasarkan Peraturan Pemerintah Nomor 28 Tahun 2025 tentang Penyelenggaraan Perizinan Berusaha "
            "Berbasis Risiko "
            "dan Jadwal Inspeksi Lapangan Rutin Tahun 2026, kami beritahukan bahwa inspeksi lapangan akan "
            "dilaksanakan pada:",
            150},
        Row{160, "indent=\"10\"",
            "Untuk kelancaran pelaksanaan, Saudara diminta hadir serta menyiapkan NIB, Sertifikat "
            "Standar/Izin, LKPM Triwulan I "
            "Tahun 2026, PKKPR, PBG, dan Persetujuan Lingkungan. Narahubung: Lintang Ayu Maheswari, (0541) "
            "555017.",
            156},
        Row{160, "",
            "Pada hari ini, Rabu, tanggal lima belas bulan April tahun dua ribu dua puluh enam (15-04-2026), "
            "pukul 14.00 WITA, "
            "kami yang bertanda tangan di bawah ini:",
            150});
    std::vector<Glyph> blank;
    fonts().shape(Face::sans, pt(11), " ", blank);
    const Document document = column(row.text, row.width, row.attributes);
    const auto set = pieces(document.pages.at(0));
    for (std::size_t i = 0; i + 1 < set.size(); ++i) {
        const Text& text = *set[i].source;
        CAPTURE(set[i].text);
        Length least = mm(10), most = 0;
        for (const Glyph& glyph : text.glyphs)
            if (text.text[glyph.cluster] == ' ') {
                least = std::min(least, glyph.advance);
                most = std::max(most, glyph.advance);
            }
        CHECK(least >= blank[0].advance * 3 / 4 - 1);
        CHECK(most <= blank[0].advance * row.most / 100 + 1);
    }
}

TEST_CASE("no gap of a column of 90 mm and more is wider than an em") {
    for (int width = 90; width <= 160; width += 2) {
        const Document document = column(prose, width);
        for (const Piece& piece : pieces(document.pages.at(0)))
            for (const Glyph& glyph : piece.source->glyphs)
                if (piece.source->text[glyph.cluster] == ' ') {
                    CAPTURE(width, piece.text);
                    CHECK(glyph.advance <= pt(11));
                }
    }
}

TEST_CASE("text comes back whole: words, blanks, and hyphens that layout put in marked as soft") {
    const Document document = column(prose, 60, "hyphenate=\"yes\"");
    std::string all;
    bool soft = false;
    for (const Item& item : document.pages.at(0).items)
        if (const auto* text = std::get_if<Text>(&item.what)) {
            all += text->text;
            if (text->soft_hyphen) {
                soft = true;
                REQUIRE(all.substr(all.size() - 2) == "\xC2\xAD");
                all.resize(all.size() - 2);
            }
        }
    CHECK(soft);
    CHECK(all == prose);
}

TEST_CASE("clusters ascend and point into the text of their item") {
    const Document document = column(prose, 60);
    for (const Item& item : document.pages.at(0).items)
        if (const auto* text = std::get_if<Text>(&item.what)) {
            std::uint32_t before = 0;
            for (const Glyph& glyph : text->glyphs) {
                CHECK(glyph.cluster >= before);
                CHECK(glyph.cluster < text->text.size());
                before = glyph.cluster;
            }
        }
}

TEST_CASE("what belongs together stays on one line in any column that has room for it") {
    const std::vector<std::string> together{"Nomor 28", "Tahun 2025", "14 s.d. 15 April 2026",
                                            "2 (dua)",  "Triwulan I", "Nomor 88,"};
    for (int width = 80; width <= 160; width += 4) {
        const std::string text = text_of(column(prose, width).pages.at(0));
        for (const std::string& words : together) {
            CAPTURE(width, words);
            std::string joined = text;
            CHECK_THAT(joined, Catch::Contains(words));
        }
    }
}

TEST_CASE("words that are bound and words that are not") {
    struct Row {
        const char *left, *right;
        bool bound;
    };
    const Row row =
        GENERATE(Row{"Nomor", "28", true}, Row{"(Nomor", "28)", true}, Row{"Tahun", "2025", true},
                 Row{"14", "s.d.", true}, Row{"s.d.", "15", true}, Row{"15", "April", true},
                 Row{"April", "2026", true}, Row{"April", "2026,", true}, Row{"2", "(dua)", true},
                 Row{"PT", "Kersik", true}, Row{"Rp", "5.000", true}, Row{"6,4", "ha", true},
                 Row{"14.00", "WITA", true}, Row{"huruf", "a", true}, Row{"Diktum", "KESATU", true},
                 Row{"Dewangga,", "S.H.,", true}, Row{"S.H.,", "M.H.", true}, Row{"Dr.", "H.", true},
                 Row{"Yth.", "Gubernur", true}, Row{"Loa", "–", true}, Row{"tanggal", "10", false},
                 Row{"2026", "tentang", false}, Row{"Kersik", "Arang", false}, Row{"dua", "puluh", false},
                 Row{"(tiga", "puluh)", true}, Row{"puluh", "satu)", true}, Row{"juta", "dua", false},
                 Row{"Nomor", "telepon", false}, Row{"Tahun", "Anggaran", false}, Row{"April", "oleh", false},
                 Row{"5", "orang", false}, Row{"Kulu,", "Kabupaten", false}, Row{"", "a", false});
    CAPTURE(row.left, row.right);
    CHECK(bound(row.left, row.right) == row.bound);
}

TEST_CASE("nobr is never broken while a line has room for it") {
    for (int width = 60; width <= 160; width += 5) {
        const std::string text = text_of(
            column("dengan susunan tim yang ditugaskan <nobr>Loa Kulu Kutai</nobr> dan " + prose, width)
                .pages.at(0));
        CHECK_THAT(text, Catch::Contains("Loa Kulu Kutai"));
    }
}

TEST_CASE("registration numbers break behind a slash only") {
    for (int width = 40; width <= 120; width += 2) {
        const Document document = column(
            "Nomor 500.16.6.5/031/DPMPTSP-DALAK/II/2026 tanggal 11 Februari 2026 terbukti tidak memenuhi "
            "standar",
            width);
        const auto set = lines(document.pages.at(0));
        for (std::size_t i = 0; i + 1 < set.size(); ++i) {
            CAPTURE(width, set[i].text);
            CHECK(set[i].text.back() != '-');
            CHECK((set[i].text.back() != '.'));
        }
    }
}

TEST_CASE("Indonesian words are divided with three letters on each side, names are not") {
    struct Row {
        const char *word, *divided;
    };
    const Row row = GENERATE(
        Row{"dimaksud", "di-maksud"}, Row{"Penanaman", "Pena-naman"}, Row{"Administrasi", "Admi-nis-trasi"},
        Row{"PENANAMAN", "PENA-NAMAN"}, Row{"Perkasatama", "Perkasatama"}, Row{"Kartanegara", "Kartanegara"},
        Row{"Balikpapan", "Balikpapan"}, Row{"direktur", "direktur"}, Row{"berlaku", "berlaku"},
        Row{"diumumkan", "di-umum-kan"}, Row{"x9abcdefghij", "x9abcdefghij"});
    CAPTURE(row.word);
    CHECK(divided(row.word) == row.divided);
}

TEST_CASE("columns of 126 mm and more are not hyphenated") {
    for (const double width : {126.0, 140.0, 160.0}) {
        const Document document = column(prose, width);
        for (const Piece& piece : pieces(document.pages.at(0))) CHECK_FALSE(piece.source->soft_hyphen);
    }
}

TEST_CASE("no short word stands alone on the last line when that can be avoided") {
    for (int width = 70; width <= 160; ++width) {
        const auto set = lines(column(prose, width).pages.at(0));
        CAPTURE(width, set.back().text);
        CHECK(set.back().text.find(' ') != std::string::npos);
    }
}

TEST_CASE("a word of 5,000 letters is broken anywhere and never leaves its column") {
    const std::string align = GENERATE("justify", "left", "center", "right");
    const Document document =
        typeset_body("<p align=\"" + align + "\">awal " + std::string(5000, 'w') + " akhir</p>");
    std::size_t letters = 0;
    for (const Page& page : document.pages)
        for (const Piece& line : pieces(page)) {
            CHECK(line.left >= mm(30) - 20);
            CHECK(line.right <= mm(190) + 20);
            letters += static_cast<std::size_t>(std::count(line.text.begin(), line.text.end(), 'w'));
        }
    CHECK(letters == 5001);
    CHECK(document.pages.size() >= 1);
}

TEST_CASE("a text of megabytes ends in an error that says how long it may be") {
    const std::string text =
        GENERATE(std::string(10u << 20, 'x'), std::string(3u << 20, ' ') + std::string(300000, 'y'));
    CHECK_THROWS_WITH(typeset_body("<p>" + text + "</p>"),
                      Catch::Contains("terlalu panjang") && Catch::Contains("200000"));
}

TEST_CASE("a character that no face has is named with its place and its neighbours") {
    CHECK_THROWS_WITH(
        typeset_body("<p _l=\"surat.mustache:12\">Yth. Bapak \xE4\xB8\xAD di Samarinda</p>"),
        Catch::Contains("U+4E2D") && Catch::Contains("surat.mustache:12") && Catch::Contains("Yth. Bapak"));
    CHECK_THROWS_WITH(typeset_body("<kv><row label=\"\xE4\xB8\xAD\" _l=\"x:2\">a</row></kv>"),
                      Catch::Contains("x:2"));
}

TEST_CASE("a short bracket is begun on the next line rather than broken") {
    const auto set =
        lines(column("Surat kuasa penandatanganan (jika dikuasakan)", 60, "align=\"left\"").pages.at(0));
    REQUIRE(set.size() == 2);
    CHECK(set[1].text == "(jika dikuasakan)");
}

TEST_CASE("forced breaks, no-break blanks and soft hyphens do what they say") {
    const auto set = lines(typeset_body("<p align=\"left\">satu <br/> dua<br/><br/>tiga</p>").pages.at(0));
    REQUIRE(set.size() == 3);
    CHECK(set[0].text == "satu");
    CHECK(set[1].text == "dua");
    CHECK(set[2].text == "tiga");
    CHECK(set[2].y - set[1].y == 2 * (set[1].y - set[0].y));
    for (int width = 40; width < 80; width += 3)
        CHECK_THAT(
            text_of(column("ini adalah kalimat dengan Loa\xC2\xA0Kulu dan kata-kata lain yang biasa", width)
                        .pages.at(0)),
            Catch::Contains("Loa\xC2\xA0Kulu"));
}

TEST_CASE("white space folds as in HTML, also around inline elements") {
    const auto set = lines(typeset_body("<p>\n  satu\n  <b> dua </b>\t tiga<i>empat</i> </p>").pages.at(0));
    REQUIRE(set.size() == 1);
    std::string all;
    const Document document = typeset_body("<p>\n  satu\n  <b> dua </b>\t tiga<i>empat</i> </p>");
    for (const Piece& piece : pieces(document.pages.at(0))) all += piece.source->text;
    CHECK(all == "satu dua tigaempat");
}

TEST_CASE("a check box stands on the axis of its words and a dotted line fills what is left") {
    const Document document =
        typeset_body("<p align=\"left\"><checkbox checked=\"yes\"/> pemohon, nama: <fill/></p>");
    std::vector<const Stroke*> strokes;
    for (const Item& item : document.pages.at(0).items)
        if (const auto* stroke = std::get_if<Stroke>(&item.what)) strokes.push_back(stroke);
    REQUIRE(strokes.size() == 3);
    CHECK(strokes[0]->closed);
    CHECK(strokes[1]->points.size() == 3);
    CHECK(near(strokes[2]->points.back().x, mm(190)));
    CHECK_FALSE(strokes[2]->dash.empty());
}

TEST_CASE("a letter wider than its column is an error, not an endless loop") {
    CHECK_THROWS_WITH(typeset_body("<p size=\"200\" left=\"158\">W</p>"), Catch::Contains("lebih sempit"));
}
