// A letter of each kind, issued by the command, before strangers: poppler, qpdf, OpenSSL, Ghostscript, mupdf,
// ZXing.
#define ZX_USE_UTF8 1  // one source for ZXing 1.4 and 2.x
#include <ZXing/DecodeHints.h>
#include <ZXing/ReadBarcode.h>
#include <png.h>

#include <regex>

#include "core/date.h"
#include "core/sha256.h"
#include "tests/workflow/demo_office.h"

using namespace naskah;
using namespace naskah::test;

namespace {

struct Picture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> grey;
};

// A page as a scanner at 150 dpi would see it.
Picture scan(const fs::path& pdf, int page) {
    const Folder folder;
    const std::string number = std::to_string(page);
    REQUIRE(run({"pdftoppm", "-r", "150", "-f", number, "-l", number, "-png", "-singlefile", pdf.string(),
                 (folder / "page").string()})
                .exit_code == 0);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&image, (folder / "page.png").c_str()));
    image.format = PNG_FORMAT_GRAY;
    Picture picture{static_cast<int>(image.width), static_cast<int>(image.height), {}};
    picture.grey.resize(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, picture.grey.data(), 0, nullptr));
    return picture;
}

// The texts of all QR codes on a page.
std::vector<std::string> read_qr(const fs::path& pdf, int page) {
    const Picture picture = scan(pdf, page);
    ZXing::DecodeHints hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode).setTryHarder(true);
    std::vector<std::string> texts;
    for (const auto& code : ZXing::ReadBarcodes(
             {picture.grey.data(), picture.width, picture.height, ZXing::ImageFormat::Lum}, hints))
        texts.push_back(code.text());
    return texts;
}

// How much of a page is neither ink nor paper but the light grey of the watermark.
double share_of_light_grey(const fs::path& pdf) {
    const Picture picture = scan(pdf, 1);
    const auto light = std::count_if(picture.grey.begin(), picture.grey.end(),
                                     [](std::uint8_t g) { return g > 228 && g < 242; });
    return static_cast<double>(light) / static_cast<double>(picture.grey.size());
}

int pages_of(const fs::path& pdf) {
    std::smatch found;
    const std::string info = run({"pdfinfo", pdf.string()}).out;
    REQUIRE(std::regex_search(info, found, std::regex(R"(Pages:\s+(\d+))")));
    return std::stoi(found[1]);
}

// The CMS of the (only) signature and the bytes that it covers, cut out by the ByteRange.
void cut_out(const fs::path& pdf, const fs::path& cms, const fs::path& content) {
    const std::string bytes = slurp(pdf);
    const std::size_t at = bytes.rfind("/ByteRange");
    REQUIRE(at != std::string::npos);
    std::array<std::size_t, 4> range{};
    REQUIRE(std::sscanf(bytes.c_str() + at, "/ByteRange [ %zu %zu %zu %zu", &range[0], &range[1], &range[2],
                        &range[3]) == 4);
    REQUIRE(range[0] == 0);
    REQUIRE(range[2] + range[3] == bytes.size());
    spit(content, bytes.substr(0, range[1]) + bytes.substr(range[2], range[3]));
    std::string hex = bytes.substr(range[1] + 1, range[2] - range[1] - 2);
    const auto der = parse_hex(hex);
    REQUIRE(der);
    // The rest of the reserved room is zeros: the outer SEQUENCE says how long the CMS is.
    REQUIRE((*der)[0] == 0x30);
    std::size_t length = (*der)[1], header = 2;
    if (length & 0x80) {
        header += length & 0x7f;
        length = 0;
        for (std::size_t i = 2; i < header; ++i) length = length << 8 | (*der)[i];
    }
    spit(cms, std::string(der->begin(), der->begin() + static_cast<std::ptrdiff_t>(header + length)));
}

}  // namespace

