// A letter that BSrE or a CSC service signs, each through its simulator: the network is cut, the answer is
// wrong, a process is killed, at every step. Whatever happens: no letter has two numbers, none is lost, none
// counts as signed without a verified file, and nothing is asked for twice by a machine.
#include <csignal>
#include <future>
#include <thread>

#include "../support/authority.h"
#include "../support/bsre_simulator.h"
#include "../support/csc_simulator.h"
#include "flow_office.h"
#include "storage/signing_attempts.h"
#include "workflow/keys.h"
#include "workflow/web.h"

using namespace naskah;
using namespace naskah::workflow;
using Catch::Matchers::Contains;
using naskah::test::BsreFault;
using naskah::test::BsreSimulator;
using naskah::test::CscFault;
using naskah::test::CscSimulator;
using naskah::test::FlowOffice;
using naskah::test::refused;
using storage::AttemptOutcome;
using storage::Draft;
using storage::ItemState;
using storage::Round;
using storage::Rounds;
using storage::SigningAttempt;
using storage::Stage;
using storage::Status;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

const std::string nik = "0000000000000017", passphrase = "kata sandi CONTOH";

// An office whose head signs through a service that holds the demo head's key.
class RemoteOffice : public FlowOffice {
public:
    RemoteOffice() : FlowOffice(true), signer{"", read_file(root() / "keys/kepala.p12"), pin} {
        holder = signing::describe(*signing::open_pkcs12(signer.p12, signer.passphrase)).common_name;
        naskah::write_file(
            root() / "keys/layanan.rahasia",
            as_bytes(dump_json({{"nama", "naskah"}, {"sandi", "sandi-aplikasi"}, {"nik", nik}})), 0600);
    }
    ~RemoteOffice() {
        // The log and the settings are read by many.
        for (const auto& entry : desk->letters().log(0, 100'000))
            for (const std::string& secret : {nik, passphrase, std::string("sandi-aplikasi")})
                CHECK(dump_json(entry.detail).find(secret) == std::string::npos);
    }
    void use(const Json& key) {
        Json settings = parse_json(test::slurp(root() / "office.json"), "office.json");
        settings["kunci"] = {{"jauh", key}};
        settings["pejabat"][0]["kunci"] = "jauh";
        test::spit(root() / "office.json", dump_json(settings));
        desk = open_desk();
    }
    void use_bsre(const BsreSimulator& service, int version = 2, const std::string& named = "") {
        use({{"jenis", "bsre"},
             {"versi", version},
             {"alamat", service.url()},
             {"http_boleh", true},
             {"batas_detik", 1},
             {"rahasia", "keys/layanan.rahasia"},
             {"nama_sertifikat", named.empty() ? holder : named}});
    }

    std::vector<Draft> queue(int count) {
        std::vector<Draft> drafts;
        for (int i = 0; i < count; ++i) drafts.push_back(in_stage(Stage::queue));
        return drafts;
    }
    // The head signs what is in the queue of these; the round when it is over.
    Round sign(const std::vector<Draft>& chosen, const std::string& secret = passphrase) {
        std::vector<Rounds::Pick> picks;
        for (const Draft& draft : chosen) {
            const Draft now_is = drafts().find(draft.id).value();
            picks.push_back({now_is.id, now_is.version});
        }
        auto all = rounds();
        const Round started = all->start(ratna, picks, {secret, ""}, now());
        all->wait();
        return all->find(started.id).value();
    }
    Draft now_of(const Draft& draft) { return drafts().find(draft.id).value(); }
    std::vector<SigningAttempt> attempts(const Draft& draft) {
        return storage::SigningAttempts(desk->database()).of(now_of(draft).letter.value());
    }
    std::size_t count(Status status) { return desk->letters().list({.status = status}).size(); }
    // Issued, verified, the file in the register, and no other letter of the same text.
    void is_issued_once(const Draft& draft) {
        const Draft is = now_of(draft);
        REQUIRE(is.stage == Stage::issued);
        const Bytes pdf = desk->letters().pdf(is.letter.value()).value();
        const verify::Report report = verify::check(pdf, desk->trust(), clock.now());
        CHECK(report.verdict == verify::Verdict::passed);
        CHECK(report.signatures.size() == 1);
        const auto tries = attempts(draft);
        REQUIRE_FALSE(tries.empty());
        CHECK(tries.back().outcome == AttemptOutcome::signed_);
        CHECK(tries.back().output == sha256(pdf));
    }

    signing::DemoSigner signer;
    std::string holder;
};

std::string problem_of(const Round& round, std::size_t item = 0) {
    return round.items.at(item).problems.empty() ? "" : to_string(round.items.at(item).problems.front());
}

}  // namespace

TEST_CASE("one passphrase has BSrE sign every chosen letter, and each try is written down") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    const int version = GENERATE(1, 2);
    office.use_bsre(service, version);
    const auto drafts = office.queue(4);
    const Round round = office.sign(drafts);
    INFO(problem_of(round));
    CHECK(round.count(ItemState::signed_) == 4);
    CHECK(service.made() == 4);
    for (const Draft& draft : drafts) {
        office.is_issued_once(draft);
        const auto tries = office.attempts(draft);
        REQUIRE(tries.size() == 1);
        CHECK(tries[0].service == "bsre-v" + std::to_string(version));
        CHECK(tries[0].key == "jauh");
        CHECK(tries[0].actor == "ratna");
        CHECK(tries[0].input != Sha256{});
    }
    CHECK(service.complaints() == std::vector<std::string>{});
}

