#include "contract.h"

#include <set>

#include "storage/log.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

std::string id_of(const Letter& letter) { return to_string(letter.id); }

void numbers_count_up(const Store& store) {
    const auto reg = store.open();
    for (int n = 1; n <= 12; ++n) {
        const auto [letter, fresh] = reg->reserve(a_letter(), moment(n));
        CHECK(fresh);
        CHECK(letter.parts.urut == n);
        CHECK(letter.status == Status::reserved);
        CHECK(letter.reserved_at == moment(n));
    }
    CHECK(reg->list({}).back().letter.number == "800.1.11.1/012/DPMPTSP-DALAK/III/2026");
}

void series_count_apart(const Store& store) {
    const auto reg = store.open();
    for (int n = 1; n <= 3; ++n) {
        for (const std::string series : {"spt", "sk"}) {
            NewLetter letter = a_letter();
            letter.series = series;
            letter.parts.kode = series == "spt" ? "800.1.11.1" : "500.16.6.6";
            CHECK(reg->reserve(letter, moment()).letter.parts.urut == n);
        }
    }
}

void a_year_begins_anew(const Store& store) {
    const auto reg = store.open();
    NewLetter letter = a_letter();
    letter.date = day(2026, 12, 31);
    CHECK(reg->reserve(letter, moment()).letter.number == "800.1.11.1/001/DPMPTSP-DALAK/XII/2026");
    letter = a_letter();
    letter.date = day(2027, 1, 1);
    CHECK(reg->reserve(letter, moment()).letter.number == "800.1.11.1/001/DPMPTSP-DALAK/I/2027");
    letter = a_letter();
    letter.date = day(2026, 12, 31);
    CHECK_THAT(refusal([&] { reg->reserve(letter, moment()); }),
               StartsWith("65 ") && Contains("31 Desember 2026"));
    letter.date = day(2027, 1, 1);
    CHECK(reg->reserve(letter, moment()).letter.parts.urut == 2);
}

void dates_never_run_backwards(const Store& store) {
    const auto reg = store.open();
    NewLetter letter = a_letter();
    letter.date = day(2026, 3, 9);
    reg->reserve(letter, moment());
    const NewLetter early = a_letter();
    CHECK_THAT(refusal([&] { reg->reserve(early, moment()); }),
               StartsWith("65 ") && Contains("2 Maret 2026 mendahului") && Contains("9 Maret 2026"));
    CHECK_FALSE(reg->find(early.id));
    NewLetter other = a_letter();
    other.series = "sk";
    other.parts.kode = "500.16.6.6";
    CHECK(reg->reserve(other, moment()).letter.parts.urut == 1);
    letter = a_letter();
    letter.date = day(2026, 3, 9);
    CHECK(reg->reserve(letter, moment()).letter.parts.urut == 2);
}

void a_key_gives_the_same_letter(const Store& store) {
    const auto reg = store.open();
    NewLetter letter = a_letter();
    letter.idempotency_key = "loket-1/77";
    const Letter first = reg->reserve(letter, moment()).letter;
    NewLetter again = letter;
    again.id = make_letter_id(system_random());
    again.date = day(2026, 3, 5);
    again.data = {{"petugas", Json::array({"Contoh Satu", "Contoh Dua"})},
                  {"maksud", "Pengawasan"}};  // other order
    const auto [second, fresh] = store.open()->reserve(again, moment(5));
    CHECK_FALSE(fresh);
    CHECK(second.id == first.id);
    CHECK(second.number == first.number);
    CHECK(second.date == first.date);

    NewLetter different = again;
    different.data["maksud"] = "Lain";
    CHECK_THAT(refusal([&] { reg->reserve(different, moment()); }),
               StartsWith("65 ") && Contains(first.number));
    different = again;
    different.kind = "sk-pencabutan";
    CHECK_THAT(refusal([&] { reg->reserve(different, moment()); }),
               StartsWith("65 ") && Contains("loket-1/77"));
    CHECK(reg->list({}).size() == 1);

    reg->make_void(first.id, "salah ketik", moment(), "kepala");
    CHECK(reg->reserve(again, moment()).letter.status == Status::void_);
    CHECK(reg->list({}).size() == 1);
}

