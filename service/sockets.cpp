#include "service/sockets.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/error.h"

namespace naskah::service {
namespace {

using std::chrono::milliseconds;

std::int64_t now_ms() {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Sixteen KB a second is what a poor line carries.
std::int64_t time_for(std::size_t bytes) { return static_cast<std::int64_t>(bytes / 16); }

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    void reset(int fd) {
        close();
        fd_ = fd;
    }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    int get() const { return fd_; }

private:
    int fd_;
};

enum class Stage {
    idle,       // between requests
    receiving,  // some bytes of a request are here
    working,    // a handler has it, or it waits for one
    writing,    // the answer is on its way
    lingering,  // answered while more was coming: what comes is dropped, so that the answer is not
};

struct Connection {
    Connection(int socket, std::string address, std::string counted)
        : fd(socket), peer(std::move(address)), counted_as(std::move(counted)) {}

    Descriptor fd;
    const std::string peer, counted_as;
    // Whoever woke up with the connection has all of it. Others may read these two, and shut the socket down,
    // which wakes it.
    std::atomic<Stage> stage{Stage::idle};
    std::atomic<std::int64_t> deadline{0};
    std::atomic<bool> expired{false}, evicted{false};
    Incoming incoming{};
    std::string outgoing{};
    std::shared_ptr<const Spool> spool{};  // what follows `outgoing`, and how much of it was taken
    std::uint64_t spooled = 0;
    std::size_t sent = 0, sent_before = 0, held = 0, received = 0;
    std::int64_t began = 0;  // when the first byte of the request came
    bool keep = false, heavy = false;
};

struct Address {
    std::string text, counted;
    bool loopback = false;
};

Address address_of(const sockaddr_storage& from) {
    char text[INET6_ADDRSTRLEN] = {};
    Address address;
    if (from.ss_family == AF_INET) {
        in_addr v4;
        std::memcpy(&v4, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, sizeof v4);
        inet_ntop(AF_INET, &v4, text, sizeof text);
        address.text = address.counted = text;
        address.loopback = (ntohl(v4.s_addr) >> 24) == 127;
    } else {
        in6_addr v6;
        std::memcpy(&v6, &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6)) {
            inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof text);
            address.loopback = v6.s6_addr[12] == 127;
            address.text = address.counted = text;
        } else {
            inet_ntop(AF_INET6, &v6, text, sizeof text);
            address.text = text;
            address.loopback = IN6_IS_ADDR_LOOPBACK(&v6);
            address.counted.assign(reinterpret_cast<const char*>(v6.s6_addr), 8);
        }
    }
    return address;
}

// As many descriptors as the system lets us have.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t descriptor_limit() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

}  // namespace

