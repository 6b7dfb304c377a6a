// One-time codes by time (RFC 6238 over RFC 4226): SHA-1, 30 seconds, 6 digits, which is what every
// authenticator app makes when it is told nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/world.h"

namespace naskah {

constexpr std::size_t totp_secret_size = 20;  // octets; RFC 4226 section 4, R6

// The number of the 30 seconds in which `now` lies.
std::int64_t totp_step(Instant now);
// The six digits of that step. Throws Error(internal) if HMAC cannot be computed.
std::string totp_code(BytesView secret, std::int64_t step);
// The step whose code this is, among that of `now` and its neighbours (a clock may be half a minute off), but
// later than `after`, so that no code counts twice. Blanks in the code are skipped. All steps are computed
// whatever matches.
std::optional<std::int64_t> totp_match(BytesView secret, std::string_view code, Instant now,
                                       std::int64_t after);

// RFC 4648 Base32 without padding: what people type into an app.
std::string to_totp_text(BytesView secret);
// otpauth://totp/ISSUER:ACCOUNT?secret=...: what an app reads from a QR code.
std::string totp_address(const std::string& issuer, const std::string& account, BytesView secret);

}  // namespace naskah
