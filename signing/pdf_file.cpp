#include "signing/pdf_file.h"

#include <algorithm>
#include <optional>

#include "core/error.h"

namespace naskah::signing {

namespace {

constexpr std::size_t entry_size = 20;
constexpr std::size_t most_revisions = 1000;
constexpr std::size_t most_sections = 20'000;
constexpr std::uint32_t most_objects = 8'388'607;  // ISO 32000-1 table C.1
constexpr std::uint64_t largest_file = 4'000'000'000;

std::optional<std::uint64_t> fixed_digits(std::string_view digits) {
    std::uint64_t number = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return {};
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
}

std::uint64_t last_startxref(std::string_view text) {
    const auto tail = text.size() > 2048 ? text.substr(text.size() - 2048) : text;
    const auto found = tail.rfind("startxref");
    if (found == std::string_view::npos) refuse_damaged("startxref tidak ada; berkasnya mungkin terpotong");
    std::size_t at = found + 9;
    const auto offset = to_integer(read_value(tail, at));
    if (tail.find("%%EOF", at) == std::string_view::npos)
        refuse_damaged("akhir berkas (%%EOF) tidak ada; berkasnya mungkin terpotong");
    if (!offset || *offset <= 0 || static_cast<std::uint64_t>(*offset) >= text.size()) {
        refuse_damaged("startxref menunjuk ke luar berkas");
    }
    return static_cast<std::uint64_t>(*offset);
}

}  // namespace

bool has_stream_tables(BytesView pdf) {
    const std::string_view text = as_text(pdf);
    if (!text.starts_with("%PDF-")) return false;
    try {
        std::size_t at = last_startxref(text);
        skip_blank(text, at);
        // "12 0 obj" begins a cross-reference stream; anything else is damage, not another kind of table.
        if (text.substr(at, 4) != "xref") return at < text.size() && text[at] >= '0' && text[at] <= '9';
        const std::size_t trailer = text.find("trailer", at);
        if (trailer == std::string_view::npos) return false;
        at = trailer + 7;
        return !to_dictionary(read_value(text, at)).find("XRefStm").empty();
    } catch (const Error&) {  // PdfFile says what is wrong
        return false;
    }
}

PdfFile::PdfFile(BytesView bytes) : text_(as_text(bytes)) {
    if (!text_.starts_with("%PDF-")) throw Error(Code::data, "ini bukan berkas PDF", {}, "Pilih berkas PDF");
    if (text_.size() > largest_file) throw Error(Code::data, "berkas PDF terlalu besar untuk ditandatangani");

    newest_table_ = last_startxref(text_);
    std::vector<std::uint64_t> visited;
    for (std::uint64_t next = newest_table_;;) {
        if (visited.size() == most_revisions ||
            std::find(visited.begin(), visited.end(), next) != visited.end()) {
            refuse_damaged("rantai tabel xref berputar atau terlalu panjang");
        }
        visited.push_back(next);
        Dictionary trailer = read_table(next);
        if (!trailer.find("Encrypt").empty()) {
            throw Error(Code::data, "berkas PDF terenkripsi, jadi tidak dapat ditandatangani", {},
                        "Buka dengan kata sandinya dan simpan tanpa enkripsi");
        }
        const auto previous = trailer.find("Prev");
        if (visited.size() == 1) trailer_ = std::move(trailer);
        if (previous.empty()) break;
        const auto offset = to_integer(previous);
        if (!offset || *offset <= 0 || static_cast<std::uint64_t>(*offset) >= text_.size()) {
            refuse_damaged("Prev menunjuk ke luar berkas");
        }
        next = static_cast<std::uint64_t>(*offset);
    }
    if (!to_reference(trailer_.find("Root"))) refuse_damaged("trailer tanpa Root");
    // The new objects take numbers above all that any table knows, whatever the trailer's Size claims.
    const auto claimed = to_integer(trailer_.find("Size")).value_or(0);
    if (claimed > 0 && claimed <= most_objects) size_ = std::max(size_, static_cast<std::uint32_t>(claimed));
    if (size_ + 8 > most_objects) refuse_damaged("nomor objeknya habis");
}

Dictionary PdfFile::read_table(std::size_t at) {
    skip_blank(text_, at);
    if (text_.substr(at, 4) != "xref") {
        throw Error(Code::data,
                    "tabel xref berkas PDF ini berupa aliran (PDF 1.5) atau rusak, dan belum didukung", {},
                    "Simpan ulang dengan: qpdf --object-streams=disable LAMA.pdf BARU.pdf");
    }
    at += 4;
    for (;;) {
        skip_blank(text_, at);
        if (text_.substr(at, 7) == "trailer") break;
        const auto first = to_integer(read_value(text_, at));
        skip_blank(text_, at);
        const auto count_at = at;
        while (at < text_.size() && text_[at] >= '0' && text_[at] <= '9') ++at;
        const auto count = to_integer(text_.substr(count_at, at - count_at));
        if (!first || !count || *first < 0 || *count < 0 || *first + *count > most_objects) {
            refuse_damaged("bagian tabel xref tidak terbaca");
        }
        skip_blank(text_, at);
        if (sections_.size() == most_sections) refuse_damaged("tabel xref terbagi terlalu banyak");
        const Section section{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*count), at};
        if (section.count * entry_size > text_.size() - at) refuse_damaged("tabel xref terpotong");
        at += section.count * entry_size;
        sections_.push_back(section);
        size_ = std::max(size_, section.first + section.count);
    }
    at += 7;
    Dictionary trailer = to_dictionary(read_value(text_, at));
    if (!trailer.find("XRefStm").empty()) {
        throw Error(Code::data, "berkas PDF ini memakai tabel xref campuran, dan belum didukung", {},
                    "Simpan ulang dengan: qpdf --object-streams=disable LAMA.pdf BARU.pdf");
    }
    return trailer;
}

