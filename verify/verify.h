// Says what is true of a PDF's signatures. Reads hostile files: for anything in a file it never throws, hangs
// or grows without bound. Facts first; the verdict is computed from them. No network unless one is given.
// Shares nothing with signing but core. Rules: docs/formats.md; ISO 32000-1 12.8, ETSI EN 319 142-1, RFC
// 5652.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/json.h"
#include "core/sha256.h"
#include "core/world.h"

namespace naskah {
class Web;  // core/web.h
}

namespace naskah::verify {

enum class Verdict { passed, failed, indeterminate, unsigned_ };
std::string to_string(Verdict verdict);  // "passed", "failed", "indeterminate", "unsigned"

// A fact with a stable name (listed in docs/formats.md) and what it means here, in Indonesian.
struct Finding {
    std::string name;
    std::string text;    // with the detail in brackets
    std::string detail;  // what it is about: the attribute, the certificate, the object and page; or empty
    bool operator==(const Finding&) const = default;
};

struct Signature {
    std::string field;
    Verdict verdict = Verdict::failed;
    std::string level;          // "B-B", "B-T", "B-LT", "B-LTA", "cms", or empty if it could not be read
    std::string signer;         // from the certificate, never from the file's own claims
    bool is_timestamp = false;  // of the document: `signer` is an authority, and signs for nobody
    std::optional<Instant> signed_at;  // as claimed, unless time_proven
    bool time_proven = false;          // by a timestamp that verifies
    std::string covers;                // "whole" or "revision"
    bool digest_matches = false;
    bool signature_matches = false;
    std::string changes = "none";  // "none", "permitted", "forbidden"
    std::vector<Finding> findings;
};

struct Report {
    Sha256 sha256;
    Verdict verdict = Verdict::failed;
    std::vector<Signature> signatures;
    std::vector<Finding> findings;  // about the file as a whole
};

// Trusted certificates (and intermediates at hand), parsed once and shared by all threads.
class Trust {
public:
    Trust();
    ~Trust();
    Trust(Trust&&) noexcept;
    Trust& operator=(Trust&&) noexcept;
    // All certificates of a PEM or DER file; self-signed ones become roots, others help to build chains. CRLs
    // and OCSP responses (DER) too. Throws Error(data) naming `file` if there is none.
    void add(BytesView pem_or_der, const std::string& file);

    // A file as `add` takes it; or a folder, of which every file counts that holds one, and the others are
    // let be. Throws Error(data) naming `path` if nothing is there.
    void add_path(const std::filesystem::path& path);

    struct Store;
    const Store& store() const { return *store_; }

private:
    std::unique_ptr<Store> store_;
};

// `at`: the time at which certificates must have been valid, unless a timestamp proves an earlier one. `web`:
// whom to ask whether a certificate was revoked when neither the file nor the trust says so; nobody without
// it.
Report check(BytesView pdf, const Trust& trust, Instant at, Web* web = nullptr);

// One object of the array that `naskah verify --json` prints; `register` is filled in by the caller who has
// an office.
Json to_json(const Report& report, const std::string& file);

}  // namespace naskah::verify
