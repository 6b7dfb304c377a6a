#include "generator/font_program.h"

#include <algorithm>
#include <map>

#include "core/sha256.h"
#include "core/text.h"
#include "generator/deflate.h"
#include "generator/pdf_syntax.h"

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

// The character that `utf8` consists of, or 0 if it is none or several.
char32_t only_character(std::string_view utf8) {
    if (utf8.empty()) return 0;
    std::size_t at = 0;
    const char32_t character = next_code_point(utf8, at);
    return at == utf8.size() && character < 0x10000 ? character : 0;
}

void append_block(std::string& cmap, const std::string& name, const std::vector<std::string>& lines) {
    for (std::size_t first = 0; first < lines.size();
         first += 100) {  // an operator takes at most 100 entries
        const std::size_t end = std::min(first + 100, lines.size());
        cmap += std::to_string(end - first) + " begin" + name + "\n";
        for (std::size_t i = first; i < end; ++i) cmap += lines[i];
        cmap += "end" + name + "\n";
    }
}

// /DW, the width that most glyphs have, and /W for those between them that have another.
std::string width_entries(const std::vector<std::uint16_t>& widths) {
    std::map<std::uint16_t, std::size_t> counts;
    for (const std::uint16_t width : widths) ++counts[width];
    const std::uint16_t usual =
        std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
            return a.second < b.second;
        })->first;
    std::string out = "/DW " + std::to_string(usual) + "/W[";
    bool open = false;
    for (std::size_t cid = 0; cid < widths.size(); ++cid) {
        // A usual width alone is cheaper said than left out.
        const bool next_usual = cid + 1 >= widths.size() || widths[cid + 1] == usual;
        if (widths[cid] == usual && (!open || next_usual)) {
            if (open) out += ']';
            open = false;
            continue;
        }
        if (!open) out += std::to_string(cid);
        out += open ? ' ' : '[';
        out += std::to_string(widths[cid]);
        open = true;
    }
    return out + (open ? "]]" : "]");
}

}  // namespace

std::string to_unicode_cmap(const std::vector<std::string>& text) {
    // Runs in which codes and characters count up together become ranges, which may not cross a multiple of
    // 256.
    std::vector<std::string> singles, ranges;
    for (std::size_t first = 1; first < text.size();) {
        std::size_t last = first;
        const char32_t start = only_character(text[first]);
        while (start != 0 && last + 1 < text.size() && last % 256 != 255 &&
               (start + last - first) % 256 != 255 &&
               only_character(text[last + 1]) == start + (last + 1 - first))
            ++last;
        if (!text[first].empty()) {
            std::string line = "<";
            append_hex16(line, static_cast<unsigned>(first));
            if (last > first) {
                line += "> <";
                append_hex16(line, static_cast<unsigned>(last));
            }
            line += "> <";
            append_utf16(line, text[first]);
            line += ">\n";
            (last > first ? ranges : singles).push_back(std::move(line));
        }
        first = last + 1;
    }
    std::string cmap =
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n";
    append_block(cmap, "bfrange", ranges);
    append_block(cmap, "bfchar", singles);
    return cmap += "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
}

void finish_program(FontProgram& program, BytesView bytes, const std::string& face_name) {
    program.name = subset_tag(bytes) + "+" + face_name;
    program.uncompressed_size = bytes.size();
    program.compressed = deflate(bytes, 12);

    const std::string cmap = to_unicode_cmap(program.text);
    program.to_unicode_size = cmap.size();
    program.to_unicode = deflate(as_bytes(cmap), 12);

    program.codes.resize(program.text.size());
    for (std::size_t cid = 0; cid < program.codes.size(); ++cid) {
        std::string code;
        append_escaped(code, static_cast<std::uint8_t>(cid >> 8));
        append_escaped(code, static_cast<std::uint8_t>(cid & 0xFF));
        std::copy(code.begin(), code.end(), program.codes[cid].bytes);
        program.codes[cid].size = static_cast<std::uint8_t>(code.size());
        if (program.text[cid].size() == 1) program.codes[cid].ascii = program.text[cid].front();
        program.codes[cid].width = program.width[cid];
    }

    program.widths = width_entries(program.width);
}

}  // namespace naskah::generator
