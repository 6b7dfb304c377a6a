#include "verify/graph.h"

#include <algorithm>

namespace naskah::verify {
namespace {

const Object nothing{};
constexpr int max_depth = 1000;  // of references, one leading to the next; nothing honest is so deep

}  // namespace

void Graph::require_same(const Object* then, const Object* now, const std::string& where) {
    where_ = where;
    if (!same_value(then ? *then : nothing, now ? *now : nothing, 0)) forbid(where);
}

void Graph::require_same_entries(const Object* then, const Object* now,
                                 const std::set<std::string_view>& except, const std::string& where) {
    if (!then || !now || then->kind != now->kind || !then->has_keys() || now->repeats_a_key) {
        forbid(where);
        return;
    }
    for (std::size_t i = 0; i < then->keys.size(); ++i) {
        if (except.contains(then->keys[i])) continue;
        require_same(&then->items[i], now->find(then->keys[i]), where + " /" + then->keys[i]);
    }
    for (std::size_t i = 0; i < now->keys.size(); ++i) {
        if (except.contains(now->keys[i]) || then->find(now->keys[i])) continue;
        require_same(nullptr, &now->items[i], where + " /" + now->keys[i]);
    }
}

void Graph::introduce(const Object* then, const Object* now, const std::string& where) {
    if (!now) return;
    Introduction introduction{now, {}, where};
    if (then) collect(*then, introduction.replaced, 0);
    introductions_.push_back(std::move(introduction));
}

void Graph::claim(const Object* then, const std::string& where) {
    if (!then) return;
    if (then->is(Object::Kind::ref)) claims_.emplace_back(then->ref.number, where);
    const Object* object = then_.resolve(then);
    if (!object->is(Object::Kind::dictionary)) return;
    for (const Object& item : object->items)
        claim(&item, where);  // an appearance dictionary: two levels of streams
}

void Graph::finish() {
    while (!tasks_.empty()) {
        const Task task = std::move(tasks_.front());
        tasks_.pop_front();
        if (is_entrusted(task.then, task.now)) continue;  // known only since it was met
        where_ = task.where;
        const Object& now = now_.object(task.now);
        const bool lost =
            now_.broken().contains(task.now.number) && !then_.broken().contains(task.then.number);
        if (lost || !same_value(then_.object(task.then), now, 0)) {
            forbid(task.where + ", objek " + std::to_string(task.now.number));
        }
    }
    for (const Introduction& introduction : introductions_) {
        check_introduced(*introduction.now, introduction.replaced, introduction.where, 0);
    }
    for (const auto& [number, where] : claims_) {
        const auto it = met_.lower_bound({number, 0});
        if (it != met_.end() && it->first == number) forbid(where + ", objek " + std::to_string(number));
    }
}

void Graph::collect(const Object& object, std::set<int>& numbers, int depth) {
    budget_.spend();
    if (depth > max_depth) throw Exhausted{};
    if (object.is(Object::Kind::ref)) {
        if (entrusted_.contains({object.ref.number, object.ref.number})) return;
        if (numbers.insert(object.ref.number).second) collect(then_.object(object.ref), numbers, depth + 1);
        return;
    }
    for (std::size_t i = 0; i < object.items.size(); ++i) {
        if (object.has_keys() && (object.keys[i] == "Parent" || object.keys[i] == "P")) continue;
        collect(object.items[i], numbers, depth + 1);
    }
}

void Graph::check_introduced(const Object& object, const std::set<int>& replaced, const std::string& where,
                             int depth) {
    budget_.spend();
    if (depth > max_depth) throw Exhausted{};
    if (!object.is(Object::Kind::ref)) {
        for (const Object& item : object.items) check_introduced(item, replaced, where, depth + 1);
        return;
    }
    const std::pair key{object.ref.number, object.ref.number};
    if (entrusted_.contains(key) || met_.contains(key) || met_apart_.contains(key)) return;
    const bool is_new = !then_.places().contains(object.ref.number);
    if (!is_new && !replaced.contains(object.ref.number)) {
        forbid(where + " memakai objek lama " + std::to_string(object.ref.number));
        return;
    }
    if (introduced_.insert(object.ref.number).second)
        check_introduced(now_.object(object.ref), replaced, where, depth + 1);
}

bool Graph::are_same(const Object* then, const Object* now) {
    Graph apart(then_, now_, budget_);
    apart.entrusted_ = entrusted_;
    apart.require_same(then, now, "");
    apart.finish();
    if (!apart.differences_.empty()) return false;
    met_apart_.merge(apart.met_);
    return true;
}

bool Graph::same_value(const Object& then, const Object& now, int depth) {
    using Kind = Object::Kind;
    budget_.spend();
    if (depth > 200) return false;
    if (then.is(Kind::ref) && now.is(Kind::ref)) {
        const std::pair key{then.ref.number, now.ref.number};
        if (entrusted_.contains(key) || !met_.insert(key).second) return true;
        tasks_.push_back({then.ref, now.ref, where_});
        return true;
    }
    // A value may move into an object of its own, or back, without a change of meaning. Following one
    // reference here cannot loop for ever: the other side is a direct value, which ends.
    if (then.is(Kind::ref)) return same_value(*then_.resolve(&then), now, depth + 1);
    if (now.is(Kind::ref)) return same_value(then, *now_.resolve(&now), depth + 1);
    if (then.kind != now.kind) return false;
    switch (then.kind) {
        case Kind::null: return true;
        case Kind::boolean:
        case Kind::integer: return then.integer == now.integer;
        case Kind::real:
        case Kind::string:
        case Kind::name: return then.text == now.text;
        case Kind::array:
            if (then.items.size() != now.items.size()) return false;
            for (std::size_t i = 0; i < then.items.size(); ++i) {
                if (!same_value(then.items[i], now.items[i], depth + 1)) return false;
            }
            return true;
        case Kind::dictionary:
        case Kind::stream:
            if (then.repeats_a_key != now.repeats_a_key) return false;
            if (then.is(Kind::stream) && !same_data(then, now)) return false;
            for (std::size_t i = 0; i < then.keys.size(); ++i) {
                const Object* other = now.find(then.keys[i]);
                if (!same_value(then.items[i], other ? *other : nothing, depth + 1)) return false;
            }
            for (std::size_t i = 0; i < now.keys.size(); ++i) {
                if (!then.find(now.keys[i]) && !same_value(nothing, now.items[i], depth + 1)) return false;
            }
            return true;
        case Kind::ref: break;
    }
    return false;
}

bool Graph::same_data(const Object& then, const Object& now) const {
    const BytesView a = then_.bytes().subspan(then.data_begin, then.data_end - then.data_begin);
    const BytesView b = now_.bytes().subspan(now.data_begin, now.data_end - now.data_begin);
    return (a.data() == b.data() && a.size() == b.size()) ||
           std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace naskah::verify
