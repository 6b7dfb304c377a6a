#include "service/sockets.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "service/rates.h"

namespace naskah::service {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Sixteen KB a second is what a poor line carries.
milliseconds time_for(std::size_t bytes) { return milliseconds(bytes / 16); }

// Threads that do what is posted to them, in turn.
class Workers {
public:
    ~Workers() { end(); }
    void grow(std::size_t count) {
        for (; count > 0; --count) threads_.emplace_back([this] { queue_.run(); });
    }
    template <class Work>
    void post(Work work) {
        asio::post(queue_, std::move(work));
    }
    void end() {
        queue_.stop();
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }

private:
    asio::io_context queue_{};
    asio::executor_work_guard<asio::io_context::executor_type> open_ = asio::make_work_guard(queue_);
    std::vector<std::thread> threads_{};
};

enum class Stage {
    idle,       // between requests
    receiving,  // some bytes of a request are here
    working,    // a handler has it, or it waits for one
    writing,    // the answer is on its way
    lingering,  // answered while more was coming: what comes is dropped, so that the answer is not
};

struct Connection {
    explicit Connection(tcp::socket accepted) : socket(std::move(accepted)) {}
    tcp::socket socket;
    std::string peer{}, counted_as{};
    Stage stage = Stage::idle;
    Clock::time_point began{}, deadline{};
    Incoming incoming{};
    std::string outgoing{};
    std::shared_ptr<const Spool> spool{};  // what follows `outgoing`, and how much of it was taken
    std::uint64_t spooled = 0;
    std::size_t received = 0, sent = 0, sent_before = 0, held = 0;
    bool fresh = true, expired = false, heavy = false, keep = false;
};
using Held = std::shared_ptr<Connection>;

// As many connections as the system lets us have; the rest of its descriptors is for files and the database.
Limits fit(Limits limits) {
    rlimit system{};
    getrlimit(RLIMIT_NOFILE, &system);
    system.rlim_cur = system.rlim_max;
    setrlimit(RLIMIT_NOFILE, &system);
    getrlimit(RLIMIT_NOFILE, &system);
    const std::size_t processors = std::max(1u, std::thread::hardware_concurrency());
    if (limits.threads == 0) limits.threads = std::max<std::size_t>(8, 4 * processors);
    if (limits.heavy_threads == 0) limits.heavy_threads = std::max<std::size_t>(12, 2 * processors);
    limits.connections =
        std::min<std::size_t>(limits.connections, std::max<rlim_t>(system.rlim_cur, 400) - 200);
    return limits;
}

}  // namespace

// One thread, that of run(), has all of it. A worker has a connection while it makes the answer; until it
// hands it back, the other leaves all but stage and deadline alone.
struct Sockets::Inside {
    Inside(Limits given, Calls to_call) : limits(fit(given)), calls(std::move(to_call)) {}
    const Limits limits;
    const Calls calls;
    std::function<void()> tick{};

    asio::io_context loop{1};
    tcp::acceptor acceptor{loop};
    asio::steady_timer timer{loop};
    std::unordered_set<Held> table{};
    std::unordered_map<std::string, std::size_t> by_address{};
    std::array<char, 64 << 10> came{};  // last, on any connection
    Clock::time_point end{};
    bool resting = false;  // there was no descriptor for a new connection
    int late = 0;          // ticks for which the probe is away
    std::atomic<bool> probe_is_back{true}, stopping{false};
    std::atomic<std::size_t> open{0}, threads{0}, waiting_heavy{0}, held{0};
    std::atomic<std::uint64_t> accepted{0}, turned_away{0}, evicted{0}, expired{0};
    Workers light{}, heavy{};

