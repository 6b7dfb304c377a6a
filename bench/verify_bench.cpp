// How many files one processor verifies in a second when many are checked in one call, the child's time and
// the parent's together. usage: verify_bench TRUST FILE...   each file is checked again and again, in turn
#include <cstdio>

#include "bench/meter.h"
#include "core/file.h"
#include "service/file_checker.h"

using namespace naskah;
using namespace naskah::bench;

int main(int count, char** arguments) {
    if (count < 3) return 64;
    verify::Trust trust;
    trust.add_path(arguments[1]);
    constexpr int rounds = 300;
    std::size_t bytes = 0;
    int checks = 0;
    const double begin = cpu_seconds(RUSAGE_SELF);
    {
        service::FileChecker checker(trust, system_clock().now(), nullptr);
        for (int i = 2; i < count; ++i) {
            const Bytes file = read_file(arguments[i]);
            for (int round = 0; round < rounds; ++round, ++checks) {
                const auto report = checker.check(file);
                bytes += file.size();
                if (round == 0)
                    std::printf("%s: %zu bytes, %zu signatures, %s\n", arguments[i], file.size(),
                                report.signatures.size(), to_string(report.verdict).c_str());
            }
        }
    }  // the child has ended, and its time can be had
    const double spent = cpu_seconds(RUSAGE_SELF) - begin + cpu_seconds(RUSAGE_CHILDREN);
    std::printf("%d checks of %zu KB on average: %.0f files per second of processor, %.2f ms each\n", checks,
                bytes / static_cast<std::size_t>(checks) / 1024, checks / spent, spent / checks * 1000);
    return 0;
}
