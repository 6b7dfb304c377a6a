// What the buku agenda and the notes of dispatches promise on any store.
#pragma once

#include "contract.h"

namespace naskah::storage {

const std::vector<Scenario>& agenda_scenarios();

}  // namespace naskah::storage
