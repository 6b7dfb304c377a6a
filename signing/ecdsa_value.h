// ECDSA signature values in their two spellings.
#pragma once

#include "core/bytes.h"

namespace naskah::signing {

// DER Ecdsa-Sig-Value (RFC 3279 2.2.3) of r and s side by side, each half of `raw`, as tokens and some
// services give them. Throws Error(outside) if `raw` has no halves.
Bytes to_ecdsa_value(BytesView raw);

}  // namespace naskah::signing
