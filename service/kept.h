// What is dear to make and asked for often, kept for a while: those asked for last stay. Whoever asks for
// what another is making waits for that one. Safe from any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "core/world.h"

namespace naskah::service {

template <typename Key, typename Value>
class Kept {
public:
    using Shared = std::shared_ptr<const Value>;
    // `most`: the sum of the weights of what is kept (one each, where no weight is named). `life`: how long;
    // zero: until it has to make room.
    explicit Kept(std::size_t most, std::chrono::milliseconds life = {}) : most_(most), life_(life) {}

    // What `make` throws is thrown to its caller; others who waited try for themselves.
    Shared get(
        const Key& key, Instant now, const std::function<Value()>& make,
        const std::function<std::size_t(const Value&)>& weight = [](const Value&) { return 1u; }) {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (Shared value = find(key, now)) return value;
            if (!making_.contains(key)) break;
            made_.wait(lock);
        }
        making_.insert(key);
        lock.unlock();
        Shared value;
        try {
            value = std::make_shared<const Value>(make());
        } catch (...) {
            lock.lock();
            making_.erase(key);
            made_.notify_all();
            throw;
        }
        lock.lock();
        making_.erase(key);
        made_.notify_all();
        keep({key, value, now, weight(*value)});
        return value;
    }

private:
    struct Item {
        Key key;
        Shared value;
        Instant made_at;
        std::size_t weight;
    };

    Shared find(const Key& key, Instant now) {
        const auto found = places_.find(key);
        if (found == places_.end()) return nullptr;
        if (life_.count() > 0 && now - found->second->made_at >= life_) {
            drop(found->second);
            return nullptr;
        }
        order_.splice(order_.begin(), order_, found->second);
        return found->second->value;
    }

    void keep(Item item) {
        weight_ += item.weight;
        order_.push_front(std::move(item));
        places_[order_.front().key] = order_.begin();
        while (weight_ > most_ && order_.size() > 1) drop(std::prev(order_.end()));
    }

    void drop(typename std::list<Item>::iterator item) {
        weight_ -= item->weight;
        places_.erase(item->key);
        order_.erase(item);
    }

    const std::size_t most_;
    const std::chrono::milliseconds life_;
    std::mutex mutex_;
    std::condition_variable made_;
    std::list<Item> order_;  // last asked for first
    std::map<Key, typename std::list<Item>::iterator> places_;
    std::set<Key> making_;
    std::size_t weight_ = 0;
};

}  // namespace naskah::service
