// Many files in one child: what one of them does to it reaches no other.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "core/file.h"
#include "core/text.h"
#include "service/file_checker.h"
#include "tests/support/shell.h"
#include "tests/verify/pdf_kit.h"

using namespace naskah;
using naskah::verify::Verdict;

namespace {

// The children of this process, by the kernel's word.
std::vector<pid_t> children() {
    std::ifstream in("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    std::vector<pid_t> out;
    for (pid_t pid = 0; in >> pid;) out.push_back(pid);
    return out;
}

}  // namespace

TEST_CASE("one child checks many files and says what a check without it says") {
    const verify::Trust trust = kit::office().trust();
    service::FileChecker checker(trust, kit::now(), nullptr);
    const std::string good = kit::sign(kit::plain_pdf());
    std::string changed = good;
    changed[changed.find("Surat")] = 'X';
    for (const std::string& pdf : {good, changed, kit::plain_pdf(), std::string("bukan PDF"), std::string(),
                                   kit::sign_again(good, {.field = "Kedua"})}) {
        const auto apart = checker.check(as_bytes(pdf));
        const auto here = verify::check(as_bytes(pdf), trust, kit::now());
        CHECK(to_json(apart, "") == to_json(here, ""));
        CHECK(apart.verdict == here.verdict);
    }
    CHECK(checker.children() == 1);
}

TEST_CASE("a file that fells the child is too complex, and the next one is checked by another") {
    const verify::Trust trust = kit::office().trust();
    // Memory for the child's own code, and not for the file.
    service::CheckLimits limits;
    limits.memory = 900u << 20;
    service::FileChecker checker(trust, kit::now(), nullptr, limits);
    const std::string good = kit::sign(kit::plain_pdf());
    CHECK(checker.check(as_bytes(good)).verdict == Verdict::passed);
#if !defined(__SANITIZE_ADDRESS__)
    const auto heavy = checker.check(Bytes(950u << 20));
    CHECK(heavy.verdict == Verdict::failed);
    CHECK(kit::found(heavy, "too_complex"));
    CHECK(checker.check(as_bytes(good)).verdict == Verdict::passed);
    CHECK(checker.children() == 2);
#endif
    // More than its share of the processor.
    service::CheckLimits hasty;
    hasty.processor = std::chrono::seconds(0);
    service::FileChecker impatient(trust, kit::now(), nullptr, hasty);
    CHECK(kit::found(impatient.check(Bytes(64u << 20, '%')), "too_complex"));
    // Killed between two files, as by a crash.
    for (const pid_t pid : children()) ::kill(pid, SIGKILL);
    CHECK(kit::found(checker.check(as_bytes(good)), "too_complex"));
    CHECK(checker.check(as_bytes(good)).verdict == Verdict::passed);
}

TEST_CASE("the child keeps no descriptor of ours and is confined") {
    const verify::Trust trust = kit::office().trust();
    const int secret = ::open("/dev/zero", O_RDONLY);
    service::FileChecker checker(trust, kit::now(), nullptr);
    CHECK(checker.check(as_bytes(kit::plain_pdf())).verdict == Verdict::unsigned_);
    const auto all = children();
    REQUIRE_FALSE(all.empty());
    const std::string folder = "/proc/" + std::to_string(all.back()) + "/fd";
    std::vector<std::string> open;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        open.push_back(entry.path().filename().string());
    std::sort(open.begin(), open.end());
    CHECK(open == std::vector<std::string>{"0", "1", "2", "3"});
    ::close(secret);
#if !defined(__SANITIZE_ADDRESS__)
    std::ifstream status("/proc/" + std::to_string(all.back()) + "/status");
    const std::string text((std::istreambuf_iterator<char>(status)), {});
    CHECK(text.find("Seccomp:\t2") != std::string::npos);
    CHECK(text.find("NoNewPrivs:\t1") != std::string::npos);
#endif
}

namespace {

// A signer whose issuer answers, and the web where it does.
const kit::Person& asked_about() {
    static const kit::Person it = kit::make_person({.name = "CONTOH Ditanya",
                                                    .issuer = &kit::office().intermediate,
                                                    .key_usage = "digitalSignature",
                                                    .ocsp_url = "http://ocsp.contoh.invalid/",
                                                    .crl_url = "http://crl.contoh.invalid/ca.crl"});
    return it;
}

std::string letter_to_ask_about() { return kit::sign(kit::plain_pdf(), {.cms = {.signer = &asked_about()}}); }

struct Answering : Web {
    std::vector<WebRequest> asked;
    bool silent = false;
    std::chrono::seconds slow{0};
    WebAnswer ask(const WebRequest& request) override {
        asked.push_back(request);
        if (silent) throw WebTrouble{true, "tidak terhubung"};
        std::this_thread::sleep_for(slow);
        return {.status = 200,
                .body = to_bytes(kit::make_ocsp({.issuer = &kit::office().intermediate,
                                                 .subject = &asked_about(),
                                                 .issued = kit::now(),
                                                 .next = kit::now() + std::chrono::hours(24)}))};
    }
};

}  // namespace

TEST_CASE("a web that does not answer, and one that may not be asked any more, leave the verdict open") {
    const verify::Trust trust = kit::office().trust();
    Answering silent;
    silent.silent = true;
    service::FileChecker checker(trust, kit::now(), &silent);
    const auto unheard = checker.check(as_bytes(letter_to_ask_about()));
    INFO(kit::summary(unheard));
    CHECK(unheard.verdict == Verdict::indeterminate);
    CHECK(kit::found(unheard, "revocation_unanswered"));
    CHECK(silent.asked.size() == 2);  // the answerer and the list

    for (const int questions : {0, 1}) {
        silent.asked.clear();
        service::CheckLimits limits;
        limits.questions = questions;
        service::FileChecker curt(trust, kit::now(), &silent, limits);
        const auto report = curt.check(as_bytes(letter_to_ask_about()));
        INFO(kit::summary(report));
        CHECK(report.verdict == Verdict::indeterminate);
        CHECK(kit::found(report, "revocation_unanswered"));
        CHECK(silent.asked.size() == static_cast<std::size_t>(questions));
        // The child lives on, and the next file may ask as much.
        CHECK(kit::found(curt.check(as_bytes(letter_to_ask_about())), "revocation_unanswered"));
        CHECK(silent.asked.size() == static_cast<std::size_t>(2 * questions));
        CHECK(curt.children() == 1);
    }
}

#if !defined(__SANITIZE_ADDRESS__)  // they get ten times the patience
TEST_CASE(
    "a child is waited for as long as patience lasts, and what the web took is not lent to the next file") {
    const verify::Trust trust = kit::office().trust();
    Answering slow;
    slow.slow = std::chrono::seconds(2);
    service::CheckLimits limits;
    limits.patience = std::chrono::seconds(1);
    service::FileChecker checker(trust, kit::now(), &slow, limits);
    const auto before = children();
    CHECK(checker.check(as_bytes(letter_to_ask_about())).verdict == Verdict::passed);
    pid_t child = 0;
    for (const pid_t pid : children())
        if (std::find(before.begin(), before.end(), pid) == before.end()) child = pid;
    REQUIRE(child != 0);
    // It stands still for longer than the patience, for less than that and the web's time together.
    ::kill(child, SIGSTOP);
    std::thread waker([child] {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        ::kill(child, SIGCONT);
    });
    const auto report = checker.check(as_bytes(kit::sign(kit::plain_pdf())));
    waker.join();
    INFO(kit::summary(report));
    CHECK(kit::found(report, "too_complex"));
}
#endif

TEST_CASE("the parent asks the web for its child, and for nothing else") {
    Answering web;
    const verify::Trust trust = kit::office().trust();
    service::FileChecker checker(trust, kit::now(), &web);
    const auto report = checker.check(as_bytes(letter_to_ask_about()));
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::passed);
    CHECK_FALSE(kit::found(report, "revocation_unknown"));
    REQUIRE(web.asked.size() == 1);
    CHECK(web.asked[0].url == "http://ocsp.contoh.invalid/");
    CHECK_FALSE(web.asked[0].body.empty());
}

