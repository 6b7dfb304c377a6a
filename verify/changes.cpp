#include "verify/changes.h"

#include <algorithm>

#include "verify/finding.h"

namespace naskah::verify {

Changes find_changes(History& history, const Coverage& coverage) {
    const BytesView file = history.file();
    BytesView rest = file.subspan(coverage.end);
    // A signature may leave out the line end behind its "%%EOF".
    if (!rest.empty() && file[coverage.end - 1] == 'F') {
        if (rest[0] == '\r') rest = rest.subspan(1);
        if (!rest.empty() && rest[0] == '\n') rest = rest.subspan(1);
    }
    if (rest.empty()) return {};
    return {"forbidden", {make_finding("changed_after_signing")}};
}

}  // namespace naskah::verify