    // ---- places

    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (!acceptor.is_open()) return;
            if (!error) admit(std::move(socket));
            if (error && !make_room())
                resting = true;
            else
                accept();
        });
    }

    void admit(tcp::socket socket) {
        error_code gone;
        auto from = socket.remote_endpoint(gone).address();
        if (gone) return;
        if (from.is_v6() && from.to_v6().is_v4_mapped())
            from = asio::ip::make_address_v4(asio::ip::v4_mapped, from.to_v6());
        const auto connection = std::make_shared<Connection>(std::move(socket));
        connection->peer = from.to_string();
        const bool counts = !from.is_loopback() || limits.count_loopback;
        if (counts) connection->counted_as = network_of(connection->peer);
        if (table.size() >= limits.connections && !make_room()) {
            ++turned_away;
            return;
        }
        std::size_t& of_address = by_address[connection->counted_as];
        if (counts && of_address >= limits.connections_per_address) {
            ++turned_away;
            return;
        }
        connection->socket.set_option(tcp::no_delay(true), gone);
        connection->socket.non_blocking(true, gone);
        ++of_address;
        ++accepted;
        table.insert(connection);
        open = table.size();
        await(connection);
    }

    // Those who have been silent longest leave, a sixteenth of all; those in the middle of a request only if
    // nobody else does.
    bool make_room() {
        for (const Stage stage : {Stage::idle, Stage::lingering, Stage::receiving}) {
            std::vector<Held> quiet;
            for (const Held& connection : table)
                if (connection->stage == stage) quiet.push_back(connection);
            if (quiet.empty()) continue;
            const auto least = quiet.begin() + static_cast<std::ptrdiff_t>(
                                                   std::min(quiet.size(), limits.connections / 16 + 1));
            std::partial_sort(quiet.begin(), least, quiet.end(),
                              [](const Held& a, const Held& b) { return a->deadline < b->deadline; });
            for (auto leaving = quiet.begin(); leaving != least; ++leaving, ++evicted) drop(*leaving);
            return true;
        }
        return false;
    }

    // What still waits on its socket wakes up with an error.
    void drop(Held connection) {
        if (table.erase(connection) == 0) return;
        hold(*connection, 0);
        if (--by_address[connection->counted_as] == 0) by_address.erase(connection->counted_as);
        error_code ignored;
        connection->socket.close(ignored);
        open = table.size();
    }

    void hold(Connection& connection, std::size_t bytes) {
        if (!connection.socket.is_open()) bytes = 0;  // dropped
        held += bytes;
        held -= connection.held;
        connection.held = bytes;
    }

    // ---- from the first byte to the last

    void await(const Held& connection) {
        Connection& c = *connection;
        hold(c, c.incoming.held());
        if (c.incoming.untouched()) {
            const bool scarce = table.size() > limits.connections / 4 * 3;
            c.stage = Stage::idle;
            c.received = 0;
            c.deadline = Clock::now() + (c.fresh ? limits.head : scarce ? milliseconds(1000) : limits.idle);
        } else {
            const bool in_head = c.incoming.state() == Incoming::State::head;
            c.stage = Stage::receiving;
            c.deadline = c.began + (in_head ? limits.head : limits.body + time_for(c.received));
        }
        // Without a buffer, of which every idle connection would hold one.
        c.socket.async_wait(tcp::socket::wait_read,
                            [this, connection](error_code error) { receive(connection, error); });
    }

    void receive(const Held& connection, error_code error) {
        Connection& c = *connection;
        if (c.expired) {
            c.incoming.refuse({408, "too slow"});
            return refuse(connection);
        }
        const std::size_t size = error ? 0 : c.socket.read_some(asio::buffer(came), error);
        if (error == asio::error::would_block) return await(connection);
        if (error) return drop(connection);  // gone, or done with us
        if (c.received == 0) c.began = Clock::now();
        c.received += size;
        c.incoming.add({came.data(), size});
        advance(connection);
    }

    void advance(const Held& connection) {
        Connection& c = *connection;
        Incoming& incoming = c.incoming;
        if (incoming.advance() == Incoming::State::decide) {
            const Admission admission = calls.admit(incoming.head());
            c.heavy = admission.heavy;
            incoming.admit(admission.largest_body);
            if (incoming.state() == Incoming::State::body && incoming.head().expects_continue) {
                static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
                error_code ignored;  // if it does not fit, whoever waits for it will stop waiting
                c.socket.write_some(asio::buffer(go_on), ignored);
            }
            incoming.advance();
        }
        if (incoming.state() == Incoming::State::body && incoming.held() >= (64u << 10) &&
            held - c.held + incoming.held() > limits.held)
            incoming.refuse({503, "no room for the body"});
        switch (incoming.state()) {
            case Incoming::State::whole: return dispatch(connection);
            case Incoming::State::refused: return refuse(connection);
            default: return await(connection);
        }
    }

    // ---- from the request to the answer

    void dispatch(const Held& connection) {
        Connection& c = *connection;
        c.keep = c.incoming.head().keep_alive;
        hold(c, c.incoming.held());
        if (c.heavy && waiting_heavy >= limits.heavy_queue) {
            c.incoming.refuse({503, "too much work"});
            return refuse(connection);
        }
        waiting_heavy += c.heavy;
        hand_over(connection, c.heavy ? heavy : light, [this](Connection& given) {
            waiting_heavy -= given.heavy;
            const bool head_only = given.incoming.head().method == "HEAD";
            Arrived arrived{given.incoming.take_head(), given.incoming.take_body(), given.peer};
            fill(given, calls.answer(std::move(arrived)), head_only);
        });
    }

    void refuse(const Held& connection) {
        connection->keep = false;
        hold(*connection, 0);
        hand_over(connection, light, [this](Connection& given) {
            const Head& head = given.incoming.head();
            fill(given, calls.refuse(head, given.peer, given.incoming.refusal()), head.method == "HEAD");
        });
    }

    void fill(Connection& c, const Response& response, bool head_only) const {
        c.keep = c.keep && !stopping;
        try {
            const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
            c.outgoing = to_bytes(response, head_only, c.keep, http_date(now));
            if (!head_only) c.spool = response.spool;
        } catch (const Error&) {  // a header that would break the message
            c.keep = false;
            c.outgoing =
                "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        }
        c.began = Clock::now();
        c.sent_before = 0;
        c.spooled = 0;
    }

    // The next piece of a spool. If it cannot be read, the answer ends short of the length that it announced,
    // and whoever asked sees that.
    static void refill(Connection& c) {
        c.sent_before += c.sent;
        try {
            c.outgoing = c.spool->piece(c.spooled);
        } catch (const Error&) {
            c.outgoing.clear();
            c.keep = false;
        }
        c.spooled += c.outgoing.size();
        if (c.outgoing.empty() || c.spooled == c.spool->size()) c.spool.reset();
    }

    template <class Work>
    void hand_over(const Held& connection, Workers& workers, Work work) {
        connection->stage = Stage::working;
        workers.post([this, connection, work] {
            work(*connection);
            asio::post(loop, [this, connection] {
                connection->sent = 0;
                connection->stage = Stage::writing;
                hold(*connection, connection->outgoing.size());
                write(connection);
            });
        });
    }

    void write(const Held& connection) {
        Connection& c = *connection;
        if (c.sent == c.outgoing.size()) {
            if (!c.spool) return go_on(connection);
            return hand_over(connection, light, refill);
        }
        c.deadline = c.began + limits.write + time_for(c.sent_before + c.sent);
        c.socket.async_write_some(asio::buffer(c.outgoing) + c.sent,
                                  [this, connection](error_code error, std::size_t size) {
                                      if (error) return drop(connection);
                                      connection->sent += size;
                                      write(connection);
                                  });
    }

    void go_on(const Held& connection) {
        Connection& c = *connection;
        std::string().swap(c.outgoing);
        if (c.incoming.state() == Incoming::State::refused) {
            // A socket that is closed with unread bytes resets the connection, and the answer may be lost
            // with it: what still comes is read for a moment.
            error_code ignored;
            c.socket.shutdown(tcp::socket::shutdown_send, ignored);
            hold(c, 0);
            c.stage = Stage::lingering;
            c.deadline = Clock::now() + std::chrono::seconds(3);
            return discard(connection);
        }
        if (!c.keep) return drop(connection);
        c.incoming.next();
        c.fresh = false;
        c.received = c.incoming.held();
        c.began = Clock::now();
        advance(connection);  // the next request may be here already
    }

    void discard(const Held& connection) {
        connection->socket.async_read_some(asio::buffer(came),
                                           [this, connection](error_code error, std::size_t) {
                                               error ? drop(connection) : discard(connection);
                                           });
    }

    // ---- ten times a second

    void watch() {
        tick();
        sweep();
        if (resting && acceptor.is_open()) {
            resting = false;
            accept();
        }
        // A probe goes through the queue as a request does. While it is away, all threads wait for something,
        // a database that is away for instance: more of them keep the rest of the service answering.
        if (probe_is_back) {
            probe_is_back = false;
            late = 0;
            light.post([this] { probe_is_back = true; });
        } else if (++late >= 3 && threads < limits.threads * 8) {
            late = 0;
            grow(4);
        }
        if (stopping && acceptor.is_open()) {
            acceptor.close();
            end = Clock::now() + limits.finish;
        }
        if (stopping && (table.empty() || Clock::now() > end)) return loop.stop();
        timer.expires_after(milliseconds(stopping ? 20 : 100));
        timer.async_wait([this](error_code) { watch(); });
    }

    void sweep() {
        const auto now = Clock::now();
        error_code ignored;
        for (auto next = table.begin(); next != table.end();) {
            const Held connection = *next++;
            Connection& c = *connection;
            if (stopping && c.stage == Stage::idle)
                c.socket.shutdown(tcp::socket::shutdown_receive, ignored);  // what came before is still read
            else if (c.stage != Stage::working && c.deadline < now && !c.expired) {
                ++expired;
                c.expired = c.stage == Stage::receiving;  // whoever sent half a request is told
                c.expired ? static_cast<void>(c.socket.cancel(ignored)) : drop(connection);
            }
        }
    }

    void grow(std::size_t count) {
        light.grow(count);
        threads += count;
    }
};

