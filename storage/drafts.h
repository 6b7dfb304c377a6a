// Drafts: letters on their way from desk to desk, before they have a number and until they are issued. Who
// may do what is workflow's business (workflow/drafting.h); the store promises that
//   * every act (creating, sending, returning, initialling, signing ...) changes the draft and leaves an
//     entry "draft-ACT" in the chained log in one durable transaction; a save while somebody types changes
//     the draft and nothing else;
//   * what was sent is kept as it was sent, version by version, and its digest stands in the log;
//   * `revision` grows by one with every change, so that nobody overwrites what they have not seen;
//   * a letter belongs to one draft at most.
// What a draft went through is read from the log, so the story that people see is the one that cannot be
// rewritten. Every call may be made from any thread and process. Errors as in register.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"
#include "storage/schema.h"

namespace naskah::storage {

// Konsep, Diperiksa, Dikembalikan, Menunggu tanda tangan, Sedang ditandatangani, Terbit, Dibuang.
enum class Stage { concept_, review, returned, queue, signing, issued, discarded };
inline constexpr Stage all_stages[] = {Stage::concept_, Stage::review, Stage::returned, Stage::queue,
                                       Stage::signing,  Stage::issued, Stage::discarded};
std::string to_string(Stage stage);  // "concept", "review", "returned", "queue", "signing", ...
std::optional<Stage> parse_stage(std::string_view text);

struct Draft {
    LetterId id;          // of the draft; its letter gets another
    std::string kind;     // "surat-perintah-tugas"
    std::string subject;  // hal; "" until the data passes the schema
    Json data;            // as typed so far
    Stage stage = Stage::concept_;
    std::string author;  // username
    std::string holder;  // whose turn it is; "" in the queue: whoever signs
    std::int64_t revision = 1;
    int version = 0;                    // how often it was sent
    std::string note;                   // what its sender or returner said last
    std::vector<std::string> initials;  // usernames whose paraf this version has, in order
    Instant created_at, changed_at, stage_since;
    std::optional<Instant> due;      // by when it should be signed
    std::optional<LetterId> letter;  // once it has a number
    std::string number;
    int attempt = 1;      // grows when a number that it had became void
    std::string trouble;  // why its last signing did not succeed, in words for the head; "" if none

    // Of its letter in the register: "konsep:<id>:<attempt>". Whoever asks with it gets that letter and no
    // second one.
    std::string key() const;
};

struct NewDraft {
    LetterId id;  // fresh
    std::string kind, subject;
    Json data;
    std::string author;
    std::optional<Instant> due;
};

// One line of a draft's story.
struct DraftStep {
    Instant at;
    std::string actor;
    std::string act;   // "create", "send", "withdraw", "approve", "return", "discard", "sign", "issued",
                       // "unsigned"
    std::string note;  // what they said; for "unsigned" why
    int version = 0;
    Stage stage = Stage::concept_;  // where that left it
    std::string holder, number;
};

struct DraftFilter {
    std::string author, holder;  // empty: any
    std::vector<Stage> stages;   // empty: all but discarded
    std::string text;            // in subject, kind or number, in either case; empty: any
    std::string initialled_by;   // has their paraf; empty: any
    enum class Order { newest, oldest, urgent } order = Order::newest;  // urgent: by `due`, then by age
    int offset = 0, limit = 100;
};

class Drafts {
public:
    explicit Drafts(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    Draft create(const NewDraft& draft, Instant now);
    std::optional<Draft> find(const LetterId& id) const;
    std::optional<Draft> find_by_letter(const LetterId& letter) const;
    std::vector<Draft> list(const DraftFilter& filter) const;
    std::int64_t count(const DraftFilter& filter) const;  // without offset and limit

    // Stores what its author typed, if `revision` is still the present one and the draft is in its author's
    // hands (concept, returned). Otherwise nothing changes, and the draft as it is now comes back.
    struct Typed {
        Json data;
        std::string subject;
        std::optional<Instant> due;
    };
    struct Saved {
        bool saved;
        Draft draft;
    };
    Saved save(const LetterId& id, std::int64_t revision, const Typed& typed, Instant now);

    // An act. `decide` is given the draft as it is now, inside the transaction, and alters what the act
    // alters, or throws, and then nothing changed. It may run more than once. A version that grew (by one) is
    // kept with its data. Error(data) if there is no such draft.
    struct Act {
        std::string name, actor, note;
    };
    using Decide = std::function<void(Draft&)>;
    Draft act(const LetterId& id, const Act& act, Instant now, const Decide& decide);

    std::vector<DraftStep> steps(const LetterId& id) const;  // oldest first
    // The data as it was sent; nothing if there is no such version.
    std::optional<Json> version_data(const LetterId& id, int version) const;

    // Holds every draft against the log and the register: stage, version and author as the log tells them,
    // versions as they were sent, an issued draft with an issued letter of its key, no letter in two drafts.
    // Empty when all is well.
    std::vector<Problem> check() const;

    Connections& database() const { return *database_; }

private:
    std::shared_ptr<Connections> database_;
};

// For stores that change drafts within a transaction of their own (rounds.h).
Draft present_draft(Connection& connection, const LetterId& id);  // Error(data) if there is none
Draft change_draft(Connection& connection, const LetterId& id, const Drafts::Act& act, Instant now,
                   const Drafts::Decide& decide);

// Whether there is such a step in the life of a draft; `from` is nothing before it is created.
bool is_draft_step(std::string_view act, std::optional<Stage> from, Stage to);

std::vector<std::string> draft_tables();
std::vector<std::string> draft_guards(Dialect dialect);

}  // namespace naskah::storage
