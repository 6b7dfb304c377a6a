#include "storage/connections.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

namespace naskah::storage {

using namespace std::chrono_literals;

namespace {

// A reader who is told "not now" has lost nothing, and his page is still open.
constexpr std::chrono::milliseconds patience_of_readers = 3s;

}  // namespace

// A connection for the length of one call.
class Connections::Lease {
public:
    explicit Lease(Connections& owner) : owner_(owner) {
        {
            const std::scoped_lock lock(owner.pool_);
            if (!owner.idle_.empty()) {
                connection_ = std::move(owner.idle_.back());
                owner.idle_.pop_back();
            }
        }
        if (!connection_) connection_ = owner.engine_->connect();
    }
    ~Lease() {
        if (!connection_->usable()) return;
        const std::scoped_lock lock(owner_.pool_);
        owner_.idle_.push_back(std::move(connection_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() const { return *connection_; }

private:
    Connections& owner_;
    std::unique_ptr<Connection> connection_;
};

Connections::Connections(std::unique_ptr<Engine> engine, std::unique_ptr<Connection> first,
                         std::chrono::milliseconds patience)
    : engine_(std::move(engine)), patience_(patience) {
    idle_.push_back(std::move(first));
}

// Again and again while the store undoes it, with a growing pause.
void Connections::attempt(const Work& work, std::chrono::milliseconds patience,
                          SteadyClock::time_point since) {
    std::minstd_rand dice(std::random_device{}());
    for (auto pause = 1ms;; pause = std::min(pause * 2, 500ms)) {
        try {
            const Lease connection(*this);
            return work(*connection);
        } catch (const Undone& undone) {
            if (SteadyClock::now() - since >= patience) throw Error(undone.error());
        }
        std::this_thread::sleep_for(pause * std::uniform_real_distribution<>(0.25, 1.0)(dice));
    }
}

void Connections::read(const Work& work) {
    attempt(work, std::min(patience_, patience_of_readers), SteadyClock::now());
}

void Connections::read_picture(const Work& work) {
    read([&](Connection& connection) {
        Transaction picture(connection, Access::read);
        work(connection);
        picture.commit();
    });
}

void Connections::write(const Work& change) {
    Waiting mine{.change = &change, .since = SteadyClock::now(), .error = nullptr};
    std::unique_lock lock(queue_lock_);
    queue_.push_back(&mine);
    turn_.wait(lock, [&] { return mine.done || !writing_; });
    if (!mine.done) {
        // Nobody is at the disk: this thread goes, and takes along all who have come meanwhile.
        writing_ = true;
        const std::vector<Waiting*> all = std::exchange(queue_, {});
        lock.unlock();
        carry_out(all);
        lock.lock();
        writing_ = false;
        for (Waiting* waiting : all) waiting->done = true;
        turn_.notify_all();
    }
    lock.unlock();
    if (mine.error) std::rethrow_exception(mine.error);
}

void Connections::carry_out(const std::vector<Waiting*>& changes) noexcept {
    try {
        attempt([&](Connection& connection) { together(connection, changes); }, patience_,
                changes.front()->since);
    } catch (...) {
        // Whatever one of them was told came from a transaction that is not there.
        for (Waiting* waiting : changes) waiting->error = std::current_exception();
    }
}

void Connections::together(Connection& connection, const std::vector<Waiting*>& changes) {
    Transaction transaction(connection, Access::write);
    for (Waiting* waiting : changes) {
        waiting->error = nullptr;
        const bool alone = changes.size() == 1;
        if (!alone) connection.run_later("SAVEPOINT change");
        try {
            (*waiting->change)(connection);
            if (!alone) connection.run("RELEASE SAVEPOINT change");  // what it lined up is done by now
        } catch (const Undone&) {
            throw;
        } catch (...) {
            if (!connection.usable()) throw;
            waiting->error = std::current_exception();
            if (alone) return;  // nothing of it is kept
            connection.run("ROLLBACK TO SAVEPOINT change");
            connection.run_later("RELEASE SAVEPOINT change");
        }
    }
    transaction.commit();
}

}  // namespace naskah::storage
