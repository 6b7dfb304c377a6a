#include <catch2/catch.hpp>

#include "core/error.h"
#include "typeset.h"

using namespace naskah;
using namespace naskah::generator;
using namespace naskah::generator::tests;

namespace {

std::string rows(int count, const std::string& text = "Ratna Kusumawati Dewangga") {
    std::string out;
    for (int i = 1; i <= count; ++i)
        out += "<tr><td align=\"center\">" + std::to_string(i) + ".</td><td>" + text +
               "</td><td align=\"right\">Rp1.000,00</td></tr>";
    return out;
}

const std::string head = "<thead><tr><td>No.</td><td>Uraian</td><td>Jumlah</td></tr></thead>";

std::string table(const std::string& content, const std::string& attributes = "cols=\"10 * 36\"") {
    return "<table " + attributes + ">" + content + "</table>";
}

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
    return found;
}

std::vector<Rect> fills(const Page& page) {
    std::vector<Rect> out;
    for (const Item& item : page.items)
        if (const auto* fill = std::get_if<Fill>(&item.what)) out.push_back(fill->rect);
    return out;
}

}  // namespace

TEST_CASE("the head of a table stands on each of its pages, once in the structure") {
    const Document document = typeset_body(table(head + rows(150)));
    REQUIRE(document.pages.size() > 2);
    for (std::size_t i = 0; i < document.pages.size(); ++i) {
        CHECK(count(text_of(document.pages[i]), "Uraian") == 1);
        for (const Piece& piece : pieces(document.pages[i]))
            if (piece.text == "Uraian") CHECK((piece.tag >= 0) == (i == 0));
    }
    std::string all;
    for (const Page& page : document.pages) all += text_of(page);
    for (int i = 1; i <= 150; ++i) CHECK(count("\n" + all, "\n" + std::to_string(i) + ".") == 1);
    CHECK(std::count_if(document.structure.begin(), document.structure.end(),
                        [](const Element& e) { return e.type == "TH"; }) == 3);
    CHECK(std::count_if(document.structure.begin(), document.structure.end(),
                        [](const Element& e) { return e.type == "TR"; }) == 151);
}

TEST_CASE("words of a cell stay within its padding, whatever their length") {
    const std::string text = GENERATE(
        std::string("Pengolah Data Penanaman Modal dan Pelayanan Terpadu Satu Pintu"), std::string(300, 'm'),
        std::string("https://contoh.go.id/berkas/yang/panjang/sekali/untuk/satu/kolom"));
    const Document document = typeset_body(table(head + rows(3, text), "cols=\"10 30 36\""));
    const Length left = mm(30) + mm(10) + mm(1.7), right = mm(30) + mm(40) - mm(1.7);
    for (const Piece& piece : pieces(document.pages.at(0)))
        if (piece.left > mm(41) && piece.left < mm(70)) {
            CAPTURE(piece.text);
            CHECK(piece.left >= left - 20);
            CHECK(piece.right <= right + 20);
        }
}

TEST_CASE("money ends on one vertical and numbers are centred") {
    const Document document = typeset_body(table(rows(3)));
    for (const Piece& piece : pieces(document.pages.at(0))) {
        if (piece.text == "Rp1.000,00") CHECK(near(piece.right, mm(190) - mm(1.7)));
        if (piece.text.size() == 2) CHECK(near((piece.left + piece.right) / 2, mm(35), 40));
    }
}

TEST_CASE("rules frame every row and end at the table's edges") {
    const Document document = typeset_body(table(head + rows(100)));
    for (const Page& page : document.pages) {
        Length left = mm(500), right = 0, lowest = 0, last_text = 0;
        for (const Rect& rect : fills(page)) {
            left = std::min(left, rect.x);
            right = std::max(right, rect.x + rect.width);
            lowest = std::max(lowest, rect.y + rect.height);
        }
        for (const Piece& piece : pieces(page)) last_text = std::max(last_text, piece.y);
        CHECK(near(left, mm(30), pt(0.3)));
        CHECK(near(right, mm(190), pt(0.3)));
        CHECK(lowest > last_text);
        const auto bottom = fills(page);
        CHECK(std::any_of(bottom.begin(), bottom.end(),
                          [&](const Rect& r) { return r.y + r.height == lowest && r.width > mm(159); }));
    }
}

