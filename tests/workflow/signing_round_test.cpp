// Many letters with one PIN: what goes right, what goes wrong, and what is the same whatever happens.
#include "flow_office.h"

#include <thread>

using namespace naskah;
using namespace naskah::workflow;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using naskah::test::FlowOffice;
using naskah::test::refused;
using storage::Draft;
using storage::ItemState;
using storage::Round;
using storage::Rounds;
using storage::Stage;
using storage::Status;

namespace {

std::vector<Draft> queue(FlowOffice& office, int count, const std::string& kind = "surat-perintah-tugas") {
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i) drafts.push_back(office.in_stage(Stage::queue, kind));
    return drafts;
}

std::vector<Rounds::Pick> picks(const std::vector<Draft>& drafts) {
    std::vector<Rounds::Pick> chosen;
    for (const Draft& draft : drafts) chosen.push_back({draft.id, draft.version});
    return chosen;
}

std::size_t log_count(FlowOffice& office, const std::string& action) {
    std::size_t count = 0;
    for (const auto& entry : office.desk->letters().log(0, 100'000)) count += entry.action == action ? 1 : 0;
    return count;
}

std::size_t issued(FlowOffice& office) {
    return office.desk->letters().list({.status = Status::issued}).size();
}

}  // namespace

TEST_CASE("one PIN signs every chosen letter, each with its number, in the order chosen") {
    FlowOffice office(GENERATE(false, true));
    const auto drafts = queue(office, 7);
    auto rounds = office.rounds();
    const Round started = rounds->start(office.ratna, picks(drafts), office.secrets(), office.now());
    CHECK(started.items.size() == 7);
    rounds->wait();
    const Round round = rounds->find(started.id).value();
    CHECK(round.ended_at);
    CHECK(round.count(ItemState::signed_) == 7);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const Draft draft = office.drafts().find(drafts[i].id).value();
        CHECK(draft.stage == Stage::issued);
        CHECK(draft.number == round.items[i].number);
        CHECK_THAT(draft.number, Contains("/00" + std::to_string(i + 1) + "/"));
        const auto letter = office.desk->letters().find(draft.letter.value()).value();
        CHECK(letter.status == Status::issued);
        CHECK(letter.idempotency_key == draft.key());
        const auto pdf = office.desk->letters().pdf(letter.id).value();
        CHECK(verify::check(pdf, office.desk->office().trust(), office.now()).verdict ==
              verify::Verdict::passed);
        CHECK(office.drafts().steps(draft.id).back().act == "issued");
        CHECK(office.drafts().steps(draft.id).back().actor == "ratna");
    }
}