TEST_CASE("a wrong passphrase costs one try and one number, however many letters were chosen") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service);
    const auto drafts = office.queue(5);
    const Round wrong = office.sign(drafts, "bukan itu");
    CHECK(wrong.count(ItemState::failed) == 5);
    for (std::size_t i = 0; i < 5; ++i)
        CHECK_THAT(problem_of(wrong, i), Contains("salah") && !Contains("bukan itu"));
    CHECK(service.refused() == 1);
    CHECK(service.asked() == 1);
    CHECK(office.count(Status::reserved) == 1);
    CHECK(office.attempts(drafts[0]).at(0).code == 2031);
    CHECK(office.attempts(drafts[0]).at(0).outcome == AttemptOutcome::refused);

    const Round right = office.sign(drafts);
    CHECK(right.count(ItemState::signed_) == 5);
    for (const Draft& draft : drafts) office.is_issued_once(draft);
    CHECK(office.desk->letters().list({}).size() == 5);
    SECTION("and too many wrong ones have to wait") {
        const auto more = office.queue(1);
        for (int i = 0; i < SigningRounds::most_refusals; ++i) office.sign(more, "salah lagi");
        CHECK_THAT(refused([&] { office.sign(more); }), Contains("77") && Contains("tunggu"));
    }
}

TEST_CASE(
    "an answer that is lost or wrong leaves the letter in the queue with its number, and is not asked for "
    "again") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    struct Row {
        BsreFault fault;
        int version;
        ItemState state;
        AttemptOutcome outcome;
        int made;  // signatures that the service may have made for nothing
    };
    const Row row = GENERATE(values<Row>({
        {BsreFault::unavailable, 2, ItemState::unknown, AttemptOutcome::unknown, 0},
        {BsreFault::silent, 2, ItemState::unknown, AttemptOutcome::unknown, 0},
        {BsreFault::signed_then_silent, 2, ItemState::unknown, AttemptOutcome::unknown, 1},
        {BsreFault::cut_off, 2, ItemState::unknown, AttemptOutcome::unknown, 1},
        {BsreFault::signed_then_error, 2, ItemState::unknown, AttemptOutcome::unknown, 1},
        {BsreFault::signed_then_error, 1, ItemState::unknown, AttemptOutcome::unknown, 1},
        {BsreFault::zero_byte, 2, ItemState::unknown, AttemptOutcome::unknown, 1},
        {BsreFault::html, 2, ItemState::unknown, AttemptOutcome::unknown, 1},
        {BsreFault::two_files, 2, ItemState::unknown, AttemptOutcome::unknown, 1},
        {BsreFault::not_registered, 1, ItemState::failed, AttemptOutcome::refused, 0},
        {BsreFault::unauthorized, 1, ItemState::failed, AttemptOutcome::refused, 0},
        {BsreFault::altered, 2, ItemState::failed, AttemptOutcome::unfit, 1},
        {BsreFault::replaced, 2, ItemState::failed, AttemptOutcome::unfit, 1},
        {BsreFault::unsigned_, 2, ItemState::failed, AttemptOutcome::unfit, 1},
    }));
    INFO(static_cast<int>(row.fault) << " v" << row.version);
    office.use_bsre(service, row.version);
    const auto drafts = office.queue(1);
    service.set_fault(row.fault);
    const Round round = office.sign(drafts);
    INFO(problem_of(round));
    CHECK(round.items[0].state == row.state);
    CHECK(service.asked() == (row.fault == BsreFault::unauthorized ? 0 : 1));
    CHECK(service.made() == row.made);
    const Draft waits = office.now_of(drafts[0]);
    CHECK(waits.stage == Stage::queue);
    REQUIRE_FALSE(waits.number.empty());
    CHECK(office.count(Status::issued) == 0);
    CHECK(office.attempts(drafts[0]).at(0).outcome == row.outcome);
    CHECK(office.desk->letters().check() == std::vector<Problem>{});

    service.set_fault(BsreFault::none);
    CHECK(office.sign(drafts).items[0].state == ItemState::signed_);
    office.is_issued_once(drafts[0]);
    CHECK(office.now_of(drafts[0]).number == waits.number);
    CHECK(office.desk->letters().list({}).size() == 1);
}

