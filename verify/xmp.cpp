#include "verify/xmp.h"

#include <string>
#include <vector>

#include "core/text.h"

namespace naskah::verify {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view name_at(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && !is_space(text[size]) &&
           std::string_view("<>/=\"'&").find(text[size]) == std::string_view::npos) {
        ++size;
    }
    return text.substr(0, size);
}

// Only the five predefined entities and character references.
bool has_plain_entities(std::string_view text) {
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
        const std::size_t end = text.find(';', at);
        if (end == std::string_view::npos || end == at + 1) return false;
        const std::string_view name = text.substr(at + 1, end - at - 1);
        if (name[0] == '#') continue;
        if (name != "amp" && name != "lt" && name != "gt" && name != "quot" && name != "apos") return false;
    }
    return true;
}

// The attributes of a tag, from behind its name. Leaves `text` at '>' or "/>".
bool skip_attributes(std::string_view& text) {
    while (true) {
        while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
        if (text.empty()) return false;
        if (text[0] == '>' || text.starts_with("/>")) return true;
        const std::string_view name = name_at(text);
        if (name.empty()) return false;
        text.remove_prefix(name.size());
        while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
        if (text.empty() || text[0] != '=') return false;
        text.remove_prefix(1);
        while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
        if (text.empty() || (text[0] != '"' && text[0] != '\'')) return false;
        const std::size_t end = text.find(text[0], 1);
        if (end == std::string_view::npos) return false;
        const std::string_view value = text.substr(1, end - 1);
        if (value.find('<') != std::string_view::npos || !has_plain_entities(value)) return false;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

bool is_plain_xmp(std::string_view text) {
    if (first_bad_utf8(text)) return false;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::vector<std::string_view> open;
    std::string_view root;
    while (!text.empty()) {
        const std::size_t tag = text.find('<');
        const std::string_view between = text.substr(0, tag);
        if (!has_plain_entities(between)) return false;
        if (open.empty() &&
            between.find_first_not_of(std::string_view(" \t\r\n\0", 5)) != std::string_view::npos)
            return false;
        if (tag == std::string_view::npos) break;
        text.remove_prefix(tag);
        if (text.starts_with("<?") || text.starts_with("<!--")) {
            const std::string_view closing = text[1] == '?' ? "?>" : "-->";
            const std::size_t end = text.find(closing);
            if (end == std::string_view::npos) return false;
            text.remove_prefix(end + closing.size());
        } else if (text.starts_with("</")) {
            text.remove_prefix(2);
            const std::string_view name = name_at(text);
            if (open.empty() || open.back() != name) return false;
            open.pop_back();
            text.remove_prefix(name.size());
            while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
            if (text.empty() || text[0] != '>') return false;
            text.remove_prefix(1);
        } else {
            text.remove_prefix(1);
            const std::string_view name =
                name_at(text);  // empty for "<!DOCTYPE" and the like only if '!' is refused
            if (name.empty() || name[0] == '!' || open.size() > 100) return false;
            if (open.empty() && !root.empty()) return false;
            if (root.empty()) root = name;
            text.remove_prefix(name.size());
            if (!skip_attributes(text)) return false;
            if (text[0] == '/') {
                text.remove_prefix(2);
            } else {
                open.push_back(name);
                text.remove_prefix(1);
            }
        }
    }
    return open.empty() && (root == "x:xmpmeta" || root == "rdf:RDF" || root == "x:xapmeta");
}

}  // namespace naskah::verify
