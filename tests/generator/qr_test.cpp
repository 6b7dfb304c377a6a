#include "generator/qr.h"

#define ZX_USE_UTF8 1
#include <ZXing/BitMatrix.h>
#include <ZXing/MultiFormatWriter.h>
#include <ZXing/ReadBarcode.h>

#include "core/error.h"
#include "tests/generator/sheet.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

// What a phone reads from a print of the page.
std::string scanned(const Judged& judged, const std::string& dots_per_inch) {
    judged.ask(
        {"pdftoppm", "-r", dots_per_inch, "-gray", "-singlefile", "PDF", judged.beside("page").string()});
    const std::string pgm = test::slurp(judged.beside("page.pgm"));
    int width = 0, height = 0, used = 0;
    REQUIRE(std::sscanf(pgm.c_str(), "P5 %d %d 255%n", &width, &height, &used) == 2);
    const ZXing::ImageView image(reinterpret_cast<const std::uint8_t*>(pgm.data()) + used + 1, width, height,
                                 ZXing::ImageFormat::Lum);
    return ZXing::ReadBarcode(image).text();
}

}  // namespace

TEST_CASE("A phone reads the address from a print of the letter") {
    for (const std::string address :
         {"https://naskah.example.go.id/v/K7QM4XTR9HBD2WNC5F8JV3PY6E", "http://a.id/v/1",
          "https://contoh.example/v/K7QM4XTR9HBD2WNC5F8JV3PY6E?asal=bérkas"}) {
        QrCode qr = make_qr(address);
        CHECK(qr.dark.size() == static_cast<std::size_t>(qr.modules) * static_cast<std::size_t>(qr.modules));
        qr.rect = {mm(110), mm(200), mm(21), mm(21)};
        Sheet sheet;
        sheet.text("Ditandatangani secara elektronik oleh:", sheet.element("P", 0));
        sheet.add(qr, sheet.element("Figure", 0));
        const Judged judged(sheet.pdf());
        judged.stand_up_to_all();
        CHECK(scanned(judged, "150") == address);
        CHECK(scanned(judged, "96") == address);
    }
}

TEST_CASE(
    "A letter's address makes a code of at most 41 modules, so that a module is at least half a millimetre") {
    CHECK(make_qr("https://naskah.example.go.id/v/K7QM4XTR9HBD2WNC5F8JV3PY6E").modules <= 37);
    CHECK(make_qr("https://naskah.dpmptsp.kaltimprov.example/v/K7QM4XTR9HBD2WNC5F8JV3PY6E").modules <= 41);
}

TEST_CASE("A code of every size is read, and is what another writer makes of the text") {
    int different = 0, codes = 0;
    for (std::size_t length = 1; length <= 1663; length += length < 300 ? 7 : 61) {
        CAPTURE(length);
        std::string text = "https://";
        for (std::size_t i = 0; text.size() < length; ++i) text += static_cast<char>('a' + i * i % 23);
        text.resize(length);
        const QrCode qr = make_qr(text);
        ++codes;
        constexpr int scale = 3, quiet = 12;
        const int side = scale * qr.modules + 2 * quiet;
        std::vector<std::uint8_t> picture(static_cast<std::size_t>(side) * static_cast<std::size_t>(side),
                                          255);
        for (int y = 0; y < scale * qr.modules; ++y)
            for (int x = 0; x < scale * qr.modules; ++x)
                if (qr.dark[static_cast<std::size_t>(y / scale * qr.modules + x / scale)])
                    picture[static_cast<std::size_t>((y + quiet) * side + x + quiet)] = 0;
        const ZXing::ImageView image(picture.data(), side, side, ZXing::ImageFormat::Lum);
        CHECK(
            ZXing::ReadBarcode(image, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode)).text() ==
            text);
        const ZXing::BitMatrix other = ZXing::MultiFormatWriter(ZXing::BarcodeFormat::QRCode)
                                           .setEccLevel(5)
                                           .setMargin(0)
                                           .encode(text, 0, 0);
        REQUIRE(other.width() == qr.modules);
        bool same = true;
        for (int y = 0; y < qr.modules; ++y)
            for (int x = 0; x < qr.modules; ++x)
                same =
                    same && other.get(x, y) == (qr.dark[static_cast<std::size_t>(y * qr.modules + x)] != 0);
        different += same ? 0 : 1;
    }
    // Only the choice of the mask may differ: writers weigh the symbol's edge differently.
    CHECK(codes > 60);
    CHECK(different < codes / 3);
}

TEST_CASE("A text too long for any QR code is refused") {
    try {
        make_qr(std::string(3000, 'x'));
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        CHECK(std::string(error.what()).find("3000") != std::string::npos);
    }
}
