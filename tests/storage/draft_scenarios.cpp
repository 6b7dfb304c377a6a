#include "draft_scenarios.h"

#include <atomic>
#include <thread>

#include "storage/rounds.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

NewDraft a_draft(const std::string& author = "dimas") {
    return {.id = make_letter_id(system_random()),
            .kind = "surat-perintah-tugas",
            .subject = "Perintah tugas inspeksi",
            .data = {{"lokasi", "Loa Kulu"}},
            .author = author,
            .due = moment(5000)};
}

Draft send(Drafts& drafts, const LetterId& id, std::int64_t at, const std::string& to = "siti") {
    return drafts.act(id, {"send", "dimas", "mohon diperiksa"}, moment(at), [&](Draft& draft) {
        draft.stage = Stage::review;
        draft.version += 1;
        draft.holder = to;
        draft.note = "mohon diperiksa";
    });
}

Draft approve(Drafts& drafts, const LetterId& id, std::int64_t at) {
    return drafts.act(id, {"approve", "siti", ""}, moment(at), [](Draft& draft) {
        draft.initials.push_back("siti");
        draft.holder.clear();
        draft.stage = Stage::queue;
    });
}

void a_draft_is_kept_as_it_was_made(const Store& store) {
    const NewDraft asked = a_draft();
    {
        Drafts drafts(store.database());
        drafts.create(asked, moment(1));
        CHECK(drafts.find(make_letter_id(system_random())) == std::nullopt);
    }
    const auto found = Drafts(store.database()).find(asked.id);
    REQUIRE(found);
    CHECK(found->id == asked.id);
    CHECK(found->kind == asked.kind);
    CHECK(found->subject == asked.subject);
    CHECK(found->data == asked.data);
    CHECK(found->stage == Stage::concept_);
    CHECK(found->author == "dimas");
    CHECK(found->holder == "dimas");
    CHECK(found->revision == 1);
    CHECK(found->version == 0);
    CHECK(found->created_at == moment(1));
    CHECK(found->due == moment(5000));
    CHECK_FALSE(found->letter);
}

void a_save_changes_only_what_was_seen(const Store& store) {
    Drafts drafts(store.database());
    const Draft draft = drafts.create(a_draft(), moment());
    const Drafts::Typed first{.data = {{"lokasi", "Muara Badak"}}, .subject = "satu", .due = {}};
    const auto saved = drafts.save(draft.id, draft.revision, first, moment(1));
    CHECK(saved.saved);
    CHECK(saved.draft.revision == 2);
    CHECK(saved.draft.changed_at == moment(1));
    CHECK_FALSE(saved.draft.due);
    // The other window still has revision 1: it gets back what the first one wrote.
    const Drafts::Typed second{.data = {{"lokasi", "Bontang"}}, .subject = "dua", .due = {}};
    const auto refused = drafts.save(draft.id, draft.revision, second, moment(2));
    CHECK_FALSE(refused.saved);
    CHECK(refused.draft.data == first.data);
    CHECK(drafts.find(draft.id)->data == first.data);
    // A save is no act: only the creation stands in the log.
    CHECK(drafts.steps(draft.id).size() == 1);
    send(drafts, draft.id, 3);
    CHECK_FALSE(drafts.save(draft.id, 3, second, moment(4)).saved);  // out of its author's hands
    CHECK(drafts.find(draft.id)->data == first.data);
}

