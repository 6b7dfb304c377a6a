// Timestamps of an authority (RFC 3161): asked for over HTTP, and nothing of an answer is believed unchecked.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/sha256.h"
#include "core/web.h"
#include "core/world.h"

namespace naskah::signing {

struct Timestamp {
    Bytes token;  // DER ContentInfo
    Instant time;
    Bytes authority;                  // its certificate, DER
    std::vector<Bytes> certificates;  // all that came along
    // Bytes that another token of this authority with these certificates can need: serial number, fraction of
    // the second and signature at their longest.
    std::size_t largest = 0;
    bool weak = false;  // made with SHA-1 or MD5
};

// How far an authority's clock and ours may differ.
inline constexpr std::chrono::minutes clock_tolerance{10};

// Reads what a token says, and checks nothing but that it is one and bears its authority's certificate.
// Throws Error(data).
Timestamp read_timestamp(BytesView token);

// Asks one authority for a token over `imprint`. Checked: status granted, the very imprint and nonce, the
// authority's signature with its critical extended key usage timeStamping (RFC 3161 2.3), its certificate
// valid at that time, strong algorithms, a time that is about ours. Throws Error(outside) saying what was
// wrong.
Timestamp ask_timestamp(Web& web, const std::string& url, const Sha256& imprint, Random& random, Instant now);

}  // namespace naskah::signing
