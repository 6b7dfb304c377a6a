// BsreSimulator: a stand-in for BSrE's eSign client service, which nobody outside can reach. It follows what
// domain notes 4 tell of versions 1 and 2 and really signs, with a demo key; its faults are those that
// offices have met. What it does beyond those notes is a guess and proves nothing about BSrE.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "signing/sign.h"

namespace naskah::test {

enum class BsreFault {
    none,
    unavailable,         // 503 before anything was done
    status_unavailable,  // the same of the question for the signer's state alone
    silent,              // never answers
    signed_then_silent,
    cut_off,            // in the middle of the answer
    signed_then_error,  // 500 after having signed
    zero_byte,
    lost_for_now,  // version 1: an empty answer, and no download either while this lasts
    html,          // a proxy's page instead of an answer
    truncated_json,
    altered,    // signs another text than it was given
    replaced,   // signs a file of its own
    unsigned_,  // gives back what it got
    two_files,
    no_files,
    not_registered,
    expired,  // state of the certificate
    unauthorized,
    redirect,
    base64,   // version 1 answers in JSON
    id_only,  // version 1 answers with the id to fetch the file by
    unknown_code,
};

class BsreSimulator {
public:
    // Signs with that key; knows one signer. `passphrase` also serves as the TOTP.
    BsreSimulator(const signing::DemoSigner& signer, std::string nik, std::string passphrase);
    ~BsreSimulator();
    BsreSimulator(const BsreSimulator&) = delete;
    BsreSimulator& operator=(const BsreSimulator&) = delete;

    std::string url() const;
    void set_fault(BsreFault fault) { fault_ = fault; }
    // Called with "asked" before it signs and "signed" before it answers; may block.
    void set_hook(std::function<void(const std::string& step)> hook);

    int asked() const { return asked_; }      // requests to sign
    int made() const { return made_; }        // signatures
    int refused() const { return refused_; }  // wrong passphrases
    int totps() const { return totps_; }
    // What was wrong with requests: must stay empty.
    std::vector<std::string> complaints() const;

private:
    struct Server;
    Bytes sign(const Bytes& pdf);
    void step(const std::string& name);
    void complain(const std::string& what);

    std::unique_ptr<signing::Key> key_;
    const std::string nik_, passphrase_;
    std::atomic<BsreFault> fault_ = BsreFault::none;
    std::atomic<int> asked_ = 0, made_ = 0, refused_ = 0, totps_ = 0;
    std::atomic<bool> ending_ = false;
    mutable std::mutex mutex_;
    std::function<void(const std::string&)> hook_;
    std::vector<std::string> complaints_;
    std::map<std::string, Bytes> kept_;  // results of version 1, each given out once
    std::unique_ptr<Server> server_;
};

}  // namespace naskah::test