void a_thing_is_done_once(const Store& store) {
    const auto reg = store.open();
    NewLetter letter = a_letter();
    letter.once = "cabut izin 123";
    const Letter first = reg->reserve(letter, moment()).letter;
    letter.id = make_letter_id(system_random());
    CHECK_THAT(refusal([&] { reg->reserve(letter, moment()); }), StartsWith("65 ") && Contains(first.number));
    NewLetter unrelated = a_letter();
    unrelated.once = "cabut izin 124";
    reg->reserve(unrelated, moment());
    reg->make_void(first.id, "ditarik pemohon", moment(), "kepala");
    const Letter second = reg->reserve(letter, moment()).letter;
    CHECK(second.parts.urut == 3);
    reg->issue(second.id, a_pdf("cabut"), moment(), "kepala");
    letter.id = make_letter_id(system_random());
    CHECK_THAT(refusal([&] { reg->reserve(letter, moment()); }),
               StartsWith("65 ") && Contains(second.number));
}

void a_void_letter_keeps_its_number(const Store& store) {
    const auto reg = store.open();
    const Letter first = reg->reserve(a_letter(), moment()).letter;
    const Letter closed = reg->make_void(first.id, "salah tujuan", moment(1), "kepala");
    CHECK(closed.status == Status::void_);
    CHECK(closed.reason == "salah tujuan");
    CHECK(closed.number == first.number);
    CHECK(reg->reserve(a_letter(), moment(2)).letter.parts.urut == 2);
    CHECK_THAT(refusal([&] { reg->make_void(first.id, "lagi", moment(), "kepala"); }),
               StartsWith("65 ") && Contains("BATAL (salah tujuan)"));
    CHECK_THAT(refusal([&] { reg->issue(first.id, a_pdf("x"), moment(), "kepala"); }),
               StartsWith("65 ") && Contains("BATAL"));
    CHECK_THAT(
        refusal([&] { reg->make_void(make_letter_id(system_random()), "tak ada", moment(), "kepala"); }),
        StartsWith("65 ") && Contains("tidak ada"));
    CHECK_FALSE(reg->pdf(first.id));
}

