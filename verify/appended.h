// Whether a file is another one with a signature appended, and nothing else: what a signing service gives
// back for a PDF of ours. A signature alone does not say so, for whoever signs may have changed the rest
// before.
#pragma once

#include <vector>

#include "verify/verify.h"

namespace naskah::verify {

// What `after` holds beyond `before`, other than a signature, its field and its validation data, and what
// these show on a page: nothing if there is nothing of the kind. `before` must be the beginning of `after`,
// byte for byte. As check(): never throws, hangs or grows for anything in the files.
std::vector<Finding> appended_changes(BytesView before, BytesView after);

}  // namespace naskah::verify