struct Sockets::Inside {
    const Limits limits;
    const Calls calls;
    Descriptor listener{}, poller{epoll_create1(EPOLL_CLOEXEC)};
    Descriptor stop_signal{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    Descriptor end_signal{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

    std::mutex table_lock{};  // the table, and every shutdown() and close() of a socket in it
    std::unordered_map<Connection*, std::unique_ptr<Connection>> table{};
    std::unordered_map<std::string, std::size_t> by_address{};

    std::mutex heavy_lock{};
    std::condition_variable heavy_came{};
    std::deque<Connection*> heavy{};
    bool heavy_ended = false;

    std::vector<std::thread> threads{};
    std::atomic<std::size_t> waiting{0}, held{0}, open{0}, running{0};
    std::atomic<std::uint64_t> accepted{0}, turned_away{0}, evicted{0}, expired{0};
    std::atomic<bool> stopping{false};

    Inside(Limits given, Calls to_call) : limits(fit(given)), calls(std::move(to_call)) {
        if (poller.get() < 0 || stop_signal.get() < 0 || end_signal.get() < 0)
            throw Error(Code::outside, "sistem tidak memberi soket", "epoll, eventfd");
    }

    static Limits fit(Limits limits) {
        raise_descriptor_limit();
        const std::size_t processors = std::max(1u, std::thread::hardware_concurrency());
        if (limits.threads == 0) limits.threads = std::max<std::size_t>(8, 4 * processors);
        if (limits.heavy_threads == 0) limits.heavy_threads = std::max<std::size_t>(12, 2 * processors);
        // The rest is for files and the database.
        const std::size_t descriptors = descriptor_limit();
        limits.connections = std::min(limits.connections, descriptors > 400 ? descriptors - 200 : 200);
        return limits;
    }

    // ---- what one thread does with a connection that it holds. Each ends with arm() or drop(), after which
    // the connection is another's.

    void arm(Connection& connection, std::uint32_t events) {
        epoll_event event{};
        event.events = events | EPOLLONESHOT;
        event.data.ptr = &connection;
        if (epoll_ctl(poller.get(), EPOLL_CTL_MOD, connection.fd.get(), &event) != 0) drop(connection);
    }

    void drop(Connection& connection) {
        hold(connection, 0);
        const std::lock_guard lock(table_lock);
        if (const auto counted = by_address.find(connection.counted_as);
            counted != by_address.end() && --counted->second == 0)
            by_address.erase(counted);
        table.erase(&connection);
        open = table.size();
    }

    void hold(Connection& connection, std::size_t bytes) {
        held += bytes;
        held -= connection.held;
        connection.held = bytes;
    }

    bool scarce() const { return open > limits.connections / 4 * 3; }

    void wake(Connection& connection) {
        const Stage stage = connection.stage.load(std::memory_order_acquire);
        if (connection.evicted) return drop(connection);
        if (connection.expired) return expire(connection, stage);
        switch (stage) {
            case Stage::idle:
            case Stage::receiving: return receive(connection);
            case Stage::writing: return write(connection);
            case Stage::lingering: return discard(connection);
            case Stage::working: return;  // never armed
        }
    }

    void expire(Connection& connection, Stage stage) {
        ++expired;
        if (stage != Stage::receiving) return drop(connection);
        connection.expired = false;
        connection.incoming.refuse({408, "too slow"});
        refuse(connection);
    }

    void receive(Connection& connection) {
        char bytes[32 << 10];
        // A sender that is faster than we are still leaves a turn to others.
        for (int rounds = 0; rounds < 16; ++rounds) {
            // What came with the request before is looked at first.
            if (!connection.incoming.untouched() && advance(connection)) return;
            const ssize_t size = ::recv(connection.fd.get(), bytes, sizeof bytes, 0);
            if (size == 0) return drop(connection);  // gone, or done with us
            if (size < 0) {
                if (errno == EINTR) continue;
                if (errno != EAGAIN && errno != EWOULDBLOCK) return drop(connection);
                break;
            }
            const auto came = static_cast<std::size_t>(size);
            if (connection.received == 0) connection.began = now_ms();
            connection.received += came;
            connection.incoming.add({bytes, came});
            if (advance(connection)) return;
            if (came < sizeof bytes) break;  // there is no more for now
        }
        await_bytes(connection);
    }

    void await_bytes(Connection& connection) {
        hold(connection, connection.incoming.held());
        if (connection.incoming.untouched()) {
            const auto patience = scarce() ? milliseconds(1000) : limits.idle;
            connection.received = 0;
            connection.deadline = now_ms() + patience.count();
            connection.stage.store(Stage::idle, std::memory_order_release);
        } else {
            const bool in_head = connection.incoming.state() == Incoming::State::head;
            connection.deadline =
                connection.began +
                (in_head ? limits.head.count() : limits.body.count() + time_for(connection.received));
            connection.stage.store(Stage::receiving, std::memory_order_release);
        }
        arm(connection, EPOLLIN);
    }

    // True when the connection went on its way to an answer.
    bool advance(Connection& connection) {
        Incoming& incoming = connection.incoming;
        for (;;) {
            switch (incoming.advance()) {
                case Incoming::State::head: return false;
                case Incoming::State::decide: {
                    const Admission admission = calls.admit(incoming.head());
                    connection.heavy = admission.heavy;
                    incoming.admit(admission.largest_body);
                    if (incoming.state() == Incoming::State::body && incoming.head().expects_continue) {
                        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
                        // If it does not fit, whoever waits for it will stop waiting.
                        (void)!::send(connection.fd.get(), go_on.data(), go_on.size(), MSG_NOSIGNAL);
                    }
                    break;
                }
                case Incoming::State::body:
                    if (held - std::min(held.load(), connection.held) + incoming.held() <= limits.held ||
                        incoming.held() < (64u << 10))
                        return false;
                    incoming.refuse({503, "no room for the body"});
                    break;
                case Incoming::State::whole: dispatch(connection); return true;
                case Incoming::State::refused: refuse(connection); return true;
            }
        }
    }

    void dispatch(Connection& connection) {
        connection.stage.store(Stage::working, std::memory_order_release);
        hold(connection, connection.incoming.held());
        if (!connection.heavy) return answer(connection);
        {
            const std::lock_guard lock(heavy_lock);
            if (heavy.size() < limits.heavy_queue) {
                heavy.push_back(&connection);
                heavy_came.notify_one();
                return;
            }
        }
        const Head head = connection.incoming.head();
        (void)connection.incoming.take_body();
        connection.keep = head.keep_alive;
        send(connection, calls.refuse(head, connection.peer, {503, "too much work"}), head.method == "HEAD");
    }

    void answer(Connection& connection) {
        Arrived arrived{connection.incoming.take_head(), connection.incoming.take_body(), connection.peer};
        const bool head_only = arrived.head.method == "HEAD";
        connection.keep = arrived.head.keep_alive;
        send(connection, calls.answer(std::move(arrived)), head_only);
    }

    void refuse(Connection& connection) {
        connection.keep = false;
        // What was asked is believed only if the head was read whole.
        const Head& head = connection.incoming.head();
        send(connection, calls.refuse(head, connection.peer, connection.incoming.refusal()),
             head.method == "HEAD");
    }

    void send(Connection& connection, const Response& response, bool head_only) {
        connection.keep = connection.keep && !stopping;
        const std::string date =
            http_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
        try {
            connection.outgoing = to_bytes(response, head_only, connection.keep, date);
            if (!head_only) connection.spool = response.spool;
        } catch (const Error&) {  // a header that would break the message
            connection.outgoing =
                "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            connection.keep = false;
        }
        connection.sent = connection.sent_before = 0;
        connection.spooled = 0;
        hold(connection, connection.outgoing.size());
        connection.began = now_ms();
        write(connection);
    }

    // The next piece of a spool, once all before it is sent. False if it cannot be read: then the answer ends
    // short of the length that it announced, and whoever asked sees that.
    bool refill(Connection& connection) {
        if (!connection.spool || connection.sent < connection.outgoing.size()) return true;
        connection.sent_before += connection.sent;
        connection.sent = 0;
        try {
            connection.outgoing = connection.spool->piece(connection.spooled);
        } catch (const Error&) {
            return false;
        }
        connection.spooled += connection.outgoing.size();
        if (connection.outgoing.empty()) connection.spool.reset();
        hold(connection, connection.outgoing.size());
        return true;
    }

    void write(Connection& connection) {
        for (;;) {
            if (!refill(connection)) return drop(connection);
            if (connection.sent == connection.outgoing.size()) break;
            const ssize_t size = ::send(connection.fd.get(), connection.outgoing.data() + connection.sent,
                                        connection.outgoing.size() - connection.sent, MSG_NOSIGNAL);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                connection.deadline = connection.began + limits.write.count() +
                                      time_for(connection.sent_before + connection.sent);
                connection.stage.store(Stage::writing, std::memory_order_release);
                return arm(connection, EPOLLOUT);
            }
            if (size < 0) return drop(connection);
            connection.sent += static_cast<std::size_t>(size);
        }
        std::string().swap(connection.outgoing);
        if (!connection.keep) return part(connection);
        connection.incoming.next();
        connection.received = connection.incoming.held();
        connection.began = now_ms();
        if (connection.incoming.untouched()) return await_bytes(connection);
        // The next request is here already: others first.
        connection.deadline = connection.began + limits.head.count();
        connection.stage.store(Stage::receiving, std::memory_order_release);
        arm(connection, EPOLLIN | EPOLLOUT);
    }

    // The last answer is sent. A socket that is closed with unread bytes resets the connection, and the
    // answer may be lost with it: what still comes is read for a moment.
    void part(Connection& connection) {
        if (connection.incoming.state() != Incoming::State::refused) return drop(connection);
        ::shutdown(connection.fd.get(), SHUT_WR);
        hold(connection, 0);
        connection.deadline = now_ms() + 3000;
        connection.stage.store(Stage::lingering, std::memory_order_release);
        arm(connection, EPOLLIN);
    }

    void discard(Connection& connection) {
        char bytes[32 << 10];
        for (int rounds = 0; rounds < 64; ++rounds) {
            const ssize_t size = ::recv(connection.fd.get(), bytes, sizeof bytes, 0);
            if (size > 0) continue;
            if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
            return drop(connection);
        }
        arm(connection, EPOLLIN);
    }

    // ---- threads

    void work() {
        ++running;
        for (;;) {
            epoll_event event{};
            ++waiting;
            const int came = epoll_wait(poller.get(), &event, 1, -1);
            --waiting;
            if (came < 0 && errno != EINTR) break;
            if (came <= 0) continue;
            if (!event.data.ptr) break;  // the end
            wake(*static_cast<Connection*>(event.data.ptr));
        }
        --running;
    }

    void work_heavy() {
        for (;;) {
            Connection* connection = nullptr;
            {
                std::unique_lock lock(heavy_lock);
                heavy_came.wait(lock, [this] { return heavy_ended || !heavy.empty(); });
                if (heavy.empty()) return;
                connection = heavy.front();
                heavy.pop_front();
            }
            answer(*connection);
        }
    }

    // ---- the thread of run()

    void accept_all() {
        for (int rounds = 0; rounds < 256; ++rounds) {
            sockaddr_storage from{};
            socklen_t size = sizeof from;
            const int fd = accept4(listener.get(), reinterpret_cast<sockaddr*>(&from), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0) {
                if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
                    make_room();
                    std::this_thread::sleep_for(milliseconds(10));
                }
                if (errno == EINTR || errno == ECONNABORTED) continue;
                return;
            }
            const int on = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            admit(fd, address_of(from));
        }
    }