TEST_CASE("with a wrong PIN nothing has happened, and the try stands in the log without the PIN") {
    FlowOffice office(GENERATE(false, true));
    const auto drafts = queue(office, 2);
    auto rounds = office.rounds();
    const std::string wrong = office.pin == "000000" ? "111111" : "000000";
    for (const std::string& pin : {wrong, std::string(), std::string("sandi-masuk")}) {
        INFO(pin);
        const std::string answer = refused([&] {
            rounds->start(office.ratna, picks(drafts), {pin, ""}, office.now());
        });
        CHECK_THAT(answer, StartsWith("65 PIN tanda tangan"));
        if (!pin.empty()) CHECK(answer.find(pin) == std::string::npos);
    }
    CHECK(log_count(office, "pin-wrong") == 3);
    CHECK(log_count(office, "round-start") == 0);
    for (const auto& entry : office.desk->letters().log(0, 10'000)) {
        CHECK(dump_json(entry.detail).find(wrong) == std::string::npos);
        CHECK(dump_json(entry.detail).find(office.pin) == std::string::npos);
    }
    for (const Draft& draft : drafts) CHECK(office.drafts().find(draft.id)->revision == draft.revision);
    CHECK(office.desk->letters().list({}).empty());
    rounds->start(office.ratna, picks(drafts), office.secrets(), office.now());
    rounds->wait();
    CHECK(issued(office) == 2);
}

TEST_CASE("after five wrong PINs even the right one has to wait, however many ask at once") {
    FlowOffice office;
    const auto drafts = queue(office, 1);
    auto rounds = office.rounds();
    const std::string wrong = office.pin == "000000" ? "111111" : "000000";
    std::vector<std::thread> tries;
    std::atomic<int> looked_at = 0, locked_out = 0;
    for (int i = 0; i < 12; ++i)
        tries.emplace_back([&] {
            const std::string answer = refused([&] {
                rounds->start(office.ratna, picks(drafts), {wrong, ""}, office.now());
            });
            ++(answer.starts_with("77") ? locked_out : looked_at);
        });
    for (std::thread& one : tries) one.join();
    CHECK(looked_at == 5);
    CHECK(locked_out == 7);
    CHECK_THAT(refused([&] { rounds->start(office.ratna, picks(drafts), office.secrets(), office.now()); }),
               StartsWith("77 ") && Contains("tunggu"));
    // Another head's tries are another head's.
    office.clock.pass(std::chrono::minutes(16));
    rounds->start(office.ratna, picks(drafts), office.secrets(), office.now());
    rounds->wait();
    CHECK(issued(office) == 1);
}

TEST_CASE("the PIN opens the keys for its round only") {
    FlowOffice office(true);
    const auto drafts = queue(office, 2);
    auto rounds = office.rounds();
    rounds->start(office.ratna, picks({drafts[0]}), office.secrets(), office.now());
    rounds->wait();
    CHECK(issued(office) == 1);
    CHECK_THAT(refused([&] {
                   rounds->start(office.ratna, picks({drafts[1]}), {"", ""}, office.now());
               }),
               Contains("belum diisi"));
    // The desk itself has kept no key either.
    CHECK(refused([&] {
              office.desk->issue({.kind = drafts[1].kind, .data = drafts[1].data, .images = office.root()});
          }) != "");
    CHECK(issued(office) == 1);
}

TEST_CASE("a letter that does not pass is told why and goes back, and the others are signed") {
    FlowOffice office;
    auto good = queue(office, 2);
    const Draft moved = office.in_stage(Stage::queue);
    auto acts = office.drafting();
    const Draft late = [&] {
        Json data = office.example();
        data["jenis"] = "insidental";
        data["alasan_mendadak"] = "pengaduan";
        Draft draft = acts.create(office.dimas, "surat-perintah-tugas", data, office.now());
        draft = acts.send(office.dimas, draft.id, draft.revision, "siti", "", office.now());
        return acts.approve(office.siti, draft.id, 1, "", "", office.now());
    }();
    acts.send_back(office.hendra, moved.id, 1, "tunggu", office.now());
    const Draft other = office.in_stage(Stage::review);
    auto rounds = office.rounds();
    auto chosen = picks({good[0], moved, good[1], late, other});
    chosen[2].version = 9;  // chosen on a page that shows another version
    const Round started = rounds->start(office.ratna, chosen, office.secrets(), office.now());
    rounds->wait();
    const Round round = rounds->find(started.id).value();
    CHECK(round.count(ItemState::signed_) == 2);
    CHECK(round.count(ItemState::failed) == 3);
    CHECK_THAT(to_string(round.items[1].problems.at(0)), Contains("tidak lagi menunggu tanda tangan"));
    CHECK_THAT(to_string(round.items[2].problems.at(0)), Contains("sekarang versi 1"));
    CHECK_THAT(to_string(round.items[4].problems.at(0)), Contains("tidak lagi menunggu tanda tangan"));
    CHECK(office.drafts().find(good[1].id)->stage == Stage::queue);
    CHECK(issued(office) == 2);
}

TEST_CASE("rules are asked once more at the moment of signing") {
    FlowOffice office;
    const Draft draft = office.in_stage(Stage::queue);
    auto rounds = office.rounds();
    office.clock.pass(std::chrono::hours(24 * 14));
    const Round started = rounds->start(office.ratna, picks({draft}), office.secrets(), office.now());
    rounds->wait();
    const Round round = rounds->find(started.id).value();
    CHECK(round.items[0].state == ItemState::failed);
    const Draft after = office.drafts().find(draft.id).value();
    CHECK(after.stage == Stage::queue);
    CHECK_THAT(after.trouble, Contains("paling lambat"));
    CHECK(after.number == "");
    CHECK(office.desk->letters().list({}).empty());
}

TEST_CASE("nobody signs for another official, and only heads sign") {
    FlowOffice office;
    const Draft draft = office.in_stage(Stage::queue);
    auto rounds = office.rounds();
    for (const Person& who : office.everyone) {
        INFO(who.username);
        const std::string answer =
            refused([&] { rounds->start(who, picks({draft}), office.secrets(), office.now()); });
        rounds->wait();
        if (who.username == "ratna") {
            CHECK(answer == "");
        } else {
            CHECK((answer.starts_with("77 ") || answer.find("ditandatangani") != std::string::npos ||
                   answer.find("terbit") != std::string::npos));
        }
    }
    CHECK(issued(office) == 1);
    CHECK_THAT(refused([&] { rounds->start(office.ratna, {}, office.secrets(), office.now()); }),
               Contains("1 sampai 128"));
    CHECK_THAT(refused([&] {
                   rounds->start(office.ratna, std::vector<Rounds::Pick>(129, {draft.id, 1}),
                                 office.secrets(), office.now());
               }),
               Contains("1 sampai 128"));
}

TEST_CASE("letters with the office's seal ask for the seal's own secret, and only they do") {
    FlowOffice office(true);
    const Draft form = office.in_stage(Stage::queue, "checklist-persyaratan");
    const Draft letter = office.in_stage(Stage::queue);
    auto rounds = office.rounds();
    const auto both = rounds->needs_of({form, letter});
    CHECK((both.pin && both.seal));
    CHECK_FALSE(rounds->needs_of({letter}).seal);
    CHECK_FALSE(rounds->needs_of({form}).pin);
    CHECK_THAT(refused([&] {
                   rounds->start(office.ratna, picks({form, letter}), {office.pin, "salah"}, office.now());
               }),
               StartsWith("65 Kata sandi segel"));
    CHECK(office.desk->letters().list({}).empty());
    rounds->start(office.ratna, picks({form, letter}), office.secrets(), office.now());
    rounds->wait();
    CHECK(issued(office) == 2);
}

TEST_CASE("two heads who sign the same letters at once sign each letter once") {
    FlowOffice office;
    const auto drafts = queue(office, 12);
    const Person other{"ratna2", "Ratna Contoh", "Kepala Dinas", "kepala", {Role::kadis}};
    auto one = office.rounds(), two = office.rounds();  // as in two processes
    std::string first, second;
    {
        std::jthread a([&] {
            first = refused([&] { one->start(office.ratna, picks(drafts), office.secrets(), office.now()); });
        });
        std::jthread b([&] {
            second = refused([&] { two->start(other, picks(drafts), office.secrets(), office.now()); });
        });
    }
    one->wait();
    two->wait();
    CHECK(first.empty() != second.empty());
    CHECK_THAT(first + second, Contains("ditandatangani") || Contains("terbit"));
    CHECK(office.desk->letters().list({}).size() == 12);
    CHECK(issued(office) == 12);
    for (const Draft& draft : drafts) CHECK(office.drafts().find(draft.id)->stage == Stage::issued);
}

TEST_CASE("a round that was left open is gone on with, and two who do so at once do no harm") {
    FlowOffice office;
    const auto drafts = queue(office, 6);
    // The process died after it had recorded the round and numbered two letters.
    const LetterId id = make_letter_id(system_random());
    Rounds(office.desk->database())
        .start(
            id, "ratna", picks(drafts), [](const Draft&) {}, office.now());
    for (int i = 0; i < 2; ++i) {
        auto asked = office.open_desk();
        const Draft draft = office.drafts().find(drafts[static_cast<std::size_t>(i)].id).value();
        const std::string answer = refused([&] {
            auto session = std::make_shared<SigningSession>([](const std::string&) { return std::string(); });
            session->give("keys/kepala.p12", signing::make_document_signer(open_key_file(
                                                 office.root() / "keys/kepala.p12",
                                                 [&](const std::string&) { return office.pin; })));
            asked->issue({.kind = draft.kind,
                          .data = draft.data,
                          .key = draft.key(),
                          .actor = "ratna",
                          .images = office.root(),
                          .session = session});
        });
        CHECK(answer == "");
    }
    auto one = office.rounds(), two = office.rounds();
    CHECK_FALSE(one->left_open(office.ratna, office.now()));  // somebody may still be at it
    office.clock.pass(std::chrono::minutes(1));
    REQUIRE(one->left_open(office.ratna, office.now()));
    CHECK(one->left_open(office.ratna, office.now())->id == id);
    CHECK_FALSE(one->left_open(office.plh, office.now()));
    SECTION("by the head's PIN") {
        CHECK_THAT(refused([&] {
                       one->go_on(office.ratna, id, {"000", ""}, office.now());
                   }),
                   Contains("salah"));
        CHECK_THAT(refused([&] { one->go_on(office.plh, id, office.secrets(), office.now()); }),
                   StartsWith("77 "));
        one->go_on(office.ratna, id, office.secrets(), office.now());
        two->go_on(office.ratna, id, office.secrets(), office.now());
    }
    SECTION("at the start of the service, where keys open without asking") {
        one->resume();
        two->resume();
    }
    one->wait();
    two->wait();
    CHECK(issued(office) == 6);
    CHECK(office.desk->letters().list({}).size() == 6);
    const Round round = one->find(id).value();
    CHECK(round.ended_at);
    CHECK(round.count(ItemState::signed_) == 6);
}

TEST_CASE(
    "in a real office the service does not go on without the head, and the head may take letters back") {
    FlowOffice office(true);
    const auto drafts = queue(office, 3);
    const LetterId id = make_letter_id(system_random());
    Rounds(office.desk->database())
        .start(
            id, "ratna", picks(drafts), [](const Draft&) {}, office.now());
    auto rounds = office.rounds();
    rounds->resume();
    rounds->wait();
    CHECK(office.desk->letters().list({}).empty());
    auto again = office.rounds();
    CHECK_THAT(refused([&] { again->release(office.ratna, id, office.now()); }), Contains("sedang berjalan"));
    office.clock.pass(std::chrono::minutes(1));
    const Round round = again->release(office.ratna, id, office.now());
    CHECK(round.count(ItemState::released) == 3);
    CHECK(round.ended_at);
    for (const Draft& draft : drafts) CHECK(office.drafts().find(draft.id)->stage == Stage::queue);
    again->start(office.ratna, picks(drafts), office.secrets(), office.now());
    again->wait();
    CHECK(issued(office) == 3);
}

TEST_CASE("a service that stops finishes the letter in hand and leaves the rest to be gone on with") {
    FlowOffice office;
    const auto drafts = queue(office, 20);
    LetterId id;
    {
        auto rounds = office.rounds();
        id = rounds->start(office.ratna, picks(drafts), office.secrets(), office.now()).id;
        rounds->stop(std::chrono::milliseconds(30));
        CHECK_FALSE(rounds->is_running(id));
        CHECK(office.drafts().check() == std::vector<Problem>{});
        // What is begun after that stays open and is lost by nobody.
        const Draft draft = office.in_stage(Stage::queue);
        rounds->start(office.ratna, picks({draft}), office.secrets(), office.now());
        CHECK(office.drafts().find(draft.id)->stage == Stage::signing);
    }
    auto next = office.rounds();
    next->resume();
    next->wait();
    CHECK(issued(office) == 21);
    CHECK(office.desk->letters().list({}).size() == 21);
}

TEST_CASE("a number that was given up is not used again: its letter gets a new one") {
    FlowOffice office;
    auto acts = office.drafting();
    const Draft draft = office.in_stage(Stage::queue);
    // Numbered, then nobody answered: as settle() leaves it.
    storage::NewLetter letter;
    letter.id = make_letter_id(system_random());
    letter.kind = draft.kind;
    letter.series = "spt";
    letter.pattern = "{kode}/{urut:03}/{tahun}";
    letter.parts.kode = "800.1.11.1";
    letter.date = date_in(Zone::wita, office.now());
    letter.idempotency_key = draft.key();
    letter.subject = draft.subject;
    letter.data = draft.data;
    letter.snapshot = Json::object();
    letter.actor = "ratna";
    const LetterId id = make_letter_id(system_random());
    Rounds store(office.desk->database());
    store.start(
        id, "ratna", picks({draft}), [](const Draft&) {}, office.now());
    const auto reserved = office.desk->letters().reserve(letter, office.now()).letter;
    store.settle(id, draft.id, ItemState::unknown, {{"layanan tidak menjawab", "", ""}}, "ratna",
                 office.now());
    const Draft waiting = office.drafts().find(draft.id).value();
    CHECK(waiting.stage == Stage::queue);
    CHECK(waiting.number == reserved.number);
    CHECK_THAT(waiting.trouble, Contains("tidak menjawab"));
    auto rounds = office.rounds();
    SECTION("voided in the register") {
        office.desk->letters().make_void(reserved.id, "salah cetak", office.now(), "tatausaha");
        rounds->start(office.ratna, picks({waiting}), office.secrets(), office.now());
        rounds->wait();
        const Draft after = office.drafts().find(draft.id).value();
        CHECK(after.stage == Stage::issued);
        CHECK(after.number != reserved.number);
        CHECK(after.attempt == 2);
    }
    SECTION("returned by the head, since what it says will change") {
        const Draft back = acts.send_back(office.ratna, draft.id, 1, "ganti petugasnya", office.now());
        CHECK(back.stage == Stage::returned);
        CHECK(back.number == "");
        const auto voided = office.desk->letters().find(reserved.id).value();
        CHECK(voided.status == Status::void_);
        CHECK_THAT(voided.reason, Contains("ganti petugasnya"));
        Draft again = acts.send(office.dimas, draft.id, back.revision, "siti", "", office.now());
        again = acts.approve(office.siti, draft.id, 2, "", "", office.now());
        rounds->start(office.ratna, picks({again}), office.secrets(), office.now());
        rounds->wait();
        CHECK(office.drafts().find(draft.id)->stage == Stage::issued);
    }
}

TEST_CASE("a letter that was issued by another way is taken note of, and is not returned any more") {
    FlowOffice office;
    const Draft draft = office.in_stage(Stage::queue);
    auto session = std::make_shared<SigningSession>([](const std::string&) { return std::string(); });
    const auto other = office.desk->issue({.kind = draft.kind,
                                           .data = draft.data,
                                           .key = draft.key(),
                                           .actor = "cli",
                                           .images = office.root(),
                                           .session = session});
    auto acts = office.drafting();
    CHECK_THAT(refused([&] { acts.send_back(office.ratna, draft.id, 1, "ubah", office.now()); }),
               Contains("sudah bernomor " + other.letter.number));
    auto rounds = office.rounds();
    SECTION("at the start of the service") {
        rounds->resume();
        rounds->wait();
    }
    SECTION("when the head signs it") {
        rounds->start(office.ratna, picks({draft}), office.secrets(), office.now());
        rounds->wait();
    }
    CHECK(office.drafts().find(draft.id)->stage == Stage::issued);
    CHECK(office.drafts().find(draft.id)->number == other.letter.number);
    CHECK(office.desk->letters().list({}).size() == 1);
}
