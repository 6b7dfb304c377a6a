// Who may do what with a letter before it is signed, and in which order:
//
//   Konsep ─ send ─▶ Diperiksa ─ approve ─▶ Diperiksa by another ─ approve ─▶ Menunggu tanda tangan ─▶
//   signing
//     ▲  ▲              │ ▲                                                        │  (signing_round.h)
//     │  └─ withdraw ───┘ └───────────── send ──────── Dikembalikan ◀── return ────┘
//
// Only the author writes, and only in Konsep and Dikembalikan. Nobody checks a letter of their own. What
// must pass the schema and the rules is asked at sending, at approving and at signing, each time of that
// day. Every act is decided on the draft as it is at that moment, inside one transaction: of two people who
// act at once, the second gets Error(data) "sudah berubah" and nothing changes.
// Errors: Error(forbidden) for who may not, Error(data) for what cannot be now.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/drafts.h"
#include "workflow/filled_fields.h"
#include "workflow/issue.h"
#include "workflow/people.h"

namespace naskah::workflow {

std::string stage_word(storage::Stage stage);  // "Konsep", "Diperiksa", "Dikembalikan", ...

// Everyone with an account in use.
using Directory = std::function<std::vector<Person>()>;

class Drafting {
public:
    // `desk` must outlive it; made for each request.
    Drafting(Desk& desk, Random& random, Directory people);

    // The clerk's acts.
    storage::Draft create(const Person& who, const std::string& kind, const Json& data, Instant now);
    // With the data of an earlier draft or letter that they may see. Error(data) if there is none of that id.
    storage::Draft create_from(const Person& who, const LetterId& earlier, Instant now);
    // A save while typing: nothing is checked but the form of JSON. Not saved: the draft as it is now comes
    // back, with what another window or device wrote.
    storage::Drafts::Saved save(const Person& who, const LetterId& id, std::int64_t revision,
                                const Json& data, Instant now);
    // `revision`: of the draft that they have seen. Throws Error(data) with every problem of the data.
    storage::Draft send(const Person& who, const LetterId& id, std::int64_t revision,
                        const std::string& checker, const std::string& note, Instant now);
    storage::Draft withdraw(const Person& who, const LetterId& id, Instant now);
    storage::Draft discard(const Person& who, const LetterId& id, Instant now);

    // The checker's, and the head's. `version`: of the letter that they have seen. `next`: username of
    // another checker, or "" for whoever signs. `note` may be empty only for approving. Returning a letter
    // that has its number already makes the number BATAL: its data will change.
    storage::Draft approve(const Person& who, const LetterId& id, int version, const std::string& next,
                           const std::string& note, Instant now);
    storage::Draft send_back(const Person& who, const LetterId& id, int version, const std::string& note,
                             Instant now);

    // What may be read. A draft is seen by its author and by all who check, sign or keep the agenda.
    // Error(data) if there is none, or none that they may see.
    storage::Draft open(const Person& who, const LetterId& id) const;
    bool may_see(const Person& who, const storage::Draft& draft) const;
    // What this person may do with it now, for the buttons of its page.
    struct Acts {
        bool edit = false, send = false, withdraw = false, discard = false;
        bool approve = false, send_back = false, sign = false;
    };
    Acts acts_of(const Person& who, const storage::Draft& draft) const;
    // Checkers to whom this person may send or pass on this draft.
    std::vector<Person> checkers_for(const Person& who, const storage::Draft& draft) const;
    std::string name_of(const std::string& username) const;  // the username itself if nobody has it

    // What of the data changed between two versions that were sent, and the letter's facts for reading on a
    // small screen: in the schema's titles.
    std::vector<FieldChange> changes(const storage::Draft& draft, int from, int to) const;
    std::vector<FilledField> facts(const storage::Draft& draft) const;

    storage::Drafts& drafts() { return drafts_; }
    const storage::Drafts& drafts() const { return drafts_; }
    Desk& desk() const { return desk_; }

private:
    storage::Drafts::Typed typed(const std::string& kind, const Json& data) const;
    void require_passing(const storage::Draft& draft) const;
    Person checker(const std::string& username) const;

    Desk& desk_;
    Random& random_;
    Directory people_;
    storage::Drafts drafts_;
};

}  // namespace naskah::workflow
