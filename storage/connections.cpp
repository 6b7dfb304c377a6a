#include "storage/connections.h"

#include <utility>

namespace naskah::storage {

Connections::Connections(std::unique_ptr<Engine> engine, std::unique_ptr<Connection> first)
    : engine_(std::move(engine)) {
    idle_.push_back(std::move(first));
}

Connections::Lease::Lease(Connections& owner) : owner_(owner) {
    {
        const std::scoped_lock lock(owner.pool_);
        if (!owner.idle_.empty()) {
            connection_ = std::move(owner.idle_.back());
            owner.idle_.pop_back();
        }
    }
    if (!connection_) connection_ = owner.engine_->connect();
}

Connections::Lease::~Lease() {
    if (!connection_->usable()) return;
    const std::scoped_lock lock(owner_.pool_);
    owner_.idle_.push_back(std::move(connection_));
}

void Connections::write(const Change& change) {
    Waiting mine{.change = &change, .error = nullptr};
    std::unique_lock lock(queue_lock_);
    queue_.push_back(&mine);
    turn_.wait(lock, [&] { return mine.done || !writing_; });
    if (!mine.done) {
        // Nobody is at the disk: this thread goes, and takes along all who have come meanwhile.
        writing_ = true;
        const std::vector<Waiting*> together = std::exchange(queue_, {});
        lock.unlock();
        carry_out(together);
        lock.lock();
        writing_ = false;
        for (Waiting* waiting : together) waiting->done = true;
        turn_.notify_all();
    }
    lock.unlock();
    if (mine.error) std::rethrow_exception(mine.error);
}

void Connections::carry_out(const std::vector<Waiting*>& changes) noexcept {
    try {
        const Lease connection(*this);
        Transaction transaction(*connection, Access::write);
        for (Waiting* waiting : changes) {
            connection->run("SAVEPOINT change");
            try {
                (*waiting->change)(*connection);
            } catch (...) {
                if (!connection->usable()) throw;
                waiting->error = std::current_exception();
                connection->run("ROLLBACK TO SAVEPOINT change");
            }
            connection->run("RELEASE SAVEPOINT change");
        }
        transaction.commit();
    } catch (...) {
        for (Waiting* waiting : changes)
            if (!waiting->error) waiting->error = std::current_exception();
    }
}

}  // namespace naskah::storage
