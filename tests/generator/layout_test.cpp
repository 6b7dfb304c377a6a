#include "generator/layout.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "typeset.h"

using namespace naskah;
using namespace naskah::generator;
using namespace naskah::generator::tests;

namespace {

const std::string kop =
    "<letterhead emblem=\"lambang.png\"><government>PEMERINTAH PROVINSI KALIMANTAN TIMUR</government>"
    "<agency>DINAS PENANAMAN MODAL DAN</agency><agency>PELAYANAN TERPADU SATU PINTU</agency>"
    "<address>Jalan Melati Raya Nomor 17, Samarinda, Kalimantan Timur 75123</address>"
    "<address>Telepon (0541) 555017, Laman dpmptsp.contoh.go.id, Pos-el "
    "dpmptsp@contoh.go.id</address></letterhead>";
const std::string signing =
    "<signature><p>Ditetapkan di Samarinda</p><qr caption=\"Ditandatangani|secara elektronik "
    "oleh:\"/><p>Nama Pejabat<br/>NIP 1</p></signature>";
const std::string foot =
    "<footer><line/><p size=\"7.5\" pitch=\"9.3\" before=\"1.4\">kaki<br/>surat<br/>ini</p></footer>";

std::string paragraphs(int count, const std::string& attributes = "") {
    std::string out;
    for (int i = 1; i <= count; ++i)
        out += "<p " + attributes + ">Alinea " + std::to_string(i) +
               " yang cukup panjang untuk menjadi tiga baris apabila ditata pada kolom surat biasa, sehingga "
               "pemenggalan halaman "
               "dapat diuji dengan saksama, termasuk baris yatim dan baris janda yang tidak boleh tertinggal "
               "sendirian di sana.</p>";
    return out;
}

const Piece* find(const std::vector<Piece>& set, const std::string& start) {
    for (const Piece& piece : set)
        if (piece.text.rfind(start, 0) == 0) return &piece;
    return nullptr;
}

std::size_t page_with(const Document& document, const std::string& words) {
    for (std::size_t i = 0; i < document.pages.size(); ++i)
        if (text_of(document.pages[i]).find(words) != std::string::npos) return i;
    return 999;
}

}  // namespace

TEST_CASE("the letterhead stands as on the office's paper") {
    const Document document = typeset("<letter>" + kop + "<p>isi</p></letter>");
    const Page& page = document.pages.at(0);
    const auto set = pieces(page);
    REQUIRE(set.size() == 6);
    // Centred in what the emblem leaves, pitches 15, 19, 19, 2 + 11.5, 11.5 pt in boxes.
    const Length middle = (mm(30 + 18 + 5) + mm(190)) / 2;
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(near((set[i].left + set[i].right) / 2, middle, 30));
        CHECK(set[i].left > mm(30 + 18 + 5) - 20);
    }
    CHECK(set[2].y - set[1].y == pt(19));
    CHECK(set[4].y - set[3].y == pt(11.5));
    const Image* emblem = nullptr;
    std::vector<Rect> rules;
    for (const Item& item : page.items) {
        if (const auto* image = std::get_if<Image>(&item.what)) emblem = image;
        if (const auto* fill = std::get_if<Fill>(&item.what)) rules.push_back(fill->rect);
    }
    REQUIRE(emblem);
    CHECK(emblem->rect.x == mm(30));
    CHECK(near(emblem->rect.width, mm(18)));
    CHECK(near(emblem->rect.height, mm(24)));
    CHECK(near(emblem->rect.y + mm(12), mm(13) + pt(39), 60));
    REQUIRE(rules.size() == 2);
    CHECK(near(rules[0].y, mm(13) + pt(78) + mm(2.5)));
    CHECK(rules[0].height == pt(2.25));
    CHECK(rules[1].y == rules[0].y + pt(2.25) + pt(1.5));
    CHECK(rules[1].height == pt(0.5));
    CHECK(rules[0].width == mm(190) - mm(30));
}

