#include "generator/jpeg_segments.h"

#include <string_view>

namespace naskah::generator {
namespace {

constexpr std::uint8_t start_of_image = 0xD8, end_of_image = 0xD9, start_of_scan = 0xDA, app0 = 0xE0,
                       app1 = 0xE1, app14 = 0xEE, app15 = 0xEF, comment = 0xFE;
constexpr int most_scans = 200;  // a progressive photograph has about ten

bool starts_with(BytesView bytes, std::string_view prefix) {
    return bytes.size() >= prefix.size() && as_text(bytes.first(prefix.size())) == prefix;
}

// Numbers of a TIFF structure in its own byte order; 0 behind its end.
struct Tiff {
    BytesView bytes;
    bool little;

    unsigned number(std::size_t at, std::size_t size) const {
        if (at > bytes.size() || size > bytes.size() - at) return 0;
        unsigned value = 0;
        for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + (little ? size - 1 - i : i)];
        return value;
    }
};

int exif_orientation(BytesView exif) {
    constexpr std::string_view head("Exif\0\0", 6);
    if (!starts_with(exif, head)) return 1;
    const BytesView bytes = exif.subspan(head.size());
    const Tiff tiff{bytes, starts_with(bytes, "II")};
    const std::size_t directory = tiff.number(4, 4);
    const unsigned entries = tiff.number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        if (entry >= bytes.size()) break;
        if (tiff.number(entry, 2) != 0x0112) continue;
        const unsigned value = tiff.number(entry + 8, 2);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

}  // namespace

std::optional<JpegSegments> read_jpeg_segments(BytesView file) {
    if (!starts_with(file, "\xFF\xD8")) return std::nullopt;
    JpegSegments result;
    result.bare.reserve(file.size());
    const auto keep = [&](std::size_t from, std::size_t to) {
        result.bare.insert(result.bare.end(), file.begin() + static_cast<std::ptrdiff_t>(from),
                           file.begin() + static_cast<std::ptrdiff_t>(to));
    };
    keep(0, 2);
    int scans = 0;
    for (std::size_t at = 2;;) {
        while (at + 1 < file.size() && file[at] == 0xFF && file[at + 1] == 0xFF) ++at;  // fill bytes
        if (at + 2 > file.size() || file[at] != 0xFF) return std::nullopt;
        const std::uint8_t marker = file[at + 1];
        if (marker == end_of_image) {
            keep(at, at + 2);
            return scans > 0 ? std::optional(std::move(result)) : std::nullopt;
        }
        if (at + 4 > file.size() || marker < 0xC0 || (marker >= 0xD0 && marker <= start_of_image))
            return std::nullopt;
        const std::size_t length = static_cast<std::size_t>(file[at + 2]) << 8 | file[at + 3];
        std::size_t end = at + 2 + length;
        if (length < 2 || end > file.size()) return std::nullopt;
        const BytesView payload = file.subspan(at + 4, length - 2);
        if (marker == app1 && result.orientation == 1) result.orientation = exif_orientation(payload);
        if (marker == start_of_scan) {
            if (++scans > most_scans) return std::nullopt;
            // Coded data: up to a marker that is neither a stuffed byte nor a restart.
            while (end + 1 < file.size() && !(file[end] == 0xFF && file[end + 1] != 0 &&
                                              (file[end + 1] < 0xD0 || file[end + 1] > 0xD7)))
                ++end;
        }
        const bool application = (marker >= app0 && marker <= app15) || marker == comment;
        const bool colour = (marker == app0 && starts_with(payload, "JFIF")) ||
                            (marker == app14 && starts_with(payload, "Adobe"));
        if (!application || colour) keep(at, end);
        at = end;
    }
}

}  // namespace naskah::generator
