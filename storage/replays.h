// Answers that programs were given, by their idempotency keys: whoever asks again with the same key and the
// same request gets the same answer, and nothing is done twice. Kept for a day, over restarts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/sha256.h"
#include "core/world.h"
#include "storage/connections.h"

namespace naskah::storage {

constexpr std::chrono::hours replay_kept{24};
// A request that has not been answered for so long was cut off with its process.
constexpr std::chrono::seconds replay_abandoned{60};

struct Reply {
    int status = 200;
    std::string type, body;
    Json headers = Json::object();  // name: value
};

class Replays {
public:
    explicit Replays(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    struct Claim {
        enum class Kind {
            fresh,  // ours to carry out; then keep() or release()
            again,  // ours to carry out; whoever had it before was cut off and may have done it
            done,   // `reply` is the answer
            busy,   // somebody is carrying it out
            other,  // the key belongs to another request
        } kind = Kind::fresh;
        Instant first_at{};  // when the key was first used; the same for `fresh` and each `again` after it
        Reply reply;
    };
    // `username`: keys of different people never meet. `request`: digest of all that was asked.
    Claim claim(const std::string& username, const std::string& key, const Sha256& request, Instant now);
    void keep(const std::string& username, const std::string& key, const Reply& reply);
    // Nothing was done: the key is free for another try.
    void release(const std::string& username, const std::string& key);
    void forget_old(Instant now);

private:
    std::shared_ptr<Connections> database_;
};

std::vector<std::string> replay_tables();

}  // namespace naskah::storage