TEST_CASE("a long name of an agency shrinks or takes another line, never over the emblem") {
    for (int copies = 1; copies < 8; ++copies) {
        std::string name = "DINAS";
        for (int i = 0; i < copies; ++i) name += " PENANAMAN MODAL DAN";
        const Document document = typeset("<letter><letterhead emblem=\"a\"><agency>" + name +
                                          "</agency></letterhead><p>isi</p></letter>");
        for (const Piece& piece : pieces(document.pages.at(0)))
            if (piece.text != "isi") {
                CHECK(piece.left >= mm(53) - 20);
                CHECK(piece.right <= mm(190) + 20);
                CHECK(piece.source->size >= pt(12) - 5);
            }
    }
}

TEST_CASE("colons of nested rows stand on their axes and runover hangs under the text") {
    const Document document =
        typeset_body("<kv label=\"21\"><row label=\"Dasar\"><ol><li>satu</li><li>" + std::string("kata ") +
                     "yang panjang sekali sehingga butir ini harus memakai lebih dari satu baris di dalam "
                     "kolom yang disediakan untuknya pada surat</li></ol></row>"
                     "<row label=\"Kepada\"><ol><li><kv label=\"27\"><row label=\"Nama\">Ratna</row><row "
                     "label=\"Pangkat/Gol.\">Pembina</row></kv></li></ol></row>"
                     "<row label=\"Untuk\">satu hal</row></kv>");
    std::vector<Length> outer, inner;
    const auto set = pieces(document.pages.at(0));
    for (const Piece& piece : set)
        if (piece.text == ":") (piece.left < mm(60) ? outer : inner).push_back(piece.left);
    REQUIRE(outer.size() == 3);
    REQUIRE(inner.size() == 2);
    for (const Length x : outer) CHECK(x == mm(30) + mm(21));
    for (const Length x : inner) CHECK(x == mm(30) + mm(21) + mm(4) + mm(7) + mm(27));
    const Piece* item = find(set, "kata yang");
    REQUIRE(item);
    const Piece* runover = item + 1;
    CHECK(item->left == mm(30) + mm(21) + mm(4) + mm(7));
    CHECK(runover->left == item->left);
    // A label, its colon, its mark and its text share one baseline.
    const Piece *label = find(set, "Kepada"), *mark = label + 2, *name = find(set, "Nama");
    CHECK(label->y == mark->y);
    CHECK(label->y == name->y);
}

TEST_CASE("a label of two lines makes room for itself") {
    const Document document = typeset_body(
        "<kv label=\"20\"><row label=\"status penanaman modal\">PMDN</row><row "
        "label=\"alamat\">Loa</row></kv>");
    const auto set = pieces(document.pages.at(0));
    const Piece *first = find(set, "PMDN"), *second = find(set, "Loa"), *tail = find(set, "modal");
    REQUIRE((first && second && tail));
    CHECK(tail->y > first->y);
    CHECK(second->y > tail->y);
}

TEST_CASE("marks count as their list says") {
    struct Row {
        const char *attributes, *third;
    };
    const Row row = GENERATE(Row{"", "3."}, Row{"type=\"a\"", "c."}, Row{"type=\"A\"", "C."},
                             Row{"type=\"I\"", "III."}, Row{"start=\"9\"", "11."}, Row{"type=\"none\"", ""});
    const Document document =
        typeset_body("<ol " + std::string(row.attributes) + "><li>a1</li><li>b1</li><li>c1</li></ol>");
    const auto set = pieces(document.pages.at(0));
    if (std::string(row.third).empty())
        CHECK(set.size() == 3);
    else
        CHECK(set.at(4).text == row.third);
    CHECK(set.back().left == mm(37));
}