    void admit(int fd, const Address& address) {
        const bool counts = !address.loopback || limits.count_loopback;
        auto connection =
            std::make_unique<Connection>(fd, address.text, counts ? address.counted : std::string());
        if (open >= limits.connections) make_room();
        epoll_event event{};
        event.events = EPOLLIN | EPOLLONESHOT;
        event.data.ptr = connection.get();
        connection->deadline = now_ms() + limits.head.count();
        const std::lock_guard lock(table_lock);
        std::size_t& of_address = by_address[connection->counted_as];
        // Those that are asked to leave may need a moment to be gone.
        if ((counts && of_address >= limits.connections_per_address) ||
            table.size() >= limits.connections + limits.connections / 8 + 8) {
            if (of_address == 0) by_address.erase(connection->counted_as);
            ++turned_away;
            return;
        }
        if (epoll_ctl(poller.get(), EPOLL_CTL_ADD, fd, &event) != 0) return;
        ++of_address;
        ++accepted;
        table.emplace(connection.get(), std::move(connection));
        open = table.size();
    }

    // Those who have been silent longest leave, a sixteenth of all; those in the middle of a request only if
    // nobody else does.
    void make_room() {
        const std::lock_guard lock(table_lock);
        std::vector<Connection*> quiet;
        for (const Stage stage : {Stage::idle, Stage::lingering, Stage::receiving}) {
            for (const auto& [connection, owner] : table)
                if (connection->stage == stage && !connection->evicted) quiet.push_back(connection);
            if (quiet.empty()) continue;
            const auto least = std::min(quiet.size(), limits.connections / 16 + 1);
            std::partial_sort(
                quiet.begin(), quiet.begin() + static_cast<std::ptrdiff_t>(least), quiet.end(),
                [](const Connection* a, const Connection* b) { return a->deadline < b->deadline; });
            for (std::size_t i = 0; i < least; ++i) {
                quiet[i]->evicted = true;
                ::shutdown(quiet[i]->fd.get(), SHUT_RDWR);
                ++evicted;
            }
            return;
        }
    }