void the_first_issue_wins(const Store& store) {
    const auto reg = store.open();
    const Letter reserved = reg->reserve(a_letter(), moment()).letter;
    const Bytes pdf = a_pdf("pertama", 43'000);
    const Letter issued = reg->issue(reserved.id, pdf, moment(7), "kepala");
    CHECK(issued.status == Status::issued);
    CHECK(issued.sha256 == sha256(pdf));
    CHECK(issued.issued_at == moment(7));
    const Letter again = store.open()->issue(reserved.id, a_pdf("kedua"), moment(9), "kepala");
    CHECK(again.sha256 == sha256(pdf));
    CHECK(again.issued_at == moment(7));
    CHECK(reg->pdf(reserved.id) == pdf);
    CHECK_THAT(refusal([&] { reg->make_void(reserved.id, "terlambat", moment(), "kepala"); }),
               StartsWith("65 ") && Contains("sudah terbit"));
    CHECK_THAT(refusal([&] { reg->issue(make_letter_id(system_random()), pdf, moment(), "kepala"); }),
               StartsWith("65 "));
    CHECK_THAT(refusal([&] { reg->issue(reserved.id, {}, moment(), "kepala"); }),
               StartsWith("65 ") && Contains("PDF kosong"));
}

void a_replacement_takes_over(const Store& store) {
    const auto reg = store.open();
    NewLetter letter = a_letter();
    letter.idempotency_key = "k1";
    letter.once = "sekali";
    const Letter first = reg->reserve(letter, moment()).letter;
    NewLetter tomorrow = a_letter();
    tomorrow.date = day(2026, 3, 3);
    tomorrow.data["maksud"] = "Pengawasan, dicetak ulang";
    const Letter second = reg->replace(first.id, tomorrow, "terhenti sebelum ditandatangani", moment(1));
    CHECK(second.parts.urut == 2);
    CHECK(second.status == Status::reserved);
    CHECK(second.idempotency_key == "k1");
    CHECK(second.once == "sekali");
    CHECK(second.replaces == first.id);
    const Letter old = reg->find(first.id).value();
    CHECK(old.status == Status::void_);
    CHECK(old.reason == "terhenti sebelum ditandatangani");
    CHECK(old.replaced_by == second.id);

    // Asked again, the same replacement comes back, and the key leads to it, whichever of both requests asks.
    CHECK(reg->replace(first.id, a_letter(), "lagi", moment(2)).id == second.id);
    CHECK(reg->find_key("k1")->id == second.id);
    letter.id = make_letter_id(system_random());
    CHECK(reg->reserve(letter, moment()).letter.id == second.id);
    letter.data = tomorrow.data;
    CHECK(reg->reserve(letter, moment()).letter.id == second.id);
    letter.data["maksud"] = "Lain";
    CHECK_THAT(refusal([&] { reg->reserve(letter, moment()); }),
               StartsWith("65 ") && Contains(second.number));

    NewLetter third = a_letter();
    third.date = day(2026, 3, 4);
    const Letter last = reg->replace(second.id, third, "terhenti lagi", moment(3));
    CHECK(reg->replace(first.id, a_letter(), "lagi", moment(4)).id == last.id);
    CHECK(reg->find_key("k1")->id == last.id);

    reg->issue(last.id, a_pdf("jadi"), moment(5), "kepala");
    CHECK_THAT(refusal([&] { reg->replace(last.id, a_letter(), "x", moment()); }),
               StartsWith("65 ") && Contains("terbit"));
    NewLetter fourth = a_letter();
    fourth.date = day(2026, 3, 4);
    const Letter other = reg->reserve(fourth, moment()).letter;
    NewLetter kind = a_letter();
    kind.kind = "sk-pencabutan";
    kind.date = day(2026, 3, 4);
    CHECK_THAT(refusal([&] { reg->replace(other.id, kind, "x", moment()); }),
               StartsWith("65 ") && Contains("sejenis"));
    NewLetter early = a_letter();
    CHECK_THAT(refusal([&] { reg->replace(other.id, early, "x", moment()); }),
               StartsWith("65 ") && Contains("mendahului"));
    CHECK(reg->find(other.id)->status == Status::reserved);
}

void one_number_for_one_letter(const Store& store) {
    const auto reg = store.open();
    const Letter first = reg->reserve(a_letter(), moment()).letter;
    NewLetter twin = a_letter();
    twin.series = "sk";
    CHECK_THAT(refusal([&] { reg->reserve(twin, moment()); }),
               StartsWith("65 ") && Contains(first.number) && Contains("office.json"));
    twin.pattern = "SK-{kode}/{urut:03}/{tahun}";
    CHECK(reg->reserve(twin, moment()).letter.parts.urut == 1);
}

void a_letter_is_found(const Store& store) {
    const auto reg = store.open();
    NewLetter letter = a_letter();
    letter.idempotency_key = "k";
    const Letter made = reg->reserve(letter, moment()).letter;
    reg->issue(made.id, a_pdf("cari"), moment(), "kepala");
    CHECK(reg->find(made.id)->number == made.number);
    CHECK(reg->find_number(made.number)->id == made.id);
    CHECK(reg->find_key("k")->id == made.id);
    CHECK(reg->find_sha256(sha256(a_pdf("cari")))->id == made.id);
    CHECK_FALSE(reg->find(make_letter_id(system_random())));
    CHECK_FALSE(reg->find_number(made.number + "x"));
    CHECK_FALSE(reg->find_number(""));
    CHECK_FALSE(reg->find_key("K"));
    CHECK_FALSE(reg->find_key(""));
    CHECK_FALSE(reg->find_sha256(sha256(a_pdf("lain"))));
    CHECK_FALSE(reg->pdf(make_letter_id(system_random())));
}

void a_letter_comes_back_as_it_went_in(const Store& store) {
    NewLetter letter = a_letter();
    letter.idempotency_key = "kunci 'kutip' \"ganda\" \\ ; -- é";
    letter.once = "sekali é";
    letter.subject = "Hal: \"Ø\" – 東 \U0001F600";
    letter.data = Json::parse(
        R"({"b": 1, "a": {"kosong": null, "ya": true, "angka": -12.5, "nol": "\u0000", "emoji": "😀"},
                                  "daftar": [[], {}, "", 9007199254740993]})");
    letter.data["besar"] = std::string(1'000'000, 'x');
    letter.parts.kode = "500.16.6.5";
    const Letter made = store.open()->reserve(letter, moment(1)).letter;
    const Letter read = store.open()->find(letter.id).value();
    for (const Letter* got : {&made, &read}) {
        CHECK(got->id == letter.id);
        CHECK(got->kind == letter.kind);
        CHECK(got->series == letter.series);
        CHECK(got->idempotency_key == letter.idempotency_key);
        CHECK(got->once == letter.once);
        CHECK(got->subject == letter.subject);
        CHECK(canonical_json(got->data) == canonical_json(letter.data));
        CHECK(canonical_json(got->snapshot) == canonical_json(letter.snapshot));
        CHECK(got->date == letter.date);
        CHECK(got->parts.kode == "500.16.6.5");
        CHECK(got->parts.bulan == 3);
        CHECK(got->parts.tahun == 2026);
        CHECK(got->reserved_at == moment(1));
        CHECK_FALSE(got->issued_at);
        CHECK_FALSE(got->sha256);
        CHECK_FALSE(got->replaces);
    }
}

