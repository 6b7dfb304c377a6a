// From a clerk's data to a PDF: check against the schema, fill the template, lay out, write.
// Pure: the same letter, template, fonts and time give the same bytes on every machine, in any thread, in any
// order. Nothing is silently left out: a missing field, glyph, image or partial is an Error that names it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/json.h"
#include "core/workdays.h"

namespace naskah::generator {

// One kind of letter, as its folder describes it (docs/templates.md). Immutable; shared by threads.
class Package {
public:
    ~Package();
    const std::string& kind() const;
    const Json& about() const;    // about.json
    const Json& schema() const;   // data.schema.json
    const Json& example() const;  // example.json, dates not moved yet: see example_for
    const std::filesystem::path& folder() const;

    struct Parts;  // package.h: the parsed template, the checker
    const Parts& parts() const { return *parts_; }
    explicit Package(std::unique_ptr<const Parts> parts);

private:
    std::unique_ptr<const Parts> parts_;
};

// All kinds of the given folders; of two packages of one kind the earlier folder wins.
class Templates {
public:
    // `folders` in order of precedence, each holding kind folders and `partials/`. A package is loaded and
    // parsed when first asked for and kept. Safe from any thread.
    explicit Templates(std::vector<std::filesystem::path> folders);
    ~Templates();
    std::vector<std::string> kinds() const;  // sorted
    // Throws Error(data): no such kind (names the nearest), a file of it is missing or wrong (file, line).
    std::shared_ptr<const Package> get(const std::string& kind) const;

private:
    struct Shelf;
    std::unique_ptr<Shelf> shelf_;
};

// Every problem of the data at once, field by field, in Indonesian; empty when the data may become a letter.
// Structure only (schema); rules that need a calendar are workflow's.
std::vector<Problem> check(const Package& package, const Json& data);

// The package's example with its dates moved to `today`, so that it passes on the day it is asked for.
Json example_for(const Package& package, Date today, const Workdays& workdays);

// Data for the kind's empty variant, with Surroundings::blank. Throws Error(data) if it is no form that
// people fill in by hand (about.json, "kosong").
Json blank_form(const Package& package, Date today, const Workdays& workdays);

// The letter's subject (hal) for the register's list: about.json's `hal`, filled. `data` must have passed
// `check`.
std::string subject(const Package& package, const Json& data);
// The same of whatever has been typed so far: what is missing is named in brackets (gaps.h).
std::string unfinished_subject(const Package& package, const Json& data);

// What the buku agenda says of a letter beside its subject: about.json's `agenda`, filled, by column
// ("tujuan", "keamanan", "sifat", "lampiran", "tembusan"). A column that the kind does not declare is not
// there; one that its data left empty is. `data` must have passed `check`.
std::map<std::string, std::string> agenda_columns(const Package& package, const Json& data);

// What a letter takes from its office, beside the clerk's data. Templates see these under the names given.
struct Surroundings {
    Json office;         // {{kantor...}}: letterhead, units, footer sentence
    Json letter;         // {{surat...}}: nomor, tanggal (ISO), tempat, url, kode
    Json signer;         // {{penandatangan...}}: jabatan (lines), nama, pangkat, nip, an, ...
    std::string url;     // what the QR code holds; empty in a draft
    bool draft = false;  // watermark KONSEP, no QR, no footer sentence
    // With `draft`: data of with_gaps (gaps.h). What is missing is a gap, a character that the faces lack a
    // question mark, a picture that can't be shown a grey field: never an error.
    bool unfinished = false;
    // A form to be filled in by hand: data of blank_form, no number, no signature, room to write.
    bool blank = false;
    Instant time{};  // goes into the document information
    // Folder that the data's image names start from ("foto/1.jpg"); a name may not leave it.
    std::filesystem::path images;
    // Folder of the office's own pictures (the emblem): templates write them as "kantor:NAME". Empty:
    // `images`.
    std::filesystem::path office_images;
};

// The file that a picture's name in the data means: below `images`, the folder of the data; or, for a name
// such as "foto/kantor.jpg" that is not there, in the office's own folder of photographs. Throws Error(data)
// for a name that leads out of them.
std::filesystem::path picture_file(const std::filesystem::path& images, const std::filesystem::path& office,
                                   const std::string& name);

class Generator {
public:
    Generator();  // finds the faces (fonts/README.md); throws Error(outside) naming the Debian package to
                  // install
    ~Generator();
    // The letter as PDF. Throws Error(data) for what the data or template made impossible (unknown glyph with
    // its code point and field, broken image, unknown element with file and line), never for more than it
    // says.
    Bytes render(const Package& package, const Json& data, const Surroundings& surroundings) const;

private:
    struct Shared;  // the faces and their prepared subsets, pictures already decoded
    std::unique_ptr<Shared> shared_;
};

}  // namespace naskah::generator
