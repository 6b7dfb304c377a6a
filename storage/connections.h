// Who may use which connection when. Connections are kept and lent to one call at a time, so readers never
// wait for a writer. Writers of this process queue here rather than at the store's lock, and those who queue
// while another is at the disk share the next transaction: one flush for all of them.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/engine.h"

namespace naskah::storage {

class Connections {
public:
    // `first` is a connection of that engine that is open already.
    Connections(std::unique_ptr<Engine> engine, std::unique_ptr<Connection> first);

    // A connection for the length of one call.
    class Lease {
    public:
        explicit Lease(Connections& owner);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Connection& operator*() const { return *connection_; }
        Connection* operator->() const { return connection_.get(); }

    private:
        Connections& owner_;
        std::unique_ptr<Connection> connection_;
    };

    // Runs `change` in a write transaction and returns when that is on disk. What it throws undoes this
    // change alone and is thrown again here; when the store itself fails, nobody's change of that transaction
    // is kept. `change` may run on another caller's thread, while its own caller waits.
    using Change = std::function<void(Connection&)>;
    void write(const Change& change);

private:
    struct Waiting {
        const Change* change;
        std::exception_ptr error;
        bool done = false;
    };
    void carry_out(const std::vector<Waiting*>& changes) noexcept;

    std::unique_ptr<Engine> engine_;
    std::mutex pool_;
    std::vector<std::unique_ptr<Connection>> idle_;

    std::mutex queue_lock_;
    std::condition_variable turn_;
    std::vector<Waiting*> queue_;
    bool writing_ = false;
};

}  // namespace naskah::storage
