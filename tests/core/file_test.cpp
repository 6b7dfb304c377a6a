#include "core/file.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "core/error.h"

using namespace naskah;
namespace fs = std::filesystem;

namespace {

// A folder of the test's own, gone when the test is.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "naskah-berkas-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        ::umount2(path_.c_str(), MNT_DETACH);  // fails unless a test mounted something
        fs::permissions(path_, fs::perms::owner_all);
        fs::remove_all(path_);
    }
    fs::path operator/(const char* name) const { return path_ / name; }
    const fs::path& path() const { return path_; }
    std::size_t entries() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
    }

private:
    fs::path path_;
};

template <typename Call>
std::string refusal(Code code, Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        CHECK(error.code() == code);
        return error.what();
    }
    return {};
}

std::string refused_write(const fs::path& path, const std::string& text) {
    return refusal(Code::cannot_write, [&] { write_file(path, as_bytes(text)); });
}
std::string refused_read(const fs::path& path, std::size_t limit = 1 << 20) {
    return refusal(Code::data, [&] { read_file(path, limit); });
}

// Runs `body` in a child process and says how that ended (as waitpid does).
template <typename Body>
int in_child(Body&& body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        body();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

// Makes this process live on a file system that knows no nameless files: openat(.., O_TMPFILE) is answered
// with "not supported". False if the kernel does not let us.
bool forbid_nameless_files() {
    constexpr auto flags = static_cast<unsigned>(offsetof(seccomp_data, args[2]));
    constexpr unsigned wanted = O_TMPFILE & ~O_DIRECTORY;
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offsetof(seccomp_data, nr))),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, flags),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, wanted, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

TEST_CASE("what is written is read back, over an older file too") {
    const Folder folder;
    Bytes bytes(300'000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i >> 7);
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, bytes.size()}) {
        const BytesView part = BytesView(bytes).first(size);
        write_file(folder / "surat.pdf", part);
        const Bytes read = read_file(folder / "surat.pdf", size);
        CHECK(std::equal(read.begin(), read.end(), part.begin(), part.end()));
        CHECK(folder.entries() == 1);
    }
    write_file(folder / "teks", as_bytes("isi"));
    CHECK(read_text(folder / "teks") == "isi");
}

TEST_CASE("a new file has the permission asked for, less the umask") {
    const Folder folder;
    const mode_t umask_before = ::umask(022);
    write_file(folder / "kunci", as_bytes("x"), 0600);
    write_file(folder / "surat", as_bytes("x"));
    ::umask(077);
    write_file(folder / "surat-tertutup", as_bytes("x"));
    ::umask(umask_before);
    CHECK(fs::status(folder / "kunci").permissions() == fs::perms(0600));
    CHECK(fs::status(folder / "surat").permissions() == fs::perms(0644));
    CHECK(fs::status(folder / "surat-tertutup").permissions() == fs::perms(0600));
}

TEST_CASE("a file name without a folder is a file in the working folder") {
    const Folder folder;
    const int status = in_child([&] {
        fs::current_path(folder.path());
        write_file("surat.pdf", as_bytes("isi"));
        ::_exit(read_text("surat.pdf") == "isi" ? 0 : 1);
    });
    CHECK(status == 0);
    CHECK(fs::file_size(folder / "surat.pdf") == 3);
}

TEST_CASE("a file that is missing, no file, or too large is refused by name") {
    const Folder folder;
    CHECK_THAT(refused_read(folder / "tiada"), Catch::Contains("tiada: tidak dapat dibaca: tidak ada"));
    CHECK_THAT(refused_read(folder.path()), Catch::Contains("bukan berkas biasa"));
    CHECK_THAT(refused_read("/dev/zero"), Catch::Contains("bukan berkas biasa"));
    write_file(folder / "besar", as_bytes(std::string(101, 'x')));
    CHECK(refused_read(folder / "besar", 101).empty());
    CHECK_THAT(refused_read(folder / "besar", 100), Catch::Contains("lebih besar dari 100 B"));
    // Huge, but hardly anything on disk: refused before a byte is read.
    const int sparse = ::open((folder / "raksasa").c_str(), O_CREAT | O_WRONLY, 0600);
    REQUIRE(::ftruncate(sparse, off_t{1} << 40) == 0);
    ::close(sparse);
    CHECK_THAT(refused_read(folder / "raksasa", 256u << 20), Catch::Contains("lebih besar dari 256 MB"));
}

