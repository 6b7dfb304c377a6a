// What a file may look like before it is signed, and what is refused.
#include <random>

#include "core/error.h"
#include "core/json.h"
#include "keys.h"
#include "small_pdf.h"
#include "strangers.h"

using namespace naskah;
using namespace naskah::signing;
using namespace naskah::tests;

namespace {

std::string refusal(const Bytes& pdf, const Options& options = {}) {
    static const auto key = demo_key(KeyType::ecdsa);
    try {
        prepare(pdf, *key, options, today);
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        return error.what();
    }
    return {};
}

// Valid to pdfsig, whole, and without a complaint from qpdf. Returns what qpdf reads out of it.
Json check_signed(const Bytes& pdf, const Bytes& signed_pdf) {
    REQUIRE(signed_pdf.size() > pdf.size());
    CHECK(std::equal(pdf.begin(), pdf.end(), signed_pdf.begin()));
    const Folder folder;
    folder.write("a.pdf", signed_pdf);
    const auto pdfsig = must(folder, "pdfsig -nocert a.pdf");
    INFO(pdfsig.text);
    CHECK(pdfsig.says("Signature is Valid."));
    CHECK(pdfsig.says("Total document signed"));
    const auto qpdf = must(folder, "qpdf --check a.pdf");
    INFO(qpdf.text);
    CHECK_FALSE(qpdf.says("WARNING"));
    return parse_json(must(folder, "qpdf --json=2 --json-key=qpdf a.pdf").text, "qpdf").at("qpdf").at(1);
}

Json sign_and_check(const SmallPdf& pdf) {
    return check_signed(pdf.bytes(), sign(pdf.bytes(), *demo_key(KeyType::ecdsa), {}, system_now()));
}

const Json& object(const Json& objects, int number) {
    return objects.at("obj:" + std::to_string(number) + " 0 R").at("value");
}

std::string nested(int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<</A";
    return text + " 1" + [&] {
        std::string closers;
        for (int i = 0; i < depth; ++i) closers += ">>";
        return closers;
    }();
}

}  // namespace

TEST_CASE("The page keeps everything that it had, digit for digit") {
    SmallPdf pdf;
    const Bytes signed_pdf = sign(pdf.bytes(), *demo_key(KeyType::ecdsa), {}, system_now());
    const auto objects = check_signed(pdf.bytes(), signed_pdf);
    CHECK(object(objects, 3).at("/Annots").size() == 1);
    CHECK(as_text(signed_pdf).rfind("[0 0 595.2755905 841.8897637]") > pdf.str().size());
    CHECK(object(objects, 1).at("/Lang") == "u:id-ID");
}

TEST_CASE("Annotations and form fields that are there already stay, wherever they are kept") {
    const std::string field =
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Catatan) /Rect [0 0 10 10] /P 3 0 R >>";
    const auto page = [](const std::string& annots) {
        return "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << /Font << "
               "/F1 5 0 R >> >> /Annots " +
               annots + " >>";
    };
    const auto catalog = [](const std::string& form) {
        return "<< /Type /Catalog /Pages 2 0 R /AcroForm " + form + " >>";
    };
    struct Row {
        const char* annots;
        const char* form;
        std::map<int, std::string> more;
    };
    for (const auto& row : {
             Row{"[8 0 R]", "<< /Fields [8 0 R] /DA (/F1 0 Tf) >>", {}},
             Row{"9 0 R", "<< /Fields [8 0 R] /DA (/F1 0 Tf) >>", {{9, "[8 0 R]"}}},
             Row{"[8 0 R]", "9 0 R", {{9, "<< /Fields [8 0 R] /DA (/F1 0 Tf) >>"}}},
             Row{"9 0 R",
                 "10 0 R",
                 {{9, "[8 0 R %]\n]"}, {10, "<< /Fields 11 0 R /DA (/F1 0 Tf) >>"}, {11, "[ 8 0 R]"}}},
             Row{"9 0 R", "<< /Fields 11 0 R /DA (/F1 0 Tf) >>", {{9, "[8 0 R]"}, {11, "[8 0 R]"}}},
         }) {
        INFO(row.annots << " " << row.form);
        SmallPdf pdf;
        pdf.objects[1] = catalog(row.form);
        pdf.objects[3] = page(row.annots);
        pdf.objects[8] = field;
        pdf.objects.insert(row.more.begin(), row.more.end());
        const auto objects = sign_and_check(pdf);
        const auto follow = [&](Json value) {
            const std::string text = value.is_string() ? value.get<std::string>() : "";
            return text.ends_with(" 0 R") ? objects.at("obj:" + text).at("value") : value;
        };
        const auto annots = follow(object(objects, 3).at("/Annots"));
        REQUIRE(annots.size() == 2);
        CHECK(annots.at(0) == "8 0 R");
        const auto form = follow(object(objects, 1).at("/AcroForm"));
        CHECK(form.at("/SigFlags") == 3);
        CHECK(form.at("/DA") == "u:/F1 0 Tf");
        const auto fields = follow(form.at("/Fields"));
        REQUIRE(fields.size() == 2);
        CHECK(fields.at(0) == "8 0 R");
        CHECK(fields.at(1) == annots.at(1));
        CHECK(follow(fields.at(1)).at("/F") == 132);
    }
}

