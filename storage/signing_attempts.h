// Tries to have a letter signed by somebody else (BSrE, a CSC service): written down before the question goes
// out and again when its outcome is known, in the log, which nobody can take them out of. So after a crash it
// is known that a question was asked, and nobody asks it a second time without knowing.
//
// Actions in the log, under the letter:
//   sign-asked     {"attempt": 1.., "key", "service", "worker", "input": SHA-256 of what was sent}
//   sign-answered  {"attempt", "outcome", "code" of the service's refusal, "reference" by which the service
//                   knows its result, "output": SHA-256 of what came back}; members without value are left
//                   out
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/id.h"
#include "core/sha256.h"
#include "core/world.h"
#include "storage/connections.h"

namespace naskah::storage {

// open: no answer is known, because it is being waited for or because whoever waited died. signed_: a signed
// file came back. refused, unsent: nothing was signed. unknown: nobody knows. unfit: a file came back that is
// not our letter with that person's valid signature.
enum class AttemptOutcome { open, signed_, refused, unsent, unknown, unfit };
std::string to_string(AttemptOutcome outcome);  // "open", "signed", "refused", "unsent", "unknown", "unfit"

struct SigningAttempt {
    int number = 0;  // of the letter's tries, from 1
    Instant asked_at;
    std::string actor, key, service;
    std::string worker;  // who asks: machine and process, so that it is seen when that one is gone
    Sha256 input;
    AttemptOutcome outcome = AttemptOutcome::open;
    int code = 0;
    std::string reference;
    std::optional<Sha256> output;

    // Whether a signature may have been made that nobody holds.
    bool is_unclear() const {
        return outcome == AttemptOutcome::open || outcome == AttemptOutcome::unknown ||
               outcome == AttemptOutcome::signed_;
    }
};

class SigningAttempts {
public:
    explicit SigningAttempts(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    std::vector<SigningAttempt> of(const LetterId& letter) const;  // the first one first
    std::optional<SigningAttempt> newest_of(const LetterId& letter) const;

    // Durable when it returns the try's number. `after`: the newest number that the caller knows of, 0 for
    // none; Error(outside) if there is another one already: another process was first.
    int begin(const LetterId& letter, const SigningAttempt& attempt, int after);
    // What became of it; told again, the last word counts.
    void end(const LetterId& letter, const SigningAttempt& attempt, Instant now);

private:
    std::shared_ptr<Connections> database_;
};

}  // namespace naskah::storage
