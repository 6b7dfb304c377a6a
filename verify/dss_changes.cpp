#include "verify/dss_changes.h"

#include <algorithm>

#include "verify/form_changes.h"

namespace naskah::verify {
namespace {

using Kind = Object::Kind;

class DssRules {
public:
    explicit DssRules(Graph& graph) : graph_(graph) {}

    void store(const Object* then, const Object* now) {
        if (!then && !now) return;
        if (!kept(then, now, "DSS")) return;
        for (std::size_t i = 0; i < now->keys.size(); ++i) {
            const std::string& key = now->keys[i];
            const Object* before = graph_.then().find(then, key);
            const Object* after = graph_.now().resolve(&now->items[i]);
            if (key == "VRI") {
                records(before, after);
            } else if (key == "Certs" || key == "OCSPs" || key == "CRLs") {
                streams(before, after, "DSS /" + key);
            } else if (!(key == "Type" && after->is_name("DSS"))) {
                graph_.forbid("DSS /" + key);
            }
        }
        graph_.permit("data validasi (DSS)");
    }

private:
    // `now` is a dictionary that still has every entry that `then` had.
    bool kept(const Object* then, const Object* now, const std::string& where) {
        bool good =
            now && now->is(Kind::dictionary) && !now->repeats_a_key && (!then || then->is(Kind::dictionary));
        for (std::size_t i = 0; good && then && i < then->keys.size(); ++i) {
            good = graph_.now().find(now, then->keys[i]) != nullptr;
        }
        if (!good) graph_.forbid(where);
        return good;
    }

    void streams(const Object* then, const Object* now, const std::string& where) {
        if (!now->is(Kind::array) || (then && !then->is(Kind::array))) {
            graph_.forbid(where);
            return;
        }
        for (const Object& item : now->items) {
            if (!item.is(Kind::ref) || !graph_.now().resolve(&item)->is(Kind::stream)) graph_.forbid(where);
        }
        // Writers sort and merge these sets: each earlier stream must be there, at whatever place and number.
        for (const Object& item : items_of(then)) {
            const bool found = std::any_of(now->items.begin(), now->items.end(), [&](const Object& other) {
                if (item.is(Kind::ref) && other.is(Kind::ref) && item.ref == other.ref) {
                    graph_.require_same(&item, &other, where);
                    return true;
                }
                return false;
            });
            if (found) continue;
            const bool copied = std::any_of(now->items.begin(), now->items.end(), [&](const Object& other) {
                return graph_.are_same(&item, &other);
            });
            if (!copied) graph_.forbid(where);
        }
    }

    void records(const Object* then, const Object* now) {
        if (!kept(then, now, "DSS /VRI")) return;
        for (std::size_t i = 0; i < now->keys.size(); ++i) {
            const std::string& key = now->keys[i];
            if (key == "Type" && graph_.now().resolve(&now->items[i])->is_name("VRI")) continue;
            const bool is_digest =
                key.size() == 40 && key.find_first_not_of("0123456789ABCDEFabcdef") == key.npos;
            if (!is_digest) graph_.forbid("DSS /VRI");
            record(graph_.then().find(then, key), graph_.now().resolve(&now->items[i]));
        }
    }

    void record(const Object* then, const Object* now) {
        const std::string where = "DSS /VRI";
        if (!kept(then, now, where)) return;
        for (std::size_t i = 0; i < now->keys.size(); ++i) {
            const std::string& key = now->keys[i];
            const Object* before = graph_.then().find(then, key);
            const Object* after = graph_.now().resolve(&now->items[i]);
            if (key == "Cert" || key == "OCSP" || key == "CRL") {
                streams(before, after, where);
            } else if (key == "TU") {
                if (!after->is(Kind::string)) graph_.forbid(where);
            } else if (key == "TS") {
                if (!after->is(Kind::stream) && !after->is(Kind::string)) graph_.forbid(where);
            } else if (!(key == "Type" && after->is_name("VRI"))) {
                graph_.forbid(where);
            }
        }
    }

    Graph& graph_;
};

}  // namespace

void compare_dss(Graph& graph) {
    const Object* then = graph.then().find(graph.then().catalog(), "DSS");
    const Object* now = graph.now().find(graph.now().catalog(), "DSS");
    if (graph.are_same(then, now)) return;
    DssRules(graph).store(then, now);
    graph.introduce(graph.then().catalog()->find("DSS"), graph.now().catalog()->find("DSS"), "DSS");
}

}  // namespace naskah::verify
