// A stretch of network between a client and a PostgreSQL server of the tests, that can be cut at the one
// moment that matters: when COMMIT is on its way.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace naskah::storage {

enum class Cut {
    none,
    before,  // COMMIT never reaches the server
    during,  // it reaches the server, which finds nobody to answer
    after,   // the server has answered; the answer is lost
    silent,  // as `after`, but nobody hangs up: the line is just dead
};

class Proxy {
public:
    explicit Proxy(int server_port);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    int port() const { return port_; }
    // What happens to the next COMMIT, and to none behind it.
    void cut_next_commit(Cut how) { next_ = how; }
    int cuts() const { return cuts_; }  // made so far
    // From now on to another server; what is open stays.
    void lead_to(int server_port) { server_port_ = server_port; }

private:
    void accept_all();
    void carry(int client);

    int listener_;
    int port_;
    std::atomic<int> server_port_;
    std::atomic<Cut> next_ = Cut::none;
    std::atomic<int> cuts_ = 0;
    std::atomic<bool> ended_ = false;
    std::mutex mutex_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace naskah::storage