TEST_CASE("no paragraph leaves a single line at the foot or the head of a page") {
    for (int shift_by = 0; shift_by < 12; ++shift_by) {
        const Document document =
            typeset_body("<space mm=\"" + std::to_string(shift_by * 2) + "\"/>" + paragraphs(40));
        for (std::size_t i = 0; i + 1 < document.pages.size(); ++i) {
            const auto ended = lines(document.pages[i]), begun = lines(document.pages[i + 1]);
            CHECK(ended.back().text.rfind("Alinea", 0) != 0);
            // Behind the page number: either a paragraph begins, or two lines of one go on.
            if (begun[1].text.rfind("Alinea", 0) != 0) CHECK(begun[2].text.rfind("Alinea", 0) != 0);
        }
    }
}

TEST_CASE("a heading goes with what follows it") {
    for (int filler = 10; filler < 24; ++filler) {
        const Document document =
            typeset_body(paragraphs(filler) + "<h mark=\"A.\">Identitas</h>" + paragraphs(3));
        for (const Page& page : document.pages)
            CHECK(lines(page).back().text.find("Identitas") == std::string::npos);
    }
}

TEST_CASE("the signature block is never split and never alone: two lines at least go with it") {
    for (int filler = 8; filler < 26; ++filler)
        for (int more = 0; more < 4; ++more) {
            const Document document =
                typeset("<letter>" + kop + paragraphs(filler) + "<space mm=\"" + std::to_string(more * 3) +
                        "\"/><p>Demikian surat ini dibuat.</p>" + signing + foot + "</letter>");
            const std::size_t page = page_with(document, "Ditetapkan di");
            CAPTURE(filler, more);
            REQUIRE(page == page_with(document, "NIP 1"));
            CHECK(page == page_with(document, "Demikian"));
            const auto set = lines(document.pages[page]);
            std::size_t before = 0;
            while (set[before].text != "Ditetapkan di Samarinda") ++before;
            CHECK(before >= (page == 0 ? 2u : 3u));  // on later pages the number comes first
        }
}

TEST_CASE(
    "the signature block stands at half the text width, its name five millimetres above the footer at "
    "least") {
    for (int filler = 5; filler < 20; ++filler) {
        const Document document =
            typeset("<letter>" + kop + paragraphs(filler) + signing + foot + "</letter>");
        for (const Page& page : document.pages) {
            const auto set = pieces(page);
            const Piece* nip = find(set, "NIP 1");
            if (!nip) continue;
            CHECK(nip->left == mm(110));
            Length rule = 0;
            for (const Item& item : page.items)
                if (const auto* fill = std::get_if<Fill>(&item.what)) rule = fill->rect.y;
            CHECK(rule - nip->y >= mm(5));
        }
    }
}

TEST_CASE("pages from the second on carry their number, the first does not") {
    const Document document = typeset_body(paragraphs(60));
    REQUIRE(document.pages.size() >= 3);
    CHECK_FALSE(find(pieces(document.pages[0]), "- 1 -"));
    for (std::size_t i = 1; i < document.pages.size(); ++i) {
        const auto set = pieces(document.pages[i]);
        CHECK(set[0].text == "- " + std::to_string(i + 1) + " -");
        CHECK(set[0].tag == -1);
        CHECK(near((set[0].left + set[0].right) / 2, mm(110), 30));
        CHECK(set[0].y < mm(25 - 7));
        CHECK(set[1].y > mm(25));
    }
    const Document unnumbered = typeset_body(paragraphs(60), "page-numbers=\"no\"");
    for (const Page& page : unnumbered.pages) CHECK_FALSE(find(pieces(page), "- 2 -"));
}

TEST_CASE(
    "every page carries the footer as an artifact, ten millimetres from the edge, and no text runs into it") {
    const Document document = typeset("<letter>" + paragraphs(40) + foot + "</letter>");
    for (const Page& page : document.pages) {
        const auto set = pieces(page);
        const Piece* kaki = find(set, "kaki");
        REQUIRE(kaki);
        CHECK(kaki->tag == -1);
        for (const Piece& piece : set)
            if (piece.tag >= 0) CHECK(piece.y < kaki->y - mm(4));
        CHECK(set.back().y < mm(287));
        CHECK(set.back().y > mm(284));
    }
}

