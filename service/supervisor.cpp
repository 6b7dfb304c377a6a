#include "service/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

namespace naskah::service {

bool tell_supervisor(std::string_view state) noexcept {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!path || (path[0] != '/' && path[0] != '@')) return false;
    const std::size_t length = std::strlen(path);
    if (length < 2 || length >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';  // a name without a file
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    const ssize_t sent = ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                                  reinterpret_cast<const sockaddr*>(&address), size);
    ::close(fd);
    return sent == static_cast<ssize_t>(state.size());
}

std::optional<std::chrono::milliseconds> watchdog_period() {
    const auto number = [](const char* name) -> long long {
        const char* text = std::getenv(name);
        long long value = 0;
        if (!text) return 0;
        const char* end = text + std::strlen(text);
        const auto [at, error] = std::from_chars(text, end, value);
        return error == std::errc() && at == end ? value : 0;
    };
    const long long microseconds = number("WATCHDOG_USEC"), pid = number("WATCHDOG_PID");
    if (microseconds <= 0 || (pid != 0 && pid != ::getpid())) return std::nullopt;
    return std::chrono::milliseconds(microseconds / 2000);
}

}  // namespace naskah::service
