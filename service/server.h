// The sockets of the service. The home of cpp-httplib.
#pragma once

#include <atomic>
#include <string>

#include "service/service.h"

namespace naskah::service {

struct Listen {
    std::string host = "127.0.0.1";
    int port = 8080;  // 0: any free one
    int threads = 0;  // 0: chosen by the number of processors
};

class Server {
public:
    Server(Service& service, const Listen& listen);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Binds; throws Error(outside) if the address is taken or not ours. Returns the port.
    int bind();
    // Serves until stop(): then no new connection is taken, and what was begun is finished.
    void run();
    void stop();  // from any thread, and from none but once

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace naskah::service
