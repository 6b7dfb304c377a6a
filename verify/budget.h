// How much work one file may cost. Steps are counted, not seconds, so that the same file always gets the same
// answer.
#pragma once

#include <cstdint>

namespace naskah::verify {

struct Exhausted {};  // thrown inside verify only; check() turns it into the finding `too_complex`

class Budget {
public:
    explicit Budget(std::uint64_t steps) : left_(steps) {}
    void spend(std::uint64_t steps = 1) {
        if (steps > left_) {
            left_ = 0;
            throw Exhausted{};
        }
        left_ -= steps;
    }
    std::uint64_t left() const { return left_; }

private:
    std::uint64_t left_;
};

}  // namespace naskah::verify
