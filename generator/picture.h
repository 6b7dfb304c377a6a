// PNG and JPEG files by libpng and libjpeg: libharu would abort the process on a truncated PNG.
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

}  // namespace naskah::generator
