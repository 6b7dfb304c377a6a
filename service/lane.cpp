#include "service/lane.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace naskah::service {

Lane::Lane(int threads, std::size_t waiting) : most_waiting_(waiting) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

Lane::~Lane() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    arrived_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

bool Lane::run(const std::function<void()>& work) {
    Job job{work};
    std::unique_lock lock(mutex_);
    if (closed_ || queue_.size() >= most_waiting_ + static_cast<std::size_t>(idle_)) return false;
    queue_.push_back(&job);
    arrived_.notify_one();
    finished_.wait(lock, [&] { return job.done; });
    if (job.error) std::rethrow_exception(job.error);
    return true;
}

void Lane::serve() {
    constexpr int low = 10;  // a tenth of the processor while pages want it, all of it when they don't
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), low);
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        arrived_.wait(lock, [&] { return closed_ || !queue_.empty(); });
        --idle_;
        if (queue_.empty()) return;  // closed, and what had begun is finished
        Job* job = queue_.front();
        queue_.pop_front();
        lock.unlock();
        try {
            job->work();
        } catch (...) {
            job->error = std::current_exception();
        }
        lock.lock();
        job->done = true;
        finished_.notify_all();
    }
}

}  // namespace naskah::service
