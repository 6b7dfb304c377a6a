// Whether certificates were revoked, with the proof that a file keeps: OCSP answers (RFC 6960, RFC 5019) and
// revocation lists (RFC 5280 5), from the addresses that the certificates name.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/web.h"
#include "core/world.h"
#include "signing/certificate_path.h"

namespace naskah::signing {

// What proves that signatures were good: DER each, without repeats.
struct ValidationData {
    std::vector<Bytes> certificates, ocsp_responses, revocation_lists;
    void add(const ValidationData& more);
    bool empty() const { return certificates.empty() && ocsp_responses.empty() && revocation_lists.empty(); }
};
void add_once(std::vector<Bytes>& to, const Bytes& one);

// Whether `data` holds an answer about the certificate that says good, as it came from the issuer; how old it
// is does not matter.
bool is_answered(BytesView certificate, BytesView issuer, const ValidationData& data);

// Asks, and remembers what stays true for a while: lists until the next one, answers about authorities for an
// hour. Safe from any thread.
class Revocations {
public:
    Revocations(Web& web, const AtHand& at_hand) : web_(web), at_hand_(at_hand) {}

    // Adds to `data` the path itself and, for each certificate in it but the root, an answer that is good:
    // signed by the issuer or by whom the issuer charged with it (RFC 6960 4.2.2.2), about this very
    // certificate, in force at `now`. Throws Error(data) for a certificate that is revoked, or that names no
    // place to ask; Error(outside), naming each address and what was wrong, if none answered well, or if OCSP
    // knows nothing of the certificate. `first`: where in the path to begin.
    void prove(const Path& path, Instant now, ValidationData& data, std::size_t first = 0);

private:
    struct Kept {
        Bytes answer;
        Instant until;
    };
    struct Question;
    void prove_one(const Question& question, ValidationData& data);
    bool by_ocsp(const Question& question, ValidationData& data);
    bool by_list(const Question& question, ValidationData& data);
    std::optional<Bytes> kept(const std::string& key, Instant now);
    void keep(const std::string& key, const Bytes& answer, Instant until);

    Web& web_;
    const AtHand& at_hand_;
    std::mutex mutex_;
    std::map<std::string, Kept> kept_;
};

}  // namespace naskah::signing
