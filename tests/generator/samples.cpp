#include "tests/generator/samples.h"

#include <png.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <jpeglib.h>

namespace naskah::generator {
namespace {

std::array<std::uint8_t, 3> color_at(int x, int y, int width, int height) {
    const bool right = x >= width / 2, lower = y >= height / 2;
    if (!right && !lower) return {255, 0, 0};
    if (right && !lower) return {0, 255, 0};
    if (!right) return {0, 0, 255};
    return {255, 255, 255};
}

std::uint8_t grey_at(int x, int y, int width, int height) {
    const bool right = x >= width / 2, lower = y >= height / 2;
    return lower ? (right ? 255 : 180) : (right ? 120 : 60);
}

}  // namespace

Bytes make_png(const std::string& kind, int width, int height) {
    Bytes file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &file,
        [](png_structp p, png_bytep data, std::size_t size) {
            auto* out = static_cast<Bytes*>(png_get_io_ptr(p));
            out->insert(out->end(), data, data + size);
        },
        [](png_structp) {});
    const auto has = [&](const char* word) { return kind.find(word) != std::string::npos; };
    const bool palette = has("palette"), alpha = has("alpha") || has("rgba"), grey = has("grey");
    const int depth = has("16") ? 16 : has("grey1") ? 1 : 8;
    const int type =
        palette ? PNG_COLOR_TYPE_PALETTE
                : (grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB) | (alpha ? PNG_COLOR_MASK_ALPHA : 0);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, type,
                 has("interlaced") ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (palette) {
        const png_color colors[] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
        png_set_PLTE(png, info, colors, 4);
        const png_byte opacity[] = {255, 128, 255, 0};
        if (alpha) png_set_tRNS(png, info, opacity, 4, nullptr);
    }
    std::vector<Bytes> rows;
    for (int y = 0; y < height; ++y) {
        Bytes& row = rows.emplace_back();
        if (depth == 1) row.resize(static_cast<std::size_t>(width + 7) / 8);
        for (int x = 0; x < width; ++x) {
            const auto color = color_at(x, y, width, height);
            const auto put = [&](std::uint8_t value) {
                row.push_back(value);
                if (depth == 16) row.push_back(value);
            };
            if (palette) {
                row.push_back(
                    static_cast<std::uint8_t>((x >= width / 2 ? 1 : 0) + (y >= height / 2 ? 2 : 0)));
                continue;
            }
            if (depth == 1) {
                if (x >= width / 2)
                    row[static_cast<std::size_t>(x / 8)] |= static_cast<std::uint8_t>(0x80 >> (x % 8));
                continue;
            }
            if (grey)
                put(grey_at(x, y, width, height));
            else
                for (const std::uint8_t part : color) put(part);
            if (alpha) put(x < width / 2 ? 255 : 128);
        }
    }
    std::vector<png_bytep> pointers;
    for (Bytes& row : rows) pointers.push_back(row.data());
    png_set_rows(png, info, pointers.data());
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
    png_destroy_write_struct(&png, &info);
    return file;
}

Bytes make_jpeg(const std::string& kind, int orientation, int width, int height) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* data = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &data, &size);
    const bool grey = kind == "grey", inks = kind == "cmyk";
    jpeg.image_width = static_cast<JDIMENSION>(width);
    jpeg.image_height = static_cast<JDIMENSION>(height);
    jpeg.input_components = grey ? 1 : inks ? 4 : 3;
    jpeg.in_color_space = grey ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 95, TRUE);
    if (kind == "rgb") {
        jpeg_set_colorspace(&jpeg, JCS_RGB);
        jpeg.write_Adobe_marker = FALSE;
    }
    if (kind == "progressive") jpeg_simple_progression(&jpeg);
    if (kind == "arithmetic") jpeg.arith_code = TRUE;
    jpeg_start_compress(&jpeg, TRUE);
    if (orientation > 0) {
        // Two entries: the orientation, and an owner's name that has no business in a letter.
        std::string exif("Exif\0\0MM\0*\0\0\0\x08\0\x02", 16);
        exif += std::string("\x01\x12\0\x03\0\0\0\x01\0", 9) + static_cast<char>(orientation) +
                std::string(2, '\0');
        exif += std::string("\x01\x3B\0\x02\0\0\0\x0A\0\0\0\x26", 12) + std::string(4, '\0') + "Pemotret X" +
                '\0';
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(exif.data()),
                          static_cast<unsigned>(exif.size()));
    }
    while (jpeg.next_scanline < jpeg.image_height) {
        Bytes row;
        for (int x = 0; x < width; ++x) {
            const int y = static_cast<int>(jpeg.next_scanline);
            if (grey) {
                row.push_back(grey_at(x, y, width, height));
                continue;
            }
            for (const std::uint8_t part : color_at(x, y, width, height)) row.push_back(part);
            if (inks) row.push_back(255);  // Adobe counts light, so no black ink
        }
        JSAMPROW pointer = row.data();
        jpeg_write_scanlines(&jpeg, &pointer, 1);
    }
    jpeg_finish_compress(&jpeg);
    const Bytes file(data, data + size);
    jpeg_destroy_compress(&jpeg);
    std::free(data);
    return file;
}

}  // namespace naskah::generator
