// The connections of the service. A connection costs memory and no thread: one thread waits on all of them at
// once, reads and writes, and hands a request to the threads that answer when all its bytes have come.
// Whoever connects and says nothing, sends a byte a second or never reads the answer holds a place in a
// table, until a deadline passes or the place is needed.
//
// Requests that may take long go to threads of their own, so that they can fill their queue and nothing else.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "service/message.h"

namespace naskah::service {

struct Limits {
    std::size_t connections = 4096;
    // From one address (of IPv6: one network of 64 bits). The proxy in front stands on this machine and
    // counts for many; whoever else connects from here is trusted as far.
    std::size_t connections_per_address = 100;
    bool count_loopback = false;
    std::chrono::milliseconds head{10'000};    // from the first byte, or from connecting, to the empty line
    std::chrono::milliseconds body{20'000};    // and a second more for each 16 KB that came
    std::chrono::milliseconds idle{65'000};    // between two requests; a second when places are scarce
    std::chrono::milliseconds write{20'000};   // and a second more for each 16 KB that went
    std::chrono::milliseconds finish{20'000};  // after stop(): for what was begun
    std::size_t held = 256u << 20;  // bytes of requests that are not answered yet, of all connections
    std::size_t threads = 0;        // that answer; 0: by the number of processors
    std::size_t heavy_threads = 0;
    std::size_t heavy_queue = 64;
};

// A request as it came, whole.
struct Arrived {
    Head head;
    std::string body;
    std::string peer;  // address
};

struct Admission {
    std::size_t largest_body = 0;
    bool heavy = false;
};

class Sockets {
public:
    // Each may be called from many threads at once and must not throw.
    struct Calls {
        std::function<Admission(const Head&)> admit;  // before the body is read; must not wait
        std::function<Response(Arrived)> answer;
        // Nothing of a request that is refused can be trusted but that it came from `peer`; `head` is what
        // was understood of it, or empty.
        std::function<Response(const Head& head, const std::string& peer, const Refusal&)> refuse;
    };
    Sockets(Limits limits, Calls calls);
    ~Sockets();
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;

    // Port 0: any free one. Throws Error(outside) if the address is taken or not ours. Returns the port.
    int bind(const std::string& host, int port);

    // Serves until stop(); `tick` is called some times a second by the thread that serves: not if that hangs.
    // Returns whether all that was begun is finished.
    bool run(const std::function<void()>& tick);
    void stop() noexcept;  // from any thread

    struct Figures {
        std::size_t open = 0, threads = 0, waiting_heavy = 0, held = 0;
        std::uint64_t accepted = 0, turned_away = 0, evicted = 0, expired = 0;
    };
    Figures figures() const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace naskah::service
