#include "copies.h"

#include <atomic>
#include <set>
#include <thread>

#include "storage/copy.h"
#include "storage/reconciliation.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

const std::vector<Problem> none;

// One letter in each state; four numbers of "spt" and one of "sk".
std::vector<Letter> fill(const std::string& address) {
    const auto reg = open_register(open_database(address, true));
    const auto reserve = [&] { return reg->reserve(a_letter(), moment()).letter; };
    const Letter issued = reserve();
    reg->issue(issued.id, a_pdf("satu", 20'000), moment(1), "kepala");
    reg->make_void(reserve().id, "salah", moment(2), "kepala");
    reg->replace(reserve().id, a_letter(), "terhenti", moment(3));
    NewLetter decision = a_letter();
    decision.series = "sk";
    decision.parts.kode = "500.16.6.6";
    reg->issue(reg->reserve(decision, moment(4)).letter.id, a_pdf("sk"), moment(5), "kepala");
    std::vector<Letter> letters;
    for (const Row& row : reg->list({})) letters.push_back(row.letter);
    return letters;
}

LastKnown spt(int urut, int most = 100) {
    LastKnown known;
    known.series = "spt";
    known.pattern = a_letter().pattern;
    known.last = a_letter().parts;
    known.last->urut = urut;
    known.last->bulan = 3;
    known.last->tahun = 2026;
    known.latest = day(2026, 3, 2);
    known.most = static_cast<std::size_t>(most);
    return known;
}

void a_copy_holds_everything(const std::string& original, const std::string& copy) {
    const std::vector<Letter> letters = fill(original);
    const auto from = open_database(original, false);
    const Copied copied = copy_store(*from, copy, moment(100));
    CHECK(copied.letters == static_cast<std::int64_t>(letters.size()));

    const auto before = open_register(from), after = open_register(open_database(copy, false));
    CHECK(after->check() == none);
    const auto log = before->log(0, 1000), copied_log = after->log(0, 1000);
    REQUIRE(copied_log.size() == log.size());
    CHECK(copied_log.back().hash == log.back().hash);
    CHECK(copied.head.seq == log.back().seq);
    CHECK(copied.head.hash == log.back().hash);
    for (const Letter& letter : letters) {
        const auto found = after->find(letter.id);
        REQUIRE(found);
        CHECK(found->number == letter.number);
        CHECK(found->status == letter.status);
        CHECK(found->data == letter.data);
        CHECK(after->pdf(letter.id) == before->pdf(letter.id));
    }
    // The original knows nothing of it.
    CHECK(before->reserve(a_letter(), moment(200)).letter.parts.urut == 5);
    CHECK(before->check() == none);
}

void a_copy_is_one_moment(const std::string& original, const std::string& copy) {
    fill(original);
    std::atomic<bool> stop = false;
    std::atomic<int> acknowledged = 0;
    std::thread writer([&] {
        const auto reg = open_register(open_database(original, false));
        while (!stop) {
            const auto letter = reg->reserve(a_letter(), moment(10)).letter;
            reg->issue(letter.id, a_pdf(letter.number, 50'000), moment(11), "kepala");
            acknowledged = letter.parts.urut;
        }
    });
    while (acknowledged < 8) std::this_thread::yield();
    const int before = acknowledged;
    const Copied copied = copy_store(*open_database(original, false), copy, moment(100));
    stop = true;
    writer.join();
    const auto reg = open_register(open_database(copy, false));
    CHECK(reg->check() == none);
    CHECK(reg->log(copied.head.seq, 10).empty());
    CHECK(Reconciliation(open_database(copy, false)).last_of("spt")->parts.urut >= before);
    CHECK(open_register(open_database(original, false))->check() == none);
}

void a_place_that_holds_something_is_refused(const std::string& original, const std::string& copy) {
    fill(original);
    const auto from = open_database(original, false);
    copy_store(*from, copy, moment(100));
    CHECK_THAT(refusal([&] { copy_store(*from, copy, moment(101)); }),
               StartsWith("65 ") && Contains("sudah berisi register"));
    CHECK(open_register(open_database(copy, false))->check() == none);
}

void nothing_is_numbered_or_signed(const std::string& original, const std::string& copy) {
    const std::vector<Letter> letters = fill(original);
    copy_store(*open_database(original, false), copy, moment(100));
    const auto database = open_database(copy, false);
    const auto reg = open_register(database);
    Reconciliation reconciliation(database);
    CHECK(reconciliation.copied_at() == moment(100));
    CHECK(reconciliation.pending({"spt", "sk", "ba"}) == std::vector<std::string>{"spt", "sk", "ba"});

    const auto refuses = [](const std::function<void()>& work) {
        CHECK_THAT(refusal(work), StartsWith("77 ") &&
                                      Contains("dipulihkan dari cadangan 2026-03-02T00:00:00.100Z") &&
                                      Contains("naskah register reconcile --series"));
    };
    refuses([&] { reg->reserve(a_letter(), moment(200)); });
    NewLetter new_series = a_letter();
    new_series.series = "belum-pernah";
    refuses([&] { reg->reserve(new_series, moment(200)); });
    const Letter waiting = reg->unfinished().at(0);
    refuses([&] { reg->replace(waiting.id, a_letter(), "lewat hari", moment(200)); });
    refuses([&] { reg->issue(waiting.id, a_pdf("x"), moment(200), "kepala"); });
    CHECK(reg->unfinished().size() == 1);
    CHECK(reg->list({}).size() == letters.size());
    CHECK(reg->check() == none);

    // One series at a time.
    reconciliation.reconcile(spt(4), system_random(), moment(300), "tata-usaha");
    CHECK(reconciliation.pending({"spt", "sk", "ba"}) == std::vector<std::string>{"sk", "ba"});
    CHECK(reg->reserve(a_letter(), moment(400)).letter.parts.urut == 5);
    refuses([&] { reg->reserve(new_series, moment(200)); });
    LastKnown never;
    never.series = "belum-pernah";
    reconciliation.reconcile(never, system_random(), moment(500), "tata-usaha");
    new_series.parts.kode = "001";
    CHECK(reg->reserve(new_series, moment(600)).letter.parts.urut == 1);
    CHECK(reg->check() == none);
}

void missing_numbers_become_void(const std::string& original, const std::string& copy) {
    fill(original);
    const LetterId known_code = make_letter_id(system_random());
    copy_store(*open_database(original, false), copy, moment(100));
    const auto database = open_database(copy, false);
    const auto reg = open_register(database);
    Reconciliation reconciliation(database);
    LastKnown known = spt(7);
    known.codes = {{6, known_code}};
    const Reconciled done = reconciliation.reconcile(known, system_random(), moment(300), "tata-usaha");
    CHECK(done.fresh);
    CHECK(done.lost == std::vector<std::string>{"800.1.11.1/005/DPMPTSP-DALAK/III/2026",
                                                "800.1.11.1/006/DPMPTSP-DALAK/III/2026",
                                                "800.1.11.1/007/DPMPTSP-DALAK/III/2026"});
    // What the copy held unsigned may have been signed after it.
    CHECK(done.closed == std::vector<std::string>{"800.1.11.1/004/DPMPTSP-DALAK/III/2026"});
    CHECK(reg->unfinished().empty());
    const auto lost = reg->find(known_code);
    REQUIRE(lost);
    CHECK(lost->parts.urut == 6);
    CHECK(lost->status == Status::void_);
    CHECK(lost->reason == "terbit sebelum pemulihan, tidak ada dalam cadangan");
    CHECK(is_lost(*lost));
    CHECK(reg->reserve(a_letter(), moment(400)).letter.parts.urut == 8);
    CHECK(reg->check() == none);

    // Asked again, nothing changes.
    CHECK_FALSE(reconciliation.reconcile(spt(90), system_random(), moment(500), "tata-usaha").fresh);
    CHECK(reg->list({.series = "spt", .kind = "", .year = {}, .status = {}}).size() == 8);
}

void what_does_not_fit_is_refused(const std::string& original, const std::string& copy) {
    fill(original);
    copy_store(*open_database(original, false), copy, moment(100));
    const auto database = open_database(copy, false);
    Reconciliation reconciliation(database);
    const auto refused = [&](const LastKnown& known) {
        return refusal([&] { reconciliation.reconcile(known, system_random(), moment(300), "tu"); });
    };
    CHECK_THAT(refused(spt(3)), StartsWith("65 ") && Contains("register sudah lebih jauh") &&
                                    Contains("800.1.11.1/004/DPMPTSP-DALAK/III/2026"));
    CHECK_THAT(refused(spt(105)), StartsWith("65 ") && Contains("101 nomor") && Contains("--missing 101"));
    LastKnown other = spt(4);
    other.last->bidang = "LAIN";
    CHECK_THAT(refused(other), StartsWith("65 ") && Contains("nomor urut 4 tahun 2026 dalam register"));
    LastKnown old = spt(9);
    old.last->bulan = 2;
    old.latest = day(2026, 2, 28);
    CHECK_THAT(refused(old), StartsWith("65 ") && Contains("lebih tua"));
    LastKnown never = spt(0);
    never.last.reset();
    CHECK_THAT(refused(never), StartsWith("65 ") && Contains("register memuat surat seri spt"));
    LastKnown last_year = spt(999);
    last_year.last->tahun = 2025;
    CHECK_THAT(refused(last_year), StartsWith("65 ") && Contains("register sudah lebih jauh"));
    LastKnown foreign = spt(5);
    foreign.series = "sk";
    foreign.last->urut = 4;
    CHECK_THAT(refused(foreign), StartsWith("65 ") && Contains("sudah ada dalam register"));

    // Nothing of all this left a trace.
    CHECK(reconciliation.pending({"spt", "sk"}) == std::vector<std::string>{"spt", "sk"});
    const auto reg = open_register(database);
    CHECK(reg->unfinished().size() == 1);
    CHECK(reg->log(0, 1000).back().action == "issue");
    CHECK(reg->check() == none);
    // What looks like a slip of the hand passes when it is meant.
    CHECK(reconciliation.reconcile(spt(105, 101), system_random(), moment(300), "tu").lost.size() == 101);
    CHECK(reg->check() == none);
}

void a_new_year_begins_at_one(const std::string& original, const std::string& copy) {
    fill(original);
    copy_store(*open_database(original, false), copy, moment(100));
    const auto database = open_database(copy, false);
    LastKnown known = spt(2);
    known.last->tahun = 2027;
    known.last->bulan = 1;
    known.latest = day(2027, 1, 31);
    const Reconciled done =
        Reconciliation(database).reconcile(known, system_random(), moment(300), "tata-usaha");
    CHECK(done.lost == std::vector<std::string>{"800.1.11.1/001/DPMPTSP-DALAK/I/2027",
                                                "800.1.11.1/002/DPMPTSP-DALAK/I/2027"});
    NewLetter next = a_letter();
    next.date = day(2027, 1, 31);
    const auto reg = open_register(database);
    CHECK(reg->reserve(next, moment(400)).letter.parts.urut == 3);
    CHECK(reg->check() == none);
}

void a_file_that_came_back_is_readmitted(const std::string& original, const std::string& copy) {
    fill(original);
    copy_store(*open_database(original, false), copy, moment(100));
    const auto database = open_database(copy, false);
    const auto reg = open_register(database);
    Reconciliation reconciliation(database);
    const Letter waiting = reg->unfinished().at(0);
    const Letter issued = reconciliation.readmit(waiting.id, a_pdf("kembali"), moment(200), "tata-usaha");
    CHECK(issued.status == Status::issued);
    CHECK(reg->pdf(waiting.id) == a_pdf("kembali"));
    CHECK_THAT(refusal([&] { reconciliation.readmit(waiting.id, a_pdf("lain"), moment(200), "tu"); }),
               StartsWith("65 "));
    CHECK(reconciliation.reconcile(spt(4), system_random(), moment(300), "tata-usaha").closed.empty());
    CHECK(reg->check() == none);
}

void a_copy_of_a_copy_waits_again(const std::string& original, const std::string& copy) {
    fill(original);
    copy_store(*open_database(original, false), copy, moment(100));
    const auto database = open_database(copy, false);
    database->write([](Connection& connection) { note_restoration(connection, moment(150), "cli"); });
    Reconciliation(database).reconcile(spt(4), system_random(), moment(200), "tata-usaha");
    CHECK(open_register(database)->reserve(a_letter(), moment(300)).letter.parts.urut == 5);

    const Folder folder;
    const std::string second = folder.file("kedua.db");
    copy_store(*database, second, moment(400));
    const auto again = open_database(second, false);
    CHECK(Reconciliation(again).pending({"spt"}) == std::vector<std::string>{"spt"});
    CHECK_THAT(refusal([&] { open_register(again)->reserve(a_letter(), moment(500)); }), StartsWith("77 "));
    CHECK(open_register(again)->check() == none);
    CHECK(open_register(database)->reserve(a_letter(), moment(500)).letter.parts.urut == 6);
}

}  // namespace

const std::vector<CopyScenario>& copy_scenarios() {
    static const std::vector<CopyScenario> all = {
        {"a copy holds every letter, file and entry of the log", a_copy_holds_everything},
        {"a copy made while letters are issued is one moment of the register", a_copy_is_one_moment},
        {"a copy is not made where something lies", a_place_that_holds_something_is_refused},
        {"a copy gives no number and takes no signature until its series is reconciled",
         nothing_is_numbered_or_signed},
        {"numbers that left the house after the copy become void and are never given again",
         missing_numbers_become_void},
        {"a last number that does not fit the register is refused", what_does_not_fit_is_refused},
        {"a last number of a later year makes that year's numbers known", a_new_year_begins_at_one},
        {"an unsigned letter of the copy whose signed file came back is issued with that file",
         a_file_that_came_back_is_readmitted},
        {"a copy of a reconciled register waits again", a_copy_of_a_copy_waits_again},
    };
    return all;
}

}  // namespace naskah::storage
