// backup, restore, register reconcile: safe keeping.
#include <algorithm>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "workflow/backup.h"
#include "workflow/reconcile.h"

namespace naskah::cli {

namespace {

workflow::Office open_office(const Common& common) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    return workflow::Office::open(common.office);
}

std::string told(const Json& manifest) {
    return "  kantor: " + manifest.at("office").get<std::string>() +
           "\n  dibuat: " + manifest.at("made_at").get<std::string>() + ", " +
           std::to_string(manifest.at("letters").get<std::int64_t>()) + " surat, " +
           std::to_string(manifest.at("files").size()) + " berkas, " +
           (manifest.at("with_keys").get<bool>() ? "dengan kunci (rahasia)" : "tanpa kunci") +
           "\n  ujung log: " + std::to_string(manifest.at("log").at("seq").get<std::int64_t>()) + " " +
           manifest.at("log").at("hash").get<std::string>() + "\n";
}

}  // namespace

int backup(const Common& common, const BackupOptions& options) {
    const workflow::Office office = open_office(common);
    if (options.file.empty() == options.folder.empty())
        throw Error(Code::usage, "sebutkan BERKAS.tar atau --into FOLDER", "",
                    "Contoh: naskah backup /srv/cadangan/kantor.tar");
    const workflow::Backup made =
        options.folder.empty()
            ? workflow::back_up(office, {.file = options.file, .with_keys = options.with_keys},
                                system_clock())
            : workflow::back_up_into(office, options.folder, options.keep, options.with_keys, system_clock());
    if (common.json)
        print(dump_json({{"path", made.file.string()},
                         {"sha256", to_string(made.sha256)},
                         {"made_at", made.manifest.at("made_at")},
                         {"letters", made.manifest.at("letters")},
                         {"log", made.manifest.at("log")},
                         {"with_keys", options.with_keys},
                         {"problems", made.manifest.at("problems")}}) +
              "\n");
    else
        print("Cadangan: " + made.file.string() + "\n" + told(made.manifest) +
              "  SHA-256: " + to_string(made.sha256) + "\n");
    if (made.problems.empty()) return 0;
    complain(made.problems);
    warn({{"cadangan dibuat, tetapi register tidak utuh", made.file.string(),
           "Simpan cadangan-cadangan yang lebih lama, dan cari sebabnya sekarang."}});
    return static_cast<int>(Code::data);
}

int backup_verify(const Common& common, const BackupOptions& options) {
    const Json manifest = workflow::verify_backup(options.file);
    if (common.json)
        print(dump_json(manifest) + "\n");
    else
        print("Cadangan utuh: " + options.file.string() + "\n" + told(manifest));
    return 0;
}

int restore(const Common& common, const RestoreOptions& options) {
    const workflow::Restored done =
        workflow::restore(options.file, options.folder, options.storage, system_clock(), "cli");
    if (common.json) {
        print(dump_json({{"path", done.folder.string()},
                         {"storage", done.storage},
                         {"letters", done.manifest.at("letters")},
                         {"with_keys", done.has_keys}}) +
              "\n");
        return 0;
    }
    print("Kantor dipulihkan di " + done.folder.string() + ", register di " + done.storage + ".\n" +
          told(done.manifest) +
          (done.has_keys ? ""
                         : "Cadangan ini tanpa kunci: taruh kembali isi folder keys/ (mode 0600) sebelum "
                           "menandatangani dan masuk dengan kode sekali pakai.\n") +
          "Kantor ini BELUM menerbitkan surat. Cari nomor terakhir setiap seri yang sudah keluar, lalu:\n"
          "  naskah register reconcile                                 keadaan setiap seri\n"
          "  naskah register reconcile --series SERI --last NOMOR      nomor terakhir yang sudah keluar\n"
          "  naskah register reconcile --series SERI --none            seri yang belum pernah dipakai\n");
    return 0;
}

int register_reconcile(const Common& common, const ReconcileOptions& options) {
    workflow::Desk desk(open_office(common), system_clock(), system_random(), ask_secret(-1));
    const Instant now = system_clock().now();
    if (options.unchanged) {
        const auto done = workflow::reconcile_unchanged(desk, system_random(), now, "cli");
        std::string text = done.empty() ? "Tidak ada seri yang menunggu pencocokan.\n" : "";
        for (const std::string& series : done)
            text += series + "\tcocok: tidak ada yang terbit sesudah cadangan\n";
        print(text);
        return 0;
    }
    if (options.series.empty()) {
        if (!options.last.empty() || options.none || !options.files.empty())
            throw Error(Code::usage, "seri belum disebut", "--series", "Tambahkan --series SERI.");
        Json rows = Json::array();
        std::string text;
        for (const workflow::SeriesState& state : workflow::reconciliation_state(desk)) {
            rows.push_back({{"series", state.series},
                            {"last", state.last.empty() ? Json(nullptr) : Json(state.last)},
                            {"date", state.date ? Json(to_iso(*state.date)) : Json(nullptr)},
                            {"pending", state.pending}});
            text += state.series + "\t" + (state.pending ? "MENUNGGU" : "siap") + "\t" +
                    (state.last.empty() ? "belum ada surat" : state.last + "\t" + to_iso(*state.date)) + "\n";
        }
        print(common.json ? dump_json(rows) + "\n" : text);
        return 0;
    }
    const workflow::ReconcileReport report = workflow::reconcile(desk,
                                                                 {.series = options.series,
                                                                  .last = options.last,
                                                                  .none = options.none,
                                                                  .files = options.files,
                                                                  .missing = options.missing,
                                                                  .actor = "cli"},
                                                                 system_random(), now);
    warn(report.warnings);
    if (common.json) {
        print(dump_json({{"series", options.series},
                         {"last", report.last.empty() ? Json(nullptr) : Json(report.last)},
                         {"void", report.done.lost},
                         {"closed", report.done.closed},
                         {"readmitted", report.readmitted}}) +
              "\n");
        return 0;
    }
    std::string text;
    for (const std::string& number : report.readmitted) text += number + "\tterbit, menurut berkasnya\n";
    for (const std::string& number : report.done.closed)
        text += number + "\tBATAL: belum ditandatangani dalam cadangan\n";
    for (const std::string& number : report.done.lost)
        text += number + "\tBATAL: terbit sebelum pemulihan, tidak ada dalam cadangan\n";
    print(text + "Seri " + options.series + " cocok" +
          (report.last.empty() ? ": belum pernah ada suratnya" : " sampai " + report.last) +
          ". Surat berikutnya boleh diterbitkan.\n");
    return 0;
}

}  // namespace naskah::cli
