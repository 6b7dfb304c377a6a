#include "workflow/office.h"

#include <algorithm>
#include <cstdlib>

#include "core/error.h"
#include "core/file.h"
#include "core/identity.h"
#include "core/text.h"
#include "workflow/keys.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr const char* file_name = "office.json";
constexpr const char* holidays_name = "libur.json";

// Reads a settings object and gathers what is wrong with it, field by field.
class Checker {
public:
    explicit Checker(std::vector<Problem>& problems) : problems_(problems) {}

    void wrong(const std::string& field, const std::string& what, const std::string& remedy = {}) {
        problems_.push_back({what, std::string(file_name) + ": " + field, remedy});
    }
    std::string text(const Json& object, const std::string& name, const std::string& path) {
        const auto found = object.find(name);
        if (found == object.end() || !found->is_string() || found->get<std::string>().empty()) {
            wrong(path + name, "wajib diisi dengan teks");
            return {};
        }
        return found->get<std::string>();
    }
    void optional_texts(const Json& object, std::initializer_list<const char*> names,
                        const std::string& path) {
        for (const char* name : names)
            if (const auto found = object.find(name); found != object.end() && !found->is_string())
                wrong(path + name, "harus berupa teks");
    }
    void term(const Json& object, const std::string& path, bool needs_begin) {
        const auto from = date(object, "mulai", path, needs_begin), to = date(object, "selesai", path, false);
        if (from && to && *to < *from) wrong(path + "selesai", "lebih awal daripada mulai");
    }
    void lines(const Json& object, const std::string& name, const std::string& path) {
        const auto found = object.find(name);
        if (found == object.end() || !found->is_array() || found->empty() ||
            !std::all_of(found->begin(), found->end(), [](const Json& line) { return line.is_string(); }))
            wrong(path + name, "wajib berupa daftar baris teks");
    }
    std::optional<Date> date(const Json& object, const std::string& name, const std::string& path,
                             bool needed) {
        const auto found = object.find(name);
        if (found == object.end() && !needed) return {};
        const auto date = found != object.end() && found->is_string() ? parse_date(found->get<std::string>())
                                                                      : std::nullopt;
        if (!date) wrong(path + name, "wajib berupa tanggal yang ada, misalnya 2026-01-31");
        return date;
    }
    void each(const Json& parent, const std::string& name,
              void (*check)(const Json& item, const std::string& path, Checker& checker)) {
        const auto found = parent.find(name);
        if (found == parent.end() || !found->is_array()) return wrong(name, "wajib berupa daftar");
        for (std::size_t i = 0; i < found->size(); ++i)
            check((*found)[i], name + "[" + std::to_string(i) + "].", *this);
    }
    const Json& object(const Json& parent, const std::string& name) {
        static const Json none = Json::object();
        const auto found = parent.find(name);
        if (found != parent.end() && found->is_object()) return *found;
        wrong(name, "wajib ada");
        return none;
    }

private:
    std::vector<Problem>& problems_;
};

// A skeleton that `init` wrote is not filled in yet where a text begins with "ISI ".
void find_blanks(const Json& value, const std::string& path, Checker& checker) {
    if (value.is_string() && value.get<std::string>().starts_with("ISI ")) {
        checker.wrong(path, "belum diisi", value.get<std::string>());
    } else if (value.is_structured()) {
        for (const auto& [name, item] : value.items())
            find_blanks(item, path + (value.is_array() ? "[" + name + "]" : (path.empty() ? "" : ".") + name),
                        checker);
    }
}

void check_official(const Json& official, const std::string& path, Checker& checker) {
    for (const char* name : {"id", "nama", "pangkat"}) checker.text(official, name, path);
    checker.optional_texts(official, {"nama_tanpa_gelar", "kunci"}, path);
    checker.lines(official, "jabatan", path);
    if (!parse_nip(checker.text(official, "nip", path)))
        checker.wrong(path + "nip", "bukan NIP 18 angka yang benar");
    checker.term(official, path, true);
}

// Somebody whom letters name and who signs none.
void check_employee(const Json& employee, const std::string& path, Checker& checker) {
    if (!employee.is_object())
        return checker.wrong(path.substr(0, path.size() - 1), "harus berupa isian bertingkat");
    for (const char* name : {"nama", "jabatan"}) checker.text(employee, name, path);
    checker.optional_texts(employee, {"nip", "pangkat"}, path);
    const Json nip = employee.value("nip", Json(""));
    if (nip.is_string() && nip != "" && !parse_nip(nip.get<std::string>()))
        checker.wrong(path + "nip", "bukan NIP 18 angka yang benar");
}

