#include "generator/picture.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include <jerror.h>
#include <jpeglib.h>

#include "core/error.h"
#include "generator/deflate.h"
#include "generator/jpeg_segments.h"

namespace naskah::generator {
namespace {

constexpr std::size_t most_bytes = 20u << 20;
constexpr std::size_t most_pixels = 40'000'000;

[[noreturn]] void refuse(const std::string& name, const std::string& what, const std::string& remedy) {
    throw Error(Code::data, what, name, remedy);
}

[[noreturn]] void refuse_broken(const std::string& name) {
    refuse(name, "Gambar rusak atau terpotong", "Ganti dengan berkas PNG atau JPEG yang utuh");
}

void check_size(std::size_t width, std::size_t height, const std::string& name) {
    if (width == 0 || height == 0) refuse_broken(name);
    if (width > most_pixels / height)
        refuse(name,
               "Gambar terlalu besar: " + std::to_string(width) + " × " + std::to_string(height) + " piksel",
               "Perkecil sampai paling banyak 40 megapiksel");
}

// PNG's row filters (ISO/IEC 15948 9): each row by the one of them that leaves the smallest differences.
Bytes predict(const Bytes& samples, std::size_t stride, std::size_t pixel) {
    const std::size_t rows = samples.size() / stride;
    Bytes out;
    out.reserve(samples.size() + rows);
    const Bytes zero(stride);
    Bytes best(stride), trial(stride);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::uint8_t* here = samples.data() + row * stride;
        const std::uint8_t* above = row == 0 ? zero.data() : here - stride;
        std::size_t best_sum = SIZE_MAX;
        std::uint8_t best_filter = 0;
        for (std::uint8_t filter = 0; filter < 5; ++filter) {
            std::size_t sum = 0;
            for (std::size_t i = 0; i < stride; ++i) {
                const int left = i < pixel ? 0 : here[i - pixel];
                const int up = above[i];
                const int corner = i < pixel ? 0 : above[i - pixel];
                int guess = 0;
                if (filter == 1) guess = left;
                if (filter == 2) guess = up;
                if (filter == 3) guess = (left + up) / 2;
                if (filter == 4) {
                    const int d_left = std::abs(up - corner), d_up = std::abs(left - corner);
                    const int d_corner = std::abs(left + up - 2 * corner);
                    guess = d_left <= d_up && d_left <= d_corner ? left : d_up <= d_corner ? up : corner;
                }
                trial[i] = static_cast<std::uint8_t>(here[i] - guess);
                sum += static_cast<std::size_t>(std::abs(static_cast<std::int8_t>(trial[i])));
            }
            if (sum < best_sum) {
                best_sum = sum;
                best_filter = filter;
                std::swap(best, trial);
            }
        }
        out.push_back(best_filter);
        out.insert(out.end(), best.begin(), best.end());
    }
    return out;
}

// Which colours samples have, if they have few, and each pixel's place among them.
struct Palette {
    std::vector<png_color> colors;
    Bytes pixels;
};

// `kept`: how many of the highest bits of each sample count.
std::optional<Palette> palette_of(BytesView samples, std::size_t channels, unsigned kept) {
    constexpr std::size_t slots = 1024;  // open addressing; at most a quarter is filled
    constexpr std::uint32_t nothing = 0xFFFFFFFF;
    std::array<std::uint32_t, slots> color_of;
    color_of.fill(nothing);
    std::array<std::uint8_t, slots> place_of{};
    const auto dropped = static_cast<std::uint8_t>(0xFF << (8 - kept));
    const auto spread = [&](std::uint8_t sample) {  // the highest value stays the highest
        const auto high = static_cast<unsigned>(sample & dropped);
        return static_cast<std::uint8_t>(high | high >> kept);
    };
    Palette palette;
    const std::size_t count = samples.size() / channels;
    palette.pixels.resize(count);
    const std::uint8_t* sample = samples.data();
    std::uint32_t last = nothing;
    std::uint8_t last_place = 0;
    for (std::size_t i = 0; i < count; ++i, sample += channels) {
        const std::uint32_t color = static_cast<std::uint32_t>(sample[0] & dropped) << 16 |
                                    static_cast<std::uint32_t>(sample[channels / 2] & dropped) << 8 |
                                    static_cast<std::uint32_t>(sample[channels - 1] & dropped);
        if (color != last) {
            std::size_t slot = (color * 2654435761u >> 16) % slots;
            while (color_of[slot] != nothing && color_of[slot] != color) slot = (slot + 1) % slots;
            if (color_of[slot] == nothing) {
                if (palette.colors.size() == 256) return {};
                color_of[slot] = color;
                place_of[slot] = static_cast<std::uint8_t>(palette.colors.size());
                palette.colors.push_back(
                    {spread(sample[0]), spread(sample[channels / 2]), spread(sample[channels - 1])});
            }
            last = color;
            last_place = place_of[slot];
        }
        palette.pixels[i] = last_place;
    }
    return palette;
}

// Drawings are smaller as they are, or as a palette; photographs are smaller filtered: a quick trial says
// which. The levels are those above which a command that makes one letter would wait longer than the bytes
// are worth.
// As it is, with predictions or by a palette: tried quickly, for whoever makes one letter waits for it.
void compress(Picture& picture, const Bytes& samples) {
    constexpr int trial_level = 1, level = 8, palette_level = 9, hurried_level = 3;
    constexpr std::size_t large = 8u << 20;
    picture.uncompressed_size = samples.size();
    if (samples.size() > large) {
        picture.compressed = deflate(samples, hurried_level);
        return;
    }
    const auto pixel = static_cast<std::size_t>(picture.channels);
    const Bytes filtered = predict(samples, static_cast<std::size_t>(picture.width) * pixel, pixel);
    const std::size_t plain_size = deflate(samples, trial_level).size(),
                      filtered_size = deflate(filtered, trial_level).size();
    const auto palette = pixel == 3 ? palette_of(samples, pixel, 8) : std::nullopt;
    if (palette && deflate(palette->pixels, trial_level).size() + 3 * palette->colors.size() <
                       std::min(plain_size, filtered_size)) {
        picture.uncompressed_size = palette->pixels.size();
        picture.compressed = deflate(palette->pixels, palette_level);
        Bytes colors;
        for (const png_color& color : palette->colors)
            colors.insert(colors.end(), {color.red, color.green, color.blue});
        picture.colors = static_cast<int>(palette->colors.size());
        picture.palette = deflate(colors, level);
        return;
    }
    picture.predicted = filtered_size < plain_size;
    picture.compressed = deflate(picture.predicted ? filtered : samples, level);
}

void read_png(Picture& picture, BytesView file, const std::string& name) {
    struct Image {  // libpng's simplified interface: no longjmp leaves it
        png_image png{};
        ~Image() { png_image_free(&png); }
    } image;
    image.png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image.png, file.data(), file.size())) refuse_broken(name);
    check_size(image.png.width, image.png.height, name);
    image.png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // as every other program takes them
    const bool color = (image.png.format & PNG_FORMAT_FLAG_COLOR) != 0;
    const bool alpha = (image.png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    image.png.format = (color ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY) | (alpha ? PNG_FORMAT_FLAG_ALPHA : 0u);
    Bytes pixels(PNG_IMAGE_SIZE(image.png));
    if (!png_image_finish_read(&image.png, nullptr, pixels.data(), 0, nullptr)) refuse_broken(name);

    picture.width = static_cast<int>(image.png.width);
    picture.height = static_cast<int>(image.png.height);
    picture.channels = color ? 3 : 1;
    if (!alpha) return compress(picture, pixels);
    const auto channels = static_cast<std::size_t>(picture.channels);
    const std::size_t count = pixels.size() / (channels + 1);
    Bytes samples(count * channels), opacity(count);
    for (std::size_t i = 0; i < count; ++i) {
        opacity[i] = pixels[i * (channels + 1) + channels];
        // What nobody sees is made alike, so that it costs nothing.
        if (opacity[i] != 0) std::copy_n(&pixels[i * (channels + 1)], channels, &samples[i * channels]);
    }
    compress(picture, samples);
    if (std::all_of(opacity.begin(), opacity.end(), [](std::uint8_t value) { return value == 255; })) return;
    picture.alpha = deflate(opacity, 8);
    picture.alpha_size = opacity.size();
}

