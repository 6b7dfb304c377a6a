// The SQLite store: the contract, and what is its own: files, versions, failures.
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sched.h>
#include <fstream>

#include "contract.h"
#include "raw.h"
#include "storage/agenda.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;

void play(const Scenario& scenario) {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    scenario.play({.database = [path] { return open_database(path, true); }});
    CHECK(open_sqlite(path, false)->check() == std::vector<Problem>{});
    audit(path);
}

// A register with one letter in each state.
void fill(const std::string& path) {
    const auto reg = open_sqlite(path, true);
    const auto reserve = [&] { return reg->reserve(a_letter(), moment()).letter; };
    const Letter issued = reserve();
    reg->issue(issued.id, a_pdf("satu", 20'000), moment(1), "kepala");
    reg->make_void(reserve().id, "salah", moment(2), "kepala");
    reg->replace(reserve().id, a_letter(), "terhenti", moment(3));
    const Letter second = reserve();
    reg->issue(second.id, a_pdf("dua", 20'000), moment(4), "kepala");
}

void write_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// From here on this process may not do what only root may.
void become_nobody() {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
        throw std::runtime_error("setuid");
}

}  // namespace

TEST_CASE("SQLite keeps the contract of the register") {
    for (const Scenario& scenario : scenarios()) DYNAMIC_SECTION(scenario.name) {
            play(scenario);
        }
}

TEST_CASE("SQLite keeps the contract of the register under races and power cuts") {
    for (const Scenario& scenario : race_scenarios()) DYNAMIC_SECTION(scenario.name) {
            play(scenario);
        }
}

TEST_CASE("a register that is not there is not made by chance") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    CHECK_THAT(refusal([&] { open_sqlite(path, false); }),
               StartsWith("65 ") && Contains("tidak ada") && Contains(path));
    CHECK_THAT(refusal([&] { open_sqlite(folder.file("tidak/ada.db"), false); }), StartsWith("65 "));
    CHECK_FALSE(std::filesystem::exists(path));
    // A file cut to nothing must not become a register that begins again at 1.
    write_text(path, "");
    CHECK_THAT(refusal([&] { open_sqlite(path, false); }), StartsWith("65 ") && Contains("kosong"));
    CHECK(std::filesystem::file_size(path) == 0);
    CHECK_THAT(refusal([&] { open_sqlite(folder.path().string(), true); }),
               StartsWith("65 ") && Contains("berkas"));
    CHECK_THAT(refusal([&] { open_sqlite(folder.file("tidak/ada.db"), true); }), StartsWith("73 "));
}

TEST_CASE("opening with create keeps what is there, and odd names of folders are just names") {
    const Folder folder;
    const std::string odd = folder.file("kantor #1 100%?mode=ro é");
    std::filesystem::create_directory(odd);
    const std::string path = odd + "/naskah.db";
    fill(path);
    CHECK(open_sqlite(path, true)->list({}).size() == 5);
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("others on the machine cannot read a new register") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    const auto reg = open_sqlite(path, true);
    reg->reserve(a_letter(), moment());
    for (const std::string& file : {path, path + "-wal", path + "-shm"}) {
        struct stat about {};
        REQUIRE(::stat(file.c_str(), &about) == 0);
        CHECK((about.st_mode & 07) == 0);
    }
}

TEST_CASE("a file that is no register is refused and left alone") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    SECTION("text") {
        write_text(path, std::string(5000, 'x'));
        for (const bool create : {false, true})
            CHECK_THAT(refusal([&] { open_sqlite(path, create); }),
                       StartsWith("65 ") && Contains("bukan basis data"));
        CHECK(read_whole(path) == std::string(5000, 'x'));
    }
    SECTION("somebody else's database") {
        write_text(path, "");
        RawFile(path).query("CREATE TABLE lagu (judul TEXT)");
        const std::string before = read_whole(path);
        for (const bool create : {false, true})
            CHECK_THAT(refusal([&] { open_sqlite(path, create); }),
                       StartsWith("65 ") && Contains("bukan register Naskah"));
        CHECK(read_whole(path) == before);
    }
    SECTION("the register of a newer Naskah") {
        fill(path);
        RawFile(path).query("INSERT INTO naskah_schema (version) VALUES (99)");
        for (const bool create : {false, true})
            CHECK_THAT(refusal([&] { open_sqlite(path, create); }),
                       StartsWith("65 ") && Contains("lebih baru") && Contains("99"));
    }
}

TEST_CASE("a register of version 1 opens with all its letters") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    write_text(path, "");
    const std::string dump = read_whole(std::string(NASKAH_SOURCE_DIR) + "/tests/storage/version1.sql");
    REQUIRE_FALSE(dump.empty());
    CHECK(RawFile(path).refusal(dump).empty());
    const auto reg = open_sqlite(path, false);
    CHECK(reg->check() == std::vector<Problem>{});
    const auto rows = reg->list({});
    REQUIRE(rows.size() == 5);
    CHECK(rows[0].letter.status == Status::issued);
    CHECK(rows[2].letter.replaced_by == rows[3].letter.id);
    CHECK(reg->pdf(rows[0].letter.id) == a_pdf("satu"));
    Agenda agenda(open_database(path, false));
    CHECK(agenda.count({.series = "spt"}).all == 5);
    CHECK(agenda.find(rows[2].letter.id)->replaced_by_number == rows[3].letter.number);
    CHECK(reg->reserve(a_letter(), moment()).letter.parts.urut == 6);
}

