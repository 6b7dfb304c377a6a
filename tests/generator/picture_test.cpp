#include "generator/picture.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

#include "core/error.h"
#include "tests/generator/samples.h"
#include "tests/generator/sheet.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

using Rgb = std::array<int, 3>;

// The colours in the middle of the four quarters of a picture, as poppler shows it in a letter.
std::array<Rgb, 4> quarters(const std::shared_ptr<const Picture>& picture) {
    Sheet sheet;
    const Length width = pt(picture->width > picture->height ? 96 : 64);
    const Length height = pt(picture->width > picture->height ? 64 : 96);
    sheet.document.pages.back().size = {width, height};
    sheet.add(Image{{0, 0, width, height}, picture}, sheet.element("Figure", 0));
    const Judged judged(sheet.pdf());
    judged.stand_up_to_all();
    judged.ask({"pdftoppm", "-r", "72", "-singlefile", "PDF", judged.beside("page").string()});
    const std::string ppm = test::slurp(judged.beside("page.ppm"));
    const std::size_t columns = static_cast<std::size_t>(width / 1000),
                      rows = static_cast<std::size_t>(height / 1000);
    REQUIRE(ppm.size() > columns * rows * 3);
    const std::size_t head = ppm.size() - columns * rows * 3;
    std::array<Rgb, 4> result;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t x = columns * (i % 2 ? 3 : 1) / 4, y = rows * (i / 2 ? 3 : 1) / 4;
        for (std::size_t c = 0; c < 3; ++c)
            result[i][c] = static_cast<unsigned char>(ppm[head + (y * columns + x) * 3 + c]);
    }
    return result;
}

bool alike(const std::array<Rgb, 4>& one, const std::array<Rgb, 4>& other) {
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            if (std::abs(one[i][c] - other[i][c]) > 6) return false;
    return true;
}

constexpr Rgb red{255, 0, 0}, green{0, 255, 0}, blue{0, 0, 255}, white{255, 255, 255};
constexpr Rgb pale_green{127, 255, 127};
constexpr Rgb grey(int value) { return {value, value, value}; }

std::optional<Code> refusal(BytesView file, std::string* message = nullptr) {
    try {
        read_picture(file, "foto/1.jpg");
        return std::nullopt;
    } catch (const Error& error) {
        if (message) *message = error.what();
        return error.code();
    }
}

}  // namespace

TEST_CASE("Every kind of PNG is shown as it was drawn") {
    struct Row {
        const char* kind;
        std::array<Rgb, 4> shown;
        int channels;
        bool alpha;
    };
    const std::array<Rgb, 4> colours{red, green, blue, white};
    const std::array<Rgb, 4> greys{grey(60), grey(120), grey(180), grey(255)};
    for (const Row& row :
         {Row{"rgb", colours, 3, false}, Row{"grey", greys, 1, false},
          Row{"rgba", {red, pale_green, blue, white}, 3, true},
          Row{"grey+alpha", {grey(60), grey(187), grey(180), grey(255)}, 1, true},
          Row{"palette", colours, 3, false}, Row{"palette+alpha", {red, pale_green, blue, white}, 3, true},
          Row{"grey1", {grey(0), grey(255), grey(0), grey(255)}, 1, false}, Row{"rgb16", colours, 3, false},
          Row{"grey16", greys, 1, false}, Row{"rgb interlaced", colours, 3, false}}) {
        INFO(row.kind);
        const auto picture = read_picture(make_png(row.kind), "lambang.png");
        CHECK(picture->width == 48);
        CHECK(picture->height == 32);
        CHECK(picture->channels == row.channels);
        CHECK(picture->alpha.empty() != row.alpha);
        CHECK(alike(quarters(picture), row.shown));
    }
}

TEST_CASE("Every kind of JPEG is shown as it was taken") {
    struct Row {
        const char* kind;
        bool kept;
        std::array<Rgb, 4> shown;
    };
    const std::array<Rgb, 4> colours{red, green, blue, white};
    for (const Row& row :
         {Row{"ycc", true, colours}, Row{"progressive", true, colours}, Row{"rgb", false, colours},
          Row{"cmyk", false, colours}, Row{"arithmetic", false, colours},
          Row{"grey", true, {grey(60), grey(120), grey(180), grey(255)}}}) {
        INFO(row.kind);
        const auto picture = read_picture(make_jpeg(row.kind), "foto.jpg");
        CHECK(picture->jpeg == row.kept);
        CHECK(alike(quarters(picture), row.shown));
    }
}

TEST_CASE("A photograph stands upright whichever way the camera was held") {
    // Where the four stored quarters are seen, by Exif orientation.
    const std::array<std::array<Rgb, 4>, 8> seen{{{red, green, blue, white},
                                                  {green, red, white, blue},
                                                  {white, blue, green, red},
                                                  {blue, white, red, green},
                                                  {red, blue, green, white},
                                                  {blue, red, white, green},
                                                  {white, green, blue, red},
                                                  {green, white, red, blue}}};
    for (const char* kind : {"ycc", "cmyk"})
        for (int orientation = 1; orientation <= 8; ++orientation) {
            INFO(kind << " " << orientation);
            const auto picture = read_picture(make_jpeg(kind, orientation), "foto.jpg");
            CHECK(picture->width == (orientation < 5 ? 48 : 32));
            CHECK(alike(quarters(picture), seen[static_cast<std::size_t>(orientation - 1)]));
        }
}

