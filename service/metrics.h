// What the service counts, in the text form that Prometheus reads (exposition format 0.0.4). Routes are named
// by their patterns, never by the address that was asked: nothing here names a person or a letter.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace naskah::service {

// What happens besides requests.
enum class Event {
    sign_in_failed,
    sign_in_locked,
    letter_issued,
    letter_failed,
    round_finished,
    upload_checked,
    upload_turned_away,
    rate_limited,
};

class Metrics {
public:
    // Safe from any thread.
    void count(Event event, std::uint64_t times = 1) {
        events_[static_cast<std::size_t>(event)].fetch_add(times, std::memory_order_relaxed);
    }
    std::uint64_t counted(Event event) const { return events_[static_cast<std::size_t>(event)]; }
    void count_request(const std::string& pattern, const std::string& method, int status,
                       std::chrono::microseconds took, std::size_t bytes);

    // A value that is asked for whenever somebody looks; `name` without "naskah_". What `value` reads must
    // live as long as this, or until forget().
    enum class Kind { gauge, counter };
    void watch(const std::string& name, const std::string& help, std::function<double()> value,
               Kind kind = Kind::gauge);
    void forget(const std::string& name);

    std::string text() const;

private:
    static constexpr std::array<double, 12> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                      0.1,   0.25,   0.5,   1,    2.5,   10};
    struct Latency {
        std::array<std::uint64_t, bounds.size() + 1> within{};
        double seconds = 0;
        std::uint64_t bytes = 0;
    };
    struct Watched {
        std::string help;
        std::function<double()> value;
        Kind kind;
    };
    std::array<std::atomic<std::uint64_t>, 8> events_{};
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::pair<std::string, int>, std::uint64_t>> requests_;
    std::map<std::string, Latency> latencies_;
    std::map<std::string, Watched> watched_;
};

}  // namespace naskah::service