// Who signs which kinds, and when.
void check_signing_rule(const Json& rule, const std::string& path, Checker& checker) {
    if (!rule.is_object())
        return checker.wrong(path.substr(0, path.size() - 1), "harus berupa isian bertingkat");
    checker.lines(rule, "jenis", path);
    checker.text(rule, "pejabat", path);
    checker.optional_texts(rule, {"sebagai", "atas_nama", "melalui"}, path);
    checker.term(rule, path, false);
    const Json capacity = rule.value("sebagai", Json(""));
    if (capacity != "" && capacity != "a.n." && capacity != "u.b." && capacity != "Plt." &&
        capacity != "Plh.")
        checker.wrong(path + "sebagai", "tidak dikenal",
                      "Tulis \"a.n.\", \"u.b.\", \"Plt.\", atau \"Plh.\".");
    if (capacity == "u.b." && !rule.contains("melalui"))
        checker.wrong(path + "melalui", "wajib diisi bila sebagai \"u.b.\"",
                      "Sebutkan id pejabat di antaranya.");
}

// Whom a rule names must be in the list: a letter would else be signed with another post than was meant.
void check_names(const Json& rules, const Json& officials, Checker& checker) {
    for (std::size_t i = 0; i < rules.size(); ++i)
        for (const char* name : {"pejabat", "atas_nama", "melalui"}) {
            const bool implied = name == std::string_view("atas_nama") && rules[i].contains("sebagai");
            const std::string id = rules[i].value(name, implied ? "kepala" : "");
            if (!id.empty() && std::none_of(officials.begin(), officials.end(),
                                            [&](const Json& one) { return one.at("id") == id; }))
                checker.wrong("penandatangan[" + std::to_string(i) + "]." + name,
                              "tidak ada pejabat dengan id \"" + id + "\"",
                              "Samakan dengan salah satu id dalam daftar pejabat.");
        }
}