TEST_CASE("tembusan stands below the signature, or beside it when that saves a page") {
    const std::string copies =
        "<beside><p>Tembusan:</p><ol align=\"left\"><li>Yth. Gubernur;</li><li>Yth. "
        "Bupati.</li></ol></beside>";
    bool below = false, beside = false;
    for (int filler = 6; filler < 16; ++filler)
        for (int more = 0; more < 5; ++more) {
            const Document document =
                typeset("<letter>" + kop + paragraphs(filler) + "<space mm=\"" + std::to_string(more * 3) +
                        "\"/>" + signing + copies + foot + "</letter>");
            const std::size_t page = page_with(document, "Tembusan:");
            REQUIRE(page < document.pages.size());
            const auto set = pieces(document.pages[page]);
            const Piece *nip = find(set, "NIP 1"), *last = find(set, "Yth. Bupati.");
            REQUIRE(last);
            if (nip && nip->y == last->y) {
                beside = true;
                CHECK(last->right < nip->left);
            } else {
                below = true;
                if (nip) CHECK(last->y > nip->y);
            }
            int elements = 0;
            for (const Element& element : document.structure) elements += element.type == "LI";
            CHECK(elements == 2);
        }
    CHECK(below);
    CHECK(beside);
}

TEST_CASE("a draft shows KONSEP and keeps the room of the QR code empty") {
    const std::string xml = "<letter>" + signing + "</letter>";
    const Document draft = typeset(xml, true), issued = typeset(xml);
    REQUIRE(std::holds_alternative<Watermark>(draft.pages.at(0).items.at(0).what));
    const auto has_qr = [](const Document& document) {
        return std::any_of(document.pages[0].items.begin(), document.pages[0].items.end(),
                           [](const Item& item) { return std::holds_alternative<QrCode>(item.what); });
    };
    CHECK_FALSE(has_qr(draft));
    CHECK(has_qr(issued));
    CHECK(find(pieces(draft.pages[0]), "Nama Pejabat")->y ==
          find(pieces(issued.pages[0]), "Nama Pejabat")->y);
}

TEST_CASE("the QR code is 21 mm with a quiet zone of 2.3 mm above and below") {
    const Document document = typeset("<letter>" + signing + "</letter>");
    for (const Item& item : document.pages.at(0).items)
        if (const auto* code = std::get_if<QrCode>(&item.what)) {
            CHECK(code->rect.width == mm(21));
            CHECK(code->rect.x == mm(110));
            CHECK(code->modules >= 21);
            CHECK(document.structure.at(static_cast<std::size_t>(item.tag)).type == "Figure");
            CHECK_THAT(document.structure.at(static_cast<std::size_t>(item.tag)).alt,
                       Catch::Contains("https://contoh.go.id/v/"));
        }
}

TEST_CASE("blocks that are kept together are not parted while a page has room for them") {
    for (int filler = 8; filler < 20; ++filler) {
        const Document document = typeset_body(paragraphs(filler) + "<block><p>awal blok</p>" +
                                               paragraphs(4) + "<p>akhir blok</p></block>");
        CHECK(page_with(document, "awal blok") == page_with(document, "akhir blok"));
    }
    CHECK(typeset_body("<block>" + paragraphs(60) + "</block>").pages.size() > 2);
}

TEST_CASE("an annex begins a page and page breaks are obeyed") {
    const Document document = typeset_body("<p>satu</p><pagebreak/><p>dua</p><annex><p>LAMPIRAN</p></annex>");
    CHECK(document.pages.size() == 3);
    CHECK(page_with(document, "dua") == 1);
    CHECK(page_with(document, "LAMPIRAN") == 2);
    CHECK(find(pieces(document.pages[2]), "- 3 -"));
    CHECK_FALSE(find(pieces(typeset_body("<p>satu</p><annex head=\"no\"><p>LAMPIRAN</p></annex>").pages[1]),
                     "- 2 -"));
}