void versions_are_kept_as_they_were_sent(const Store& store) {
    Drafts drafts(store.database());
    const Draft draft = drafts.create(a_draft(), moment());
    const Json one = draft.data, two = {{"lokasi", "Sangatta Utara"}};
    CHECK(send(drafts, draft.id, 1).version == 1);
    const Draft back = drafts.act(draft.id, {"return", "siti", "lokasi belum lengkap"}, moment(2),
                                  [](Draft& present) { present.stage = Stage::returned; });
    CHECK(drafts.save(draft.id, back.revision, {two, "", {}}, moment(3)).saved);
    CHECK(send(drafts, draft.id, 4).version == 2);
    CHECK(drafts.version_data(draft.id, 1) == one);
    CHECK(drafts.version_data(draft.id, 2) == two);
    CHECK_FALSE(drafts.version_data(draft.id, 3));
    const auto steps = drafts.steps(draft.id);
    REQUIRE(steps.size() == 4);
    CHECK(steps[2].act == "return");
    CHECK(steps[2].actor == "siti");
    CHECK(steps[2].note == "lokasi belum lengkap");
    CHECK(steps[2].version == 1);
    CHECK(steps[3].version == 2);
    CHECK(steps[3].holder == "siti");
}

void what_an_act_throws_changes_nothing(const Store& store) {
    Drafts drafts(store.database());
    const Draft draft = drafts.create(a_draft(), moment());
    CHECK(refusal([&] {
              drafts.act(draft.id, {"send", "dimas", ""}, moment(1), [](Draft& present) {
                  present.stage = Stage::review;
                  throw Error(Code::forbidden, "tidak boleh");
              });
          }) == "77 tidak boleh");
    CHECK(drafts.find(draft.id)->revision == 1);
    CHECK(drafts.steps(draft.id).size() == 1);
}

void impossible_steps_are_refused(const Store& store) {
    Drafts drafts(store.database());
    const Draft draft = drafts.create(a_draft(), moment());
    const struct {
        const char* act;
        void (*change)(Draft&);
    } rows[] = {
        {"approve", [](Draft& d) { d.stage = Stage::queue; }},
        {"send", [](Draft& d) { d.stage = Stage::queue; }},
        {"issued", [](Draft& d) { d.stage = Stage::issued; }},
        {"terbang", [](Draft& d) { d.stage = Stage::review; }},
        {"send", [](Draft& d) { d.stage = Stage::review, d.version += 2; }},
        {"send", [](Draft& d) { d.stage = Stage::review, d.author = "lain"; }},
        {"send", [](Draft& d) { d.stage = Stage::review, d.kind = "lain"; }},
        {"send", [](Draft& d) { d.stage = Stage::review, d.note = std::string("a\0b", 3); }},
        {"send", [](Draft& d) { d.stage = Stage::review, d.note = "\xff"; }},
    };
    for (const auto& row : rows) {
        INFO(row.act);
        CHECK(refusal([&] { drafts.act(draft.id, {row.act, "dimas", ""}, moment(1), row.change); }) != "");
    }
    CHECK_THAT(refusal([&] {
                   drafts.act(make_letter_id(system_random()), {"send", "x", ""}, moment(), {});
               }),
               StartsWith("65 ") && Contains("tidak ada"));
    CHECK(drafts.find(draft.id)->revision == 1);
}

