// Digests and signature values by the object identifiers that CMS names them with. Verifies through OpenSSL.
#pragma once

#include <optional>
#include <span>

#include "core/bytes.h"
#include "core/world.h"
#include "verify/cms.h"

struct evp_md_st;
struct evp_pkey_st;

namespace naskah::verify {

// A message in pieces, in order: the covered ranges of a file are never copied together.
using Pieces = std::span<const BytesView>;

struct Hash {
    const evp_md_st* function = nullptr;
    std::size_t size = 0;               // octets of the digest
    std::optional<Instant> weak_since;  // verify/policy.h
    bool extendable = false;            // SHAKE256
};

std::optional<Hash> find_hash(const std::string& oid);
Bytes digest(const Hash& hash, Pieces message);

enum class Match { matches, differs, unknown_algorithm, wrong_key };

struct ValueCheck {
    Match match = Match::differs;
    std::optional<Instant> weak_since;  // by the hash inside the signature
    bool hash_disagrees =
        false;  // the signature's algorithm names another hash than the signer's digestAlgorithm
};

// Whether `value` is a signature of `message` by `key`.
ValueCheck check_value(evp_pkey_st* key, const Algorithm& signature, const Algorithm& digest, Pieces message,
                       BytesView value);

}  // namespace naskah::verify
