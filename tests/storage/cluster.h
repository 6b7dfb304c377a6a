// A private PostgreSQL server from Debian's package, in a temporary folder, for the tests of this program.
// Root starts it as the user postgres (or nobody), as the server demands. It dies with the test.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "fixture.h"

namespace naskah::storage {

class Cluster {
public:
    // Makes and starts it. `settings`: lines of postgresql.conf.
    explicit Cluster(const std::vector<std::string>& settings = {});
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    // The one that all tests share, started when first asked for.
    static Cluster& shared();

    // A fresh, empty place for a register, a schema of its own (which is quicker made than a database); its
    // address, over the server's socket.
    std::string create_database();
    // A fresh database of its own; with `original`, the address of such a one, a copy of it.
    std::string make_database(const std::string& original = "");
    std::string address(const std::string& database) const;
    // The same server by TCP.
    std::string tcp_address(const std::string& database, const std::string& user = "postgres") const;
    int port() const { return port_; }  // on 127.0.0.1, too
    std::string socket_folder() const { return folder_.path().string(); }

    void start();
    void stop();           // at once, but orderly: no data file is left half-written
    void pull_the_plug();  // SIGKILL to every process of the server

    // A standby that streams from this one and must confirm each commit (synchronous_standby_names). Started.
    std::unique_ptr<Cluster> make_standby();
    void promote();

private:
    struct FromPrimary {};
    Cluster(FromPrimary, const Cluster& primary);
    void execute(const std::vector<std::string>& command) const;
    pid_t spawn(const std::vector<std::string>& command) const;
    std::string data() const { return folder_.file("data"); }

    Folder folder_;
    int port_;
    pid_t server_ = -1;
};

}  // namespace naskah::storage
