// How long the office's letters prove something: what it takes to raise signatures above B-B and to renew
// them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "signing/long_term.h"
#include "storage/protection.h"
#include "verify/verify.h"
#include "workflow/issue.h"

namespace naskah::workflow {

// Whom to ask, for one office or none.
struct Outside {
    std::shared_ptr<Web> web;
    std::unique_ptr<signing::LongTerm> long_term;
};
// `web`: null for the one there is (web.h). `more`: certificates besides the office's.
Outside open_outside(std::shared_ptr<Web> web, std::vector<std::string> authorities, signing::AtHand at_hand);

// The file renewed (signing::extend). Throws Error(data) if verify finds it failed or unsigned,
// Error(internal) if it would be worth less afterwards; else as signing::extend does.
Bytes extended(BytesView pdf, signing::LongTerm& long_term, const verify::Trust& trust, Instant now);

// As the register notes it.
storage::Protection noted(const signing::Protection& protection);

// What became of one letter of the register.
struct Renewed {
    std::string number;
    std::optional<storage::Protection> before, after;  // after: what it has now
    // An authority's timestamps end no later than what the letter has: nothing was asked for it.
    bool waiting = false;
    std::vector<Problem> problems;  // why it was not renewed
    Code code = Code::data;         // of the problems
};
// Renews every letter of the register whose proof ends before that: the register keeps what it gains behind
// the file as it was, and the record of what was issued stays (storage/protections.h). One that fails stops
// no other; done again, only what is still due is done. Letters that nothing was noted of are looked at once.
void extend_due(Desk& desk, Instant before, const std::function<void(const Renewed&)>& report);

}  // namespace naskah::workflow
