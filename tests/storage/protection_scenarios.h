// What letters gain after they were issued, on any store.
#pragma once

#include "contract.h"

namespace naskah::storage {

const std::vector<Scenario>& protection_scenarios();

}  // namespace naskah::storage
