#include "storage/rounds.h"

#include <algorithm>
#include <array>
#include <utility>

#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

constexpr std::array<std::pair<ItemState, std::string_view>, 5> state_names = {{
    {ItemState::waiting, "waiting"},
    {ItemState::signed_, "signed"},
    {ItemState::failed, "failed"},
    {ItemState::unknown, "unknown"},
    {ItemState::released, "released"},
}};

Error damaged(const std::string& id) {
    return Error(Code::internal, "putaran tanda tangan tidak terbaca", id,
                 "Jalankan naskah register check, lalu pulihkan basis data dari cadangan");
}

template <class T>
T sound(std::optional<T> value, const std::string& id) {
    if (!value) throw damaged(id);
    return *std::move(value);
}

ItemState state_of(std::string_view text, const std::string& id) {
    for (const auto& [value, name] : state_names)
        if (name == text) return value;
    throw damaged(id);
}

std::string problems_text(const std::vector<Problem>& problems) {
    Json list = Json::array();
    for (const Problem& problem : problems)
        list.push_back({{"what", problem.what}, {"where", problem.where}, {"remedy", problem.remedy}});
    return canonical_json(list);
}

std::vector<Problem> problems_of(std::string_view text, const std::string& id) {
    std::vector<Problem> problems;
    try {
        for (const Json& one : parse_json(text, "problems"))
            problems.push_back({one.at("what").get<std::string>(), one.at("where").get<std::string>(),
                                one.at("remedy").get<std::string>()});
    } catch (const std::exception&) {
        throw damaged(id);
    }
    return problems;
}

std::string in_words(const std::vector<Problem>& problems) {
    std::string words;
    for (const Problem& problem : problems) words += (words.empty() ? "" : "\n") + to_string(problem);
    return words;
}

std::vector<RoundItem> items_of(Connection& connection, const std::string& round) {
    std::vector<RoundItem> items;
    connection.run(
        "SELECT draft, version, kind, subject, state, number, problems, settled_at FROM signing_items "
        "WHERE round = $1 ORDER BY place",
        {round}, [&](const Cells& cells) {
            RoundItem item{.draft = sound(parse_letter_id(cells.text(0)), round),
                           .version = static_cast<int>(cells.integer(1)),
                           .kind = std::string(cells.text(2)),
                           .subject = std::string(cells.text(3)),
                           .state = state_of(cells.text(4), round),
                           .number = std::string(cells.text(5)),
                           .problems = problems_of(cells.text(6), round),
                           .settled_at = {}};
            if (!cells.is_null(7)) item.settled_at = from_millis(cells.integer(7));
            items.push_back(std::move(item));
        });
    return items;
}

std::vector<Round> rounds_where(Connection& connection, const std::string& condition,
                                std::initializer_list<Value> values) {
    std::vector<Round> rounds;
    connection.run("SELECT id, actor, started_at, seen_at, ended_at FROM signing_rounds " + condition, values,
                   [&](const Cells& cells) {
                       const std::string id(cells.text(0));
                       Round round{.id = sound(parse_letter_id(id), id),
                                   .actor = std::string(cells.text(1)),
                                   .started_at = from_millis(cells.integer(2)),
                                   .seen_at = from_millis(cells.integer(3)),
                                   .ended_at = {},
                                   .items = {}};
                       if (!cells.is_null(4)) round.ended_at = from_millis(cells.integer(4));
                       rounds.push_back(std::move(round));
                   });
    for (Round& round : rounds) round.items = items_of(connection, to_string(round.id));
    return rounds;
}

Round present_round(Connection& connection, const LetterId& id) {
    auto found = rounds_where(connection, "WHERE id = $1", {to_string(id)});
    if (found.empty())
        throw Error(Code::data, "putaran tanda tangan ini tidak ada", "", "Kembali ke antrean.");
    return std::move(found.front());
}

void note(Connection& connection, const Round& round, const char* action, Json detail, Instant now,
          const std::string& actor) {
    append(connection, {.at = now,
                        .actor = actor,
                        .action = action,
                        .letter = to_string(round.id),
                        .detail = std::move(detail),
                        .previous = {},
                        .hash = {}});
}

