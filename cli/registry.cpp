// register list, export, void, withdraw, get, check, init.
#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "storage/accounts.h"
#include "storage/drafts.h"
#include "workflow/agenda.h"
#include "workflow/office.h"

namespace naskah::cli {

namespace {

struct Opened {
    workflow::Office office;
    std::shared_ptr<storage::Connections> database;
    std::unique_ptr<storage::Register> letters;

    workflow::AgendaWalk walk(const RegisterOptions& options) const;
};

Opened open(const Common& common) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    workflow::Office office = workflow::Office::open(common.office);
    auto database = office.open_database();
    auto letters = storage::open_register(database);
    return {std::move(office), std::move(database), std::move(letters)};
}

workflow::AgendaWalk Opened::walk(const RegisterOptions& options) const {
    storage::AgendaFilter filter;
    filter.kind = options.kind;
    filter.series = options.series;
    filter.year = options.year;
    filter.text = options.text;
    if (!options.status.empty()) {
        filter.status = workflow::parse_status_word(options.status);
        if (!filter.status)
            throw Error(Code::usage, "status tidak dikenal: " + options.status, "--status",
                        "Pilih dipesan, terbit, batal, dicabut, atau diralat.");
    }
    return {storage::Agenda(database), std::move(filter), storage::AgendaOrder::number};
}

storage::Letter find_letter(storage::Register& letters, const std::string& number) {
    if (auto letter = letters.find_number(number)) return *letter;
    throw Error(Code::data, "nomor tidak ada di register: " + number, "",
                "Lihat daftarnya: naskah register list");
}

}  // namespace

int register_list(const Common& common, const RegisterOptions& options) {
    const Opened opened = open(common);
    workflow::AgendaWalk walk = opened.walk(options);
    if (common.json) {
        print(dump_json_pretty(workflow::agenda_json(std::move(walk), opened.office.zone())) + "\n");
        return 0;
    }
    std::string text;
    for (auto rows = walk.next(); !rows.empty(); rows = walk.next())
        for (const storage::AgendaRow& row : rows)
            text += row.number + "\t" + to_iso(row.date) + "\t" + workflow::status_word(row.status) + "\t" +
                    row.kind + "\t" + row.subject + (row.reason.empty() ? "" : "\t" + row.reason) + "\n";
    const bool all = options.kind.empty() && options.series.empty() && options.status.empty() &&
                     options.text.empty() && !options.year;
    print(!text.empty() ? text : all ? "Register masih kosong.\n" : "Tidak ada surat yang cocok.\n");
    return 0;
}

int register_export(const Common& common, const RegisterOptions& options) {
    const Opened opened = open(common);
    workflow::AgendaWalk walk = opened.walk(options);
    const Zone zone = opened.office.zone();
    if (common.json) {
        print(dump_json_pretty(workflow::agenda_json(std::move(walk), zone)) + "\n");
        return 0;
    }
    if (options.xlsx.empty()) {
        const workflow::Pieces pieces = workflow::agenda_csv(std::move(walk), zone, false);
        for (std::string piece = pieces(); !piece.empty(); piece = pieces()) print(piece);
        return 0;
    }
    const workflow::Pieces pieces =
        workflow::agenda_xlsx(std::move(walk), zone, opened.office.name(), system_clock().now());
    std::string workbook;
    for (std::string piece = pieces(); !piece.empty(); piece = pieces()) workbook += piece;
    write_file(options.xlsx, as_bytes(workbook));
    print(options.xlsx.string() + "\n");
    return 0;
}

int register_void(const Common& common, const RegisterOptions& options) {
    const Opened opened = open(common);
    const storage::Letter letter = find_letter(*opened.letters, options.number);
    if (letter.status == storage::Status::issued)
        throw Error(Code::data, "nomor " + letter.number + " sudah terbit dan tidak dapat dibatalkan", "",
                    "Surat yang sudah ditandatangani dikoreksi dengan surat baru: ralat, perubahan, atau "
                    "pencabutan.");
    opened.letters->make_void(letter.id, options.reason, system_clock().now(), "cli");
    print(letter.number + "\tBATAL\t" + options.reason + "\n");
    return 0;
}

int register_withdraw(const Common& common, const RegisterOptions& options) {
    const Opened opened = open(common);
    const auto correction = workflow::parse_correction(options.as);
    if (!correction)
        throw Error(Code::usage, "jenis koreksi tidak dikenal: " + options.as, "--as",
                    "Pilih ralat, ubah, cabut, atau batal.");
    const storage::Letter letter = find_letter(*opened.letters, options.number);
    const storage::Letter by = find_letter(*opened.letters, options.by);
    const storage::Letter now = workflow::correct(*opened.letters, letter, by, *correction, options.reason,
                                                  system_clock().now(), "cli");
    print(now.number + "\t" + workflow::status_word(now.status) + "\t" + by.number + "\t" + now.reason +
          "\n");
    return 0;
}

int register_get(const Common& common, const RegisterOptions& options) {
    const Opened opened = open(common);
    const storage::Letter letter = find_letter(*opened.letters, options.number);
    const auto pdf = opened.letters->pdf(letter.id);
    if (!pdf)
        throw Error(Code::data,
                    "nomor " + letter.number + " belum mempunyai berkas, statusnya " +
                        workflow::status_word(letter.status),
                    "", "Jika proses terhenti: naskah resume");
    write_file(options.out, *pdf);
    print(letter.number + "\t" + options.out.string() + "\n");
    return 0;
}

int register_init(const Common& common) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    const workflow::Office office = workflow::Office::open(common.office);
    workflow::begin_register(office);
    print("Register kosong dimulai. Nomor pertama setiap seri adalah 1.\n");
    return 0;
}

int register_check(const Common& common) {
    const Opened opened = open(common);
    std::vector<Problem> problems = opened.letters->check();
    const auto database = opened.office.open_database();
    for (const auto& more : {storage::Drafts(database).check(), storage::Accounts(database).check()})
        problems.insert(problems.end(), more.begin(), more.end());
    complain(problems);
    if (problems.empty())
        print(
            "Register utuh: nomor rapat dan unik, tanggal urut, berkas, konsep, akun, dan catatan cocok.\n");
    return problems.empty() ? 0 : static_cast<int>(Code::data);
}

}  // namespace naskah::cli