TEST_CASE("version 1 keeps what it signed: an answer that was cut off is fetched by its id") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service, 1);
    const auto drafts = office.queue(2);
    SECTION("at once") {
        service.set_fault(BsreFault::cut_off);
        CHECK(office.sign(drafts).count(ItemState::signed_) == 2);
        CHECK(service.made() == 2);
    }
    SECTION("after the day of the letter, instead of a second number") {
        service.set_fault(BsreFault::lost_for_now);
        const Round round = office.sign({drafts[0]});
        CHECK(round.items[0].state == ItemState::unknown);
        const std::string number = office.now_of(drafts[0]).number;
        service.set_fault(BsreFault::none);
        office.clock.pass(24h);
        CHECK(office.sign({drafts[0]}).items[0].state == ItemState::signed_);
        CHECK(office.now_of(drafts[0]).number == number);
        CHECK(service.made() == 1);
        office.is_issued_once(drafts[0]);
        return;
    }
    for (const Draft& draft : drafts) office.is_issued_once(draft);
}

TEST_CASE("a service that is away costs nothing: no number, no try") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service);
    const auto drafts = office.queue(2);
    service.set_fault(BsreFault::status_unavailable);
    CHECK_THAT(refused([&] { office.sign(drafts); }), Contains("69") && Contains("terganggu"));
    service.set_fault(BsreFault::expired);
    CHECK_THAT(refused([&] { office.sign(drafts); }), Contains("65") && Contains("berakhir"));
    CHECK(office.desk->letters().list({}).empty());
    CHECK(office.now_of(drafts[0]).stage == Stage::queue);
    CHECK(service.asked() == 0);
}

TEST_CASE("somebody else's signature is not the head's") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service, 2, "Orang Lain (CONTOH)");
    const auto drafts = office.queue(1);
    const Round round = office.sign(drafts);
    CHECK(round.items[0].state == ItemState::failed);
    CHECK_THAT(problem_of(round), Contains("orang lain"));
    CHECK(office.count(Status::issued) == 0);
    CHECK(office.attempts(drafts[0]).at(0).outcome == AttemptOutcome::unfit);
}