    void sweep(bool leaving) {
        const std::int64_t now = now_ms();
        const std::lock_guard lock(table_lock);
        for (const auto& [connection, owner] : table) {
            const Stage stage = connection->stage;
            if (stage == Stage::working) continue;
            if (leaving && stage == Stage::idle) {
                ::shutdown(connection->fd.get(), SHUT_RD);  // what came before is still read
            } else if (connection->deadline < now && !connection->expired) {
                connection->expired = true;
                // Reading ends, so that it wakes; whoever sent half a request can still be told.
                ::shutdown(connection->fd.get(), stage == Stage::receiving ? SHUT_RD : SHUT_RDWR);
            }
        }
    }

    void end_threads() {
        epoll_event event{};
        event.events = EPOLLIN;
        epoll_ctl(poller.get(), EPOLL_CTL_ADD, end_signal.get(), &event);
        const std::uint64_t one = 1;
        (void)!::write(end_signal.get(), &one, sizeof one);
        {
            const std::lock_guard lock(heavy_lock);
            heavy_ended = true;
        }
        heavy_came.notify_all();
        for (std::thread& thread : threads) thread.join();
        threads.clear();
    }
};

Sockets::Sockets(Limits limits, Calls calls) : inside_(std::make_unique<Inside>(limits, std::move(calls))) {}

