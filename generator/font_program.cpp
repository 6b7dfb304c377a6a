#include "generator/font_program.h"

#include "core/sha256.h"
#include "core/text.h"
#include "generator/deflate.h"

namespace naskah::generator {
namespace {

void append_hex16(std::string& out, unsigned value) {
    static constexpr char digits[] = "0123456789ABCDEF";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(value >> shift) & 15u];
}

void append_utf16(std::string& out, std::string_view utf8) {
    for (std::size_t at = 0; at < utf8.size();) {
        const auto code_point = static_cast<std::uint32_t>(next_code_point(utf8, at));
        if (code_point < 0x10000) {
            append_hex16(out, code_point);
        } else {
            append_hex16(out, 0xD800 + ((code_point - 0x10000) >> 10));
            append_hex16(out, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
        }
    }
}

// Six capital letters (ISO 32000-1 9.6.4) from the content, so that equal subsets have equal names.
std::string subset_tag(BytesView bytes) {
    const Sha256 digest = sha256(bytes);
    std::string tag;
    for (std::size_t i = 0; i < 6; ++i) tag += static_cast<char>('A' + digest.octets[i] % 26);
    return tag;
}

}  // namespace

std::string to_unicode_cmap(const std::vector<std::string>& text) {
    std::vector<std::string> lines;
    for (std::size_t cid = 1; cid < text.size(); ++cid) {
        if (text[cid].empty()) continue;
        std::string line = "<";
        append_hex16(line, static_cast<unsigned>(cid));
        line += "> <";
        append_utf16(line, text[cid]);
        line += ">\n";
        lines.push_back(std::move(line));
    }
    std::string cmap =
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n";
    for (std::size_t first = 0; first < lines.size();
         first += 100) {  // an operator takes at most 100 entries
        const std::size_t count = std::min<std::size_t>(100, lines.size() - first);
        cmap += std::to_string(count) + " beginbfchar\n";
        for (std::size_t i = first; i < first + count; ++i) cmap += lines[i];
        cmap += "endbfchar\n";
    }
    cmap += "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
    return cmap;
}

void finish_program(FontProgram& program, BytesView bytes, const std::string& face_name) {
    program.name = subset_tag(bytes) + "+" + face_name;
    program.uncompressed_size = bytes.size();
    program.compressed = deflate(bytes, 9);

    const std::string cmap = to_unicode_cmap(program.text);
    program.to_unicode_size = cmap.size();
    program.to_unicode = deflate(as_bytes(cmap), 9);

    program.widths = "[0[";
    for (std::size_t cid = 0; cid < program.width.size(); ++cid) {
        if (cid > 0) program.widths += ' ';
        program.widths += std::to_string(program.width[cid]);
    }
    program.widths += "]]";
}

}  // namespace naskah::generator
