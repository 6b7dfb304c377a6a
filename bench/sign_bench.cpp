// How many letters one processor signs in a second, beside the raw operation of the key taken in the same
// run. usage: sign_bench [LETTER.pdf]     without a file: one of a letter's size, 60 objects in 43 KB
#include <cstdio>
#include <ctime>
#include <functional>

#include "core/file.h"
#include "signing/sign.h"

using namespace naskah;

namespace {

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Calls in one second of processor time: the best of five fifths, because the machine has other work.
double rate(const std::function<void()>& call) {
    call();
    double best = 0;
    for (int round = 0; round < 5; ++round) {
        const double begin = cpu_seconds();
        double end = begin;
        int calls = 0;
        for (; end - begin < 0.3; ++calls, end = cpu_seconds()) call();
        best = std::max(best, calls / (end - begin));
    }
    return best;
}

Bytes letter_sized_pdf() {
    std::string pdf = "%PDF-1.7\n";
    std::string table = "xref\n0 61\n0000000000 65535 f \n";
    for (int number = 1; number <= 60; ++number) {
        char entry[32];
        std::snprintf(entry, sizeof entry, "%010zu 00000 n \n", pdf.size());
        table += entry;
        pdf += std::to_string(number) + " 0 obj\n";
        if (number == 1) {
            pdf += "<< /Type /Catalog /Pages 2 0 R /Lang (id-ID) /MarkInfo << /Marked true >> >>";
        } else if (number == 2) {
            pdf += "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
        } else if (number == 3) {
            pdf +=
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] /Contents 4 0 R /Resources << "
                ">> >>";
        } else {
            pdf += "<< /Length 650 >>\nstream\n" + std::string(649, 'x') + "\nendstream";
        }
        pdf += "\nendobj\n";
    }
    const auto at = pdf.size();
    return to_bytes(pdf + table + "trailer\n<< /Size 61 /Root 1 0 R >>\nstartxref\n" + std::to_string(at) +
                    "\n%%EOF\n");
}

}  // namespace

int main(int argc, char** argv) {
    const Bytes letter = argc > 1 ? read_file(argv[1]) : letter_sized_pdf();
    const Instant now = system_clock().now();
    std::printf("letter of %zu bytes\n%-10s %14s %14s %14s\n", letter.size(), "key", "signed/s", "prepared/s",
                "raw key/s");
    for (const auto type : {signing::KeyType::rsa, signing::KeyType::ecdsa}) {
        const auto authority = signing::make_demo_authority(type, {"Kepala Dinas (CONTOH)"}, now);
        const auto& signer = authority.signers.front();
        const auto key = signing::open_pkcs12(signer.p12, signer.passphrase);
        const Sha256 digest = sha256(letter);
        const double whole = rate([&] { signing::sign(letter, *key, {}, now); });
        const double prepared = rate([&] { signing::prepare(letter, *key, {}, now); });
        const double raw = rate([&] { key->sign_digest(digest); });
        std::printf("%-10s %14.0f %14.0f %14.0f\n", type == signing::KeyType::rsa ? "RSA-2048" : "P-256",
                    whole, prepared, raw);
    }
}
