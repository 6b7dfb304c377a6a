// Passwords and secrets. The home of libsodium.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "core/sha256.h"
#include "core/world.h"

namespace naskah::service {

// What checking one password costs. 64 MiB and three passes lie between libsodium's "interactive" and
// "moderate", well above what OWASP asks of argon2id: docs/threat-model.md has the time.
struct Effort {
    unsigned long long passes = 3;
    std::size_t memory = 64u << 20;
    int at_once = 2;  // so many are computed at a time, whatever arrives: the bound of their memory
    int waiting = 6;  // so many may wait for their turn; who comes then is asked to come again
};

// argon2id (RFC 9106). Safe from many threads.
class Passwords {
public:
    explicit Passwords(Effort effort = {});

    // Each throws Error(outside) when too many are being checked, Error(internal) when memory is short.
    std::string hash(std::string_view password);
    // `stored` empty, for an account that is not there: the same work, and false.
    bool matches(const std::string& stored, std::string_view password);
    bool outdated(const std::string& stored) const;  // made with less effort, or more, than today's

private:
    class Turn;
    Effort effort_;
    std::mutex mutex_;
    std::condition_variable free_;
    int computing_ = 0, waiting_ = 0;
};

// Why that must not become somebody's password, in words for them; nothing if it may.
std::optional<Problem> weakness(std::string_view password, std::string_view username);
// A password that somebody is given and has to change: easy to read out and to type.
std::string make_password(Random& random);

// 256 random bits, as a cookie or a header carries them.
std::string make_token(Random& random);
Sha256 digest_of(std::string_view token);
// What forms of that session must send back.
std::string csrf_of(std::string_view token);

// A code to sign in with when the phone is lost: 80 random bits, "K7QM-4XTR-9HBD-2WNC".
std::string make_recovery_code(Random& random);
// Of a code as somebody typed it; nothing if it cannot be one.
std::optional<Sha256> recovery_digest(std::string_view typed);

// Seals what must be read again (TOTP secrets) with a key that lies in a file beside the database, not in it
// (XChaCha20-Poly1305). What was sealed for one account does not open for another. Safe from many threads.
class Vault {
public:
    // The file is read when first needed. If it is not there, it is made, unless `in_use` says that something
    // was sealed with it already.
    Vault(std::filesystem::path file, Random& random, std::function<bool()> in_use);
    ~Vault();
    Vault(const Vault&) = delete;
    Vault& operator=(const Vault&) = delete;

    // Throw Error(outside) naming the file: lost, unreadable, no key, or not the key that sealed this.
    Bytes seal(BytesView secret, const std::string& owner);
    Bytes open(BytesView sealed, const std::string& owner);  // the caller wipes it

private:
    const Bytes& key();

    std::filesystem::path file_;
    Random& random_;
    std::function<bool()> in_use_;
    std::mutex mutex_;
    Bytes key_;
};

}  // namespace naskah::service
