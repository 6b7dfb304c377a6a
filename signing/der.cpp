#include "signing/der.h"

#include <algorithm>

namespace naskah::signing::der {

namespace {

Bytes begin(std::uint8_t tag, std::size_t length) {
    Bytes out;
    out.reserve(length + 6);
    out.push_back(tag);
    if (length < 0x80) {
        out.push_back(static_cast<std::uint8_t>(length));
        return out;
    }
    int octets = 1;
    while (octets < 4 && length >> (8 * octets) != 0) ++octets;
    out.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (int i = octets - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    return out;
}

template <typename Parts>
Bytes join(std::uint8_t tag, const Parts& parts) {
    std::size_t length = 0;
    for (const auto& part : parts) length += part.size();
    Bytes out = begin(tag, length);
    for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

}  // namespace

Bytes element(std::uint8_t tag, std::initializer_list<BytesView> parts) { return join(tag, parts); }

Bytes sequence(std::initializer_list<BytesView> parts) { return join(0x30, parts); }

Bytes octet_string(BytesView octets) { return join(0x04, std::initializer_list<BytesView>{octets}); }

Bytes set_of(std::vector<Bytes> elements) {
    std::sort(elements.begin(), elements.end(),
              [](const Bytes& a, const Bytes& b) { return as_text(a) < as_text(b); });
    return join(0x31, elements);
}

}  // namespace naskah::signing::der
