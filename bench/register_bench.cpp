// How many numbers, and how many signed letters, a register takes in a second of the clock: one by one and in
// batches of 128, beside an fdatasync probe of the same minute. Usage: register_bench FOLDER [ADDRESS]
// In FOLDER it makes an SQLite register; ADDRESS is an empty PostgreSQL database.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "core/world.h"
#include "storage/database.h"

using namespace naskah;

namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr double seconds_each = 3;
constexpr std::size_t batch = 128;

// Calls `work` for a while; it returns how many it did.
template <class Work>
double rate(Work work) {
    const auto start = SteadyClock::now();
    double passed = 0;
    std::size_t done = 0;
    for (std::size_t more = 1; passed < seconds_each && more != 0;) {
        more = work();  // 0: there is nothing left to do
        done += more;
        passed = std::chrono::duration<double>(SteadyClock::now() - start).count();
    }
    return static_cast<double>(done) / passed;
}

void probe(const std::string& folder) {
    const std::string file = folder + "/.probe";
    const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    const char block[4096] = {};
    const double flushes = rate([&] {
        if (::write(fd, block, sizeof block) < 0 || ::fdatasync(fd) < 0) std::perror("fdatasync");
        return std::size_t{1};
    });
    ::close(fd);
    ::unlink(file.c_str());
    std::printf("%-12s %-44s %8.0f per second\n", "disk", "fdatasync of 4 KB", flushes);
}

storage::NewLetter a_letter(Date date) {
    static std::size_t count = 0;
    storage::NewLetter letter;
    letter.id = make_letter_id(system_random());
    letter.kind = "surat-perintah-tugas";
    letter.series = "spt";
    letter.pattern = "{kode}/{urut:03}/{unit}-{bidang}/{romawi}/{tahun}";
    letter.parts = {.kode = "800.1.11.1", .unit = "DPMPTSP", .bidang = "DALAK"};
    letter.date = date;
    letter.idempotency_key = "tolok-ukur " + std::to_string(++count);
    letter.subject = "Pengawasan rutin";
    letter.data = {{"maksud", std::string(2000, 'x')}};
    letter.snapshot = {{"penandatangan", {{"nama", "Contoh Kepala"}}}};
    letter.actor = "tolok-ukur";
    return letter;
}

void measure(const char* name, const std::string& address, const std::string& folder) {
    const auto reg = storage::open_register(storage::open_database(address, true));
    const Instant now = system_clock().now();
    const Date date = date_in(Zone::wita, now);
    const auto print = [&](const char* what, double value) {
        std::printf("%-12s %-44s %8.0f per second\n", name, what, value);
        std::fflush(stdout);
    };
    probe(folder);
    print("numbers, one by one", rate([&] {
              reg->reserve(a_letter(date), now);
              return std::size_t{1};
          }));
    print("numbers, one by one in each of 8 threads", rate([&] {
              std::vector<std::jthread> threads;
              std::vector<storage::NewLetter> letters;
              for (int i = 0; i < 8 * 16; ++i) letters.push_back(a_letter(date));
              for (std::size_t t = 0; t < 8; ++t)
                  threads.emplace_back([&, t] {
                      for (std::size_t i = 0; i < 16; ++i) reg->reserve(letters[t * 16 + i], now);
                  });
              threads.clear();
              return letters.size();
          }));
    std::vector<LetterId> reserved;
    print("numbers, in batches of 128", rate([&] {
              std::vector<storage::NewLetter> letters;
              for (std::size_t i = 0; i < batch; ++i) letters.push_back(a_letter(date));
              for (const auto& answer : reg->reserve_all(letters, now))
                  reserved.push_back(answer.done.value().letter.id);
              return batch;
          }));
    std::size_t next = 0;
    int copy = 0;
    const auto a_pdf = [&] {
        Bytes pdf(50'000, 0x20);
        const std::string mark = "%PDF-1.7 " + std::to_string(++copy);
        std::copy(mark.begin(), mark.end(), pdf.begin());
        return pdf;
    };
    const auto stock = [&] {  // more numbers than a measurement uses, or nearly
        while (reserved.size() - next < 4096) {
            std::vector<storage::NewLetter> letters;
            for (std::size_t i = 0; i < batch; ++i) letters.push_back(a_letter(date));
            for (const auto& answer : reg->reserve_all(letters, now))
                reserved.push_back(answer.done.value().letter.id);
        }
    };
    stock();
    print("letters of 50 KB stored, one by one", rate([&] {
              if (next == reserved.size()) return std::size_t{0};
              reg->issue(reserved[next++], a_pdf(), now, "kepala");
              return std::size_t{1};
          }));
    stock();
    print("letters of 50 KB stored, in batches of 128", rate([&] {
              if (reserved.size() - next < batch) return std::size_t{0};
              std::vector<Bytes> pdfs;
              std::vector<storage::SignedLetter> all;
              for (std::size_t i = 0; i < batch; ++i) pdfs.push_back(a_pdf());
              for (std::size_t i = 0; i < batch; ++i)
                  all.push_back({.id = reserved[next++], .pdf = pdfs[i], .actor = "kepala"});
              reg->issue_all(all, now);
              return batch;
          }));
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2 || argc > 3) return std::fputs("register_bench FOLDER [ADDRESS]\n", stderr), 64;
    const std::string folder = argv[1];
    std::filesystem::remove(folder + "/register.db");
    measure("SQLite", folder + "/register.db", folder);
    if (argc == 3) measure("PostgreSQL", argv[2], folder);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "register_bench: %s\n", error.what());
    return 70;
}
