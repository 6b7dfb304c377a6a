// What may happen to a file after it was signed, and what may not.
#include <catch2/catch.hpp>

#include "pdf_kit.h"
#include "verify/appended.h"

using namespace naskah;
using naskah::verify::Verdict;

namespace {

constexpr const char* catalog = "/Type /Catalog /Pages 2 0 R /AcroForm 5 0 R ";
constexpr const char* page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] ";
constexpr const char* resources =
    "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> ";
constexpr const char* text_field =
    "/Type /Annot /Subtype /Widget /FT /Tx /F 4 /Rect [50 50 200 70] /P 3 0 R ";

using Change = std::function<void(kit::PdfWriter&)>;

std::string dictionary(const std::string& entries) { return "<< " + entries + ">>"; }

verify::Report changed(const std::string& pdf, const Change& change) {
    kit::PdfWriter update(pdf);
    change(update);
    return kit::check(update.finish());
}

void comment(kit::PdfWriter& it) {
    it.object(3,
              dictionary(std::string(page) + resources + "/Contents 4 0 R /Annots [6 0 R 10 0 R 40 0 R] "));
    it.object(40, "<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (Catatan) >>");
}

void fill_text(kit::PdfWriter& it) {
    it.object(10, dictionary(std::string(text_field) + "/T (Catatan) /V (baru) /AP << /N 41 0 R >> "));
    it.stream(41, "/Type /XObject /Subtype /Form /BBox [0 0 150 20]", "BT (baru) Tj ET");
}

void add_dss(kit::PdfWriter& it) {
    it.object(1, dictionary(std::string(catalog) + "/DSS 50 0 R "));
    it.object(50, "<< /Type /DSS /Certs [51 0 R] >>");
    it.stream(51, "", "der");
}

}  // namespace

TEST_CASE("changes that a signer permits leave the signature valid") {
    struct Row {
        const char* what;
        int certify;
        Change change;
    };
    const std::vector<Row> rows = {
        {"a document security store", 0, add_dss},
        {"filling a text field", 0, fill_text},
        {"the same under P=2", 2, fill_text},
        {"the same under P=3", 3, fill_text},
        {"a comment under P=3", 3, comment},
        {"document information", 0,
         [](auto& it) { it.object(60, "<< /Producer (Naskah) /ModDate (D:20260401) >>"); }},
        {"an object that says the same as before", 1,
         [](auto& it) { it.object(2, "<< /Count 1 /Kids [ 3 0 R ] /Type /Pages >>"); }},
        {"an object that nothing refers to", 0, [](auto& it) { it.object(70, "(halo)"); }},
        {"an update without objects", 1, [](auto&) {}},
    };
    for (const Row& row : rows) {
        const auto report = changed(kit::sign(kit::plain_pdf(), {.certify = row.certify}), row.change);
        INFO(row.what << "\n" << kit::summary(report));
        CHECK(report.verdict == Verdict::passed);
        CHECK(report.signatures.at(0).changes == "permitted");
        CHECK(report.signatures.at(0).covers == "revision");
    }
}

TEST_CASE("a certified file takes validation data as long as it keeps its permissions") {
    const std::string pdf = kit::sign(kit::plain_pdf(), {.certify = 1});
    const auto report = changed(pdf, [](auto& it) {
        it.object(1, dictionary(std::string(catalog) + "/Perms << /DocMDP 7 0 R >> /DSS 50 0 R "));
        it.object(50, "<< /Type /DSS /Certs [51 0 R] >>");
        it.stream(51, "", "der");
    });
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::passed);
}

