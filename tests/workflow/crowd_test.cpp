// Many processes and crashes: the register stays dense, unique and complete.
#include <chrono>
#include <random>
#include <thread>

#include "tests/workflow/demo_office.h"

using namespace naskah;
using namespace naskah::test;

TEST_CASE("eight processes issue 250 letters each into one office: 2,000 numbers, dense and unique") {
    const int letters = sanitized ? 15 : 250;
    const DemoOffice demo;
    std::vector<pid_t> children;
    for (int p = 0; p < 8; ++p) {
        const std::string name = "p" + std::to_string(p);
        spit(demo.office() / (name + ".jsonl"), demo.batch_of(letters, name));
        children.push_back(start(demo.batch_command(demo.office() / (name + ".jsonl"), demo / name, 1),
                                 demo / (name + ".out"), demo / (name + ".err")));
    }
    for (const pid_t child : children) CHECK(wait_for(child) == 0);
    demo.check_register();
    const Json rows = demo.rows();
    CHECK(rows.size() == static_cast<std::size_t>(8 * letters));
    for (const Json& row : rows) REQUIRE(row.at("status") == "issued");
}

TEST_CASE("killed at any moment, an office loses no letter and repeats no number") {
    const int rounds = thorough() ? 200 : sanitized ? 5 : 40;
    const int letters = sanitized ? 10 : 60;
    const DemoOffice demo;
    const fs::path lines = demo.office() / "surat.jsonl";
    std::mt19937 random(20261122);
    int finished_by_resume = 0;
    // A batch that nobody disturbs tells how long one takes on this machine, and so when to kill the others.
    spit(lines, demo.batch_of(letters, "tanpa gangguan"));
    const auto begun = std::chrono::steady_clock::now();
    REQUIRE(run(demo.batch_command(lines, demo / "utuh", 2)).exit_code == 0);
    const auto whole =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    std::uniform_int_distribution<int> milliseconds(1, static_cast<int>(whole.count()) + 1);
    for (int round = 0; round < rounds; ++round) {
        const std::string mark = "putaran " + std::to_string(round);
        spit(lines, demo.batch_of(letters, mark));
        const fs::path out = demo / "keluar";
        const pid_t child = start(demo.batch_command(lines, out, 2), demo / "out", demo / "err");
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
        ::kill(child, SIGKILL);
        wait_for(child);
        const Ran resumed = demo.command({"resume"});
        INFO("putaran " << round << ": " << resumed.err);
        REQUIRE(resumed.exit_code == 0);
        finished_by_resume += resumed.out.find("Terbit") != std::string::npos;
        REQUIRE(demo.command({"register", "check"}).exit_code == 0);
        // Whatever was acknowledged before the kill is in the register, under that number.
        std::istringstream acknowledged(slurp(demo / "out"));
        for (std::string line; std::getline(acknowledged, line);) {
            if (acknowledged.eof()) break;  // cut off by the kill
            const Json row = parse_json(line, "laporan");
            const std::string number = row.at("number");
            const Ran got = demo.command({"register", "get", number, "-o", (demo / "ambil.pdf").string()});
            REQUIRE(got.exit_code == 0);
            REQUIRE(slurp(demo / "ambil.pdf") == slurp(out / row.at("file").get<std::string>()));
            break;  // one a round is enough; the rest is what `register check` has read
        }
        // Every file in the folder is whole.
        if (fs::exists(out))
            for (const auto& file : fs::directory_iterator(out))
                if (file.path().extension() == ".pdf") REQUIRE(slurp(file.path()).ends_with("%%EOF\n"));
    }
    demo.check_register();
    for (const Json& row : demo.rows()) REQUIRE(row.at("status") == "issued");
    if (!sanitized)
        CHECK(finished_by_resume > rounds / 10);  // the kills do fall between a number and its letter

    // The interrupted batch, run again, issues what is missing and nothing twice.
    const std::size_t before = demo.rows().size();
    const auto command = demo.batch_command(lines, demo / "lagi", 2);
    const Ran again = run(command);
    REQUIRE(again.exit_code == 0);
    const std::size_t after = demo.rows().size();
    CHECK(after - before <= static_cast<std::size_t>(letters));
    const Ran once_more = run(command);
    REQUIRE(once_more.exit_code == 0);
    CHECK(demo.rows().size() == after);
    const auto files = std::distance(fs::directory_iterator(demo / "lagi"), fs::directory_iterator());
    CHECK(files == letters);
    demo.check_register();
}

