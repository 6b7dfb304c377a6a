// What goes on beside the requests: signing rounds, letters that a crash left, looking after the service
// itself. Nothing runs before start(), so a test does each piece of work itself, when it wants to.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace naskah::service {

class Background {
public:
    // Should return soon after a stop is asked for, with its work in a state from which it can be taken up
    // again. What it throws goes to the log; `every` goes on.
    using Work = std::function<void(std::stop_token)>;
    using Complain = std::function<void(const std::string& name, const std::string& what)>;
    ~Background();

    // Each has a thread of its own. Before start() only.
    void once(std::string name, Work work);
    void every(std::string name, std::chrono::milliseconds period, Work work);  // first at once

    void start(Complain complain);
    // Asks all to finish; whether they did within that time.
    bool stop(std::chrono::milliseconds patience);

private:
    struct Chore {
        std::string name;
        std::chrono::milliseconds period;  // 0: once
        Work work;
    };
    void carry_out(const Chore& chore, const std::stop_token& stopped);

    std::vector<Chore> chores_;
    Complain complain_;
    std::vector<std::jthread> threads_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t running_ = 0;
};

// Waits, but not longer than until a stop is asked for; false then.
bool wait_for(const std::stop_token& stopped, std::chrono::milliseconds time);

}  // namespace naskah::service