struct BrokenJpeg {};

// A decoder that throws BrokenJpeg where libjpeg would end the process or guess at what is missing.
class JpegDecoder {
public:
    explicit JpegDecoder(BytesView file) {
        jpeg.err = jpeg_std_error(&errors_);
        errors_.error_exit = [](j_common_ptr) { throw BrokenJpeg{}; };
        errors_.output_message = [](j_common_ptr) {};
        errors_.emit_message = [](j_common_ptr common, int level) {
            if (level >= 0) return;
            const int code = common->err->msg_code;
            if (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_JPEG_EOF ||
                code == JWRN_MUST_RESYNC || code == JWRN_BOGUS_PROGRESSION)
                throw BrokenJpeg{};
        };
        jpeg_create_decompress(&jpeg);
        // A small file can hold thousands of scans, each of which refines the whole picture.
        progress_.progress_monitor = [](j_common_ptr common) {
            constexpr int most_scans = 100;
            if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number > most_scans)
                throw BrokenJpeg{};
        };
        jpeg.progress = &progress_;
        jpeg_mem_src(&jpeg, file.data(), static_cast<unsigned long>(file.size()));
    }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;
    ~JpegDecoder() { jpeg_destroy_decompress(&jpeg); }

    // Not in the constructor: what throws there is never destroyed.
    void read_header() { jpeg_read_header(&jpeg, TRUE); }

    Bytes decode() {
        jpeg_start_decompress(&jpeg);
        const std::size_t stride =
            static_cast<std::size_t>(jpeg.output_width) * static_cast<std::size_t>(jpeg.output_components);
        Bytes samples(stride * jpeg.output_height);
        while (jpeg.output_scanline < jpeg.output_height) {
            JSAMPROW row = samples.data() + stride * jpeg.output_scanline;
            jpeg_read_scanlines(&jpeg, &row, 1);
        }
        jpeg_finish_decompress(&jpeg);
        return samples;
    }

    jpeg_decompress_struct jpeg{};

