#include "verify/form.h"

namespace naskah::verify {
namespace {

constexpr int max_depth = 60;

struct Inherited {
    std::string name, type;
    const Object* value = nullptr;
};

class Walk {
public:
    Walk(Revision& revision, Budget& budget, Form& form)
        : revision_(revision), budget_(budget), form_(form) {}

    void field(const Object& entry, Inherited inherited, int depth) {
        budget_.spend();
        const Object* dictionary = revision_.resolve(&entry);
        const bool seen = entry.is(Object::Kind::ref) && !seen_.insert(entry.ref.number).second;
        if (depth > max_depth || seen || !dictionary->is(Object::Kind::dictionary)) {
            form_.sound = false;
            return;
        }
        if (const Object* partial = revision_.find(dictionary, "T")) {
            if (!inherited.name.empty()) inherited.name += '.';
            inherited.name +=
                entry.is(Object::Kind::ref) ? revision_.text(entry.ref, "T") : revision_.text(partial);
        }
        if (const Object* type = revision_.find(dictionary, "FT"); type && type->is(Object::Kind::name)) {
            inherited.type = type->text;
        }
        if (const Object* value = dictionary->find("V")) inherited.value = value;
        bool terminal = true;
        if (const Object* kids = revision_.find(dictionary, "Kids"); kids && kids->is(Object::Kind::array)) {
            for (const Object& kid : kids->items) {
                // Kids without a name of their own are the field's widgets (12.7.3.1), unless the field has
                // no type yet: then they are looked into all the same, so that no signature hides there.
                const Object* below = revision_.resolve(&kid);
                if (!revision_.find(below, "T") && !revision_.find(below, "FT") &&
                    !revision_.find(below, "Kids") && !revision_.find(below, "V")) {
                    continue;
                }
                terminal = false;
                field(kid, inherited, depth + 1);
            }
        }
        if (terminal || inherited.type == "Sig") {
            Field out;
            out.name = inherited.name;
            out.type = inherited.type;
            out.dictionary = dictionary;
            if (entry.is(Object::Kind::ref)) out.ref = entry.ref;
            out.value_entry = inherited.value;
            form_.fields.push_back(std::move(out));
        }
    }

private:
    Revision& revision_;
    Budget& budget_;
    Form& form_;
    std::set<int> seen_;
};

}  // namespace

Form read_form(Revision& revision, Budget& budget) {
    Form out;
    const Object* form = revision.find(revision.catalog(), "AcroForm");
    if (!form) return out;
    const Object* fields = revision.find(form, "Fields");
    if (!fields || !fields->is(Object::Kind::array)) {
        out.sound = fields == nullptr;
        return out;
    }
    Walk walk(revision, budget, out);
    for (const Object& entry : fields->items) walk.field(entry, {}, 0);
    return out;
}

}  // namespace naskah::verify
