// A letter that somebody else signs (a service of keys.h). Between the question and its answer lies a
// network:
//
//   note the try (durable) ─▶ ask ─▶ hold what came against what was sent ─▶ note the outcome (durable)
//
// When a crash or a cut comes
//   before the try is noted:          nothing was asked; it is asked
//   between noting it and the answer: the try is open
//   after the answer, before noting:  the same
//   with "unknown" noted:             nobody knows
//   with "signed" noted, not stored:  a signature was made
//   with refused, unsent or unfit:    no good file exists; it is asked again
//
// A try that is open, unknown or signed is gone on with by a person's word only: the service is asked for its
// result where it can be, else the same number is tried again; a new number is never taken.
//
// Within one session, which one giving of a secret opens, a letter whose outcome is not known is never asked
// for a second time.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/web.h"
#include "signing/document_signer.h"
#include "storage/register.h"
#include "storage/signing_attempts.h"
#include "verify/verify.h"
#include "workflow/office.h"

namespace naskah::workflow {

class SigningSession;

// Why `came` is not `sent` with a valid signature of that person appended and nothing else, or nothing.
// `signer`: the name that the certificate must bear; "": any that the office trusts.
std::optional<std::string> unfit(BytesView sent, BytesView came, const std::string& signer,
                                 const verify::Trust& trust, Instant now);

class RemoteSigning {
public:
    RemoteSigning(const Office& office, const verify::Trust& trust, const Clock& clock,
                  std::shared_ptr<storage::Connections> database, std::shared_ptr<Web> web);

    struct Asked {
        const storage::Letter& letter;
        BytesView pdf;
        const signing::Options& options;
        const std::string& actor;
    };
    // The signed file, held against what was sent. Throws as DocumentSigner::sign; Error(data) if what came
    // back is unfit, Error(unknown) for a letter that this session does not know the outcome of,
    // Error(outside) while another process waits for an answer.
    Bytes sign(const Asked& asked, signing::DocumentSigner& signer, SigningSession& session);

    // For a letter whose day has passed: its file, if an earlier try was signed after all and can still be
    // had. Nothing if it surely was not. Throws Error(unknown) if that cannot be told: then the number must
    // not be given up by a machine. `draw` gives the letter as it was sent.
    std::optional<Bytes> found_again(const storage::Letter& letter, SigningSession& session,
                                     const std::function<Bytes()>& draw);

    // The letter is stored: the session need not keep its file.
    static void forget(SigningSession& session, const LetterId& letter);

private:
    std::optional<Bytes> recovered(const storage::Letter& letter, BytesView sent,
                                   storage::SigningAttempt& last, signing::DocumentSigner& signer,
                                   SigningSession& session);

    const Office& office_;
    const verify::Trust& trust_;
    const Clock& clock_;
    storage::SigningAttempts attempts_;
    const std::shared_ptr<Web> web_;
};

}  // namespace naskah::workflow
