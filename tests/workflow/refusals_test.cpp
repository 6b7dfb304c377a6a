// What gets an error, and what is lost: nothing. Each refusal says what, where and what to do, exits as the
// contract says, uses up no number and leaves no half-written file.
#include <sys/mount.h>

#include <algorithm>
#include <functional>

#include "tests/workflow/demo_office.h"

using namespace naskah;
using namespace naskah::test;

namespace {

struct Refusal {
    std::string name;
    std::function<void(Json&)> spoil;
    std::vector<std::string> says;  // each must stand in the message
};

const std::vector<Refusal>& spoiled_assignments() {
    static const std::vector<Refusal> all = {
        {"a missing field", [](Json& data) { data.erase("dasar"); }, {"dasar", "wajib"}},
        {"an unknown field", [](Json& data) { data["warna"] = "biru"; }, {"warna", "tidak dikenal"}},
        {"a mistyped field", [](Json& data) { data["petugas"] = "Budi"; }, {"petugas"}},
        {"a NIP that is none", [](Json& data) { data["petugas"][0]["nip"] = "123"; }, {"petugas[0].nip"}},
        {"a date that does not exist",
         [](Json& data) { data["pelaksanaan"]["mulai"] = "2026-02-30"; },
         {"pelaksanaan.mulai"}},
        {"a character that no font has",
         [](Json& data) { data["dasar"][0] = "tugas \xF0\x9F\x98\x80 bersama"; },
         {"U+1F600", "dasar[0]"}},
        {"a control character",
         [](Json& data) { data["dasar"][0] = std::string("tugas \x07 bersama"); },
         {"dasar[0]"}},
        {"a string of 10 MB",
         [](Json& data) { data["dasar"][0] = std::string(10'000'000, 'a'); },
         {"dasar[0]"}},
        {"several at once",
         [](Json& data) {
             data.erase("dasar");
             data["warna"] = 1;
             data["petugas"][0].erase("nama");
         },
         {"dasar", "warna", "petugas[0]"}},
    };
    return all;
}

}  // namespace

