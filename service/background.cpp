#include "service/background.h"

namespace naskah::service {

bool wait_for(const std::stop_token& stopped, std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stopped, time, [] { return false; });
    return !stopped.stop_requested();
}

Background::~Background() {
    for (std::jthread& thread : threads_) thread.request_stop();
}

void Background::once(std::string name, Work work) {
    chores_.push_back({std::move(name), std::chrono::milliseconds(0), std::move(work)});
}

void Background::every(std::string name, std::chrono::milliseconds period, Work work) {
    chores_.push_back({std::move(name), period, std::move(work)});
}

void Background::start(Complain complain) {
    complain_ = std::move(complain);
    running_ = chores_.size();
    for (const Chore& chore : chores_)
        threads_.emplace_back([this, &chore](const std::stop_token& stopped) { carry_out(chore, stopped); });
}

void Background::carry_out(const Chore& chore, const std::stop_token& stopped) {
    do {
        try {
            chore.work(stopped);
        } catch (const std::exception& error) {
            complain_(chore.name, error.what());
        }
    } while (chore.period.count() > 0 && wait_for(stopped, chore.period));
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
}

bool Background::stop(std::chrono::milliseconds patience) {
    for (std::jthread& thread : threads_) thread.request_stop();
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return running_ == 0; });
}

}  // namespace naskah::service
