// The path from a certificate to a trusted root (RFC 5280 6.1), and what is wrong with it at a given time.
// Says nothing about revocation, nor about what the certificate may be used for: verify/chain.h does.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "core/sha256.h"
#include "verify/certificate.h"
#include "verify/evidence.h"
#include "verify/trust_store.h"

namespace naskah::verify {

struct Path {
    std::vector<Certificate> links;       // from the certificate towards the root, as far as it leads
    std::set<std::string_view> findings;  // their names
    // It leads to a trusted root and nothing in it is false; at that time a link may have ended or not begun.
    bool is_anchored() const;
};

// The paths of one file. Its many signatures and timestamps come from few people: a path that was found for
// the same certificate and time is not searched again.
class Paths {
public:
    // Both outlive it. The certificates of `evidence` help to find the way and must all be there by now.
    Paths(const Trust::Store& trust, const Evidence& evidence) : trust_(trust), evidence_(evidence) {}
    const Path& find(const Certificate& certificate, Instant at);

private:
    Path search(const Certificate& certificate, Instant at) const;

    const Trust::Store& trust_;
    const Evidence& evidence_;
    std::map<std::pair<Sha256, Instant>, Path> found_;
};

// Whether the key of `issuer` made the signature on `certificate`, both exactly as they are. That stays true,
// so it is remembered, for all files and threads: an office's letters hang on the same few authorities, and
// checking such a signature costs more than reading the letter. Only what is true is remembered.
bool has_issued(x509_st* issuer, x509_st* certificate);

}  // namespace naskah::verify
