// Clock and randomness are arguments, so that a test decides what time it is and which id comes next.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

namespace naskah {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;  // UTC

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;  // safe from any thread
};

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;  // cryptographically strong; safe from any thread
};

const Clock& system_clock();
Random& system_random();  // the kernel's, through OpenSSL

}  // namespace naskah
