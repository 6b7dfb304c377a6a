// A clock that stands still until it is told to move.
#pragma once

#include <atomic>

#include "core/world.h"

namespace naskah::test {

class TestClock final : public Clock {
public:
    explicit TestClock(Instant start) : now_(start.time_since_epoch().count()) {}
    Instant now() const override { return Instant(std::chrono::milliseconds(now_.load())); }
    void pass(std::chrono::milliseconds time) { now_ += time.count(); }

private:
    std::atomic<std::int64_t> now_;
};

}  // namespace naskah::test
