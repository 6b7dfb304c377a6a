// CscSimulator: a stand-in for a remote signing service with the Cloud Signature Consortium's API, version 2.
// It follows the specification as far as our client uses it, and really signs digests with a demo key.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "signing/sign.h"

namespace naskah::test {

enum class CscFault {
    none,
    unavailable,  // 503 to signHash, nothing done
    silent,       // signHash signs and never answers
    cut_off,
    signed_then_error,
    html,
    wrong_value,  // a signature over another digest
    two_values,
    no_values,
    raw_ecdsa,  // r and s side by side
    disabled,
    expired,
    token_refused,  // 401 to everything behind the login
    sad_refused,    // 400 to signHash
};

class CscSimulator {
public:
    struct Ways {
        bool pin = true, otp = false;
        int multisign = 1;
        std::string scal = "1";
    };
    CscSimulator(const signing::DemoSigner& signer, Ways ways);
    ~CscSimulator();
    CscSimulator(const CscSimulator&) = delete;
    CscSimulator& operator=(const CscSimulator&) = delete;

    static constexpr const char* pin = "24680";
    static constexpr const char* otp = "112233";

    std::string url() const;
    void set_fault(CscFault fault) { fault_ = fault; }
    int logins() const { return logins_; }
    int authorized() const { return authorized_; }  // right ones
    int refused() const { return refused_; }        // wrong PINs or OTPs
    int made() const { return made_; }
    std::vector<std::string> complaints() const;

private:
    struct Server;
    void complain(const std::string& what);

    std::unique_ptr<signing::Key> key_;
    const Ways ways_;
    std::atomic<CscFault> fault_ = CscFault::none;
    std::atomic<int> logins_ = 0, authorized_ = 0, refused_ = 0, made_ = 0;
    std::atomic<bool> ending_ = false, otp_used_ = false;
    mutable std::mutex mutex_;
    std::vector<std::string> complaints_;
    struct Leave {
        int left = 0;
        std::string hash;  // SCAL 2: the only one
    };
    std::map<std::string, Leave> sads_;
    std::unique_ptr<Server> server_;
};

}  // namespace naskah::test
