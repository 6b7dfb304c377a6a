// Whether the bytes behind a signed revision are whole incremental updates (ISO 32000-1 7.5.6) and nothing
// else.
#pragma once

#include "verify/history.h"

namespace naskah::verify {

// True if the file from the signed revision's end on is a sequence of updates, each made of the objects that
// its own cross-reference section names, that section, and its closing, and each continuing the one before.
bool are_whole_updates(History& history, Revision& signed_revision);

}  // namespace naskah::verify
