// The rules for what may become of a form after signing: filling fields that are not locked, signing empty
// signature fields, adding signature fields. Everything else about the form must stay.
#pragma once

#include <set>
#include <string>

#include "verify/graph.h"
#include "verify/permissions.h"

namespace naskah::verify {

class FormChanges {
public:
    FormChanges(Graph& graph, const Permissions& permissions) : graph_(graph), permissions_(permissions) {}

    // Compares the AcroForm dictionaries. Fields and widgets that exist in both are entrusted to these rules.
    void compare();
    // Widgets of new signature fields: the only annotations that a page may gain for the form's sake.
    const std::set<int>& new_widgets() const { return new_widgets_; }

private:
    struct Context {
        std::string name, type;
        int depth = 0;
        bool signs = false;  // the field or one above it gains its signature
    };
    void first_form(const Object& now);
    void fields(const Object* then, const Object* now);
    void field(const Object& then, const Object& now, Context context);
    void kids(const Object* then, const Object* now, const Context& context);
    void signature_value(const Object& then, const Object& now, Context& context);
    void value(const Object& then, const Object& now, const Context& context);
    void new_look(const Object* then, const Object* now, const std::string& where);
    void appearance(const Object* then, const Object* now, const std::string& where);
    void new_field(const Object& entry, Context context);
    bool may_sign(const Object* value);
    bool is_new(const Object& reference) const;

    Graph& graph_;
    const Permissions& permissions_;
    std::set<int> new_widgets_, met_;
};

// Pairs the items of an array that may only grow: every earlier item must still be there, in the same order.
// Calls `kept(then, now)` for each of those and `added(now)` for the others. False if an earlier item is
// gone.
template <typename Kept, typename Added>
bool pair_grown(Graph& graph, const Object* then, const Object* now, Kept kept, Added added) {
    const auto& before = items_of(then);
    const auto& after = items_of(now);
    std::size_t at = 0;
    for (const Object& item : after) {
        const bool match =
            at < before.size() && (item.is(Object::Kind::ref) && before[at].is(Object::Kind::ref)
                                       ? item.ref == before[at].ref
                                       : graph.are_same(&before[at], &item));
        if (match) {
            kept(before[at++], item);
        } else {
            added(item);
        }
    }
    return at == before.size();
}

}  // namespace naskah::verify
