#include "service/passwords.h"

#include <sys/stat.h>

#include <atomic>
#include <barrier>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "core/file.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::service;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr Effort little{.passes = 1, .memory = 8192};

Bytes bytes_of(const std::string& text) { return to_bytes(text); }

std::string complaint(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return std::to_string(static_cast<int>(error.code())) + " " + error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a password is kept as argon2id of 64 MiB and three passes, and matches itself alone") {
    Passwords passwords;
    const std::string kept = passwords.hash("empat kuda makan rumput");
    CHECK_THAT(kept, StartsWith("$argon2id$v=19$m=65536,t=3,p=1$"));
    CHECK(passwords.matches(kept, "empat kuda makan rumput"));
    CHECK_FALSE(passwords.matches(kept, "empat kuda makan rumpu"));
    CHECK_FALSE(passwords.matches(kept, ""));
    CHECK_FALSE(passwords.matches("", "empat kuda makan rumput"));
    CHECK_FALSE(passwords.matches("bukan sidik", "empat kuda makan rumput"));
    CHECK(passwords.hash("empat kuda makan rumput") != kept);  // salted
    CHECK_FALSE(passwords.outdated(kept));
    CHECK(Passwords(little).outdated(kept));
}

TEST_CASE("few passwords are computed at a time, few wait, and the rest are asked to come again") {
    // Sixteen come together where one is served at a time and two may wait.
    Passwords passwords({.passes = 8, .memory = 64u << 20, .at_once = 1, .waiting = 2});
    std::barrier start(16);
    std::atomic<int> served = 0, sent_away = 0, other = 0;
    std::vector<std::thread> crowd;
    for (int i = 0; i < 16; ++i)
        crowd.emplace_back([&] {
            start.arrive_and_wait();
            try {
                passwords.hash("x");
                ++served;
            } catch (const Error& error) {
                ++(error.code() == Code::outside ? sent_away : other);
            }
        });
    for (std::thread& one : crowd) one.join();
    CHECK(served + sent_away == 16);
    CHECK(other == 0);
    CHECK(served >= 3);
    CHECK(sent_away >= 1);
    passwords.hash("x");  // and then it is quiet again
}

TEST_CASE("what is short, common, named or monotonous does not become a password") {
    const struct {
        const char *password, *username, *wrong;
    } rows[] = {
        {"", "rina", "paling sedikit 12"},
        {"abc123", "rina", "paling sedikit 12"},
        {"sebelas1234", "rina", "paling sedikit 12"},
        {"ééééééééééé", "rina", "paling sedikit 12"},
        {"password1234", "rina", "mudah ditebak"},
        {"P4SSWORD-2026!", "rina", ""},  // "pssword": leaving out is spelling of its own
        {"Samarinda2026", "rina", "mudah ditebak"},
        {"samarindasamarinda", "rina", "mudah ditebak"},
        {"dpmptsp-2026-11", "rina", "mudah ditebak"},
        {"Bismillah!!!!", "rina", "mudah ditebak"},
        {"aaaaaaaaaaaa", "rina", "mudah ditebak"},
        {"121212121212", "rina", "mudah ditebak"},
        {"123456789012", "rina", "mudah ditebak"},
        {"abcdefghijklm", "rina", "mudah ditebak"},
        {"198004172009", "rina", "mudah ditebak"},
        {"rina.puspita1", "rina.puspita", "mudah ditebak"},
        {"RinaPuspita2026", "rina.puspita", "mudah ditebak"},
        {"empat kuda makan rumput", "rina", ""},
        {"Gunung-7-Sungai", "rina", ""},
        {"tr0ub4dor&3xyz", "rina", ""},
        {"rina makan nasi kuning", "rina", ""},
        {"кот и собака", "rina", ""},
    };
    for (const auto& row : rows) {
        INFO(row.password << " of " << row.username);
        const auto weak = weakness(row.password, row.username);
        if (*row.wrong)
            CHECK_THAT(weak ? weak->what : "accepted", Contains(row.wrong));
        else
            CHECK_FALSE(weak);
    }
    CHECK_FALSE(weakness("ku" + std::string(250, 'x'), "rina"));
    CHECK(weakness(std::string(300, 'x') + "abc def", "rina"));
    std::set<std::string> made;
    for (int i = 0; i < 200; ++i) {
        const std::string password = make_password(system_random());
        CHECK_FALSE(weakness(password, "rina"));
        CHECK(made.insert(password).second);
    }
}