TEST_CASE("changes that nobody permitted fail and are named") {
    struct Row {
        const char* what;
        int certify;
        Change change;
    };
    const std::vector<Row> rows = {
        {"another content", 0,
         [](auto& it) { it.stream(4, "", "BT /F1 12 Tf 72 720 Td (Surat Bebas) Tj ET"); }},
        {"another content stream", 0,
         [](auto& it) {
             it.object(
                 3, dictionary(std::string(page) + resources + "/Contents 42 0 R /Annots [6 0 R 10 0 R] "));
             it.stream(42, "", "BT ET");
         }},
        {"another font", 0,
         [](auto& it) {
             it.object(3,
                       dictionary(
                           std::string(page) +
                           "/Contents 4 0 R /Annots [6 0 R 10 0 R] /Resources << /Font << /F1 << /Type /Font "
                           "/Subtype /Type1 /BaseFont /Symbol >> >> >> "));
         }},
        {"another page size", 0,
         [](auto& it) {
             it.object(3, dictionary(std::string("/Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] ") +
                                     resources + "/Contents 4 0 R /Annots [6 0 R 10 0 R] "));
         }},
        {"another page", 0,
         [](auto& it) {
             it.object(2, "<< /Type /Pages /Kids [3 0 R 43 0 R] /Count 2 >>");
             it.object(43, dictionary(page));
         }},
        {"a page tree in a loop", 0,
         [](auto& it) { it.object(2, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"); }},
        {"no pages", 0, [](auto& it) { it.object(2, "<< /Type /Pages /Kids [] /Count 0 >>"); }},
        {"an open action", 0,
         [](auto& it) {
             it.object(1, dictionary(std::string(catalog) + "/OpenAction << /S /JavaScript /JS (x) >> "));
         }},
        {"a hidden layer", 0,
         [](auto& it) {
             it.object(1, dictionary(std::string(catalog) + "/OCProperties << /OCGs [] /D << >> >> "));
         }},
        {"a new annotation", 0, comment},
        {"a new annotation under P=2", 2, comment},
        {"a removed annotation", 0,
         [](auto& it) {
             it.object(3, dictionary(std::string(page) + resources + "/Contents 4 0 R /Annots [6 0 R] "));
         }},
        {"form filling under P=1", 1, fill_text},
        {"a field of another type", 0,
         [](auto& it) {
             it.object(10,
                       "<< /Type /Annot /Subtype /Widget /FT /Btn /F 4 /Rect [50 50 200 70] /P 3 0 R /T "
                       "(Catatan) /V "
                       "(awal) /AP << /N 11 0 R >> >>");
         }},
        {"a field of another name", 0,
         [](auto& it) {
             it.object(10, dictionary(std::string(text_field) + "/T (Lain) /V (awal) /AP << /N 11 0 R >> "));
         }},
        {"a field elsewhere on the page", 0,
         [](auto& it) {
             it.object(
                 10,
                 "<< /Type /Annot /Subtype /Widget /FT /Tx /F 4 /Rect [0 0 595 842] /P 3 0 R /T (Catatan) /V "
                 "(awal) /AP << /N 11 0 R >> >>");
         }},
        {"a field without its appearance", 0,
         [](auto& it) {
             it.object(10, dictionary(std::string(text_field) + "/T (Catatan) /V (baru) /AP null "));
         }},
        {"a field with an action", 0,
         [](auto& it) {
             it.object(10,
                       dictionary(std::string(text_field) + "/T (Catatan) /V (baru) /AP << /N 11 0 R >> /AA "
                                                            "<< /F << /S /JavaScript /JS (x) >> >> "));
         }},
        {"a field that shows what lay hidden", 0,
         [](auto& it) {
             it.object(10,
                       dictionary(std::string(text_field) + "/T (Catatan) /V (baru) /AP << /N 12 0 R >> "));
         }},
        {"a new text field", 0,
         [](auto& it) {
             it.object(5, "<< /Fields [6 0 R 10 0 R 44 0 R] /SigFlags 3 >>");
             it.object(44, dictionary(std::string(text_field) + "/T (Baru) "));
         }},
        {"signature flags taken back", 0,
         [](auto& it) { it.object(5, "<< /Fields [6 0 R 10 0 R] /SigFlags 1 >>"); }},
        {"viewers told to redraw", 0,
         [](auto& it) { it.object(5, "<< /Fields [6 0 R 10 0 R] /SigFlags 3 /NeedAppearances true >>"); }},
        {"a security store of the wrong shape", 0,
         [](auto& it) { it.object(1, dictionary(std::string(catalog) + "/DSS << /Certs (x) >> ")); }},
        {"metadata with a document type", 0,
         [](auto& it) {
             it.object(1, dictionary(std::string(catalog) + "/Metadata 45 0 R "));
             it.stream(45, "/Type /Metadata /Subtype /XML",
                       "<!DOCTYPE x [<!ENTITY a 'b'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&a;</x:xmpmeta>");
         }},
        {"a dropped certification", 2, [](auto& it) { it.object(1, dictionary(catalog)); }},
        {"a later certification", 0,
         [](auto& it) { it.object(1, dictionary(std::string(catalog) + "/Perms << /DocMDP 7 0 R >> ")); }},
        {"a freed page", 0, [](auto& it) { it.free(3); }},
        {"a page whose object is broken", 0,
         [](auto& it) {
             it.point(3, it.here());
             it.raw("3 0 obj\n<< /Type /Page\nendobj\n");
         }},
    };
    kit::PdfWriter base(kit::plain_pdf());
    base.stream(12, "/Type /XObject /Subtype /Form /BBox [0 0 150 20]", "BT (tersembunyi) Tj ET");
    const std::string plain = base.finish();
    for (const Row& row : rows) {
        const auto report = changed(kit::sign(plain, {.certify = row.certify}), row.change);
        INFO(row.what << "\n" << kit::summary(report));
        CHECK(report.verdict == Verdict::failed);
        REQUIRE(report.signatures.size() == 1);
        CHECK(report.signatures[0].changes == "forbidden");
        CHECK(report.signatures[0].signature_matches);
        CHECK(kit::found(report, "changed_after_signing"));
    }
}

// Anybody can append an empty signature field: it must not paint over what the signer saw.
TEST_CASE("an empty signature field added later covers nothing") {
    const std::string form_xobject = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]";
    const std::string paint = "1 1 1 rg 0 0 595 842 re f BT (Nomor lain) Tj ET";
    const auto added = [&](int certify, const std::string& field, const std::string& widget = {}) {
        return changed(kit::sign(kit::plain_pdf(), {.certify = certify}), [&](kit::PdfWriter& it) {
            const std::string shown = widget.empty() ? "44" : "46";
            it.object(3, dictionary(std::string(page) + resources + "/Contents 4 0 R /Annots [6 0 R 10 0 R " +
                                    shown + " 0 R] "));
            it.object(5, "<< /Fields [6 0 R 10 0 R 44 0 R] /SigFlags 3 >>");
            it.object(44, dictionary("/FT /Sig /T (Baru) " + field));
            it.stream(45, form_xobject, paint);
            if (!widget.empty()) it.object(46, dictionary(widget));
        });
    };
    const std::string box = "/Type /Annot /Subtype /Widget /P 3 0 R /F 4 /Rect [0 0 595 842] ";
    for (const int certify : {0, 2, 3}) {
        CHECK(added(certify, box).verdict == Verdict::passed);
        for (const char* look : {"/AP << /N 45 0 R >> ", "/V null /AP << /N 45 0 R >> ",
                                 "/MK << /BG [1 1 1] /CA (Nomor lain) >> "}) {
            const auto report = added(certify, box + look);
            INFO(certify << look << kit::summary(report));
            CHECK(report.verdict == Verdict::failed);
            CHECK(kit::found(report, "changed_after_signing"));
        }
        CHECK(added(certify, "/Kids [46 0 R] ", box + "/Parent 44 0 R /AP << /N 45 0 R >> ").verdict ==
              Verdict::failed);
    }
}

// The widget of a signature that shows nothing may be an object of its own, without a value.
TEST_CASE("a signed field that showed nothing gains no look afterwards") {
    const std::string widget =
        "/Type /Annot /Subtype /Widget /Parent 6 0 R /P 3 0 R /F 4 /Rect [300 50 500 100] ";
    kit::PdfWriter base(kit::plain_pdf());
    base.object(44, dictionary(widget));
    const std::string pdf = kit::sign(base.finish(), {.widget_more = "/Kids [44 0 R] "});
    REQUIRE(kit::check(pdf).verdict == Verdict::passed);
    const auto report = changed(pdf, [&](auto& it) {
        it.object(44, dictionary(widget + "/AP << /N 45 0 R >> "));
        it.stream(45, "/Type /XObject /Subtype /Form /BBox [0 0 200 50]", "BT (tanda tangan palsu) Tj ET");
    });
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::failed);
}

TEST_CASE("names in a hostile file neither break the report nor drive the reader's terminal") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const auto report = changed(pdf, [](auto& it) {
        it.object(1, dictionary(std::string(catalog) + "/#ff#fe 1 /A#1b#5b2J#0aSAH 2 /B#e2#80#ae 3 "));
    });
    CHECK(report.verdict == Verdict::failed);
    const std::string text = kit::summary(report);  // as JSON, which refuses what is no UTF-8
    CHECK(text.find("\\u001b") == std::string::npos);
    CHECK(text.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(text.find("katalog /??") != std::string::npos);
}

TEST_CASE("whatever was added after signing is named, though it is permitted") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    kit::PdfWriter information(pdf);
    information.object(60, "<< /Title (Lain) >>");
    const auto titled = kit::check(information.finish("/Info 60 0 R "));
    CHECK(titled.verdict == Verdict::passed);
    CHECK(kit::found(titled, "permitted_change"));
    const auto extension = changed(pdf, [](auto& it) {
        it.object(1, dictionary(std::string(catalog) + "/Extensions << /X << /BaseVersion /1.7 >> >> "));
    });
    CHECK(extension.verdict == Verdict::passed);
    CHECK(kit::found(extension, "permitted_change"));
}

