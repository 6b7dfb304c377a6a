#include "verify/algorithms.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>

#include "verify/policy.h"

namespace naskah::verify {
namespace {

struct Free {
    void operator()(EVP_MD_CTX* it) const { EVP_MD_CTX_free(it); }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, Free>;

enum class Family { rsa, rsa_pss, ecdsa, dsa, eddsa };

struct SignatureScheme {
    const char* oid;
    Family family;
    const char* hash_oid;  // nullptr: the one that digestAlgorithm names
};

constexpr const char* md5 = "1.2.840.113549.2.5";
constexpr const char* sha1 = "1.3.14.3.2.26";
constexpr const char* sha224 = "2.16.840.1.101.3.4.2.4";
constexpr const char* sha256 = "2.16.840.1.101.3.4.2.1";
constexpr const char* sha384 = "2.16.840.1.101.3.4.2.2";
constexpr const char* sha512 = "2.16.840.1.101.3.4.2.3";
constexpr const char* sha512_224 = "2.16.840.1.101.3.4.2.5";
constexpr const char* sha512_256 = "2.16.840.1.101.3.4.2.6";
constexpr const char* sha3_224 = "2.16.840.1.101.3.4.2.7";
constexpr const char* sha3_256 = "2.16.840.1.101.3.4.2.8";
constexpr const char* sha3_384 = "2.16.840.1.101.3.4.2.9";
constexpr const char* sha3_512 = "2.16.840.1.101.3.4.2.10";
constexpr const char* shake256 = "2.16.840.1.101.3.4.2.12";
constexpr const char* shake256_len = "2.16.840.1.101.3.4.2.18";
constexpr const char* ripemd160 = "1.3.36.3.2.1";

constexpr SignatureScheme schemes[] = {
    {"1.2.840.113549.1.1.1", Family::rsa, nullptr},
    {"1.2.840.113549.1.1.4", Family::rsa, md5},
    {"1.2.840.113549.1.1.5", Family::rsa, sha1},
    {"1.3.14.3.2.29", Family::rsa, sha1},
    {"1.2.840.113549.1.1.11", Family::rsa, sha256},
    {"1.2.840.113549.1.1.12", Family::rsa, sha384},
    {"1.2.840.113549.1.1.13", Family::rsa, sha512},
    {"1.2.840.113549.1.1.14", Family::rsa, sha224},
    {"1.2.840.113549.1.1.15", Family::rsa, sha512_224},
    {"1.2.840.113549.1.1.16", Family::rsa, sha512_256},
    {"2.16.840.1.101.3.4.3.13", Family::rsa, sha3_224},
    {"2.16.840.1.101.3.4.3.14", Family::rsa, sha3_256},
    {"2.16.840.1.101.3.4.3.15", Family::rsa, sha3_384},
    {"2.16.840.1.101.3.4.3.16", Family::rsa, sha3_512},
    {"1.2.840.113549.1.1.10", Family::rsa_pss, nullptr},
    {"1.2.840.10045.2.1", Family::ecdsa, nullptr},
    {"1.2.840.10045.4", Family::ecdsa, nullptr},
    {"1.2.840.10045.4.3", Family::ecdsa, nullptr},
    {"1.2.840.10045.4.1", Family::ecdsa, sha1},
    {"1.2.840.10045.4.3.1", Family::ecdsa, sha224},
    {"1.2.840.10045.4.3.2", Family::ecdsa, sha256},
    {"1.2.840.10045.4.3.3", Family::ecdsa, sha384},
    {"1.2.840.10045.4.3.4", Family::ecdsa, sha512},
    {"2.16.840.1.101.3.4.3.9", Family::ecdsa, sha3_224},
    {"2.16.840.1.101.3.4.3.10", Family::ecdsa, sha3_256},
    {"2.16.840.1.101.3.4.3.11", Family::ecdsa, sha3_384},
    {"2.16.840.1.101.3.4.3.12", Family::ecdsa, sha3_512},
    {"1.2.840.10040.4.1", Family::dsa, nullptr},
    {"1.2.840.10040.4.3", Family::dsa, sha1},
    {"2.16.840.1.101.3.4.3.1", Family::dsa, sha224},
    {"2.16.840.1.101.3.4.3.2", Family::dsa, sha256},
    {"2.16.840.1.101.3.4.3.3", Family::dsa, sha384},
    {"2.16.840.1.101.3.4.3.4", Family::dsa, sha512},
    {"1.3.101.112", Family::eddsa, nullptr},
    {"1.3.101.113", Family::eddsa, nullptr},
};

bool fits(Family family, const EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA: return family == Family::rsa || family == Family::rsa_pss;
        case EVP_PKEY_RSA_PSS: return family == Family::rsa_pss;
        case EVP_PKEY_EC: return family == Family::ecdsa;
        case EVP_PKEY_DSA: return family == Family::dsa;
        case EVP_PKEY_ED25519:
        case EVP_PKEY_ED448: return family == Family::eddsa;
        default: return false;
    }
}

// RSASSA-PSS-params (RFC 4055 3.1), with its defaults.
struct Pss {
    std::string hash = sha1, mask_hash = sha1;
    int salt = 20;
};

std::optional<Pss> parse_pss(BytesView parameters) {
    Pss out;
    if (parameters.empty()) return out;
    DerReader top(parameters);
    const auto sequence = top.next(tag::sequence);
    if (!sequence) return std::nullopt;
    DerReader in(sequence->content);
    auto algorithm = [](const Element& holder) -> std::optional<Algorithm> {
        DerReader inner(holder.content);
        const auto element = inner.next(tag::sequence);
        return element ? parse_algorithm(*element) : std::nullopt;
    };
    if (const auto holder = in.next(tag::context_0)) {
        const auto hash = algorithm(*holder);
        if (!hash) return std::nullopt;
        out.hash = hash->oid;
    }
    if (const auto holder = in.next(tag::context_1)) {
        const auto mask = algorithm(*holder);
        if (!mask || mask->oid != "1.2.840.113549.1.1.8") return std::nullopt;  // MGF1
        DerReader inner(mask->parameters);
        const auto element = inner.next(tag::sequence);
        const auto hash = element ? parse_algorithm(*element) : std::nullopt;
        if (!hash) return std::nullopt;
        out.mask_hash = hash->oid;
    }
    if (const auto holder = in.next(0xa2)) {
        DerReader inner(holder->content);
        const auto number = inner.next(tag::integer);
        if (!number || number->content.empty() || number->content.size() > 2) return std::nullopt;
        out.salt = 0;
        for (const std::uint8_t octet : number->content) out.salt = out.salt << 8 | octet;
        if (out.salt > 1024) return std::nullopt;
    }
    return out;
}

bool verify_in_pieces(EVP_PKEY* key, const EVP_MD* hash, const std::optional<Pss>& pss, Pieces message,
                      BytesView value) {
    const MdContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    bool good = EVP_DigestVerifyInit(context.get(), &parameters, hash, nullptr, key) == 1;
    if (good && pss) {
        const auto mask = find_hash(pss->mask_hash);
        good = mask && EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, mask->function) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, pss->salt) == 1;
    }
    for (const BytesView piece : message) {
        good = good && EVP_DigestVerifyUpdate(context.get(), piece.data(), piece.size()) == 1;
    }
    good = good && EVP_DigestVerifyFinal(context.get(), value.data(), value.size()) == 1;
    ERR_clear_error();
    return good;
}

