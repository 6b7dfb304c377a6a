// A key at a remote signing service of the Cloud Signature Consortium's API, version 2: the service gets
// digests, never letters. ETSI TS 119 432 describes the same protocol.
#pragma once

#include <memory>
#include <string>

#include "core/web.h"
#include "signing/remote.h"
#include "signing/sign.h"

namespace naskah::signing {

struct CscAccount {
    std::string url;         // base, such as https://contoh.example/csc/v2
    std::string credential;  // credentialID; empty: the only one of the list
    enum class Login {
        oauth2,  // oauth2/token with client credentials (8.4.3)
        basic    // auth/login with name and password (11.2)
    } login = Login::oauth2;
    Application application;
    std::chrono::milliseconds limit{60'000};
};

// Signs in, reads the credential and its certificates. `secret`: what the credential asks for in its order,
// such as PIN and OTP, blanks between them; kept until the key is gone, and not sent again once it was called
// wrong. `signatures`: how many are coming, so that one authorization serves them all where the credential
// allows it (numSignatures, "multisign"); a one-time code serves one authorization only, and is refused by
// make_ready() where that is too few.
// Throws Error(data): refused, disabled, expired, too little given; Error(outside).
std::unique_ptr<Key> open_csc(std::shared_ptr<Web> web, const CscAccount& account, const std::string& secret,
                              int signatures = 1);

}  // namespace naskah::signing
