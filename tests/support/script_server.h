// A server on loopback that answers each connection as a test writes it, octet by octet: for what no proper
// HTTP server can be brought to do.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace naskah::test {

class ScriptServer {
public:
    // Called with the socket and the whole request (head and body). The connection ends with it.
    using Script = std::function<void(int socket, const std::string& request)>;

    explicit ScriptServer(Script script) : script_(std::move(script)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            std::abort();
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptServer() {
        ending_ = true;
        thread_.join();
        ::close(listener_);
    }
    ScriptServer(const ScriptServer&) = delete;
    ScriptServer& operator=(const ScriptServer&) = delete;

    int port() const { return port_; }
    std::string url(const std::string& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    // For a script that is slow: whether the test wants to go home.
    bool ending() const { return ending_; }

    static void say(int socket, std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

private:
    void serve() {
        while (!ending_) {
            pollfd waiting{listener_, POLLIN, 0};
            if (::poll(&waiting, 1, 20) <= 0) continue;
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) continue;
            const std::string request = read(socket);
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            script_(socket, request);
            ::shutdown(socket, SHUT_WR);
            ::close(socket);
        }
    }

    std::string read(int socket) const {
        std::string request;
        while (!ending_) {
            const auto end = request.find("\r\n\r\n");
            if (end != std::string::npos) {
                const auto at = request.find("Content-Length: ");
                const std::size_t body = at < end ? std::strtoul(request.c_str() + at + 16, nullptr, 10) : 0;
                if (request.size() >= end + 4 + body) break;
            }
            pollfd waiting{socket, POLLIN, 0};
            if (::poll(&waiting, 1, 20) <= 0) continue;
            char part[16'384];
            const ssize_t got = ::recv(socket, part, sizeof part, 0);
            if (got <= 0) break;
            request.append(part, static_cast<std::size_t>(got));
        }
        return request;
    }

    const Script script_;
    int listener_ = -1, port_ = 0;
    std::atomic<bool> ending_ = false;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

}  // namespace naskah::test