void lists_page_in_order(const Store& store) {
    const auto reg = store.open();
    // Written across each other, so that the order of writing is not the order of the list.
    for (int n = 0; n < 10; ++n) {
        NewLetter letter = a_letter();
        if (n % 2 == 0) {
            letter.series = "ba";
            letter.kind = "berita-acara-pemeriksaan";
            letter.parts.kode = "500.16.7.2";
        }
        letter.date = n < 6 ? day(2026, 3, 2) : day(2027, 1, 4);
        const Letter made = reg->reserve(letter, moment(n)).letter;
        if (n % 3 == 0) reg->issue(made.id, a_pdf(made.number), moment(n), "kepala");
    }
    std::vector<std::string> whole, paged;
    for (const Row& row : reg->list({})) whole.push_back(row.letter.number);
    Filter filter;
    filter.limit = 3;
    for (;;) {
        const auto rows = reg->list(filter);
        if (rows.empty()) break;
        CHECK(rows.size() <= 3);
        for (const Row& row : rows) paged.push_back(row.letter.number);
        filter.after = rows.back().row;
    }
    CHECK(whole.size() == 10);
    CHECK(paged == whole);
    CHECK(whole.front() == "500.16.7.2/001/DPMPTSP-DALAK/III/2026");
    CHECK(whole[3] == "500.16.7.2/001/DPMPTSP-DALAK/I/2027");
    CHECK(whole[5] == "800.1.11.1/001/DPMPTSP-DALAK/III/2026");

    const auto count = [&](const Filter& wanted) { return reg->list(wanted).size(); };
    CHECK(count({.series = "ba"}) == 5);
    CHECK(count({.kind = "surat-perintah-tugas"}) == 5);
    CHECK(count({.year = 2027}) == 4);
    CHECK(count({.status = Status::issued}) == 4);
    CHECK(
        count(
            {.series = "ba", .kind = "berita-acara-pemeriksaan", .year = 2026, .status = Status::reserved}) ==
        2);
    CHECK(count({.series = "tidak-ada"}) == 0);
    CHECK(count({.limit = 0}) == 0);

    const auto open = reg->unfinished();
    REQUIRE(open.size() == 6);
    for (std::size_t i = 1; i < open.size(); ++i) CHECK(open[i - 1].reserved_at < open[i].reserved_at);
}