std::string_view PdfFile::object(Reference reference) const {
    for (const auto& section : sections_) {
        if (reference.number < section.first || reference.number - section.first >= section.count) continue;
        const auto entry =
            text_.substr(section.entries_at + (reference.number - section.first) * entry_size, entry_size);
        const auto offset = fixed_digits(entry.substr(0, 10));
        const auto generation = fixed_digits(entry.substr(11, 5));
        if (!offset || !generation || (entry[17] != 'n' && entry[17] != 'f'))
            refuse_damaged("baris tabel xref rusak");
        if (entry[17] == 'f' || *generation != reference.generation) return "null";

        std::size_t at = *offset;
        if (at >= text_.size()) refuse_damaged("tabel xref menunjuk ke luar berkas");
        const auto number = read_value(text_, at), found_generation = read_value(text_, at);
        if (to_integer(number) != reference.number || to_integer(found_generation) != reference.generation ||
            read_value(text_, at) != "obj") {
            refuse_damaged("objek " + std::to_string(reference.number) +
                           " tidak pada tempat yang disebut tabel xref");
        }
        return read_value(text_, at);
    }
    return "null";
}

std::optional<BytesView> PdfFile::plain_stream(Reference reference) const {
    const auto value = object(reference);
    if (!is_dictionary(value)) return std::nullopt;
    const Dictionary dictionary = to_dictionary(value);
    const auto length = to_integer(resolve(dictionary.find("Length")));
    if (!dictionary.find("Filter").empty() || !length || *length < 0) return std::nullopt;
    auto at = static_cast<std::size_t>(value.data() - text_.data()) + value.size();
    skip_blank(text_, at);
    if (text_.substr(at, 6) != "stream") return std::nullopt;
    at += 6;
    if (text_.substr(at, 1) == "\r") ++at;
    if (text_.substr(at, 1) == "\n") ++at;
    const auto size = static_cast<std::size_t>(*length);
    if (at > text_.size() || size > text_.size() - at) return std::nullopt;
    return as_bytes(text_.substr(at, size));
}

Dictionary PdfFile::dictionary_at(std::string_view value) const {
    const auto resolved = resolve(value);
    return is_dictionary(resolved) ? to_dictionary(resolved) : Dictionary{};
}

std::string_view PdfFile::resolve(std::string_view value) const {
    // A reference to a reference is not allowed (7.3.10), so one step is enough.
    const auto reference = to_reference(value);
    return reference ? object(*reference) : value;
}

}  // namespace naskah::signing
