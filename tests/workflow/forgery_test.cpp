// A forger with a real letter and no key: appends, hides, paints over, wraps, signs with a key of his own.
#include <functional>

#include "tests/workflow/demo_office.h"

using namespace naskah;
using namespace naskah::test;

namespace {

using Objects = std::vector<std::pair<int, std::string>>;

std::string between(const std::string& text, const std::string& from, const std::string& to) {
    const std::size_t begin = text.rfind(from);
    REQUIRE(begin != std::string::npos);
    return text.substr(begin + from.size(), text.find(to, begin + from.size()) - begin - from.size());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string stream(const std::string& entries, const std::string& data) {
    return "<< " + entries + " /Length " + std::to_string(data.size()) + " >>\nstream\n" + data +
           "\nendstream";
}

// The issued letter, and the numbers of its parts.
class Letter {
public:
    explicit Letter(std::string bytes) : pdf(std::move(bytes)) {
        catalog = reference("/Root ");
        form = reference("/AcroForm ");
        pages = reference("/Pages ");
        field = reference("/Fields[");
        page = std::stoi(between(body(field), "/P ", " "));
        content = std::stoi(between(body(page), "/Contents ", " "));
    }
    std::string body(int number) const {
        return between(pdf, "\n" + std::to_string(number) + " 0 obj\n", "endobj");
    }
    // An incremental update as every writer makes it.
    std::string with(const Objects& objects, const std::string& trailer = {}) const {
        std::string out = pdf, table = "xref\n";
        for (const auto& [number, text] : objects) {
            std::string offset = std::to_string(out.size());
            offset.insert(0, 10 - offset.size(), '0');
            table += std::to_string(number) + " 1\n" + offset + " 00000 n \n";
            out += std::to_string(number) + " 0 obj\n" + text + "\nendobj\n";
        }
        const std::string start = std::to_string(out.size());
        return out + table + "trailer\n<< /ID " + between(pdf, "/ID ", "]") + "] /Info " +
               between(pdf, "/Info ", "R") + "R /Root " + std::to_string(catalog) + " 0 R /Prev " +
               between(pdf, "startxref\n", "\n") + " /Size 900 " + trailer + ">>\nstartxref\n" + start +
               "\n%%EOF\n";
    }

    std::string pdf;
    int catalog, form, pages, field, page, content;

private:
    int reference(const std::string& key) const { return std::stoi(between(pdf, key, " ")); }
};

struct Forgery {
    const char* name;
    std::function<std::string(const Letter&)> make;
};

const std::string paint = "1 1 1 rg 0 0 609 935 re f BT /F1 20 Tf 50 500 Td (PALSU) Tj ET";

std::string with_field(const Letter& it, const std::string& entries) {
    const std::string own = "[" + std::to_string(it.field) + " 0 R";
    return it.with(
        {{it.page, replaced(it.body(it.page), own, own + " 800 0 R")},
         {it.form, replaced(it.body(it.form), own, own + " 800 0 R")},
         {800, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Lain) /F 132 /Rect [0 0 609 935] /P " +
                   std::to_string(it.page) + " 0 R " + entries + " >>"},
         {801, stream("/Type /XObject /Subtype /Form /BBox [0 0 609 935]", paint)}});
}

const std::vector<Forgery>& forgeries() {
    static const std::vector<Forgery> all = {
        {"the page's content replaced",
         [](const Letter& it) {
             return it.with({{it.content, stream("", paint)}});
         }},
        {"the page led to another content",
         [](const Letter& it) {
             return it.with(
                 {{it.page, replaced(it.body(it.page), "/Contents " + std::to_string(it.content) + " 0 R",
                                     "/Contents 800 0 R")},
                  {800, stream("", paint)}});
         }},
        {"a content given twice",
         [](const Letter& it) {
             return it.with(
                 {{it.page, replaced(it.body(it.page), "/Contents", "/#43ontents 800 0 R /Contents")},
                  {800, stream("", paint)}});
         }},
        {"a page twice",
         [](const Letter& it) {
             return it.with(
                 {{it.pages, replaced(it.body(it.pages), "[", "[ " + std::to_string(it.page) + " 0 R ")}});
         }},
        {"the form emptied",
         [](const Letter& it) {
             return it.with({{it.form, "<< /Fields [] /SigFlags 3 >>"}});
         }},
        {"the catalog without a form",
         [](const Letter& it) {
             return it.with({{it.catalog, replaced(it.body(it.catalog), "/AcroForm", "/AcroFormX")}});
         }},
        {"the certification dropped",
         [](const Letter& it) {
             return it.with({{it.catalog, replaced(it.body(it.catalog), "/Perms", "/PermsX")}});
         }},
        {"an action on opening",
         [](const Letter& it) {
             return it.with({{it.catalog, replaced(it.body(it.catalog), "/Lang",
                                                   "/OpenAction << /S /JavaScript /JS (1) >> /Lang")}});
         }},
        {"painted over by an empty signature field",
         [](const Letter& it) { return with_field(it, "/AP << /N 801 0 R >>"); }},
        {"painted over by a field that is said to have no value",
         [](const Letter& it) { return with_field(it, "/V null /AP << /N 801 0 R >>"); }},
        {"painted over by a field with a broken signature",
         [](const Letter& it) { return with_field(it, "/V << /Type /Sig >> /AP << /N 801 0 R >>"); }},
        {"a caption over the page",
         [](const Letter& it) { return with_field(it, "/MK << /BG [1 1 1] /CA (PALSU) >>"); }},
        {"another look for the signature",
         [](const Letter& it) {
             return it.with({{it.field, replaced(it.body(it.field), "/AP", "/AP << /N 801 0 R >> /Old")},
                             {801, stream("/Type /XObject /Subtype /Form /BBox [0 0 609 935]", paint)}});
         }},
        {"the signature's look painted",
         [](const Letter& it) {
             const int look = std::stoi(between(it.body(it.field), "/N ", " "));
             return it.with({{look, stream("/Type /XObject /Subtype /Form /BBox [0 0 609 935]", paint)}});
         }},
        {"the signature moved over the page",
         [](const Letter& it) {
             return it.with({{it.field, replaced(it.body(it.field), "/Rect", "/Rect [0 0 609 935] /Old")}});
         }},
        {"a hidden second table",
         [](const Letter& it) {
             return it.with({{800, "(a)"}}, "/XRefStm 20 ");
         }},
        {"something before the file", [](const Letter& it) { return "%PDF-1.7\n" + it.pdf; }},
        {"something behind it", [](const Letter& it) { return it.pdf + "% halo\n"; }},
        {"the signature wrapped around other content",
         [](const Letter& it) {
             const std::size_t gap_end = it.pdf.rfind(">\n/Filter /Adobe.PPKLite") + 1;
             const std::string more =
                 "\n" + std::to_string(it.content) + " 0 obj\n" + stream("", paint) + "\nendobj\n";
             const std::string third = " " + std::to_string(gap_end) + " ";
             std::string pdf = it.pdf;
             pdf.insert(gap_end, more);
             return replaced(pdf, third, " " + std::to_string(gap_end + more.size()) + " ");
         }},
    };
    return all;
}

}  // namespace