private:
    jpeg_error_mgr errors_{};
    jpeg_progress_mgr progress_{};
};

// Inks to light, without a profile: good enough for the rare photograph that comes from a print shop.
Bytes without_inks(const Bytes& cmyk, bool inverted) {
    Bytes rgb(cmyk.size() / 4 * 3);
    for (std::size_t i = 0; i < cmyk.size() / 4; ++i)
        for (std::size_t c = 0; c < 3; ++c) {
            const int ink = inverted ? cmyk[4 * i + c] : 255 - cmyk[4 * i + c];
            const int black = inverted ? cmyk[4 * i + 3] : 255 - cmyk[4 * i + 3];
            rgb[3 * i + c] = static_cast<std::uint8_t>(ink * black / 255);
        }
    return rgb;
}

void read_jpeg(Picture& picture, BytesView file, const std::string& name) {
    auto segments = read_jpeg_segments(file);
    if (!segments) refuse_broken(name);
    try {
        JpegDecoder decoder(segments->bare);
        decoder.read_header();
        jpeg_decompress_struct& jpeg = decoder.jpeg;
        check_size(jpeg.image_width, jpeg.image_height, name);
        picture.width = static_cast<int>(jpeg.image_width);
        picture.height = static_cast<int>(jpeg.image_height);
        const bool grey = jpeg.jpeg_color_space == JCS_GRAYSCALE;
        picture.channels = grey ? 1 : 3;
        const bool inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
        const bool plain = grey || jpeg.jpeg_color_space == JCS_YCbCr ||
                           (jpeg.jpeg_color_space == JCS_RGB && jpeg.saw_Adobe_marker);
        if (plain && !jpeg.arith_code) {
            // Only to see whether all of it can be read: an eighth of the size spares the arithmetic.
            jpeg.scale_num = 1;
            jpeg.scale_denom = 8;
            jpeg.dct_method = JDCT_IFAST;
            jpeg.do_fancy_upsampling = FALSE;
            jpeg.out_color_space = jpeg.jpeg_color_space;
            decoder.decode();
            picture.jpeg = true;
            picture.uncompressed_size = segments->bare.size();
            picture.compressed = std::move(segments->bare);
        } else {
            jpeg.out_color_space = inks ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
            const Bytes samples = decoder.decode();
            compress(picture, inks ? without_inks(samples, jpeg.saw_Adobe_marker != FALSE) : samples);
        }
        picture.orientation = segments->orientation;
        if (picture.orientation >= 5) std::swap(picture.width, picture.height);
    } catch (const BrokenJpeg&) {
        refuse_broken(name);
    }
}

Raster grey_of_png(BytesView file, const std::string& name) {
    struct Image {
        png_image png{};
        ~Image() { png_image_free(&png); }
    } image;
    image.png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image.png, file.data(), file.size())) refuse_broken(name);
    check_size(image.png.width, image.png.height, name);
    image.png.format = PNG_FORMAT_GRAY;
    Raster raster{static_cast<int>(image.png.width), static_cast<int>(image.png.height), 1, {}};
    raster.samples.resize(PNG_IMAGE_SIZE(image.png));
    const png_color paper{255, 255, 255};  // behind what is transparent
    if (!png_image_finish_read(&image.png, &paper, raster.samples.data(), 0, nullptr)) refuse_broken(name);
    return raster;
}

Raster grey_of_jpeg(BytesView file, const std::string& name, std::size_t most) {
    try {
        JpegDecoder decoder(file);
        decoder.read_header();
        jpeg_decompress_struct& jpeg = decoder.jpeg;
        check_size(jpeg.image_width, jpeg.image_height, name);
        jpeg.out_color_space = JCS_GRAYSCALE;
        jpeg.dct_method = JDCT_IFAST;
        jpeg.scale_num = 1;
        jpeg.scale_denom = 1;
        const std::size_t pixels = static_cast<std::size_t>(jpeg.image_width) * jpeg.image_height;
        while (jpeg.scale_denom < 8 && pixels / (jpeg.scale_denom * jpeg.scale_denom) > most)
            jpeg.scale_denom *= 2;
        Raster raster;
        raster.samples = decoder.decode();
        raster.width = static_cast<int>(jpeg.output_width);
        raster.height = static_cast<int>(jpeg.output_height);
        return raster;
    } catch (const BrokenJpeg&) {
        refuse_broken(name);
    }
}