// What the register has under a draft's key.
struct Registered {
    std::string id, number, status;
    bool issued() const { return status == "issued" || status == "revoked" || status == "superseded"; }
};
// The condition repeats the index letters_key, or the engine would not use it.
Registered registered(Connection& connection, const std::string& key) {
    Registered letter;
    connection.run(
        "SELECT id, number, status FROM letters WHERE idempotency_key = $1 AND idempotency_key <> '' AND "
        "(status <> 'void' OR replaced_by IS NULL)",
        {key}, [&](const Cells& cells) {
            letter = {std::string(cells.text(0)), std::string(cells.text(1)), std::string(cells.text(2))};
        });
    return letter;
}

void give_letter(Draft& draft, const Registered& letter) {
    draft.letter = parse_letter_id(letter.id);
    draft.number = letter.number;
}

// A number that was given up: the next signing takes another one.
void forget_letter(Draft& draft) {
    draft.letter.reset();
    draft.number.clear();
    draft.attempt += 1;
}

void become_issued(Draft& draft, const Registered& letter) {
    give_letter(draft, letter);
    draft.stage = Stage::issued;
    draft.holder.clear();
    draft.trouble.clear();
}

// Why a pick cannot be signed now; empty if it can.
std::string refusal(const Draft& draft, int version) {
    if (draft.stage == Stage::signing) return "sedang ditandatangani dalam putaran lain";
    if (draft.stage == Stage::issued) return "sudah terbit dengan nomor " + draft.number;
    if (draft.stage != Stage::queue) return "tidak lagi menunggu tanda tangan";
    if (draft.version != version)
        return "sudah berubah: sekarang versi " + std::to_string(draft.version) + ", yang Anda pilih versi " +
               std::to_string(version);
    return {};
}

void insert_item(Connection& connection, const Round& round, std::size_t place, const RoundItem& item) {
    connection.run(
        "INSERT INTO signing_items (round, place, draft, version, kind, subject, state, number, problems, "
        "settled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        {to_string(round.id), static_cast<std::int64_t>(place), to_string(item.draft),
         std::int64_t{item.version}, item.kind, item.subject, to_string(item.state), item.number,
         problems_text(item.problems), item.settled_at ? Value(to_millis(*item.settled_at)) : Value()});
}

// The item of one pick; its draft has left the queue for the round, or the item says why not.
RoundItem take(Connection& connection, const Round& round, const Rounds::Pick& pick,
               const std::function<void(const Draft&)>& allowed, Instant now) {
    RoundItem item{.draft = pick.draft, .version = pick.version};
    const Draft draft = present_draft(connection, pick.draft);
    item.kind = draft.kind;
    item.subject = draft.subject;
    item.number = draft.number;
    try {
        if (const std::string why = refusal(draft, pick.version); !why.empty())
            throw Error(Code::data, why, "", "Tidak ada yang berubah pada surat ini.");
        allowed(draft);
    } catch (const Error& error) {
        item.state = ItemState::failed;
        item.problems = error.problems();
        item.settled_at = now;
        return item;
    }
    change_draft(connection, pick.draft, {"sign", round.actor, ""}, now, [&](Draft& taken) {
        if (taken.letter && registered(connection, taken.key()).status == "void") forget_letter(taken);
        taken.stage = Stage::signing;
        taken.holder = round.actor;
    });
    return item;
}

}  // namespace

std::string to_string(ItemState state) {
    for (const auto& [value, name] : state_names)
        if (value == state) return std::string(name);
    return {};
}

int Round::count(ItemState state) const {
    return static_cast<int>(std::count_if(items.begin(), items.end(),
                                          [&](const RoundItem& item) { return item.state == state; }));
}

