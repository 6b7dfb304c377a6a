// Whoever signs a whole PDF: a key, whose signature we put into the file ourselves, or a service that takes
// the file and gives it back signed (BSrE). The caller holds what comes back against what was given: signing
// and verifying share nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "signing/long_term.h"
#include "signing/sign.h"

namespace naskah::signing {

// What one try leaves behind, filled in as soon as it is known, whatever becomes of the try.
struct Trail {
    std::string reference;  // by which the service knows its result; never a person's number
    int code = 0;           // of its refusal, as the service counts them; 0: none
};

class DocumentSigner {
public:
    virtual ~DocumentSigner() = default;

    // The signer's, or nullptr if it is only seen in what comes back.
    virtual const Chain* chain() const = 0;
    // "" for a key that is at hand. Else a short name such as "bsre-v2": each signature is made, counted and
    // noted there, so none is made on trial, and the outcome of a try may be unknown.
    virtual std::string service() const = 0;

    // Whatever may refuse a signature and can be asked without making one. Throws as sign() does.
    virtual void make_ready() = 0;
    // One try; nothing is repeated. Safe from any thread; a service is asked one file at a time. Throws
    //   Error(data)     refused, nothing was signed: a passphrase, a certificate, a file
    //   Error(outside)  nobody was reached, nothing was signed; may be tried again
    //   Error(unknown)  a request may have arrived and no signed file came back
    virtual Bytes sign(BytesView pdf, const Options& options, Instant now, Trail& trail) = 0;
    // The signed file of an earlier try, if the service still has it. Throws Error(outside).
    virtual std::optional<Bytes> recover(const std::string& reference) = 0;
};

// Signs with a key: sign() of sign.h, and for the levels above B-B with `long_term`, which outlives it. A key
// that a service holds signs at B-B, for each of its signatures counts; the caller raises the file
// (long_term.h). Error(usage) for a level that cannot be reached.
std::unique_ptr<DocumentSigner> make_document_signer(std::unique_ptr<Key> key, LongTerm* long_term = nullptr);

}  // namespace naskah::signing
