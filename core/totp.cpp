#include "core/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "core/error.h"

namespace naskah {
namespace {

constexpr std::size_t digits = 6;

std::string percent(const std::string& text) {
    static const char* const hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += hex[octet >> 4];
            out += hex[octet & 15];
        }
    }
    return out;
}

}  // namespace

std::int64_t totp_step(Instant now) {
    return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / 30;
}

std::string totp_code(BytesView secret, std::int64_t step) {
    std::array<std::uint8_t, 8> counter{};
    for (std::size_t i = 0; i < 8; ++i)
        counter[7 - i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (8 * i));
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
    unsigned int size = 0;
    if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(),
             mac.data(), &size) == nullptr ||
        size != 20)
        throw Error(Code::internal, "kode sekali pakai tidak dapat dihitung", "OpenSSL",
                    "Periksa pemasangan OpenSSL.");
    // Dynamic truncation, RFC 4226 section 5.3.
    const std::size_t offset = mac[19] & 15u;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | mac[offset + i];
    number = (number & 0x7FFFFFFFu) % 1'000'000u;
    std::string code(digits, '0');
    for (std::size_t i = digits; i-- > 0; number /= 10) code[i] = static_cast<char>('0' + number % 10);
    return code;
}

std::optional<std::int64_t> totp_match(BytesView secret, std::string_view code, Instant now,
                                       std::int64_t after) {
    std::string typed;
    for (const char c : code)
        if (c != ' ') typed += c;
    std::optional<std::int64_t> found;
    const std::int64_t middle = totp_step(now);
    for (std::int64_t step = middle - 1; step <= middle + 1; ++step) {
        const std::string right = totp_code(secret, step);
        unsigned differ = typed.size() == right.size() ? 0 : 1;
        for (std::size_t i = 0; i < digits; ++i)
            differ |= static_cast<unsigned>((i < typed.size() ? typed[i] : '\0') ^ right[i]);
        if (differ == 0 && step > after) found = step;
    }
    wipe(typed);
    return found;
}

std::string to_totp_text(BytesView secret) {
    static const char* const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string text;
    std::uint32_t held = 0;
    int bits = 0;
    for (const std::uint8_t octet : secret) {
        held = (held << 8 | octet) & 0xFFFFu;
        for (bits += 8; bits >= 5; bits -= 5) text += alphabet[held >> (bits - 5) & 31u];
    }
    if (bits > 0) text += alphabet[held << (5 - bits) & 31u];
    return text;
}

std::string totp_address(const std::string& issuer, const std::string& account, BytesView secret) {
    return "otpauth://totp/" + percent(issuer) + ":" + percent(account) + "?secret=" + to_totp_text(secret) +
           "&issuer=" + percent(issuer);
}

}  // namespace naskah
