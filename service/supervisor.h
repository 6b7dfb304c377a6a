// systemd's protocol for services that tell how they are (sd_notify(3)): a datagram to the socket that
// NOTIFY_SOCKET names. Nothing happens where there is none.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace naskah::service {

// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..."; several with line ends between them. False if there is
// nobody to tell.
bool tell_supervisor(std::string_view state) noexcept;

// How often WATCHDOG=1 is wanted (half of WATCHDOG_USEC); nothing if it is not.
std::optional<std::chrono::milliseconds> watchdog_period();

}  // namespace naskah::service
