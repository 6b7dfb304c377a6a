#include "core/world.h"

#include <openssl/rand.h>

#include <algorithm>
#include <climits>

#include "core/error.h"

namespace naskah {
namespace {

class SystemClock final : public Clock {
public:
    Instant now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        while (!out.empty()) {
            const std::size_t count = std::min<std::size_t>(out.size(), INT_MAX);
            if (RAND_bytes(out.data(), static_cast<int>(count)) != 1) {
                throw Error(Code::internal, "bilangan acak tidak tersedia", "OpenSSL",
                            "Periksa sumber acak sistem operasi.");
            }
            out = out.subspan(count);
        }
    }
};

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

Random& system_random() {
    static SystemRandom random;
    return random;
}

}  // namespace naskah