Round Rounds::start(const LetterId& id, const std::string& actor, const std::vector<Pick>& picks,
                    const std::function<void(const Draft&)>& allowed, Instant now) {
    if (picks.empty()) throw Error(Code::data, "belum ada surat yang dipilih", "", "Pilih surat di antrean.");
    Round round;
    database_->write([&](Connection& connection) {
        round = {.id = id, .actor = actor, .started_at = now, .seen_at = now, .ended_at = {}, .items = {}};
        connection.run(
            "INSERT INTO signing_rounds (id, actor, started_at, seen_at, ended_at) "
            "VALUES ($1, $2, $3, $4, NULL)",
            {to_string(id), actor, to_millis(now), to_millis(now)});
        std::vector<Problem> problems;
        for (const Pick& pick : picks) {
            round.items.push_back(take(connection, round, pick, allowed, now));
            const RoundItem& item = round.items.back();
            insert_item(connection, round, round.items.size(), item);
            for (Problem problem : item.problems) {
                if (problem.where.empty()) problem.where = item.subject;
                problems.push_back(std::move(problem));
            }
        }
        const int waiting = round.count(ItemState::waiting);
        if (waiting == 0) throw Error(Code::data, std::move(problems));
        note(connection, round, "round-start", {{"letters", waiting}}, now, actor);
    });
    return round;
}

