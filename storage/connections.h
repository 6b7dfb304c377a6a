// One database, open: who may use which connection when. The register and every other store over the same
// database share one of these (database.h). Connections are kept and lent to one call at a time, so readers
// never wait for a writer. Writers of this process queue here rather than at the store's lock, and those who
// queue while another is at the disk share the next transaction: one flush for all of them.
//
// What the store undid by itself (a server that went away, transactions set against each other) is done again
// here, until `patience` ends. So a call's function may run more than once: it must begin with what it hands
// out as if it had never run.
#pragma once

#include <chrono>
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
    // `first` is a connection of that engine that is open already. `patience`: how long a write waits for its
    // turn or for a server that is away.
    Connections(std::unique_ptr<Engine> engine, std::unique_ptr<Connection> first,
                std::chrono::milliseconds patience);

    using Work = std::function<void(Connection&)>;

    // Reads; each statement sees the newest committed state. Waits for a server that is away, but not long:
    // nothing is lost by asking again.
    void read(const Work& work);
    // Reads; all statements see one unchanging picture of the store.
    void read_picture(const Work& work);

    // Runs `change` in a write transaction, alone among all writers of all processes, and returns when that
    // is on disk. What it throws undoes this change alone and is thrown again here; when the store itself
    // fails, nobody's change of that transaction is kept. `change` may run on another caller's thread, while
    // its own caller waits.
    void write(const Work& change);

private:
    using SteadyClock = std::chrono::steady_clock;
    class Lease;
    struct Waiting {
        const Work* change;
        SteadyClock::time_point since;
        std::exception_ptr error;
        bool done = false;
    };
    void attempt(const Work& work, std::chrono::milliseconds patience, SteadyClock::time_point since);
    void carry_out(const std::vector<Waiting*>& changes) noexcept;
    void together(Connection& connection, const std::vector<Waiting*>& changes);

    std::unique_ptr<Engine> engine_;
    std::chrono::milliseconds patience_;
    std::mutex pool_;
    std::vector<std::unique_ptr<Connection>> idle_;

    std::mutex queue_lock_;
    std::condition_variable turn_;
    std::vector<Waiting*> queue_;
    bool writing_ = false;
};

}  // namespace naskah::storage
