// The collection of signed, attacked and changed files beside the repository, when it is there. Nothing in
// verify/ knows any of these files.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "core/date.h"
#include "core/file.h"
#include "verify/verify.h"

using namespace naskah;
using naskah::verify::Verdict;
namespace fs = std::filesystem;

namespace {

bool is_right(const std::string& expected, const verify::Report& report) {
    if (expected == "unsigned") return report.verdict == Verdict::unsigned_;
    if (expected == "tampered" || expected == "malformed_signature") return report.verdict == Verdict::failed;
    if (expected == "weird") return true;
    bool intact = !report.signatures.empty() && report.verdict != Verdict::failed;
    for (const auto& signature : report.signatures) {
        intact = intact && signature.digest_matches && signature.signature_matches &&
                 signature.changes != "forbidden";
    }
    return intact;
}

}  // namespace

TEST_CASE("the verdicts on strangers' files are right often enough") {
    const char* elsewhere = std::getenv("NASKAH_VECTORS");  // of a clone that stands in another place
    const fs::path folder =
        elsewhere ? fs::path(elsewhere) : fs::path(NASKAH_SOURCE_DIR) / "../shared/vectors/signed-pdfs";
    if (!fs::exists(folder / "manifest.tsv")) {
        WARN("no vectors beside the repository");
        return;
    }
    verify::Trust trust;
    const Bytes root = read_file(folder / "certs/root.cert.pem");
    trust.add(root, "root.cert.pem");
    const Instant at = *parse_rfc3339("2020-11-01T00:00:00Z");
    struct Count {
        int right = 0, all = 0;
    };
    std::map<std::string, Count> counts;
    std::map<std::string, Count> attacks, harmless;  // by class
    std::ifstream manifest(folder / "manifest.tsv");
    std::string line, wrong;
    std::getline(manifest, line);
    while (std::getline(manifest, line)) {
        std::istringstream fields(line);
        std::string file, expected, kind;
        std::getline(fields, file, '\t');
        std::getline(fields, expected, '\t');
        std::getline(fields, kind, '\t');
        const Bytes pdf = read_file(folder / file);
        const auto report = verify::check(pdf, trust, at);
        Count& count = counts[expected];
        ++count.all;
        const bool right = is_right(expected, report);
        const bool is_attack = expected == "tampered" || expected == "malformed_signature";
        if (is_attack || expected.starts_with("valid")) {
            Count& in_class = (is_attack ? attacks : harmless)[kind];
            ++in_class.all;
            in_class.right += right ? 1 : 0;
        }
        if (right) {
            ++count.right;
        } else {
            wrong += "  " + file + ": " + to_string(report.verdict) + "\n";
        }
    }
    const auto print_rates = [](const char* title, const std::map<std::string, Count>& classes,
                                bool of_wrong) {
        Count sum;
        for (const auto& [kind, count] : classes) {
            sum.right += count.right;
            sum.all += count.all;
            std::cout << "  " << kind << ": " << (of_wrong ? count.all - count.right : count.right) << " of "
                      << count.all << "\n";
        }
        const int told = of_wrong ? sum.all - sum.right : sum.right;
        std::cout << title << ": " << told << " of " << sum.all << ", " << 100.0 * told / std::max(sum.all, 1)
                  << " %\n";
    };
    print_rates("attacks rejected", attacks, false);
    print_rates("false alarms", harmless, true);
    for (const auto& [expected, count] : counts) {
        std::cout << "vectors " << expected << ": " << count.right << " of " << count.all << " right\n";
    }
    if (!wrong.empty()) std::cout << wrong;
    const auto share = [&](std::initializer_list<const char*> classes) {
        Count sum;
        for (const char* name : classes) {
            sum.right += counts[name].right;
            sum.all += counts[name].all;
        }
        REQUIRE(sum.all > 0);
        return static_cast<double>(sum.right) / sum.all;
    };
    CHECK(share({"tampered", "malformed_signature"}) >= 0.995);
    CHECK(share({"valid", "valid_with_permitted_changes"}) >= 0.98);
    CHECK(share({"unsigned"}) == 1.0);
}
