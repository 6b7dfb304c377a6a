// init, template, render, issue, resume.
#include <algorithm>
#include <thread>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "core/text.h"
#include "generator/lint.h"
#include "service/staff.h"
#include "workflow/agenda.h"
#include "workflow/batch.h"
#include "workflow/issue.h"

namespace naskah::cli {

namespace {

workflow::Office open_office(const Common& common) {
    if (common.office.empty())
        throw Error(
            Code::usage, "folder kantor belum disebut", "",
            "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE. Kantor contoh: naskah init demo --demo");
    return workflow::Office::open(common.office);
}

workflow::Desk open_desk(const Common& common) {
    return {open_office(common), system_clock(), system_random(), ask_secret(common.pin_fd)};
}

// The templates of the office if there is one, else the shipped ones.
generator::Templates templates_of(const Common& common) {
    if (common.office.empty()) return generator::Templates({workflow::shipped_templates()});
    return generator::Templates(workflow::Office::open(common.office).template_folders());
}

Json read_data(const fs::path& file) {
    const fs::path source = file == "-" ? fs::path("/dev/stdin") : file;
    return parse_json(read_text(source, 32u << 20), file == "-" ? "masukan baku" : file.string());
}

Json to_json(const Problem& problem) {
    return {{"what", problem.what}, {"where", problem.where}, {"remedy", problem.remedy}};
}

void need_target(const LetterOptions& options) {
    if (options.batch.empty() && options.data.empty())
        throw Error(Code::usage, "berkas data belum disebut", "",
                    "Sebutkan DATA.json, atau --batch DATA.jsonl --out FOLDER.");
    if (options.out.empty())
        throw Error(Code::usage, "tujuan belum disebut", "",
                    options.batch.empty() ? "Tambahkan -o HASIL.pdf." : "Tambahkan --out FOLDER.");
}

int jobs_of(const LetterOptions& options) {
    return options.jobs > 0 ? options.jobs
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Prints a line a letter and keeps count; the exit code is that of the worst failure.
class BatchPrinter {
public:
    BatchPrinter(const Common& common, std::string what) : common_(common), progress_(std::move(what)) {}

    void operator()(const workflow::BatchLine& line, std::size_t done, std::size_t total) {
        progress_.show(done, total);
        ++count_;
        if (!line.problems.empty()) {
            ++failed_;
            code_ = std::max(code_, static_cast<int>(line.code));
        }
        if (common_.json) {
            Json row = {{"line", line.line}};
            if (line.problems.empty()) {
                if (!line.number.empty()) row.update({{"id", line.id}, {"number", line.number}});
                row["file"] = line.file;
            } else {
                row["problems"] = Json::array();
                for (const Problem& problem : line.problems) row["problems"].push_back(to_json(problem));
            }
            print(dump_json(row) + "\n");
            return;
        }
        const std::string head = "baris " + std::to_string(line.line) + "\t";
        if (line.problems.empty()) {
            print(head + (line.number.empty() ? "" : line.number + "\t") + line.file + "\n");
        } else {
            for (const Problem& problem : line.problems)
                print(head + "DITOLAK\t" + to_string(problem) + "\n");
        }
    }

    int finish() {
        const std::string summary =
            std::to_string(count_ - failed_) + " selesai, " + std::to_string(failed_) + " ditolak\n";
        if (!common_.json) print(summary);
        return code_;
    }

private:
    const Common& common_;
    Progress progress_;
    std::size_t count_ = 0, failed_ = 0;
    int code_ = 0;
};

workflow::BatchOptions batch_options(const LetterOptions& options) {
    return {.kind = options.kind,
            .input = options.batch,
            .out = options.out,
            .jobs = jobs_of(options),
            .key = options.key,
            .series = options.series};
}

Json issued_json(const workflow::Issued& issued, const fs::path& path) {
    return {{"id", to_string(issued.letter.id)},
            {"kind", issued.letter.kind},
            {"number", issued.letter.number},
            {"date", to_iso(issued.letter.date)},
            {"sha256", to_string(*issued.letter.sha256)},
            {"verify_url", issued.verify_url},
            {"path", path.string()}};
}

// Who may sign in to the demo office, and how: the text that stands in its folder too.
std::string make_demo_accounts(const fs::path& folder) {
    const workflow::Office office = workflow::Office::open(folder);
    // Little effort for a password of the demo; whoever signs in gets it hashed again with all of it.
    service::Staff staff(office.open_database(), folder, system_random(), {.passes = 1, .memory = 8u << 20});
    const std::string password = service::make_demo_accounts(staff, office, system_clock());
    std::string text = "Akun contoh, semua dengan sandi  " + password + "\n";
    for (const storage::Account& account : staff.accounts().list())
        text += "  " + account.username +
                std::string(14 - std::min<std::size_t>(12, account.username.size()), ' ') + account.name +
                (account.post.empty() ? "" : ", " + account.post) + "\n";
    text += "Kode ponsel (selain staf):  naskah user code NAMA_PENGGUNA\n";
    write_file(folder / "akun-contoh.txt", as_bytes(text), 0600);
    return text;
}

}  // namespace

int init(const Common&, const InitOptions& options) {
    workflow::make_office(options.folder, options.demo, system_clock());
    if (options.demo) {
        const std::string accounts = make_demo_accounts(options.folder);
        print("Kantor contoh dibuat di " + options.folder.string() + ".\n\n" + accounts +
              "\nBerikutnya:\n  export NASKAH_OFFICE=" +
              fs::absolute(options.folder).lexically_normal().string() +
              "\n  naskah template list\n  naskah template example surat-perintah-tugas > spt.json\n"
              "  naskah issue surat-perintah-tugas spt.json -o spt.pdf\n  naskah verify spt.pdf\n"
              "PIN tanda tangan kepala (contoh): " +
              trim(read_text(options.folder / "keys/kepala.sandi")) + "\n");
    } else {
        print("Kantor dibuat di " + options.folder.string() +
              ".\nIsi office.json (kop, unit, pejabat, seri), taruh kunci penanda tangan di keys/ dan "
              "sertifikat akar di "
              "trust/,\nlalu coba: naskah --office " +
              options.folder.string() + " render surat-perintah-tugas data.json -o konsep.pdf\n");
    }
    return 0;
}

int template_list(const Common& common) {
    const generator::Templates templates = templates_of(common);
    Json rows = Json::array();
    std::string text;
    for (const std::string& kind : templates.kinds()) {
        const auto package = templates.get(kind);
        rows.push_back({{"kind", kind},
                        {"title", package->about().value("judul", "")},
                        {"sop", package->about().value("sop", Json())},
                        {"series", package->about().value("seri", "")}});
        std::string padded = kind;
        padded.resize(std::max<std::size_t>(padded.size() + 1, 32), ' ');
        text += padded + package->about().value("judul", "") + "\n";
    }
    print(common.json ? dump_json_pretty(rows) + "\n" : text);
    return 0;
}

int template_check(const Common& common, const std::vector<std::string>& asked) {
    std::vector<Problem> problems;
    std::vector<fs::path> folders;
    std::vector<std::string> kinds;
    for (const std::string& name : asked) {
        if (fs::is_directory(name) && fs::exists(fs::path(name) / "about.json")) {  // one kind's folder
            const fs::path folder = fs::canonical(name);
            folders.push_back(folder.parent_path());
            kinds.push_back(folder.filename().string());
        } else if (std::vector<std::string> held;
                   fs::is_directory(name) &&
                   !(held = generator::Templates({fs::canonical(name)}).kinds()).empty()) {
            folders.push_back(fs::canonical(name));
            kinds.insert(kinds.end(), held.begin(), held.end());
        } else {
            kinds.push_back(name);
        }
    }
    for (const fs::path& folder : common.office.empty()
                                      ? std::vector{workflow::shipped_templates()}
                                      : workflow::Office::open(common.office).template_folders())
        folders.push_back(folder);
    const generator::Templates templates(folders);
    if (asked.empty()) kinds = templates.kinds();
    for (const std::string& kind : kinds) {
        std::vector<Problem> found = workflow::check_kind(templates, kind, common.office, system_clock());
        print(kind + (found.empty() ? ": baik\n" : ": " + std::to_string(found.size()) + " masalah\n"));
        problems.insert(problems.end(), found.begin(), found.end());
    }
    // Of a folder whose kinds were all looked at.
    for (const fs::path& folder : folders) {
        const std::vector<std::string> held = generator::Templates({folder}).kinds();
        const auto looked_at = [&](const std::string& kind) {
            return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
        };
        if (held.empty() || !problems.empty() || !std::all_of(held.begin(), held.end(), looked_at)) continue;
        std::vector<std::shared_ptr<const generator::Package>> packages;
        for (const std::string& kind : kinds) packages.push_back(templates.get(kind));
        for (Problem problem : generator::orphan_partials(folder, packages))
            problems.push_back(std::move(problem));
    }
    complain(problems);
    return problems.empty() ? 0 : static_cast<int>(Code::data);
}

int template_schema(const Common& common, const std::string& kind) {
    print(dump_json_pretty(templates_of(common).get(kind)->schema()) + "\n");
    return 0;
}

int template_example(const Common& common, const std::string& kind) {
    const generator::Templates templates = templates_of(common);
    print(dump_json_pretty(workflow::example_of(templates, kind, common.office, system_clock())) + "\n");
    return 0;
}

int template_laws(const Common& common, const std::string& at) {
    const auto day = at.empty() ? std::optional(date_in(Zone::wita, system_clock().now())) : parse_date(at);
    if (!day) throw Error(Code::usage, "bukan tanggal: " + at, "--at", "Tulis misalnya 2026-03-26.");
    const auto bases = workflow::LegalBases::load(workflow::shipped_templates(), common.office);
    Json rows = Json::array();
    std::string text = "Dasar hukum versi " + bases.version() + ", keadaan " + to_long(*day) + "\n";
    for (const workflow::LegalBasis& base : bases.all()) {
        rows.push_back({{"id", base.id},
                        {"citation", base.citation()},
                        {"from", base.from ? Json(to_iso(*base.from)) : Json()},
                        {"until", base.until ? Json(to_iso(*base.until)) : Json()},
                        {"replaced_by", base.replaced_by},
                        {"in_force", base.in_force(*day)},
                        {"checked", base.checked}});
        text += std::string(base.in_force(*day) ? "berlaku  " : "TIDAK    ") + base.citation();
        if (!base.in_force(*day) && !base.replaced_by.empty()) text += "  [diganti " + base.replaced_by + "]";
        if (!base.doubt.empty()) text += "  [" + base.doubt + "]";
        if (!base.checked) text += "  [belum diperiksa]";
        text += "\n";
    }
    print(common.json ? dump_json_pretty(rows) + "\n" : text);
    return 0;
}

int render(const Common& common, const LetterOptions& options) {
    if (options.blank && options.out.empty())
        throw Error(Code::usage, "tujuan belum disebut", "", "Tambahkan -o HASIL.pdf.");
    if (!options.blank) need_target(options);
    const workflow::Desk desk = open_desk(common);
    if (options.blank) {
        write_file(options.out, desk.blank(options.kind));
        return 0;
    }
    if (!options.batch.empty()) {
        BatchPrinter printer(common, "Konsep");
        workflow::draft_batch(desk, batch_options(options), std::ref(printer));
        return printer.finish();
    }
    const Json data = read_data(options.data);
    std::vector<Problem> warnings;
    // A draft may break a rule of the calendar, which the letter may not: the clerk is told now.
    for (Problem problem : desk.check(options.kind, data, warnings)) warnings.push_back(std::move(problem));
    write_file(options.out, desk.draft(options.kind, data, options.data.parent_path()));
    warn(warnings);
    return 0;
}

int issue(const Common& common, const LetterOptions& options) {
    need_target(options);
    workflow::Desk desk = open_desk(common);
    if (!options.batch.empty()) {
        BatchPrinter printer(common, "Terbit");
        workflow::issue_batch(desk, batch_options(options), std::ref(printer));
        return printer.finish();
    }
    const Json data = read_data(options.data);
    require_writable(options.out);  // before a number is taken
    const workflow::Issued issued = desk.issue({.kind = options.kind,
                                                .data = data,
                                                .key = options.key,
                                                .series = options.series,
                                                .images = options.data.parent_path()});
    warn(issued.warnings);
    try {
        write_file(options.out, issued.pdf);
    } catch (const Error& error) {
        complain({{"surat sudah terbit dengan nomor " + issued.letter.number +
                       " dan aman di register, tetapi salinannya gagal ditulis",
                   options.out.string(),
                   "Ambil lagi dengan: naskah register get \"" + issued.letter.number + "\" -o BERKAS.pdf"}});
        throw;
    }
    if (common.json)
        print(dump_json(issued_json(issued, options.out)) + "\n");
    else
        print(issued.letter.number + "\t" + options.out.string() + "\n");
    return 0;
}

int resume(const Common& common) {
    workflow::Desk desk = open_desk(common);
    int code = 0;
    std::size_t count = 0;
    desk.resume([&](const workflow::Desk::Resumed& resumed) {
        ++count;
        if (common.json) {
            Json row = {{"number", resumed.letter.number},
                        {"status", to_string(resumed.letter.status)},
                        {"replaced", resumed.replaced.empty() ? Json() : Json(resumed.replaced)}};
            row["problems"] = Json::array();
            for (const Problem& problem : resumed.problems) row["problems"].push_back(to_json(problem));
            print(dump_json(row) + "\n");
        } else {
            print(resumed.letter.number + "\t" + workflow::status_word(resumed.letter.status) +
                  (resumed.replaced.empty() ? "" : "\tmengganti " + resumed.replaced + " (BATAL)") + "\n");
        }
        if (!resumed.problems.empty()) {
            complain(resumed.problems);
            code = std::max(code, static_cast<int>(resumed.code));
        }
    });
    if (count == 0 && !common.json) print("Tidak ada surat yang tertinggal.\n");
    return code;
}

}  // namespace naskah::cli