TEST_CASE("a letter that may be signed out there gets no second number on the next day") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service);
    const auto drafts = office.queue(1);
    service.set_fault(BsreFault::signed_then_silent);
    CHECK(office.sign(drafts).items[0].state == ItemState::unknown);
    const std::string number = office.now_of(drafts[0]).number;
    service.set_fault(BsreFault::none);
    office.clock.pass(24h);
    const Round next_day = office.sign(drafts);
    CHECK(next_day.items[0].state == ItemState::unknown);
    CHECK_THAT(problem_of(next_day), Contains("nomor baru tidak diambil") && Contains("register void"));
    CHECK(office.desk->letters().list({}).size() == 1);
    CHECK(service.made() == 1);

    // The keeper of the service says that the result is gone: a person gives the number up.
    office.desk->letters().make_void(office.now_of(drafts[0]).letter.value(), "hasil hilang di layanan",
                                     office.now(), "tatausaha");
    CHECK(office.sign(drafts).items[0].state == ItemState::signed_);
    office.is_issued_once(drafts[0]);
    CHECK(office.now_of(drafts[0]).number != number);
    CHECK(office.count(Status::void_) == 1);
}

TEST_CASE("two processes at one letter ask the service once") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service);
    std::promise<void> asked, go_on;
    std::atomic<bool> held = true;
    service.set_hook([&](const std::string& step) {
        if (step != "signed" || !held.exchange(false)) return;
        asked.set_value();
        go_on.get_future().wait();
    });
    const Draft draft = office.queue(1)[0];
    const auto issue = [&](const std::shared_ptr<Desk>& desk) {
        auto session = std::make_shared<SigningSession>([](const std::string&) { return passphrase; });
        return refused([&] {
            desk->issue({.kind = draft.kind,
                         .data = draft.data,
                         .key = draft.key(),
                         .actor = "ratna",
                         .images = office.root(),
                         .session = session});
        });
    };
    auto first = std::async(std::launch::async, [&] { return issue(office.desk); });
    asked.get_future().wait();
    CHECK_THAT(issue(office.open_desk()), Contains("69") && Contains("proses lain"));
    go_on.set_value();
    CHECK(first.get() == "");
    CHECK(issue(office.open_desk()) == "");
    CHECK(service.made() == 1);
    CHECK(office.count(Status::issued) == 1);
}

