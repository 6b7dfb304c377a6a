// Who may do what with a letter, and when: every act, in every stage, by everyone.
#include "flow_office.h"

#include <thread>

#include "workflow/working_time.h"

using namespace naskah;
using namespace naskah::workflow;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using naskah::test::FlowOffice;
using naskah::test::refused;
using storage::Draft;
using storage::Stage;

namespace {

// What is allowed; everything else is not. In review the letter is with siti; in the queue siti and hendra
// have initialled it.
const std::map<std::string, std::map<Stage, std::string>> allowed = {
    {"simpan", {{Stage::concept_, "dimas"}, {Stage::returned, "dimas"}}},
    {"kirim", {{Stage::concept_, "dimas"}, {Stage::returned, "dimas"}}},
    {"tarik", {{Stage::review, "dimas"}}},
    {"buang", {{Stage::concept_, "dimas"}, {Stage::returned, "dimas"}}},
    {"paraf", {{Stage::review, "siti"}}},
    {"kembalikan", {{Stage::review, "siti"}, {Stage::queue, "siti hendra ratna plh"}}},
    {"lihat",
     {{Stage::concept_, "dimas"},
      {Stage::review, "dimas wulan siti hendra ratna plh tatausaha"},
      {Stage::returned, "dimas wulan siti hendra ratna plh tatausaha"},
      {Stage::queue, "dimas wulan siti hendra ratna plh tatausaha"},
      {Stage::signing, "dimas wulan siti hendra ratna plh tatausaha"},
      {Stage::issued, "dimas wulan siti hendra ratna plh tatausaha"},
      {Stage::discarded, "dimas"}}},
};

bool may(const std::string& act, Stage stage, const std::string& who) {
    const auto& stages = allowed.at(act);
    const auto found = stages.find(stage);
    return found != stages.end() && (" " + found->second + " ").find(" " + who + " ") != std::string::npos;
}

void do_it(Drafting& acts, const std::string& act, const Person& who, const Draft& draft, Instant now) {
    if (act == "simpan") {
        if (!acts.save(who, draft.id, draft.revision, draft.data, now).saved)
            throw Error(Code::data, "tidak tersimpan");
    } else if (act == "kirim") {
        acts.send(who, draft.id, draft.revision, "hendra", "", now);
    } else if (act == "tarik") {
        acts.withdraw(who, draft.id, now);
    } else if (act == "buang") {
        acts.discard(who, draft.id, now);
    } else if (act == "paraf") {
        acts.approve(who, draft.id, draft.version, "", "", now);
    } else if (act == "kembalikan") {
        acts.send_back(who, draft.id, draft.version, "perbaiki", now);
    } else {
        acts.open(who, draft.id);
    }
}

}  // namespace

TEST_CASE("every act in every stage is allowed to those who may, and refused to all others") {
    FlowOffice office;
    auto acts = office.drafting();
    int done = 0;
    for (const Stage stage : storage::all_stages) {
        std::optional<Draft> letter;
        for (const auto& [act, stages] : allowed)
            for (const Person& who : office.everyone) {
                INFO(act << " oleh " << who.username << " pada " << to_string(stage));
                if (!letter) letter = office.in_stage(stage);
                const Draft before = *letter;
                const std::size_t steps = office.drafts().steps(before.id).size();
                const std::string answer = refused([&] { do_it(acts, act, who, before, office.now()); });
                const Draft after = office.drafts().find(before.id).value();
                if (may(act, stage, who.username)) {
                    CHECK(answer == "");
                    ++done;
                } else {
                    CHECK_THAT(answer, StartsWith("65 ") || StartsWith("77 "));
                    CHECK(after.revision == before.revision);
                    CHECK(office.drafts().steps(before.id).size() == steps);
                }
                // The buttons of the page say the same as the acts do.
                const auto buttons = acts.acts_of(who, before);
                if (act == "kirim") CHECK(buttons.send == may(act, stage, who.username));
                if (act == "tarik") CHECK(buttons.withdraw == may(act, stage, who.username));
                if (act == "buang") CHECK(buttons.discard == may(act, stage, who.username));
                if (act == "paraf") CHECK(buttons.approve == may(act, stage, who.username));
                if (act == "kembalikan") CHECK(buttons.send_back == may(act, stage, who.username));
                if (after.revision != before.revision) letter.reset();  // used up
                if (stage == Stage::signing || stage == Stage::issued) letter = before;
            }
    }
    CHECK(done == 2 + 2 + 1 + 2 + 1 + 5 + 37);
}

