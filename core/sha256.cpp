#include "core/sha256.h"

#include <openssl/sha.h>

#include <algorithm>

#include "core/error.h"

namespace naskah {

Sha256 sha256(BytesView bytes) {
    Sha256 digest;
    if (SHA256(bytes.data(), bytes.size(), digest.octets.data()) == nullptr) {
        throw Error(Code::internal, "SHA-256 tidak dapat dihitung", "OpenSSL", "Periksa pemasangan OpenSSL.");
    }
    return digest;
}

std::string to_string(const Sha256& digest) { return to_hex(digest.octets); }

std::optional<Sha256> parse_sha256(std::string_view hex) {
    const std::optional<Bytes> bytes = parse_hex(hex);
    Sha256 digest;
    if (!bytes || bytes->size() != digest.octets.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), digest.octets.begin());
    return digest;
}

}  // namespace naskah