TEST_CASE("a store locked too long says so") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    fill(path);
    RawFile greedy(path);
    CHECK(greedy.refusal("BEGIN IMMEDIATE").empty());
    const auto reg = open_sqlite(path, false, 50ms);
    CHECK(reg->list({}).size() == 5);  // readers do not wait
    CHECK(reg->check().empty());
    CHECK_THAT(refusal([&] { reg->reserve(a_letter(), moment()); }),
               StartsWith("69 ") && Contains("proses lain"));
    CHECK(greedy.refusal("ROLLBACK").empty());
    CHECK(reg->reserve(a_letter(), moment()).letter.parts.urut == 6);
}

TEST_CASE("a read-only office can be read, and says so when asked to write") {
    const Folder folder;
    std::filesystem::permissions(folder.path(), static_cast<std::filesystem::perms>(0755));
    const std::string path = folder.file("naskah.db");
    fill(path);
    const auto visit = [&] {
        return in_child([&]() -> std::string {
            become_nobody();
            const auto reg = open_sqlite(path, false);
            const std::string seen =
                std::to_string(reg->list({}).size()) + " " + std::to_string(reg->check().size());
            return seen + " " + refusal([&] { reg->reserve(a_letter(), moment()); });
        });
    };
    SECTION("the folder and the file") {
        std::filesystem::permissions(path, static_cast<std::filesystem::perms>(0444));
        std::filesystem::permissions(folder.path(), static_cast<std::filesystem::perms>(0555));
        CHECK_THAT(visit(),
                   StartsWith("5 0 73 ") && Contains("hanya dapat dibaca") && Contains("izin tulis"));
    }
    SECTION("the folder") {
        std::filesystem::permissions(path, static_cast<std::filesystem::perms>(0666));
        std::filesystem::permissions(folder.path(), static_cast<std::filesystem::perms>(0555));
        CHECK_THAT(visit(), StartsWith("5 0 73 "));
    }
    SECTION("while somebody else writes") {
        const auto writer = open_sqlite(path, false);
        writer->reserve(a_letter(), moment());
        for (const std::string& file : {path, path + "-wal", path + "-shm"})
            std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0444));
        std::filesystem::permissions(folder.path(), static_cast<std::filesystem::perms>(0555));
        CHECK_THAT(visit(), StartsWith("6 0 73 "));
    }
    SECTION("no new register is made there") {
        std::filesystem::permissions(folder.path(), static_cast<std::filesystem::perms>(0555));
        CHECK_THAT(in_child([&] {
                       become_nobody();
                       return refusal([&] { open_sqlite(folder.file("baru.db"), true); });
                   }),
                   StartsWith("73 "));
    }
    SECTION("what may not be read") {
        std::filesystem::permissions(path, static_cast<std::filesystem::perms>(0600));
        CHECK_THAT(in_child([&] {
                       become_nobody();
                       return refusal([&] { open_sqlite(path, false); });
                   }),
                   ::geteuid() == 0 ? StartsWith("73 ") : StartsWith(""));
    }
}

