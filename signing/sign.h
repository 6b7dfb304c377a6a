// Puts a PAdES signature on a PDF in three steps, so that the middle one can happen in a token or far away:
// prepare the file and the attributes, sign the attributes' digest, embed the result.
// The levels above B-B need an authority's answers as well: long_term.h.
// ETSI EN 319 142-1 (PAdES baseline), ETSI EN 319 122-1 (CAdES), RFC 5652 (CMS), RFC 5035 (ESS v2).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/sha256.h"
#include "core/world.h"
#include "signing/chain.h"

namespace naskah::signing {

// What holds a private key. The key itself never leaves its holder.
class Key {
public:
    virtual ~Key() = default;
    virtual const Chain& chain() const = 0;
    // The signature value over a SHA-256 digest: PKCS#1 v1.5 for RSA, DER ECDSA-Sig-Value for ECDSA.
    // Safe from any thread. Throws Error(outside) if the holder does not answer.
    virtual Bytes sign_digest(const Sha256& digest) const = 0;
    // Whether each signature is made, counted and noted by somebody else: then none is made on trial, and
    // sign_digest may also throw Error(unknown).
    virtual bool is_remote() const { return false; }
    // Whatever may refuse a signature and can be asked without making one. Throws as sign_digest does.
    virtual void make_ready() const {}
};

// A private key with its certificates from a PKCS#12 file. Throws Error(data): wrong passphrase, no key, a
// key that does not fit its certificate, or one that Chain refuses. Wipes what it read; the caller wipes
// `file` and `passphrase`.
std::unique_ptr<Key> open_pkcs12(BytesView file, const std::string& passphrase);

// Whether the key's certificate may sign at `now`: inside its validity, keyUsage digitalSignature or
// nonRepudiation. Throws Error(data) with the dates in the message if not.
void check_certificate(const Chain& chain, Instant now);
inline void check_certificate(const Key& key, Instant now) { check_certificate(key.chain(), now); }

Certificate describe(const Key& key);

// PAdES baseline levels (ETSI EN 319 142-1 6): B-B signed, B-T with a proof of when, B-LT with all that
// proves the certificates good, B-LTA with a timestamp over that, which can be renewed for as long as one
// likes.
enum class Level { b, t, lt, lta };
std::string to_string(Level level);  // "b", "t", "lt", "lta"
std::optional<Level> parse_level(std::string_view text);
std::string baseline_name(Level level);  // "B-B" to "B-LTA", as the standard and verify write it

struct Options {
    // Name of the signature field: without a dot, and not yet in the file. Empty stands for the first free
    // one of TandaTangan1, TandaTangan2 and so on.
    std::string field;
    std::string field_tooltip = "Tanda tangan elektronik";  // TU, for readers with assistive technology
    std::string reason, location;  // printed nowhere, kept in the signature dictionary
    // DocMDP of a certification signature (ISO 32000-1 12.8.2.2): 1 nothing may change, 2 forms and
    // signatures, 3 annotations too; 0: an approval signature. Only the first signature of a file can certify
    // it: a file that is signed already gets an approval signature whatever is asked here, and Prepared says
    // which it became.
    int certify = 2;
    // Fields that nobody may change afterwards, by name (FieldMDP, ISO 32000-1 12.8.2.4).
    std::vector<std::string> locked;
    // The last signature: it locks all fields, and permits nothing after it but what makes it last (document
    // timestamps and what proves certificates). Gets a field of its own, with the lock in it (ISO 32000-2
    // 12.7.5.5). A certification closes a file with certify = 1 instead.
    bool last = false;
    // What is reached, or the call fails. Above b: with the functions of long_term.h.
    Level level = Level::b;
};

// Step 1. `pdf` gains an incremental update with an empty signature; the earlier bytes are an exact prefix.
struct Prepared {
    Bytes pdf;                    // with zeros in place of the signature
    std::size_t contents_at = 0;  // offset of '<'
    std::size_t contents_size =
        0;                     // from '<' to '>', both included: room for what this chain needs, to the byte
    Bytes attributes;          // DER SET OF signed attributes: what is signed
    Sha256 attributes_digest;  // its SHA-256, for Key::sign_digest
    int certifies = 0;         // the DocMDP permission, or 0 for an approval signature
    std::string field;         // its name
    Level level = Level::b;
    std::size_t timestamp_room = 0;  // the largest token that fits
};
// `now` goes into /M (the time that the signer claims). Throws Error(data) for a file that cannot be signed:
// encrypted, damaged, in cross-reference streams, certified with P=1, a field of that name.
// `timestamp_room`: bytes for the timestamp token of the levels above b.
Prepared prepare(BytesView pdf, const Key& key, const Options& options, Instant now,
                 std::size_t timestamp_room = 0);

// Step 3: the signed PDF. Checks first that the value is this key's signature over these attributes; if it is
// not, throws Error(outside): the holder of the key has answered something else. `timestamp`: the token over
// the value's SHA-256, above level b.
void check_value(const Prepared& prepared, const Key& key, BytesView signature_value);
Bytes embed(Prepared prepared, const Key& key, BytesView signature_value, BytesView timestamp = {});

// The three in one.
Bytes sign(BytesView pdf, const Key& key, const Options& options, Instant now);

// Whether a file must be written anew before it can be signed, for its cross-reference tables are streams
// (ISO 32000-1 7.5.8). False for what is no PDF.
bool needs_rewriting(BytesView pdf);
// Whether it bears any signature, which rewriting would break. Throws as `prepare` does.
bool is_signed(BytesView pdf);

// A root and an intermediate for a demo office, and a signer for each name (the head, the office's seal): all
// names say CONTOH, and nobody outside the demo trusts them.
struct DemoSigner {
    std::string certificate_pem;
    Bytes p12;  // holds key and chain
    std::string passphrase;
};
struct DemoAuthority {
    std::string root_pem, intermediate_pem;
    std::vector<DemoSigner> signers;  // in the order of the names
};
// `pins`: how the first signers' files are opened; those of the rest have random passphrases.
DemoAuthority make_demo_authority(KeyType type, const std::vector<std::string>& names, Instant now,
                                  const std::vector<std::string>& pins = {});

}  // namespace naskah::signing