TEST_CASE("data that cannot become a letter is refused with its field named, and takes no number") {
    const DemoOffice demo;
    const Json good = demo.example("surat-perintah-tugas");
    for (const Refusal& refusal : spoiled_assignments()) {
        DYNAMIC_SECTION(refusal.name) {
            Json data = good;
            refusal.spoil(data);
            const fs::path out = demo / "surat.pdf";
            for (const char* command : {"issue", "render"}) {
                const Ran ran =
                    demo.command({command, "surat-perintah-tugas",
                                  demo.write_data("data.json", data).string(), "-o", out.string()});
                INFO(ran.err.substr(0, 2000));
                CHECK(ran.exit_code == 65);
                for (const std::string& word : refusal.says) CHECK(ran.err.find(word) != std::string::npos);
                CHECK(ran.err.size() < 20'000);
                CHECK_FALSE(fs::exists(out));
            }
            CHECK(demo.rows().empty());
        }
    }
    demo.check_register();
}

TEST_CASE("a file that is no JSON is refused with line and column") {
    const DemoOffice demo;
    const std::pair<const char*, const char*> rows[] = {{"{\"untuk\": [\"a\",]}", "data.json"},
                                                        {"{\"a\": 1, \"a\": 2}", "a"},
                                                        {"{\"untuk\": \"\xC3\x28\"}", "UTF-8"},
                                                        {"", "data.json"}};
    for (const auto& [text, word] : rows) {
        spit(demo.office() / "data.json", text);
        const Ran ran = demo.command({"issue", "surat-perintah-tugas", (demo.office() / "data.json").string(),
                                      "-o", (demo / "x.pdf").string()});
        INFO(text << " -> " << ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(ran.err.find(word) != std::string::npos);
    }
    CHECK(demo.rows().empty());
}

TEST_CASE("a broken, truncated, huge or stray picture is refused by name") {
    const DemoOffice demo;
    const Json good = demo.example("berita-acara-pemeriksaan");
    std::string picture;
    for (const auto& file : fs::directory_iterator(demo.office() / "foto"))
        if (picture.empty() || file.path().string() < picture) picture = file.path().string();
    const std::string whole = slurp(picture);
    struct Row {
        const char* name;
        std::string bytes;
    };
    // A PNG header that claims 100,000 x 100,000 pixels.
    const std::string bomb = std::string(
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\x86\xA0\0\x01\x86\xA0\x08\x02\0\0\0\x14\x63\x1c\x1f", 33);
    const Row rows[] = {{"broken", "bukan gambar"},
                        {"truncated", whole.substr(0, whole.size() / 2)},
                        {"bomb", bomb},
                        {"empty", ""},
                        {"huge", whole + std::string(21u << 20, '\0')}};
    const auto refuse = [&](const std::string& name) {
        Json data = good;
        data["foto"][0]["berkas"] = name;
        const Ran ran =
            demo.command({"issue", "berita-acara-pemeriksaan", demo.write_data("data.json", data).string(),
                          "-o", (demo / "x.pdf").string()});
        INFO(name << " -> " << ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(ran.err.find("foto[0]") != std::string::npos);
        CHECK(demo.rows().empty());
        CHECK_FALSE(fs::exists(demo.office() / "lampiran"));
    };
    for (const Row& row : rows) {
        spit(demo.office() / row.name, row.bytes);
        refuse(row.name);
    }
    for (const char* name : {"tidak-ada.jpg", "../../../../etc/passwd", "/etc/passwd", "keys/../../x"})
        refuse(name);
    demo.check_register();
}

TEST_CASE("rules of the procedures are checked before a number is taken") {
    const DemoOffice demo;
    const auto today = date_in(Zone::wita, system_clock().now());
    Json assignment = demo.example("surat-perintah-tugas");
    assignment["pelaksanaan"]["mulai"] = assignment["pelaksanaan"]["selesai"] = to_iso(today);
    const Ran late =
        demo.command({"issue", "surat-perintah-tugas", demo.write_data("a.json", assignment).string(), "-o",
                      (demo / "x.pdf").string()});
    INFO(late.err);
    CHECK(late.exit_code == 65);
    CHECK(late.err.find("pelaksanaan.mulai") != std::string::npos);

    const Json revocation = demo.example("sk-pencabutan");
    const fs::path file = demo.write_data("b.json", revocation);
    CHECK(
        demo.command({"issue", "sk-pencabutan", file.string(), "-o", (demo / "sk.pdf").string()}).exit_code ==
        0);
    const Ran twice =
        demo.command({"issue", "sk-pencabutan", file.string(), "-o", (demo / "sk2.pdf").string()});
    INFO(twice.err);
    CHECK(twice.exit_code == 65);
    CHECK_FALSE(fs::exists(demo / "sk2.pdf"));
    CHECK(demo.rows().size() == 1);
    demo.check_register();
}

TEST_CASE("a template with an error names its file and line") {
    const DemoOffice demo;
    const fs::path kind = demo.office() / "templates/surat-perintah-tugas";
    fs::create_directories(kind.parent_path());
    const fs::path shipped = fs::path(NASKAH_SOURCE_DIR) / "templates/surat-perintah-tugas";
    const std::string letter = slurp(shipped / "letter.mustache");
    const std::size_t line_end = letter.find('\n');
    struct Row {
        const char* name;
        std::string text;
        const char* says;
    };
    const auto with_second_line = [&](const std::string& line) {
        return letter.substr(0, line_end + 1) + line + letter.substr(line_end);
    };
    const Row rows[] = {
        {"a section that is not closed", with_second_line("{{#untuk}}"), "letter.mustache:2"},
        {"an unknown element", with_second_line("<blink>a</blink>"), "letter.mustache:2"},
        {"an unknown attribute", with_second_line("<p colour=\"red\">a</p>"), "letter.mustache:2"},
        {"a name that is not there", with_second_line("<p>{{tidak_ada}}</p>"), "letter.mustache:2"},
        {"raw output", with_second_line("<p>{{{untuk}}}</p>"), "letter.mustache:2"},
        {"tags that cross", with_second_line("<p><b>a</p></b>"), "letter.mustache:2"},
        {"a partial that is not there", with_second_line("{{> entah}}"), "letter.mustache:2"}};
    const fs::path data = demo.write_data("data.json", demo.example("surat-perintah-tugas"));
    for (const Row& row : rows) {
        fs::remove_all(kind);
        fs::copy(shipped, kind, fs::copy_options::recursive);
        spit(kind / "letter.mustache", row.text);
        const Ran ran =
            demo.command({"issue", "surat-perintah-tugas", data.string(), "-o", (demo / "x.pdf").string()});
        INFO(row.name << " -> " << ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(ran.err.find(row.says) != std::string::npos);
        const Ran checked = demo.command({"template", "check", "surat-perintah-tugas"});
        CHECK(checked.exit_code == 65);
        CHECK(checked.err.find(row.says) != std::string::npos);
    }
    CHECK(demo.rows().empty());
}

TEST_CASE("a full disk and a read-only office refuse without taking a number") {
    if (::geteuid() != 0) {
        WARN("needs root for a small file system");
        return;
    }
    const DemoOffice demo;
    const fs::path data = demo.write_data("data.json", demo.example("surat-perintah-tugas"));
    const auto issue = [&](const fs::path& out) {
        return demo.command({"issue", "surat-perintah-tugas", data.string(), "-o", out.string()});
    };

    SECTION("the disk of the result is full") {
        const fs::path small = demo / "kecil";
        fs::create_directory(small);
        if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=16k") != 0) {
            WARN("no mount here");
            return;
        }
        const Ran ran = issue(small / "x.pdf");
        INFO(ran.err);
        CHECK(ran.exit_code == 73);
        CHECK(fs::is_empty(small));
        ::umount(small.c_str());
        CHECK(demo.rows().empty());
    }
    SECTION("the office is read-only") {
        const std::string office = demo.office().string();
        if (::mount(office.c_str(), office.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
            ::mount(nullptr, office.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
            WARN("no mount here");
            return;
        }
        const Ran ran = issue(demo / "x.pdf");
        ::umount2(office.c_str(), MNT_DETACH);
        INFO(ran.err);
        CHECK(ran.exit_code == 73);
        CHECK_FALSE(fs::exists(demo / "x.pdf"));
        CHECK(demo.rows().empty());
    }
    SECTION("the folder of the result does not exist") {
        CHECK(issue(demo / "tidak/ada/x.pdf").exit_code == 73);
        CHECK(demo.rows().empty());
    }
    demo.check_register();
}

TEST_CASE("a key that cannot sign is refused before a number is taken") {
    const DemoOffice demo;
    const fs::path data = demo.write_data("data.json", demo.example("surat-perintah-tugas"));
    const auto issue = [&] {
        return demo.command(
            {"issue", "surat-perintah-tugas", data.string(), "-o", (demo / "x.pdf").string()});
    };

    SECTION("a wrong passphrase") {
        spit(demo.office() / "keys/kepala.sandi", "bukan-kata-sandinya");
        const Ran ran = issue();
        INFO(ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(ran.err.find("sandi") != std::string::npos);
        CHECK(ran.err.find("bukan-kata-sandinya") == std::string::npos);
    }
    SECTION("a real office asks on its descriptor") {
        Json settings = parse_json(slurp(demo.office() / "office.json"), "office.json");
        settings["contoh"] = false;
        spit(demo.office() / "office.json", dump_json(settings));
        const Ran none = run({"setsid", NASKAH_COMMAND, "--office", demo.office().string(), "issue",
                              "surat-perintah-tugas", data.string(), "-o", (demo / "x.pdf").string()});
        CHECK(none.exit_code == 64);
        const Ran given = naskah_command({"--office", demo.office().string(), "issue", "surat-perintah-tugas",
                                          data.string(), "-o", (demo / "x.pdf").string(), "--pin-fd", "0"},
                                         (demo.office() / "keys/kepala.sandi").string());
        INFO(given.err);
        CHECK(given.exit_code == 0);
        return;
    }
    SECTION("an expired certificate") {
        // Made by OpenSSL, valid in 2024.
        const std::string keys = (demo.office() / "keys").string();
        REQUIRE(run({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=CONTOH lewat",
                     "-keyout", keys + "/k.pem", "-out", keys + "/r.pem"})
                    .exit_code == 0);
        spit(keys + "/ca.cnf",
             "[ca]\ndefault_ca=d\n[d]\ndatabase=" + keys + "/index\nserial=" + keys +
                 "/serial\nnew_certs_dir=" + keys +
                 "\ndefault_md=sha256\npolicy=p\nrand_serial=yes\n[p]\ncommonName=supplied\n");
        spit(keys + "/index", "");
        REQUIRE(run({"openssl", "ca", "-batch", "-selfsign", "-config", keys + "/ca.cnf", "-keyfile",
                     keys + "/k.pem", "-in", keys + "/r.pem", "-out", keys + "/c.pem", "-startdate",
                     "20240101000000Z", "-enddate", "20250101000000Z", "-notext"})
                    .exit_code == 0);
        REQUIRE(run({"openssl", "pkcs12", "-export", "-inkey", keys + "/k.pem", "-in", keys + "/c.pem",
                     "-out", keys + "/kepala.p12", "-passout", "pass:lewat"})
                    .exit_code == 0);
        spit(demo.office() / "keys/kepala.sandi", "lewat");
        const Ran ran = issue();
        INFO(ran.err);
        CHECK(ran.exit_code == 65);
        CHECK((ran.err.find("berlaku") != std::string::npos ||
               ran.err.find("kedaluwarsa") != std::string::npos));
    }
    SECTION("a root that the office does not trust") {
        fs::remove(demo.office() / "trust/akar-contoh.pem");
        const Ran ran = issue();
        INFO(ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(ran.err.find("trust/") != std::string::npos);
    }
    CHECK(demo.rows().empty());
    demo.check_register();
}

TEST_CASE("the command tells a newcomer what is missing") {
    const Folder folder;
    CHECK(naskah_command({}).exit_code == 64);
    CHECK(naskah_command({"--help"}).exit_code == 0);
    CHECK(naskah_command({"terbitkan"}).exit_code == 64);
    CHECK(naskah_command({"issue", "surat-perintah-tugas"}).exit_code == 64);
    const Ran no_office = naskah_command({"issue", "surat-perintah-tugas", "a.json", "-o", "b.pdf"});
    CHECK(no_office.exit_code == 64);
    CHECK(no_office.err.find("NASKAH_OFFICE") != std::string::npos);
    const Ran no_folder = naskah_command({"--office", (folder / "tidak-ada").string(), "register", "list"});
    CHECK(no_folder.exit_code == 65);
    CHECK(no_folder.err.find("naskah init") != std::string::npos);
    CHECK(naskah_command({"verify", (folder / "tidak-ada.pdf").string()}).exit_code == 65);
    const DemoOffice demo;
    const Ran unknown = demo.command({"template", "schema", "surat-perintah-tuga"});
    CHECK(unknown.exit_code == 65);
    CHECK(unknown.err.find("surat-perintah-tugas") != std::string::npos);
    CHECK(naskah_command({"init", demo.office().string(), "--demo"}).exit_code == 65);
    REQUIRE(naskah_command({"init", (folder / "nyata").string()}).exit_code == 0);
    const Ran blank = naskah_command({"--office", (folder / "nyata").string(), "register", "list"});
    CHECK(blank.exit_code == 65);
    CHECK(blank.err.find("belum diisi") != std::string::npos);
}

TEST_CASE("a rule about who signs that means nothing is refused by name, and takes no number") {
    const DemoOffice demo;
    const Json good = parse_json(slurp(demo.office() / "office.json"), "office.json");
    struct Row {
        Json rule;
        const char* place;
    };
    const Json all = Json::array({"*"});
    const Row rows[] = {
        {{{"jenis", all}, {"pejabat", "kepalaa"}}, "penandatangan[0].pejabat"},
        {{{"jenis", all}, {"pejabat", "kepala"}, {"sebagai", "an."}}, "penandatangan[0].sebagai"},
        {{{"jenis", all}, {"pejabat", "kepala"}, {"sebagai", "u.b."}}, "penandatangan[0].melalui"},
        {{{"jenis", all}, {"pejabat", "kepala"}, {"sebagai", "u.b."}, {"melalui", "x"}},
         "penandatangan[0].melalui"},
        {{{"jenis", all}, {"pejabat", "kepala"}, {"sebagai", "Plh."}, {"atas_nama", "x"}},
         "penandatangan[0].atas_nama"}};
    for (const Row& row : rows) {
        Json settings = good;
        settings["penandatangan"] = Json::array({row.rule});
        spit(demo.office() / "office.json", dump_json(settings));
        const Ran ran = demo.command({"register", "list"});
        INFO(ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(ran.err.find(row.place) != std::string::npos);
    }
    spit(demo.office() / "office.json", dump_json(good));
    CHECK(demo.rows().empty());
}

TEST_CASE("a wrong call is told in Indonesian") {
    struct Row {
        std::vector<std::string> words;
        const char* said;
    };
    const Row rows[] = {
        {{}, "perintah belum disebut"},
        {{"register", "void", "9"}, "--reason belum disebut"},
        {{"issue", "x", "y", "-o", "z", "--batch", "b"}, "DATA.json tidak dapat dipakai bersama --batch"},
        {{"issue", "x", "y", "-o", "z", "--jobs", "abc"}, "nilai untuk --jobs tidak dapat dipakai"},
        {{"issue", "x", "y", "-o"}, "--output memerlukan nilai"},
        {{"issue", "x", "--out", "z"}, "--out hanya dipakai bersama --batch"},
        {{"init", "x", "--demoo"}, "berlebih atau tidak dikenal: --demoo"},
        {{"resume", "--pin-fd", "abc"}, "nilai ini tidak dapat dipakai: --pin-fd"}};
    for (const Row& row : rows) {
        const Ran ran = naskah_command(row.words);
        INFO(ran.err);
        CHECK(ran.exit_code == 64);
        CHECK(ran.err.find(row.said) != std::string::npos);
    }
}

TEST_CASE(
    "an export has its columns even when the register is empty, and no cell that a spreadsheet would run") {
    const DemoOffice demo;
    const Ran empty = demo.command({"register", "export", "--csv"});
    CHECK(empty.exit_code == 0);
    CHECK(empty.out.starts_with("no_urut,tanggal_surat,nomor,"));
    CHECK(std::count(empty.out.begin(), empty.out.end(), '\n') == 1);

    Json data = demo.example("checklist-persyaratan");
    data["layanan"] = "=HYPERLINK(\"x\"), \"a\"";
    demo.issue("checklist-persyaratan", data, demo / "a.pdf");
    const Ran one = demo.command({"register", "export", "--csv"});
    CHECK(std::count(one.out.begin(), one.out.end(), '\n') == 2);
    CHECK(one.out.find(",=") == std::string::npos);
    CHECK(one.out.find("\"\"a\"\"") != std::string::npos);
    const Json row = demo.rows().at(0);
    std::string header;
    for (const auto& [name, value] : row.items()) header += (header.empty() ? "" : ",") + name;
    CHECK(one.out.starts_with(header + "\r\n"));
}

TEST_CASE("a batch with a wrong passphrase asks once, refuses every line and takes no number") {
    const DemoOffice demo;
    Json settings = parse_json(slurp(demo.office() / "office.json"), "office.json");
    settings["contoh"] = false;
    spit(demo.office() / "office.json", dump_json(settings));
    const std::string line = dump_json(demo.example("surat-perintah-tugas")) + "\n";
    spit(demo.office() / "surat.jsonl", line + line + line);
    spit(demo / "sandi", "salah\nsalah\nsalah\n");
    const Ran ran = naskah_command({"--office", demo.office().string(), "issue", "surat-perintah-tugas",
                                    "--batch", (demo.office() / "surat.jsonl").string(), "--out",
                                    (demo / "keluar").string(), "--jobs", "1", "--pin-fd", "0"},
                                   (demo / "sandi").string());
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 65);
    CHECK(ran.out.find("sudah ditanyakan dan ditolak") != std::string::npos);
    CHECK(demo.rows().empty());
    demo.check_register();
}