void every_change_is_in_the_log(const Store& store) {
    const auto reg = store.open();
    const Letter a = reg->reserve(a_letter(), moment(1)).letter;
    reg->issue(a.id, a_pdf("a"), moment(2), "kepala");
    reg->issue(a.id, a_pdf("b"), moment(3), "kepala");  // changes nothing, so leaves nothing
    const Letter b = reg->reserve(a_letter(), moment(4)).letter;
    reg->make_void(b.id, "salah", moment(5), "tata usaha");
    const Letter c = reg->reserve(a_letter(), moment(6)).letter;
    const Letter d = reg->replace(c.id, a_letter(), "terhenti", moment(7));

    const auto log = reg->log(0, 100);
    std::vector<std::string> story;
    Sha256 previous;
    for (const LogEntry& entry : log) {
        story.push_back(entry.actor + " " + entry.action + " " + entry.letter);
        CHECK(entry.seq == static_cast<std::int64_t>(story.size()));
        CHECK(entry.previous == previous);
        previous = entry.hash;
    }
    CHECK(story == std::vector<std::string>{"petugas-uji reserve " + id_of(a), "kepala issue " + id_of(a),
                                            "petugas-uji reserve " + id_of(b), "tata usaha void " + id_of(b),
                                            "petugas-uji reserve " + id_of(c),
                                            "petugas-uji replace " + id_of(c),
                                            "petugas-uji reserve " + id_of(d)});
    CHECK(log[1].at == moment(2));
    CHECK(log[1].detail["sha256"] == to_string(sha256(a_pdf("a"))));
    CHECK(log[3].detail["reason"] == "salah");
    CHECK(log[5].detail["by"] == id_of(d));
    CHECK(log[6].detail["replaces"] == id_of(c));
    const auto page = reg->log(2, 2);
    REQUIRE(page.size() == 2);
    CHECK(page[0].seq == 3);
    CHECK(reg->log(7, 10).empty());
}

void an_issued_letter_is_withdrawn_by_another(const Store& store) {
    const auto reg = store.open();
    const auto issued = [&](int n) {
        const Letter letter = reg->reserve(a_letter(), moment(n)).letter;
        return reg->issue(letter.id, a_pdf("surat " + std::to_string(n)), moment(n), "kepala");
    };
    const Letter first = issued(1), second = issued(2), decree = issued(3);
    const Letter revoked =
        reg->withdraw(first.id, Status::revoked, decree.id, "izin dicabut", moment(4), "kepala");
    CHECK(revoked.status == Status::revoked);
    CHECK(revoked.reason == "izin dicabut");
    CHECK(revoked.replaced_by == decree.id);
    CHECK(revoked.sha256 == first.sha256);
    CHECK(revoked.issued_at == first.issued_at);
    CHECK(reg->pdf(first.id) == a_pdf("surat 1"));  // what was signed stays
    const Letter superseded =
        reg->withdraw(second.id, Status::superseded, decree.id, "ralat nama", moment(5), "kepala");
    CHECK(superseded.status == Status::superseded);
    CHECK(reg->find(decree.id)->status == Status::issued);
    const auto back = reg->withdrawn_by(decree.id);
    REQUIRE(back.size() == 2);
    CHECK(back[0].id == first.id);
    CHECK(back[1].id == second.id);
    CHECK(reg->withdrawn_by(first.id).empty());

    const auto story = reg->log_of(first.id);
    REQUIRE(story.size() == 3);
    CHECK(story[2].action == "revoke");
    CHECK(story[2].actor == "kepala");
    CHECK(story[2].at == moment(4));
    CHECK(story[2].detail["reason"] == "izin dicabut");
    CHECK(story[2].detail["by"] == id_of(decree));
    CHECK(reg->log_of(second.id).back().action == "supersede");

    // Asked once more nothing changes; asked otherwise it is refused.
    CHECK(reg->withdraw(first.id, Status::revoked, decree.id, "lagi", moment(6), "kepala").reason ==
          "izin dicabut");
    CHECK(reg->log(0, 100).size() == 8);
    const Letter other = issued(7);
    const Letter open = reg->reserve(a_letter(), moment(8)).letter;
    const Letter closed =
        reg->make_void(reg->reserve(a_letter(), moment(9)).letter.id, "salah", moment(9), "kepala");
    const auto refused = [&](const Letter& letter, Status to, const Letter& by, const char* reason = "x") {
        return refusal([&] { reg->withdraw(letter.id, to, by.id, reason, moment(10), "kepala"); });
    };
    CHECK_THAT(refused(first, Status::revoked, other), StartsWith("65 ") && Contains("sudah dicabut"));
    CHECK_THAT(refused(first, Status::superseded, decree), StartsWith("65 ") && Contains("sudah dicabut"));
    CHECK_THAT(refused(second, Status::revoked, decree), StartsWith("65 ") && Contains("sudah diganti"));
    CHECK_THAT(refused(other, Status::revoked, first), StartsWith("65 ") && Contains(first.number));
    CHECK_THAT(refused(other, Status::revoked, other), StartsWith("65 ") && Contains("dirinya"));
    CHECK_THAT(refused(other, Status::revoked, open), StartsWith("65 ") && Contains("belum terbit"));
    CHECK_THAT(refused(other, Status::revoked, closed), StartsWith("65 ") && Contains("BATAL"));
    CHECK_THAT(refused(open, Status::revoked, other), StartsWith("65 ") && Contains("belum terbit"));
    CHECK_THAT(refused(closed, Status::revoked, other), StartsWith("65 ") && Contains("BATAL"));
    CHECK_THAT(refused(other, Status::void_, decree), StartsWith("64 "));
    CHECK_THAT(refused(other, Status::revoked, decree, ""), StartsWith("65 alasan"));
    CHECK(reg->find(other.id)->status == Status::issued);
    // A decree that is itself withdrawn later leaves what it did as it is.
    CHECK(reg->withdraw(decree.id, Status::revoked, other.id, "putusan", moment(11), "kepala").status ==
          Status::revoked);
    CHECK(reg->find(first.id)->replaced_by == decree.id);
}