TEST_CASE("the second table of a hybrid update may say what the first one says, and nothing else") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const auto row = [](std::size_t offset) {
        std::string out{1};
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(offset >> shift & 0xff);
        return out + std::string(2, '\0');
    };
    const auto updated = [&](long shift, const char* index, bool apart = false) {
        kit::PdfWriter it(pdf);
        const std::size_t information = it.here();
        it.object(60, "<< /Title (Lain) >>");
        const std::size_t table = it.here();
        it.stream(61, std::string("/Type /XRef /Size 100 /W [1 4 2] /Index ") + index,
                  row(information + static_cast<std::size_t>(shift)) + row(table));
        return kit::check(it.finish("/Info 60 0 R /XRefStm " + std::to_string(apart ? 9 : table) + " "));
    };
    const auto same = updated(0, "[60 2]");
    INFO(kit::summary(same));
    CHECK(same.verdict == Verdict::passed);
    for (const auto& report : {updated(1, "[60 2]"), updated(0, "[59 2]"), updated(0, "[60 1]"),
                               updated(0, "[60 3]"), updated(0, "[60 2]", true)}) {
        INFO(kit::summary(report));
        CHECK(report.verdict == Verdict::failed);
    }
}

// Readers that heed only the first table see another file than those that heed both.
TEST_CASE("the second table of a hybrid update brings back nothing and adds nothing") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const std::size_t content = pdf.find("4 0 obj");
    const auto row = [](int kind, std::size_t first, std::size_t last = 0) {
        std::string out(1, static_cast<char>(kind));
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(first >> shift & 0xff);
        return out + static_cast<char>(last >> 8) + static_cast<char>(last & 0xff);
    };
    struct Row {
        const char* what;
        bool freed;         // object 4, the page's content, in the first table
        const char* index;  // of the second table
        std::function<std::string(std::size_t)> rows;
        Verdict verdict;
    };
    const std::vector<Row> rows = {
        {"nothing but itself", false, "[61 1]", [&](std::size_t table) { return row(1, table); },
         Verdict::passed},
        {"freed in the first, present in the second", true, "[4 1 61 1]",
         [&](std::size_t table) { return row(1, content) + row(1, table); }, Verdict::failed},
        {"present before, listed only in the second", false, "[4 1 61 1]",
         [&](std::size_t table) { return row(1, content) + row(1, table); }, Verdict::failed},
        {"freed only in the second", false, "[4 1 61 1]",
         [&](std::size_t table) { return row(0, 0, 1) + row(1, table); }, Verdict::failed},
        {"new, listed only in the second", false, "[59 1 61 1]",
         [&](std::size_t table) { return row(1, content) + row(1, table); }, Verdict::failed},
        {"compressed", false, "[59 1 61 1]", [&](std::size_t table) { return row(2, 61, 0) + row(1, table); },
         Verdict::failed},
    };
    for (const Row& it : rows) {
        kit::PdfWriter update(pdf);
        if (it.freed) update.free(4);
        const std::size_t table = update.here();
        update.stream(61, std::string("/Type /XRef /Size 100 /W [1 4 2] /Index ") + it.index, it.rows(table));
        const auto report = kit::check(update.finish("/XRefStm " + std::to_string(table) + " "));
        INFO(it.what << "\n" << kit::summary(report));
        CHECK(report.verdict == it.verdict);
    }
}

