// What a signer allowed to change afterwards: DocMDP (ISO 32000-1 12.8.2.2), FieldMDP (12.8.2.4), and the
// lock of the signature field (12.7.4.5).
#pragma once

#include <string>
#include <vector>

#include "verify/form.h"
#include "verify/revision.h"

namespace naskah::verify {

struct FieldLock {
    enum class Scope { none, all, only, all_but };
    Scope scope = Scope::none;
    std::vector<std::string> names;
    bool holds(const std::string& field) const;  // a locked field locks all below it
};

struct Permissions {
    // 1: nothing but validation data and document timestamps; 2: also filling forms and signing; 3: also
    // annotations. A signer who says nothing means 2.
    int level = 2;
    std::vector<FieldLock> locks;
    // Of a file that bears no signature yet: the first one may bring a form for itself.
    bool form_may_begin = false;
    bool is_locked(const std::string& field) const;
};

// Of the signature `dictionary` in `field`, in the revision that it signed. A certification in the same
// revision limits every signature in it.
Permissions read_permissions(Revision& revision, const Field& field, const Object& dictionary);

}  // namespace naskah::verify
