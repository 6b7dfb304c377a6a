#include "generator/qr.h"

#define ZX_USE_UTF8 1  // one source for ZXing 1.4 and 2.x

#include <ZXing/BarcodeFormat.h>
#include <ZXing/BitMatrix.h>
#include <ZXing/CharacterSet.h>
#include <ZXing/MultiFormatWriter.h>
#include <ZXing/ReadBarcode.h>

#include <algorithm>

#include "core/error.h"

namespace naskah::generator {

QrCode make_qr(const std::string& text) {
    constexpr int level_q = 5;  // of ZXing's 0 to 8
    ZXing::MultiFormatWriter writer(ZXing::BarcodeFormat::QRCode);
    writer.setEccLevel(level_q).setMargin(0);
    // An address is ASCII; naming a character set would cost room and confuse old readers.
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii) writer.setEncoding(ZXing::CharacterSet::UTF8);
    try {
        const ZXing::BitMatrix matrix = writer.encode(text, 0, 0);
        QrCode qr;
        qr.modules = matrix.width();
        qr.dark.reserve(static_cast<std::size_t>(matrix.width() * matrix.height()));
        for (int y = 0; y < matrix.height(); ++y)
            for (int x = 0; x < matrix.width(); ++x) qr.dark.push_back(matrix.get(x, y));
        return qr;
    } catch (const std::exception&) {
        throw Error(Code::data, "Alamat tidak muat dalam kode QR: " + std::to_string(text.size()) + " huruf",
                    {}, "Pendekkan alamat publik kantor");
    }
}

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
