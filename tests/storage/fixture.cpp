#include "fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace naskah::storage {

Folder::Folder(const std::filesystem::path& above) {
    std::string name = (above / "naskah-storage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<Register> open_sqlite(const std::string& path, bool create,
                                      std::chrono::milliseconds patience) {
    return open_register(open_database(path, create, patience));
}

Instant moment(std::int64_t millis) {
    return *parse_rfc3339("2026-03-02T00:00:00Z") + std::chrono::milliseconds(millis);
}

Date day(int year, unsigned month, unsigned day) {
    return Date(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day));
}

NewLetter a_letter() {
    return {
        .id = make_letter_id(system_random()),
        .kind = "surat-perintah-tugas",
        .series = "spt",
        .pattern = "{kode}/{urut:03}/{unit}-{bidang}/{romawi}/{tahun}",
        .parts = {.sifat = "",
                  .kode = "800.1.11.1",
                  .urut = 0,
                  .sisipan = "",
                  .unit = "DPMPTSP",
                  .bidang = "DALAK",
                  .bulan = 0,
                  .tahun = 0},
        .date = day(2026, 3, 2),
        .idempotency_key = "",
        .once = "",
        .subject = "Pengawasan rutin",
        .data = {{"maksud", "Pengawasan"}, {"petugas", Json::array({"Contoh Satu", "Contoh Dua"})}},
        .snapshot = {{"penandatangan", "Contoh Kepala"}},
        .actor = "petugas-uji",
    };
}

Bytes a_pdf(const std::string& tag, std::size_t size) {
    Bytes bytes = to_bytes("%PDF-1.7\n% " + tag + "\n");
    if (bytes.size() < size) bytes.resize(size, 0x20);
    return bytes;
}

namespace {

struct Child {
    pid_t pid = 0;
    int answer = -1;
};

std::string read_all(int descriptor) {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = ::read(descriptor, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    return text;
}

void write_all(int descriptor, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t n = ::write(descriptor, text.data() + at, text.size() - at);
        if (n <= 0) ::_exit(99);
        at += static_cast<std::size_t>(n);
    }
}

}  // namespace

std::vector<std::string> in_processes(int count, const std::function<std::string(int)>& work) {
    int start[2];
    REQUIRE(::pipe(start) == 0);
    std::vector<Child> children;
    for (int i = 0; i < count; ++i) {
        int answer[2];
        REQUIRE(::pipe(answer) == 0);
        const pid_t pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            ::close(start[1]);
            char go = 0;
            if (::read(start[0], &go, 1) < 0) ::_exit(98);  // returns when the parent closes its end
            int status = 0;
            std::string text;
            try {
                text = work(i);
            } catch (const std::exception& error) {
                text = error.what();
                status = 1;
            }
            write_all(answer[1], text);
            ::_exit(status);
        }
        ::close(answer[1]);
        children.push_back({pid, answer[0]});
    }
    ::close(start[0]);
    ::close(start[1]);
    std::vector<std::string> answers;
    for (const Child& child : children) {
        answers.push_back(read_all(child.answer));
        ::close(child.answer);
        int status = 0;
        ::waitpid(child.pid, &status, 0);
        INFO("child said: " << answers.back());
        REQUIRE(status == 0);
    }
    return answers;
}

std::string in_child(const std::function<std::string()>& work) {
    return in_processes(1, [&](int) { return work(); }).front();
}

std::string refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return std::to_string(static_cast<int>(error.code())) + " " + error.what();
    }
    return {};
}

}  // namespace naskah::storage
