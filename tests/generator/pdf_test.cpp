#include "generator/pdf.h"

#include <algorithm>
#include <regex>
#include <set>
#include <thread>

#include "core/error.h"
#include "core/text.h"
#include "tests/generator/sheet.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

constexpr Face all_faces[] = {
    Face::sans,    Face::sans_bold,    Face::sans_italic,    Face::sans_bold_italic,
    Face::bookman, Face::bookman_bold, Face::bookman_italic, Face::bookman_bold_italic};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string latin1(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("Strangers read a letter in all faces without a complaint") {
    Sheet sheet;
    const int paragraph = sheet.element("P", 0);
    for (const Face face : all_faces) sheet.text("Verifikasi fisik “28” – Rp1.250.000,00 …", paragraph, face);
    sheet.add(Fill{{pt(60), pt(500), pt(400), 500}, {}});
    sheet.add(Stroke{
        {{pt(60), pt(520)}, {pt(90), pt(520)}, {pt(90), pt(530)}}, true, 700, {}, false, {20, 40, 200}});
    sheet.add(Stroke{{{pt(60), pt(540)}, {pt(300), pt(540)}}, false, 700, {0, 2000}, true, {}});
    const Judged judged(sheet.pdf());
    judged.stand_up_to_all();

    const std::string listed = judged.ask({"pdffonts", "PDF"}).out;
    const std::regex row("[A-Z]{6}\\+\\S+ +CID (TrueType|Type 0C) +Identity-H +yes yes yes");
    CHECK(std::distance(std::sregex_iterator(listed.begin(), listed.end(), row), {}) == 8);
}

TEST_CASE("Every character of the prepared set comes back from every face, in poppler and in mupdf") {
    // Three characters to a word: poppler turns a blank into a line's end if it stands alone.
    std::string characters;
    for (char c = '!'; c <= '~'; ++c) characters += std::string(1, c) + "n" + ((c - '!') % 3 == 2 ? " " : "");
    const std::string others = "x§©°±²³·¼½É×àçèéëïñöüx – — ‘kutip’ “kutip” • … − fisik flora afiliasi efek";
    for (const Face face : all_faces) {
        Sheet sheet;
        const int paragraph = sheet.element("P", 0);
        const std::size_t half = characters.find(' ', characters.size() / 2);
        const std::string first = characters.substr(0, half), second = characters.substr(half + 1);
        sheet.text(first, paragraph, face, 6000);
        sheet.text(second, paragraph, face, 6000);
        sheet.text(others, paragraph, face, 6000);
        const Judged judged(sheet.pdf());
        const std::string expected = first + "\n" + second + "\n" + others + "\n";
        CHECK(judged.text() == expected + "\f");
        const std::string other = judged.ask({"mutool", "draw", "-q", "-F", "txt", "PDF"}).out;
        CHECK(std::regex_replace(other, std::regex("[\n\f]+"), "\n") == expected);
    }
}

TEST_CASE("Glyphs that stand for other text than they show are given back as that text") {
    struct Row {
        const char* written;
        const char* found;
    };
    for (const Row& row :
         {Row{"kafe\u0301 e\u0301", "kafe\u0301 e\u0301"}, Row{"a\u2011b \u2011", "a\u2011b \u2011"},
          Row{"Nomor\u00A028", "Nomor 28"}, Row{"pem\u00ADban", "pem\u00ADban"},
          Row{"Łódź ЖЩ Ωμέγα", "Łódź ЖЩ Ωμέγα"}, Row{"fi ffi fl", "fi ffi fl"}}) {
        Sheet sheet;
        sheet.text(row.written, sheet.element("P", 0));
        const Judged judged(sheet.pdf());
        CHECK(judged.text() == std::string(row.found) + "\n\f");
        judged.stand_up_to_all();
    }
}

TEST_CASE("A hyphen that layout put in is a soft one") {
    Sheet sheet;
    const int paragraph = sheet.element("P", 0);
    Text& text = sheet.text("pemeriksa", paragraph);
    fonts().shape(text.face, text.size, "-", text.glyphs);
    text.glyphs.back().cluster = static_cast<std::uint32_t>(text.text.size());
    text.soft_hyphen = true;
    sheet.text("an rutin", paragraph);
    const Judged judged(sheet.pdf());
    CHECK(judged.text() == "pemeriksa\u00AD\nan rutin\n\f");
    judged.stand_up_to_all();
    const std::string structure = judged.ask({"pdfinfo", "-struct-text", "PDF"}).out;
    CHECK(holds(structure, "pemeriksa"));
    CHECK(holds(structure, "an rutin"));
}

TEST_CASE("Words stand where layout put them") {
    Sheet sheet;
    Text& text = sheet.text("Tata AVAVAV Wayang kepala dinas memerintahkan pegawai yang namanya tercantum");
    std::vector<double> starts;
    Length pen = text.origin.x;
    bool blank = true;
    for (Glyph& glyph : text.glyphs) {
        const bool is_blank = text.text[glyph.cluster] == ' ';
        if (blank && !is_blank) starts.push_back(pen / 1000.0);
        if (is_blank) glyph.advance += 3217;  // justified
        blank = is_blank;
        pen += glyph.advance;
    }
    const Judged judged(sheet.pdf());
    const std::string boxes = judged.ask({"pdftotext", "-bbox", "PDF", "-"}).out;
    const std::regex word("xMin=\"([0-9.]+)\"");
    std::vector<double> found;
    for (std::sregex_iterator at(boxes.begin(), boxes.end(), word), end; at != end; ++at)
        found.push_back(std::stod((*at)[1]));
    REQUIRE(found.size() == starts.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(starts[i]).margin(0.03));
}

TEST_CASE("The structure holds headings, lists, table cells and figures in reading order") {
    Sheet sheet;
    const int heading = sheet.element("H1", 0);
    const int list = sheet.element("L", 0);
    sheet.document.structure.back().numbering = "Decimal";
    const int item = sheet.element("LI", list);
    const int label = sheet.element("Lbl", item), body = sheet.element("LBody", item);
    const int table = sheet.element("Table", 0);
    const int row = sheet.element("TR", table);
    const int head = sheet.element("TH", row);
    sheet.document.structure.back().scope = "Column";
    sheet.document.structure.back().colspan = 2;
    const int empty = sheet.element("TD", row);
    const int cell = sheet.element("TD", row);
    const int figure = sheet.element("Figure", 0);
    sheet.document.structure.back().alt = "Kode QR – alamat naskah";
    const int last = sheet.element("P", 0);
    sheet.text("Judul", heading);
    sheet.text("1.", label);
    sheet.text("butir", body);
    sheet.text("kepala", head);
    sheet.add(Fill{{pt(60), pt(300), pt(100), 500}, {}});
    sheet.text("isi", cell);
    QrCode qr;
    qr.modules = 2;
    qr.dark = {1, 0, 0, 1};
    qr.rect = {pt(100), pt(400), pt(40), pt(40)};
    sheet.add(qr, figure);
    sheet.text("akhir di halaman satu", last);
    sheet.page();
    sheet.text("dan dua", last);
    REQUIRE(empty == cell - 1);

    const Judged judged(sheet.pdf());
    judged.stand_up_to_all();
    std::string structure = judged.ask({"pdfinfo", "-struct-text", "PDF"}).out;
    structure = std::regex_replace(structure, std::regex(" \\((block|inline)\\)"), "");
    structure = std::regex_replace(structure, std::regex("[ \n]+"), " ");
    CHECK(structure ==
          "Document H1 \"Judul\" L: /ListNumbering /Decimal LI Lbl \"1.\" LBody \"butir\" "
          "Table TR TH: /Scope /Column /ColSpan 2 \"kepala\" TD TD \"isi\" Figure: /BBox [100 401.89 140 "
          "441.89] \"\" "
          "P \"akhir di halaman satu\" \"dan dua\" ");
    CHECK(holds(judged.ask({"pdfinfo", "PDF"}).out, "Tagged:          yes"));

    CHECK(holds(latin1(sheet.pdf()), "/Alt<FEFF004B006F00640065"));
}

TEST_CASE("What belongs to no element is an artifact and every piece of content is one or the other") {
    Sheet sheet;
    const int paragraph = sheet.element("P", 0);
    sheet.text("isi", paragraph);
    sheet.add(Fill{{pt(60), pt(300), pt(100), 500}, {}});
    sheet.text("- 2 -");
    sheet.text("isi lagi", paragraph);
    const Judged judged(sheet.pdf());
    const auto plain = judged.beside("plain.pdf");
    judged.ask({"qpdf", "--stream-data=uncompress", "PDF", plain.string()});
    const std::string file = test::slurp(plain);
    const std::size_t from = file.find("BT\n/P<</MCID 0>>BDC");
    REQUIRE(from != std::string::npos);
    const std::string content = file.substr(from, file.find("endstream", from) - from);
    int depth = 0, text = 0;
    const std::regex token("BDC|BMC|EMC|BT\n|ET\n|TJ|re f");
    for (std::sregex_iterator at(content.begin(), content.end(), token), end; at != end; ++at) {
        const std::string word = at->str();
        if (word == "BDC" || word == "BMC") CHECK(++depth == 1);
        if (word == "EMC") CHECK(--depth == 0);
        if (word == "BT\n") CHECK((depth == 0 && ++text == 1));
        if (word == "ET\n") CHECK((depth == 0 && --text == 0));
        if (word == "TJ" || word == "re f") CHECK(depth == 1);
    }
    CHECK(depth == 0);
    CHECK(text == 0);
    CHECK(holds(content, "/Artifact BMC"));
}

TEST_CASE("A draft's watermark stands behind the text and does not mix with it") {
    Sheet sheet;
    const int paragraph = sheet.element("P", 0);
    for (int i = 0; i < 30; ++i)
        sheet.text("Kepala Dinas menugaskan pegawai tersebut di bawah ini", paragraph);
    const std::string before = Judged(sheet.pdf()).text();
    sheet.add(Watermark{"KONSEP"});
    const Judged judged(sheet.pdf());
    CHECK(judged.text() == "KONSEP\n" + before);  // one word, before the letter
    judged.stand_up_to_all();
    judged.ask({"pdftoppm", "-r", "20", "-gray", "-singlefile", "PDF", judged.beside("page").string()});
    const std::string page = test::slurp(judged.beside("page.pgm"));
    CHECK(std::count(page.begin(), page.end(), static_cast<char>(235)) > 500);
}

TEST_CASE("Document information and XMP say the same") {
    Sheet sheet;
    sheet.document.title = "Surat Tugas – <uji> & \"kutip\"";
    sheet.document.author = "DPMPTSP (contoh)";
    sheet.document.subject = "Pengawasan";
    sheet.text("isi", sheet.element("P", 0));
    const Judged judged(sheet.pdf());
    const std::string info = judged.ask({"pdfinfo", "-isodates", "PDF"}).out;
    CHECK(holds(info, "Title:           Surat Tugas – <uji> & \"kutip\"\n"));
    CHECK(holds(info, "Author:          DPMPTSP (contoh)\n"));
    CHECK(holds(info, "CreationDate:    2026-03-26T06:05:00Z\n"));
    CHECK(holds(info, "ModDate:         2026-03-26T06:05:00Z\n"));
    CHECK(holds(info, "PDF version:     1.7\n"));
    const std::string xmp = judged.ask({"pdfinfo", "-meta", "PDF"}).out;
    CHECK(holds(xmp, "Surat Tugas – &lt;uji&gt; &amp; \"kutip\"</rdf:li>"));
    CHECK(holds(xmp, "<rdf:li>DPMPTSP (contoh)</rdf:li>"));
    CHECK(holds(xmp, "<xmp:CreateDate>2026-03-26T06:05:00Z</xmp:CreateDate>"));
    const std::string raw = latin1(sheet.pdf());
    CHECK(holds(raw, "/DisplayDocTitle true"));
    CHECK(holds(raw, "/Lang(id-ID)"));
}

TEST_CASE("The file has a classic cross-reference table, and an identity that follows its content") {
    const auto identity = [](const Bytes& pdf) {
        std::smatch match;
        const std::string raw = latin1(pdf);
        CHECK(holds(raw, "\nxref\n0 "));
        CHECK(!holds(raw, "/ObjStm"));
        CHECK(!holds(raw, "/XRef"));
        REQUIRE(std::regex_search(raw, match, std::regex("/ID \\[ ?<([0-9A-F]{32})> <([0-9A-F]{32})> ?\\]")));
        CHECK(match[1] == match[2]);
        return match[1].str();
    };
    std::set<std::string> identities;
    Sheet one, other, titled;
    one.text("satu");
    other.text("lain");
    titled.text("satu");
    titled.document.title = "Lain";
    CHECK(one.pdf() == one.pdf());
    for (const Sheet* sheet : {&one, &other, &titled}) identities.insert(identity(sheet->pdf()));
    identities.insert(identity(write_pdf(one.document, fonts(), Instant{})));
    CHECK(identities.size() == 4);
}

TEST_CASE("Eight threads write sixty documents each and none differs from what one thread writes") {
    const auto document = [](int n) {
        Sheet sheet;
        sheet.document.title = "Surat " + std::to_string(n);
        for (int i = 0; i < 5; ++i)
            sheet.text("Pegawai nomor " + std::to_string(n * 7 + i) + (n % 3 == 0 ? " Łódź" : ""), 0,
                       n % 2 ? Face::sans : Face::bookman);
        return sheet;
    };
    std::vector<Bytes> expected;
    for (int n = 0; n < 60; ++n) expected.push_back(document(n).pdf());
    const FontLibrary shared;  // its subsets are not made yet
    std::vector<std::vector<Bytes>> written(8);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < written.size(); ++t)
        threads.emplace_back([&, t] {
            for (int n = 0; n < 60; ++n)
                written[t].push_back(
                    write_pdf(document(n).document, shared, Instant{std::chrono::seconds(1774505100)}));
        });
    for (auto& thread : threads) thread.join();
    for (const auto& files : written) CHECK(files == expected);
}

TEST_CASE("A one-page letter in three faces stays under 45 KB") {
    Sheet sheet;
    for (int i = 0; i < 40; ++i) {
        const int paragraph = sheet.element("P", 0);
        sheet.text("Kepala Dinas menugaskan pegawai nomor " + std::to_string(i * 7919) +
                       " untuk pemeriksaan lapangan",
                   paragraph, static_cast<Face>(i % 3));
    }
    CHECK(sheet.pdf().size() < 45000);
}

TEST_CASE("What layout should have refused is an error, never a hole in the letter") {
    const auto code = [](const Sheet& sheet) {
        try {
            sheet.pdf();
        } catch (const Error& error) {
            return error.code();
        }
        return Code::usage;
    };
    Sheet glyph, element, parent, empty, clusters;
    glyph.text("漢");
    element.text("isi", 7);
    parent.element("P", 3);
    parent.text("isi", 1);
    empty.document.pages.clear();
    clusters.text("isi").text = "i";
    for (const Sheet* sheet : {&glyph, &element, &parent, &empty, &clusters})
        CHECK(code(*sheet) == Code::internal);
}