TEST_CASE("a recovery code is read as people type it, and only if it is one") {
    const std::string code = make_recovery_code(system_random());
    CHECK(code.size() == 19);
    const auto digest = recovery_digest(code);
    REQUIRE(digest);
    std::string typed = code;
    for (char& c : typed)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    CHECK(recovery_digest(typed) == digest);
    typed.erase(std::remove(typed.begin(), typed.end(), '-'), typed.end());
    CHECK(recovery_digest(" " + typed + " ") == digest);
    for (const std::string& wrong : {std::string(), code.substr(1), code + "A",
                                     std::string("KODE-SALAH!-AAAA-AAAA"), std::string(10'000, 'A')})
        CHECK_FALSE(recovery_digest(wrong));
}

TEST_CASE("what the vault seals opens for its owner alone, and with its own key") {
    const test::Folder folder;
    bool in_use = false;
    const auto vault = [&](const char* name = "keys/rahasia.kunci") {
        return std::make_unique<Vault>(folder / name, system_random(), [&] { return in_use; });
    };
    const auto first = vault();
    const Bytes secret = bytes_of("dua puluh oktet rahas");
    const Bytes sealed = first->seal(secret, "kadis");
    struct ::stat status {};
    REQUIRE(::stat((folder / "keys/rahasia.kunci").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(read_file(folder / "keys/rahasia.kunci").size() == 32);
    CHECK(std::distance(test::fs::directory_iterator(folder / "keys"), {}) == 1);

    CHECK(vault()->open(sealed, "kadis") == secret);
    CHECK(first->seal(secret, "kadis") != sealed);
    CHECK_THAT(complaint([&] { vault()->open(sealed, "staf"); }), StartsWith("69"));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes changed = sealed;
        changed[i] ^= 1;
        CHECK_THAT(complaint([&] { vault()->open(changed, "kadis"); }), StartsWith("69"));
    }
    CHECK_THAT(complaint([&] { vault()->open(BytesView(sealed).first(sealed.size() - 1), "kadis"); }),
               StartsWith("69"));
    CHECK_THAT(complaint([&] { vault()->open({}, "kadis"); }), StartsWith("69"));
    CHECK_THAT(complaint([&] { vault("keys/lain.kunci")->open(sealed, "kadis"); }),
               Contains("kunci yang ada"));

    // A key that was lost is not made anew behind what it had sealed.
    test::fs::rename(folder / "keys/rahasia.kunci", folder / "keys/pindah");
    in_use = true;
    CHECK_THAT(complaint([&] { vault()->open(sealed, "kadis"); }),
               Contains("Pulihkan berkas itu dari cadangan"));
    CHECK_FALSE(test::fs::exists(folder / "keys/rahasia.kunci"));
    test::spit(folder / "keys/rahasia.kunci", "pendek");
    CHECK_THAT(complaint([&] { vault()->open(sealed, "kadis"); }), Contains("rusak"));
    test::fs::rename(folder / "keys/pindah", folder / "keys/rahasia.kunci");
    CHECK(vault()->open(sealed, "kadis") == secret);
}

TEST_CASE("processes that find no key make one between them") {
    const test::Folder folder;
    std::vector<Bytes> sealed(16);
    std::vector<std::thread> crowd;
    for (std::size_t i = 0; i < sealed.size(); ++i)
        crowd.emplace_back([&, i] {
            Vault vault(folder / "keys/rahasia.kunci", system_random(), [] { return false; });
            sealed[i] = vault.seal(bytes_of("x"), "kadis");
        });
    for (std::thread& one : crowd) one.join();
    Vault vault(folder / "keys/rahasia.kunci", system_random(), [] { return true; });
    for (const Bytes& each : sealed) CHECK(vault.open(each, "kadis") == bytes_of("x"));
}
