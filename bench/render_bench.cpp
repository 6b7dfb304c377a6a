// The generator alone: letters per CPU-second of this process, by kind of work. Usage:
// render_bench DATA_FOLDER TEMPLATES [LETTERS [THREADS]]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "bench/meter.h"
#include "core/file.h"
#include "generator/generator.h"

using namespace naskah;
using namespace naskah::bench;
namespace fs = std::filesystem;

int main(int argc, char** argv) try {
    if (argc < 3 || argc > 5)
        return std::fputs("render_bench DATA_FOLDER TEMPLATES [LETTERS [THREADS]]\n", stderr), 64;
    const std::string data = argv[1];
    const int count = argc > 3 ? std::atoi(argv[3]) : 1000, threads = argc > 4 ? std::atoi(argv[4]) : 2;
    const double start = cpu_seconds();
    const generator::Templates templates({argv[2]});
    const generator::Generator generator;
    generator::Surroundings around;
    around.office = around.signer = around.letter = Json::object();
    around.images = data + "/..";
    around.time = Instant(std::chrono::seconds(1795320000));
    const auto render = [&](const generator::Package& package, const Json& letter) {
        generator::Surroundings here = around;
        here.url = letter.value("qr", "");
        if (!generator::check(package, letter).empty())
            throw Error(Code::data, "the data does not pass the schema", package.kind());
        return generator.render(package, letter, here);
    };

    std::vector<Json> letters;
    const std::string lines = read_text(data + "/w3.ndjson");
    for (std::size_t at = 0; at < lines.size() && letters.size() < 1000;) {
        const std::size_t end = lines.find('\n', at);
        letters.push_back(parse_json(lines.substr(at, end - at), "w3.ndjson"));
        at = end + 1;
    }
    const auto w1 = templates.get("spt-w1");
    const double read = cpu_seconds();
    const Bytes first = render(*w1, letters[0]);
    write_file(data + "/../w1.pdf", first);
    const std::size_t size = first.size();
    std::printf("W1, first letter: %.1f ms of CPU, of which reading %zu letters %.1f ms; %zu bytes\n",
                (cpu_seconds() - start) * 1e3, letters.size(), (read - start) * 1e3, size);

    const auto measure = [&](const char* what, int n, const auto& work) {
        const double cpu = cpu_seconds(), wall = wall_seconds();
        for (int i = 0; i < n; ++i) work(i);
        const double used = cpu_seconds() - cpu;
        std::printf("%-44s %9.1f per CPU-second  %8.3f s of the clock  (%d)\n", what, n / used,
                    wall_seconds() - wall, n);
    };
    const auto nth = [&](int i) -> const Json& {
        return letters[static_cast<std::size_t>(i) % letters.size()];
    };
    measure("W1, one thread, distinct letters", count, [&](int i) { render(*w1, nth(i)); });
    measure(("W1, " + std::to_string(threads) + " threads, 1,000 distinct letters, calls").c_str(), 1,
            [&](int) {
                std::vector<std::thread> workers;
                for (int t = 0; t < threads; ++t)
                    workers.emplace_back([&, t] {
                        for (int i = t; i < 1000; i += threads) render(*w1, nth(i));
                    });
                for (auto& worker : workers) worker.join();
            });
    std::printf("peak memory so far %ld MB\n", peak_megabytes());

    if (count < 10 || std::getenv("W1ONLY")) return 0;  // enough for counting instructions

    // Six pages, 120 rows, four photographs of 150 KB: the same four, and of other names each time, so that
    // none is remembered.
    const auto w2 = templates.get("bap-w2");
    const Json bap = parse_json(read_text(data + "/w2.json"), "w2.json");
    constexpr int sets = 20;
    std::vector<Json> baps(sets, bap);
    for (int set = 0; set < sets; ++set)
        for (std::size_t i = 0; i < bap.at("foto").size(); ++i) {
            const std::string photo =
                "data/foto" + std::to_string(i + 1) + "-" + std::to_string(set) + ".jpg";
            const fs::path original = data + "/../" + bap.at("foto")[i].at("file").get<std::string>();
            fs::remove(data + "/../" + photo);
            fs::create_hard_link(original, data + "/../" + photo);
            baps[static_cast<std::size_t>(set)]["foto"][i]["file"] = photo;
        }
    const Bytes six_pages = render(*w2, bap);
    write_file(data + "/../w2.pdf", six_pages);
    std::printf("W2: %zu bytes\n", six_pages.size());
    measure("W2, six pages, four photographs", count / 10, [&](int) { render(*w2, bap); });
    measure("W2, other photographs each time", count / 10,
            [&](int i) { render(*w2, baps[static_cast<std::size_t>(i % sets)]); });

    const auto w4 = templates.get("lampiran-w4");
    for (const std::size_t rows : {625u, 1250u, 2500u, 5000u}) {
        Json annex = {{"judul", "LAMPIRAN"}, {"baris", Json::array()}};
        for (std::size_t i = 0; i < rows; ++i) {
            Json row = bap.at("baris")[i % bap.at("baris").size()];
            row["no"] = i + 1;
            annex["baris"].push_back(row);
        }
        measure(("W4, an annex of " + std::to_string(rows) + " rows").c_str(), 1,
                [&](int) { render(*w4, annex); });
    }
    std::printf("peak memory %ld MB\n", peak_megabytes());
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "render_bench: %s\n", error.what());
    return 70;
}
