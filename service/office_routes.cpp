// /pengaturan/kantor, /pengaturan/sertifikat, /pengaturan/libur: what an admin does to the office's data.
#include <filesystem>
#include <set>

#include "service/moment.h"
#include "service/settings_desk.h"
#include "service/settings_routes.h"
#include "workflow/certificates.h"

namespace naskah::service {

namespace fs = std::filesystem;

using workflow::Role;
using workflow::SettingsFile;
using workflow::SettingsOutcome;
using What = SettingsOutcome::What;

namespace {

// Names of pictures in the office's folder, for the letterhead.
std::vector<std::pair<std::string, std::string>> pictures_in(const fs::path& root,
                                                             const std::string& chosen) {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(root, none)) {
        const std::string ending = entry.path().extension().string();
        if (entry.is_regular_file() && (ending == ".png" || ending == ".jpg" || ending == ".jpeg"))
            names.insert(entry.path().filename().string());
    }
    if (!chosen.empty()) names.insert(chosen);
    std::vector<std::pair<std::string, std::string>> options;
    for (const std::string& name : names) options.emplace_back(name, name);
    return options;
}

class OfficePages {
public:
    explicit OfficePages(Site& site) : desk_(site) {}

    // The office's data.
    Response office(Visit& visit) {
        const auto stored = desk_.now();
        return show_office(visit, office_fields(visit, stored.value), {}, stored.digest,
                           visit.request.query.get("kabar") == "simpan"
                               ? "Data kantor tersimpan dan langsung dipakai."
                               : "");
    }

    Response save_office(Visit& visit) {
        std::vector<PlainField> fields = office_fields(visit, desk_.now().value);
        take_sent(fields, visit.request.form);
        const auto sent = [&](const char* name) {
            for (const PlainField& field : fields)
                if (field.name == name) return field.value;
            return std::string();
        };
        const SettingsOutcome outcome = desk_.change(visit, [&](Json& office) {
            for (const char* name :
                 {"nama", "singkatan", "tempat", "zona", "alamat_publik", "kepala", "unit", "kalimat_kaki"})
                office[name] = sent(name);
            set_text(office, "bidang", sent("bidang"));
            Json& head = office["kop"];
            head["pemerintah"] = sent("kop.pemerintah");
            head["dinas"] = as_lines(sent("kop.dinas"));
            head["alamat"] = as_lines(sent("kop.alamat"));
            head["lambang"] = sent("kop.lambang");
            set_text(head, "tanda_kaki", sent("kop.tanda_kaki"));
        });
        if (outcome.what == What::conflict)
            return show_office(visit, fields, {}, outcome.now.digest, "",
                               office_fields(visit, outcome.now.value));
        if (!outcome.problems.empty())
            return show_office(visit, fields, outcome.problems, outcome.now.digest, "");
        return redirect("/pengaturan/kantor?kabar=simpan");
    }

    // Certificates.
    Response certificates(Visit& visit) {
        const auto desk = desk_.site().desk();
        const workflow::Certificates found = workflow::certificates(desk->office(), visit.now);
        const Zone zone = desk->office().zone();
        Json page = {{"mendesak", ""}, {"kunci", Json::array()}, {"akar", Json::array()}};
        const auto days = found.days_left();
        if (days && *days < 0)
            page["mendesak"] =
                desk_.say(visit,
                          "Ada sertifikat yang sudah berakhir. Surat tidak dapat ditandatangani "
                          "dengannya. Minta sertifikat baru kepada penerbitnya.");
        else if (days && *days < workflow::warning_days)
            page["mendesak"] =
                desk_.say(visit, "Sertifikat berikutnya berakhir dalam " + std::to_string(*days) +
                                     " hari. Minta perpanjangannya sekarang.");
        for (const workflow::HeldCertificate& one : found.held) {
            Json row = {{"pemegang", one.holder},
                        {"berkas", one.key},
                        {"dipakai", one.in_use},
                        {"aman", false},
                        {"segera", false},
                        {"habis", false},
                        {"masalah", desk_.say(visit, one.trouble)},
                        {"nama", ""},
                        {"penerbit", ""},
                        {"masa", ""},
                        {"sisa", ""}};
            if (one.certificate) {
                row["nama"] = one.certificate->common_name;
                row["penerbit"] = one.certificate->issuer;
                row["masa"] = span(visit, zone, one.certificate->not_before, one.certificate->not_after);
                row["sisa"] = left(visit, one.days_left);
                row[one.days_left < 0                        ? "habis"
                    : one.days_left < workflow::warning_days ? "segera"
                                                             : "aman"] = true;
            }
            page["kunci"].push_back(std::move(row));
        }
        for (const workflow::TrustedCertificate& one : found.trusted) {
            Json row = {{"nama", one.trouble.empty() ? "" : "–"},
                        {"penerbit", "–"},
                        {"masa", desk_.say(visit, one.trouble)},
                        {"berkas", one.file},
                        {"habis", one.days_left < 0},
                        {"sisa", left(visit, one.days_left)}};
            if (one.certificate) {
                row["nama"] = one.certificate->common_name;
                row["penerbit"] = one.certificate->issuer;
                row["masa"] = span(visit, zone, one.certificate->not_before, one.certificate->not_after);
            } else if (one.revocations) {
                row["nama"] = desk_.say(visit, "Daftar pencabutan (CRL)");
                row["penerbit"] = one.revocations->issuer;
                row["masa"] = day_text(visit.language, date_in(zone, one.revocations->issued)) +
                              (one.revocations->next
                                   ? " – " + day_text(visit.language, date_in(zone, *one.revocations->next))
                                   : "");
            }
            page["akar"].push_back(std::move(row));
        }
        return desk_.site().page(visit, "pengaturan-sertifikat",
                                 {.title = "Sertifikat", .section = "/pengaturan"}, page);
    }

