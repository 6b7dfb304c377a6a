#include "generator/package.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "core/file.h"
#include "generator/blank.h"
#include "generator/gaps.h"
#include "generator/nearest.h"

namespace naskah::generator {

namespace fs = std::filesystem;

namespace {

// about.json as a schema, so that its mistakes are told like a clerk's.
const Schema& about_schema() {
    static const Schema schema(parse_json(R"({
      "type": "object", "additionalProperties": false,
      "required": ["judul", "sop", "seri", "kode", "kertas", "penandatangan", "publik", "hal", "aturan"],
      "properties": {
        "judul": {"type": "string", "title": "Judul", "minLength": 1},
        "guna": {"type": "string", "title": "Guna", "minLength": 1, "maxLength": 300},
        "sop": {"type": "array", "title": "SOP", "items": {"type": "string"}},
        "seri": {"type": "string", "title": "Seri nomor", "minLength": 1},
        "kode": {"type": "string", "title": "Kode klasifikasi", "minLength": 1},
        "kertas": {"enum": ["A4", "F4", "F4-210"], "type": "string", "title": "Kertas"},
        "penandatangan": {"enum": ["kepala", "petugas", "tanpa"], "type": "string", "title": "Penandatangan"},
        "versi": {"type": "string", "title": "Versi", "minLength": 1, "maxLength": 40},
        "publik": {"type": "boolean", "title": "Boleh dilihat umum"},
        "gelar": {"type": "boolean", "title": "Nama penandatangan dengan gelar"},
        "hal": {"type": "string", "title": "Hal", "minLength": 1, "maxLength": 500},
        "agenda": {"type": "object", "title": "Kolom buku agenda", "additionalProperties": false, "properties": {
          "tujuan": {"type": "string", "title": "Tujuan", "minLength": 1, "maxLength": 500},
          "keamanan": {"type": "string", "title": "Keamanan", "minLength": 1, "maxLength": 500},
          "sifat": {"type": "string", "title": "Sifat", "minLength": 1, "maxLength": 500},
          "lampiran": {"type": "string", "title": "Lampiran", "minLength": 1, "maxLength": 500},
          "tembusan": {"type": "string", "title": "Tembusan", "minLength": 1, "maxLength": 500}}},
        "kosong": {"type": "object", "title": "Formulir kosong", "additionalProperties": false, "properties": {
          "tetap": {"type": "array", "title": "Bidang yang tetap", "items": {"type": "string", "minLength": 1}},
          "baris": {"type": "object", "title": "Banyaknya baris"}}},
        "mengoreksi": {"type": "object", "title": "Mengoreksi surat lain", "additionalProperties": false,
          "required": ["nomor", "tanggal", "sebagai", "alasan"], "properties": {
          "nomor": {"type": "string", "title": "Bidang nomor", "minLength": 1},
          "tanggal": {"type": "string", "title": "Bidang tanggal", "minLength": 1},
          "alasan": {"type": "string", "title": "Bidang alasan", "minLength": 1},
          "sebagai": {"enum": ["ralat", "perubahan", "pencabutan", "pembatalan"], "type": "string", "title": "Sebagai"}}},
        "sekali": {"type": "array", "title": "Sekali saja", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        "aturan": {"type": "array", "title": "Aturan",
                   "items": {"type": "object", "required": ["aturan"],
                             "properties": {"aturan": {"type": "string", "title": "Nama aturan", "minLength": 1}}}}
      }})",
                                          "about"),
                               "about");
    return schema;
}

void add(std::vector<Problem>& to, std::vector<Problem> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::shared_ptr<const Package> load_package(const fs::path& folder, const std::vector<fs::path>& partials) {
    auto parts = std::make_unique<Package::Parts>();
    parts->kind = folder.filename().string();
    parts->folder = folder;
    const auto named = [&](const char* file) { return parts->kind + "/" + file; };
    const auto read = [&](const char* file) { return parse_json(read_text(folder / file), named(file)); };

    parts->about = read("about.json");
    std::vector<Problem> problems = about_schema().check(parts->about);
    for (Problem& problem : problems) problem.where = named("about.json") + " " + problem.where;
    if (!problems.empty()) throw Error(Code::data, std::move(problems));

    parts->schema = read("data.schema.json");
    parts->names_citizens = dump_json(parts->schema).find(R"("format":"nik")") != std::string::npos;
    parts->checker = std::make_unique<Schema>(parts->schema, named("data.schema.json"));
    add(problems, form_flaws(parts->schema, named("data.schema.json")));
    for (const char* name : {"isian", "kantor", "surat", "penandatangan"})
        if (parts->schema.contains("properties") && parts->schema.at("properties").contains(name))
            problems.push_back({std::string("nama bidang \"") + name + "\" sudah dipakai templat",
                                named("data.schema.json"), "Beri nama lain."});
    parts->example = read("example.json");
    parts->letter = Template::load(folder / "letter.mustache", partials);
    parts->digest = sha256(as_bytes(canonical_json(parts->about) + canonical_json(parts->schema) +
                                    to_string(parts->letter->digest())));
    parts->subject = Template::plain(parts->about.at("hal").get<std::string>(), named("about.json") + " hal");
    add(problems, parts->letter->unknown_names(parts->schema));
    add(problems, parts->subject->unknown_names(parts->schema));
    static const Json no_columns = Json::object();
    const auto columns = parts->about.find("agenda");
    for (const auto& [column, text] : (columns == parts->about.end() ? no_columns : *columns).items()) {
        parts->agenda[column] =
            Template::plain(text.get<std::string>(), named("about.json") + " agenda." + column);
        add(problems, parts->agenda[column]->unknown_names(parts->schema));
    }
    if (!problems.empty()) throw Error(Code::data, std::move(problems));
    return std::make_shared<const Package>(std::move(parts));
}

Package::Package(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Package::~Package() = default;
const std::string& Package::kind() const { return parts_->kind; }
const Json& Package::about() const { return parts_->about; }
const Json& Package::schema() const { return parts_->schema; }
const Json& Package::example() const { return parts_->example; }
const fs::path& Package::folder() const { return parts_->folder; }

struct Templates::Shelf {
    std::vector<fs::path> folders;
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<const Package>> loaded;
};

Templates::Templates(std::vector<fs::path> folders) : shelf_(std::make_unique<Shelf>()) {
    shelf_->folders = std::move(folders);
}
Templates::~Templates() = default;

std::vector<std::string> Templates::kinds() const {
    std::set<std::string> names;
    for (const fs::path& folder : shelf_->folders) {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(folder, none))
            if (fs::exists(entry.path() / "about.json")) names.insert(entry.path().filename().string());
    }
    return {names.begin(), names.end()};
}

std::shared_ptr<const Package> Templates::get(const std::string& kind) const {
    const std::lock_guard lock(shelf_->mutex);
    if (const auto known = shelf_->loaded.find(kind); known != shelf_->loaded.end()) return known->second;
    const bool plain = !kind.empty() && kind.find('/') == std::string::npos && kind.front() != '.';
    for (const fs::path& folder : shelf_->folders)
        if (plain && fs::exists(folder / kind / "about.json"))
            return shelf_->loaded.emplace(kind, load_package(folder / kind, shelf_->folders)).first->second;
    const std::string near = nearest(kind, kinds());
    throw Error(Code::data, "jenis surat \"" + kind + "\" tidak ada", "",
                near.empty() ? "Lihat daftarnya dengan naskah template list."
                             : "Apakah maksudnya " + near + "? Daftarnya: naskah template list.");
}

std::vector<Problem> check(const Package& package, const Json& data) {
    return package.parts().checker->check(data);
}

Json blank_form(const Package& package, Date today, const Workdays& workdays) {
    const auto blank = package.about().find("kosong");
    if (blank == package.about().end())
        throw Error(Code::data, "jenis " + package.kind() + " bukan formulir yang diisi dengan tangan", "",
                    "Formulir menyebut \"kosong\" dalam about.json.");
    return blank_data(package.schema(), *blank, example_for(package, today, workdays));
}

std::string subject(const Package& package, const Json& data) {
    static const Json none = Json::object();
    return package.parts().subject->fill({data, none, none, none});
}

std::string unfinished_subject(const Package& package, const Json& data) {
    static const Json none = Json::object();
    bool cut = false;
    const Json filled = with_gaps(package.schema(), data, cut);
    return package.parts().subject->fill(
        {.data = filled, .office = none, .letter = none, .signer = none, .unfinished = true});
}

std::map<std::string, std::string> agenda_columns(const Package& package, const Json& data) {
    static const Json none = Json::object();
    std::map<std::string, std::string> filled;
    for (const auto& [column, text] : package.parts().agenda)
        filled[column] = text->fill({data, none, none, none});
    return filled;
}

}  // namespace naskah::generator
