// From a clerk's data to a PDF: check against the schema, fill the template, lay out, write.
// Pure: the same letter, template, fonts and time give the same bytes on every machine, in any thread, in any order.
// Nothing is silently left out: a missing field, glyph, image or partial is an Error that names it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/json.h"

namespace naskah::generator {

// One kind of letter, as its folder describes it (docs/templates.md). Immutable; shared by threads.
class Package {
public:
    virtual ~Package() = default;
    virtual const std::string& kind() const = 0;
    virtual const Json& about() const = 0;    // about.json
    virtual const Json& schema() const = 0;   // data.schema.json
    virtual const Json& example() const = 0;  // example.json, dates not moved yet
};

// All kinds of the given folders; of two packages of one kind the earlier folder wins.
class Templates {
public:
    // `folders` in order of precedence, each holding kind folders and `partials/`. A package is loaded and parsed when
    // first asked for and kept. Safe from any thread.
    explicit Templates(std::vector<std::filesystem::path> folders);
    ~Templates();
    std::vector<std::string> kinds() const;  // sorted
    // Throws Error(data): no such kind (names the nearest), a file of it is missing or wrong (file, line).
    std::shared_ptr<const Package> get(const std::string& kind) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Every problem of the data at once, field by field, in Indonesian; empty when the data may become a letter.
// Structure only (schema); rules that need a calendar are workflow's.
std::vector<Problem> check(const Package& package, const Json& data);

// What a letter takes from its office, beside the clerk's data. Templates see these under the names given.
struct Surroundings {
    Json office;         // {{kantor...}}: letterhead, units, footer sentence
    Json letter;         // {{surat...}}: nomor, tanggal (ISO), tempat, url, kode
    Json signer;         // {{penandatangan...}}: jabatan (lines), nama, pangkat, nip, an, ...
    std::string url;     // what the QR code holds; empty in a draft
    bool draft = false;  // watermark KONSEP, no QR, no footer sentence
    Instant time{};      // goes into the document information
    // Folder that relative image names start from ("foto/1.jpg", the emblem); a name may not leave it.
    std::filesystem::path images;
};

struct Fonts;  // shared faces and their prepared subsets: loaded once a process

class Generator {
public:
    Generator();   // finds the faces (fonts/README.md); throws Error(outside) naming the Debian package to install
    ~Generator();
    // The letter as PDF. Throws Error(data) for what the data or template made impossible (unknown glyph with its
    // code point and field, broken image, unknown element with file and line), never for more than it says.
    Bytes render(const Package& package, const Json& data, const Surroundings& surroundings) const;

private:
    std::unique_ptr<Fonts> fonts_;
};

}  // namespace naskah::generator
