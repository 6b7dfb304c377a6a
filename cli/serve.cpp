// serve: the office on HTTP, until it is told to stop.
#include <csignal>
#include <thread>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "service/assembly.h"
#include "service/server.h"

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

}  // namespace

int serve(const Common& common, const ServeOptions& options) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    // Signals are taken by one thread, so that stopping is ordinary code.
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, nullptr);

    // Nobody sits at this terminal: whoever signs gives the PIN in the browser.
    service::Site site(common.office, system_clock(), system_random(), [](const std::string&) -> std::string {
        throw Error(Code::usage, "kunci ini meminta kata sandi", "",
                    "Tandatangani dari halaman Antrean, yang menanyakan PIN.");
    });
    service::Service service(site);
    service::add_all_routes(service, site);
    service::Server server(service, address_of(options.listen));
    const int port = server.bind();
    print("Naskah melayani di http://" + address_of(options.listen).host + ":" + std::to_string(port) + "\n");
    std::jthread stopper([&] {
        int signal = 0;
        sigwait(&stops, &signal);
        server.stop();
    });
    server.run();
    pthread_kill(stopper.native_handle(), SIGTERM);
    return 0;
}

}  // namespace naskah::cli
