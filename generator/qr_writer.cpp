#include <qrencode.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "generator/qr.h"

namespace naskah::generator {
namespace {

struct Free {
    void operator()(QRinput* it) const { QRinput_free(it); }
    void operator()(QRcode* it) const { QRcode_free(it); }
};

}  // namespace

QrCode make_qr(const std::string& text) {
    constexpr int smallest_that_fits = 0, utf8 = 26;  // a version; an ECI assignment
    const std::unique_ptr<QRinput, Free> input(QRinput_new2(smallest_that_fits, QR_ECLEVEL_Q));
    const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
    // An address is ASCII; naming a character set would cost room and confuse old readers.
    const bool ascii = std::all_of(octets, octets + text.size(), [](unsigned char c) { return c < 0x80; });
    std::unique_ptr<QRcode, Free> code;
    if (input && (ascii || QRinput_appendECIheader(input.get(), utf8) == 0) &&
        QRinput_append(input.get(), QR_MODE_8, static_cast<int>(text.size()), octets) == 0)
        code.reset(QRcode_encodeInput(input.get()));
    if (!code)
        throw Error(Code::data, "Alamat tidak muat dalam kode QR: " + std::to_string(text.size()) + " huruf",
                    {}, "Pendekkan alamat publik kantor");
    QrCode qr;
    qr.modules = code->width;
    qr.dark.assign(code->data, code->data + code->width * code->width);
    for (auto& module : qr.dark) module &= 1;  // the other bits say what a module is part of
    return qr;
}

}  // namespace naskah::generator
