// The objects of one PDF file, numbered and written out by libharu in a classic cross-reference table.
//
// libharu's object layer keeps the file; what stands in a dictionary is prepared as text by the callers,
// since its own calls for fonts, metadata and pictures know neither subsets nor tags (see
// docs/decisions/0009).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/bytes.h"

namespace naskah::generator {

// Belongs to the thread that made it. Throws Error(internal) where libharu fails.
class PdfFile {
public:
    PdfFile();
    ~PdfFile();

    int reserve();  // an object, numbered consecutively; its entries come later
    void set(int object,
             std::string entries);  // what stands between << and >>, beside what libharu writes there
    int add(std::string entries);
    // `entries` name the filter that `data` has; `data` has to live until the file is saved, or is kept here.
    int add_stream(std::string entries, BytesView data);
    int add_stream(std::string entries, Bytes&& data);
    // Pages follow in the order of the calls. `content` is a compressed content stream. The page's MediaBox
    // and Resources are left to `set`.
    int add_page(Bytes&& content);
    int catalog() const;
    int info() const;

    // Writes the file; the object is spent afterwards.
    Bytes save(const std::array<std::uint8_t, 16>& id);

private:
    struct Haru;
    std::unique_ptr<Haru> haru_;
};

}  // namespace naskah::generator
