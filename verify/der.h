// BER and DER (ITU-T X.690), as far as CMS needs them: one element after another, with the exact octets of
// each, since a signature is over octets as they were encoded.
#pragma once

#include <optional>
#include <string>

#include "core/bytes.h"

namespace naskah::verify {

struct Element {
    std::uint8_t tag = 0;  // the identifier octet, class and "constructed" bit included
    BytesView
        whole;  // identifier, length, content, and the end-of-contents octets if the length is indefinite
    BytesView content;
};

namespace tag {
constexpr std::uint8_t integer = 0x02, octets = 0x04, oid = 0x06, utc_time = 0x17, generalized_time = 0x18,
                       sequence = 0x30, set = 0x31, context_0 = 0xa0, context_1 = 0xa1;
}

class DerReader {
public:
    explicit DerReader(BytesView bytes) : left_(bytes) {}
    bool at_end() const { return left_.empty(); }
    bool next_is(std::uint8_t tag) const { return !left_.empty() && left_[0] == tag; }
    // Nothing, and the reader stays, if what follows is not one whole element with a tag number below 31.
    std::optional<Element> next();
    std::optional<Element> next(std::uint8_t tag);  // only if it is of that tag

private:
    BytesView left_;
};

std::string oid_text(BytesView content);  // "1.2.840.113549.1.7.2"; empty if it is not an object identifier
// The octets of an OCTET STRING or of an implicitly tagged one, in one piece or in several (X.690 8.7).
std::optional<Bytes> octets_of(const Element& element);

}  // namespace naskah::verify
