// A lane of its own for long work, beside which pages are still served quickly: a few threads of low priority
// and a short queue. When that is full, whoever comes is told so at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace naskah::service {

class Lane {
public:
    // `threads` work at the same time, `waiting` more may wait.
    Lane(int threads, std::size_t waiting);
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Does the work and returns when it is done; what it throws is thrown here. False, and nothing done, if
    // the lane is full.
    bool run(const std::function<void()>& work);

private:
    struct Job {
        const std::function<void()>& work;
        std::exception_ptr error = {};
        bool done = false;
    };
    void serve();

    const std::size_t most_waiting_;
    std::mutex mutex_;
    std::condition_variable arrived_, finished_;
    std::deque<Job*> queue_;
    int idle_ = 0;
    bool closed_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace naskah::service
