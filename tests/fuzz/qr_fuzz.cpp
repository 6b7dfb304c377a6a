// Any bytes as what a QR code says (odd first byte), or as the grey pixels of a small picture of one.
#include <algorithm>

#include "generator/qr.h"
#include "service/code_text.h"

using namespace naskah;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string ours = "https://periksa.contohprov.go.id";
    if (data[0] % 2 == 1) {
        const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
        const service::CodeText read = service::read_code_text(text, ours);
        service::code_flaw(text);
        service::compare_hosts(read.host, service::host_of(ours));
        return 0;
    }
    generator::Raster picture;
    picture.width = std::min<int>(data[1], 120) + 1;
    picture.height = static_cast<int>((size - 2) / static_cast<std::size_t>(picture.width));
    if (picture.height == 0 || picture.height > 120) return 0;
    const std::size_t area =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
    picture.samples.assign(data + 2, data + 2 + area);
    for (const std::string& text : generator::read_qr(picture)) service::read_code_text(text, ours);
    return 0;
}
