// Keys in tokens and HSMs (PKCS#11 v2.40, "Cryptoki"). The vendor's module is spoken to directly: so a PIN is
// given exactly once, and each refusal is known by its name (decision 0030).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "signing/sign.h"

namespace naskah::signing {

struct Pkcs11Place {
    std::filesystem::path module;  // the vendor's library, absolute
    std::string token;             // label
    std::string object;            // label of the private key; empty: the only one on the token
    // DER, the signer's first, where the token holds none; empty: the token's own.
    std::vector<Bytes> certificates;
};

// A private key of a token, logged in with the PIN until the last key of that token is gone. A token has one
// login for the whole process (PKCS#11 5.6): a further key of it is opened with the same PIN only. The caller
// wipes `pin`. Tokens with a keypad of their own ask there, and `pin` may be empty.
// Throws Error(data): no such module, token or key, a wrong or locked PIN, a key that does not fit its
// certificate; Error(outside): the token does not answer. Nothing is tried twice.
std::unique_ptr<Key> open_pkcs11(const Pkcs11Place& place, const std::string& pin);

}  // namespace naskah::signing