TEST_CASE("only staff begin letters") {
    FlowOffice office;
    auto acts = office.drafting();
    for (const Person& who : office.everyone) {
        INFO(who.username);
        const std::string answer =
            refused([&] { acts.create(who, "surat-perintah-tugas", Json::object(), office.now()); });
        CHECK(answer.empty() == who.is(Role::staf));
    }
    CHECK_THAT(refused([&] { acts.create(office.dimas, "surat-cinta", Json::object(), office.now()); }),
               StartsWith("65 ") && Contains("tidak ada"));
    CHECK_THAT(
        refused([&] { acts.create(office.dimas, "surat-perintah-tugas", Json::array(), office.now()); }),
        StartsWith("65 "));
}

TEST_CASE("a letter passes the chain of paraf, from the section to the division to the head") {
    FlowOffice office;
    auto acts = office.drafting();
    Draft draft = office.in_stage(Stage::review);
    CHECK(draft.holder == "siti");
    CHECK(draft.version == 1);
    CHECK_FALSE(draft.subject.empty());
    draft = acts.approve(office.siti, draft.id, 1, "hendra", "sudah sesuai jadwal", office.now());
    CHECK(draft.stage == Stage::review);
    CHECK(draft.holder == "hendra");
    CHECK(draft.initials == std::vector<std::string>{"siti"});
    draft = acts.approve(office.hendra, draft.id, 1, "", "", office.now());
    CHECK(draft.stage == Stage::queue);
    CHECK(draft.holder == "");
    CHECK(draft.initials == std::vector<std::string>{"siti", "hendra"});
    std::string story;
    for (const auto& step : office.drafts().steps(draft.id)) story += step.act + ":" + step.actor + " ";
    CHECK(story == "create:dimas send:dimas approve:siti approve:hendra ");
}

TEST_CASE("nobody checks a letter of their own") {
    FlowOffice office;
    auto acts = office.drafting();
    Draft own = acts.create(office.wulan, "surat-perintah-tugas", office.example(), office.now());
    CHECK_THAT(refused([&] { acts.send(office.wulan, own.id, own.revision, "wulan", "", office.now()); }),
               StartsWith("77 ") && Contains("pembuatnya sendiri"));
    own = acts.send(office.wulan, own.id, own.revision, "siti", "", office.now());
    CHECK_THAT(refused([&] { acts.approve(office.siti, own.id, 1, "wulan", "", office.now()); }),
               StartsWith("77 ") && Contains("pembuatnya sendiri"));
    CHECK_THAT(refused([&] { acts.approve(office.wulan, own.id, 1, "", "", office.now()); }),
               StartsWith("77 ") && Contains("pembuatnya sendiri"));
    for (const Person& checker : acts.checkers_for(office.siti, own)) CHECK(checker.username == "hendra");
}

TEST_CASE("a letter goes to somebody who checks, and to nobody twice") {
    FlowOffice office;
    auto acts = office.drafting();
    Draft draft = office.in_stage(Stage::concept_);
    for (const char* to : {"", "tidak-ada", "ratna", "tatausaha", "dimas"}) {
        INFO(to);
        CHECK(refused([&] { acts.send(office.dimas, draft.id, draft.revision, to, "", office.now()); }) !=
              "");
    }
    draft = acts.send(office.dimas, draft.id, draft.revision, "siti", "", office.now());
    CHECK_THAT(refused([&] { acts.approve(office.siti, draft.id, 1, "siti", "", office.now()); }),
               Contains("sudah memaraf"));
    acts.approve(office.siti, draft.id, 1, "hendra", "", office.now());
    CHECK_THAT(refused([&] { acts.approve(office.hendra, draft.id, 1, "siti", "", office.now()); }),
               Contains("sudah memaraf"));
}

TEST_CASE("what does not pass its rules is not sent, and every problem is named at once") {
    FlowOffice office;
    auto acts = office.drafting();
    Draft draft = acts.create(office.dimas, "surat-perintah-tugas", {{"jenis", "rutin"}}, office.now());
    CHECK(draft.subject == "");
    const std::string answer =
        refused([&] { acts.send(office.dimas, draft.id, draft.revision, "siti", "", office.now()); });
    CHECK_THAT(answer,
               StartsWith("65 ") && Contains("petugas") && Contains("dasar") && Contains("pelaksanaan"));
    CHECK(office.drafts().find(draft.id)->stage == Stage::concept_);
}