TEST_CASE("A photograph keeps its image data and loses what the camera wrote beside it") {
    const Bytes plain = make_jpeg("ycc"), tagged = make_jpeg("ycc", 6);
    REQUIRE(as_text(tagged).find("Pemotret X") != std::string_view::npos);
    const auto picture = read_picture(tagged, "foto.jpg");
    CHECK(picture->compressed == plain);
    Sheet sheet;
    sheet.add(Image{{0, 0, pt(64), pt(96)}, picture}, sheet.element("Figure", 0));
    const Judged judged(sheet.pdf());
    judged.ask({"pdfimages", "-j", "PDF", judged.beside("foto").string()});
    CHECK(test::slurp(judged.beside("foto-000.jpg")) == as_text(plain));
}

TEST_CASE("A picture that is shown on two pages is in the file once, its transparency with it") {
    Sheet sheet;
    const auto picture = read_picture(make_png("rgba"), "lambang.png");
    const int figure = sheet.element("Figure", 0);
    for (int page = 0; page < 2; ++page) {
        if (page > 0) sheet.page();
        sheet.add(Image{{pt(60), pt(60), pt(96), pt(64)}, picture}, figure);
        sheet.add(Image{{pt(60), pt(160), pt(96), pt(64)}, picture}, figure);
    }
    const Bytes pdf = sheet.pdf();
    const std::regex object("/Subtype/Image");
    const std::string raw(pdf.begin(), pdf.end());
    CHECK(std::distance(std::sregex_iterator(raw.begin(), raw.end(), object), {}) ==
          2);  // samples and opacity
    const std::regex smask("smask +48 +32 +gray");
    const std::string list = Judged(pdf).ask({"pdfimages", "-list", "PDF"}).out;
    CHECK(std::distance(std::sregex_iterator(list.begin(), list.end(), smask), {}) == 4);
}

TEST_CASE("What is no picture, broken, cut short or too large is refused by name") {
    const Bytes png = make_png("rgb"), jpeg = make_jpeg("ycc");
    Bytes wide = png;  // a header that promises 2^30 by 2^30 pixels, its checksum made good
    for (const std::size_t at : {16u, 20u}) wide[at] = 0x40, wide[at + 3] = 0;
    Bytes large = jpeg;
    for (std::size_t at = 2; at + 9 < large.size(); ++at)
        if (large[at] == 0xFF && large[at + 1] == 0xC0) {
            for (const std::size_t i : {5u, 7u}) large[at + i] = 0xEA, large[at + i + 1] = 0x60;
            break;
        }
    struct Row {
        Bytes file;
        const char* says;
    };
    for (const Row& row :
         {Row{{}, "Bukan gambar"}, Row{to_bytes("GIF89a"), "Bukan gambar"},
          Row{to_bytes("%PDF-1.7"), "Bukan gambar"},
          Row{Bytes(png.begin(), png.end() - 20), "rusak atau terpotong"},
          Row{Bytes(jpeg.begin(), jpeg.end() - 2), "rusak atau terpotong"}, Row{wide, "rusak atau terpotong"},
          Row{large, "terlalu besar: 60000 × 60000"}, Row{Bytes((20u << 20) + 1), "terlalu besar: 20 MB"}}) {
        std::string message;
        CHECK(refusal(row.file, &message) == Code::data);
        CHECK_THAT(message, Catch::Contains(row.says));
        CHECK_THAT(message, Catch::StartsWith("foto/1.jpg: "));
    }
}

TEST_CASE("A file cut at any place is refused") {
    for (const Bytes& file : {make_png("rgb", 96, 64), make_png("rgba interlaced"), make_png("palette"),
                              make_jpeg("ycc", 6, 96, 64), make_jpeg("progressive"), make_jpeg("cmyk")})
        for (std::size_t size = 0; size<file.size() - 12; size += file.size()> 2000 ? 16 : 1) {
            INFO(size << " of " << file.size());
            CHECK(refusal(BytesView(file).first(size)) == Code::data);
        }
}

TEST_CASE("A file with any byte turned is shown or refused, and never worse") {
    int shown = 0, refused = 0;
    for (const Bytes& file : {make_png("rgb"), make_png("palette+alpha"), make_jpeg("ycc", 3),
                              make_jpeg("progressive"), make_jpeg("cmyk")})
        for (std::size_t at = 0; at < file.size(); ++at)
            for (const int turn : {0x01, 0x80, 0xFF}) {
                Bytes broken = file;
                broken[at] ^= static_cast<std::uint8_t>(turn);
                const auto code = refusal(broken);
                if (code) CHECK(*code == Code::data);
                ++(code ? refused : shown);
            }
    CHECK(shown > 100);
    CHECK(refused > 1000);
}
