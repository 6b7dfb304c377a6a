// A certification authority with everything around it, real but small: root, intermediate, signers, a
// timestamp authority, OCSP and revocation lists, answered by OpenSSL over HTTP on this machine. A test tells
// it what to answer wrongly, and what time it is.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/web.h"
#include "core/world.h"

namespace naskah::tests {

// `Web` over plain HTTP, for addresses of this machine.
class LocalWeb final : public Web {
public:
    WebAnswer ask(const WebRequest& request) override;
};

class Authority {
public:
    enum class Stamp {
        good,
        with_fraction,  // of a second
        silent,
        html,
        empty,
        status_500,
        rejected,
        wrong_nonce,
        wrong_imprint,
        other_time,
        tampered,
        expired_certificate,
        certificate_for_other_use,
        stranger,
        too_large,
        grown,  // good, with more certificates in it than before
        truncated
    };
    enum class Ocsp {
        good,
        revoked,
        unknown,
        stranger,
        unauthorised,
        with_list,
        stale,
        about_another,
        try_later,
        html,
        silent
    };
    enum class List { fresh, stale, revoked, stranger, html, too_large };

    struct Options {
        bool rsa = false;
        std::chrono::days signer_lives{365}, stamp_lives{3650};
        Instant begun =
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()) -
            std::chrono::hours(1);
    };
    Authority() : Authority(Options{}) {}
    explicit Authority(Options options);
    ~Authority();

    // What it answers; may change while it runs.
    std::atomic<Stamp> stamp = Stamp::good, second_stamp = Stamp::good;
    std::atomic<Ocsp> ocsp = Ocsp::good;
    std::atomic<List> list = List::fresh;         // of the intermediate, about timestamp authorities
    std::atomic<int> stamps_left = -1;            // then silence; negative: without end
    std::atomic<std::int64_t> ahead_seconds = 0;  // of the system's clock
    Instant now() const;
    int asked(const std::string& path) const;  // how often

    // "/tsa", "/tsa2"; "/tsa-baru" has a certificate that ends ten years later.
    std::string address(const std::string& path) const;
    const std::string& root_pem() const { return root_pem_; }
    const std::string& intermediate_pem() const { return intermediate_pem_; }
    // A signer's PKCS#12 file (passphrase "contoh"); `alone`: without the intermediate, which its certificate
    // says where to find.
    Bytes signer(bool rsa, bool alone = false) const;
    std::string revocation_list_pem() const;  // of the intermediate

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
    std::string root_pem_, intermediate_pem_;
};

}  // namespace naskah::tests
