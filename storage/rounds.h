// Signing rounds (putaran tanda tangan): the letters that a head chose to sign together, and what became of
// each. A round is recorded before anything is signed and its drafts pass to Stage::signing with it, in one
// transaction; each letter's end is recorded with its draft's, in one transaction. So after any crash the
// open items of open rounds are exactly what is still to be done, and doing an item again is harmless: its
// letter is found by the draft's key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/drafts.h"

namespace naskah::storage {

// waiting: not yet known. signed_: its letter is issued. failed: refused, and why; the draft is back in the
// queue. unknown: somebody outside did not answer; the draft is back in the queue, its number is kept.
// released: taken back to the queue before its turn.
enum class ItemState { waiting, signed_, failed, unknown, released };
std::string to_string(ItemState state);  // "waiting", "signed", "failed", "unknown", "released"

struct RoundItem {
    LetterId draft;
    int version = 0;
    std::string kind, subject;  // as they were when chosen
    ItemState state = ItemState::waiting;
    std::string number;             // once it has one
    std::vector<Problem> problems;  // why not
    std::optional<Instant> settled_at;
};

struct Round {
    LetterId id;
    std::string actor;  // whose signature
    Instant started_at;
    Instant seen_at;                  // when whoever works on it last gave a sign of life
    std::optional<Instant> ended_at;  // nothing is left waiting
    std::vector<RoundItem> items;     // in the order of signing

    int count(ItemState state) const;
};

class Rounds {
public:
    explicit Rounds(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    // A draft as it was when chosen.
    struct Pick {
        LetterId draft;
        int version;
    };
    // Records the round; its drafts leave the queue for it. A pick that is no longer in the queue, or in
    // another version, becomes a failed item with the reason. Error(data) with all reasons if none is left;
    // then nothing is recorded. `allowed` throws why a draft may not be signed by this person.
    Round start(const LetterId& id, const std::string& actor, const std::vector<Pick>& picks,
                const std::function<void(const Draft&)>& allowed, Instant now);

    std::optional<Round> find(const LetterId& id) const;
    std::vector<Round> unfinished() const;  // oldest first
    std::optional<Round> newest_of(const std::string& actor) const;
    void beat(const LetterId& id, Instant now);  // a sign of life

    // What became of a waiting item. Whether it is signed is not told but looked up: it is when the draft's
    // key has an issued letter. Else it is `otherwise`, for these problems, and the draft goes back to the
    // queue, with its number if it has taken one and that is not void. Told again, or by another process,
    // nothing changes: the first one counts. Gives back the round as it is now.
    Round settle(const LetterId& id, const LetterId& draft, ItemState otherwise,
                 const std::vector<Problem>& problems, const std::string& actor, Instant now);

    // Drafts in the queue whose letter was issued by other ways (`naskah resume`): they become issued.
    // Returns how many.
    int take_over_issued(Instant now);

    Connections& database() const { return *database_; }

private:
    std::shared_ptr<Connections> database_;
};

std::vector<std::string> round_tables();
std::vector<std::string> round_guards(Dialect dialect);

// Holds the rounds against the drafts; part of Drafts::check().
std::vector<Problem> check_rounds(Connection& connection);

}  // namespace naskah::storage
