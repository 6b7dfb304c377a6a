// The document security store (ETSI EN 319 142-1 5.4.2): certificates, revocation lists and answers that
// others may add to a signed file so that it can be checked for longer. It may grow and nothing else.
#pragma once

#include "verify/graph.h"

namespace naskah::verify {

void compare_dss(Graph& graph);

}  // namespace naskah::verify