void lists_are_filtered_and_ordered(const Store& store) {
    Drafts drafts(store.database());
    std::vector<LetterId> ids;
    for (int i = 0; i < 6; ++i) {
        NewDraft draft = a_draft(i % 2 == 0 ? "dimas" : "wulan");
        draft.subject = "Surat " + std::to_string(i) + (i == 3 ? " 100% Ulin_Sagara" : "");
        draft.due = i == 4 ? std::nullopt : std::optional(moment(1000 - i * 10));
        ids.push_back(drafts.create(draft, moment(i)).id);
    }
    send(drafts, ids[0], 10);
    send(drafts, ids[2], 11);
    approve(drafts, ids[2], 12);
    const auto subjects = [&](const DraftFilter& filter) {
        std::string all;
        for (const Draft& draft : drafts.list(filter)) all += draft.subject.substr(6, 1);
        CHECK(drafts.count(filter) >= static_cast<std::int64_t>(all.size()));
        return all;
    };
    CHECK(subjects({.author = "dimas"}) == "204");
    CHECK(subjects({.author = "wulan", .order = DraftFilter::Order::oldest}) == "135");
    CHECK(subjects({.holder = "siti"}) == "0");
    CHECK(subjects({.stages = {Stage::queue}}) == "2");
    CHECK(subjects({.initialled_by = "siti"}) == "2");
    CHECK(subjects({.initialled_by = "sit"}) == "");
    CHECK(subjects({.initialled_by = "%"}) == "");
    CHECK(subjects({.order = DraftFilter::Order::urgent}) == "532104");
    CHECK(subjects({.order = DraftFilter::Order::urgent, .offset = 2, .limit = 2}) == "21");
    CHECK(subjects({.text = "ulin"}) == "3");
    CHECK(subjects({.text = "100%"}) == "3");
    CHECK(subjects({.text = "n_s"}) == "3");
    CHECK(subjects({.text = "_"}) == "3");
    CHECK(subjects({.text = "' OR 1=1 --"}) == "");
    CHECK(drafts.count({.author = "dimas"}) == 3);
    drafts.act(ids[1], {"discard", "wulan", ""}, moment(20),
               [](Draft& draft) { draft.stage = Stage::discarded, draft.holder.clear(); });
    CHECK(subjects({.author = "wulan"}) == "53");
    CHECK(subjects({.author = "wulan", .stages = {Stage::discarded}}) == "1");
}

// Many windows save at once, each on what it has read last: every one succeeds once, and no typing is lost.
void savers_race_without_losing_a_word(const Store& store) {
    const LetterId id = [&] {
        Drafts drafts(store.database());
        NewDraft draft = a_draft();
        draft.data = {{"kata", Json::array()}};
        return drafts.create(draft, moment()).id;
    }();
    constexpr int savers = 4, words = 8;
    in_processes(savers, [&](int saver) {
        Drafts drafts(store.database());
        for (int word = 0; word < words; ++word) {
            for (bool saved = false; !saved;) {
                Draft seen = drafts.find(id).value();
                seen.data["kata"].push_back(std::to_string(saver) + "." + std::to_string(word));
                saved = drafts.save(id, seen.revision, {seen.data, "", {}}, moment(word)).saved;
            }
        }
        return std::string();
    });
    const Draft draft = Drafts(store.database()).find(id).value();
    CHECK(draft.data.at("kata").size() == savers * words);
    CHECK(draft.revision == 1 + savers * words);
}

// Of all who act on one draft at once, one decides on it as it was; the others see what became of it.
void of_many_acts_at_once_one_happens(const Store& store) {
    const LetterId id = [&] {
        Drafts drafts(store.database());
        const LetterId made = drafts.create(a_draft(), moment()).id;
        send(drafts, made, 1);
        return made;
    }();
    const auto outcomes = in_processes(6, [&](int i) {
        Drafts drafts(store.database());
        const bool approving = i % 2 == 0;
        return refusal([&] {
            drafts.act(id, {approving ? "approve" : "return", "pemeriksa" + std::to_string(i), "catatan"},
                       moment(2), [&](Draft& draft) {
                           if (draft.stage != Stage::review) throw Error(Code::data, "terlambat");
                           draft.stage = approving ? Stage::queue : Stage::returned;
                       });
        });
    });
    CHECK(std::count(outcomes.begin(), outcomes.end(), "") == 1);
    CHECK(std::count(outcomes.begin(), outcomes.end(), "65 terlambat") == 5);
    CHECK(Drafts(store.database()).steps(id).size() == 3);
}

std::vector<Rounds::Pick> in_queue(Drafts& drafts, int count) {
    std::vector<Rounds::Pick> picks;
    for (int i = 0; i < count; ++i) {
        const LetterId id = drafts.create(a_draft(), moment(i)).id;
        send(drafts, id, 100 + i);
        approve(drafts, id, 200 + i);
        picks.push_back({id, 1});
    }
    return picks;
}

