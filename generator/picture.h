// PNG and JPEG files by libpng and libjpeg: libharu would abort the process on a truncated PNG. Pictures of a
// letter keep what PDF can show; rasters are plain pixels, for screens and for reading QR codes.
#pragma once

#include <memory>
#include <string>

#include "core/bytes.h"
#include "generator/page.h"

namespace naskah::generator {

// Throws Error(data) naming `name`: no PNG or JPEG, broken, truncated, over 40 megapixels or 20 MB. A JPEG
// that PDF can show as it is (grey or YCbCr/RGB, 8 bits, Huffman coded) keeps its image data byte by byte;
// what a camera wrote beside it (place, owner, thumbnail) is left out. Others are decoded. Photographs'
// orientation (Exif) is obeyed.
std::shared_ptr<const Picture> read_picture(BytesView file, const std::string& name);

// Rows from the top, samples of 8 bits: light, or red, green and blue.
struct Raster {
    int width = 0, height = 0, channels = 1;
    Bytes samples;
};

// A stranger's picture as light only, for reading a QR code in it: a JPEG is made smaller while it is
// decoded, to at most `most_pixels` or nearly so. Throws as read_picture does.
Raster read_grey(BytesView file, const std::string& name, std::size_t most_pixels);

// The same pixels as a PNG, quickly: a page of text becomes a palette of its shades, with the five or four
// highest bits of each sample, which no eye tells from all eight beside letters. What has more than 256
// colours even so (a photograph) keeps every bit.
Bytes write_png(const Raster& raster);

// A light grey field, four by three: what stands where an unfinished letter has no picture yet.
std::shared_ptr<const Picture> blank_picture();

}  // namespace naskah::generator
