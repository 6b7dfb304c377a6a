#include "verify/permissions.h"

#include <algorithm>

namespace naskah::verify {
namespace {

void lower(int& level, const Object* number) {
    if (number && number->is(Object::Kind::integer) && number->integer >= 1 && number->integer < level) {
        level = static_cast<int>(number->integer);
    }
}

// A lock that cannot be read locks everything.
FieldLock read_lock(Revision& revision, const Object* dictionary) {
    FieldLock out;
    const Object* action = revision.find(dictionary, "Action");
    const Object* fields = revision.find(dictionary, "Fields");
    out.scope = FieldLock::Scope::all;
    if (revision.is_encrypted()) return out;  // and the names in it cannot be read here
    if (!action || action->is_name("All") || !fields || !fields->is(Object::Kind::array)) return out;
    if (action->is_name("Include")) out.scope = FieldLock::Scope::only;
    if (action->is_name("Exclude")) out.scope = FieldLock::Scope::all_but;
    for (const Object& name : fields->items) out.names.push_back(revision.text(&name));
    return out;
}

struct Transforms {
    int level = 3;
    bool certifies = false;
    std::vector<FieldLock> locks;
};

Transforms read_transforms(Revision& revision, const Object* signature) {
    Transforms out;
    const Object* references = revision.find(signature, "Reference");
    if (!references || !references->is(Object::Kind::array)) return out;
    for (const Object& entry : references->items) {
        const Object* method = revision.find(&entry, "TransformMethod");
        const Object* parameters = revision.find(&entry, "TransformParams");
        if (method && method->is_name("DocMDP")) {
            out.certifies = true;
            const Object* level = revision.find(parameters, "P");
            if (level) {
                lower(out.level, level);
            } else {
                out.level = std::min(out.level, 2);  // table 254: the default
            }
        }
        if (method && method->is_name("FieldMDP")) out.locks.push_back(read_lock(revision, parameters));
    }
    return out;
}

}  // namespace

bool FieldLock::holds(const std::string& field) const {
    const bool named = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return field == name ||
               (field.size() > name.size() && field.starts_with(name) && field[name.size()] == '.');
    });
    switch (scope) {
        case Scope::none: return false;
        case Scope::all: return true;
        case Scope::only: return named;
        case Scope::all_but: return !named;
    }
    return true;
}

bool Permissions::is_locked(const std::string& field) const {
    return std::any_of(locks.begin(), locks.end(), [&](const FieldLock& lock) { return lock.holds(field); });
}

Permissions read_permissions(Revision& revision, const Field& field, const Object& dictionary) {
    Transforms own = read_transforms(revision, &dictionary);
    Permissions out;
    out.level = own.certifies ? own.level : 2;
    out.locks = std::move(own.locks);
    const Object* permissions = revision.find(revision.catalog(), "Perms");
    if (const Object* certification = revision.find(permissions, "DocMDP")) {
        const Transforms theirs = read_transforms(revision, certification);
        // An approval under a certification that allows annotations does not take that permission back.
        if (!own.certifies && theirs.certifies) out.level = theirs.level;
        out.level = std::min(out.level, theirs.level);
    }
    if (const Object* lock = revision.find(field.dictionary, "Lock")) {
        out.locks.push_back(read_lock(revision, lock));
        lower(out.level, revision.find(lock, "P"));
    }
    return out;
}

}  // namespace naskah::verify