void other_stores_write_into_the_log(const Store& store) {
    const auto database = store.database();
    const auto reg = open_register(database);
    const auto note = [&](const std::string& actor, const std::string& action, const std::string& letter,
                          int n) {
        database->write([&](Connection& connection) {
            append(connection, {.at = moment(n),
                                .actor = actor,
                                .action = action,
                                .letter = letter,
                                .detail = {{"n", n}},
                                .previous = {},
                                .hash = {}});
        });
    };
    NewLetter draft = a_letter();
    note("ani", "login", "", 1);
    note("ani", "send", to_string(draft.id), 2);  // about a draft that is no letter yet
    note("budi", "approve", "XXXXXXXXXXXXXXXXXXXXXXXXXX", 3);
    const Letter letter = reg->reserve(draft, moment(4)).letter;
    note("budi", "view", id_of(letter), 5);
    reg->issue(letter.id, a_pdf("a"), moment(6), "kepala");
    note("warga", "view", id_of(letter), 7);
    CHECK(reg->find(letter.id)->status == Status::issued);
    CHECK(reg->check().empty());

    const auto actions = [](const std::vector<LogEntry>& entries) {
        std::string words;
        for (const LogEntry& entry : entries) words += entry.action + " ";
        return words;
    };
    CHECK(actions(reg->log(0, 100)) == "login send approve reserve view issue view ");
    CHECK(actions(reg->log_of(letter.id)) == "send reserve view issue view ");
    CHECK(actions(reg->newest_log({})) == "view issue view reserve approve send login ");
    CHECK(actions(reg->newest_log({.limit = 2})) == "view issue ");
    CHECK(actions(reg->newest_log({.before = 6, .limit = 2})) == "view reserve ");
    CHECK(actions(reg->newest_log({.actor = "budi"})) == "view approve ");
    CHECK(actions(reg->newest_log({.action = "view"})) == "view view ");
    CHECK(actions(reg->newest_log({.actor = "budi", .action = "view", .letter = id_of(letter)})) == "view ");
    CHECK(reg->newest_log({.actor = "nihil"}).empty());

    // A refusal after an entry takes the entry back.
    CHECK_THAT(refusal([&] {
                   database->write([&](Connection& connection) {
                       append(connection, {.at = moment(8),
                                           .actor = "ani",
                                           .action = "login",
                                           .letter = "",
                                           .detail = {},
                                           .previous = {},
                                           .hash = {}});
                       throw Error(Code::data, "tidak jadi");
                   });
               }),
               StartsWith("65 "));
    CHECK(reg->log(0, 100).size() == 7);
}

