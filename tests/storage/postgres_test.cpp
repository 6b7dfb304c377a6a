// The PostgreSQL store: the contract, and what is its own: addresses, secrets, versions, sessions.
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "account_scenarios.h"
#include "agenda_scenarios.h"
#include "cluster.h"
#include "contract.h"
#include "draft_scenarios.h"
#include "protection_scenarios.h"
#include "raw.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;

void play(const Scenario& scenario) {
    const std::string address = Cluster::shared().create_database();
    scenario.play({.database = [address] { return open_database(address, true); }});
    CHECK(open_register(open_database(address, false))->check() == std::vector<Problem>{});
    RawServer server(address);
    audit(server);
}

std::string read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("PostgreSQL keeps the contract of the register") {
    for (const Scenario& scenario : scenarios()) DYNAMIC_SECTION(scenario.name) {
            play(scenario);
        }
}

TEST_CASE("PostgreSQL keeps the contract of the register under races and power cuts") {
    for (const Scenario& scenario : race_scenarios()) DYNAMIC_SECTION(scenario.name) {
            play(scenario);
        }
}

TEST_CASE("PostgreSQL keeps the buku agenda, the drafts and the accounts") {
    for (const auto* list :
         {&agenda_scenarios(), &draft_scenarios(), &account_scenarios(), &protection_scenarios()})
        for (const Scenario& scenario : *list) DYNAMIC_SECTION(scenario.name) {
                play(scenario);
            }
}