// The first table frees the page's content; a table hidden inside a stream brings it back under the number of
// an honest one that does not.
TEST_CASE("the second table is the object that stands where the first one says that it stands") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const auto row = [](int kind, std::size_t offset, int generation) {
        std::string out(1, static_cast<char>(kind));
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(offset >> shift & 0xff);
        return out + '\0' + static_cast<char>(generation);
    };
    const std::string entries = "/Type /XRef /Size 100 /W [1 4 2] /Index [4 1] /Length 7";
    kit::PdfWriter update(pdf);
    update.free(4);
    const std::size_t hidden = update.here() + std::string("60 0 obj\n<<  /Length 100 >>\nstream\n").size();
    std::string decoy = "61 0 obj\n<< " + entries + " >>\nstream\n" + row(1, pdf.find("4 0 obj"), 0) +
                        "\nendstream\nendobj\n";
    REQUIRE(decoy.size() < 1000);
    REQUIRE(decoy.size() >= 100);
    update.stream(60, "", decoy);
    update.object(61, "<< " + entries + " >>\nstream\n" + row(0, 0, 1) + "\nendstream");
    const std::string file = update.finish("/XRefStm " + std::to_string(hidden) + " ");
    REQUIRE(file.compare(hidden, 8, "61 0 obj") == 0);
    const auto report = kit::check(file);
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::failed);
    CHECK(kit::found(report, "changed_after_signing"));
}