TEST_CASE("pictures keep their proportions within their box") {
    const Document document =
        typeset_body("<img src=\"a\" width=\"76\" height=\"57\" alt=\"Foto\"/><img src=\"a\" width=\"30\"/>");
    std::vector<Rect> set;
    for (const Item& item : document.pages.at(0).items)
        if (const auto* image = std::get_if<Image>(&item.what)) set.push_back(image->rect);
    REQUIRE(set.size() == 2);  // the sample is 300 by 400
    CHECK(near(set[0].height, mm(57)));
    CHECK(near(set[0].width, mm(57 * 3 / 4.0)));
    CHECK(near(set[0].x + set[0].width / 2, mm(30 + 38)));
    CHECK(near(set[1].height, mm(40)));
}

TEST_CASE("what cannot be set is an error at its place") {
    struct Row {
        const char *body, *what;
    };
    const Row row = GENERATE(
        Row{"<img src=\"a\" width=\"160\" height=\"300\" _l=\"x:5\"/>", "lebih tinggi daripada satu halaman"},
        Row{"<box height=\"500\" _l=\"x:5\"/>", "lebih tinggi daripada satu halaman"},
        Row{"<img width=\"3\" _l=\"x:5\"/>", "tanpa src"},
        Row{"<p left=\"159.9\" _l=\"x:5\">a</p>", "lebih sempit"});
    CHECK_THROWS_WITH(typeset_body(row.body), Catch::Contains(row.what) && Catch::Contains("x:5"));
    CHECK_THROWS_WITH(typeset("<letter left=\"120\" right=\"80\" _l=\"x:1\"><p>a</p></letter>"),
                      Catch::Contains("x:1"));
}

TEST_CASE("papers have their sizes") {
    struct Row {
        const char* attributes;
        Length width, height;
    };
    const Row row =
        GENERATE(Row{"", mm(210), mm(297)}, Row{"paper=\"F4\"", mm(215), mm(330)},
                 Row{"paper=\"F4-210\"", mm(210), mm(330)}, Row{"landscape=\"yes\"", mm(297), mm(210)});
    CHECK(typeset_body("<p>a</p>", row.attributes).pages.at(0).size == Size{row.width, row.height});
}

TEST_CASE(
    "the structure names what is read, parents before children, and every item belongs to it or is an "
    "artifact") {
    const Document document =
        typeset("<letter>" + kop +
                "<title>JUDUL</title><h mark=\"A.\">Bagian</h><kv label=\"20\"><row "
                "label=\"a\">b</row></kv><ol><li>c</li></ol>"
                "<table cols=\"* "
                "*\"><thead><tr><td>x</td><td>y</td></tr></thead><tr><td>1</td><td>2</td></tr></table>" +
                signing + foot + "</letter>");
    REQUIRE(document.structure.at(0).type == "Document");
    std::vector<std::string> types;
    for (std::size_t i = 1; i < document.structure.size(); ++i) {
        CHECK(document.structure[i].parent >= 0);
        CHECK(document.structure[i].parent < static_cast<int>(i));
        types.push_back(document.structure[i].type);
    }
    for (const char* type : {"H1", "H2", "P", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "Figure"})
        CHECK(std::find(types.begin(), types.end(), type) != types.end());
    for (const Page& page : document.pages)
        for (const Item& item : page.items) {
            CHECK(item.tag >= -1);
            CHECK(item.tag < static_cast<int>(document.structure.size()));
            if (std::holds_alternative<Fill>(item.what)) CHECK(item.tag == -1);
        }
}

TEST_CASE("setting the same letter twice gives the same items") {
    const std::string xml = "<letter>" + kop + paragraphs(12) + signing + foot + "</letter>";
    const Document a = typeset(xml), b = typeset(xml);
    REQUIRE(a.pages.size() == b.pages.size());
    for (std::size_t i = 0; i < a.pages.size(); ++i) CHECK(text_of(a.pages[i]) == text_of(b.pages[i]));
}

TEST_CASE("an empty letter is one empty page") { CHECK(typeset("<letter/>").pages.size() == 1); }
