// The command `naskah serve` itself, running, and raw connections to it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "tests/support/shell.h"

namespace naskah::test {

// A connection that sends what it is told and reads what comes.
class Line {
public:
    explicit Line(int port, const char* from = nullptr) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        if (from) {
            ::inet_pton(AF_INET, from, &address.sin_addr);
            (void)!::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        }
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~Line() {
        if (fd_ >= 0) ::close(fd_);
    }
    Line(Line&& other) noexcept : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_) {}
    Line& operator=(Line&&) = delete;

    bool connected() const { return connected_; }
    // False when the other side has closed.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void finish() const { ::shutdown(fd_, SHUT_WR); }

    // What comes until the other side closes, or until `enough` says so. `quiet` is set when nothing came for
    // that long.
    std::string read_until(const std::function<bool(const std::string&)>& enough, bool& quiet,
                           int patience_ms = 60'000) const {
        std::string text;
        quiet = false;
        while (!enough(text)) {
            pollfd watched{fd_, POLLIN, 0};
            if (::poll(&watched, 1, patience_ms) <= 0) {
                quiet = true;
                break;
            }
            char bytes[16384];
            const ssize_t size = ::recv(fd_, bytes, sizeof bytes, 0);
            if (size <= 0) break;
            text.append(bytes, static_cast<std::size_t>(size));
        }
        return text;
    }
    std::string read_all() const {
        bool quiet = false;
        std::string text = read_until([](const std::string&) { return false; }, quiet);
        return quiet ? "(quiet) " + text : text;
    }
    bool closed() const {
        pollfd watched{fd_, POLLIN, 0};
        char byte;
        return ::poll(&watched, 1, 0) > 0 && ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
    }

private:
    int fd_;
    bool connected_ = false;
};

// A demo office, served by the command until the object is gone.
class Serving {
public:
    explicit Serving(const std::vector<std::string>& options = {}) {
        const fs::path office = folder_ / "kantor";
        const Ran made = run({NASKAH_COMMAND, "init", office.string(), "--demo"});
        REQUIRE(made.exit_code == 0);
        begin(options);
    }
    ~Serving() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            wait_for(pid_);
        }
    }
    void begin(const std::vector<std::string>& options) {
        std::vector<std::string> command = {NASKAH_COMMAND, "--office", (folder_ / "kantor").string(),
                                            "serve",        "--listen", "127.0.0.1:0"};
        command.insert(command.end(), options.begin(), options.end());
        spit(folder_ / "keluaran", "");
        pid_ = start(command, folder_ / "keluaran", folder_ / "catatan");
        while (port_of(slurp(folder_ / "keluaran")) == 0) {
            int status = 0;
            if (::waitpid(pid_, &status, WNOHANG) == pid_) {
                pid_ = 0;
                FAIL("serve ended: " + slurp(folder_ / "catatan"));
            }
            ::usleep(10'000);
        }
        port_ = port_of(slurp(folder_ / "keluaran"));
    }
    int port() const { return port_; }
    pid_t pid() const { return pid_; }
    std::string log() const { return slurp(folder_ / "catatan"); }
    const Folder& folder() const { return folder_; }
    // Sends the signal and gives the exit code.
    int stop(int signal = SIGTERM) {
        ::kill(pid_, signal);
        return wait_for(std::exchange(pid_, 0));
    }
    std::string ask(const std::string& request) const {
        Line line(port_);
        line.send(request);
        return line.read_all();
    }
    std::string get(const std::string& address) const {
        return ask("GET " + address + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }

private:
    static int port_of(const std::string& said) {
        const std::size_t end = said.find('\n'), colon = said.rfind(':', end);
        return end == std::string::npos || colon == std::string::npos ? 0
                                                                      : std::atoi(said.c_str() + colon + 1);
    }
    Folder folder_;
    pid_t pid_ = 0;
    int port_ = 0;
};

}  // namespace naskah::test