TEST_CASE("Files of every lawful shape can be signed") {
    std::vector<std::pair<const char*, SmallPdf>> rows;
    const auto row = [&](const char* name) -> SmallPdf& {
        return rows.emplace_back(name, SmallPdf()).second;
    };
    row("no line end at the end").ending = "%%EOF";
    row("carriage returns").ending = "%%EOF\r\n";
    row("no information dictionary").trailer = "/Root 1 0 R";
    row("identifiers as literal strings").trailer = "/Root 1 0 R /ID [(a\\(b\\\\c) (\\001\\002)]";
    row("identifiers in an object").trailer = "/Root 1 0 R /ID 8 0 R";
    rows.back().second.objects[8] = "[<00> <01>]";
    row("PDF 1.4").header = "%PDF-1.4\n";
    row("PDF 2.0").header = "%PDF-2.0\n";
    row("information missing, though named").objects.erase(7);
    row("a tree of pages").objects[2] = "<< /Type /Pages /Kids [8 0 R] /Count 1 >>";
    rows.back().second.objects[8] = "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>";
    row("names with escapes").objects[1] = "<< /Type /Catalog /P#61ges 2 0 R /Nama#20lain /A#2fB >>";
    row("comments in between").objects[1] = "<< % kamus >>\n/Type/Catalog/Pages 2 0 R%)\n/X[%]\n]>>";
    row("values that look like ours").objects[1] =
        "<< /Type /Catalog /Pages 2 0 R /X [0 0000000000 0000000000 0000000000] /AcroForm << /Fields [] "
        "/ByteRange [0 0000000000 0000000000 0000000000] /Contents <0000> >> >>";
    row("other permissions").objects[1] = "<< /Type /Catalog /Pages 2 0 R /Perms << /Lain 7 0 R >> >>";
    row("an AcroForm that is null").objects[1] = "<< /Type /Catalog /Pages 2 0 R /AcroForm null >>";
    row("an AcroForm that is missing").objects[1] = "<< /Type /Catalog /Pages 2 0 R /AcroForm 99 0 R >>";
    row("an information dictionary that is the catalog").trailer = "/Root 1 0 R /Info 1 0 R";
    row("gaps among the objects").objects[40] = "null";
    for (const auto& [name, pdf] : rows) {
        INFO(name);
        sign_and_check(pdf);
    }
}

TEST_CASE("An approval signature on a file whose form is missing brings a form with it") {
    SmallPdf pdf;
    pdf.objects[1] = "<< /Type /Catalog /Pages 2 0 R /AcroForm 99 0 R >>";
    check_signed(pdf.bytes(), sign(pdf.bytes(), *demo_key(KeyType::ecdsa), {.certify = 0}, system_now()));
}

TEST_CASE("The file identifier keeps its first half and changes its second with every update") {
    SmallPdf pdf;
    const auto key = demo_key(KeyType::ecdsa);
    const Bytes first = sign(pdf.bytes(), *key, {}, today), second = sign(first, *key, {}, today);
    const auto identifiers = [](const Bytes& file) {
        const auto text = as_text(file);
        const auto at = text.rfind("/ID [ <");
        REQUIRE(at != std::string_view::npos);
        return std::pair{std::string(text.substr(at + 7, 32)), std::string(text.substr(at + 42, 32))};
    };
    CHECK(identifiers(first).first == "00112233445566778899AABBCCDDEEFF");
    CHECK(identifiers(second).first == identifiers(first).first);
    CHECK(identifiers(first).second != identifiers(first).first);
    CHECK(identifiers(second).second != identifiers(first).second);
}

