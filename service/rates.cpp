#include "service/rates.h"

#include <arpa/inet.h>

#include <algorithm>

#include "core/bytes.h"

namespace naskah::service {

Rates::Rates(int burst, std::chrono::milliseconds interval, std::size_t most_kept)
    : burst_(burst), interval_(interval), most_kept_(most_kept) {}

Instant& Rates::debt_of(const std::string& address, Instant now) {
    if (paid_at_.size() >= most_kept_) {
        std::erase_if(paid_at_, [&](const auto& one) { return one.second <= now; });
        // More networks than we keep, all busy: forgetting one is better than growing.
        if (paid_at_.size() >= most_kept_) paid_at_.erase(paid_at_.begin());
    }
    Instant& paid_at = paid_at_[network_of(address)];
    paid_at = std::max(paid_at, now);
    return paid_at;
}

bool Rates::take(const std::string& address, Instant now) {
    const std::lock_guard lock(mutex_);
    Instant& paid_at = debt_of(address, now);
    if (paid_at + interval_ > now + burst_ * interval_) return false;
    paid_at += interval_;
    return true;
}

bool Rates::allows(const std::string& address, Instant now) {
    const std::lock_guard lock(mutex_);
    return debt_of(address, now) + interval_ <= now + burst_ * interval_;
}

std::string network_of(const std::string& address) {
    in6_addr six{};
    if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return address.substr(0, 64);
    const Bytes octets(std::begin(six.s6_addr), std::end(six.s6_addr));
    static constexpr std::uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const bool is_four = std::equal(std::begin(mapped), std::end(mapped), octets.begin());
    return to_hex(is_four ? BytesView(octets) : BytesView(octets).first(8));
}

}  // namespace naskah::service