TEST_CASE("a pipe is read to its end, and no further than the limit") {
    const Folder folder;
    const fs::path pipe = folder / "pipa";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const std::string text(200'000, 'x');
    const auto feed = [&] {
        ::signal(SIGPIPE, SIG_IGN);
        const int end = ::open(pipe.c_str(), O_WRONLY);
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t count = ::write(end, text.data() + at, text.size() - at);
            if (count <= 0) break;
            at += static_cast<std::size_t>(count);
        }
        ::close(end);
    };
    std::thread whole(feed);
    CHECK(read_text(pipe) == text);
    whole.join();
    std::thread cut(feed);
    CHECK_THAT(refused_read(pipe, 1000), Catch::Contains("lebih besar"));
    cut.join();
}

TEST_CASE("a file of the kernel, which claims to be empty, is read whole") {
    CHECK_THAT(read_text("/proc/self/status"), Catch::Contains("Pid:"));
}

TEST_CASE("where nothing can be written, nothing is left and the old file stays") {
    const Folder folder;
    CHECK_THAT(refused_write(folder / "tiada" / "surat.pdf", "x"), Catch::Contains("tiada tidak ada"));
    write_file(folder / "berkas", as_bytes("lama"));
    CHECK_THAT(refused_write(folder / "berkas" / "surat.pdf", "x"), Catch::Contains("tidak dapat ditulis"));
    CHECK_FALSE(refused_write(folder.path(), "x").empty());
    CHECK_FALSE(refused_write("/dev/null", "x").empty());
    CHECK(fs::is_character_file("/dev/null"));
    CHECK_FALSE(refused_write("", "x").empty());
    CHECK_FALSE(refused_write(folder / std::string(300, 'n').c_str(), "x").empty());
    CHECK(folder.entries() == 1);
    CHECK(read_text(folder / "berkas") == "lama");
}

TEST_CASE("a link is followed: the file behind it is replaced, the link stays") {
    const Folder folder;
    write_file(folder / "asli", as_bytes("lama"));
    fs::create_symlink("asli", folder / "tautan");
    write_file(folder / "tautan", as_bytes("baru"));
    CHECK(fs::is_symlink(folder / "tautan"));
    CHECK(read_text(folder / "asli") == "baru");
    fs::create_symlink("tiada", folder / "putus");
    CHECK_FALSE(refused_write(folder / "putus", "x").empty());
    CHECK(folder.entries() == 3);
}

