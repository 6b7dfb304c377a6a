#include "agenda_scenarios.h"

#include <algorithm>
#include <random>

#include "storage/agenda.h"
#include "storage/log.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

const std::vector<std::string> series = {"spt", "sk", "surat"};
const std::vector<std::string> kinds = {"surat-perintah-tugas", "sk-pencabutan", "undangan"};
const std::vector<std::string> titles = {"Surat Perintah Tugas", "Keputusan", "Surat Undangan"};
const std::vector<std::string> firms = {"PT Contoh Sagara",     "CV Lembuswana 100%",  "Ny. Dewi_Contoh",
                                        "Kelurahan É. Contoh!", "pt contoh \"kutip\"", "Koperasi\\Contoh"};

struct Known {
    Letter letter;
    std::string title, addressee, signer;
    std::optional<Dispatch> dispatch;
};

// Letters of two years in every state, some of them sent.
std::vector<Known> write_letters(const Store& store, std::mt19937& random, int count) {
    const auto reg = store.open();
    Dispatches dispatches(store.database());
    const auto any = [&](const std::vector<std::string>& of) { return of[random() % of.size()]; };
    std::vector<Known> all;
    for (int n = 0; n < count; ++n) {
        const std::size_t which = random() % series.size();
        NewLetter letter = a_letter();
        letter.series = series[which];
        letter.kind = kinds[which];
        letter.pattern = "{kode}/{urut:03}/{unit}-{bidang}/{romawi}/{tahun}";
        letter.parts.kode = std::to_string(100 + which);
        letter.parts.bidang = any({"DALAK", "LP2N"});
        letter.date = add_days(day(2026, 11, 1), n * 120 / count);
        Known known{
            .letter = {}, .title = titles[which], .addressee = any(firms), .signer = "Dr. Wirya Contoh"};
        letter.subject = "Hal nomor " + std::to_string(random() % 20) + " untuk " + any(firms);
        letter.snapshot = {{"penandatangan", {{"nama", known.signer}}},
                           {"agenda", {{"jenis", known.title}, {"tujuan", known.addressee}}}};
        letter.actor = "konseptor";
        known.letter = reg->reserve(letter, moment(n)).letter;
        const LetterId id = known.letter.id;
        const auto fate = random() % 10;
        if (fate < 2) {
            if (fate == 0) known.letter = reg->make_void(id, "salah", moment(n), "tu");
        } else {
            known.letter = reg->issue(id, a_pdf(known.letter.number), moment(n), "kepala");
            if (fate < 6)
                known.dispatch = dispatches.note(id, {.sent = letter.date,
                                                      .means = "Pos-el",
                                                      .receiver = "Sekretariat",
                                                      .archive = "Rak 1",
                                                      .actor = "tu",
                                                      .noted_at = moment(n)});
        }
        all.push_back(std::move(known));
    }
    // Some are withdrawn by a later one.
    for (std::size_t i = 0; i + 1 < all.size(); i += 7) {
        Known& old = all[i];
        const auto later = std::find_if(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(),
                                        [](const Known& one) { return one.letter.status == Status::issued; });
        if (old.letter.status == Status::issued && later != all.end())
            old.letter = reg->withdraw(old.letter.id, random() % 2 ? Status::revoked : Status::superseded,
                                       later->letter.id, "keliru", moment(count), "tu");
    }
    return all;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// The same question, asked of one letter after the other.
bool lets_through(const AgendaFilter& filter, const Known& known) {
    const Letter& letter = known.letter;
    const std::string unit =
        letter.parts.unit + (letter.parts.bidang.empty() ? "" : "-" + letter.parts.bidang);
    if (!filter.series.empty() && filter.series != letter.series) return false;
    if (!filter.kind.empty() && filter.kind != letter.kind) return false;
    if (!filter.unit.empty() && filter.unit != unit) return false;
    if (filter.year && *filter.year != year_of(letter.date)) return false;
    if (filter.month && *filter.month != static_cast<int>(static_cast<unsigned>(letter.date.month())))
        return false;
    if (filter.status && *filter.status != letter.status) return false;
    if (filter.undispatched && (letter.status != Status::issued || known.dispatch)) return false;
    std::string word;
    for (const char c : filter.text + " ") {
        if (c != ' ') {
            word += c;
            continue;
        }
        bool found = word.empty();
        for (const std::string& text :
             {letter.number, letter.subject, known.title, letter.kind, known.addressee, known.signer})
            found = found || lower(text).find(lower(word)) != std::string::npos;
        if (!found) return false;
        word.clear();
    }
    return true;
}

std::vector<std::string> numbers_of(const std::vector<AgendaRow>& rows) {
    std::vector<std::string> numbers;
    for (const AgendaRow& row : rows) numbers.push_back(row.number);
    return numbers;
}

void every_filter_answers_as_a_walk_would(const Store& store) {
    std::mt19937 random(20261126);
    const std::vector<Known> all = write_letters(store, random, 110);
    Agenda agenda(store.database());
    const std::vector<std::string> words = {"contoh", "SAGARA", "100%",      "_",          "%",        "!",
                                            "é",      "É",      "\\",        "'",          "\"",       "7",
                                            "/XI/",   "tugas ", "hal untuk", "pt  contoh", "tidak-ada"};
    for (int round = 0; round < 150; ++round) {
        AgendaFilter filter;
        const auto maybe = [&] { return random() % 3 == 0; };
        if (maybe()) filter.text = words[random() % words.size()];
        if (maybe()) filter.series = series[random() % series.size()];
        if (maybe()) filter.kind = kinds[random() % kinds.size()];
        if (maybe()) filter.unit = random() % 2 ? "DPMPTSP-DALAK" : "DPMPTSP-LP2N";
        if (maybe()) filter.year = 2026 + static_cast<int>(random() % 2);
        if (maybe()) filter.month = std::vector<int>{1, 2, 11, 12}[random() % 4];
        if (maybe())
            filter.status = std::vector<Status>{Status::reserved, Status::issued, Status::void_,
                                                Status::revoked, Status::superseded}[random() % 5];
        filter.undispatched = random() % 6 == 0;
        // É and é are one letter to the agenda, and two to the walk.
        const bool accented = filter.text == "é" || filter.text == "É";
        std::vector<Known> wanted;
        for (const Known& known : all) {
            AgendaFilter plain = filter;
            if (accented) plain.text = "É";
            if (lets_through(plain, known)) wanted.push_back(known);
        }
        for (const AgendaOrder order : {AgendaOrder::newest, AgendaOrder::number}) {
            if (order == AgendaOrder::newest) {
                std::reverse(wanted.begin(), wanted.end());
            } else {
                std::sort(wanted.begin(), wanted.end(), [](const Known& a, const Known& b) {
                    return std::tuple(a.letter.series, a.letter.parts.tahun, a.letter.parts.urut) <
                           std::tuple(b.letter.series, b.letter.parts.tahun, b.letter.parts.urut);
                });
            }
            std::vector<std::string> expected;
            for (const Known& known : wanted) expected.push_back(known.letter.number);
            INFO("text " << filter.text << ", series " << filter.series << ", kind " << filter.kind
                         << ", unit " << filter.unit << ", round " << round);
            // Forwards, page by page, and back again.
            const int size = 1 + static_cast<int>(random() % 20);
            std::vector<std::string> found;
            AgendaPage part = agenda.list(filter, order, size);
            CHECK_FALSE(part.more_before);
            for (;;) {
                for (const std::string& number : numbers_of(part.rows)) found.push_back(number);
                if (!part.more_after) break;
                part = agenda.list(filter, order, size, part.rows.back().row);
            }
            CHECK(found == expected);
            std::vector<std::string> backwards = numbers_of(part.rows);
            while (part.more_before && !part.rows.empty()) {
                part = agenda.list(filter, order, size, 0, part.rows.front().row);
                const auto numbers = numbers_of(part.rows);
                backwards.insert(backwards.begin(), numbers.begin(), numbers.end());
            }
            CHECK(backwards == expected);
        }
        const Agenda::Count count = agenda.count(filter);
        CHECK(count.all == static_cast<std::int64_t>(wanted.size()));
        CHECK(count.voided == std::count_if(wanted.begin(), wanted.end(), [](const Known& known) {
                  return known.letter.status == Status::void_;
              }));
    }
    std::size_t visited = 0;
    agenda.each({}, AgendaOrder::number, [&](const AgendaRow&) { ++visited; });
    CHECK(visited == all.size());
}

void a_row_says_all_of_its_letter(const Store& store) {
    std::mt19937 random(7);
    const std::vector<Known> all = write_letters(store, random, 40);
    Agenda agenda(store.database());
    const auto reg = store.open();
    for (const Known& known : all) {
        const auto row = agenda.find(known.letter.id);
        REQUIRE(row);
        const Letter& letter = known.letter;
        CHECK(row->number == letter.number);
        CHECK(row->urut == letter.parts.urut);
        CHECK(row->date == letter.date);
        CHECK(row->code == letter.parts.kode);
        CHECK(row->series == letter.series);
        CHECK(row->kind == letter.kind);
        CHECK(row->unit == "DPMPTSP-" + letter.parts.bidang);
        CHECK(row->words.title == known.title);
        CHECK(row->words.addressee == known.addressee);
        CHECK(row->words.signer == known.signer);
        CHECK(row->subject == letter.subject);
        CHECK(row->status == letter.status);
        CHECK(row->reason == letter.reason);
        CHECK(row->maker == "konseptor");
        CHECK(row->reserved_at == letter.reserved_at);
        CHECK(row->issued_at == letter.issued_at);
        CHECK(row->sha256 == letter.sha256);
        CHECK(row->replaced_by == letter.replaced_by);
        CHECK(row->replaced_by_number == (letter.replaced_by ? reg->find(*letter.replaced_by)->number : ""));
        CHECK(row->dispatch == known.dispatch);
    }
    CHECK_FALSE(agenda.find(a_letter().id));
    const Agenda::Choices choices = agenda.choices();
    CHECK(choices.series == std::vector<std::string>{"sk", "spt", "surat"});
    CHECK(choices.units == std::vector<std::string>{"DPMPTSP-DALAK", "DPMPTSP-LP2N"});
    CHECK(choices.years == std::vector<int>{2026, 2027});
}

void a_letter_that_replaces_another_has_its_row(const Store& store) {
    const auto reg = store.open();
    const Letter old = reg->reserve(a_letter(), moment()).letter;
    const Letter next = reg->replace(old.id, a_letter(), "terhenti", moment(1));
    Agenda agenda(store.database());
    CHECK(agenda.find(old.id)->replaced_by_number == next.number);
    CHECK(agenda.find(next.id)->replaces == old.id);
    CHECK(agenda.find(old.id)->words.title == old.kind);  // of a letter whose snapshot says nothing
}

void the_last_note_counts(const Store& store) {
    const auto reg = store.open();
    Dispatches dispatches(store.database());
    const Letter letter = reg->reserve(a_letter(), moment()).letter;
    const Letter issued = reg->issue(letter.id, a_pdf("x"), moment(1), "kepala");
    const Dispatch first = dispatches.note(issued.id, {.sent = day(2026, 3, 2),
                                                       .means = "Pos-el",
                                                       .receiver = "Ny. Dewi Contoh",
                                                       .archive = "",
                                                       .actor = "tu",
                                                       .noted_at = moment(2)});
    const Dispatch second = dispatches.note(issued.id, {.sent = day(2026, 3, 3),
                                                        .means = "Diambil",
                                                        .receiver = "Ny. Dewi Contoh",
                                                        .archive = "Rak 2, map 7",
                                                        .actor = "tu2",
                                                        .noted_at = moment(3)});
    CHECK(dispatches.of(issued.id) == std::vector<Dispatch>{second, first});
    CHECK(Agenda(store.database()).find(issued.id)->dispatch == second);
    const auto entries = reg->log_of(issued.id);
    REQUIRE(entries.size() == 4);
    CHECK(entries[3].seq == second.seq);
    CHECK(entries[3].action == "dispatch");
    CHECK(entries[3].actor == "tu2");
    CHECK_THAT(dump_json(entries[3].detail), Contains("Diambil") && !Contains("Dewi"));
}

void only_a_letter_that_left_can_be_noted_as_sent(const Store& store) {
    const auto reg = store.open();
    Dispatches dispatches(store.database());
    const Letter reserved = reg->reserve(a_letter(), moment()).letter;
    const Letter gone = reg->make_void(reg->reserve(a_letter(), moment()).letter.id, "salah", moment(), "tu");
    const Letter issued =
        reg->issue(reg->reserve(a_letter(), moment()).letter.id, a_pdf("x"), moment(), "kepala");
    const Dispatch good{.sent = day(2026, 3, 2), .means = "Pos", .actor = "tu", .noted_at = moment()};
    const auto with = [&](auto change) {
        Dispatch dispatch = good;
        change(dispatch);
        return dispatch;
    };
    const struct {
        LetterId letter;
        Dispatch dispatch;
        const char* said;
    } rows[] = {
        {reserved.id, good, "belum terbit"},
        {gone.id, good, "BATAL"},
        {a_letter().id, good, "tidak ada dalam register"},
        {issued.id, with([](Dispatch& d) { d.means = ""; }), "tidak boleh kosong"},
        {issued.id, with([](Dispatch& d) { d.sent = day(2026, 3, 1); }), "mendahului tanggal surat"},
        {issued.id, with([](Dispatch& d) { d.receiver = "a\nb"; }), "tidak terlihat"},
        {issued.id, with([](Dispatch& d) { d.archive = "\xff"; }), "tidak terlihat"},
        {issued.id, with([](Dispatch& d) { d.means = std::string(301, 'x'); }), "terlalu panjang"},
    };
    const std::size_t before = reg->log(0, 100).size();
    for (const auto& row : rows) {
        INFO(row.said);
        CHECK_THAT(refusal([&] { dispatches.note(row.letter, row.dispatch); }),
                   StartsWith("65 ") && Contains(row.said));
    }
    CHECK(reg->log(0, 100).size() == before);
    CHECK(dispatches.of(issued.id).empty());
    CHECK(dispatches.note(issued.id, good).seq == static_cast<std::int64_t>(before) + 1);
}

}  // namespace

const std::vector<Scenario>& agenda_scenarios() {
    static const std::vector<Scenario> all = {
        {"the buku agenda answers every filter as a walk over all letters would",
         every_filter_answers_as_a_walk_would},
        {"a row of the buku agenda says all of its letter", a_row_says_all_of_its_letter},
        {"a letter that replaces another has its row", a_letter_that_replaces_another_has_its_row},
        {"the last note of a dispatch counts, and the earlier ones stay", the_last_note_counts},
        {"only a letter that left the house can be noted as sent",
         only_a_letter_that_left_can_be_noted_as_sent},
    };
    return all;
}

}  // namespace naskah::storage