TEST_CASE("a register in PostgreSQL is not made by chance") {
    const std::string address = Cluster::shared().make_database();
    CHECK_THAT(refusal([&] { open_database(address, false); }), StartsWith("65 ") && Contains("kosong"));
    RawServer server(address);
    SECTION("not from an empty database") {
        CHECK(
            server.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace").empty());
        CHECK(open_register(open_database(address, true))->reserve(a_letter(), moment()).fresh);
        CHECK(open_register(open_database(address, true))->list({}).size() == 1);  // kept, not begun anew
        CHECK(open_register(open_database(address, false))->list({}).size() == 1);
    }
    SECTION("not among somebody else's tables") {
        REQUIRE(server.refusal("CREATE TABLE lagu (judul TEXT)") == "");
        for (const bool create : {false, true})
            CHECK_THAT(refusal([&] { open_database(address, create); }),
                       StartsWith("65 ") && Contains("bukan register Naskah"));
        CHECK(server.query("SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") ==
              std::vector<RawStore::TextRow>{{"1"}});
    }
    SECTION("not over that of a newer Naskah") {
        open_database(address, true);
        REQUIRE(server.refusal("INSERT INTO naskah_schema (version) VALUES (99)") == "");
        CHECK_THAT(refusal([&] { open_database(address, true); }),
                   StartsWith("65 ") && Contains("lebih baru") && Contains("99"));
    }
}

TEST_CASE("a register of version 1 in PostgreSQL opens with all its letters") {
    const std::string address = Cluster::shared().make_database();
    const std::string dump =
        read_whole(std::string(NASKAH_SOURCE_DIR) + "/tests/storage/version1_postgres.sql");
    REQUIRE_FALSE(dump.empty());
    CHECK(RawServer(address).refusal(dump) == "");
    const auto reg = open_register(open_database(address, false));
    CHECK(reg->check() == std::vector<Problem>{});
    const auto rows = reg->list({});
    REQUIRE(rows.size() == 5);
    CHECK(rows[0].letter.status == Status::issued);
    CHECK(rows[2].letter.replaced_by == rows[3].letter.id);
    CHECK(reg->pdf(rows[0].letter.id) == a_pdf("satu"));
    CHECK(reg->reserve(a_letter(), moment()).letter.parts.urut == 6);
}

TEST_CASE("an address that cannot be used is refused in words, and its password stays unsaid") {
    Cluster& cluster = Cluster::shared();
    const std::string server = "127.0.0.1:" + std::to_string(cluster.port());
    struct Bad {
        std::string address, code, word;
    };
    const std::vector<Bad> rows = {
        {"postgresql://postgres:S4ndi-Rahasia@" + server + "/tidak_ada", "65", "tidak ada"},
        {"postgresql://sandi:S4ndi-Rahasia@" + server + "/postgres", "65", "kata sandi"},
        {"postgresql://sandi@" + server + "/postgres", "65", "kata sandi"},  // none given
        {"postgresql://bukan_siapa:S4ndi-Rahasia@" + server + "/postgres", "65", "menolak pengguna"},
        {"postgresql://postgres:S4ndi-Rahasia@127.0.0.1:1/postgres", "69", "tidak menjawab"},
        {"postgresql://postgres:S4ndi-Rahasia@tidak.ada.invalid/postgres", "69", "tidak menjawab"},
        {"postgresql://postgres:S4ndi@Rahasia@" + server + "/postgres", "65", "tidak terbaca"},
        {"postgresql://postgres:S4ndi/Rahasia@" + server + "/postgres", "65", "tidak terbaca"},
        {"postgresql://postgres:77/S4ndi@" + server + "/postgres", "65", "tidak terbaca"},
        {"postgresql://postgres:S4ndi-Rahasia@[::1/postgres", "65", "tidak terbaca"},
        {"postgresql://postgres:S4ndi-Rahasia@" + server + "/postgres?sslmode=S4ndi&apa=1", "65",
         "tidak terbaca"},
        {"postgresql://postgres:S4ndi%zz@" + server + "/postgres", "65", "tidak terbaca"},
    };
    for (const Bad& row : rows) {
        INFO(row.address);
        const std::string said = refusal([&] { open_database(row.address, false, 300ms); });
        CHECK_THAT(said, StartsWith(row.code + " ") && Contains(row.word));
        CHECK_THAT(said, !Contains("S4ndi"));
        CHECK_THAT(said, !Contains("Rahasia"));
        const bool readable = row.word != "tidak terbaca";
        CHECK(check_address(row.address).has_value() == !readable);
    }
    CHECK_THAT(check_address("mysql://server/basis").value().what, Contains("tidak dikenal"));
    CHECK_FALSE(check_address("naskah.db"));
    CHECK_FALSE(check_address("postgresql:///?service=naskah"));
    CHECK_FALSE(
        check_address("postgres://n@db1.kantor.go.id:5432,db2.kantor.go.id/naskah?sslmode=verify-full"));
}

TEST_CASE("the password comes from the address, from PGPASSFILE or from a service file") {
    Cluster& cluster = Cluster::shared();
    const Folder folder;
    const std::string port = std::to_string(cluster.port());
    const std::string pass = folder.file("pgpass"), service = folder.file("service.conf");
    RawServer admin(cluster.address("postgres"));
    admin.refusal("CREATE ROLE sandi LOGIN PASSWORD 'kata:dengan%tanda@baca'");
    admin.refusal("CREATE DATABASE sandi OWNER sandi TEMPLATE template0");
    std::ofstream(pass) << "127.0.0.1:" << port << ":*:sandi:kata\\:dengan%tanda@baca\n";
    ::chmod(pass.c_str(), 0600);
    std::ofstream(service) << "[naskah]\nhost=127.0.0.1\nport=" << port
                           << "\ndbname=postgres\nuser=sandi\npassword=kata:dengan%tanda@baca\n";
    // What opens is empty, and so it was let in.
    const auto let_in = [](const std::string& address) {
        return in_child([&] { return refusal([&] { open_database(address, false, 300ms); }); });
    };
    CHECK_THAT(let_in("postgresql://sandi:kata%3Adengan%25tanda%40baca@127.0.0.1:" + port + "/sandi"),
               StartsWith("65 ") && Contains("kosong"));
    CHECK_THAT(in_child([&] {
                   ::setenv("PGPASSFILE", pass.c_str(), 1);
                   return refusal([&] {
                       open_database("postgresql://sandi@127.0.0.1:" + port + "/sandi", false, 300ms);
                   });
               }),
               StartsWith("65 ") && Contains("kosong"));
    CHECK_THAT(in_child([&] {
                   ::setenv("PGSERVICEFILE", service.c_str(), 1);
                   return refusal([&] { open_database("postgresql:///sandi?service=naskah", false, 300ms); });
               }),
               StartsWith("65 ") && Contains("kosong") && Contains("service=naskah"));
    CHECK_THAT(let_in("postgresql://sandi:salah@127.0.0.1:" + port + "/sandi"),
               StartsWith("65 ") && Contains("kata sandi"));
}

TEST_CASE("a session insists on what keeps the promises, whatever role and server were set to") {
    const std::string address = Cluster::shared().make_database();
    RawServer admin(address);
    for (const char* setting : {"synchronous_commit = off", "default_transaction_isolation = serializable",
                                "lock_timeout = 1", "statement_timeout = 1"})
        REQUIRE(admin.refusal(std::string("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' "
                                          "SET ") +
                              setting + "'; END $$") == "");
    const auto database = open_database(address, true);
    std::set<std::string> said;
    database->write([&](Connection& connection) {
        for (const char* name : {"synchronous_commit", "transaction_isolation", "lock_timeout"})
            connection.run(std::string("SELECT current_setting('") + name + "')", {},
                           [&](const Cells& cells) { said.insert(std::string(cells.text(0))); });
    });
    CHECK(said == std::set<std::string>{"on", "read committed", "1min"});
    CHECK(open_register(database)->reserve(a_letter(), moment()).fresh);
    database->read_picture([&](Connection& connection) {
        connection.run("SELECT current_setting('transaction_isolation')", {},
                       [&](const Cells& cells) { CHECK(cells.text(0) == "repeatable read"); });
    });
}

TEST_CASE("a server that does not wait for its disk is refused") {
    Cluster careless({"fsync = off"});
    CHECK_THAT(refusal([&] { open_database(careless.address("postgres"), true); }),
               StartsWith("65 ") && Contains("fsync"));
}

TEST_CASE("a user of the database who may only read can read, and is told so when asked to write") {
    const std::string address = Cluster::shared().make_database();
    const auto owner = open_register(open_database(address, true));
    owner->reserve(a_letter(), moment());
    RawServer admin(address);
    admin.refusal("CREATE ROLE pembaca LOGIN");
    REQUIRE(admin.refusal("GRANT SELECT ON ALL TABLES IN SCHEMA public TO pembaca") == "");
    const auto reader =
        open_register(open_database("postgresql://pembaca" + address.substr(address.find("@/")), false));
    CHECK(reader->list({}).size() == 1);
    CHECK_THAT(refusal([&] { reader->reserve(a_letter(), moment()); }),
               StartsWith("73 ") && Contains("berhak"));
}

TEST_CASE("numbers and texts come back from PostgreSQL as they do from SQLite") {
    const Folder folder;
    for (const std::string& address : {folder.file("naskah.db"), Cluster::shared().make_database()}) {
        const auto database = open_database(address, true);
        const std::int64_t big = 9'007'199'254'740'993;
        database->write([&](Connection& connection) {
            connection.define("CREATE TABLE angka (n INTEGER PRIMARY KEY, t TEXT, o BYTEA)");
            connection.run("INSERT INTO angka VALUES ($1, $2, $3)",
                           {big, "é'\"\\", as_bytes(std::string_view("a\0b", 3))});
            connection.run("INSERT INTO angka VALUES ($1, $2, $3)",
                           {std::int64_t{-7}, std::monostate{}, BytesView()});
            connection.run("INSERT INTO angka VALUES ($1, $2, $3)",
                           {std::int64_t{3}, std::string_view(), std::monostate{}});
        });
        std::vector<std::string> seen;
        database->read([&](Connection& connection) {
            connection.run("SELECT n, t, o, n > 0 FROM angka ORDER BY n", {}, [&](const Cells& cells) {
                seen.push_back(std::to_string(cells.integer(0)) + " " + std::string(cells.text(0)) + " " +
                               (cells.is_null(1) ? "null" : "'" + std::string(cells.text(1)) + "'") + " " +
                               (cells.is_null(2) ? "null" : std::to_string(cells.bytes(2).size())) + " " +
                               std::to_string(cells.integer(3)));
            });
            connection.run("SELECT COUNT(*), SUM(n), MAX(n), MIN(n), SUM(n) - MAX(n) FROM angka", {},
                           [&](const Cells& cells) {
                               std::string all;
                               for (int i = 0; i < 5; ++i) all += std::to_string(cells.integer(i)) + " ";
                               seen.push_back(all);
                           });
        });
        INFO(address);
        CHECK(seen == std::vector<std::string>{"-7 -7 null 0 0", "3 3 '' null 1",
                                               "9007199254740993 9007199254740993 'é'\"\\' 3 1",
                                               "3 9007199254740989 9007199254740993 -7 -4 "});
    }
}

}  // namespace naskah::storage