    // Holidays.
    Response holidays(Visit& visit) {
        const auto stored = desk_.now(SettingsFile::holidays);
        const std::string_view news = visit.request.query.get("kabar");
        return show_holidays(visit, stored, holiday_fields(visit), {},
                             news == "tambah"  ? "Hari libur ditambahkan."
                             : news == "hapus" ? "Hari libur dihapus."
                                               : "",
                             false);
    }

    Response add_holiday(Visit& visit) {
        std::vector<PlainField> fields = holiday_fields(visit);
        take_sent(fields, visit.request.form);
        const std::string day = fields[0].value;
        std::vector<Problem> problems;
        if (!parse_date(day))
            problems.push_back({"tanggal belum benar", "tanggal", "Pilih tanggal yang ada."});
        if (fields[1].value.empty())
            problems.push_back({"nama belum diisi", "nama", "Misalnya Hari Raya Idulfitri."});
        const auto stored = desk_.now(SettingsFile::holidays);
        if (problems.empty() && stored.value.contains(day))
            problems.push_back(
                {"hari ini sudah ada di daftar", "tanggal", "Hapus dahulu yang lama bila keliru."});
        if (!problems.empty()) return show_holidays(visit, stored, fields, problems, "", false);
        const SettingsOutcome outcome = desk_.change(
            visit,
            [&](Json& table) {
                table[day] = {{"jenis", fields[2].value}, {"nama", fields[1].value}};
                sort_days(table);
            },
            day + ".", SettingsFile::holidays);
        if (outcome.what == What::conflict) return show_holidays(visit, outcome.now, fields, {}, "", true);
        if (!outcome.problems.empty()) {
            problems = outcome.problems;
            for (Problem& problem : problems) problem.where = "jenis";
            return show_holidays(visit, outcome.now, fields, problems, "", false);
        }
        return redirect("/pengaturan/libur?kabar=tambah&tahun=" + day.substr(0, 4));
    }