// Two officials of one id would be told apart by chance.
void check_ids(const Json& officials, Checker& checker) {
    for (std::size_t i = 0; i < officials.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (officials[i].at("id") == officials[j].at("id"))
                checker.wrong("pejabat[" + std::to_string(i) + "].id", "sudah dipakai pejabat lain",
                              "Beri setiap pejabat id sendiri.");
}

// The level of signatures, and whom to ask for the time.
void check_signing(const Json& signing, Checker& checker) {
    const Json level = signing.value("level", Json("b"));
    const auto known = level.is_string() ? signing::parse_level(level.get<std::string>()) : std::nullopt;
    if (!known) checker.wrong("signing.level", "tidak dikenal", "Tulis \"b\", \"t\", \"lt\", atau \"lta\".");
    const Json urls = signing.value("timestamp_authorities", Json::array());
    bool good = urls.is_array();
    for (std::size_t i = 0; good && i < urls.size(); ++i)
        good = urls[i].is_string() && signing::is_web_address(urls[i].get<std::string>());
    if (!good)
        checker.wrong("signing.timestamp_authorities", "wajib berupa daftar alamat http:// atau https://",
                      "Misalnya [\"https://tsa.contoh.go.id\"], tanpa nama pengguna dan kata sandi.");
    else if (known && *known != signing::Level::b && urls.empty())
        checker.wrong("signing.timestamp_authorities", "wajib diisi untuk tingkat di atas b",
                      "Isi alamat otoritas waktu, atau pakai tingkat \"b\".");
}

std::vector<Problem> check_settings(const Json& settings) {
    std::vector<Problem> problems;
    Checker checker(problems);
    find_blanks(settings, "", checker);
    if (!problems.empty()) return problems;
    for (const char* name : {"nama", "singkatan", "tempat", "kepala", "unit", "kalimat_kaki"})
        checker.text(settings, name, "");
    checker.optional_texts(settings, {"kode", "bidang", "penyimpanan", "otoritas_tls"}, "");
    if (const Json store = settings.value("penyimpanan", Json("")); store.is_string())
        if (const auto problem = storage::check_address(store.get<std::string>()))
            checker.wrong("penyimpanan", problem->what, problem->remedy);
    if (!settings.value("contoh", Json(false)).is_boolean()) checker.wrong("contoh", "harus true atau false");
    const std::string address = checker.text(settings, "alamat_publik", "");
    if (!address.starts_with("https://") && !address.starts_with("http://localhost"))
        checker.wrong("alamat_publik", "wajib diawali https://");
    if (!parse_zone(checker.text(settings, "zona", ""))) checker.wrong("zona", "wajib WIB, WITA, atau WIT");
    const Json& head = checker.object(settings, "kop");
    checker.text(head, "pemerintah", "kop.");
    checker.text(head, "lambang", "kop.");
    checker.lines(head, "dinas", "kop.");
    checker.lines(head, "alamat", "kop.");
    const Json& series = checker.object(settings, "seri");
    for (const auto& [name, one] : series.items()) {
        try {
            numbering::Pattern::parse(checker.text(one, "pola", "seri." + name + "."));
        } catch (const Error& error) {
            checker.wrong("seri." + name + ".pola", error.problems()[0].what, error.problems()[0].remedy);
        }
    }
    if (settings.contains("jenis"))
        for (const auto& [kind, own] : checker.object(settings, "jenis").items()) {
            if (!own.is_object()) checker.wrong("jenis." + kind, "harus berupa isian bertingkat");
            checker.optional_texts(own, {"seri", "kode", "unit", "bidang", "sifat"}, "jenis." + kind + ".");
        }
    if (settings.contains("jam_kerja")) {
        const Json& hours = checker.object(settings, "jam_kerja");
        const auto begins = to_clock(checker.text(hours, "mulai", "jam_kerja."));
        const auto ends = to_clock(checker.text(hours, "selesai", "jam_kerja."));
        if (!begins || !ends || *ends <= *begins)
            checker.wrong("jam_kerja", "wajib dua jam yang berurutan",
                          "Misalnya {\"mulai\": \"07.30\", \"selesai\": \"16.00\"}.");
    }
    if (settings.contains("signing")) check_signing(checker.object(settings, "signing"), checker);
    for (Problem& problem : check_keys(settings)) problems.push_back(std::move(problem));
    if (settings.contains("segel"))
        checker.optional_texts(checker.object(settings, "segel"), {"nama", "kunci"}, "segel.");
    checker.each(settings, "pejabat", check_official);
    if (settings.contains("pegawai")) checker.each(settings, "pegawai", check_employee);
    if (settings.contains("penandatangan")) checker.each(settings, "penandatangan", check_signing_rule);
    if (problems.empty()) check_ids(settings.at("pejabat"), checker);
    if (problems.empty() && settings.contains("penandatangan"))
        check_names(settings.at("penandatangan"), settings.at("pejabat"), checker);
    return problems;
}

std::vector<fs::path> trusted_files(const fs::path& root) {
    std::vector<fs::path> files;
    if (fs::is_directory(root / "trust"))
        for (const auto& entry : fs::directory_iterator(root / "trust"))
            if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

bool in_term(const Json& term, Date day) {
    const auto from = parse_date(term.value("mulai", "")), to = parse_date(term.value("selesai", ""));
    return (!from || *from <= day) && (!to || day <= *to);
}

bool applies(const Json& rule, const std::string& kind) {
    const Json& kinds = rule.at("jenis");
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](const Json& one) { return one == "*" || one == kind; });
}

bool has_rule(const Json& about, const char* name) {
    const auto rules = about.find("aturan");
    return rules != about.end() && std::any_of(rules->begin(), rules->end(), [&](const Json& rule) {
               return rule.value("aturan", "") == name;
           });
}

// The lines over the name: "Kepala Dinas ...,", "Plt. Kepala Dinas ...,", "a.n. Kepala Dinas ...," /
// "Sekretaris,". Domain notes 1.4.
Json post_lines(const Json& rule, const Json& official, const Json* principal, const Json* between) {
    const std::string capacity = rule.value("sebagai", "");
    const auto with_comma = [](Json lines) {
        lines.back() = lines.back().get<std::string>() + ",";
        return lines;
    };
    if (capacity.empty() || !principal) return with_comma(official.at("jabatan"));
    Json lines = principal->at("jabatan");
    lines.front() = (capacity == "u.b." ? "a.n." : capacity) + " " + lines.front().get<std::string>();
    lines = with_comma(lines);
    if (capacity == "Plt." || capacity == "Plh.") return lines;
    if (capacity == "u.b." && between) {
        for (const Json& line : between->at("jabatan")) lines.push_back(line);
        lines.push_back("u.b.");
    }
    for (const Json& line : with_comma(official.at("jabatan"))) lines.push_back(line);
    return lines;
}

}  // namespace

