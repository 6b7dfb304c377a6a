// How often somebody may do something: so many at once, and then one every so often. Kept by network address,
// in memory, bounded.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "core/world.h"

namespace naskah::service {

class Rates {
public:
    // `burst` may be done at once; one more after each `interval`.
    Rates(int burst, std::chrono::milliseconds interval, std::size_t most_kept = 20'000);

    // Counts one, and says whether it is within what is allowed. What is refused is not counted.
    bool take(const std::string& address, Instant now);
    // Whether one more would be allowed, without counting.
    bool allows(const std::string& address, Instant now);

    std::chrono::seconds interval() const {
        return std::max(std::chrono::ceil<std::chrono::seconds>(interval_), std::chrono::seconds(1));
    }

private:
    // The moment at which all that was taken is given back: a generic cell rate algorithm keeps nothing else.
    Instant& debt_of(const std::string& address, Instant now);

    const int burst_;
    const std::chrono::milliseconds interval_;
    const std::size_t most_kept_;
    std::mutex mutex_;
    std::unordered_map<std::string, Instant> paid_at_;
};

// Whose address it is: a household has 2^64 addresses of IPv6, so its first half counts.
std::string network_of(const std::string& address);

}  // namespace naskah::service
