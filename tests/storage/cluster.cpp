#include "cluster.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "raw.h"

namespace naskah::storage {
namespace {

using namespace std::chrono_literals;

// Where Debian has the programs: the newest version that is there.
std::string program(const std::string& name) {
    std::string found;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql"))
        if (const std::string path = (version.path() / "bin" / name).string();
            std::filesystem::exists(path) && path > found)
            found = path;
    if (found.empty()) throw std::runtime_error("no PostgreSQL: ./dev setup installs it");
    return found;
}

int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(probe, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("bind");
    ::close(probe);
    return ntohs(address.sin_port);
}

// Whom the server runs as when the test is root's.
const passwd* servant() {
    const passwd* user = ::getpwnam("postgres");
    return user != nullptr ? user : ::getpwnam("nobody");
}

// In memory, where fsync costs nothing: what the tests do to the server kills processes, not machines. The
// long run takes the disk.
std::filesystem::path place() {
    const bool memory = std::getenv("NASKAH_TEST_ALL") == nullptr && ::access("/dev/shm", W_OK) == 0;
    return memory ? "/dev/shm" : std::filesystem::temp_directory_path();
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream status(entry.path() / "stat");
        std::string pid, name, state;
        pid_t above = 0;
        if (status >> pid >> name >> state >> above && above == parent)
            children.push_back(static_cast<pid_t>(std::stol(pid)));
    }
    return children;
}

}  // namespace

Cluster::Cluster(const std::vector<std::string>& settings) : folder_(place()), port_(free_port()) {
    if (::geteuid() == 0 && ::chown(folder_.path().c_str(), servant()->pw_uid, servant()->pw_gid) != 0)
        throw std::runtime_error("chown");
    execute({program("initdb"), "-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"});
    std::ofstream conf(data() + "/postgresql.conf", std::ios::app);
    conf << "listen_addresses = '127.0.0.1'\nmax_connections = 200\nshared_buffers = 32MB\n"
            "unix_socket_directories = '"
         << socket_folder() << "'\n";
    for (const std::string& line : settings) conf << line << "\n";
    conf.close();
    // Everybody is let in, but the user "sandi" only with a password.
    std::ofstream(data() + "/pg_hba.conf") << "local all all trust\nlocal replication all trust\n"
                                              "host all sandi 127.0.0.1/32 scram-sha-256\n"
                                              "host all all 127.0.0.1/32 trust\n";
    start();
}

Cluster::Cluster(FromPrimary, const Cluster& primary) : folder_(place()), port_(free_port()) {
    if (::geteuid() == 0 && ::chown(folder_.path().c_str(), servant()->pw_uid, servant()->pw_gid) != 0)
        throw std::runtime_error("chown");
    execute({program("pg_basebackup"), "-d",
             "host=" + primary.socket_folder() + " port=" + std::to_string(primary.port_) + " user=postgres",
             "-D", data(), "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"});
    std::ofstream(data() + "/postgresql.conf", std::ios::app)
        << "unix_socket_directories = '" << socket_folder() << "'\nsynchronous_standby_names = ''\n";
    start();
}

Cluster::~Cluster() {
    if (server_ > 0) {
        ::kill(server_, SIGQUIT);
        ::waitpid(server_, nullptr, 0);
    }
}

Cluster& Cluster::shared() {
    static Cluster cluster;
    return cluster;
}

pid_t Cluster::spawn(const std::vector<std::string>& command) const {
    const passwd* user = ::geteuid() == 0 ? servant() : nullptr;
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork");
    if (pid > 0) return pid;
    const int log = ::open(folder_.file("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(log, 1);
    ::dup2(log, 2);
    if (user != nullptr &&
        (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
        ::_exit(96);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir("/") != 0) ::_exit(96);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(95);
}

void Cluster::execute(const std::vector<std::string>& command) const {
    int status = 0;
    ::waitpid(spawn(command), &status, 0);
    if (status == 0) return;
    std::ifstream log(folder_.file("log"));
    throw std::runtime_error(command[0] + ": " + std::string(std::istreambuf_iterator<char>(log), {}));
}

void Cluster::start() {
    server_ = spawn({program("postgres"), "-D", data(), "-p", std::to_string(port_)});
    const std::string where =
        "host=" + socket_folder() + " port=" + std::to_string(port_) + " user=postgres dbname=postgres";
    for (int i = 0; i < 3000; ++i) {
        if (::PQping(where.c_str()) == PQPING_OK) return;
        if (::waitpid(server_, nullptr, WNOHANG) != 0) break;
        std::this_thread::sleep_for(10ms);
    }
    std::ifstream log(folder_.file("log"));
    throw std::runtime_error("postgres: " + std::string(std::istreambuf_iterator<char>(log), {}));
}

void Cluster::stop() {
    ::kill(server_, SIGINT);
    ::waitpid(server_, nullptr, 0);
    server_ = -1;
}

void Cluster::pull_the_plug() {
    ::kill(server_, SIGSTOP);  // or it would start new ones meanwhile
    for (const pid_t child : children_of(server_)) ::kill(child, SIGKILL);
    ::kill(server_, SIGKILL);
    ::waitpid(server_, nullptr, 0);
    server_ = -1;
}

std::string Cluster::address(const std::string& database) const {
    return "postgresql://postgres@/" + database + "?host=" + socket_folder() +
           "&port=" + std::to_string(port_);
}

std::string Cluster::create_database() {
    static int count = 0;
    const std::string name = "uji_" + std::to_string(++count);
    REQUIRE(RawServer(address("postgres")).refusal("CREATE SCHEMA " + name) == "");
    return address("postgres") + "&options=-csearch_path%3D" + name;
}

std::string Cluster::make_database(const std::string& original) {
    static int count = 0;
    const std::string name = "basis_" + std::to_string(++count);
    const std::size_t start = original.find("@/") + 2;
    const std::string from =
        original.empty() ? "template0" : original.substr(start, original.find('?') - start);
    REQUIRE(RawServer(address("postgres"))
                .refusal("CREATE DATABASE " + name + " TEMPLATE " + from + " STRATEGY file_copy") == "");
    return address(name);
}

std::string Cluster::tcp_address(const std::string& database, const std::string& user) const {
    return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::unique_ptr<Cluster> Cluster::make_standby() {
    std::unique_ptr<Cluster> standby(new Cluster(FromPrimary{}, *this));
    RawServer admin(address("postgres"));
    REQUIRE(admin.refusal("ALTER SYSTEM SET synchronous_standby_names = '*'") == "");
    REQUIRE(admin.refusal("SELECT pg_reload_conf()") == "");
    for (int i = 0; i < 1000; ++i) {
        if (!admin.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").empty())
            return standby;
        std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error("the standby does not stream");
}

void Cluster::promote() {
    RawServer admin(address("postgres"));
    REQUIRE(admin.query("SELECT pg_promote(true, 60)") == std::vector<RawStore::TextRow>{{"t"}});
}

}  // namespace naskah::storage
