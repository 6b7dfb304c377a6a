// From when on an algorithm proves nothing any more. A signature that is proven to have existed before that
// day keeps its worth (EN 319 102-1 5.2.8 and 5.6): a forger of today cannot have made it then.
//
// The days are those on which the European validation policy lets the algorithms end, which in turn follow
// ETSI TS 119 312 and the SOG-IS Agreed Cryptographic Mechanisms; NIST SP 800-131A ends them at about the
// same time. What is not in the table has no end yet.
#pragma once

#include <optional>

#include "core/world.h"

struct x509_st;
struct evp_pkey_st;

namespace naskah::verify::policy {

constexpr Instant day(int year, unsigned month, unsigned date) {
    using namespace std::chrono;
    return Instant(
        sys_days(year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(date))));
}

inline constexpr Instant md5 = day(2004, 8, 1);
inline constexpr Instant sha1 = day(2012, 8, 1);
inline constexpr Instant ripemd160 = day(2014, 8, 1);
inline constexpr Instant rsa_1024 = day(2009, 12, 31);  // and whatever is shorter than 1536 bits
inline constexpr Instant rsa_1536 = day(2016, 8, 1);    // and whatever is shorter than 2048
inline constexpr Instant dsa_2048 = day(2015, 12, 31);  // shorter than that
inline constexpr Instant curve_192 = day(2012, 8, 1);   // elliptic curves of less than 224 bits

// By the size of the key; nothing while it is long enough.
std::optional<Instant> weak_since(evp_pkey_st* key);
// By the digest that its issuer signed.
std::optional<Instant> weak_since(x509_st* certificate);

}  // namespace naskah::verify::policy
