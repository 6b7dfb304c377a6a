#include "generator/qr.h"

#define ZX_USE_UTF8 1  // one source for ZXing 1.4 and 2.x

#include <ZXing/BarcodeFormat.h>
#include <ZXing/ReadBarcode.h>

#include "core/error.h"

namespace naskah::generator {

std::vector<std::string> read_qr(const Raster& picture) {
    if (picture.channels != 1 || picture.width < 1 || picture.height < 1 ||
        picture.samples.size() !=
            static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height))
        throw Error(Code::internal, "ukuran gambar tidak cocok dengan isinya");
    ZXing::DecodeHints hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode).setTryHarder(true).setMaxNumberOfSymbols(8);
    std::vector<std::string> texts;
    try {
        for (const auto& code : ZXing::ReadBarcodes(
                 {picture.samples.data(), picture.width, picture.height, ZXing::ImageFormat::Lum}, hints))
            if (code.isValid()) texts.push_back(code.text());
    } catch (const std::exception&) {  // a picture that confuses the reader holds no code for us
        texts.clear();
    }
    return texts;
}

}  // namespace naskah::generator
