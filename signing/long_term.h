// Signatures that outlast their certificates: the levels B-T, B-LT and B-LTA of ETSI EN 319 142-1, and their
// renewal. What an authority has to say comes over `Web`; every answer is checked before it goes into the
// file, and every step is an incremental update: the bytes before it stay an exact prefix.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/web.h"
#include "signing/certificate_path.h"
#include "signing/revocation.h"
#include "signing/sign.h"
#include "signing/timestamp.h"

namespace naskah::signing {

// Whom to ask, and what was learned from the answers: how large an authority's tokens are, which lists are
// still in force. One serves all letters of an office. Safe from any thread.
class LongTerm {
public:
    // `authorities`: addresses of RFC 3161 services, tried in this order. Throws Error(usage) for what is no
    // web address.
    LongTerm(Web& web, std::vector<std::string> authorities, AtHand at_hand,
             Random& random = system_random());

    // A token from the first authority that answers well; its path of certificates is known as well if
    // `at_hand` names roots. Throws Error(outside) naming each authority and what was wrong with its answer.
    Timestamp timestamp(const Sha256& imprint, Instant now);
    // Bytes to keep free for a token of any of them, as learned from their tokens. Asks for one if none is
    // known yet.
    std::size_t timestamp_room(Instant now);

    // Everything that proves a signer's certificate, or an authority's, at `now`.
    ValidationData proof_of(BytesView certificate, const std::vector<Bytes>& with, Instant now);

    Web& web() const { return web_; }
    const AtHand& at_hand() const { return at_hand_; }
    Revocations& revocations() { return revocations_; }

private:
    Web& web_;
    const std::vector<std::string> authorities_;
    const AtHand at_hand_;
    Random& random_;
    Revocations revocations_;
    std::mutex mutex_;
    std::map<std::string, std::size_t> largest_;  // token, by authority
};

// The three steps of sign.h for any level, and the three in one. Throws Error(data) too if a certificate was
// revoked, Error(outside) if an authority does not answer or answers wrongly. No file comes out below
// options.level. A token that came larger than any before is no failure of `sign`, which prepares anew with
// room for it; `embed` then throws Error(outside), and the same steps once more succeed.
Prepared prepare(BytesView pdf, const Key& key, const Options& options, LongTerm& long_term, Instant now);
Bytes embed(Prepared prepared, const Key& key, BytesView signature_value, LongTerm& long_term, Instant now);
Bytes sign(BytesView pdf, const Key& key, const Options& options, LongTerm& long_term, Instant now);

// What a file has, as far as its structure says; verify judges whether it is worth anything.
struct Protection {
    Level level = Level::b;  // of the signature that has least
    // When proof runs out unless something is done before: the newest timestamp's certificate ends or its
    // algorithm ceases to be trusted; without timestamps, the first of the signers' certificates to end.
    Instant until{};
};
// Throws Error(data) if there is no signature, or it cannot be read.
Protection protection_of(BytesView pdf);

// Raises a signed file, whoever signed it, to `level` with document timestamps, or gives it back unchanged if
// it has that. Throws as sign() does.
Bytes raise(BytesView pdf, Level level, LongTerm& long_term, Instant now);

// Raises a signed file to B-LTA, or renews one that has that: what proves its signatures and timestamps now
// and is not in the file yet, then a new document timestamp over all of it. Whether the signatures are good
// is for the caller to know before and to check after. Throws as sign() does.
Bytes extend(BytesView pdf, LongTerm& long_term, Instant now);

}  // namespace naskah::signing
