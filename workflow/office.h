// An office: the folder that `naskah init` makes, read once and then only looked at.
//   office.json   letterhead, units, officials with terms of office, series, public address (docs/formats.md)
//   libur.json    holidays; keys/ and trust/; templates/ of its own; lampiran/ pictures of letters; naskah.db
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/date.h"
#include "core/json.h"
#include "core/workdays.h"
#include "signing/certificate_path.h"
#include "signing/sign.h"
#include "storage/database.h"
#include "verify/verify.h"

namespace naskah::workflow {

// Asks whoever holds a key for its passphrase or PIN. The caller wipes what it got.
using AskSecret = std::function<std::string(const std::string& prompt)>;

// Who signs a letter on a day, and in what capacity: snapshotted into the letter.
struct Signer {
    Json printed;     // {{penandatangan...}} of the templates
    std::string key;  // as office.json names it: a PKCS#12 file of the folder, or one of keys.h
    std::vector<Problem> warnings;
};

class Office {
public:
    // Throws Error(data) with every problem of office.json at once; Error(data) if there is no such folder.
    static Office open(const std::filesystem::path& root);
    // The office as it would be with these settings and holidays. Throws the same.
    static Office from(const std::filesystem::path& root, Json settings, const Json& holidays);

    const std::filesystem::path& root() const { return root_; }
    const std::string& name() const { return name_; }
    Zone zone() const { return zone_; }
    bool demo() const { return demo_; }  // made by `init --demo`: signs without asking
    const Workdays& workdays() const { return workdays_; }
    const Json& settings() const { return settings_; }

    // The address that a letter's QR code holds: https://<public address>/v/<id>
    std::string verify_url(const LetterId& id) const;
    // The id in an address of ours, or nothing.
    std::optional<LetterId> id_in(std::string_view url) const;

    // What a letter's templates see as {{kantor...}}.
    Json surroundings() const;
    // The series of a kind (its about.json, overruled by office.json and by `wanted`), with the pattern of
    // its numbers and the parts that do not depend on the letter. Throws Error(data) if there is no such
    // series.
    struct Series {
        std::string name, pattern;
        numbering::Parts parts;
    };
    Series series_of(const Json& about, const std::string& kind, const std::string& wanted) const;

    // Who signs this kind on this day. Throws Error(data): nobody in office, a term that ended.
    Signer signer_of(const Json& about, const std::string& kind, Date day) const;

    std::unique_ptr<signing::Key> open_key(const std::filesystem::path& file, const AskSecret& ask) const;
    // The path or address of the database: `penyimpanan` of office.json, a file beside it or
    // postgresql://...
    std::string database_address() const;
    // That database, open; the register and every other store are opened over it.
    std::shared_ptr<storage::Connections> open_database() const;
    std::unique_ptr<storage::Register> open_register() const;
    verify::Trust trust() const;
    // signing.level and signing.timestamp_authorities of office.json: how long letters prove something, and
    // whom to ask for the time.
    signing::Level level() const;
    std::vector<std::string> timestamp_authorities() const;
    signing::AtHand at_hand() const;  // all of trust/, as signing looks at it
    // PEM file of those who vouch for the servers that the office asks (`otoritas_tls`), or empty: the
    // system's.
    std::filesystem::path tls_authorities() const;
    std::vector<std::filesystem::path> template_folders() const;  // the office's own first

private:
    std::filesystem::path root_;
    std::string name_, public_address_;
    Zone zone_ = Zone::wita;
    bool demo_ = false;
    Workdays workdays_;
    Json settings_;
};

// Opens a PKCS#12 file; its passphrase is asked for and wiped, whatever comes of it. Throws Error(data)
// naming the file.
std::unique_ptr<signing::Key> open_key_file(const std::filesystem::path& file, const AskSecret& ask);

// Where the shipped templates are: NASKAH_TEMPLATES, or beside the program (../share/naskah/templates when
// installed, the source tree when built there). Throws Error(internal) if nowhere.
std::filesystem::path shipped_templates();

// Makes an office folder. `demo`: invented officials, a demo authority, keys that need no asking. Throws
// Error(data) if the folder is there and not empty, Error(cannot_write); what it began is removed again.
void make_office(const std::filesystem::path& root, bool demo, const Clock& clock);

// Begins the register in the empty PostgreSQL database that `penyimpanan` names. Said by a person, never done
// by itself: a database that lost its register must not begin again at 1. Error(data) if there is a register
// already, if `penyimpanan` is a file (which `make_office` began), or if the office folder still holds a
// register with letters, whose numbers would be given once more.
void begin_register(const Office& office);

}  // namespace naskah::workflow