void many_letters_are_numbered_at_once(const Store& store) {
    const auto reg = store.open();
    const Letter before = reg->reserve(a_letter(), moment()).letter;
    NewLetter keyed = a_letter();
    keyed.idempotency_key = "lama";
    const Letter known = reg->reserve(keyed, moment()).letter;

    // Among good letters: one of each kind of refusal, a key that is known, a key and a "once" that come
    // twice.
    std::vector<NewLetter> letters(128, a_letter());
    for (NewLetter& letter : letters) letter.id = make_letter_id(system_random());
    letters[3].idempotency_key = "lama";
    letters[10].subject = "hal \xff";
    letters[11].pattern = "{urut}";
    letters[12].date = day(2026, 3, 1);
    letters[20].idempotency_key = letters[21].idempotency_key = "baru";
    letters[22].idempotency_key = "baru";
    letters[22].data["maksud"] = "Lain";
    letters[30].once = letters[31].once = "cabut 1";
    letters[40].series = letters[41].series = "ba";
    letters[40].parts.kode = letters[41].parts.kode = "500.16.7.2";
    letters[50].series = "kembar";  // prints what "spt" printed
    const auto answers = reg->reserve_all(letters, moment(9));
    REQUIRE(answers.size() == letters.size());
    const std::set<std::size_t> refused = {10, 11, 12, 22, 31, 50};
    int urut = 2;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        INFO("letter " << i << (answers[i].refused ? answers[i].refused->what() : ""));
        CHECK(answers[i].refused.has_value() == refused.contains(i));
        CHECK(answers[i].done.has_value() == !refused.contains(i));
        CHECK(reg->find(letters[i].id).has_value() ==
              (answers[i].done && answers[i].done->letter.id == letters[i].id));
        if (!answers[i].done) continue;
        const auto& [letter, fresh] = *answers[i].done;
        if (i == 3) {
            CHECK(letter.id == known.id);
        } else if (i == 21) {
            CHECK(letter.id == answers[20].done->letter.id);
        } else if (i == 40 || i == 41) {
            CHECK(letter.parts.urut == static_cast<int>(i) - 39);
        } else {
            CHECK(letter.parts.urut == ++urut);  // in the order of asking
        }
        CHECK(fresh == (i != 3 && i != 21));
    }
    CHECK_THAT(answers[31].refused.value().what(), Contains(answers[30].done->letter.number));
    CHECK_THAT(answers[50].refused.value().what(), Contains(before.number));
    CHECK(reg->reserve_all({}, moment()).empty());
}

