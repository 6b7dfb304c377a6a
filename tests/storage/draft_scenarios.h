// What any store must keep of drafts and signing rounds: contract.h's suite for drafts.h and rounds.h.
#pragma once

#include "contract.h"

namespace naskah::storage {

const std::vector<Scenario>& draft_scenarios();

// What every scenario must leave behind: a register and drafts without a flaw.
void check_drafts(const Store& store);

}  // namespace naskah::storage