TEST_CASE("a file that may not grow uses up no number") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    open_sqlite(path, true);
    const std::string said = in_child([&]() -> std::string {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{400'000, 400'000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return "setrlimit";
        const auto reg = open_sqlite(path, false);
        for (int n = 0; n < 1000; ++n) {
            const std::string refused = refusal([&] {
                const Letter letter = reg->reserve(a_letter(), moment()).letter;
                reg->issue(letter.id, a_pdf(letter.number, 30'000), moment(), "kepala");
            });
            if (!refused.empty())
                return refused + " / " + refusal([&] { reg->reserve(a_letter(), moment()); });
        }
        return "never full";
    });
    CHECK_THAT(said, StartsWith("73 ") && Contains("ulimit -f"));
    const auto reg = open_sqlite(path, false);
    CHECK(reg->check() == std::vector<Problem>{});
    for (const Letter& letter : reg->unfinished())
        reg->issue(letter.id, a_pdf(letter.number), moment(), "kepala");
    CHECK(reg->check() == std::vector<Problem>{});
    audit(path);
}

TEST_CASE("a full disk uses up no number, and work goes on when there is room again") {
    const Folder folder;
    // A small file system of our own, in a mount namespace of a child; where that is not allowed there is no
    // test.
    const std::string said = in_child([&]() -> std::string {
        if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
            return "no namespace";
        if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "no namespace";
        if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) return "no namespace";
        const std::string path = folder.file("naskah.db");
        const std::string filler = folder.file("pengisi");
        write_text(filler, std::string(200'000, 'x'));
        const auto reg = open_sqlite(path, true);
        std::string refused;
        int last = 0;
        while (refused.empty()) {
            refused = refusal([&] {
                const Letter letter = reg->reserve(a_letter(), moment()).letter;
                last = letter.parts.urut;
                reg->issue(letter.id, a_pdf(letter.number, 30'000), moment(), "kepala");
            });
        }
        const std::string fresh = refusal([&] { open_sqlite(path, false)->list({}); });
        std::filesystem::remove(filler);
        const int next = reg->reserve(a_letter(), moment()).letter.parts.urut;
        std::string verdict = next == last + 1 ? "dense, " : "gap, ";
        for (const Letter& letter : reg->unfinished())
            reg->issue(letter.id, a_pdf(letter.number), moment(), "kepala");
        for (const Problem& problem : open_sqlite(path, false)->check()) verdict += to_string(problem) + "\n";
        return verdict + refused + fresh;
    });
    if (said == "no namespace") {
        WARN("not tested: this machine allows no mount of its own");
        return;
    }
    CHECK_THAT(said, StartsWith("dense, 73 ") && Contains("disk penuh") && Contains("Kosongkan ruang disk"));
}

TEST_CASE("a damaged file is named as such and never brings the program down") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    fill(path);
    const std::string whole = read_whole(path);
    int noticed = 0;
    for (std::size_t page = 0; page < whole.size() / 4096; ++page) {
        std::string broken = whole;
        std::fill_n(broken.begin() + static_cast<std::ptrdiff_t>(page * 4096 + (page == 0 ? 100 : 0)), 2000,
                    '\x5a');
        write_text(path, broken);
        std::string said;
        const std::string refused = refusal([&] {
            for (const Problem& problem : open_sqlite(path, false)->check()) said += to_string(problem);
        });
        INFO("page " << page << ": " << refused << said);
        CHECK((!said.empty() || refused.substr(0, 3) == "70 " || refused.substr(0, 3) == "65 "));
        noticed += 1;
        refusal([&] { open_sqlite(path, false)->reserve(a_letter(), moment()); });
    }
    CHECK(noticed > 10);
    for (const std::size_t size : {100u, 4096u, 8192u, 30'000u}) {
        write_text(path, whole.substr(0, size));
        INFO("cut to " << size);
        std::size_t problems = 0;
        const std::string refused = refusal([&] { problems = open_sqlite(path, false)->check().size(); });
        CHECK((problems > 0 || !refused.empty()));
    }
}

}  // namespace naskah::storage
