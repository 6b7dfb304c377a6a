// An incremental update of a PDF (ISO 32000-1 7.5.6): objects that change, objects that are new, and the
// cross-reference table behind them. PoDoFo writes it; nothing else of Naskah knows PoDoFo, and of the file
// it sees nothing but values that it copies word for word.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "signing/pdf_file.h"

namespace naskah::signing {

// A dictionary in the making. Values stand as they will in the file.
class NewDictionary {
public:
    NewDictionary() = default;
    explicit NewDictionary(const Dictionary& copied);   // word for word
    void set(std::string_view key, std::string value);  // in the place of an earlier one
    std::string text() const;

private:
    std::vector<std::pair<std::string, std::string>> entries_;
};

std::string to_pdf(Reference reference);             // "12 0 R"
std::string to_pdf_name(std::string_view name);      // "/Name", what a name may not hold written as #xx
std::string to_pdf_string(const std::string& utf8);  // a text string (7.9.2.2): UTF-16 unless plain ASCII
// The array with one more reference at its end; of an empty view, a new array.
std::string appended(std::string_view array, Reference reference);

class PdfUpdate {
public:
    explicit PdfUpdate(const PdfFile& file);  // which outlives it
    ~PdfUpdate();
    PdfUpdate(const PdfUpdate&) = delete;
    PdfUpdate& operator=(const PdfUpdate&) = delete;

    // The object gets another value under its number. Throws Error(data) the second time: in a sound file the
    // page, its annotations, the form and the catalog are different objects.
    void change(Reference reference, const std::string& value);
    Reference reserve();  // the number of a new object
    void put(Reference reserved, const std::string& value);
    void put_stream(Reference reserved, BytesView octets);

    // Appends the update to `pdf`, which holds the file, and answers where the value of the object with the
    // greatest number begins: it is the last one written. An update has at least one new object.
    std::size_t append_to(Bytes& pdf);

private:
    struct Objects;
    std::unique_ptr<Objects> objects_;
};

}  // namespace naskah::signing