bool starts_with(BytesView file, std::string_view signature) {
    return file.size() >= signature.size() && as_text(file.first(signature.size())) == signature;
}

std::optional<Palette> palette_of(const Raster& raster) {
    for (const unsigned kept : {5u, 4u})
        if (auto palette = palette_of(raster.samples, static_cast<std::size_t>(raster.channels), kept))
            return palette;
    return {};
}

[[noreturn]] void png_failed(png_structp, png_const_charp what) {
    throw Error(Code::internal, std::string("PNG tidak dapat ditulis: ") + what);
}

}  // namespace

Raster read_grey(BytesView file, const std::string& name, std::size_t most) {
    if (file.size() > most_bytes)
        refuse(name, "Berkas gambar terlalu besar: " + std::to_string(file.size() >> 20) + " MB",
               "Perkecil sampai paling banyak 20 MB");
    if (starts_with(file, "\x89PNG\r\n\x1A\n")) return grey_of_png(file, name);
    if (starts_with(file, "\xFF\xD8\xFF")) return grey_of_jpeg(file, name, most);
    refuse(name, "Bukan gambar PNG atau JPEG", "Simpan gambar itu sebagai PNG atau JPEG");
}

Bytes write_png(const Raster& raster) {
    const auto stride = static_cast<std::size_t>(raster.width) * static_cast<std::size_t>(raster.channels);
    if (raster.width < 1 || raster.height < 1 || (raster.channels != 1 && raster.channels != 3) ||
        raster.samples.size() != stride * static_cast<std::size_t>(raster.height))
        throw Error(Code::internal, "ukuran gambar tidak cocok dengan isinya");
    struct Writer {
        png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, png_failed,
                                                  [](png_structp, png_const_charp) {});
        png_infop info = png ? png_create_info_struct(png) : nullptr;
        ~Writer() { png_destroy_write_struct(&png, &info); }
    } writer;
    if (!writer.info) throw Error(Code::internal, "PNG tidak dapat ditulis: memori habis");
    Bytes out;
    out.reserve(128 << 10);
    png_set_write_fn(
        writer.png, &out,
        [](png_structp png, png_bytep data, png_size_t size) {
            auto& to = *static_cast<Bytes*>(png_get_io_ptr(png));
            to.insert(to.end(), data, data + size);
        },
        [](png_structp) {});
    const std::optional<Palette> palette = palette_of(raster);
    png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(raster.width),
                 static_cast<png_uint_32>(raster.height), 8,
                 palette ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (palette)
        png_set_PLTE(writer.png, writer.info, palette->colors.data(),
                     static_cast<int>(palette->colors.size()));
    png_set_compression_level(writer.png, 3);
    png_set_filter(writer.png, PNG_FILTER_TYPE_BASE, palette ? PNG_FILTER_NONE : PNG_FILTER_SUB);
    png_write_info(writer.png, writer.info);
    const Bytes& samples = palette ? palette->pixels : raster.samples;
    const std::size_t row = palette ? static_cast<std::size_t>(raster.width) : stride;
    for (int y = 0; y < raster.height; ++y)
        png_write_row(writer.png, samples.data() + static_cast<std::size_t>(y) * row);
    png_write_end(writer.png, nullptr);
    return out;
}

std::shared_ptr<const Picture> read_picture(BytesView file, const std::string& name) {
    if (file.size() > most_bytes)
        refuse(name, "Berkas gambar terlalu besar: " + std::to_string(file.size() >> 20) + " MB",
               "Perkecil sampai paling banyak 20 MB");
    auto picture = std::make_shared<Picture>();
    picture->digest = sha256(file);
    if (starts_with(file, "\x89PNG\r\n\x1A\n"))
        read_png(*picture, file, name);
    else if (starts_with(file, "\xFF\xD8\xFF"))
        read_jpeg(*picture, file, name);
    else
        refuse(name, "Bukan gambar PNG atau JPEG", "Simpan gambar itu sebagai PNG atau JPEG");
    return picture;
}

std::shared_ptr<const Picture> blank_picture() {
    static const auto blank = [] {
        auto picture = std::make_shared<Picture>();
        picture->width = 40;
        picture->height = 30;
        picture->channels = 1;
        const Bytes samples(40 * 30, 0xe4);
        compress(*picture, samples);
        picture->digest = sha256(samples);
        return picture;
    }();
    return blank;
}

}  // namespace naskah::generator
