// A page of a PDF of ours as a PNG picture: for previews, the reader's view and the public page. Poppler
// draws it, in a process of its own with bounded time and memory (it is under the GPL and so never linked);
// the PNG is ours, since poppler's takes ten times as long as the drawing. Only for PDFs that Naskah made: a
// stranger's file never goes in here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <semaphore>

#include "core/bytes.h"
#include "core/sha256.h"
#include "service/kept.h"

namespace naskah::service {

// How many pages a PDF has, by its page tree; nothing if it cannot be read in clear.
std::optional<int> count_pages(BytesView pdf);

// Draws one page, counted from 1, `width` pixels wide. Throws Error(outside) if pdftoppm is not installed,
// Error(data) if there is no such page or the PDF cannot be drawn in reasonable time.
Bytes draw_page(BytesView pdf, int page, int width);

// Pages as drawn before, kept by the PDF's digest; those asked for last stay. Safe from any thread: whoever
// asks for a page that another is drawing waits for that one, and no more than `at_once` are drawn at a time.
class PagePictures {
public:
    explicit PagePictures(std::size_t keep_bytes = 48u << 20, int at_once = 2);

    using Picture = std::shared_ptr<const Bytes>;
    static constexpr int usual_width = 910;  // A4 at 110 dots an inch: sharp on a desk, enough on a phone
    Picture of(BytesView pdf, int page, int width = usual_width);
    // `pdf` is asked for the bytes only if that page is not kept.
    Picture of(const Sha256& digest, int page, const std::function<Bytes()>& pdf, int width = usual_width);

private:
    struct Key {
        Sha256 digest;
        int page, width;
        auto operator<=>(const Key&) const = default;
    };
    Kept<Key, Bytes> kept_;
    std::counting_semaphore<64> free_;
};

}  // namespace naskah::service