TEST_CASE("a letter that was in time when sent and is not when approved is not approved") {
    FlowOffice office;
    auto acts = office.drafting();
    const Draft draft = office.in_stage(Stage::review);
    office.clock.pass(std::chrono::hours(24 * 14));
    CHECK_THAT(refused([&] { acts.approve(office.siti, draft.id, 1, "", "", office.now()); }),
               StartsWith("65 ") && Contains("paling lambat"));
    CHECK(office.drafts().find(draft.id)->stage == Stage::review);
}

TEST_CASE("returning wants a reason, and the paraf of that version are gone") {
    FlowOffice office;
    auto acts = office.drafting();
    const Draft draft = office.in_stage(Stage::queue);
    for (const char* note : {"", "   ", "\n"})
        CHECK_THAT(refused([&] { acts.send_back(office.ratna, draft.id, 1, note, office.now()); }),
                   StartsWith("65 Catatan"));
    CHECK(refused([&] { acts.send_back(office.ratna, draft.id, 1, std::string(5000, 'a'), office.now()); }) !=
          "");
    const Draft back =
        acts.send_back(office.ratna, draft.id, 1, "dasar hukumnya sudah dicabut", office.now());
    CHECK(back.stage == Stage::returned);
    CHECK(back.holder == "dimas");
    CHECK(back.note == "dasar hukumnya sudah dicabut");
    CHECK(back.initials.empty());
    const Draft again =
        acts.send(office.dimas, back.id, back.revision, "hendra", "sudah diganti", office.now());
    CHECK(again.version == 2);
    CHECK(again.initials.empty());
}

TEST_CASE("whoever acts on a version that they have not read is told so, and nothing changes") {
    FlowOffice office;
    auto acts = office.drafting();
    Draft draft = office.in_stage(Stage::returned);
    draft = acts.send(office.dimas, draft.id, draft.revision, "siti", "", office.now());
    for (const int version : {1, 3, 0, -1}) {
        CHECK_THAT(refused([&] { acts.approve(office.siti, draft.id, version, "", "", office.now()); }),
                   Contains("sekarang versi 2"));
        CHECK_THAT(refused([&] { acts.send_back(office.siti, draft.id, version, "x", office.now()); }),
                   Contains("sekarang versi 2"));
    }
    CHECK(office.drafts().find(draft.id)->revision == draft.revision);
}

TEST_CASE("a letter that somebody has initialled is not withdrawn under their hands") {
    FlowOffice office;
    auto acts = office.drafting();
    const Draft first = office.in_stage(Stage::review);
    CHECK(acts.withdraw(office.dimas, first.id, office.now()).stage == Stage::concept_);
    const Draft second = office.in_stage(Stage::review);
    acts.approve(office.siti, second.id, 1, "hendra", "", office.now());
    CHECK_THAT(refused([&] { acts.withdraw(office.dimas, second.id, office.now()); }),
               Contains("sudah diparaf Siti Contoh"));
}

TEST_CASE("of two checkers at one letter the first one decides") {
    FlowOffice office;
    for (int round = 0; round < 8; ++round) {
        const Draft draft = office.in_stage(Stage::review);
        std::string one, other;
        std::thread first([&] {
            auto acts = office.drafting();
            one = refused([&] { acts.approve(office.siti, draft.id, 1, "", "", office.now()); });
        });
        std::thread second([&] {
            auto acts = office.drafting();
            other = refused([&] { acts.send_back(office.siti, draft.id, 1, "jangan dulu", office.now()); });
        });
        first.join();
        second.join();
        CHECK((one.empty() || other.empty()));
        const Draft after = office.drafts().find(draft.id).value();
        // Returning is possible from the queue as well, for whoever has initialled: then both happened, in
        // that order.
        if (one.empty() && other.empty()) CHECK(after.stage == Stage::returned);
        if (!one.empty()) CHECK_THAT(one, Contains("Dikembalikan"));
        CHECK(after.revision == draft.revision + (one.empty() ? 1 : 0) + (other.empty() ? 1 : 0));
    }
}

