// How long the office's letters prove something: what it takes to raise signatures above B-B and to renew
// them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "signing/long_term.h"
#include "verify/verify.h"
#include "workflow/office.h"

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

}  // namespace naskah::workflow
