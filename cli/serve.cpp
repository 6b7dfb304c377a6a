// serve: the office on HTTP, until it is told to stop.
#include <unistd.h>

#include <csignal>
#include <thread>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/version.h"
#include "service/assembly.h"
#include "service/journal.h"
#include "service/server.h"
#include "service/supervisor.h"
#include "storage/rounds.h"

namespace naskah::cli {

namespace {

service::Listen address_of(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    service::Listen listen;
    try {
        if (colon == std::string::npos) throw std::invalid_argument("");
        listen.host = text.substr(0, colon);
        std::size_t read = 0;
        listen.port = std::stoi(text.substr(colon + 1), &read);
        if (read + colon + 1 != text.size() || listen.port < 0 || listen.port > 65535 || listen.host.empty())
            throw std::invalid_argument("");
    } catch (const std::exception&) {
        throw Error(Code::usage, "alamat tidak dapat dipahami: " + text, "--listen",
                    "Tulis ALAMAT:PORT, misalnya 127.0.0.1:8080.");
    }
    return listen;
}

// Letters that a crash left with a number and without a signature. Those whose key asks for a PIN stay until
// their head signs again; /healthz counts them.
void finish_letters(service::Site& site, service::Journal& journal) {
    std::size_t finished = 0, left = 0;
    site.desk()->resume([&](const workflow::Desk::Resumed& letter) {
        ++(letter.problems.empty() ? finished : left);
        if (letter.problems.empty()) site.metrics().count(service::Event::letter_issued);
    });
    storage::Rounds(site.database()).take_over_issued(site.clock().now());
    if (finished + left > 0) journal.write("resumed", {{"finished", finished}, {"left", left}});
}

void watch_sockets(service::Metrics& metrics, const service::Server& server) {
    using Figures = service::Sockets::Figures;
    const auto watch = [&](const char* name, const char* help, auto member, service::Metrics::Kind kind) {
        metrics.watch(
            name, help, [&server, member] { return static_cast<double>(server.figures().*member); }, kind);
    };
    using enum service::Metrics::Kind;
    watch("connections_open", "Connections that are open.", &Figures::open, gauge);
    watch("connections_accepted_total", "Connections that were taken.", &Figures::accepted, counter);
    watch("connections_turned_away_total", "Connections that found no place.", &Figures::turned_away,
          counter);
    watch("connections_evicted_total", "Idle connections that made room.", &Figures::evicted, counter);
    watch("connections_expired_total", "Connections that were too slow or idle for too long.",
          &Figures::expired, counter);
    watch("request_bytes_held", "Bytes of requests and answers in memory.", &Figures::held, gauge);
    watch("heavy_requests_waiting", "Requests that wait for a thread of the heavy ones.",
          &Figures::waiting_heavy, gauge);
    watch("worker_threads", "Threads that answer.", &Figures::threads, gauge);
}

}  // namespace

int serve(const Common& common, const ServeOptions& options) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    // Signals are taken by one thread, so that stopping is ordinary code.
    const int over = SIGRTMIN;  // from ourselves: nobody needs to wait for signals any more
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, over}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    service::Listen listen = address_of(options.listen);
    listen.limits.connections = static_cast<std::size_t>(options.connections);
    listen.limits.threads = static_cast<std::size_t>(options.threads);
    service::Journal journal(system_clock(), STDERR_FILENO);
    // Nobody sits at this terminal: whoever signs gives the PIN in the browser.
    service::Site site(common.office, system_clock(), system_random(), [](const std::string&) -> std::string {
        throw Error(Code::usage, "kunci ini meminta kata sandi", "",
                    "Tandatangani dari halaman Antrean, yang menanyakan PIN.");
    });
    service::Service service(site);
    service::add_all_routes(service, site);
    service.let_watch(options.metrics_from);
    service::log_requests(service, journal, options.log == "errors");
    site.background().once("resume", [&](const std::stop_token&) { finish_letters(site, journal); });
    service::Server server(service, listen);
    watch_sockets(site.metrics(), server);
    const int port = server.bind();
    site.background().start([&journal](const std::string& name, const std::string& what) {
        journal.write("background-failed", {{"name", name}, {"error", what}});
    });
    print("Naskah melayani di http://" + listen.host + ":" + std::to_string(port) + "\n");
    journal.write("started", {{"version", version}, {"port", port}});
    service::tell_supervisor("READY=1");

    std::jthread stopper([&] {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal == over) return;
        journal.write("stopping", Json::object());
        service::tell_supervisor("STOPPING=1");
        server.stop();
        // Whoever asks twice is in a hurry, and what never ends must not keep us. Everything durable is in
        // the register: what is cut off here is taken up again at the next start.
        const timespec patience{.tv_sec = 60, .tv_nsec = 0};
        if (sigtimedwait(&signals, nullptr, &patience) == over) return;
        journal.write("cut-off", Json::object());
        journal.flush();
        std::_Exit(1);
    });
    const auto watchdog = service::watchdog_period();
    auto told = std::chrono::steady_clock::now();
    const bool finished = server.run([&] {
        if (!watchdog || std::chrono::steady_clock::now() - told < *watchdog) return;
        told = std::chrono::steady_clock::now();
        service::tell_supervisor("WATCHDOG=1");
    });
    const bool rested = site.background().stop(std::chrono::seconds(20));
    journal.write("stopped", {{"requests_finished", finished}, {"background_finished", rested}});
    pthread_kill(stopper.native_handle(), over);
    stopper.join();
    if (!rested) {  // its threads would be waited for
        journal.flush();
        std::_Exit(0);
    }
    return 0;
}

}  // namespace naskah::cli
