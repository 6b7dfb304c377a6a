#include "service/page_picture.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/error.h"
#include "generator/picture.h"
#include "service/child.h"

namespace naskah::service {
namespace {

// "P6\n794 1123\n255\n" and the samples, as poppler writes them; "P5" for grey.
std::optional<generator::Raster> read_netpbm(Bytes file) {
    generator::Raster raster;
    if (file.size() < 2 || file[0] != 'P' || (file[1] != '5' && file[1] != '6')) return {};
    raster.channels = file[1] == '6' ? 3 : 1;
    std::size_t at = 2;
    std::array<int, 3> numbers{};
    for (int& number : numbers) {
        while (at < file.size() && (file[at] == ' ' || file[at] == '\n')) ++at;
        const char* const start = reinterpret_cast<const char*>(file.data()) + at;
        const char* const end = reinterpret_cast<const char*>(file.data()) + file.size();
        const auto [stop, error] = std::from_chars(start, end, number);
        if (error != std::errc() || number < 1 || number > 20'000) return {};
        at += static_cast<std::size_t>(stop - start);
    }
    raster.width = numbers[0];
    raster.height = numbers[1];
    const std::size_t size = static_cast<std::size_t>(raster.width) *
                             static_cast<std::size_t>(raster.height) *
                             static_cast<std::size_t>(raster.channels);
    if (numbers[2] != 255 || file.size() != at + 1 + size) return {};
    file.erase(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at + 1));
    raster.samples = std::move(file);
    return raster;
}

}  // namespace

std::optional<int> count_pages(BytesView pdf) {
    // The node at the root has the most; an update that follows repeats at most what stands before.
    const std::string_view text = as_text(pdf);
    std::optional<int> most;
    for (std::size_t at = text.find("/Pages"); at != std::string_view::npos;
         at = text.find("/Pages", at + 1)) {
        std::string_view node = text.substr(text.rfind("obj", at) + 3);
        node = node.substr(0, node.find("endobj"));
        const std::size_t count = node.find("/Count ");
        int pages = 0;
        if (count == std::string_view::npos) continue;
        const std::string_view digits = node.substr(count + 7, 10);
        if (std::from_chars(digits.data(), digits.data() + digits.size(), pages).ec == std::errc() &&
            pages > 0)
            most = std::max(most.value_or(0), pages);
    }
    return most;
}

Bytes draw_page(BytesView pdf, int page, int width) {
    const std::string number = std::to_string(page), pixels = std::to_string(width);
    const auto output = run_child({"pdftoppm", "-q", "-f", number, "-l", number, "-scale-to-x", pixels,
                                   "-scale-to-y", "-1", "/dev/stdin"},
                                  pdf);
    auto raster = output ? read_netpbm(*output) : std::nullopt;
    if (!raster) throw Error(Code::data, "halaman " + number + " tidak ada atau tidak dapat digambar", "PDF");
    return generator::write_png(*raster);
}

PagePictures::PagePictures(std::size_t keep_bytes, int at_once) : kept_(keep_bytes), free_(at_once) {}

PagePictures::Picture PagePictures::of(BytesView pdf, int page, int width) {
    return of(
        sha256(pdf), page, [&] { return Bytes(pdf.begin(), pdf.end()); }, width);
}

PagePictures::Picture PagePictures::of(const Sha256& digest, int page, const std::function<Bytes()>& pdf,
                                       int width) {
    const auto draw = [&] {
        struct Turn {
            std::counting_semaphore<64>& free;
            explicit Turn(std::counting_semaphore<64>& of) : free(of) { free.acquire(); }
            ~Turn() { free.release(); }
        } turn(free_);
        return draw_page(pdf(), page, width);
    };
    return kept_.get({digest, page, width}, Instant{}, draw, [](const Bytes& png) { return png.size(); });
}

}  // namespace naskah::service