TEST_CASE("strangers find an issued letter of every kind whole and valid") {
    const DemoOffice demo;
    const std::string root = (demo.office() / "trust/akar-contoh.pem").string();
    for (const std::string& kind : kinds()) {
        DYNAMIC_SECTION(kind) {
            const fs::path pdf = demo / (kind + ".pdf");
            const Json issued = demo.issue(kind, demo.example(kind), pdf);
            const std::string file = pdf.string();
            CHECK(issued.at("kind") == kind);
            CHECK(issued.at("path") == file);
            CHECK(issued.at("sha256") == to_string(sha256(as_bytes(slurp(pdf)))));
            CHECK(issued.at("date") == to_iso(date_in(Zone::wita, system_clock().now())));

            const Ran pdfsig = run({"pdfsig", file});
            CHECK(pdfsig.out.find("Signature is Valid.") != std::string::npos);
            CHECK(pdfsig.out.find("Total document signed") != std::string::npos);
            CHECK(pdfsig.out.find("ETSI.CAdES.detached") != std::string::npos);

            cut_out(pdf, demo / "cms", demo / "content");
            const Ran cms = run({"openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in",
                                 (demo / "cms").string(), "-content", (demo / "content").string(), "-CAfile",
                                 root, "-purpose", "any", "-out", "/dev/null"});
            INFO(cms.err);
            CHECK(cms.exit_code == 0);
            CHECK(
                run({"openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", (demo / "cms").string()})
                    .out.find("signingTime") == std::string::npos);

            const Ran qpdf = run({"qpdf", "--check", file});
            CHECK(qpdf.exit_code == 0);
            CHECK((qpdf.out + qpdf.err).find("WARNING") == std::string::npos);

            const Ran fonts = run({"pdffonts", file});
            CHECK(fonts.err.empty());
            std::istringstream lines(fonts.out);
            std::string line;
            std::getline(lines, line);
            std::getline(lines, line);
            int embedded = 0;
            while (std::getline(lines, line)) {
                INFO(line);
                CHECK(std::regex_search(line, std::regex(R"(^[A-Z]{6}\+.*\byes yes yes\b)")));
                ++embedded;
            }
            CHECK(embedded >= 2);

            const Ran ghostscript = run({"gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=nullpage", file});
            CHECK(ghostscript.exit_code == 0);
            CHECK(ghostscript.out + ghostscript.err == "");
            CHECK(run({"mutool", "info", file}).exit_code == 0);

            std::vector<std::string> codes;
            for (int page = 1; page <= pages_of(pdf); ++page)
                for (const std::string& text : read_qr(pdf, page)) codes.push_back(text);
            CHECK(codes == std::vector<std::string>{issued.at("verify_url")});
            CHECK(std::regex_match(issued.at("verify_url").get<std::string>(),
                                   std::regex(R"(https://[^/]+/v/[0-9A-HJKMNP-TV-Z]{26})")));

            const Ran verified = demo.command({"verify", file, "--json"});
            CHECK(verified.exit_code == 0);
            const Json report = parse_json(verified.out, "verify").at(0);
            CHECK(report.at("verdict") == "passed");
            CHECK(report.at("signatures").at(0).at("level") == "B-B");
            CHECK(report.at("signatures").at(0).at("covers") == "whole");
            CHECK(report.at("register") == Json({{"number", issued.at("number")},
                                                 {"kind", kind},
                                                 {"status", "issued"},
                                                 {"same_bytes", true}}));

            const std::string text = run({"pdftotext", "-layout", file, "-"}).out;
            CHECK(text.find(issued.at("number").get<std::string>()) != std::string::npos);
        }
    }
    demo.check_register();
}

TEST_CASE("a draft says KONSEP, carries no number, no QR code and no signature, and is the same every time") {
    const DemoOffice demo;
    for (const std::string& kind : kinds()) {
        DYNAMIC_SECTION(kind) {
            const fs::path data = demo.write_data("data.json", demo.example(kind));
            const fs::path pdf = demo / "konsep.pdf";
            REQUIRE(demo.command({"render", kind, data.string(), "-o", pdf.string()}).exit_code == 0);
            CHECK(run({"qpdf", "--check", pdf.string()}).exit_code == 0);
            CHECK(read_qr(pdf, 1).empty());
            CHECK(demo.command({"verify", pdf.string()}).exit_code == 3);
            CHECK(run({"pdftotext", pdf.string(), "-"}).out.find("KONSEP") != std::string::npos);
            CHECK(run({"pdftotext", pdf.string(), "-"}).out.find("001/") == std::string::npos);
            CHECK(share_of_light_grey(pdf) > 0.03);
        }
    }
    CHECK(demo.rows().empty());
}

TEST_CASE("an example saved anywhere becomes a letter, its photographs found in the office") {
    const DemoOffice demo;
    spit(demo / "di-luar.json", dump_json(demo.example("berita-acara-pemeriksaan")));
    for (const char* command : {"render", "issue"}) {
        const Ran ran = demo.command({command, "berita-acara-pemeriksaan", (demo / "di-luar.json").string(),
                                      "-o", (demo / "bap.pdf").string()});
        INFO(ran.err);
        CHECK(ran.exit_code == 0);
        CHECK(run({"pdfimages", "-list", (demo / "bap.pdf").string()}).out.find("jpeg") != std::string::npos);
    }
}