TEST_CASE("a process that is killed at any step of a remote signing leaves one letter with one number") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service, GENERATE(1, 2));
    const fs::path data = office.root() / "data.json", secret = office.folder / "sandi";
    test::spit(data, dump_json(office.example()));
    test::spit(secret, passphrase + "\n");
    const std::vector<std::string> command = {NASKAH_COMMAND,
                                              "--office",
                                              office.root().string(),
                                              "issue",
                                              "surat-perintah-tugas",
                                              data.string(),
                                              "-o",
                                              (office.folder / "keluar.pdf").string(),
                                              "--key",
                                              "satu",
                                              "--pin-fd",
                                              "0"};
    const auto run_it = [&] {
        test::Ran ran;
        const pid_t child =
            test::start(command, office.folder / "out", office.folder / "err", secret.string());
        ran.exit_code = test::wait_for(child);
        ran.err = test::slurp(office.folder / "err");
        return ran;
    };
    std::string number;
    // Before it signs; signed and not answered; and so long after the answer, when it is verified and stored.
    struct Row {
        const char* step;
        std::chrono::milliseconds later;
    };
    std::vector<Row> rows = {{"asked", 0ms}, {"signed", 0ms}};
    for (const auto later : {1ms, 3ms, 6ms, 10ms, 15ms, 25ms}) rows.push_back({"answered", later});
    int killed = 0;
    for (const Row& row : rows) {
        INFO(row.step << " " << row.later.count());
        std::promise<void> reached;
        std::atomic<bool> let_go = false;
        std::atomic<bool> told = false;
        service.set_hook([&](const std::string& step) {
            const bool answered = std::string(row.step) == "answered";
            if (step != (answered ? "signed" : row.step) || told.exchange(true)) return;
            reached.set_value();
            while (!answered && !let_go) std::this_thread::sleep_for(1ms);
        });
        const pid_t child =
            test::start(command, office.folder / "out", office.folder / "err", secret.string());
        if (reached.get_future().wait_for(30s) == std::future_status::ready) {
            std::this_thread::sleep_for(row.later);
            ::kill(child, SIGKILL);
        }
        const int end = test::wait_for(child);
        let_go = true;
        service.set_hook({});
        INFO(test::slurp(office.folder / "err"));
        REQUIRE((end == 128 + SIGKILL || end == 0));
        killed += end == 0 ? 0 : 1;
        CHECK(office.desk->letters().check() == std::vector<Problem>{});
        const auto letters = office.desk->letters().list({});
        REQUIRE(letters.size() == 1);
        if (!number.empty()) CHECK(letters[0].letter.number == number);
        number = letters[0].letter.number;
        if (letters[0].letter.status == Status::issued) break;
        CHECK_FALSE(office.desk->letters().pdf(letters[0].letter.id));
    }
    CHECK(killed >= 2);
    const test::Ran last = run_it();
    INFO(last.err);
    CHECK(last.exit_code == 0);
    const auto letters = office.desk->letters().list({});
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].letter.status == Status::issued);
    CHECK(letters[0].letter.number == number);
    const Bytes pdf = office.desk->letters().pdf(letters[0].letter.id).value();
    CHECK(verify::check(pdf, office.desk->trust(), system_clock().now()).verdict == verify::Verdict::passed);
    CHECK(read_file(office.folder / "keluar.pdf") == pdf);
    // Every signature that the service made was asked for by a try that was written down first.
    const auto tries = storage::SigningAttempts(office.desk->database()).of(letters[0].letter.id);
    CHECK(static_cast<int>(tries.size()) >= service.made());
}

TEST_CASE("a CSC service signs a round with one authorization, and a wrong PIN changes nothing") {
    RemoteOffice office;
    CscSimulator service(office.signer, {.multisign = 10});
    office.use({{"jenis", "csc"},
                {"alamat", service.url()},
                {"http_boleh", true},
                {"batas_detik", 1},
                {"rahasia", "keys/layanan.rahasia"},
                {"nama_sertifikat", office.holder}});
    const auto drafts = office.queue(4);
    CHECK_THAT(refused([&] { office.sign(drafts, "13579"); }), Contains("salah"));
    CHECK(office.desk->letters().list({}).empty());
    const Round round = office.sign(drafts, CscSimulator::pin);
    INFO(problem_of(round));
    CHECK(round.count(ItemState::signed_) == 4);
    for (const Draft& draft : drafts) office.is_issued_once(draft);
    CHECK(service.authorized() == 1);
    CHECK(service.made() == 4);
    SECTION("its lost answers are unknown as well") {
        const auto fault = GENERATE(CscFault::silent, CscFault::cut_off, CscFault::signed_then_error,
                                    CscFault::wrong_value, CscFault::html);
        const auto one = office.queue(1);
        service.set_fault(fault);
        CHECK(office.sign(one, CscSimulator::pin).items[0].state == ItemState::unknown);
        CHECK(service.made() == 5);
        const std::string number = office.now_of(one[0]).number;
        service.set_fault(CscFault::none);
        CHECK(office.sign(one, CscSimulator::pin).items[0].state == ItemState::signed_);
        office.is_issued_once(one[0]);
        CHECK(office.now_of(one[0]).number == number);
    }
}

