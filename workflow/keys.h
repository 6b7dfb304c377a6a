// The keys that an office signs with. office.json says of each official and of the seal which one it is
// (`kunci`): a PKCS#12 file ("keys/kepala.p12"), or a name in the list of the same name, which tells of a
// token, a CSC service or BSrE (docs/keys.md). What an application must know to be let in at a service, and
// the NIK, stand in a file of their own (mode 0600) or in the environment, never in office.json.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/web.h"
#include "signing/document_signer.h"
#include "workflow/office.h"

namespace naskah::workflow {

// Problems of `kunci`, each with its place in office.json.
std::vector<Problem> check_keys(const Json& settings);

// Whether `kunci` of an official names an entry of the list, and not a file.
bool is_named_key(const Json& settings, const std::string& key);
// What one types to open it: "Kata sandi kepala.p12", "PIN token KEPALA".
std::string prompt_for(const Office& office, const std::string& key);
// The same on a page, without names: "PIN token", "Passphrase TTE".
std::string secret_name(const Office& office, const std::string& key);
// Whose name the signer's certificate must bear, or "" if office.json does not say.
std::string expected_signer(const Office& office, const std::string& key);
// How long a signing service may take for one letter; another process waits that long before it asks.
inline constexpr std::chrono::seconds longest_try{300};

// As `ask`, but for the files of a demo office, whose passphrases lie beside them.
AskSecret without_asking_in_a_demo(const Office& office, const std::string& key, const AskSecret& ask);

// Opens it; its secret is asked for and wiped, whatever comes of it. `long_term`: for
// levels above B-B of a key at hand. `signatures`: how many are coming.
// Throws Error(data) naming the key, Error(outside).
std::unique_ptr<signing::DocumentSigner> open_signer(const Office& office, const std::string& key,
                                                     const AskSecret& ask, const std::shared_ptr<Web>& web,
                                                     signing::LongTerm* long_term = nullptr,
                                                     int signatures = 1);

// Has the service of that key send the signer a one-time code for so many letters, if it is one that does.
// Returns whether it did.
bool request_code(const Office& office, const std::string& key, Web& web, int letters);

// A key of a token outside any office; its PIN is asked for and wiped.
std::unique_ptr<signing::Key> open_token(const std::filesystem::path& module, const std::string& token,
                                         const std::string& object, const std::filesystem::path& certificate,
                                         const AskSecret& ask);

}  // namespace naskah::workflow
