// Keys that are open for a while. A session begins with nothing open; a key is opened when its first letter
// needs it, or given to the session beforehand; with the session's end it is gone from memory.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "core/id.h"
#include "signing/document_signer.h"
#include "workflow/office.h"

namespace naskah::workflow {

// Safe from many threads.
class SigningSession {
public:
    // `ask` is asked, once, for the secret of each key that was not given.
    explicit SigningSession(AskSecret ask) : ask_(std::move(ask)) {}
    SigningSession(const SigningSession&) = delete;
    SigningSession& operator=(const SigningSession&) = delete;

    // Whoever signs with a key that is open already; `key` as in Signer::key.
    void give(const std::string& key, std::unique_ptr<signing::DocumentSigner> signer);
    // How many letters are coming, for keys that are authorized for a number of signatures.
    void expect(int letters);
    // Whether it holds the key of a service whose secret has not led to a good signature yet: such a session
    // tries one letter before the rest takes numbers.
    bool is_unproven() const;

private:
    friend class Desk;
    friend class RemoteSigning;
    struct Open {
        std::unique_ptr<signing::DocumentSigner> signer;
        bool proven = false;       // a signature of it was found valid
        bool stamp_given = false;  // of a service: a time authority answered before any number was taken
        // Whoever asks a service has it to himself: a try is noted when it is made, not when it lines up.
        std::unique_ptr<std::mutex> turn = std::make_unique<std::mutex>();
    };
    AskSecret ask_;
    mutable std::mutex mutex_;
    std::map<std::string, Open> open_;
    int coming_ = 1;
    // Of letters that a service signed: what was not stored yet, and those of which it is not known. Neither
    // is asked for again by this session.
    std::map<LetterId, Bytes> signed_;
    std::set<LetterId> unclear_;
};

}  // namespace naskah::workflow