TEST_CASE("what a permitted addition shows over signed content is told") {
    const auto commented = changed(kit::sign(kit::plain_pdf(), {.certify = 3}), comment);
    INFO(kit::summary(commented));
    CHECK(commented.verdict == Verdict::passed);
    CHECK(kit::found(commented, "page_covered"));
    // An invisible signature covers nothing.
    const std::string twice = kit::sign_again(kit::sign(kit::plain_pdf()), {.field = "Kedua"});
    CHECK_FALSE(kit::found(kit::check(twice), "page_covered"));
    CHECK_FALSE(kit::found(changed(kit::sign(kit::plain_pdf()), fill_text), "page_covered"));
}

TEST_CASE("locked fields may not be filled") {
    const std::string lock = "/Lock << /Type /SigFieldLock /Action /Include /Fields [(Catatan)] >> ";
    const std::string other = "/Lock << /Type /SigFieldLock /Action /Include /Fields [(Cat)] >> ";
    const auto locked = changed(kit::sign(kit::plain_pdf(), {.widget_more = lock}), fill_text);
    INFO(kit::summary(locked));
    CHECK(locked.verdict == Verdict::failed);
    CHECK(changed(kit::sign(kit::plain_pdf(), {.widget_more = other}), fill_text).verdict == Verdict::passed);
    for (const char* all : {"/Lock << /Action /All >> ", "/Lock << /Action /Exclude /Fields [(Lain)] >> "}) {
        CHECK(changed(kit::sign(kit::plain_pdf(), {.widget_more = all}), fill_text).verdict ==
              Verdict::failed);
    }
}