Letter number(const Store& store, const Draft& draft) {
    NewLetter letter = a_letter();
    letter.kind = draft.kind;
    letter.data = draft.data;
    letter.idempotency_key = draft.key();
    return store.open()->reserve(letter, moment(300)).letter;
}

const std::vector<Problem> silence = {{"layanan tidak menjawab", "", "Tanda tangani lagi."}};

void a_round_takes_its_drafts_out_of_the_queue(const Store& store) {
    Drafts drafts(store.database());
    Rounds rounds(store.database());
    auto picks = in_queue(drafts, 4);
    picks[1].version = 2;  // seen on a page that is old
    const LetterId id = make_letter_id(system_random());
    const auto not_the_last = [&](const Draft& draft) {
        if (draft.id == picks[3].draft) throw Error(Code::data, "bukan penanda tangannya");
    };
    const Round round = rounds.start(id, "ratna", picks, not_the_last, moment(400));
    CHECK(round.count(ItemState::waiting) == 2);
    CHECK(round.count(ItemState::failed) == 2);
    CHECK(drafts.find(picks[0].draft)->stage == Stage::signing);
    CHECK(drafts.find(picks[0].draft)->holder == "ratna");
    CHECK(drafts.find(picks[1].draft)->stage == Stage::queue);
    CHECK(drafts.find(picks[3].draft)->stage == Stage::queue);
    const Round kept = rounds.find(id).value();
    CHECK(kept.items.size() == 4);
    CHECK_THAT(kept.items[1].problems.at(0).what, Contains("sekarang versi 1"));
    CHECK(kept.items[3].problems.at(0).what == "bukan penanda tangannya");
    CHECK(rounds.unfinished().size() == 1);
    CHECK(rounds.newest_of("ratna")->id == id);
    CHECK_FALSE(rounds.newest_of("siti"));
    // Nothing of these is left: then there is no round at all.
    CHECK_THAT(refusal([&] {
                   rounds.start(
                       make_letter_id(system_random()), "ratna", {picks[0], picks[1]}, [](const Draft&) {},
                       moment(401));
               }),
               Contains("sedang ditandatangani") && Contains("sekarang versi 1"));
    CHECK(rounds.unfinished().size() == 1);
}

void what_became_of_a_letter_is_looked_up(const Store& store) {
    Drafts drafts(store.database());
    Rounds rounds(store.database());
    const auto picks = in_queue(drafts, 4);
    const LetterId id = make_letter_id(system_random());
    rounds.start(
        id, "ratna", picks, [](const Draft&) {}, moment(400));
    const auto settle = [&](std::size_t place, ItemState otherwise, const std::vector<Problem>& why) {
        return rounds.settle(id, picks[place].draft, otherwise, why, "ratna", moment(500));
    };
    // Said to be signed, and it is not.
    CHECK(refusal([&] { settle(0, ItemState::failed, {}); }) != "");
    CHECK(refusal([&] { settle(0, ItemState::signed_, silence); }) != "");
    CHECK(drafts.find(picks[0].draft)->stage == Stage::signing);
    // Numbered and then nobody answered; said to have failed, while another process has issued it; given up.
    const Letter waiting = number(store, drafts.find(picks[0].draft).value());
    const Letter issued = number(store, drafts.find(picks[1].draft).value());
    store.open()->issue(issued.id, a_pdf("dua"), moment(450), "ratna");
    const Letter voided = number(store, drafts.find(picks[2].draft).value());
    store.open()->make_void(voided.id, "salah", moment(451), "tatausaha");
    settle(0, ItemState::unknown, silence);
    settle(1, ItemState::failed, silence);
    settle(2, ItemState::failed, silence);
    const Round round = settle(3, ItemState::failed, silence);
    CHECK(round.ended_at == moment(500));
    CHECK(rounds.unfinished().empty());
    CHECK(round.items[0].state == ItemState::unknown);
    CHECK(round.items[0].number == waiting.number);
    CHECK(round.items[1].state == ItemState::signed_);
    CHECK(round.items[1].problems.empty());
    const auto now = [&](std::size_t place) { return drafts.find(picks[place].draft).value(); };
    CHECK(now(0).stage == Stage::queue);
    CHECK(now(0).number == waiting.number);
    CHECK_THAT(now(0).trouble, Contains("tidak menjawab"));
    CHECK(now(1).stage == Stage::issued);
    CHECK(now(1).letter == issued.id);
    CHECK(now(2).stage == Stage::queue);
    CHECK(now(2).attempt == 2);
    CHECK(now(2).number == "");
    CHECK(now(3).number == "");
    // Told again, nothing changes.
    const Draft before = now(0);
    settle(0, ItemState::failed, silence);
    CHECK(now(0).revision == before.revision);
    // The number that waited is finished elsewhere.
    store.open()->issue(waiting.id, a_pdf("satu"), moment(600), "cli");
    CHECK(rounds.take_over_issued(moment(700)) == 1);
    CHECK(rounds.take_over_issued(moment(701)) == 0);
    CHECK(now(0).stage == Stage::issued);
    CHECK(drafts.find_by_letter(waiting.id)->id == picks[0].draft);
}