    Response remove_holiday(Visit& visit) {
        const std::string day(visit.request.form.get("tanggal"));
        const SettingsOutcome outcome = desk_.change(
            visit, [&](Json& table) { table.erase(day); }, "", SettingsFile::holidays);
        if (outcome.what == What::conflict)
            return show_holidays(visit, outcome.now, holiday_fields(visit), {}, "", true);
        const auto date = parse_date(day);
        return redirect("/pengaturan/libur?kabar=hapus" +
                        (date ? "&tahun=" + std::to_string(year_of(*date)) : std::string()));
    }

private:
    std::vector<PlainField> office_fields(const Visit& visit, const Json& office) const {
        const Json& head = office.contains("kop") ? office.at("kop") : office;
        using Kind = PlainField::Kind;
        std::vector<PlainField> fields = {
            {.name = "nama",
             .title = "Nama kantor",
             .hint = "Lengkap, seperti dalam surat.",
             .value = text_of(office, "nama"),
             .wide = true},
            {.name = "singkatan", .title = "Singkatan", .value = text_of(office, "singkatan"), .most = 60},
            {.name = "tempat",
             .title = "Tempat surat dibuat",
             .hint = "Tercetak di depan tanggal surat.",
             .value = text_of(office, "tempat"),
             .most = 100},
            {.name = "zona",
             .title = "Zona waktu",
             .kind = Kind::choice,
             .value = text_of(office, "zona"),
             .options = {{"WIB", "WIB"}, {"WITA", "WITA"}, {"WIT", "WIT"}}},
            {.name = "unit",
             .title = "Kode unit dalam nomor",
             .hint = "Bagian {unit} pada pola nomor.",
             .value = text_of(office, "unit"),
             .most = 60},
            {.name = "bidang",
             .title = "Kode bidang dalam nomor",
             .hint = "Bagian {bidang} pada pola nomor.",
             .required = false,
             .value = text_of(office, "bidang"),
             .most = 60},
            {.name = "kepala",
             .title = "Sebutan kepala kantor",
             .hint = "Jabatan lengkapnya, seperti di judul keputusan. Satu baris satu baris cetak.",
             .kind = Kind::lines,
             .value = text_of(office, "kepala"),
             .rows = 2,
             .wide = true},
            {.name = "kop.pemerintah",
             .title = "Kepala surat: pemerintah daerah",
             .value = text_of(head, "pemerintah"),
             .most = 200,
             .wide = true},
            {.name = "kop.dinas",
             .title = "Kepala surat: nama dinas",
             .hint = "Satu atau dua baris.",
             .kind = Kind::lines,
             .value = lines_of(head, "dinas"),
             .rows = 2,
             .wide = true},
            {.name = "kop.alamat",
             .title = "Kepala surat: alamat",
             .hint = "Satu baris satu baris cetak: jalan, lalu telepon, laman, pos-el.",
             .kind = Kind::lines,
             .value = lines_of(head, "alamat"),
             .rows = 3,
             .wide = true},
            {.name = "kop.lambang",
             .title = "Lambang daerah",
             .hint = "Berkas PNG atau JPEG di folder kantor.",
             .kind = Kind::choice,
             .value = text_of(head, "lambang")},
            {.name = "kop.tanda_kaki",
             .title = "Gambar kecil di kaki surat",
             .kind = Kind::choice,
             .required = false,
             .value = text_of(head, "tanda_kaki")},
            {.name = "kalimat_kaki",
             .title = "Kalimat kaki",
             .hint = "Tercetak di kaki setiap halaman surat yang ditandatangani.",
             .kind = Kind::lines,
             .value = text_of(office, "kalimat_kaki"),
             .most = 1000,
             .rows = 4,
             .wide = true},
            {.name = "alamat_publik",
             .title = "Alamat publik",
             .hint = "Termuat dalam kode QR setiap surat baru. Surat yang sudah terbit memuat alamat yang "
                     "lama: alamat itu harus tetap mengarah ke sini.",
             .value = text_of(office, "alamat_publik"),
             .most = 200,
             .wide = true},
        };
        for (PlainField& field : fields) {
            if (field.name == "kop.lambang") field.options = pictures_in(desk_.site().root(), field.value);
            if (field.name == "kop.tanda_kaki") {
                field.options = pictures_in(desk_.site().root(), field.value);
                field.options.insert(field.options.begin(), {"", desk_.say(visit, "Tanpa gambar")});
            }
        }
        return fields;
    }

    Response show_office(const Visit& visit, std::vector<PlainField> fields, std::vector<Problem> problems,
                         const Sha256& digest, const char* news,
                         std::vector<PlainField> elsewhere = {}) const {
        return desk_.show_form(visit, {.title = "Data kantor",
                                       .about = "Berlaku untuk surat yang terbit mulai sekarang. "
                                                "Surat yang sudah terbit tidak berubah.",
                                       .action = "/pengaturan/kantor",
                                       .button = "Simpan data kantor",
                                       .back = "/pengaturan",
                                       .back_words = "Kembali ke pengaturan",
                                       .news = news,
                                       .fields = std::move(fields),
                                       .problems = std::move(problems),
                                       .digest = digest,
                                       .elsewhere = std::move(elsewhere)});
    }

