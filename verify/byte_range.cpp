#include "verify/byte_range.h"

#include "verify/finding.h"
#include "verify/section.h"

namespace naskah::verify {

std::optional<Coverage> read_coverage(const Object& signature, BytesView file, Budget& budget,
                                      std::vector<Finding>& findings) {
    const auto refuse = [&](std::string_view name, std::string_view detail = {}) {
        findings.push_back(make_finding(name, detail));
        return std::nullopt;
    };
    if (signature.repeats_a_key) return refuse("signature_malformed", "kunci kamus berulang");
    const Object* range = signature.find("ByteRange");
    if (!range || !range->is(Object::Kind::array) || range->items.size() != 4)
        return refuse("byte_range_invalid");
    std::array<std::uint64_t, 4> number{};
    for (std::size_t i = 0; i < 4; ++i) {
        const Object& item = range->items[i];
        if (!item.is(Object::Kind::integer) || item.integer < 0) return refuse("byte_range_invalid");
        number[i] = static_cast<std::uint64_t>(item.integer);
    }
    const Object* contents = signature.find("Contents");
    if (!contents || !contents->is(Object::Kind::string) || contents->text.empty())
        return refuse("contents_invalid");
    const auto [start, gap_begin, gap_end, tail] = number;
    if (start != 0 || gap_begin == 0 || gap_begin >= gap_end) return refuse("byte_range_invalid");
    if (gap_end > file.size() || tail > file.size() - gap_end)
        return refuse("byte_range_invalid", "melewati akhir berkas");

    // The parser accepts a hexadecimal string only if nothing but digits and blanks stands between its
    // brackets.
    const bool in_file = contents->end <= file.size() && contents->begin < contents->end;
    if (!in_file || file[contents->begin] != '<' || contents->begin != gap_begin ||
        contents->end != gap_end) {
        return refuse("gap_mismatch");
    }
    Coverage out{.gap_begin = gap_begin, .gap_end = gap_end, .end = gap_end + tail};
    if (signature.end > out.end) return refuse("byte_range_invalid", "tidak mencakup kamus tanda tangan");

    const auto closing = last_closing(file.first(out.end), budget);
    bool ends_revision = closing && closing->begin > gap_end;
    for (std::size_t i = ends_revision ? closing->line_end : 0; ends_revision && i < out.end; ++i) {
        // Some writers end a file with more than one line end. That is sound only while nothing follows.
        ends_revision = out.end == file.size() && is_blank(file[i]);
    }
    if (!ends_revision) return refuse("range_end_invalid");
    return out;
}

}  // namespace naskah::verify