TEST_CASE("A tagged page gets the tab order that PDF/UA asks for, others are left alone") {
    SmallPdf pdf;
    CHECK_FALSE(object(sign_and_check(pdf), 3).contains("/Tabs"));
    pdf.objects[1] = "<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> >>";
    CHECK(object(sign_and_check(pdf), 3).at("/Tabs") == "/S");
}

TEST_CASE("Files that other tools wrote can be signed if their tables are classic") {
    const Folder folder;
    folder.write("a.pdf", SmallPdf().bytes());
    must(folder, "qpdf --object-streams=disable --linearize a.pdf linear.pdf");
    must(folder, "qpdf --object-streams=disable a.pdf plain.pdf");
    must(folder,
         "gs -q -dNOPAUSE -dBATCH -sDEVICE=pdfwrite -dCompatibilityLevel=1.4 -sOutputFile=gs.pdf a.pdf");
    must(folder, "mutool clean a.pdf mutool.pdf");
    for (const auto* name : {"linear.pdf", "plain.pdf", "gs.pdf", "mutool.pdf"}) {
        INFO(name);
        const Bytes pdf = read_file(folder / name);
        const Bytes signed_pdf = sign(pdf, *demo_key(KeyType::rsa), {}, system_now());
        check_signed(pdf, signed_pdf);
        check_signed(signed_pdf, sign(signed_pdf, *demo_key(KeyType::ecdsa), {}, system_now()));
    }
}

TEST_CASE("What cannot be signed is refused with its reason") {
    const Folder folder;
    folder.write("a.pdf", SmallPdf().bytes());
    must(folder, "qpdf --encrypt '' rahasia 256 -- --object-streams=disable a.pdf encrypted.pdf");
    must(folder, "qpdf --object-streams=generate a.pdf streams.pdf");
    CHECK_THAT(refusal(read_file(folder / "encrypted.pdf")), Catch::Contains("terenkripsi"));
    CHECK_THAT(refusal(read_file(folder / "streams.pdf")), Catch::Contains("belum didukung"));
    CHECK_THAT(refusal(to_bytes("")), Catch::Contains("bukan berkas PDF"));
    CHECK_THAT(refusal(to_bytes("PK\x03\x04")), Catch::Contains("bukan berkas PDF"));
    CHECK_THAT(refusal(to_bytes("\n" + SmallPdf().str())), Catch::Contains("bukan berkas PDF"));

    const auto key = demo_key(KeyType::ecdsa);
    CHECK_THAT(refusal(sign(SmallPdf().bytes(), *key, {.certify = 1}, today)), Catch::Contains("P=1"));
    const Bytes once = sign(SmallPdf().bytes(), *key, {.field = "Pejabat"}, today);
    CHECK_THAT(refusal(once, {.field = "Pejabat"}), Catch::Contains("sudah ada"));
    SmallPdf locked;
    locked.objects[1] = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>";
    locked.objects[8] = "<< /FT /Sig /T (Lama) /V << /Type /Sig >> /Lock << /Action /All /P 1 >> >>";
    CHECK_THAT(refusal(locked.bytes()), Catch::Contains("mengunci"));
    SmallPdf utf16;
    utf16.objects[1] = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>";
    utf16.objects[8] = "<< /FT /Tx /T <FEFF0050006500E9> >>";
    CHECK_THAT(refusal(utf16.bytes(), {.field = "Pe\xC3\xA9"}), Catch::Contains("sudah ada"));
}

TEST_CASE("A letter cut off anywhere is refused") {
    const std::string whole = SmallPdf().str();
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
        INFO(size);
        CHECK(refusal(to_bytes(whole.substr(0, size))) != "");
    }
}

