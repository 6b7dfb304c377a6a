// register list, export, void, get, check.
#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "workflow/agenda.h"
#include "workflow/office.h"

namespace naskah::cli {

namespace {

struct Opened {
    workflow::Office office;
    std::unique_ptr<storage::Register> letters;
};

Opened open(const Common& common) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    workflow::Office office = workflow::Office::open(common.office);
    auto letters = office.open_register();
    return {std::move(office), std::move(letters)};
}

// The word that people read, or the name that programs do.
std::optional<storage::Status> status_of(const std::string& word) {
    if (word == "dipesan") return storage::Status::reserved;
    if (word == "terbit") return storage::Status::issued;
    if (word == "batal") return storage::Status::void_;
    if (word == "dicabut") return storage::Status::revoked;
    if (word == "diganti") return storage::Status::superseded;
    return storage::parse_status(word);
}

storage::Filter filter_of(const RegisterOptions& options) {
    storage::Filter filter;
    filter.kind = options.kind;
    filter.series = options.series;
    filter.year = options.year;
    if (!options.status.empty()) {
        filter.status = status_of(options.status);
        if (!filter.status)
            throw Error(Code::usage, "status tidak dikenal: " + options.status, "--status",
                        "Pilih dipesan, terbit, batal, dicabut, atau diganti.");
    }
    return filter;
}

storage::Letter find_letter(storage::Register& letters, const std::string& number) {
    if (auto letter = letters.find_number(number)) return *letter;
    throw Error(Code::data, "nomor tidak ada di register: " + number, "",
                "Lihat daftarnya: naskah register list");
}

}  // namespace

int register_list(const Common& common, const RegisterOptions& options) {
    const Opened opened = open(common);
    if (common.json) {
        print(dump_json_pretty(workflow::agenda_json(*opened.letters, filter_of(options), opened.office)) +
              "\n");
        return 0;
    }
    std::string text;
    workflow::each_letter(*opened.letters, filter_of(options), [&](const storage::Letter& letter) {
        text += letter.number + "\t" + to_iso(letter.date) + "\t" + workflow::status_word(letter.status) +
                "\t" + letter.kind + "\t" + letter.subject +
                (letter.reason.empty() ? "" : "\t" + letter.reason) + "\n";
    });
    const bool all =
        options.kind.empty() && options.series.empty() && options.status.empty() && !options.year;
    print(!text.empty() ? text : all ? "Register masih kosong.\n" : "Tidak ada surat yang cocok.\n");
    return 0;
}

int register_export(const Common& common, const RegisterOptions& options) {
    const Opened opened = open(common);
    const storage::Filter filter = filter_of(options);
    print(common.json ? dump_json_pretty(workflow::agenda_json(*opened.letters, filter, opened.office)) + "\n"
                      : workflow::agenda_csv(*opened.letters, filter, opened.office));
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

int register_check(const Common& common) {
    const Opened opened = open(common);
    const std::vector<Problem> problems = opened.letters->check();
    complain(problems);
    if (problems.empty())
        print("Register utuh: nomor rapat dan unik, tanggal urut, berkas dan catatan cocok.\n");
    return problems.empty() ? 0 : static_cast<int>(Code::data);
}

}  // namespace naskah::cli
