#include "verify/form_changes.h"

#include <algorithm>

namespace naskah::verify {
namespace {

using Kind = Object::Kind;

constexpr int max_depth = 60;

bool is_array_or_absent(const Object* object) { return !object || object->is(Kind::array); }

bool is_among(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string join(const std::string& parent, const std::string& partial) {
    return parent.empty() ? partial : parent + '.' + partial;
}

}  // namespace

void FormChanges::compare() {
    const Object* then = graph_.then().find(graph_.then().catalog(), "AcroForm");
    const Object* now = graph_.now().find(graph_.now().catalog(), "AcroForm");
    if (!then && now && now->is(Kind::dictionary) && permissions_.form_may_begin) {
        first_form(*now);
        return;
    }
    if (!then || !now || !then->is(Kind::dictionary) || !now->is(Kind::dictionary)) {
        graph_.forbid("formulir");
        return;
    }
    const Object* then_fields = graph_.then().find(then, "Fields");
    const Object* now_fields = graph_.now().find(now, "Fields");
    if (!is_array_or_absent(then_fields) || !is_array_or_absent(now_fields)) {
        graph_.forbid("formulir /Fields");
        return;
    }
    fields(then_fields, now_fields);
    graph_.require_same_entries(then, now, {"Fields", "SigFlags", "DR", "DA"}, "formulir");
    const Object* flags = graph_.now().find(now, "SigFlags");
    const Object* flags_then = graph_.then().find(then, "SigFlags");
    const std::int64_t had = flags_then ? flags_then->integer : 0;
    if (flags ? !flags->is(Kind::integer) || (flags->integer & had) != had || flags->integer > 3 : had != 0) {
        graph_.forbid("formulir /SigFlags");
    }
    // A default that was missing may be supplied; one that was there may not be replaced.
    if (then->find("DA")) graph_.require_same(then->find("DA"), now->find("DA"), "formulir /DA");
    if (const Object* resources = graph_.then().find(then, "DR")) {
        const Object* resources_now = graph_.now().find(now, "DR");
        for (std::size_t i = 0; resources->has_keys() && i < resources->keys.size(); ++i) {
            const Object* group = graph_.then().resolve(&resources->items[i]);
            const Object* group_now = graph_.now().find(resources_now, resources->keys[i]);
            const std::string where = "formulir /DR /" + resources->keys[i];
            if (!group->has_keys() || !group_now || !group_now->has_keys()) {
                graph_.require_same(group, group_now, where);
                continue;
            }
            for (std::size_t k = 0; k < group->keys.size(); ++k) {
                graph_.require_same(&group->items[k], group_now->find(group->keys[k]), where);
            }
        }
    }
}

// Signature fields and what they need, and nothing that fills, draws or computes.
void FormChanges::first_form(const Object& now) {
    const Object* all = graph_.now().find(&now, "Fields");
    const bool known = std::all_of(now.keys.begin(), now.keys.end(), [](const std::string& key) {
        return is_among(key, {"Fields", "SigFlags", "DR", "DA"});
    });
    if (!known || now.repeats_a_key || !all || !all->is(Kind::array)) {
        graph_.forbid("formulir");
        return;
    }
    for (const Object& added : all->items) new_field(added, {});
    graph_.introduce(nullptr, graph_.now().catalog()->find("AcroForm"), "formulir");
}

void FormChanges::fields(const Object* then, const Object* now) {
    const bool all_kept = pair_grown(
        graph_, then, now, [&](const Object& a, const Object& b) { field(a, b, {}); },
        [&](const Object& added) { new_field(added, {}); });
    if (!all_kept) graph_.forbid("kolom formulir hilang");
}

void FormChanges::field(const Object& then_entry, const Object& now_entry, Context context) {
    const Object& then = *graph_.then().resolve(&then_entry);
    const Object& now = *graph_.now().resolve(&now_entry);
    const std::string partial = graph_.then().text(graph_.then().find(&then, "T"));
    if (!partial.empty()) context.name = join(context.name, partial);
    const std::string where = "kolom " + context.name;
    if (!then.is(Kind::dictionary) || !now.is(Kind::dictionary) || ++context.depth > max_depth ||
        now.repeats_a_key) {
        graph_.forbid(where);
        return;
    }
    if (then_entry.is(Kind::ref)) {
        if (!met_.insert(then_entry.ref.number).second) {
            graph_.forbid(where);
            return;
        }
        graph_.entrust(then_entry.ref, now_entry.ref);
    }
    if (const Object* type = graph_.then().find(&then, "FT"); type && type->is(Kind::name))
        context.type = type->text;

    std::set<std::string_view> ruled = {"Kids"};
    const Object* type_now = graph_.now().find(&now, "Type");
    if (!graph_.then().find(&then, "Type") && type_now && type_now->is_name("Annot")) ruled.insert("Type");
    const bool is_signature = context.type == "Sig";
    const bool may_fill =
        permissions_.level >= 2 && !permissions_.is_locked(context.name) && !context.type.empty();
    if (is_signature) {
        ruled.insert({"V", "AP", "AS", "F", "MK", "M"});
        signature_value(then, now, context);
    } else if (may_fill) {
        ruled.insert({"V", "AP", "AS", "I", "RV", "TI", "M"});
        value(then, now, context);
    }
    graph_.require_same_entries(&then, &now, ruled, where);
    kids(graph_.then().find(&then, "Kids"), graph_.now().find(&now, "Kids"), context);
}

void FormChanges::kids(const Object* then, const Object* now, const Context& context) {
    if (!then && !now) return;
    if (!then || !now || !then->is(Kind::array) || !now->is(Kind::array) ||
        then->items.size() != now->items.size()) {
        graph_.forbid("susunan kolom " + context.name);
        return;
    }
    for (std::size_t i = 0; i < then->items.size(); ++i) {
        const Object& a = then->items[i];
        const Object& b = now->items[i];
        if (a.kind != b.kind || (a.is(Kind::ref) && a.ref != b.ref)) {
            graph_.forbid("susunan kolom " + context.name);
            return;
        }
        field(a, b, context);
    }
}

// An empty signature field may be signed; a signed one stays as it is.
void FormChanges::signature_value(const Object& then, const Object& now, Context& context) {
    const std::string where = "kolom tanda tangan " + context.name;
    const Object* before = graph_.then().find(&then, "V");
    const Object* after = graph_.now().find(&now, "V");
    const bool signs = !before && after;
    if (signs && (!may_sign(now.find("V")) || permissions_.is_locked(context.name))) graph_.forbid(where);
    if (signs) {
        graph_.permit("tanda tangan " + context.name);
        graph_.introduce(nullptr, now.find("V"), where);
    }
    if (!signs) graph_.require_same(then.find("V"), now.find("V"), where);
    // Only a signature being made brings a look; without one, anybody could draw there. A widget below the
    // field has no value of its own, and its look may only change from empty.
    const bool was_empty = !before && !graph_.then().find(graph_.then().find(&then, "AP"), "N");
    context.signs = context.signs || signs;
    if (context.signs && (signs || was_empty)) {
        new_look(then.find("AP"), now.find("AP"), where);
    } else {
        for (const char* key : {"AP", "AS", "F", "MK", "M"})
            graph_.require_same(then.find(key), now.find(key), where);
    }
}

void FormChanges::value(const Object& then, const Object& now, const Context& context) {
    const std::string where = "kolom " + context.name;
    if (graph_.are_same(then.find("V"), now.find("V")) && graph_.are_same(then.find("AP"), now.find("AP")) &&
        graph_.are_same(then.find("AS"), now.find("AS"))) {
        return;
    }
    graph_.permit("isian " + where);
    const Object* value = graph_.now().find(&now, "V");
    if (value && !value->is(Kind::string) && !value->is(Kind::name) && !value->is(Kind::stream) &&
        !value->is(Kind::array)) {
        graph_.forbid(where);
    }
    const Object* state = graph_.now().find(&now, "AS");
    if (state && !state->is(Kind::name)) graph_.forbid(where);
    graph_.introduce(then.find("V"), now.find("V"), where);
    new_look(then.find("AP"), now.find("AP"), where);
}

void FormChanges::new_look(const Object* then, const Object* now, const std::string& where) {
    if (graph_.are_same(then, now)) return;
    const Object* look = graph_.now().resolve(now);
    const Object* look_then = graph_.then().resolve(then);
    appearance(look_then && look_then->has_keys() ? look_then : nullptr, look, where);
    graph_.introduce(then, now, where);
    graph_.claim(then, where + " /AP dipakai di tempat lain");
}

// An appearance dictionary (12.5.5): N, R and D, each a stream, or a dictionary of streams by state. What
// there was may be drawn anew but not taken away.
void FormChanges::appearance(const Object* then, const Object* now, const std::string& where) {
    if (!then && !now) return;
    if (!now || !now->is(Kind::dictionary) || !graph_.now().find(now, "N")) {
        graph_.forbid(where + " /AP");
        return;
    }
    for (std::size_t i = 0; i < now->keys.size(); ++i) {
        const Object* look = graph_.now().resolve(&now->items[i]);
        bool sound =
            is_among(now->keys[i], {"N", "R", "D"}) && (look->is(Kind::stream) || look->is(Kind::dictionary));
        for (const Object& state : items_of(look->is(Kind::dictionary) ? look : nullptr)) {
            sound = sound && graph_.now().resolve(&state)->is(Kind::stream);
        }
        if (!sound) graph_.forbid(where + " /AP");
    }
    for (std::size_t i = 0; then && i < then->keys.size(); ++i) {
        const Object* look_then = graph_.then().find(then, then->keys[i]);
        const Object* look = graph_.now().find(now, then->keys[i]);
        if (look_then && (!look || look->kind != look_then->kind)) graph_.forbid(where + " /AP");
    }
}

bool FormChanges::is_new(const Object& reference) const {
    return reference.is(Kind::ref) && !graph_.then().places().contains(reference.ref.number);
}

// A new signature must be a new object: one that was lying about in the signed file was put there to be used
// later.
bool FormChanges::may_sign(const Object* value) {
    if (!value || (value->is(Kind::ref) && !is_new(*value))) return false;
    const Object* type = graph_.now().find(value, "Type");
    return permissions_.level >= 2 || (type && type->is_name("DocTimeStamp"));
}

void FormChanges::new_field(const Object& entry, Context context) {
    const Object& now = *graph_.now().resolve(&entry);
    const Object* partial = graph_.now().find(&now, "T");
    const Object* type = graph_.now().find(&now, "FT");
    const Object* value = now.find("V");
    const std::string name = partial ? graph_.now().text(partial) : std::string{};
    if (partial) context.name = join(context.name, name);
    if (type && type->is(Kind::name)) context.type = type->text;
    const std::string where = "kolom baru " + context.name;
    bool sound =
        is_new(entry) && now.is(Kind::dictionary) && !now.repeats_a_key && ++context.depth < max_depth;
    sound = sound && met_.insert(entry.ref.number).second;
    sound = sound && (context.type.empty() || context.type == "Sig");
    if (context.depth == 1 || partial) {
        sound = sound && partial && partial->is(Kind::string) && !name.empty() &&
                name.find('.') == std::string::npos;
    }
    for (const std::string& key : now.keys) {
        sound = sound && is_among(key, {"Type",         "Subtype", "FT", "T",    "TU",     "TM", "V",  "Kids",
                                        "Parent",       "Ff",      "F",  "Rect", "P",      "AP", "AS", "MK",
                                        "DA",           "Lock",    "SV", "BS",   "Border", "H",  "M",  "NM",
                                        "StructParent", "Q",       "C"});
    }
    if (!sound) {
        graph_.forbid(where);
        return;
    }
    const Object* kids = graph_.now().find(&now, "Kids");
    const bool has_value = value && !graph_.now().resolve(value)->is(Kind::null);
    context.signs = context.signs || has_value;
    if (has_value ? !may_sign(value) : permissions_.level < 2) {
        if (!kids || has_value) graph_.forbid(where);
    }
    if (!kids && context.type != "Sig") graph_.forbid(where);
    if (const Object* look = graph_.now().find(&now, "AP")) appearance(nullptr, look, where);
    // An empty field shows nothing: anybody can add one, and would cover what was signed.
    if (!context.signs && (now.find("AP") || now.find("MK"))) graph_.forbid(where + " menutupi halaman");
    const Object* subtype = graph_.now().find(&now, "Subtype");
    if (subtype && !subtype->is_name("Widget")) graph_.forbid(where);
    if (subtype) new_widgets_.insert(entry.ref.number);
    graph_.permit("kolom tanda tangan " + context.name);
    graph_.introduce(nullptr, &entry, where);
    if (!kids) return;
    if (!kids->is(Kind::array)) {
        graph_.forbid(where);
        return;
    }
    for (const Object& kid : kids->items) new_field(kid, context);
}

}  // namespace naskah::verify