TEST_CASE("Structures made to exhaust or to loop are refused at once") {
    std::vector<std::pair<const char*, SmallPdf>> rows;
    const auto row = [&](const char* name) -> SmallPdf& {
        return rows.emplace_back(name, SmallPdf()).second;
    };
    row("20,000 dictionaries in the catalog").objects[1] =
        "<< /Type /Catalog /Pages 2 0 R /X " + nested(20'000) + " >>";
    row("a million dictionaries in the page").objects[3] = nested(1'000'000);
    row("100,000 open brackets").objects[1] = "<< /Pages 2 0 R /X " + std::string(100'000, '[') + " >>";
    row("brackets that do not match").objects[1] = "<< /Pages 2 0 R /X [ << ] >> >>";
    row("a page tree that bites its tail").objects[2] = "<< /Type /Pages /Kids [2 0 R] >>";
    row("a page tree without pages").objects[2] = "<< /Type /Pages /Kids [] >>";
    row("pages that are a number").objects[2] = "17";
    row("a catalog that is an array").objects[1] = "[/Pages 2 0 R]";
    row("a catalog that is nowhere").trailer = "/Root 99 0 R";
    row("no catalog").trailer = "/Info 7 0 R";
    row("tables in a circle").trailer = "/Root 1 0 R /Prev 0000";
    row("a table beyond the end").trailer = "/Root 1 0 R /Prev 999999999999";
    row("a negative table").trailer = "/Root 1 0 R /Prev -5";
    row("an open string").objects[1] = "<< /Pages 2 0 R /X (abc >>";
    row("an open hexadecimal string").objects[1] = "<< /Pages 2 0 R /X <abc";
    row("annotations that are a name").objects[3] = "<< /Type /Page /Annots /Nama >>";
    row("one array as annotations and as fields").objects = {
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 9 0 R >> >>"},
        {2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"},
        {3, "<< /Type /Page /Parent 2 0 R /Annots 9 0 R >>"},
        {9, "[]"}};
    row("a catalog that is its own page").objects[1] = "<< /Type /Catalog /Pages 1 0 R >>";
    row("a name with a zero in it").objects[1] = "<< /Type /Catalog /Pages 2 0 R /A#00B 1 >>";
    row("object numbers used up").trailer = "/Root 1 0 R /Size 8388607";
    row("a hybrid table").trailer = "/Root 1 0 R /XRefStm 15";
    for (const auto& [name, pdf] : rows) {
        INFO(name);
        CHECK(refusal(pdf.bytes()) != "");
    }

    // A circle through the first table itself, and fields that are their own children.
    SmallPdf pdf;
    std::string text = pdf.str();
    const auto table = text.substr(text.rfind("startxref\n") + 10);
    pdf.trailer = "/Root 1 0 R /Prev " + table.substr(0, table.find('\n'));
    CHECK_THAT(refusal(pdf.bytes()), Catch::Contains("berputar"));
    SmallPdf loop;
    loop.objects[1] = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>";
    loop.objects[8] = "<< /T (Putar) /Kids [8 0 R 8 0 R] >>";
    sign_and_check(loop);

    // Tables that claim more than is there.
    for (const std::string claim :
         {"0 9999999", "0 4294967295", "8388600 8", "-1 8", "0 -8", "0 99999999999999999999"}) {
        INFO(claim);
        std::string forged = SmallPdf().str();
        forged.replace(forged.find("xref\n0 8") + 5, 3, claim);
        refusal(to_bytes(forged));  // refused or not, nothing breaks
    }
}

TEST_CASE("Whatever happens to a file's bytes, it is signed whole or refused") {
    std::mt19937 random(20260326);
    const auto key = demo_key(KeyType::ecdsa);
    const std::vector<std::string> originals{SmallPdf().str(),
                                             std::string(as_text(sign(SmallPdf().bytes(), *key, {}, today)))};
    const std::string_view interesting = "<>[]()/% \n0123456789Rnf\0\xFF";
    int signed_files = 0, refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = originals[static_cast<std::size_t>(round) % originals.size()];
        const auto changes = 1 + random() % 4;
        for (unsigned i = 0; i < changes; ++i) {
            const auto at = random() % text.size();
            switch (random() % 4) {
                case 0: text[at] = interesting[random() % interesting.size()]; break;
                case 1: text[at] = static_cast<char>(random()); break;
                case 2: text.erase(at, random() % 40); break;
                default: text.insert(at, text.substr(random() % text.size(), random() % 60));
            }
        }
        const Bytes pdf = to_bytes(text);
        try {
            const Prepared prepared = prepare(pdf, *key, {}, today);
            REQUIRE(std::equal(pdf.begin(), pdf.end(), prepared.pdf.begin()));
            REQUIRE(prepared.pdf[prepared.contents_at] == '<');
            REQUIRE(prepared.pdf[prepared.contents_at + prepared.contents_size - 1] == '>');
            // What was written can be read again, and is seen to be signed.
            const Prepared again = prepare(prepared.pdf, *key, {.certify = 0}, today);
            REQUIRE(again.field != prepared.field);
            REQUIRE(prepare(prepared.pdf, *key, {}, today).certifies == 0);
            ++signed_files;
        } catch (const Error& error) {
            if (error.code() != Code::data) FAIL_CHECK(error.what() << " in round " << round);
            ++refused;
        }
    }
    CHECK(signed_files > 1000);
    CHECK(refused > 1000);
}
