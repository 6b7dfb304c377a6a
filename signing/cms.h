// The CMS signature of PAdES (RFC 5652, ETSI EN 319 122-1), in the two pieces between which the key does its
// work.
#pragma once

#include "core/bytes.h"
#include "core/sha256.h"
#include "signing/chain.h"

namespace naskah::signing {

// The signed attributes as DER SET OF, which is what gets digested and signed (RFC 5652 5.4): content-type,
// message-digest and signing-certificate-v2. There is no signing-time: PAdES forbids it, /M in the PDF says
// it.
Bytes encode_attributes(const Chain& chain, const Sha256& document);

// ContentInfo with the SignedData of a detached signature: the chain's certificates and one SignerInfo. With
// a timestamp token (RFC 3161, DER) over the signature value, that is its one unsigned attribute: PAdES B-T.
Bytes encode_signed_data(const Chain& chain, BytesView attributes, BytesView signature_value,
                         BytesView timestamp = {});

// Bytes that encode_signed_data may need for this chain and a token of at most that size, 0 for none. RSA
// signatures need exactly these, ECDSA ones up to nine less.
std::size_t largest_signed_data(const Chain& chain, std::size_t timestamp_size = 0);

}  // namespace naskah::signing
