// The service on a socket: requests out of what came, answers out of what the service says.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "service/service.h"
#include "service/sockets.h"

namespace naskah::service {

struct Listen {
    std::string host = "127.0.0.1";
    int port = 8080;  // 0: any free one
    Limits limits{};
};

// What a route takes, in bytes.
inline constexpr std::size_t largest_upload = 21u << 20;
inline constexpr std::size_t largest_form = 4u << 20;
inline constexpr std::size_t largest_other = 64u << 10;

class Server {
public:
    Server(Service& service, const Listen& listen);

    // Binds; throws Error(outside) if the address is taken or not ours. Returns the port.
    int bind();
    // Serves until stop(): then no new connection is taken, and what was begun is finished. False if some of
    // it was not in time. `tick` is called some times a second.
    bool run(const std::function<void()>& tick = [] {});
    void stop() noexcept { sockets_.stop(); }  // from any thread
    Sockets::Figures figures() const { return sockets_.figures(); }

private:
    Service& service_;
    Listen listen_;
    Sockets sockets_;
};

// A request as handlers see it. Only a peer on this machine is believed when it says for whom it asks, by
// which scheme, and under which id; the body is a form, parts, or as it came. When it is refused, `request`
// is without its body.
std::optional<Refusal> to_request(Arrived arrived, Random& random, Request& request);

}  // namespace naskah::service
