#include "verify/loops.h"

#include <vector>

namespace naskah::verify {
namespace {

// Whether a node is met twice on the way down from `root` along the array or reference at `key`. Only
// dictionaries that are objects of their own count: nothing else can be reached twice.
bool is_no_tree(Revision& revision, Budget& budget, const Object* root, std::string_view key) {
    std::set<int> met;
    std::vector<const Object*> open;
    if (root) open.push_back(root);
    while (!open.empty()) {
        budget.spend();
        const Object* entry = open.back();
        open.pop_back();
        const Object* node = revision.resolve(entry);
        if (node->is(Object::Kind::array)) {
            for (const Object& item : node->items) open.push_back(&item);
            continue;
        }
        if (!node->is(Object::Kind::dictionary)) continue;
        if (entry->is(Object::Kind::ref) && !met.insert(entry->ref.number).second) return true;
        if (const Object* kids = node->find(key)) open.push_back(kids);
    }
    return false;
}

}  // namespace

bool has_loops(Revision& revision, Budget& budget) {
    const Object* catalog = revision.catalog();
    return is_no_tree(revision, budget, catalog->find("Pages"), "Kids") ||
           is_no_tree(revision, budget, catalog->find("StructTreeRoot"), "K");
}

}  // namespace naskah::verify