std::optional<Round> Rounds::find(const LetterId& id) const {
    std::vector<Round> found;
    database_->read_picture(
        [&](Connection& connection) { found = rounds_where(connection, "WHERE id = $1", {to_string(id)}); });
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<Round> Rounds::unfinished() const {
    std::vector<Round> found;
    database_->read_picture([&](Connection& connection) {
        found = rounds_where(connection, "WHERE ended_at IS NULL ORDER BY started_at, id", {});
    });
    return found;
}

std::optional<Round> Rounds::newest_of(const std::string& actor) const {
    std::vector<Round> found;
    database_->read_picture([&](Connection& connection) {
        found = rounds_where(connection, "WHERE actor = $1 ORDER BY started_at DESC, id LIMIT 1", {actor});
    });
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void Rounds::beat(const LetterId& id, Instant now) {
    database_->write([&](Connection& connection) {
        connection.run("UPDATE signing_rounds SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL",
                       {to_string(id), to_millis(now)});
    });
}

Round Rounds::settle(const LetterId& id, const LetterId& draft_id, ItemState otherwise,
                     const std::vector<Problem>& problems, const std::string& actor, Instant now) {
    Round round;
    database_->write([&](Connection& connection) {
        round = present_round(connection, id);
        const auto item = std::find_if(round.items.begin(), round.items.end(), [&](const RoundItem& one) {
            return one.draft == draft_id && one.state == ItemState::waiting;
        });
        if (item == round.items.end()) return;  // somebody was first
        const Registered letter = registered(connection, present_draft(connection, draft_id).key());
        if (!letter.issued() && (problems.empty() || otherwise == ItemState::signed_))
            throw Error(Code::internal, "surat tidak tercatat terbit di register", item->subject);
        item->state = letter.issued() ? ItemState::signed_ : otherwise;
        item->number = letter.status == "void" ? "" : letter.number;
        item->problems = letter.issued() ? std::vector<Problem>{} : problems;
        item->settled_at = now;
        if (letter.issued())
            change_draft(connection, draft_id, {"issued", actor, ""}, now,
                         [&](Draft& draft) { become_issued(draft, letter); });
        else
            change_draft(connection, draft_id, {"unsigned", actor, in_words(problems)}, now,
                         [&](Draft& draft) {
                             draft.stage = Stage::queue;
                             draft.holder.clear();
                             draft.trouble = otherwise == ItemState::released ? "" : in_words(problems);
                             if (letter.status == "reserved") give_letter(draft, letter);
                             if (letter.status == "void") forget_letter(draft);
                         });
        connection.run(
            "UPDATE signing_items SET state = $3, number = $4, problems = $5, settled_at = $6 "
            "WHERE round = $1 AND draft = $2",
            {to_string(id), to_string(draft_id), to_string(item->state), item->number,
             problems_text(item->problems), to_millis(now)});
        round.seen_at = now;
        if (round.count(ItemState::waiting) == 0) round.ended_at = now;
        connection.run("UPDATE signing_rounds SET seen_at = $2, ended_at = $3 WHERE id = $1",
                       {to_string(id), to_millis(now), round.ended_at ? Value(to_millis(now)) : Value()});
        if (round.ended_at)
            note(connection, round, "round-end",
                 {{"signed", round.count(ItemState::signed_)},
                  {"failed", round.count(ItemState::failed)},
                  {"unknown", round.count(ItemState::unknown)},
                  {"released", round.count(ItemState::released)}},
                 now, actor);
    });
    return round;
}

int Rounds::take_over_issued(Instant now) {
    int taken = 0;
    database_->write([&](Connection& connection) {
        taken = 0;
        std::vector<LetterId> ids;
        connection.run(
            "SELECT d.id FROM drafts d JOIN letters l ON "
            "l.idempotency_key = 'konsep:' || d.id || ':' || d.attempt AND l.idempotency_key <> '' AND "
            "(l.status <> 'void' OR l.replaced_by IS NULL) "
            "WHERE d.stage = 'queue' AND l.status IN ('issued', 'revoked', 'superseded')",
            {}, [&](const Cells& cells) {
                if (const auto id = parse_letter_id(cells.text(0))) ids.push_back(*id);
            });
        for (const LetterId& id : ids) {
            const Registered letter = registered(connection, present_draft(connection, id).key());
            if (!letter.issued()) continue;
            change_draft(connection, id, {"issued", "naskah", ""}, now,
                         [&](Draft& draft) { become_issued(draft, letter); });
            ++taken;
        }
    });
    return taken;
}

std::vector<std::string> round_tables() {
    return {
        "CREATE TABLE signing_rounds (id TEXT PRIMARY KEY CHECK (length(id) = 26), "
        "actor TEXT NOT NULL CHECK (actor <> ''), started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, "
        "ended_at BIGINT)",
        "CREATE TABLE signing_items (round TEXT NOT NULL REFERENCES signing_rounds (id), "
        "place INTEGER NOT NULL CHECK (place >= 1), draft TEXT NOT NULL REFERENCES drafts (id), "
        "version INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, "
        "state TEXT NOT NULL CHECK (state IN ('waiting', 'signed', 'failed', 'unknown', 'released')), "
        "number TEXT NOT NULL, problems TEXT NOT NULL, settled_at BIGINT, "
        "PRIMARY KEY (round, place), UNIQUE (round, draft), "
        "CHECK ((state = 'waiting') = (settled_at IS NULL)))",
        // A draft is signed in one round at a time.
        "CREATE UNIQUE INDEX signing_items_waiting ON signing_items (draft) WHERE state = 'waiting'",
        "CREATE INDEX signing_rounds_open ON signing_rounds (started_at) WHERE ended_at IS NULL",
        "CREATE INDEX signing_rounds_actor ON signing_rounds (actor, started_at)",
    };
}

std::vector<std::string> round_guards(Dialect dialect) {
    std::vector<std::string> guards;
    for (const char* table : {"signing_rounds", "signing_items"})
        for (std::string& guard : keeps_everything(dialect, table, "DELETE"))
            guards.push_back(std::move(guard));
    return guards;
}

std::vector<Problem> check_rounds(Connection& connection) {
    std::vector<Problem> problems;
    const auto each = [&](const char* sql, const std::string& what) {
        connection.run(sql, {}, [&](const Cells& cells) {
            problems.push_back({what, std::string(cells.text(0)),
                                "Pulihkan basis data dari cadangan dan cari siapa yang mengubahnya"});
        });
    };
    each(
        "SELECT id FROM drafts WHERE stage = 'signing' AND NOT EXISTS (SELECT 1 FROM signing_items i "
        "WHERE i.draft = drafts.id AND i.state = 'waiting')",
        "konsep sedang ditandatangani, tetapi tidak dalam putaran mana pun");
    each(
        "SELECT i.draft FROM signing_items i JOIN drafts d ON d.id = i.draft "
        "WHERE i.state = 'waiting' AND d.stage <> 'signing'",
        "konsep menunggu dalam putaran tanda tangan, tetapi berstatus lain");
    each(
        "SELECT i.draft FROM signing_items i JOIN drafts d ON d.id = i.draft "
        "WHERE i.state = 'signed' AND (d.stage <> 'issued' OR d.number <> i.number)",
        "putaran mencatat surat ini ditandatangani, tetapi konsepnya belum terbit");
    each(
        "SELECT id FROM signing_rounds WHERE (ended_at IS NULL) <> EXISTS (SELECT 1 FROM signing_items i "
        "WHERE i.round = signing_rounds.id AND i.state = 'waiting')",
        "putaran tanda tangan selesai atau belum tidak sesuai isinya");
    return problems;
}

}  // namespace naskah::storage
