// A head signs many letters with one PIN.
//
//   open the keys ─▶ record the round (durable) ─▶ one by one: check, number, render, sign, verify, store
//                                                  (durable, issue.h) ─▶ record what became of it (durable)
//
// The keys are opened first: with a wrong PIN nothing has happened. From then on the round goes on by itself,
// on a thread of this process; its progress is read from the store (storage/rounds.h). The keys live in
// memory as long as the round and are wiped with it; the PIN is wiped as soon as the keys are open.
//
// A crash leaves an open round. A demo office, whose keys open without asking, goes on by itself at the next
// start; in a real office the head gives the PIN once more. Doing a letter again is harmless (issue.h), so
// two processes that go on with one round sign each letter once all the same.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/rounds.h"
#include "workflow/issue.h"
#include "workflow/people.h"

namespace naskah::workflow {

// Why this person does not sign that letter today; nothing if they do. Letters are signed by whom office.json
// names for their kind and day: an account that is bound to one official signs for nobody else. The office's
// seal is set by any head.
std::optional<Problem> not_signed_by(const Desk& desk, const Person& who, const storage::Draft& draft,
                                     Instant now);

// Where Error's problems of a secret stand, so that a page shows them at its field.
inline constexpr const char* pin_field = "PIN tanda tangan";
inline constexpr const char* seal_field = "Kata sandi segel";

// What is typed to open the keys.
struct Secrets {
    std::string pin;   // of the head's key
    std::string seal;  // of the office's seal, where a letter bears it; "" if it was not asked
    ~Secrets();        // wiped
};

class SigningRounds {
public:
    using DeskNow = std::function<std::shared_ptr<Desk>()>;  // the office as it is now
    // Hears what became of each letter, for the service's figures.
    using Told = std::function<void(const storage::Round&, const storage::RoundItem&)>;
    SigningRounds(DeskNow desk, const Clock& clock, Random& random, Told told = {});
    ~SigningRounds();  // stop() without patience
    SigningRounds(const SigningRounds&) = delete;
    SigningRounds& operator=(const SigningRounds&) = delete;

    static constexpr std::size_t most_letters = 128;
    static constexpr int most_refusals = 5;  // wrong PINs within `lockout` before the next try must wait
    static constexpr std::chrono::minutes lockout{15};

    // Which secrets these letters need.
    struct Needs {
        bool pin = false, seal = false;
        std::string pin_name = "PIN tanda tangan";  // what the head's key calls it
    };
    Needs needs_of(const std::vector<storage::Draft>& drafts) const;
    // Where the head's key is opened by a code that its service sends: has it sent, for these letters.
    // Throws Error(data or outside).
    void request_code(const std::vector<storage::Draft>& drafts) const;

    // Begins a round and returns at once. Throws Error(data) if a secret is wrong (which one is said), if a
    // certificate may not sign now, or if nothing can be signed; Error(forbidden) after too many wrong PINs.
    // Then nothing has happened but an entry in the log.
    storage::Round start(const Person& who, const std::vector<storage::Rounds::Pick>& picks,
                         const Secrets& secrets, Instant now);
    // Goes on with the head's own round that a crash or a stop left open. Throws as start().
    storage::Round go_on(const Person& who, const LetterId& round, const Secrets& secrets, Instant now);
    // Takes what is still waiting in it back to the queue. Error(data) while it is being worked on.
    storage::Round release(const Person& who, const LetterId& round, Instant now);

    // Whether this process works on it.
    bool is_running(const LetterId& round) const;
    // Whether it is open and nobody gives a sign of life, here or in another process.
    bool is_left_open(const storage::Round& round, Instant now) const;
    // A round of this head that was left open, or nothing.
    std::optional<storage::Round> left_open(const Person& who, Instant now) const;
    std::optional<storage::Round> find(const LetterId& round) const;
    std::optional<storage::Round> newest_of(const Person& who) const;

    // At the start of the service: takes note of letters that were issued by other ways, and goes on with
    // the open rounds of an office whose keys open without asking.
    void resume();
    // No round is begun any more; open ones are given so long to end, then the letter in hand is finished and
    // the rest stays waiting.
    void stop(std::chrono::milliseconds patience);
    void wait();  // until nothing runs: for tests and for one who is in no hurry

private:
    struct Running;
    storage::Rounds rounds() const;
    std::shared_ptr<SigningSession> open_keys(Desk& desk, const Person& who,
                                              const std::vector<storage::Draft>& drafts,
                                              const Secrets& secrets, Instant now);
    void run(const storage::Round& round, std::shared_ptr<Desk> desk, std::shared_ptr<SigningSession> keys);
    void work(Running& running);
    void reap();

    DeskNow desk_;
    const Clock& clock_;
    Random& random_;
    const Told told_;
    mutable std::mutex mutex_;
    bool stopping_ = false;
    std::map<LetterId, std::shared_ptr<Running>> running_;
};

}  // namespace naskah::workflow
