// The signatures and document timestamps that a file bears, as far as renewing them needs to know. Reads and
// believes; verify judges.
#pragma once

#include <vector>

#include "core/bytes.h"
#include "core/world.h"
#include "signing/timestamp.h"

namespace naskah::signing {

struct SignatureFound {
    bool is_timestamp = false;        // a document timestamp, which is its own only entry of `timestamps`
    Bytes contents;                   // of the dictionary, padding included
    std::size_t end = 0;              // of the revision that it signs
    Bytes signer;                     // its certificate, DER
    std::vector<Bytes> certificates;  // all that came along
    Bytes value;                      // the signature value, which its timestamps are over
    std::vector<Timestamp> timestamps;
    bool in_store = false;    // there is a DSS with answers about its certificates
    bool sees_store = false;  // the revision that it signs has a DSS
};

// In the order in which they were made. Throws Error(data) if there is none, or one cannot be read.
std::vector<SignatureFound> signatures_in(BytesView pdf);

// When a timestamp or a signature by this certificate ceases to prove anything: its end, or before that the
// end of its algorithms (`weak`: SHA-1 or MD5, ended long ago; RSA under 3000 bits ends with 2030, NIST SP
// 800-57).
Instant end_of_trust(BytesView certificate, bool weak);

}  // namespace naskah::signing
