// Failed attempts, and who has to wait for how long: kept in the store, so that several processes agree and a
// restart forgives nothing.
//
// An attempt is noted before it is judged, so that a hundred at once are a hundred attempts; whoever succeeds
// has theirs taken back. A key says what is counted: an account from one address, an address, a device.
// Names that people typed are in a key as a digest only: a password lands in the wrong field now and then.
//
// Actions in the log: attempt-failed {"account", "proof": "password" | "totp" | "recovery"}, of accounts that
// there are; lock-out {"account" if there is one, "until"}.
#pragma once

#include "storage/accounts.h"

namespace naskah::storage {

// After `free` failures each further one makes the next wait: `first`, then twice as long, up to `longest`. A
// day without a failure is a clean slate, so nobody is kept out for good.
struct Patience {
    int free = 5;
    std::chrono::seconds first{60}, longest{900};
};

struct Counted {
    std::string key;
    Patience patience;
};

class Attempts {
public:
    explicit Attempts(std::shared_ptr<Connections> database);

    // Notes an attempt under every key, or says until when one of them has to wait; then nothing is noted.
    struct Admission {
        std::optional<Instant> wait;    // refused until then
        std::optional<Instant> locked;  // allowed; if it fails, the next is refused until then
        int left = 0;                   // how many more may fail before somebody has to wait
    };
    Admission admit(const std::vector<Counted>& keys, Instant now);

    // It failed: for the log. `username` is empty if there is no such account.
    void failed(const std::string& username, const std::string& proof, const Admission& admission,
                const Act& act);
    // It succeeded: these keys are forgotten; of the others this attempt alone is taken back.
    void succeeded(const std::vector<std::string>& forgotten, const std::vector<std::string>& taken_back);

    // Every key that begins so.
    void forget(const std::string& beginning);

private:
    std::shared_ptr<Connections> database_;
};

std::vector<std::string> attempt_tables();

}  // namespace naskah::storage
