#include "cli/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <set>

namespace naskah::cli {

namespace {

constexpr char interrupt = '\x03';

// One line from a descriptor, byte by byte so that nothing is read ahead and left in a buffer.
std::string read_line(int descriptor, char end = '\n') {
    std::string line;
    char c = 0;
    for (;;) {
        const ssize_t got = ::read(descriptor, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || c == '\n') break;
        if (line.size() < 4096) line += c;
        if (c == end) break;
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

// How a secret is spoken of: a key's, or a person's.
struct Wanted {
    const char *secret, *option, *nothing_done;
};
constexpr Wanted of_key = {"kata sandi kunci", "--pin-fd", "Tidak ada surat yang diterbitkan."};
constexpr Wanted of_person = {"sandi", "--password-fd", "Tidak ada akun yang berubah."};

std::string ask_on_terminal(const std::string& prompt, const Wanted& wanted = of_key) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        throw Error(Code::usage,
                    std::string(wanted.secret) + " diperlukan, tetapi tidak ada terminal untuk menanyakannya",
                    "",
                    "Jalankan di terminal, atau berikan lewat " + std::string(wanted.option) +
                        " N (misalnya: " + wanted.option + " 3 3< berkas)");
    const std::string question = prompt + ": ";
    termios before{};
    const bool quiet = ::tcgetattr(terminal, &before) == 0;
    if (quiet) {
        termios silent = before;
        // Ctrl-C comes as a character that ends the line, so that the terminal never stays silent behind us.
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        silent.c_cc[VEOL] = static_cast<cc_t>(interrupt);
        ::tcsetattr(terminal, TCSAFLUSH, &silent);
    }
    [[maybe_unused]] auto written = ::write(terminal, question.data(), question.size());
    std::string answer = read_line(terminal, interrupt);
    if (quiet) {
        ::tcsetattr(terminal, TCSAFLUSH, &before);
        written = ::write(terminal, "\n", 1);
    }
    ::close(terminal);
    if (answer.find(interrupt) != std::string::npos) {
        wipe(answer);
        throw Error(Code::usage, "dibatalkan di pertanyaan kata sandi", "", wanted.nothing_done);
    }
    return answer;
}

// A batch asks once for a key: a passphrase that was wrong is wrong for every line.
workflow::AskSecret once(workflow::AskSecret ask) {
    return
        [ask = std::move(ask), asked = std::make_shared<std::set<std::string>>()](const std::string& prompt) {
            if (!asked->insert(prompt).second)
                throw Error(Code::data, "kata sandi kunci sudah ditanyakan dan ditolak", "",
                            "Jalankan lagi perintah ini.");
            return ask(prompt);
        };
}

}  // namespace

void print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw Error(Code::cannot_write, "keluaran baku tidak dapat ditulis", "",
                    "Periksa sisa ruang atau tujuan pipa.");
}

void complain(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) std::fprintf(stderr, "naskah: %s\n", to_string(problem).c_str());
}

void warn(const std::vector<Problem>& warnings) {
    for (const Problem& warning : warnings)
        std::fprintf(stderr, "peringatan: %s\n", to_string(warning).c_str());
}

workflow::AskSecret ask_secret(int pin_fd) {
    if (pin_fd < 0) return once([](const std::string& prompt) { return ask_on_terminal(prompt); });
    // Several keys of one run are given one line each, in the order in which they are asked for.
    return once([pin_fd](const std::string&) {
        std::string secret = read_line(pin_fd);
        if (secret.empty())
            throw Error(Code::usage,
                        "tidak ada kata sandi yang terbaca dari --pin-fd " + std::to_string(pin_fd), "",
                        "Buka deskriptornya untuk dibaca, misalnya: naskah issue ... --pin-fd 3 3< berkas");
        return secret;
    });
}

std::string ask_new_password(int password_fd, const std::string& whose) {
    std::string password;
    if (password_fd >= 0) {
        password = read_line(password_fd);
        if (password.empty())
            throw Error(Code::usage,
                        "tidak ada sandi yang terbaca dari --password-fd " + std::to_string(password_fd), "",
                        "Buka deskriptornya untuk dibaca, misalnya: --password-fd 3 3< berkas");
        return password;
    }
    password = ask_on_terminal("Sandi untuk " + whose, of_person);
    std::string again = ask_on_terminal("Ketik sekali lagi", of_person);
    const bool same = password == again;
    wipe(again);
    if (!same) {
        wipe(password);
        throw Error(Code::usage, "kedua sandi tidak sama", "", "Jalankan lagi perintah ini.");
    }
    return password;
}

Progress::Progress(std::string what) : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (shown_) std::fputc('\n', stderr);
}

void Progress::show(std::size_t done, std::size_t total) {
    if (!terminal_ || total == 0) return;
    const int permille = static_cast<int>(done * 1000 / total);
    if (permille == last_permille_) return;
    last_permille_ = permille;
    shown_ = true;
    constexpr int width = 30;
    const int filled = permille * width / 1000;
    std::string bar;
    for (int i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
    std::fprintf(stderr, "\r%s %s %zu/%zu", what_.c_str(), bar.c_str(), done, total);
    std::fflush(stderr);
}

}  // namespace naskah::cli