TEST_CASE("secrets of a service are believed only from a file that nobody else can read") {
    RemoteOffice office;
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service);
    const auto open = [&] {
        return refused([&] {
            open_signer(
                office.desk->office(), "jauh", [](const std::string&) { return passphrase; }, make_web());
        });
    };
    CHECK(open() == "");
    const fs::path file = office.root() / "keys/layanan.rahasia";
    fs::permissions(file, fs::perms::owner_read | fs::perms::group_read);
    CHECK_THAT(open(), Contains("pengguna lain") && Contains("chmod 600"));
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    for (const std::string bad :
         {"", "[]", "{\"nama\": 1}", "{\"nama\": \"a\", \"nik\": 17}", "rahasia tanpa kurung"}) {
        test::spit(file, bad);
        CHECK_THAT(open(), Contains("tidak terbaca") && !Contains("tanpa kurung"));
    }
    fs::remove(file);
    CHECK_THAT(open(), Contains("tidak ada"));

    const auto with = [&](const std::string& member, const Json& value) {
        Json settings = parse_json(test::slurp(office.root() / "office.json"), "office.json");
        settings["kunci"]["jauh"][member] = value;
        return refused([&] { Office::from(office.root(), settings, Json::object()); });
    };
    CHECK_THAT(with("nik", nik), Contains("rahasia tidak boleh") && !Contains(nik));
    CHECK_THAT(with("sandi", "x"), Contains("rahasia tidak boleh"));
    CHECK_THAT(with("http_boleh", false), Contains("TLS"));
    CHECK_THAT(with("versi", 3), Contains("1 atau 2"));
    CHECK_THAT(with("jenis", "lain"), Contains("tidak dikenal"));
    CHECK_THAT(with("batas_detik", 0), Contains("1 sampai 120"));
    CHECK_THAT(with("nama_sertifikat", ""), Contains("wajib"));
}

TEST_CASE("a service's signature is raised to the office's level, or the letter waits with its number") {
    tests::Authority authority;
    RemoteOffice office;
    authority.ahead_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(office.clock.now() - system_clock().now()).count();
    BsreSimulator service(office.signer, nik, passphrase);
    office.use_bsre(service);
    Json settings = parse_json(test::slurp(office.root() / "office.json"), "office.json");
    settings["signing"] = {{"level", "t"}, {"timestamp_authorities", {authority.address("/tsa")}}};
    test::spit(office.root() / "office.json", dump_json(settings));
    test::spit(office.root() / "trust/uji.pem", authority.root_pem());
    const auto drafts = office.queue(3);
    // What refused the letter; each time by a process of its own.
    const auto issue = [&](const Draft& draft) {
        office.desk = office.open_desk();
        return refused([&] {
            office.desk->issue(
                {.kind = draft.kind,
                 .data = draft.data,
                 .key = draft.key(),
                 .actor = "ratna",
                 .images = office.root(),
                 .session = std::make_shared<SigningSession>([](const std::string&) { return passphrase; })});
        });
    };
    const auto level_of = [&](const Draft& draft) {
        const auto letter = office.desk->letters().find_key(draft.key()).value();
        return signing::protection_of(office.desk->letters().pdf(letter.id).value()).level;
    };

    CHECK(issue(drafts[0]) == "");
    CHECK(level_of(drafts[0]) == signing::Level::t);

    // Silent before the number: nothing is asked of the service, no number is taken.
    authority.stamps_left = 0;
    CHECK_THAT(issue(drafts[1]), Contains("stempel waktu"));
    CHECK(service.asked() == 1);
    CHECK(office.desk->letters().list({}).size() == 1);

    // Silent after the service signed: numbered and not issued, for the level is never lowered.
    authority.stamps_left = 1;
    CHECK_THAT(issue(drafts[2]), Contains("stempel waktu"));
    CHECK(service.made() == 2);
    CHECK(office.count(Status::reserved) == 1);
    authority.stamps_left = -1;
    CHECK(issue(drafts[2]) == "");
    CHECK(level_of(drafts[2]) == signing::Level::t);
    CHECK(office.count(Status::reserved) == 0);
    CHECK(office.count(Status::issued) == 2);
}