Office Office::open(const fs::path& root) {
    std::error_code failed;
    if (!fs::is_directory(root, failed))
        throw Error(Code::data, "folder kantor tidak ada", root.string(),
                    "Buat dengan: naskah init " + root.string());
    if (!fs::exists(root / file_name))
        throw Error(Code::data, "folder ini bukan kantor: tidak ada office.json", root.string(),
                    "Sebutkan folder yang dibuat oleh naskah init.");
    Json holidays = Json::object();
    if (fs::exists(root / holidays_name))
        holidays = parse_json(read_text(root / holidays_name), holidays_name);
    return from(root, parse_json(read_text(root / file_name), file_name), holidays);
}

Office Office::from(const fs::path& root, Json settings, const Json& holidays) {
    Office office;
    office.root_ = fs::canonical(root);
    office.settings_ = std::move(settings);
    if (!office.settings_.is_object()) throw Error(Code::data, "isi berkas bukan objek JSON", file_name);
    if (auto problems = check_settings(office.settings_); !problems.empty())
        throw Error(Code::data, std::move(problems));
    office.name_ = office.settings_.at("nama").get<std::string>();
    office.public_address_ = office.settings_.at("alamat_publik").get<std::string>();
    while (office.public_address_.ends_with('/')) office.public_address_.pop_back();
    office.zone_ = *parse_zone(office.settings_.at("zona").get<std::string>());
    office.demo_ = office.settings_.value("contoh", false);
    office.workdays_ = Workdays(holidays, holidays_name);
    return office;
}

std::string Office::verify_url(const LetterId& id) const { return public_address_ + "/v/" + to_string(id); }

std::optional<LetterId> Office::id_in(std::string_view url) const {
    const std::string prefix = public_address_ + "/v/";
    return url.starts_with(prefix) ? parse_letter_id(url.substr(prefix.size())) : std::nullopt;
}

Json Office::surroundings() const {
    Json seen = settings_;
    for (const char* name : {"pejabat", "pegawai", "penandatangan", "segel", "seri", "jenis", "penyimpanan",
                             "contoh", "jam_kerja", "signing", "kunci", "otoritas_tls"})
        seen.erase(name);
    return seen;
}

Office::Series Office::series_of(const Json& about, const std::string& kind,
                                 const std::string& wanted) const {
    static const Json none = Json::object();
    const Json& kinds = settings_.contains("jenis") ? settings_.at("jenis") : none;
    const Json& own = kinds.contains(kind) ? kinds.at(kind) : none;
    const auto chosen = [&](const char* name) -> std::string {
        for (const Json* place : {&own, &about, &settings_})
            if (const auto found = place->find(name); found != place->end() && found->is_string())
                return found->get<std::string>();
        return {};
    };
    Series series;
    series.name = wanted.empty() ? chosen("seri") : wanted;
    const Json& all = settings_.at("seri");
    if (!all.contains(series.name)) {
        std::string known;
        for (const auto& [name, one] : all.items()) known += (known.empty() ? "" : ", ") + name;
        throw Error(Code::data, "seri nomor \"" + series.name + "\" tidak ada", kind,
                    "Pilih salah satu: " + known + ".");
    }
    series.pattern = all.at(series.name).at("pola").get<std::string>();
    series.parts.kode = chosen("kode");
    series.parts.unit = chosen("unit");
    series.parts.bidang = chosen("bidang");
    series.parts.sifat = own.value("sifat", "");
    return series;
}