TEST_CASE("no forgery of a real letter is called SAH") {
    const DemoOffice demo;
    demo.issue("rekomendasi-video-dokumenter", demo.example("rekomendasi-video-dokumenter"),
               demo / "surat.pdf");
    const Letter letter(slurp(demo / "surat.pdf"));
    REQUIRE(demo.command({"verify", (demo / "surat.pdf").string()}).exit_code == 0);
    // The builder itself makes sound updates: an object that nobody refers to changes nothing.
    spit(demo / "palsu.pdf", letter.with({{800, "(a)"}}));
    REQUIRE(demo.command({"verify", (demo / "palsu.pdf").string()}).exit_code == 0);
    for (const Forgery& forgery : forgeries()) {
        spit(demo / "palsu.pdf", forgery.make(letter));
        const Ran ran = demo.command({"verify", (demo / "palsu.pdf").string()});
        INFO(forgery.name << "\n" << ran.out << ran.err);
        CHECK(ran.exit_code == 1);
    }
}

TEST_CASE("a key of the forger's own makes no letter valid, under the same name and beside the real one") {
    const DemoOffice demo, forger;
    demo.issue("rekomendasi-video-dokumenter", demo.example("rekomendasi-video-dokumenter"),
               demo / "surat.pdf");
    const std::string pdf = slurp(demo / "surat.pdf");
    spit(demo / "polos.pdf", pdf.substr(0, pdf.find("%%EOF") + 6));
    CHECK(demo.command({"verify", (demo / "polos.pdf").string()}).exit_code == 3);
    for (const char* base : {"polos.pdf", "surat.pdf"}) {
        const Ran signing = run({"sh", "-c",
                                 "exec 3<'" + (forger.office() / "keys/kepala.sandi").string() +
                                     "'; exec '" NASKAH_COMMAND "' sign '" + (demo / base).string() +
                                     "' -o '" + (demo / "palsu.pdf").string() + "' --p12 '" +
                                     (forger.office() / "keys/kepala.p12").string() + "' --pin-fd 3"});
        INFO(signing.err);
        REQUIRE(signing.exit_code == 0);
        const Ran ran = demo.command({"verify", (demo / "palsu.pdf").string()});
        INFO(ran.out);
        CHECK(ran.exit_code == 2);
        CHECK(ran.out.find("[unknown_root]") != std::string::npos);
    }
}
