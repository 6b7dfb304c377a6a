#include "proxy.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace naskah::storage {
namespace {

sockaddr_in local(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool send_all(int socket, std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t n = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool readable(int socket, int milliseconds) {
    pollfd one{socket, POLLIN, 0};
    return ::poll(&one, 1, milliseconds) > 0;
}

}  // namespace

Proxy::Proxy(int server_port) : listener_(::socket(AF_INET, SOCK_STREAM, 0)), server_port_(server_port) {
    sockaddr_in address = local(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("proxy");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

Proxy::~Proxy() {
    ended_ = true;
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
}

void Proxy::accept_all() {
    while (!ended_) {
        if (!readable(listener_, 20)) continue;
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) continue;
        const std::scoped_lock lock(mutex_);
        threads_.emplace_back([this, client] { carry(client); });
    }
}

void Proxy::carry(int client) {
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = local(server_port_);
    bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int at_once = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    std::array<char, 65536> buffer;
    bool dead = false;
    while (open && !ended_) {
        pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
        if (::poll(both, 2, 20) <= 0) continue;
        for (const int from : {client, server}) {
            if ((from == client ? both[0] : both[1]).revents == 0) continue;
            const ssize_t n = ::recv(from, buffer.data(), buffer.size(), 0);
            if (n <= 0) {
                open = false;
                break;
            }
            const std::string_view octets(buffer.data(), static_cast<std::size_t>(n));
            if (dead) continue;
            Cut cut = Cut::none;
            if (from == client && octets.find("COMMIT") != std::string_view::npos)
                cut = next_.exchange(Cut::none);
            if (cut != Cut::none) ++cuts_;
            if (cut == Cut::before) {
                open = false;
                break;
            }
            if (!send_all(from == client ? server : client, octets)) open = false;
            if (cut == Cut::after || cut == Cut::silent) readable(server, 10'000);
            if (cut == Cut::silent) dead = true;
            if (cut == Cut::during || cut == Cut::after) {
                open = false;
                break;
            }
        }
    }
    ::close(client);
    ::close(server);
}

}  // namespace naskah::storage
