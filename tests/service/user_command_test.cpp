// naskah user: accounts from the command line.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::test;
using Catch::Matchers::Contains;

namespace {

Ran user(const fs::path& office, std::vector<std::string> arguments, const std::string& in = "/dev/null") {
    arguments.insert(arguments.begin(), {"--office", office.string(), "user"});
    return naskah_command(std::move(arguments), in);
}

}  // namespace

TEST_CASE("a demo office has an account for each role, and shows the codes of their phones") {
    const Folder folder;
    const fs::path office = folder / "kantor";
    const Ran made = naskah_command({"init", office.string(), "--demo"});
    REQUIRE(made.exit_code == 0);
    CHECK_THAT(made.out, Contains("Akun contoh") && Contains("naskah user code"));
    CHECK_THAT(made.out, Contains(slurp(office / "akun-contoh.txt")));
    CHECK((fs::status(office / "akun-contoh.txt").permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
    const Json all = parse_json(user(office, {"list", "--json"}).out, "user list");
    std::string roles;
    for (const Json& account : all)
        for (const Json& role : account.at("roles")) roles += role.get<std::string>() + " ";
    CHECK(roles == "admin kadis pemeriksa pemeriksa staf tata-usaha ");
    CHECK(user(office, {"code", "kadis"}).out.size() == 7);
    CHECK(user(office, {"code", "staf"}).exit_code == 65);
    CHECK(user(office, {"code", "tidak-ada"}).exit_code == 65);
    CHECK(naskah_command({"--office", office.string(), "register", "check"}).exit_code == 0);

    // Elsewhere a code is the phone's alone.
    std::string settings = slurp(office / "office.json");
    settings.replace(settings.find("\"contoh\": true"), 14, "\"contoh\": false");
    spit(office / "office.json", settings);
    const Ran refused = user(office, {"code", "kadis"});
    CHECK(refused.exit_code == 77);
    CHECK(refused.out.empty());
}

TEST_CASE("accounts are made, listed, reset, disabled and enabled, and mistakes are named by their option") {
    const Folder folder;
    const fs::path office = folder / "kantor";
    REQUIRE(naskah_command({"init", office.string(), "--demo"}).exit_code == 0);
    spit(folder / "sandi", "empat kuda makan rumput\n");
    spit(folder / "lemah", "samarinda2026\n");
    const struct {
        std::vector<std::string> arguments;
        const char* in;
        int code;
        const char* said;
    } rows[] = {
        {{"add", "rina", "--name", "Rina Contoh", "--role", "staf", "--password-fd", "0"},
         "sandi",
         0,
         "akun dibuat"},
        {{"add", "rina", "--name", "Rina Contoh", "--role", "staf", "--password-fd", "0"},
         "sandi",
         65,
         "sudah dipakai"},
        {{"add", "adi", "--name", "Adi Contoh", "--role", "staf", "--password-fd", "0"},
         "lemah",
         65,
         "mudah ditebak"},
        {{"add", "adi", "--name", "Adi Contoh", "--role", "staf", "--password-fd", "0"},
         "kosong",
         64,
         "--password-fd"},
        {{"add", "Adi!", "--name", "Adi Contoh", "--role", "staf", "--one-time"}, "", 65, "PENGGUNA"},
        {{"add", "adi", "--name", "Adi Contoh", "--role", "raja", "--one-time"}, "", 65, "--role"},
        {{"add", "adi", "--name", "Adi", "--role", "admin", "--role", "staf", "--one-time"},
         "",
         65,
         "--role"},
        {{"add", "adi", "--name", "Adi", "--role", "staf", "--official", "x", "--one-time"},
         "",
         65,
         "--official"},
        {{"add", "adi", "--role", "staf"}, "", 64, "--name"},
        {{"add", "adi", "--name", "Adi", "--role", "kadis", "--one-time"}, "", 0, "sandi sementara"},
        {{"reset", "adi", "--phone"}, "", 0, "sandi sementara"},
        {{"reset", "tidak-ada"}, "", 65, "akun tidak ada"},
        {{"disable", "adi"}, "", 0, "mati"},
        {{"enable", "adi"}, "", 0, "aktif"},
        {{"disable", "admin"}, "", 65, "admin"},
        {{"list"}, "", 0, "Rina Contoh\tstaf\taktif"},
        {{"list"}, "", 0, "adi\tAdi\tkadis\taktif, sandi sementara, belum memasang ponsel"},
    };
    spit(folder / "kosong", "\n");
    for (const auto& row : rows) {
        std::string line;
        for (const std::string& argument : row.arguments) line += argument + " ";
        INFO(line);
        const Ran ran = user(office, row.arguments, *row.in ? (folder / row.in).string() : "/dev/null");
        INFO(ran.err);
        CHECK(ran.exit_code == row.code);
        CHECK_THAT(ran.out + ran.err, Contains(row.said));
        CHECK_THAT(ran.out + ran.err, !Contains("empat kuda") && !Contains("samarinda2026"));
    }
    CHECK(naskah_command({"--office", office.string(), "register", "check"}).exit_code == 0);
}
