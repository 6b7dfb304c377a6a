// Trees of a PDF that lead back into themselves: pages (ISO 32000-1 7.7.3) and structure elements (14.7). A
// reader that meets such a loop hangs, crashes, or shows something of its own choosing.
#pragma once

#include "verify/revision.h"

namespace naskah::verify {

bool has_loops(Revision& revision, Budget& budget);

}  // namespace naskah::verify