TEST_CASE("cells may span columns and rows, and the rows they tie stay together") {
    std::string tied;
    for (int i = 0; i < 60; ++i)
        tied += "<tr><td rowspan=\"2\">tinggi " + std::to_string(i) + "</td><td>atas " + std::to_string(i) +
                "</td><td>a</td></tr><tr><td colspan=\"2\">bawah " + std::to_string(i) + "</td></tr>";
    const Document document = typeset_body(table(tied, "cols=\"30 * 36\""));
    REQUIRE(document.pages.size() > 1);
    for (const Page& page : document.pages) {
        const std::string text = text_of(page);
        CHECK(count(text, "atas ") == count(text, "bawah "));
        CHECK(count(text, "atas ") == count(text, "tinggi "));
    }
    const auto tall = std::find_if(document.structure.begin(), document.structure.end(),
                                   [](const Element& e) { return e.rowspan == 2; });
    CHECK(tall != document.structure.end());
}

TEST_CASE("a cell taller than the rows it spans makes the last of them grow") {
    const Document document = typeset_body(
        table("<tr><td rowspan=\"2\">a<br/>b<br/>c<br/>d<br/>e<br/>f</td><td>x</td><td>x</td></tr>"
              "<tr><td>y</td><td>y</td></tr><tr><td>z</td><td>z</td><td>z</td></tr>"));
    Length f = 0, z = 0;
    for (const Piece& piece : pieces(document.pages.at(0))) {
        if (piece.text == "f") f = piece.y;
        if (piece.text == "z" && z == 0) z = piece.y;
    }
    CHECK(z > f + pt(11));
}

TEST_CASE("a row taller than a page is parted between lines and none is lost") {
    std::string items;
    for (int i = 1; i <= 120; ++i) items += "baris " + std::to_string(i) + ";<br/>";
    const Document document =
        typeset_body(table(head + "<tr><td>1.</td><td>" + items + "</td><td>x</td></tr>" + rows(2)));
    REQUIRE(document.pages.size() >= 2);
    std::string all;
    for (const Page& page : document.pages) {
        all += text_of(page);
        for (const Piece& piece : pieces(page)) CHECK(piece.y <= mm(297 - 25));
    }
    for (int i = 1; i <= 120; ++i) CHECK(count(all, "baris " + std::to_string(i) + ";") == 1);
}

TEST_CASE("rows for handwriting have their least height") {
    const Document document =
        typeset_body(table("<tr height=\"12\"><td>a</td><td/><td/></tr><tr><td>b</td><td/><td/></tr>"));
    const auto set = pieces(document.pages.at(0));
    REQUIRE(set.size() == 2);
    CHECK(near(set[1].y - set[0].y, mm(12)));
}

TEST_CASE("tables that do not add up are errors at their line") {
    struct Row {
        const char *xml, *what;
    };
    const Row row =
        GENERATE(Row{"<table cols=\"10 *\"><tr _l=\"x:5\"><td _l=\"x:5\">a</td></tr></table>", "1 dari 2"},
                 Row{"<table cols=\"10 *\"><tr _l=\"x:5\"><td/><td/><td _l=\"x:5\">a</td></tr></table>",
                     "lebih dari 2"},
                 Row{"<table cols=\"10 *\"><tr><td rowspan=\"2\"/><td/></tr><tr _l=\"x:5\"><td colspan=\"2\" "
                     "_l=\"x:5\"/></tr></table>",
                     "lebih dari 2"},
                 Row{"<table cols=\"10 *\" _l=\"x:5\"><tr><td rowspan=\"3\"/><td/></tr></table>", "rowspan"},
                 Row{"<table cols=\"100 100\" _l=\"x:5\"><tr><td/><td/></tr></table>", "lebih lebar"},
                 Row{"<table cols=\"3 *\"><tr><td _l=\"x:5\">a</td><td/></tr></table>", "lebih sempit"},
                 Row{"<columns widths=\"*\" _l=\"x:5\"><column/><column/></columns>", "widths"});
    CAPTURE(row.xml);
    CHECK_THROWS_WITH(typeset_body(row.xml), Catch::Contains(row.what) && Catch::Contains("x:5"));
}

TEST_CASE("columns stand side by side, their last lines level if so wished") {
    const Document document = typeset_body(
        "<columns widths=\"* *\" "
        "valign=\"bottom\"><column><p>kiri</p></column><column><p>satu</p><p>dua</p></column></columns>");
    const auto set = pieces(document.pages.at(0));
    REQUIRE(set.size() == 3);
    CHECK(set[0].y == set[2].y);
    CHECK(set[1].left == mm(110));
}

TEST_CASE("five thousand rows are set, each once, within the margins") {
    const Document document = typeset("<letter><annex>" + table(head + rows(5000)) + "</annex></letter>");
    std::size_t money = 0;
    for (const Page& page : document.pages)
        for (const Piece& piece : pieces(page)) {
            if (piece.text == "Rp1.000,00") ++money;
            if (piece.left < mm(30) || piece.right > mm(190) || piece.y > mm(297 - 25))
                FAIL("outside: " << piece.text);
        }
    CHECK(money == 5000);
}
