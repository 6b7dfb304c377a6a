// Five letters as they were last found good: their text, the objects of their PDF, a small picture of each
// page. After a wanted change: NASKAH_REWRITE_GOLDENS=1 build/bin/test_generator "[golden]", then look at the
// difference before it is committed.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <regex>

#include "generator/picture.h"
#include "tests/generator/shipped.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::generator;
using naskah::test::Folder;
using naskah::test::run;

namespace {

namespace fs = std::filesystem;

const fs::path kept = NASKAH_SOURCE_DIR "/tests/generator/golden";

Bytes letter_of(const std::string& kind) {
    static const Generator generator;
    return generator.render(*templates().get(kind), example(kind), surroundings());
}

// The objects of a PDF as text; what its streams hold is told by the other goldens.
std::string objects_of(const fs::path& pdf) {
    const Folder folder;
    const std::string out = (folder / "a.qdf").string();
    REQUIRE(run({"qpdf", "--qdf", "--object-streams=disable", "--stream-data=preserve",
                 "--no-original-object-ids", pdf.string(), out})
                .exit_code == 0);
    const std::string qdf = test::slurp(out);
    std::string text;
    for (std::size_t at = qdf.find("%QDF"); at < qdf.size();) {
        const std::size_t start = qdf.find("\nstream\n", at);
        if (start == std::string::npos) {
            text += qdf.substr(at);
            break;
        }
        const std::size_t end = qdf.find("\nendstream", start);
        text += qdf.substr(at, start - at) + "\nstream\n(…)";
        at = end == std::string::npos ? qdf.size() : end;
    }
    // Places and lengths move with every letter of the text.
    text = text.substr(0, text.find("\nxref\n"));
    return std::regex_replace(text, std::regex(R"((/Length|/Length1|/ID|/CheckSum|/Size) [^\n]*)"), "$1 …");
}

bool rewriting() { return std::getenv("NASKAH_REWRITE_GOLDENS") != nullptr; }

void compare_text(const std::string& text, const fs::path& file) {
    if (rewriting()) {
        test::spit(file, text);
        return;
    }
    INFO(file.filename() << ": NASKAH_REWRITE_GOLDENS=1 menulisnya kembali");
    CHECK(text == test::slurp(file));
}

}  // namespace

TEST_CASE("five letters are as they were last found good", "[golden]") {
    fs::create_directories(kept);
    for (const std::string kind : {"surat-perintah-tugas", "berita-acara-pemeriksaan", "sk-pencabutan",
                                   "checklist-persyaratan", "sop"}) {
        DYNAMIC_SECTION(kind) {
            const Folder folder;
            const fs::path pdf = folder / "a.pdf";
            write_file(pdf, letter_of(kind));
            compare_text(run({"pdftotext", "-layout", pdf.string(), "-"}).out, kept / (kind + ".txt"));
            compare_text(objects_of(pdf), kept / (kind + ".qdf.txt"));

            REQUIRE(run({"pdftoppm", "-r", "36", "-gray", "-f", "1", "-l", "1", "-singlefile", "-png",
                         pdf.string(), (folder / "page").string()})
                        .exit_code == 0);
            const fs::path picture = kept / (kind + ".png");
            if (rewriting()) {
                fs::copy_file(folder / "page.png", picture, fs::copy_options::overwrite_existing);
                continue;
            }
            const Raster now = read_grey(read_file(folder / "page.png"), "page.png", 4'000'000),
                         then = read_grey(read_file(picture), picture.filename().string(), 4'000'000);
            REQUIRE(now.width == then.width);
            REQUIRE(now.height == then.height);
            // Another poppler smooths otherwise: the eye would not see a hundredth.
            double difference = 0;
            for (std::size_t i = 0; i < now.samples.size(); ++i)
                difference += std::abs(int{now.samples[i]} - int{then.samples[i]});
            CHECK(difference / static_cast<double>(now.samples.size()) < 2.5);
        }
    }
}
