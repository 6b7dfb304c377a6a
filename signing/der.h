// Writing DER (ITU-T X.690), as much as a CMS signature needs. The parts given are already DER.
#pragma once

#include <initializer_list>
#include <vector>

#include "core/bytes.h"

namespace naskah::signing::der {

Bytes element(std::uint8_t tag, std::initializer_list<BytesView> parts);
Bytes sequence(std::initializer_list<BytesView> parts);
Bytes octet_string(BytesView octets);
Bytes set_of(std::vector<Bytes> elements);  // in DER's order: ascending octets (X.690 11.6)

}  // namespace naskah::signing::der