void many_letters_are_issued_at_once(const Store& store) {
    const auto reg = store.open();
    const std::vector<NewLetter> wishes = {a_letter(), a_letter(), a_letter(), a_letter(), a_letter()};
    std::vector<Letter> letters;
    for (const auto& answer : reg->reserve_all(wishes, moment()))
        letters.push_back(answer.done.value().letter);
    const Letter first = reg->issue(letters[0].id, a_pdf("lebih dahulu"), moment(1), "kepala");
    reg->make_void(letters[1].id, "salah", moment(2), "kepala");
    std::vector<Bytes> pdfs;
    for (int i = 0; i < 5; ++i) pdfs.push_back(a_pdf("surat " + std::to_string(i), 20'000));
    std::vector<SignedLetter> all;
    for (std::size_t i = 0; i < 5; ++i)
        all.push_back({.id = letters[i].id, .pdf = pdfs[i], .actor = "kepala"});
    all.push_back({.id = letters[2].id, .pdf = pdfs[3], .actor = "kepala"});                    // twice
    all.push_back({.id = make_letter_id(system_random()), .pdf = pdfs[4], .actor = "kepala"});  // of nobody
    all.push_back({.id = letters[3].id, .pdf = {}, .actor = "kepala"});
    const auto answers = reg->issue_all(all, moment(5));
    REQUIRE(answers.size() == 8);
    CHECK(answers[0].done->sha256 == first.sha256);  // the first one wins
    CHECK_THAT(answers[1].refused.value().what(), Contains("BATAL"));
    for (const std::size_t i : {2u, 3u, 4u}) {
        CHECK(answers[i].done->sha256 == sha256(pdfs[i]));
        CHECK(answers[i].done->issued_at == moment(5));
        CHECK(reg->pdf(letters[i].id) == pdfs[i]);
    }
    CHECK(answers[5].done->sha256 == sha256(pdfs[2]));
    CHECK_THAT(answers[6].refused.value().what(), Contains("tidak ada"));
    CHECK_THAT(answers[7].refused.value().what(), Contains("PDF kosong"));
    CHECK(reg->log_of(letters[2].id).size() == 2);
    CHECK(reg->unfinished().empty());
}

void bad_requests_use_up_nothing(const Store& store) {
    const auto reg = store.open();
    struct BadRow {
        const char* what;
        void (*spoil)(NewLetter&);
    };
    const std::vector<BadRow> rows = {
        {"no kind", [](NewLetter& l) { l.kind = ""; }},
        {"no series", [](NewLetter& l) { l.series = ""; }},
        {"no actor", [](NewLetter& l) { l.actor = ""; }},
        {"broken UTF-8 in the subject", [](NewLetter& l) { l.subject = "hal \xff"; }},
        {"a zero octet in the key", [](NewLetter& l) { l.idempotency_key = std::string("a\0b", 3); }},
        {"a pattern without a year", [](NewLetter& l) { l.pattern = "{urut}"; }},
        {"a pattern with an unknown part", [](NewLetter& l) { l.pattern = "{urut}/{tahun}/{apa}"; }},
        {"a missing part", [](NewLetter& l) { l.parts.bidang = ""; }},
        {"a slash in a part", [](NewLetter& l) { l.parts.unit = "A/B"; }},
        {"an inserted number", [](NewLetter& l) { l.parts.sisipan = ".A"; }},
        {"a day that does not exist", [](NewLetter& l) { l.date = day(2026, 2, 30); }},
    };
    for (const BadRow& row : rows) {
        INFO(row.what);
        NewLetter letter = a_letter();
        row.spoil(letter);
        CHECK_THAT(refusal([&] { reg->reserve(letter, moment()); }), StartsWith("65 "));
        CHECK_FALSE(reg->find(letter.id));
    }
    const Letter good = reg->reserve(a_letter(), moment()).letter;
    CHECK(good.parts.urut == 1);
    CHECK_THAT(refusal([&] { reg->make_void(good.id, "", moment(), "kepala"); }), StartsWith("65 alasan"));
    CHECK_THAT(refusal([&] { reg->make_void(good.id, "x", moment(), ""); }), StartsWith("65 pelaku"));
    CHECK_THAT(refusal([&] { reg->replace(good.id, a_letter(), "", moment()); }), StartsWith("65 alasan"));
    CHECK(reg->find(good.id)->status == Status::reserved);
    CHECK(reg->log(0, 10).size() == 1);
}

}  // namespace

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = {
        {"the numbers of a series count up from one", numbers_count_up},
        {"each series counts by itself", series_count_apart},
        {"a series begins anew on 1 January, and the old year stays closed", a_year_begins_anew},
        {"the dates of a series never run backwards", dates_never_run_backwards},
        {"the same key gives the same letter, and no other one", a_key_gives_the_same_letter},
        {"what may be done once is done once, unless it was void", a_thing_is_done_once},
        {"a void letter keeps its number and its reason", a_void_letter_keeps_its_number},
        {"the first issue of a letter wins", the_first_issue_wins},
        {"a replacement takes over key and once, along a whole chain", a_replacement_takes_over},
        {"two series never print the same number", one_number_for_one_letter},
        {"a letter is found by id, number, key and digest", a_letter_is_found},
        {"a letter comes back as it went in", a_letter_comes_back_as_it_went_in},
        {"lists come in order of series, year and number, page by page", lists_page_in_order},
        {"every change is in the log, who, when and what", every_change_is_in_the_log},
        {"an issued letter is withdrawn by another one", an_issued_letter_is_withdrawn_by_another},
        {"other stores write into the same log", other_stores_write_into_the_log},
        {"many letters are numbered at once, each with its own answer", many_letters_are_numbered_at_once},
        {"many letters are issued at once, each with its own answer", many_letters_are_issued_at_once},
        {"a refused request uses up no number and leaves no trace", bad_requests_use_up_nothing},
    };
    return all;
}

}  // namespace naskah::storage
