#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "core/error.h"
#include "generator/picture.h"
#include "generator/qr.h"
#include "tests/generator/samples.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

Raster raster_of(int width, int height, int channels,
                 const std::function<int(int x, int y, int channel)>& light) {
    Raster raster{width, height, channels, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                raster.samples.push_back(static_cast<std::uint8_t>(light(x, y, c)));
    return raster;
}

Raster qr_raster(const std::string& text, int scale, int margin, double slant = 0) {
    const QrCode qr = make_qr(text);
    const int side = (qr.modules + 2 * margin) * scale;
    const double turn = std::sin(slant), keep = std::cos(slant);
    return raster_of(side, side, 1, [&](int x, int y, int) {
        const double cx = x - side / 2.0, cy = y - side / 2.0;
        const int column =
            static_cast<int>(std::floor((cx * keep - cy * turn + side / 2.0) / scale)) - margin;
        const int row = static_cast<int>(std::floor((cx * turn + cy * keep + side / 2.0) / scale)) - margin;
        const bool inside = column >= 0 && row >= 0 && column < qr.modules && row < qr.modules;
        return inside && qr.dark[static_cast<std::size_t>(row * qr.modules + column)] ? 20 : 230;
    });
}

}  // namespace

TEST_CASE("a PNG of a raster shows the same pixels") {
    const struct {
        const char* what;
        int channels;
        std::function<int(int, int, int)> light;
        int allowed;  // difference of a sample
    } rows[] = {
        {"black and white", 1, [](int x, int y, int) { return (x / 3 + y / 3) % 2 * 255; }, 0},
        {"256 greys", 1, [](int x, int, int) { return x % 256; }, 8},
        {"a page with a coloured emblem", 3,
         [](int x, int y, int c) { return x < 40 ? 30 + c * 60 : (x * y) % 256; }, 8},
        {"a photograph", 3,
         [](int x, int y, int c) { return c == 0   ? x % 256
                                          : c == 1 ? y % 256
                                                   : (x * y / 7) % 256; }, 0},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        const Raster raster = raster_of(300, 280, row.channels, row.light);
        const Bytes png = write_png(raster);
        const Raster back = read_grey(png, "gambar", 1'000'000);
        REQUIRE(back.width == 300);
        REQUIRE(back.height == 280);
        if (row.channels == 1) {
            int worst = 0;
            for (std::size_t i = 0; i < back.samples.size(); ++i)
                worst = std::max(worst, std::abs(back.samples[i] - raster.samples[i]));
            CHECK(worst <= row.allowed);
        }
        CHECK((png[25] == 3) == (std::string(row.what) != "a photograph"));  // palette, or every colour
    }
    CHECK_THROWS_AS(write_png({10, 10, 1, Bytes(99)}), Error);
    CHECK_THROWS_AS(write_png({0, 0, 1, {}}), Error);
    CHECK_THROWS_AS(write_png({10, 10, 2, Bytes(200)}), Error);
}

TEST_CASE("a QR code is read from a picture of any light, size and slant") {
    const std::string text = "https://naskah.contoh.example/v/K7QM4XTR9HBD2WNC5F8JV3PY6C";
    for (const int scale : {2, 4, 9})
        for (const double slant : {0.0, 0.2, 1.3, 3.1}) {
            if (scale == 2 && slant > 0) continue;
            INFO("scale " << scale << ", slant " << slant);
            CHECK(read_qr(qr_raster(text, scale, 12, slant)) == std::vector<std::string>{text});
        }
    CHECK(read_qr(raster_of(500, 500, 1, [](int, int, int) { return 200; })).empty());
    CHECK(read_qr(raster_of(1, 1, 1, [](int, int, int) { return 0; })).empty());
}
