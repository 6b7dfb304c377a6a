// An office on PostgreSQL, seen from the command: it is begun by a person, several commands work on it at
// once, and a kill in the middle costs no letter and no number.
#include <chrono>
#include <random>
#include <thread>

#include "tests/storage/cluster.h"
#include "tests/workflow/demo_office.h"

using namespace naskah;
using namespace naskah::test;
using Catch::Matchers::Contains;

namespace {

// A demo office whose register is to lie in a fresh PostgreSQL database.
class ServerOffice : public DemoOffice {
public:
    ServerOffice() : address(storage::Cluster::shared().make_database()) {
        fs::remove(office() / "naskah.db");
        name_store(address);
    }
    void name_store(const std::string& store) const {
        Json settings = parse_json(slurp(office() / "office.json"), "office.json");
        settings["penyimpanan"] = store;
        spit(office() / "office.json", dump_json_pretty(settings));
    }
    std::string address;
};

}  // namespace

TEST_CASE("an office on PostgreSQL is begun by a person, once, and not over letters that it has") {
    const ServerOffice demo;
    const Ran empty = demo.command({"register", "list"});
    CHECK(empty.exit_code == 65);
    CHECK_THAT(empty.err, Contains("register kosong") && Contains("naskah register init"));
    CHECK(demo.command({"register", "init"}).exit_code == 0);
    const Ran again = demo.command({"register", "init"});
    CHECK(again.exit_code == 65);
    CHECK_THAT(again.err, Contains("sudah ada"));
    const Json issued =
        demo.issue("surat-perintah-tugas", demo.example("surat-perintah-tugas"), demo / "a.pdf");
    CHECK_THAT(issued.at("number").get<std::string>(), Contains("/001/"));
    CHECK(demo.command({"verify", (demo / "a.pdf").string()}).exit_code == 0);
    demo.check_register();

    demo.name_store("naskah.db");
    const Ran file = demo.command({"register", "init"});
    CHECK(file.exit_code == 65);
    CHECK_THAT(file.err, Contains("naskah restore"));
    const DemoOffice old;
    old.issue("surat-perintah-tugas", old.example("surat-perintah-tugas"), old / "a.pdf");
    Json settings = parse_json(slurp(old.office() / "office.json"), "office.json");
    settings["penyimpanan"] = storage::Cluster::shared().make_database();
    spit(old.office() / "office.json", dump_json_pretty(settings));
    const Ran over = old.command({"register", "init"});
    CHECK(over.exit_code == 65);
    CHECK_THAT(over.err, Contains("sudah mempunyai surat"));
}

TEST_CASE("an address that cannot be used is told with its place in office.json") {
    const ServerOffice demo;
    for (const auto& [store, word] : std::initializer_list<std::pair<const char*, const char*>>{
             {"postgresql://kantor:rah@sia@server/naskah", "alamat basis data tidak terbaca"},
             {"oracle://server/naskah", "jenis basis data ini tidak dikenal"}}) {
        demo.name_store(store);
        const Ran ran = demo.command({"register", "list"});
        CHECK(ran.exit_code == 65);
        CHECK_THAT(ran.err, Contains("office.json: penyimpanan") && Contains(word) && !Contains("rah"));
    }
}

TEST_CASE("two commands issue many letters into one PostgreSQL register, killed and begun again") {
    const ServerOffice demo;
    REQUIRE(demo.command({"register", "init"}).exit_code == 0);
    const int letters = sanitized ? 10 : 40, rounds = thorough() ? 40 : sanitized ? 2 : 6;
    for (const char* name : {"a", "b"})
        spit(demo.office() / (std::string(name) + ".jsonl"), demo.batch_of(letters, name));
    std::mt19937 random(20261126);
    std::uniform_int_distribution<int> milliseconds(1, sanitized ? 3000 : 600);
    for (int round = 0; round < rounds; ++round) {
        const pid_t a = start(demo.batch_command(demo.office() / "a.jsonl", demo / "a", 2), demo / "a.out",
                              demo / "a.err");
        const pid_t b = start(demo.batch_command(demo.office() / "b.jsonl", demo / "b", 2), demo / "b.out",
                              demo / "b.err");
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
        ::kill(a, SIGKILL);
        ::kill(b, SIGKILL);
        wait_for(a);
        wait_for(b);
        if (round % 2 == 0) REQUIRE(demo.command({"resume"}).exit_code == 0);
        demo.check_register();
    }
    const pid_t a =
        start(demo.batch_command(demo.office() / "a.jsonl", demo / "a", 2), demo / "a.out", demo / "a.err");
    const pid_t b =
        start(demo.batch_command(demo.office() / "b.jsonl", demo / "b", 2), demo / "b.out", demo / "b.err");
    INFO(slurp(demo / "a.err") << slurp(demo / "b.err"));
    CHECK(wait_for(a) == 0);
    CHECK(wait_for(b) == 0);
    demo.check_register();
    const Json rows = demo.rows();
    CHECK(rows.size() == static_cast<std::size_t>(2 * letters));  // each line once, however often begun
    for (const Json& row : rows) CHECK(row.at("status") == "issued");
}
