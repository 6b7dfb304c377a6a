// What any store must keep of accounts, sessions and attempts: contract.h's suite for accounts.h, sessions.h,
// attempts.h.
#pragma once

#include "contract.h"

namespace naskah::storage {

const std::vector<Scenario>& account_scenarios();

}  // namespace naskah::storage