Signer Office::signer_of(const Json& about, const std::string& kind, Date day) const {
    const Json& officials = settings_.at("pejabat");
    const auto official = [&](const std::string& id, bool now) -> const Json* {
        for (const Json& one : officials)
            if (one.at("id") == id && (!now || in_term(one, day))) return &one;
        return nullptr;
    };
    static const Json none = Json::array();
    const Json& rules = settings_.contains("penandatangan") ? settings_.at("penandatangan") : none;
    for (const Json& rule : rules) {
        if (!applies(rule, kind) || !in_term(rule, day)) continue;
        const std::string id = rule.at("pejabat").get<std::string>();
        const Json* person = official(id, true);
        if (!person)
            throw Error(Code::data, "pejabat \"" + id + "\" tidak sedang menjabat pada " + to_long(day),
                        "office.json: penandatangan",
                        "Perbarui masa jabatan, atau tunjuk Plt./Plh. di office.json.");
        const std::string capacity = rule.value("sebagai", "");
        const Json* principal = official(rule.value("atas_nama", "kepala"), false);
        const Json* between = official(rule.value("melalui", ""), false);
        const bool titled = about.value("gelar", true);
        Signer signer;
        signer.printed = {
            {"id", id},
            {"jabatan", post_lines(rule, *person, principal, between)},
            {"nama", titled ? person->at("nama")
                            : Json(person->value("nama_tanpa_gelar", person->at("nama").get<std::string>()))},
            {"pangkat", person->at("pangkat")},
            {"nip", to_string(*parse_nip(person->at("nip").get<std::string>()))},
            {"sebagai", capacity}};
        if ((capacity == "Plt." || capacity == "Plh.") && has_rule(about, "peringatan_mandat"))
            signer.warnings.push_back(
                {capacity +
                     " menandatangani keputusan: mandat tidak mencakup keputusan yang mengubah status hukum "
                     "organisasi, kepegawaian, dan alokasi anggaran (UU 30/2014 Pasal 14)",
                 kind, "Pastikan keputusan ini termasuk wewenangnya."});
        // Letters that no official signs electronically carry the office's own seal.
        const bool head_signs = about.value("penandatangan", "kepala") == "kepala";
        static const Json no_seal = Json::object();
        const Json& holder = head_signs                    ? *person
                             : settings_.contains("segel") ? settings_.at("segel")
                                                           : no_seal;
        if (!holder.contains("kunci"))
            throw Error(Code::data, "belum ada kunci untuk menandatangani",
                        head_signs ? "office.json: pejabat " + id : "office.json: segel",
                        "Isi \"kunci\" dengan nama berkas PKCS#12 di keys/, atau nama dari daftar kunci "
                        "(docs/keys.md).");
        signer.key = holder.at("kunci").get<std::string>();
        return signer;
    }
    throw Error(Code::data, "tidak ada penanda tangan untuk jenis surat ini pada " + to_long(day),
                "office.json: penandatangan",
                "Tambahkan aturan dengan \"jenis\": [\"" + kind + "\"] atau [\"*\"].");
}

std::unique_ptr<signing::Key> Office::open_key(const fs::path& file, const AskSecret& ask) const {
    if (!demo_) return open_key_file(file, ask);
    return open_key_file(file, [&](const std::string&) {
        return trim(read_text(fs::path(file).replace_extension(".sandi")));
    });
}

std::unique_ptr<signing::Key> open_key_file(const fs::path& file, const AskSecret& ask) {
    const Bytes p12 = read_file(file, 1u << 20);
    std::string passphrase = ask("Kata sandi " + file.filename().string());
    try {
        auto key = signing::open_pkcs12(p12, passphrase);
        wipe(passphrase);
        return key;
    } catch (const Error& error) {
        wipe(passphrase);
        std::vector<Problem> problems = error.problems();
        for (Problem& problem : problems)
            if (problem.where.empty()) problem.where = file.filename().string();
        throw Error(error.code(), std::move(problems));
    }
}

std::string Office::database_address() const {
    const std::string named = settings_.value("penyimpanan", "naskah.db");
    return storage::is_server_address(named) ? named : (root_ / named).string();
}

std::shared_ptr<storage::Connections> Office::open_database() const {
    return storage::open_database(database_address(), false);
}

std::unique_ptr<storage::Register> Office::open_register() const {
    return storage::open_register(open_database());
}

verify::Trust Office::trust() const {
    verify::Trust trust;
    for (const fs::path& file : trusted_files(root_))
        trust.add(read_file(file, 16u << 20), file.filename().string());
    return trust;
}

signing::AtHand Office::at_hand() const {
    signing::AtHand at_hand;
    for (const fs::path& file : trusted_files(root_)) at_hand.add(read_file(file, 16u << 20));
    return at_hand;
}

signing::Level Office::level() const {
    const Json signing = settings_.value("signing", Json::object());
    return *signing::parse_level(signing.value("level", "b"));
}

std::vector<std::string> Office::timestamp_authorities() const {
    const Json signing = settings_.value("signing", Json::object());
    return signing.value("timestamp_authorities", std::vector<std::string>{});
}

fs::path Office::tls_authorities() const {
    const std::string file = settings_.value("otoritas_tls", "");
    return file.empty() ? fs::path() : root_ / file;
}

std::vector<fs::path> Office::template_folders() const {
    std::vector<fs::path> folders;
    if (fs::is_directory(root_ / "templates")) folders.push_back(root_ / "templates");
    folders.push_back(shipped_templates());
    return folders;
}

fs::path shipped_templates() {
    if (const char* named = std::getenv("NASKAH_TEMPLATES")) return named;
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (const fs::path& folder : {program / "../share/naskah/templates", program / "../../templates"})
        if (fs::is_directory(folder / "partials", failed)) return fs::canonical(folder);
    throw Error(Code::internal, "templat bawaan tidak ditemukan", program.string(),
                "Isi NASKAH_TEMPLATES dengan foldernya.");
}

}  // namespace naskah::workflow