TEST_CASE("bytes behind a signature that are not whole updates fail") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const std::string body = "80 0 obj\n(halo)\nendobj\n";
    kit::PdfWriter update(pdf);
    update.object(80, "(halo)");
    const std::string whole = update.finish();
    REQUIRE(kit::check(whole).verdict == Verdict::passed);
    const std::vector<std::pair<const char*, std::string>> rows = {
        {"a word", pdf + "x"},
        {"a comment", pdf + "% komentar\n"},
        {"an object without a table", pdf + body},
        {"no end", whole.substr(0, whole.size() - 6)},
        {"words behind the end", whole + "x"},
        {"a second end", pdf + "%%EOF\n"},
        {"an old closing again", pdf + pdf.substr(pdf.rfind("startxref"))},
    };
    for (const auto& [what, file] : rows) {
        const auto report = kit::check(file);
        INFO(what << "\n" << kit::summary(report));
        CHECK(report.verdict == Verdict::failed);
    }
    kit::PdfWriter stowaway(pdf);
    stowaway.raw("81 0 obj\n(penumpang gelap)\nendobj\n");
    stowaway.object(80, "(halo)");
    CHECK(kit::check(stowaway.finish()).verdict == Verdict::failed);
    kit::PdfWriter hybrid(pdf);
    hybrid.object(80, "(halo)");
    CHECK(kit::check(hybrid.finish("/XRefStm 100 ")).verdict == Verdict::failed);
}

TEST_CASE("each of many signers sees what came after") {
    std::string pdf = kit::sign(kit::plain_pdf());
    pdf = kit::sign_again(pdf, {.field = "Kedua"});
    REQUIRE(kit::check(pdf).verdict == Verdict::passed);
    const auto report = changed(pdf, [](auto& it) { it.stream(4, "", "BT ET"); });
    CHECK(report.verdict == Verdict::failed);
    for (const auto& signature : report.signatures) CHECK(signature.changes == "forbidden");
}

TEST_CASE("what a signing service gives back holds a signature and nothing else, not even a picture of one") {
    const std::string sent = kit::sign(kit::plain_pdf());
    const auto added = [&](const std::string& came) {
        std::vector<std::string> names;
        for (const auto& finding : verify::appended_changes(as_bytes(sent), as_bytes(came)))
            names.push_back(finding.name);
        return names;
    };
    CHECK(added(kit::sign_again(sent, {.field = "Kedua"})).empty());
    kit::PdfWriter seen(sent);
    seen.object(
        3,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R 10 0 R 20 "
        "0 R] /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> "
        ">>");
    seen.object(5, "<< /Fields [6 0 R 10 0 R 20 0 R] /SigFlags 3 >>");
    seen.object(20,
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Kedua) /F 132 /Rect [0 0 595 842] /P 3 0 R "
                "/V 21 0 R /AP << /N 22 0 R >> >>");
    seen.object(21, kit::signature_object({}));
    seen.stream(22, "/Type /XObject /Subtype /Form /BBox [0 0 595 842]", "1 g 0 0 595 842 re f");
    CHECK(added(kit::fill(seen.finish(), {})) == std::vector<std::string>{"page_covered"});
    std::string other = sent;
    other[other.find("Surat")] = 'X';
    CHECK(added(kit::sign_again(other, {.field = "Kedua"})) ==
          std::vector<std::string>{"changed_after_signing"});
}