Sockets::~Sockets() = default;

int Sockets::bind(const std::string& host, int port) {
    const auto fail = [&](const char* why) {
        return Error(Code::outside, std::string("alamat ini tidak dapat dipakai (") + why + ")",
                     host + ":" + std::to_string(port),
                     "Mungkin dipakai program lain. Pilih alamat lain dengan --listen.");
    };
    std::string plain = host;  // [::1]
    if (plain.starts_with('[') && plain.ends_with(']')) plain = plain.substr(1, plain.size() - 2);
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    if (const int failed = getaddrinfo(plain.c_str(), std::to_string(port).c_str(), &hints, &found))
        throw fail(gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    inside_->listener.reset(
        ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, found->ai_protocol));
    const int fd = inside_->listener.get(), on = 1;
    if (fd < 0) throw fail(std::strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, 4096) != 0)
        throw fail(std::strerror(errno));
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
    return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

bool Sockets::run(const std::function<void()>& tick) {
    Inside& inside = *inside_;
    const std::size_t most_threads = inside.limits.threads * 8;
    for (std::size_t i = 0; i < inside.limits.threads; ++i)
        inside.threads.emplace_back([&inside] { inside.work(); });
    for (std::size_t i = 0; i < inside.limits.heavy_threads; ++i)
        inside.threads.emplace_back([&inside] { inside.work_heavy(); });

    int busy_ticks = 0;
    std::int64_t next_tick = 0;
    const auto at_tick = [&](bool leaving) {
        if (now_ms() < next_tick) return;
        next_tick = now_ms() + 100;
        inside.sweep(leaving);
        // Every thread waits for something, a database that is away for instance: more of them keep the rest
        // of the service answering.
        busy_ticks = inside.waiting == 0 ? busy_ticks + 1 : 0;
        if (busy_ticks >= 3 && inside.running < most_threads) {
            for (int i = 0; i < 4; ++i) inside.threads.emplace_back([&inside] { inside.work(); });
            busy_ticks = 0;
        }
        tick();
    };
    pollfd watched[2] = {{inside.listener.get(), POLLIN, 0}, {inside.stop_signal.get(), POLLIN, 0}};
    while (!inside.stopping) {
        if (::poll(watched, 2, 100) > 0 && watched[0].revents) inside.accept_all();
        at_tick(false);
    }
    inside.listener.close();
    const std::int64_t end = now_ms() + inside.limits.finish.count();
    while (inside.open > 0 && now_ms() < end) {
        std::this_thread::sleep_for(milliseconds(20));
        next_tick = 0;
        at_tick(true);
    }
    const bool finished = inside.open == 0;
    if (!finished) {  // they had their time
        const std::lock_guard lock(inside.table_lock);
        for (const auto& [connection, owner] : inside.table) {
            connection->evicted = true;
            ::shutdown(connection->fd.get(), SHUT_RDWR);
        }
    }
    inside.end_threads();
    const std::lock_guard lock(inside.table_lock);
    inside.table.clear();
    return finished;
}

void Sockets::stop() noexcept {
    inside_->stopping = true;
    const std::uint64_t one = 1;
    (void)!::write(inside_->stop_signal.get(), &one, sizeof one);
}

Sockets::Figures Sockets::figures() const {
    Figures figures;
    figures.open = inside_->open;
    figures.threads = inside_->running;
    figures.held = inside_->held;
    figures.accepted = inside_->accepted;
    figures.turned_away = inside_->turned_away;
    figures.evicted = inside_->evicted;
    figures.expired = inside_->expired;
    const std::lock_guard lock(inside_->heavy_lock);
    figures.waiting_heavy = inside_->heavy.size();
    return figures;
}

}  // namespace naskah::service
