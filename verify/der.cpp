#include "verify/der.h"

namespace naskah::verify {
namespace {

constexpr int max_depth = 40;

struct Header {
    std::size_t size = 0;     // of identifier and length octets
    std::size_t content = 0;  // octets of content, unless indefinite
    bool indefinite = false;
};

std::optional<Header> read_header(BytesView bytes) {
    if (bytes.size() < 2 || (bytes[0] & 0x1f) == 0x1f) return std::nullopt;
    Header out;
    const std::uint8_t first = bytes[1];
    if (first < 0x80) {
        out.size = 2;
        out.content = first;
    } else if (first == 0x80) {
        if (!(bytes[0] & 0x20))
            return std::nullopt;  // only constructed encodings may be of indefinite length
        out.size = 2;
        out.indefinite = true;
        return out;
    } else {
        const std::size_t count = first & 0x7f;
        if (count > 4 || bytes.size() < 2 + count) return std::nullopt;
        for (std::size_t i = 0; i < count; ++i) out.content = out.content << 8 | bytes[2 + i];
        out.size = 2 + count;
    }
    if (out.content > bytes.size() - out.size) return std::nullopt;
    return out;
}

std::optional<Element> read_element(BytesView bytes, int depth) {
    const auto header = read_header(bytes);
    if (!header || depth > max_depth) return std::nullopt;
    Element out;
    out.tag = bytes[0];
    if (!header->indefinite) {
        out.whole = bytes.first(header->size + header->content);
        out.content = out.whole.subspan(header->size);
        return out;
    }
    std::size_t at = header->size;
    while (true) {
        if (bytes.size() - at < 2) return std::nullopt;
        if (bytes[at] == 0 && bytes[at + 1] == 0) break;
        const auto inner = read_element(bytes.subspan(at), depth + 1);
        if (!inner) return std::nullopt;
        at += inner->whole.size();
    }
    out.content = bytes.subspan(header->size, at - header->size);
    out.whole = bytes.first(at + 2);
    return out;
}

bool collect(const Element& element, Bytes& out, int depth) {
    if (!(element.tag & 0x20)) {
        out.insert(out.end(), element.content.begin(), element.content.end());
        return true;
    }
    DerReader pieces(element.content);
    while (!pieces.at_end()) {
        const auto piece = pieces.next();
        if (!piece || depth > max_depth || (piece->tag & 0xdf) != tag::octets) return false;
        if (!collect(*piece, out, depth + 1)) return false;
    }
    return true;
}

}  // namespace

std::optional<Element> DerReader::next() {
    auto out = read_element(left_, 0);
    if (out) left_ = left_.subspan(out->whole.size());
    return out;
}

std::optional<Element> DerReader::next(std::uint8_t tag) {
    if (!next_is(tag)) return std::nullopt;
    return next();
}

std::string oid_text(BytesView content) {
    if (content.empty() || content.size() > 64) return {};
    std::string out;
    std::uint64_t arc = 0;
    bool first = true;
    bool open = false;
    for (const std::uint8_t octet : content) {
        if (arc >> 56) return {};
        arc = arc << 7 | (octet & 0x7f);
        open = (octet & 0x80) != 0;
        if (open) continue;
        if (first) {
            const std::uint64_t top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            out = std::to_string(top) + '.' + std::to_string(arc - top * 40);
            first = false;
        } else {
            out += '.' + std::to_string(arc);
        }
        arc = 0;
    }
    return open ? std::string{} : out;
}

std::optional<Bytes> octets_of(const Element& element) {
    Bytes out;
    if (!collect(element, out, 0)) return std::nullopt;
    return out;
}

}  // namespace naskah::verify