TEST_CASE("a checker sees what changed since the last version, in the words of the form") {
    FlowOffice office;
    auto acts = office.drafting();
    Draft draft = office.in_stage(Stage::returned);
    Json data = draft.data;
    data["petugas"][1]["jabatan"] = "Pemeriksa Penanaman Modal";
    data["petugas"].erase(data["petugas"].begin() + 2);
    data["pelaku_usaha"]["lokasi"] = "Kecamatan Sangatta Utara";
    data["dasar"].insert(data["dasar"].begin(), "Undang-Undang Contoh");
    const auto saved = acts.save(office.dimas, draft.id, draft.revision, data, office.now());
    REQUIRE(saved.saved);
    acts.send(office.dimas, draft.id, saved.draft.revision, "siti", "", office.now());
    std::string told;
    for (const FieldChange& change : acts.changes(draft, 1, 2)) {
        for (const std::string& title : change.titles) told += title + "/";
        told += ": " + change.was + " -> " + change.now + "\n";
    }
    CHECK_THAT(told, Contains("Petugas 2/Jabatan/: Analis Kebijakan Ahli Muda -> Pemeriksa Penanaman Modal"));
    CHECK_THAT(told, Contains("-> Kecamatan Sangatta Utara"));
    CHECK_THAT(told, Contains("Dasar 1/:  -> Undang-Undang Contoh"));
    CHECK_THAT(told, !Contains("Dasar 2/"));
    CHECK(acts.changes(draft, 1, 1).empty());
    CHECK(acts.changes(draft, 1, 7).empty());
    const auto facts = acts.facts(office.drafts().find(draft.id).value());
    CHECK(std::any_of(facts.begin(), facts.end(), [](const FilledField& field) {
        return field.path == "pelaku_usaha.lokasi" && field.value == "Kecamatan Sangatta Utara";
    }));
}

TEST_CASE("a letter is due on the last day that its rules allow") {
    FlowOffice office;
    auto acts = office.drafting();
    const Draft draft = office.in_stage(Stage::concept_);
    REQUIRE(draft.due);
    const auto begins = parse_date(draft.data.at("pelaksanaan").at("mulai").get<std::string>()).value();
    const Date day = date_in(Zone::wita, *draft.due);
    CHECK(day < begins);
    CHECK(time_in(Zone::wita, *draft.due) == "16.00 WITA");
    CHECK(office.desk->office().workdays().is_workday(day));
    CHECK_FALSE(acts.create(office.dimas, "surat-perintah-tugas", Json::object(), office.now()).due);
}

TEST_CASE("deadlines and ages are told in working time") {
    FlowOffice office;
    const Office& here = office.desk->office();
    const auto at = [](const char* text) { return parse_rfc3339(text).value(); };
    // 2026-11-27 is a Friday.
    const struct {
        const char *due, *now, *words;
    } rows[] = {
        {"2026-11-27T16:00:00+08:00", "2026-11-27T09:00:00+08:00", "Hari ini, 16.00"},
        {"2026-11-27T16:00:00+08:00", "2026-11-26T09:00:00+08:00", "1 hari kerja lagi"},
        {"2026-11-30T16:00:00+08:00", "2026-11-27T09:00:00+08:00", "1 hari kerja lagi"},
        {"2026-12-18T16:00:00+08:00", "2026-11-27T09:00:00+08:00", "18 Desember 2026"},
        {"2026-11-27T13:00:00+08:00", "2026-11-27T15:10:00+08:00", "Lewat 2 jam kerja"},
        {"2026-11-27T16:00:00+08:00", "2026-11-27T20:00:00+08:00", "Lewat 16.00"},
        {"2026-11-27T16:00:00+08:00", "2026-11-28T20:00:00+08:00", "Lewat 16.00"},
        {"2026-11-27T16:00:00+08:00", "2026-12-02T08:00:00+08:00", "Lewat 2 hari kerja"},
    };
    for (const auto& row : rows) {
        INFO(row.due << " " << row.now);
        CHECK(deadline(here, at(row.due), at(row.now)).words == row.words);
    }
    CHECK(deadline(here, {}, at("2026-11-27T09:00:00+08:00")).state == Deadline::State::none);
    CHECK(age_words(here, at("2026-11-27T09:00:00+08:00"), at("2026-11-27T09:40:00+08:00")) ==
          "kurang dari 1 jam kerja");
    CHECK(age_words(here, at("2026-11-27T15:00:00+08:00"), at("2026-11-30T08:30:00+08:00")) == "2 jam kerja");
    CHECK(age_words(here, at("2026-11-24T09:00:00+08:00"), at("2026-11-26T10:00:00+08:00")) ==
          "2 hari kerja");
}
