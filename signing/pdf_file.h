// A PDF with classic cross-reference tables (ISO 32000-1 7.5.4), opened for an update: finds objects, changes
// nothing. It is the guard in front of PoDoFo, which is never given a byte that others wrote as anything but
// an opaque value. Time and memory grow with the objects asked for, not with the file: a table is looked
// into, not read.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "signing/pdf_syntax.h"

namespace naskah::signing {

// Whether the newest table is a stream (7.5.8) or points to one; false for what is no PDF.
bool has_stream_tables(BytesView pdf);

class PdfFile {
public:
    // Keeps a view of `bytes`. Throws Error(data), saying which, for what is not PDF, damaged, encrypted, or
    // kept in cross-reference streams.
    explicit PdfFile(BytesView bytes);

    const Dictionary& trailer() const { return trailer_; }  // the newest
    std::uint64_t newest_table() const { return newest_table_; }
    std::uint32_t size() const { return size_; }  // one more than the greatest object number in use

    // The object's value, "null" if there is no such object (7.3.10).
    std::string_view object(Reference reference) const;
    // The octets of a stream without filters, as Naskah writes them; nothing for any other object.
    std::optional<BytesView> plain_stream(Reference reference) const;
    // `value`, or the object that it refers to.
    std::string_view resolve(std::string_view value) const;
    // The dictionary that `value` is or refers to, an empty one if it is none.
    Dictionary dictionary_at(std::string_view value) const;

private:
    struct Section {  // entries of twenty bytes for `count` objects from `first` on
        std::uint32_t first, count;
        std::size_t entries_at;
    };
    Dictionary read_table(std::size_t at);

    std::string_view text_;
    std::vector<Section> sections_;  // newest first
    Dictionary trailer_;
    std::uint64_t newest_table_ = 0;
    std::uint32_t size_ = 0;
};

}  // namespace naskah::signing