    std::string left(const Visit& visit, int days) const {
        return desk_.say(visit, days < 0 ? "Sudah berakhir" : "Sisa " + std::to_string(days) + " hari");
    }
    std::string span(const Visit& visit, Zone zone, Instant from, Instant to) const {
        return day_text(visit.language, date_in(zone, from)) + " – " +
               day_text(visit.language, date_in(zone, to));
    }

    std::vector<PlainField> holiday_fields(const Visit& visit) const {
        return {{.name = "tanggal", .title = "Tanggal", .kind = PlainField::Kind::date},
                {.name = "nama", .title = "Nama", .most = 200},
                {.name = "jenis",
                 .title = "Jenis",
                 .kind = PlainField::Kind::choice,
                 .value = "nasional",
                 .options = {{"nasional", desk_.say(visit, "Nasional")},
                             {"cuti bersama", desk_.say(visit, "Cuti bersama")},
                             {"daerah", desk_.say(visit, "Daerah")}}}};
    }

    static void sort_days(Json& table) {
        std::map<std::string, Json> days;
        for (const auto& [day, entry] : table.items()) days[day] = entry;
        table = Json::object();
        for (const auto& [day, entry] : days) table[day] = entry;
    }

    Response show_holidays(const Visit& visit, const workflow::StoredSettings& stored,
                           std::vector<PlainField> fields, std::vector<Problem> problems, const char* news,
                           bool overtaken) const {
        const int today = year_of(date_in(desk_.site().desk()->office().zone(), visit.now));
        std::map<int, int> years = {{today, 0}, {today + 1, 0}};
        int chosen = today;
        Json days = Json::array();
        const std::string asked(visit.request.query.get("tahun"));
        if (const auto first = parse_date(asked + "-01-01")) chosen = year_of(*first);
        if (visit.request.method == "POST")
            if (const auto day = parse_date(visit.request.form.get("tanggal"))) chosen = year_of(*day);
        years[chosen];
        for (const auto& [key, entry] : stored.value.items()) {
            const auto day = parse_date(key);
            if (!day) continue;
            ++years[year_of(*day)];
            if (year_of(*day) != chosen) continue;
            const std::string kind = text_of(entry, "jenis");
            days.push_back(
                {{"kunci", key},
                 {"tanggal", desk_.say(visit, day_name(*day)) + ", " + day_text(visit.language, *day)},
                 {"nama", text_of(entry, "nama")},
                 {"jenis", desk_.say(visit, kind == "nasional" ? "Nasional"
                                            : kind == "daerah" ? "Daerah"
                                                               : "Cuti bersama")}});
        }
        Json tabs = Json::array();
        for (const auto& [year, count] : years)
            tabs.push_back({{"angka", std::to_string(year)}, {"banyak", count}, {"kini", year == chosen}});
        Json page = {{"kabar", desk_.say(visit, news)}, {"tahun", tabs}, {"hari", days}, {"kosong", ""}};
        if (days.empty())
            page["kosong"] =
                desk_.say(visit, "Daftar libur tahun " + std::to_string(chosen) +
                                     " masih kosong: semua hari Senin sampai Jumat dihitung hari kerja.");
        std::vector<PlainField> elsewhere;
        if (overtaken) elsewhere = {{.name = "-", .title = "", .hint = ""}};
        return desk_.show(visit, {.name = "pengaturan-libur",
                                  .title = "Hari libur",
                                  .page = std::move(page),
                                  .fields = std::move(fields),
                                  .problems = std::move(problems),
                                  .digest = stored.digest,
                                  .elsewhere = std::move(elsewhere)});
    }

    SettingsDesk desk_;
};

}  // namespace

void add_office_routes(Service& service, Site& site) {
    const auto pages = std::make_shared<OfficePages>(site);
    const auto add = [&](const char* method, const char* pattern, Response (OfficePages::*act)(Visit&)) {
        service.router().add({method, pattern, Access::of({Role::admin}),
                              [pages, act](Visit& visit) { return (pages.get()->*act)(visit); }});
    };
    add("GET", "/pengaturan/kantor", &OfficePages::office);
    add("POST", "/pengaturan/kantor", &OfficePages::save_office);
    add("GET", "/pengaturan/sertifikat", &OfficePages::certificates);
    add("GET", "/pengaturan/libur", &OfficePages::holidays);
    add("POST", "/pengaturan/libur/tambah", &OfficePages::add_holiday);
    add("POST", "/pengaturan/libur/hapus", &OfficePages::remove_holiday);
}

}  // namespace naskah::service
