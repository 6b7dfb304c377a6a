#include "core/sha256.h"

#include <openssl/evp.h>

#include <algorithm>

#include "core/error.h"

namespace naskah {
namespace {

void require(bool done) {
    if (!done)
        throw Error(Code::internal, "SHA-256 tidak dapat dihitung", "OpenSSL", "Periksa pemasangan OpenSSL.");
}

// Looked up once: what OpenSSL does anew for each EVP_sha256() costs as much as hashing two kilobytes.
const EVP_MD* algorithm() {
    static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> fetched(
        EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
    return fetched.get();
}

}  // namespace

Sha256 sha256(BytesView bytes) {
    Sha256 digest;
    require(algorithm() &&
            EVP_Digest(bytes.data(), bytes.size(), digest.octets.data(), nullptr, algorithm(), nullptr) == 1);
    return digest;
}

struct Sha256Sum::Inside {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256Sum::Sha256Sum() : inside_(std::make_unique<Inside>()) {
    require(inside_->context && algorithm() &&
            EVP_DigestInit_ex(inside_->context.get(), algorithm(), nullptr) == 1);
}

Sha256Sum::~Sha256Sum() = default;

void Sha256Sum::add(BytesView bytes) {
    require(EVP_DigestUpdate(inside_->context.get(), bytes.data(), bytes.size()) == 1);
}

Sha256 Sha256Sum::finish() {
    Sha256 digest;
    require(EVP_DigestFinal_ex(inside_->context.get(), digest.octets.data(), nullptr) == 1);
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
