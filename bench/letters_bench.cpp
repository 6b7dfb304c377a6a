// Letters per CPU-second of this process, in one run: render, sign (RSA-2048, P-256), verify, and the whole
// of issue, beside the raw signature operation and an fdatasync probe. Usage: letters_bench DATA_FOLDER
// TEMPLATES OFFICE LETTERS
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>

#include "bench/meter.h"
#include "core/file.h"
#include "generator/generator.h"
#include "signing/sign.h"
#include "verify/verify.h"
#include "workflow/issue.h"

using namespace naskah;
using namespace naskah::bench;

namespace {

// Runs `work` n times and prints how many fit into a second of CPU, and of the clock.
template <typename Work>
double measure(const char* what, int n, Work work) {
    const double cpu = cpu_seconds(), wall = wall_seconds();
    for (int i = 0; i < n; ++i) work(i);
    const double used = cpu_seconds() - cpu, passed = wall_seconds() - wall;
    std::printf("%-34s %9.0f per CPU-second   %9.0f per second   (%d)\n", what, n / used, n / passed, n);
    return n / used;
}

std::vector<Json> read_lines(const std::string& file, int most) {
    std::ifstream in(file);
    std::vector<Json> letters;
    for (std::string line; static_cast<int>(letters.size()) < most && std::getline(in, line);)
        letters.push_back(parse_json(line, file));
    return letters;
}

void probe_disk(const std::string& folder) {
    const std::string file = folder + "/.probe";
    const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    const char block[4096] = {};
    measure("fdatasync of 4 KB", 200, [&](int) {
        if (::write(fd, block, sizeof block) < 0 || ::fdatasync(fd) < 0) std::perror("fdatasync");
    });
    ::close(fd);
    ::unlink(file.c_str());
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 5) return std::fputs("letters_bench DATA_FOLDER TEMPLATES OFFICE LETTERS\n", stderr), 64;
    const std::string data = argv[1], templates_folder = argv[2], office_folder = argv[3];
    const int count = std::atoi(argv[4]);
    const std::vector<Json> letters = read_lines(data + "/w3.ndjson", 1000);
    const int available = static_cast<int>(letters.size());

    const double start = cpu_seconds();
    const generator::Templates templates({templates_folder});
    const auto package = templates.get("spt-w1");
    const generator::Generator generator;
    generator::Surroundings around;
    around.office = around.signer = around.letter = Json::object();
    around.images = data + "/..";
    around.time = Instant(std::chrono::seconds(1795320000));
    const auto render = [&](int i) {
        const Json& letter = letters[static_cast<std::size_t>(i % available)];
        around.url = letter.at("qr").get<std::string>();
        if (!generator::check(*package, letter).empty())
            throw Error(Code::data, "w3.ndjson does not pass the schema");
        return generator.render(*package, letter, around);
    };
    const Bytes first = render(0);
    std::printf("first letter after %.0f ms of CPU; %zu bytes\n", (cpu_seconds() - start) * 1e3,
                first.size());
    measure("render (W1, distinct letters)", count, render);

    const Instant now = system_clock().now();
    for (const auto type : {signing::KeyType::rsa, signing::KeyType::ecdsa}) {
        const bool rsa = type == signing::KeyType::rsa;
        const auto authority = signing::make_demo_authority(type, {"Tolok Ukur", "Kantor Contoh"}, now);
        const auto key = signing::open_pkcs12(authority.signers[0].p12, authority.signers[0].passphrase);
        verify::Trust trust;
        trust.add(as_bytes(authority.root_pem), "root");
        const Sha256 digest = sha256(first);
        measure(rsa ? "raw RSA-2048 signature" : "raw P-256 signature", count,
                [&](int) { key->sign_digest(digest); });
        Bytes signed_pdf;
        measure(rsa ? "sign RSA-2048" : "sign P-256", count,
                [&](int) { signed_pdf = signing::sign(first, *key, {}, now); });
        if (verify::check(signed_pdf, trust, now).verdict != verify::Verdict::passed)
            throw Error(Code::internal, "not valid");
        measure(rsa ? "verify RSA-2048" : "verify P-256", count,
                [&](int) { verify::check(signed_pdf, trust, now); });
    }

    probe_disk(office_folder);
    workflow::Desk desk(workflow::Office::open(office_folder), system_clock(), system_random(), {});
    const Json example =
        workflow::example_of(desk.templates(), "surat-perintah-tugas", office_folder, system_clock());
    measure("issue surat-perintah-tugas", count,
            [&](int) { desk.issue({.kind = "surat-perintah-tugas", .data = example}); });
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("peak memory %ld MB\n", usage.ru_maxrss / 1024);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "letters_bench: %s\n", error.what());
    return 70;
}
