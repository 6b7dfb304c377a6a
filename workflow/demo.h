// Letters for a demo office: one in every state that a letter can be in, so that a newcomer who signs in as
// anybody finds something to do. Every name in them is an example.
#pragma once

#include "workflow/drafting.h"

namespace naskah::workflow {

// Throws Error(forbidden) for an office that is no demo. The people are those of the demo's accounts.
void fill_demo(Desk& desk, Random& random, const Directory& people, const Clock& clock);

}  // namespace naskah::workflow