TEST_CASE(
    "the command takes many files and a folder of roots, and speaks two languages and that of the standard") {
    const test::Folder folder;
    std::filesystem::create_directory(folder / "akar");
    test::spit(folder / "akar/akar.pem", kit::to_pem(kit::office().root));
    test::spit(folder / "akar/BACA.txt", "Sertifikat akar kantor.");
    const std::string good = kit::sign(kit::plain_pdf());
    std::string changed = good;
    changed[changed.find("Surat")] = 'X';
    test::spit(folder / "sah.pdf", good);
    test::spit(folder / "diubah.pdf", changed);
    const auto verify = [&](const std::vector<std::string>& names, std::vector<std::string> more) {
        std::vector<std::string> command{"verify"};
        for (const std::string& name : names) command.push_back(folder / name);
        more.insert(more.end(), {"--at", "2026-03-26T06:00:00Z", "--trust", folder / "akar"});
        command.insert(command.end(), more.begin(), more.end());
        return test::naskah_command(command);
    };
    const auto one = verify({"sah.pdf"}, {"--etsi"});
    INFO(one.out << one.err);
    CHECK(one.exit_code == 0);
    CHECK(one.out.find(": SAH\n") != std::string::npos);
    CHECK(one.out.find("EN 319 102-1: TOTAL-PASSED\n") != std::string::npos);
    const auto both = verify({"sah.pdf", "diubah.pdf"}, {"--etsi", "--lang", "en"});
    INFO(both.out << both.err);
    CHECK(both.exit_code == 1);
    CHECK(both.out.find("sah.pdf: VALID\n") != std::string::npos);
    CHECK(both.out.find("diubah.pdf: NOT VALID\n") != std::string::npos);
    CHECK(both.out.find("TOTAL-FAILED / HASH_FAILURE") != std::string::npos);
    const auto json = verify({"sah.pdf", "diubah.pdf", "sah.pdf"}, {"--json"});
    const Json rows = parse_json(json.out, "keluaran");
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].at("verdict") == "passed");
    CHECK(rows[1].at("signatures")[0].at("etsi").at("sub_indication") == "HASH_FAILURE");
    CHECK(rows[2].at("signatures")[0].at("etsi").at("indication") == "TOTAL-PASSED");
    // A file that is not there costs its line, not the others'.
    const auto missing = verify({"tidak-ada.pdf", "sah.pdf"}, {});
    CHECK(missing.exit_code >= 64);
    CHECK(missing.out.find("sah.pdf: SAH\n") != std::string::npos);
    // A folder without any certificate is refused by name.
    std::filesystem::create_directory(folder / "kosong");
    const auto none = test::naskah_command({"verify", folder / "sah.pdf", "--trust", folder / "kosong"});
    CHECK(none.exit_code == 65);
    CHECK(none.err.find("kosong") != std::string::npos);
}