// Several processes take the same drafts, and several tell the end of the same items.
void rounds_race_for_drafts(const Store& store) {
    Drafts drafts(store.database());
    const auto picks = in_queue(drafts, 8);
    const auto outcomes = in_processes(4, [&](int i) {
        Rounds rounds(store.database());
        const LetterId id = make_letter_id(system_random());
        const std::string refused = refusal([&] {
            rounds.start(
                id, "kepala" + std::to_string(i), picks, [](const Draft&) {}, moment(400));
        });
        return refused.empty() ? to_string(id) : std::string();
    });
    std::vector<std::string> begun;
    for (const std::string& outcome : outcomes)
        if (!outcome.empty()) begun.push_back(outcome);
    REQUIRE(begun.size() == 1);
    const LetterId id = parse_letter_id(begun[0]).value();
    in_processes(4, [&](int) {
        Rounds rounds(store.database());
        for (const auto& pick : picks)
            rounds.settle(id, pick.draft, ItemState::failed, silence, "kepala", moment(500));
        return std::string();
    });
    for (const auto& pick : picks) CHECK(drafts.steps(pick.draft).size() == 5);
    CHECK(Rounds(store.database()).find(id)->count(ItemState::failed) == 8);
}

template <void (*scenario)(const Store&)>
void checked(const Store& store) {
    scenario(store);
    check_drafts(store);
}

}  // namespace

void check_drafts(const Store& store) {
    CHECK(store.open()->check() == std::vector<Problem>{});
    CHECK(Drafts(store.database()).check() == std::vector<Problem>{});
}

const std::vector<Scenario>& draft_scenarios() {
    static const std::vector<Scenario> all = {
        {"a draft is kept as it was made", checked<a_draft_is_kept_as_it_was_made>},
        {"a save changes only what was seen", checked<a_save_changes_only_what_was_seen>},
        {"versions are kept as they were sent", checked<versions_are_kept_as_they_were_sent>},
        {"what an act throws changes nothing", checked<what_an_act_throws_changes_nothing>},
        {"impossible steps are refused", checked<impossible_steps_are_refused>},
        {"lists are filtered and ordered", checked<lists_are_filtered_and_ordered>},
        {"savers race without losing a word", checked<savers_race_without_losing_a_word>},
        {"of many acts at once one happens", checked<of_many_acts_at_once_one_happens>},
        {"a round takes its drafts out of the queue", checked<a_round_takes_its_drafts_out_of_the_queue>},
        {"what became of a letter is looked up, not believed", checked<what_became_of_a_letter_is_looked_up>},
        {"rounds race for drafts", checked<rounds_race_for_drafts>},
    };
    return all;
}

}  // namespace naskah::storage
