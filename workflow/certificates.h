// The certificates that an office signs with and trusts, without any passphrase. A PKCS#12 file keeps its
// certificates encrypted, so the chain is written beside it (keys/kepala.pem) each time the key was opened
// and found good; the digest of the key file stands in it, and a key that was renewed meanwhile shows as not
// known.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "signing/certificate_file.h"
#include "workflow/office.h"

namespace naskah::workflow {

struct HeldCertificate {
    std::string holder;   // name of the official or of the seal
    std::string key;      // as office.json names it: "keys/kepala.p12"
    bool in_use = false;  // somebody signs with it on that day
    std::optional<signing::Certificate> certificate;
    std::string trouble;  // why there is none: in words for an admin
    int days_left = 0;    // whole days until it ends; below zero: it has ended
};
struct TrustedCertificate {
    std::string file;  // name in trust/
    std::optional<signing::Certificate> certificate;
    std::optional<signing::RevocationList> revocations;
    std::string trouble;
    int days_left = 0;
};
struct Certificates {
    std::vector<HeldCertificate> held;  // of every official and of the seal that has a key
    std::vector<TrustedCertificate> trusted;
    // Days until the first certificate in use ends; nothing if none of them is known.
    std::optional<int> days_left() const;
};
inline constexpr int warning_days = 30;

Certificates certificates(const Office& office, Instant now);

// Called with a key (as office.json names it) that was opened and found good. What cannot be written is let
// be: it is for showing only.
void remember_certificate(const Office& office, const std::string& key, const signing::Chain& chain);

}  // namespace naskah::workflow