Sockets::Sockets(Limits limits, Calls calls) : inside_(std::make_unique<Inside>(limits, std::move(calls))) {}

Sockets::~Sockets() = default;

int Sockets::bind(const std::string& host, int port) {
    std::string plain = host;  // [::1]
    if (plain.starts_with('[') && plain.ends_with(']')) plain = plain.substr(1, plain.size() - 2);
    try {
        const tcp::endpoint address = *tcp::resolver(inside_->loop)
                                           .resolve(plain, std::to_string(port),
                                                    tcp::resolver::passive | tcp::resolver::numeric_service);
        tcp::acceptor& acceptor = inside_->acceptor;
        acceptor.open(address.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(address);
        acceptor.listen(4096);
        return acceptor.local_endpoint().port();
    } catch (const boost::system::system_error& error) {
        throw Error(Code::outside, "alamat ini tidak dapat dipakai (" + error.code().message() + ")",
                    host + ":" + std::to_string(port),
                    "Mungkin dipakai program lain. Pilih alamat lain dengan --listen.");
    }
}

bool Sockets::run(const std::function<void()>& tick) {
    Inside& inside = *inside_;
    inside.tick = tick;
    inside.grow(inside.limits.threads);
    inside.heavy.grow(inside.limits.heavy_threads);
    inside.accept();
    inside.watch();
    inside.loop.run();
    const bool finished = inside.table.empty();
    inside.light.end();
    inside.heavy.end();
    while (!inside.table.empty()) inside.drop(*inside.table.begin());  // they had their time
    return finished;
}

void Sockets::stop() noexcept { inside_->stopping = true; }

Sockets::Figures Sockets::figures() const {
    const Inside& inside = *inside_;
    return {.open = inside.open,
            .threads = inside.threads,
            .waiting_heavy = inside.waiting_heavy,
            .held = inside.held,
            .accepted = inside.accepted,
            .turned_away = inside.turned_away,
            .evicted = inside.evicted,
            .expired = inside.expired};
}

}  // namespace naskah::service