TEST_CASE("a batch numbers its lines in their order and draws the same bytes with one job and with four") {
    const DemoOffice demo;
    std::string lines;
    for (const Json& data : {demo.example("surat-perintah-tugas")})
        for (int i = 0; i < 24; ++i) {
            Json one = data;
            one["dasar"][0] = "tugas nomor " + std::to_string(i);
            lines += dump_json(one) + "\n";
        }
    const fs::path input = demo.office() / "surat.jsonl";
    spit(input, lines);
    for (const char* jobs : {"1", "4"}) {
        const Ran drawn = demo.command({"render", "surat-perintah-tugas", "--batch", input.string(), "--out",
                                        (demo / (std::string("konsep") + jobs)).string(), "--jobs", jobs});
        INFO(drawn.err);
        REQUIRE(drawn.exit_code == 0);
    }
    int compared = 0;
    for (const auto& file : fs::directory_iterator(demo / "konsep1")) {
        CHECK(slurp(file.path()) == slurp(demo / "konsep4" / file.path().filename()));
        ++compared;
    }
    CHECK(compared == 24);

    const Ran issued = run(demo.batch_command(input, demo / "terbit", 4));
    REQUIRE(issued.exit_code == 0);
    const Json rows = demo.rows();
    REQUIRE(rows.size() == 24);
    std::map<int, std::string> by_line;
    std::istringstream report(issued.out);
    for (std::string line; std::getline(report, line);) {
        const Json row = parse_json(line, "laporan");
        by_line[row.at("line")] = row.at("number");
    }
    int urut = 0;
    for (const auto& [line, number] : by_line)
        CHECK(rows.at(static_cast<std::size_t>(urut++)).at("nomor") == number);
    demo.check_register();
}

TEST_CASE("a refused line of a batch takes no number and the others go on") {
    const DemoOffice demo;
    Json good = demo.example("surat-perintah-tugas"), bad = good;
    bad.erase("petugas");
    const fs::path input = demo.office() / "surat.jsonl";
    spit(input, dump_json(good) + "\n" + dump_json(bad) + "\n\nbukan json\n" + dump_json(good) + "\n");
    const Ran ran = run(demo.batch_command(input, demo / "keluar", 3));
    CHECK(ran.exit_code == 65);
    CHECK(ran.out.find("\"line\":2,\"problems\"") != std::string::npos);
    CHECK(ran.out.find("\"line\":4,\"problems\"") != std::string::npos);
    const Json rows = demo.rows();
    REQUIRE(rows.size() == 2);  // two equal lines are two letters
    demo.check_register();
}

TEST_CASE("the same idempotency key gives the same letter, and refuses other data") {
    const DemoOffice demo;
    const Json data = demo.example("surat-perintah-tugas");
    const fs::path file = demo.write_data("data.json", data);
    const auto issue = [&](const fs::path& input) {
        return demo.command({"issue", "surat-perintah-tugas", input.string(), "-o", (demo / "a.pdf").string(),
                             "--key", "permohonan-17"});
    };
    const Ran first = issue(file);
    REQUIRE(first.exit_code == 0);
    const std::string bytes = slurp(demo / "a.pdf");
    const Ran second = issue(file);
    CHECK(second.exit_code == 0);
    CHECK(second.out == first.out);
    CHECK(slurp(demo / "a.pdf") == bytes);
    Json other = data;
    other["dasar"][0] = "tugas yang lain";
    CHECK(issue(demo.write_data("lain.json", other)).exit_code == 65);
    CHECK(demo.rows().size() == 1);
    demo.check_register();
}
