// BSrE's eSign client service, versions 1 (multipart) and 2 (JSON), as offices reach it inside the network of
// their government. It signs whole PDFs with a key that never leaves BSrE; the signer proves himself with a
// passphrase, or (version 2) with a code of the BeSign app.
//
// What the service says in words is never passed on: it may hold a NIK. Its codes stand inside those words
// ("... 2031") and are told in ours.
#pragma once

#include <memory>
#include <string>

#include "core/web.h"
#include "signing/document_signer.h"
#include "signing/remote.h"

namespace naskah::signing {

struct BsreAccount {
    std::string url;  // up to and without "/api"
    int version = 2;  // 1 or 2
    Application application;
    std::string nik;          // sixteen digits, as a text: it may begin with zero
    bool plain_http = false;  // whether http:// may be used
    std::chrono::milliseconds limit{60'000};
    ~BsreAccount() { wipe(nik); }
};
enum class BsreProof { passphrase, totp };

// Asks for nothing yet. `secret` is kept in memory until the signer is gone, then wiped; once the service has
// called it wrong it is not sent again. Throws Error(data) for an account that cannot be used: http without
// leave, a version that is not there, a NIK that is none, a code for version 1.
std::unique_ptr<DocumentSigner> open_bsre(std::shared_ptr<Web> web, const BsreAccount& account,
                                          BsreProof proof, const std::string& secret);

// Has BSrE send a code for so many files to the signer's telephone (version 2). Throws Error(data or
// outside).
void request_totp(Web& web, const BsreAccount& account, int files);

}  // namespace naskah::signing
