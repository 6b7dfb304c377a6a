// From when on an algorithm proves nothing any more. A signature that is proven to have existed before that
// day keeps its worth (EN 319 102-1 5.2.8 and 5.6): a forger of today cannot have made it then.
//
// The days are the first of the years that the European Commission's validation software (DSS,
// constraint.xml) names, which it takes from ETSI TS 102 176-1 V2.0.0 and V2.1.1 and, from 2016 on, ETSI TS
// 119 312 V1.1.1. What is not in the table has no end yet; TS 119 312 V1.4.2 lets nothing else end before
// 2026.
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

inline constexpr Instant md5 = day(2005, 1, 1);
inline constexpr Instant sha1 = day(2009, 1, 1);
inline constexpr Instant ripemd160 = day(2011, 1, 1);
inline constexpr Instant rsa_1024 = day(2009, 1, 1);   // and whatever is shorter than 1536 bits
inline constexpr Instant rsa_1536 = day(2016, 1, 1);   // and whatever is shorter than 2048
inline constexpr Instant dsa_1024 = day(2013, 1, 1);   // and whatever is shorter than 2048
inline constexpr Instant curve_192 = day(2013, 1, 1);  // elliptic curves of less than 224 bits
inline constexpr Instant curve_224 = day(2016, 1, 1);  // of less than 256

// By the size of the key; nothing while it is long enough.
std::optional<Instant> weak_since(evp_pkey_st* key);
// By the digest that its issuer signed.
std::optional<Instant> weak_since(x509_st* certificate);

}  // namespace naskah::verify::policy