// Ed25519 and Ed448 need the whole message at once (RFC 8419).
bool verify_at_once(EVP_PKEY* key, Pieces message, BytesView value) {
    Bytes whole;
    for (const BytesView piece : message) whole.insert(whole.end(), piece.begin(), piece.end());
    const MdContext context(EVP_MD_CTX_new());
    const bool good =
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), value.data(), value.size(), whole.data(), whole.size()) == 1;
    ERR_clear_error();
    return good;
}

}  // namespace

std::optional<Hash> find_hash(const std::string& oid) {
    if (oid == sha256) return Hash{EVP_sha256(), 32};
    if (oid == sha384) return Hash{EVP_sha384(), 48};
    if (oid == sha512) return Hash{EVP_sha512(), 64};
    if (oid == sha224) return Hash{EVP_sha224(), 28};
    if (oid == sha512_224) return Hash{EVP_sha512_224(), 28};
    if (oid == sha512_256) return Hash{EVP_sha512_256(), 32};
    if (oid == sha3_224) return Hash{EVP_sha3_224(), 28};
    if (oid == sha3_256) return Hash{EVP_sha3_256(), 32};
    if (oid == sha3_384) return Hash{EVP_sha3_384(), 48};
    if (oid == sha3_512) return Hash{EVP_sha3_512(), 64};
    if (oid == shake256 || oid == shake256_len) return Hash{EVP_shake256(), 64, std::nullopt, true};
    if (oid == sha1) return Hash{EVP_sha1(), 20, policy::sha1};
    if (oid == md5) return Hash{EVP_md5(), 16, policy::md5};
    if (oid == ripemd160) return Hash{EVP_ripemd160(), 20, policy::ripemd160};
    return std::nullopt;
}

Bytes digest(const Hash& hash, Pieces message) {
    Bytes out(hash.size);
    const MdContext context(EVP_MD_CTX_new());
    bool good = EVP_DigestInit_ex(context.get(), hash.function, nullptr) == 1;
    for (const BytesView piece : message) {
        good = good && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    }
    good = good && (hash.extendable ? EVP_DigestFinalXOF(context.get(), out.data(), out.size())
                                    : EVP_DigestFinal_ex(context.get(), out.data(), nullptr)) == 1;
    ERR_clear_error();
    if (!good) out.clear();
    return out;
}

ValueCheck check_value(EVP_PKEY* key, const Algorithm& signature, const Algorithm& digest, Pieces message,
                       BytesView value) {
    const SignatureScheme* scheme = nullptr;
    for (const SignatureScheme& candidate : schemes) {
        if (signature.oid == candidate.oid) scheme = &candidate;
    }
    if (!scheme) return {.match = Match::unknown_algorithm};
    if (!fits(scheme->family, key)) return {.match = Match::wrong_key};
    if (scheme->family == Family::eddsa) {
        return {.match = verify_at_once(key, message, value) ? Match::matches : Match::differs};
    }
    std::optional<Pss> pss;
    std::string hash_oid = scheme->hash_oid ? scheme->hash_oid : digest.oid;
    if (scheme->family == Family::rsa_pss) {
        pss = parse_pss(signature.parameters);
        if (!pss || !find_hash(pss->mask_hash)) return {.match = Match::unknown_algorithm};
        hash_oid = pss->hash;
    }
    const auto hash = find_hash(hash_oid);
    if (!hash || hash->extendable) return {.match = Match::unknown_algorithm};
    ValueCheck out;
    out.weak_since = hash->weak_since;
    out.hash_disagrees = hash_oid != digest.oid;
    out.match = verify_in_pieces(key, hash->function, pss, message, value) ? Match::matches : Match::differs;
    return out;
}

}  // namespace naskah::verify