TEST_CASE("a folder without permission refuses and keeps the old file") {
    const Folder folder;
    write_file(folder / "surat.pdf", as_bytes("lama"));
    fs::permissions(folder.path(), fs::perms(0555));
    const int status = in_child([&] {
        // The superuser may write everywhere, so somebody else tries.
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
        ::_exit(refused_write(folder / "surat.pdf", "baru").find("tidak boleh diakses") != std::string::npos
                    ? 0
                    : 1);
    });
    CHECK(status == 0);
    CHECK(read_text(folder / "surat.pdf") == "lama");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a limit on file size, like a full disk, leaves the old file and nothing else") {
    const Folder folder;
    write_file(folder / "surat.pdf", as_bytes("lama"));
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1000, 1000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
        ::_exit(refused_write(folder / "surat.pdf", std::string(2000, 'x')).empty() ? 1 : 0);
    });
    CHECK(status == 0);
    CHECK(read_text(folder / "surat.pdf") == "lama");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a full disk refuses the letter, keeps the old one, and takes a smaller one after") {
    const Folder folder;
    if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
        WARN("not allowed to mount a small disk here: the limit on file size stands in for it");
        return;
    }
    write_file(folder / "surat.pdf", as_bytes("lama"));
    CHECK_THAT(refused_write(folder / "surat.pdf", std::string(100'000, 'x')),
               Catch::Contains("ruang disk habis"));
    CHECK(read_text(folder / "surat.pdf") == "lama");
    CHECK(folder.entries() == 1);
    CHECK(refused_write(folder / "surat.pdf", std::string(30'000, 'x')).empty());
    CHECK(folder.entries() == 1);
}

TEST_CASE("on a file system without nameless files, too, a letter is whole or not there") {
    const Folder folder;
    write_file(folder / "surat.pdf", as_bytes("lama"));
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        if (!forbid_nameless_files()) ::_exit(3);
        if (::open(folder.path().c_str(), O_TMPFILE | O_WRONLY, 0600) >= 0) ::_exit(4);
        write_file(folder / "surat.pdf", as_bytes("baru"), 0600);
        const rlimit limit{1000, 1000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
        ::_exit(refused_write(folder / "surat.pdf", std::string(2000, 'x')).empty() ? 1 : 0);
    });
    if (WIFEXITED(status) && WEXITSTATUS(status) == 3) {
        WARN("not allowed to filter system calls here");
        return;
    }
    CHECK(status == 0);
    CHECK(read_text(folder / "surat.pdf") == "baru");
    CHECK(fs::status(folder / "surat.pdf").permissions() == fs::perms(0600));
    CHECK(folder.entries() == 1);
}

TEST_CASE("killed at any moment of writing, there is the old letter or the new one, and no half") {
    const Folder folder;
    const std::string texts[2] = {std::string(400'000, 'a'), std::string(500'000, 'b')};
    write_file(folder / "surat.pdf", as_bytes(texts[0]));
    for (int round = 0; round < 60; ++round) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            for (int i = 0;; ++i) write_file(folder / "surat.pdf", as_bytes(texts[i % 2]));
        }
        ::usleep(static_cast<useconds_t>(500 + round * 311));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const std::string text = read_text(folder / "surat.pdf");
        REQUIRE((text == texts[0] || text == texts[1]));
        // A hidden name exists only for the instant between naming the whole file and renaming it.
        for (const auto& entry : fs::directory_iterator(folder.path())) {
            REQUIRE(fs::file_size(entry.path()) >= texts[0].size());
        }
    }
}

TEST_CASE("whether a file can be written is told beforehand, and nothing is left") {
    const Folder folder;
    require_writable(folder / "surat.pdf");
    CHECK(folder.entries() == 0);
    write_file(folder / "surat.pdf", as_bytes("lama"));
    require_writable(folder / "surat.pdf");
    CHECK(read_text(folder / "surat.pdf") == "lama");
    fs::create_symlink("tidak-ada", folder / "putus.pdf");
    for (const fs::path& wrong : {fs::path("/dev/null"), folder / "putus.pdf", folder.path(),
                                  folder / "tidak-ada/surat.pdf", folder / "surat.pdf/surat.pdf",
                                  folder.path() / std::string(300, 'a'), fs::path("/proc/self/surat.pdf")}) {
        INFO(wrong);
        CHECK_THROWS_AS(require_writable(wrong), Error);
    }
    CHECK(folder.entries() == 2);
}

TEST_CASE("several writers of one file leave one whole file") {
    const Folder folder;
    std::vector<std::thread> writers;
    for (char letter = 'a'; letter < 'e'; ++letter) {
        writers.emplace_back([&, letter] {
            for (int i = 0; i < 20; ++i)
                write_file(folder / "surat.pdf", as_bytes(std::string(50'000, letter)));
        });
    }
    for (std::thread& writer : writers) writer.join();
    const std::string text = read_text(folder / "surat.pdf");
    CHECK(text == std::string(50'000, text.at(0)));
    CHECK(folder.entries() == 1);
}
