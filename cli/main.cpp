// The command naskah: parses its arguments and calls one of commands.h. The home of CLI11.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/version.h"

namespace naskah::cli {

namespace {

constexpr const char* footer =
    "Kode keluar: 0 selesai/sah; 1 tidak sah; 2 belum pasti; 3 tanpa tanda tangan; 64 salah pakai; 65 data "
    "salah;\n"
    "69 pihak luar tidak menjawab; 70 kesalahan Naskah; 73 tidak dapat menulis.\n"
    "Mulai: naskah init KANTOR --demo; export NASKAH_OFFICE=KANTOR; naskah template list";

// What the user asked for, filled in by CLI11 and carried out after parsing.
struct Line {
    std::string at;
    Common common;
    InitOptions init;
    LetterOptions letter;
    SignOptions sign;
    VerifyOptions verify;
    ExtendOptions extend;
    RegisterOptions registered;
    UserOptions user;
    BackupOptions backup;
    RestoreOptions restore;
    ReconcileOptions reconcile;
    ServeOptions serve;
    std::vector<std::string> kinds;
    std::function<int()> act;
};

void add_serve(CLI::App& app, Line& line) {
    app.add_subcommand("read-qr", "")->callback([&line] { line.act = read_qr; });
    app.add_subcommand("check-file", "")->callback([&line] { line.act = check_file; });
    auto* serve_command = app.add_subcommand("serve", "layani kantor ini lewat peramban (HTTP)");
    const auto option = [&](const char* name, auto& value, const char* variable, const char* help) {
        return serve_command->add_option(name, value, help)->envname(variable)->capture_default_str();
    };
    option("--listen", line.serve.listen, "NASKAH_LISTEN", "ALAMAT:PORT");
    option("--log", line.serve.log, "NASKAH_LOG", "catatan ke galat standar: all atau errors")
        ->check(CLI::IsMember({"all", "errors"}));
    option("--metrics-from", line.serve.metrics_from, "NASKAH_METRICS_FROM",
           "alamat lain yang boleh membaca /metrics")
        ->delimiter(',');
    option("--connections", line.serve.connections, "NASKAH_CONNECTIONS", "sambungan paling banyak")
        ->check(CLI::Range(16, 1'000'000));
    option("--threads", line.serve.threads, "NASKAH_THREADS", "utas; 0: menurut jumlah prosesor")
        ->check(CLI::Range(0, 1024));
    serve_command->callback([&line] { line.act = [&line] { return serve(line.common, line.serve); }; });
}

void add_users(CLI::App& app, Line& line) {
    auto* group = app.add_subcommand("user", "akun petugas: buat, daftar, sandi sementara, matikan");
    group->require_subcommand(1);
    auto* added = group->add_subcommand("add", "buat akun");
    added->add_option("--name", line.user.name, "nama lengkap")->required();
    added
        ->add_option("--role", line.user.roles,
                     "staf, pemeriksa, kadis, tata-usaha, atau admin; boleh berulang")
        ->required();
    added->add_option("--post", line.user.post, "jabatan");
    added->add_option("--official", line.user.official, "id pejabat dalam office.json");
    auto* given = added->add_option("--password-fd", line.user.password_fd, "baca sandi dari deskriptor ini");
    added->add_flag("--one-time", line.user.one_time, "buat sandi sementara yang wajib diganti")
        ->excludes(given);
    added->callback([&line] { line.act = [&line] { return user_add(line.common, line.user); }; });
    auto* list = group->add_subcommand("list", "daftar akun");
    list->add_flag("--json", line.common.json, "keluaran JSON");
    list->callback([&line] { line.act = [&line] { return user_list(line.common); }; });
    auto* reset = group->add_subcommand("reset", "beri sandi sementara yang wajib diganti");
    reset->add_flag("--phone", line.user.phone, "hapus juga kode ponselnya");
    reset->callback([&line] { line.act = [&line] { return user_reset(line.common, line.user); }; });
    auto* disable = group->add_subcommand("disable", "matikan akun");
    disable->callback([&line] { line.act = [&line] { return user_disable(line.common, line.user, true); }; });
    auto* enable = group->add_subcommand("enable", "hidupkan lagi akun");
    enable->callback([&line] { line.act = [&line] { return user_disable(line.common, line.user, false); }; });
    auto* code = group->add_subcommand("code", "kode ponsel sekarang, hanya di kantor contoh");
    code->callback([&line] { line.act = [&line] { return user_code(line.common, line.user); }; });
    auto* token = group->add_subcommand("token", "token API untuk seminggu, hanya di kantor contoh");
    token->callback([&line] { line.act = [&line] { return user_token(line.common, line.user); }; });
    for (CLI::App* command : {added, reset, disable, enable, code, token})
        command->add_option("PENGGUNA", line.user.username, "nama pengguna")->required();
}

void add_templates(CLI::App& app, Line& line) {
    auto* group = app.add_subcommand("template", "jenis surat: daftar, pemeriksaan, skema, contoh data");
    group->require_subcommand(1);
    auto* list = group->add_subcommand("list", "daftar jenis surat");
    list->add_flag("--json", line.common.json, "keluaran JSON");
    list->callback([&line] { line.act = [&line] { return template_list(line.common); }; });
    auto* check = group->add_subcommand("check", "periksa jenis surat: berkas, skema, contoh, tata letak");
    check->add_option("JENIS", line.kinds, "jenis surat atau folder jenis (kosong: semua)");
    check->callback([&line] { line.act = [&line] { return template_check(line.common, line.kinds); }; });
    auto* schema = group->add_subcommand("schema", "skema data suatu jenis surat (JSON Schema)");
    schema->add_option("JENIS", line.letter.kind)->required();
    schema->callback(
        [&line] { line.act = [&line] { return template_schema(line.common, line.letter.kind); }; });
    auto* example = group->add_subcommand("example", "contoh data yang berlaku hari ini");
    example->add_option("JENIS", line.letter.kind)->required();
    example->callback(
        [&line] { line.act = [&line] { return template_example(line.common, line.letter.kind); }; });
    auto* laws = group->add_subcommand("laws", "dasar hukum dan masa berlakunya, siap disalin ke surat");
    laws->add_option("--at", line.at, "pada tanggal ini (tahun-bulan-hari; kosong: hari ini)");
    laws->add_flag("--json", line.common.json, "keluaran JSON");
    laws->callback([&line] { line.act = [&line] { return template_laws(line.common, line.at); }; });
}

void add_letters(CLI::App& app, Line& line) {
    auto* render_command =
        app.add_subcommand("render", "buat konsep PDF: bertanda KONSEP, tanpa nomor dan tanda tangan");
    auto* issue_command =
        app.add_subcommand("issue", "terbitkan surat: beri nomor, tandatangani, simpan di register");
    for (CLI::App* command : {render_command, issue_command}) {
        auto& letter = line.letter;
        command->add_option("JENIS", letter.kind, "jenis surat (lihat: naskah template list)")->required();
        auto* data = command->add_option("DATA.json", letter.data, "data surat; - untuk masukan baku");
        auto* out = command->add_option("-o,--output", letter.out, "berkas PDF hasil");
        auto* batch = command->add_option("--batch", letter.batch, "banyak surat: satu JSON satu baris")
                          ->excludes(data);
        auto* folder = command->add_option("--out", letter.out, "folder hasil untuk --batch")->excludes(out);
        folder->needs(batch);
        command->add_option("--jobs", letter.jobs, "jumlah pekerja serentak untuk --batch")
            ->check(CLI::Range(1, 64));
    }
    issue_command->add_option("--key", line.letter.key,
                              "kunci idempoten: perintah yang diulang memberi surat yang sama");
    issue_command->add_option("--series", line.letter.series, "seri nomor selain bawaan jenis surat");
    issue_command->add_option("--pin-fd", line.common.pin_fd, "baca kata sandi kunci dari deskriptor ini");
    issue_command->add_flag("--json", line.common.json, "keluaran JSON");
    render_command->add_flag("--blank", line.letter.blank, "formulir kosong untuk diisi dengan tangan")
        ->excludes("DATA.json")
        ->excludes("--batch");
    render_command->callback([&line] { line.act = [&line] { return render(line.common, line.letter); }; });
    issue_command->callback([&line] { line.act = [&line] { return issue(line.common, line.letter); }; });
    auto* resume_command =
        app.add_subcommand("resume", "selesaikan surat yang bernomor tetapi belum ditandatangani");
    resume_command->add_option("--pin-fd", line.common.pin_fd, "baca kata sandi kunci dari deskriptor ini");
    resume_command->add_flag("--json", line.common.json, "keluaran JSON");
    resume_command->callback([&line] { line.act = [&line] { return resume(line.common); }; });
}

void add_signatures(CLI::App& app, Line& line) {
    auto* sign_command =
        app.add_subcommand("sign", "tandatangani berkas PDF apa pun, tanpa nomor dan register");
    sign_command->add_option("MASUK.pdf", line.sign.in)->required();
    sign_command->add_option("-o,--output", line.sign.out, "berkas PDF hasil")->required();
    sign_command->add_option("--p12", line.sign.p12, "kunci PKCS#12");
    sign_command->add_option("--pkcs11", line.sign.module, "modul PKCS#11 dari penerbit token (berkas .so)");
    sign_command->add_option("--token", line.sign.token, "label token");
    sign_command->add_option("--object", line.sign.object, "label kunci privat, bila ada beberapa");
    sign_command->add_option("--certificate", line.sign.certificate,
                             "sertifikat penanda tangan, bila token tidak memuatnya");
    sign_command->add_option("--key", line.sign.key, "kunci kantor menurut office.json (dengan --office)");
    sign_command->add_option("--level", line.sign.level, "tingkat PAdES: b, t, lt, lta")
        ->check(CLI::IsMember({"b", "t", "lt", "lta"}))
        ->capture_default_str();
    sign_command->add_option("--tsa", line.sign.tsa,
                             "alamat otoritas waktu untuk tingkat t ke atas, dicoba berurutan");
    sign_command->add_option("--trust", line.sign.trust,
                             "sertifikat akar dan penerbit, daftar pencabutan (PEM atau DER)");
    sign_command
        ->add_option("--certify", line.sign.certify, "DocMDP 1-3 untuk sertifikasi; 0 tanda tangan biasa")
        ->check(CLI::Range(0, 3));
    sign_command->add_option("--field", line.sign.field, "nama isian tanda tangan")->type_name("NAMA");
    sign_command->add_option("--reason", line.sign.reason, "alasan, disimpan dalam berkas")
        ->type_name("TEKS");
    sign_command->add_option("--location", line.sign.location, "tempat, disimpan dalam berkas")
        ->type_name("TEKS");
    sign_command->add_option("--lock", line.sign.lock, "isian yang tidak boleh diubah lagi; dapat diulang")
        ->type_name("NAMA")
        ->allow_extra_args(false);
    sign_command->add_flag("--last", line.sign.last,
                           "penanda tangan terakhir: berkas ditutup bagi yang lain");
    sign_command->add_option("--pin-fd", line.common.pin_fd, "baca kata sandi kunci dari deskriptor ini");
    sign_command->callback([&line] { line.act = [&line] { return sign(line.common, line.sign); }; });

    auto* extend_command = app.add_subcommand(
        "extend", "perpanjang bukti tanda tangan: data pencabutan dan stempel waktu baru (PAdES B-LTA)");
    auto* files = extend_command->add_option("BERKAS", line.extend.files);
    auto* due =
        extend_command->add_flag("--due", line.extend.due, "surat kantor yang buktinya segera berakhir")
            ->excludes(files);
    extend_command->add_option("--within", line.extend.within, "dengan --due: dalam sekian hari")
        ->check(CLI::Range(0, 3650))
        ->capture_default_str();
    extend_command->add_option("-o,--out", line.extend.out, "berkas atau folder hasil; tanpa ini: di tempat")
        ->excludes(due);
    extend_command->add_option("--tsa", line.extend.tsa, "alamat otoritas waktu, dicoba berurutan")
        ->excludes(due);
    extend_command
        ->add_option("--trust", line.extend.trust,
                     "sertifikat akar dan penerbit, daftar pencabutan (PEM atau DER)")
        ->excludes(due);
    extend_command->add_flag("--json", line.common.json, "keluaran JSON");
    extend_command->callback([&line] { line.act = [&line] { return extend(line.common, line.extend); }; });

    auto* verify_command = app.add_subcommand("verify", "periksa tanda tangan berkas PDF");
    verify_command->add_option("BERKAS", line.verify.files)->required();
    verify_command->add_option("--trust", line.verify.trust,
                               "sertifikat akar yang dipercaya (PEM, DER), atau folder berisi itu");
    verify_command->add_option("--at", line.verify.at, "waktu pemeriksaan (RFC 3339), bawaan: sekarang");
    verify_command->add_flag("--json", line.common.json, "keluaran JSON");
    verify_command->add_flag("--etsi", line.verify.etsi, "sebutkan juga hasil menurut ETSI EN 319 102-1");
    verify_command->add_option("--lang", line.verify.language, "bahasa laporan: id atau en")
        ->check(CLI::IsMember({"id", "en"}));
    verify_command->add_flag("--online", line.verify.online,
                             "tanyakan pencabutan sertifikat kepada penerbitnya lewat jaringan");
    verify_command->callback([&line] { line.act = [&line] { return verify(line.common, line.verify); }; });
}

void add_register(CLI::App& app, Line& line) {
    auto* group =
        app.add_subcommand("register", "buku agenda: daftar, ekspor, pembatalan nomor, pemeriksaan");
    group->require_subcommand(1);
    auto* list = group->add_subcommand("list", "daftar surat");
    list->add_flag("--json", line.common.json, "keluaran JSON");
    list->callback([&line] { line.act = [&line] { return register_list(line.common, line.registered); }; });
    auto* exported = group->add_subcommand("export", "ekspor buku agenda (bawaan: CSV)");
    auto* csv = exported->add_flag("--csv", line.registered.csv, "keluaran CSV");
    auto* json = exported->add_flag("--json", line.common.json, "keluaran JSON")->excludes(csv);
    exported->add_option("--xlsx", line.registered.xlsx, "tulis buku kerja XLSX ke berkas ini")
        ->excludes(csv)
        ->excludes(json);
    exported->callback(
        [&line] { line.act = [&line] { return register_export(line.common, line.registered); }; });
    for (CLI::App* command : {list, exported}) {
        command->add_option("--kind", line.registered.kind, "hanya jenis ini");
        command->add_option("--series", line.registered.series, "hanya seri ini");
        command->add_option("--status", line.registered.status, "dipesan, terbit, batal, dicabut, diralat");
        command->add_option("--search", line.registered.text, "kata dalam nomor, hal, tujuan, penandatangan");
        command->add_option("--year", line.registered.year, "hanya tahun ini");
    }
    auto* voided = group->add_subcommand("void", "batalkan nomor yang belum ditandatangani");
    voided->add_option("NOMOR", line.registered.number)->required();
    voided->add_option("--reason", line.registered.reason, "alasan, dicatat di register")->required();
    voided->callback([&line] { line.act = [&line] { return register_void(line.common, line.registered); }; });
    auto* withdrawn = group->add_subcommand("withdraw", "catat bahwa surat terbit dikoreksi oleh surat lain");
    withdrawn->add_option("NOMOR", line.registered.number)->required();
    withdrawn->add_option("--by", line.registered.by, "nomor surat yang mengoreksinya")->required();
    withdrawn->add_option("--as", line.registered.as, "ralat, ubah, cabut, batal")->required();
    withdrawn->add_option("--reason", line.registered.reason, "alasan, dicatat di register")->required();
    withdrawn->callback(
        [&line] { line.act = [&line] { return register_withdraw(line.common, line.registered); }; });
    auto* get = group->add_subcommand("get", "ambil PDF surat yang sudah terbit");
    get->add_option("NOMOR", line.registered.number)->required();
    get->add_option("-o,--output", line.registered.out, "berkas PDF hasil")->required();
    get->callback([&line] { line.act = [&line] { return register_get(line.common, line.registered); }; });
    auto* check = group->add_subcommand("check", "periksa seluruh register terhadap jaminannya");
    check->callback([&line] { line.act = [&line] { return register_check(line.common); }; });
    auto* begun =
        group->add_subcommand("init", "mulai register kosong di basis data PostgreSQL kantor (penyimpanan)");
    begun->callback([&line] { line.act = [&line] { return register_init(line.common); }; });
    auto* reconcile = group->add_subcommand(
        "reconcile",
        "sesudah pemulihan: nomor terakhir yang sudah keluar (tanpa pilihan: keadaan tiap seri)");
    auto& known = line.reconcile;
    reconcile->add_option("--series", known.series, "seri yang dicocokkan");
    reconcile->add_option("--last", known.last,
                          "nomor terakhir seri itu yang sudah keluar, seperti tercetak");
    reconcile->add_option("--pdf", known.files, "surat asli seri itu yang masih ada berkasnya");
    reconcile->add_flag("--none", known.none, "belum pernah ada surat seri itu");
    reconcile->add_option("--missing", known.missing,
                          "banyaknya nomor yang memang hilang, bila lebih dari 100");
    reconcile
        ->add_flag("--unchanged", known.unchanged, "tidak ada surat yang terbit sesudah cadangan, semua seri")
        ->excludes("--series");
    reconcile->add_flag("--json", line.common.json, "keluaran JSON");
    reconcile->callback(
        [&line] { line.act = [&line] { return register_reconcile(line.common, line.reconcile); }; });
}

void add_keeping(CLI::App& app, Line& line) {
    auto* backup_command = app.add_subcommand("backup", "cadangkan kantor ke satu berkas, selagi bekerja");
    backup_command->require_subcommand(0, 1);
    auto* file = backup_command->add_option("BERKAS.tar", line.backup.file, "berkas baru");
    auto* folder = backup_command->add_option("--into", line.backup.folder,
                                              "folder: berkas baru di dalamnya, dinamai menurut waktunya");
    folder->excludes(file);
    backup_command->add_option("--keep", line.backup.keep, "simpan sekian cadangan terbaru di folder itu")
        ->needs(folder);
    backup_command->add_flag("--with-keys", line.backup.with_keys,
                             "sertakan keys/: cadangannya lalu serahasia kunci itu");
    backup_command->add_flag("--json", line.common.json, "keluaran JSON");
    backup_command->callback([&line] {
        if (!line.act) line.act = [&line] { return backup(line.common, line.backup); };
    });
    auto* check = backup_command->add_subcommand("verify", "periksa seluruh isi suatu cadangan");
    check->add_option("BERKAS.tar", line.backup.file)->required();
    check->add_flag("--json", line.common.json, "keluaran JSON");
    check->callback([&line] { line.act = [&line] { return backup_verify(line.common, line.backup); }; });

    auto* restore_command = app.add_subcommand(
        "restore", "buat kantor dari cadangan; menunggu pencocokan nomor sebelum menerbitkan");
    restore_command->add_option("BERKAS.tar", line.restore.file)->required();
    restore_command->add_option("FOLDER", line.restore.folder, "folder baru untuk kantor itu")->required();
    restore_command->add_option(
        "--storage", line.restore.storage,
        "register baru: nama berkas di folder itu, atau postgresql://... yang kosong");
    restore_command->add_flag("--json", line.common.json, "keluaran JSON");
    restore_command->callback([&line] { line.act = [&line] { return restore(line.common, line.restore); }; });
}

// What CLI11 says in English about a wrong call, for whoever typed it.
Problem wrong_call(const CLI::ParseError& error) {
    const std::string said = error.what();
    const auto before = [&](const char* words) { return said.substr(0, said.find(words)); };
    const auto after = [&](const char* words) {
        const std::size_t at = said.find(words);
        return at == std::string::npos ? said : said.substr(at + std::string_view(words).size());
    };
    std::string what = "perintah tidak dapat dipahami: " + said;
    switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
        case CLI::ExitCodes::RequiredError:
            what = said.starts_with("A subcommand") ? "perintah belum disebut, atau tidak dikenal"
                                                    : before(" is required") + " belum disebut";
            // Options of several values, such as --trust, take what follows them.
            if (what.starts_with("BERKAS")) return {what, "", "Sebut BERKAS lebih dahulu, baru pilihannya."};
            break;
        case CLI::ExitCodes::ExcludesError:
            what = before(" excludes ") + " tidak dapat dipakai bersama " + after(" excludes ");
            break;
        case CLI::ExitCodes::RequiresError:
            what = before(" requires ") + " hanya dipakai bersama " + after(" requires ");
            break;
        case CLI::ExitCodes::ExtrasError: what = "berlebih atau tidak dikenal: " + after("expected: "); break;
        case CLI::ExitCodes::ArgumentMismatch: what = before(":") + " memerlukan nilai"; break;
        case CLI::ExitCodes::ValidationError:
            what = "nilai untuk " + before(":") + " tidak dapat dipakai";
            break;
        case CLI::ExitCodes::ConversionError:
            what = "nilai ini tidak dapat dipakai: " + after("convert: ");
            break;
        default: break;
    }
    return {what, "", "Lihat cara pakainya dengan menambahkan --help."};
}

void speak_indonesian(CLI::App& app) {
    const auto formatter = app.get_formatter();
    for (const auto& [word, said] :
         std::initializer_list<std::pair<const char*, const char*>>{{"Usage", "Pemakaian"},
                                                                    {"Options", "Pilihan"},
                                                                    {"OPTIONS", "PILIHAN"},
                                                                    {"Positionals", "Isian"},
                                                                    {"Subcommands", "Perintah"},
                                                                    {"SUBCOMMAND", "PERINTAH"},
                                                                    {"REQUIRED", "(wajib)"},
                                                                    {"Excludes", "tidak bersama"},
                                                                    {"Needs", "bersama"},
                                                                    {"Env", "atau variabel"},
                                                                    {"TEXT", ""},
                                                                    {"INT", "ANGKA"}})
        formatter->label(word, said);
    app.set_help_flag("-h,--help", "tampilkan bantuan ini");
    app.set_version_flag("--version", std::string("naskah ") + version, "tampilkan versi");
}

void name_groups(CLI::App& app) {
    for (CLI::Option* option : app.get_options()) option->group("Pilihan");
    for (CLI::App* command : app.get_subcommands(nullptr)) {
        command->group(command->get_description().empty() ? "" : "Perintah");  // what is not for people
        name_groups(*command);
    }
}

int run(int argc, char** argv) {
    CLI::App app{"Naskah membuat, menomori, menandatangani, dan memeriksa naskah dinas."};
    app.name("naskah");
    speak_indonesian(app);  // before the commands, which take it over
    app.footer(footer);
    app.require_subcommand(1);
    app.fallthrough();
    Line line;
    app.add_option("--office", line.common.office, "folder kantor")->envname("NASKAH_OFFICE");
    auto* init_command = app.add_subcommand("init", "buat folder kantor baru");
    init_command->add_option("FOLDER", line.init.folder)->required();
    init_command->add_flag("--demo", line.init.demo, "dengan pejabat dan kunci contoh, siap dicoba");
    init_command->callback([&line] { line.act = [&line] { return init(line.common, line.init); }; });
    add_templates(app, line);
    add_letters(app, line);
    add_signatures(app, line);
    add_register(app, line);
    add_serve(app, line);
    add_users(app, line);
    app.add_subcommand("demo", "isi kantor contoh dengan surat dalam setiap keadaan")->callback([&line] {
        line.act = [&line] { return demo(line.common); };
    });
    add_keeping(app, line);
    name_groups(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        complain({wrong_call(error)});
        return static_cast<int>(Code::usage);
    }
    return line.act();
}

}  // namespace

}  // namespace naskah::cli

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return naskah::cli::run(argc, argv);
    } catch (const naskah::Error& error) {
        naskah::cli::complain(error.problems());
        return static_cast<int>(error.code());
    } catch (const std::filesystem::filesystem_error& error) {
        naskah::cli::complain({{"tidak dapat dibuka: " + error.code().message(), error.path1().string(),
                                "Periksa nama dan izin berkas atau foldernya."}});
        return static_cast<int>(naskah::Code::data);
    } catch (const std::bad_alloc&) {
        naskah::cli::complain({{"memori habis", "", "Kurangi ukuran data atau jumlah pekerja (--jobs)."}});
    } catch (const std::exception& error) {
        naskah::cli::complain(
            {{std::string("kesalahan di dalam Naskah: ") + error.what(), "", "Laporkan kepada pengembang."}});
    }
    return static_cast<int>(naskah::Code::internal);
}
