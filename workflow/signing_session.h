// Keys that are open for a while. A session begins with nothing open; a key is opened when its first letter
// needs it, or given to the session beforehand; with the session's end it is gone from memory.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "workflow/office.h"

namespace naskah::workflow {

// Safe from many threads.
class SigningSession {
public:
    // `ask` is asked, once, for the secret of each key that was not given.
    explicit SigningSession(AskSecret ask) : ask_(std::move(ask)) {}
    SigningSession(const SigningSession&) = delete;
    SigningSession& operator=(const SigningSession&) = delete;

    // A key that is open already; `file` as in Signer::key.
    void give(const std::filesystem::path& file, std::unique_ptr<signing::Key> key);

private:
    friend class Desk;
    struct Open {
        std::unique_ptr<signing::Key> key;
        bool proven = false;  // a trial signature of it was found valid
    };
    AskSecret ask_;
    std::mutex mutex_;
    std::map<std::filesystem::path, Open> open_;
};

}  // namespace naskah::workflow
