// Safe keeping as an office's technician meets it: the command, its archives, and what a restored office
// refuses.
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "core/sha256.h"
#include "demo_office.h"
#include "tests/storage/cluster.h"
#include "workflow/backup.h"
#include "workflow/reconcile.h"

namespace naskah::test {
namespace {

using Catch::Matchers::Contains;
using namespace std::chrono_literals;

const std::string spt = "surat-perintah-tugas";

Json issue_spt(const DemoOffice& office, const std::string& name) {
    return office.issue(spt, office.example(spt), office / name);
}

Ran at(const fs::path& office, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--office", office.string()});
    return naskah_command(std::move(arguments));
}

void require_done(const Ran& ran) {
    INFO(ran.out << ran.err);
    REQUIRE(ran.exit_code == 0);
}

Json json_of(const Ran& ran) {
    require_done(ran);
    return parse_json(ran.out, "--json");
}

fs::path back_up(const DemoOffice& office, const std::string& name, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"backup", (office / name).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    require_done(office.command(arguments));
    return office / name;
}

std::string names_in(const fs::path& archive) { return run({"tar", "-tf", archive.string()}).out; }

// An archive made by a stranger: `code` is Python that adds entries to `tar`.
fs::path crafted(const Folder& folder, const std::string& code) {
    spit(folder / "buat.py",
         "import io, sys, tarfile\n"
         "def add(name, text=b'isi', **more):\n"
         "    info = tarfile.TarInfo(name)\n"
         "    info.size = len(text)\n"
         "    for key, value in more.items():\n"
         "        setattr(info, key, value)\n"
         "    tar.addfile(info, io.BytesIO(text) if info.size else None)\n"
         "with tarfile.open(sys.argv[1], 'w') as tar:\n" +
             code);
    const fs::path archive = folder / "asing.tar";
    require_done(run({"python3", (folder / "buat.py").string(), archive.string()}));
    return archive;
}

}  // namespace

TEST_CASE("A backup made while four processes issue letters is one moment of the office") {
    const DemoOffice office;
    const std::string line = dump_json(office.example(spt)) + "\n";
    std::vector<pid_t> children;
    for (int child = 0; child < 4; ++child) {
        const std::string name = "lot" + std::to_string(child);
        std::string lines;
        for (int i = 0; i < 12; ++i) lines += line;
        spit(office.office() / (name + ".jsonl"), lines);
        children.push_back(start({NASKAH_COMMAND, "--office", office.office().string(), "issue", spt,
                                  "--batch", (office.office() / (name + ".jsonl")).string(), "--out",
                                  (office / name).string(), "--jobs", "1", "--key", name, "--json"},
                                 office / (name + ".out"), office / (name + ".err")));
    }
    // Each line of a child's output acknowledges a letter.
    const auto acknowledged = [&] {
        std::set<std::string> numbers;
        for (int child = 0; child < 4; ++child) {
            std::istringstream said(slurp(office / ("lot" + std::to_string(child) + ".out")));
            for (std::string row; std::getline(said, row);)
                if (row.ends_with("}"))
                    numbers.insert(parse_json(row, "batch").at("number").get<std::string>());
        }
        return numbers;
    };
    while (acknowledged().size() < 8) std::this_thread::sleep_for(5ms);
    const std::set<std::string> before = acknowledged();
    const Json made = json_of(office.command({"backup", (office / "c.tar").string(), "--json"}));
    for (const pid_t child : children) CHECK(wait_for(child) == 0);
    CHECK(acknowledged().size() == 48);

    const fs::path restored = office / "pulih";
    require_done(naskah_command({"restore", (office / "c.tar").string(), restored.string()}));
    require_done(at(restored, {"register", "check"}));
    const Json rows = json_of(at(restored, {"register", "export", "--json"}));
    CHECK(rows.size() == made.at("letters"));
    std::set<std::string> kept;
    for (const Json& row : rows)
        if (row.at("status") == "issued") kept.insert(row.at("nomor").get<std::string>());
    for (const std::string& number : before) CHECK(kept.contains(number));
    // The log of the copy ends where the manifest says, and one entry tells of the restoration.
    const auto letters = workflow::Office::open(restored).open_register();
    const auto log = letters->log(made.at("log").at("seq").get<std::int64_t>() - 1, 10);
    REQUIRE(log.size() == 2);
    CHECK(to_string(log[0].hash) == made.at("log").at("hash"));
    CHECK(log[1].action == "restore");
    office.check_register();
}

TEST_CASE("A backup holds the office without its keys, unless they are asked for") {
    const DemoOffice office;
    issue_spt(office, "a.pdf");
    spit(office.office() / "templates/catatan biasa é.txt", "teks");
    const fs::path plain = back_up(office, "tanpa.tar"),
                   full = back_up(office, "dengan.tar", {"--with-keys"});
    struct stat about {};
    REQUIRE(::stat(plain.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    for (const std::string name :
         {"register.db", "office.json", "libur.json", "trust/akar-contoh.pem", "emblem.png", "manifest.json"})
        CHECK_THAT(names_in(plain), Contains(name + "\n"));
    CHECK_THAT(names_in(plain), !Contains("keys/") && !Contains("naskah.db"));
    CHECK_THAT(names_in(full), Contains("keys/kepala.p12\n") && Contains("keys/kepala.sandi\n"));

    const fs::path restored = office / "pulih";
    require_done(naskah_command({"restore", full.string(), restored.string()}));
    CHECK(slurp(restored / "keys/kepala.p12") == slurp(office.office() / "keys/kepala.p12"));
    CHECK(slurp(restored / "templates/catatan biasa é.txt") == "teks");
    REQUIRE(::stat((restored / "keys/kepala.p12").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    CHECK(slurp(restored / "emblem.png") == slurp(office.office() / "emblem.png"));
    // What the office verified before, the restored one verifies, too.
    require_done(at(restored, {"verify", (office / "a.pdf").string()}));
}

TEST_CASE("A backup overwrites nothing and does not lie in the office") {
    const DemoOffice office;
    const fs::path first = back_up(office, "c.tar");
    const std::string content = slurp(first);
    const Ran again = office.command({"backup", first.string()});
    CHECK(again.exit_code == 65);
    CHECK_THAT(again.err, Contains("sudah ada"));
    CHECK(slurp(first) == content);
    CHECK(office.command({"backup", (office.office() / "c.tar").string()}).exit_code == 64);
    CHECK(office.command({"backup", (office.office() / "lampiran/../c.tar").string()}).exit_code == 64);
    CHECK(office.command({"backup", (office / "tidak-ada/c.tar").string()}).exit_code == 73);
    CHECK(office.command({"backup"}).exit_code == 64);
    // Nothing half made is left beside them.
    std::set<std::string> left;
    for (const auto& entry : fs::directory_iterator(office / ""))
        left.insert(entry.path().filename().string());
    CHECK(left == std::set<std::string>{"c.tar", "kantor"});
}

TEST_CASE("Nightly backups are named by their moment, and only the newest are kept") {
    const DemoOffice office;
    const fs::path folder = office / "malam";
    fs::create_directory(folder);
    spit(folder / "catatan.tar", "bukan cadangan kita");
    for (const char* old : {"naskah-20250101T000000Z.tar", "naskah-20250102T000000Z.tar"})
        spit(folder / old, "lama");
    require_done(office.command({"backup", "--into", folder.string(), "--keep", "2"}));
    std::set<std::string> left;
    for (const auto& entry : fs::directory_iterator(folder)) left.insert(entry.path().filename().string());
    CHECK(left.size() == 3);
    CHECK(left.contains("catatan.tar"));
    CHECK(left.contains("naskah-20250102T000000Z.tar"));
    CHECK_FALSE(left.contains("naskah-20250101T000000Z.tar"));
}

TEST_CASE("A damaged or shortened backup is refused, and no folder is made of it") {
    const DemoOffice office;
    issue_spt(office, "a.pdf");
    const fs::path good = back_up(office, "c.tar");
    require_done(naskah_command({"backup", "verify", good.string()}));
    const std::string content = slurp(good);
    const fs::path bad = office / "rusak.tar", folder = office / "pulih";
    const auto refused = [&](const std::string& what) {
        INFO(what);
        const Ran verified = naskah_command({"backup", "verify", bad.string()});
        CHECK(verified.exit_code == 65);
        CHECK_FALSE(verified.err.empty());
        CHECK(naskah_command({"restore", bad.string(), folder.string()}).exit_code == 65);
        CHECK_FALSE(fs::exists(folder));
    };
    for (int tenth = 0; tenth < 10; ++tenth) {
        spit(bad, content.substr(0, content.size() * static_cast<std::size_t>(tenth) / 10));
        refused("broken off at " + std::to_string(tenth) + "/10");
    }
    // One bit inside each file, wherever its content begins.
    for (const std::string mark :
         {"SQLite format 3", "\"alamat_publik\"", "BEGIN CERTIFICATE", "\"sha256\"", "IHDR"}) {
        std::string changed = content;
        changed[changed.find(mark) + 3] ^= 0x20;
        spit(bad, changed);
        refused("changed at " + mark);
    }
    spit(bad, "bukan arsip");
    refused("no archive");
}

TEST_CASE("An archive by a stranger can put nothing anywhere") {
    const Folder folder;
    const std::pair<const char*, const char*> rows[] = {
        {"above", "    add('../jahat')\n"},
        {"above, deeper", "    add('templates/../../jahat')\n"},
        {"absolute", "    add('/tmp/naskah-jahat')\n"},
        {"dot", "    add('./office.json')\n"},
        {"hidden", "    add('.ssh/authorized_keys')\n"},
        {"empty part", "    add('templates//x')\n"},
        {"backslash", "    add('templates\\\\..\\\\x')\n"},
        {"control character", "    add('templates/a\\nb')\n"},
        {"a link",
         "    add('templates', b'', type=tarfile.SYMTYPE, linkname='/etc')\n    add('templates/jahat')\n"},
        {"a hard link", "    add('office.json', b'', type=tarfile.LNKTYPE, linkname='/etc/passwd')\n"},
        {"a device", "    add('office.json', b'', type=tarfile.CHRTYPE, devmajor=1, devminor=3)\n"},
        {"a pipe", "    add('office.json', b'', type=tarfile.FIFOTYPE)\n"},
        {"a folder", "    add('templates', b'', type=tarfile.DIRTYPE)\n"},
        {"the same twice", "    add('office.json')\n    add('office.json')\n"},
        {"a file as a folder", "    add('trust')\n    add('trust/akar.pem')\n"},
        {"far too deep", "    add('/'.join(['a'] * 40))\n"},
        {"a long name", "    add('a' * 2000)\n"},
        {"no manifest", "    add('office.json')\n    add('register.db')\n"},
        {"a manifest that is none", "    add('manifest.json', b'[]')\n"},
        {"a manifest of others", "    add('manifest.json', b'{\"format\": \"lain\"}')\n"},
        {"nothing listed",
         "    add('jahat')\n    add('manifest.json', b'{\"format\": \"naskah-cadangan\", "
         "\"version\": 1, \"files\": []}')\n"},
        {"something behind", "    add('manifest.json', b'{}')\n    add('jahat')\n"},
        {"newer", "    add('manifest.json', b'{\"format\": \"naskah-cadangan\", \"version\": 99}')\n"},
    };
    for (const auto& [what, code] : rows) {
        INFO(what);
        const fs::path archive = crafted(folder, code), target = folder / "kantor/pulih";
        const Ran ran = naskah_command({"restore", archive.string(), target.string()});
        INFO(ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(naskah_command({"backup", "verify", archive.string()}).exit_code == 65);
        CHECK_FALSE(fs::exists(target));
        CHECK_FALSE(fs::exists(folder / "jahat"));
        CHECK_FALSE(fs::exists("/tmp/naskah-jahat"));
        if (fs::exists(folder / "kantor")) CHECK(fs::is_empty(folder / "kantor"));
    }
}

TEST_CASE("A backup is restored into a new folder only") {
    const DemoOffice office;
    const fs::path archive = back_up(office, "c.tar");
    fs::create_directory(office / "penuh");
    spit(office / "penuh/x", "isi");
    const Ran ran = naskah_command({"restore", archive.string(), (office / "penuh").string()});
    CHECK(ran.exit_code == 65);
    CHECK_THAT(ran.err, Contains("sudah berisi"));
    CHECK(naskah_command({"restore", archive.string(), office.office().string()}).exit_code == 65);
    CHECK(naskah_command({"restore", archive.string(), (office / "penuh/x").string()}).exit_code == 65);
    fs::create_directory(office / "kosong");
    require_done(naskah_command({"restore", archive.string(), (office / "kosong").string()}));
    // A register elsewhere is named, never guessed.
    CHECK(naskah_command({"restore", archive.string(), (office / "lain").string(), "--storage", "/tmp/x.db"})
              .exit_code == 65);
    require_done(naskah_command(
        {"restore", archive.string(), (office / "lain").string(), "--storage", "data/register.db"}));
    require_done(at(office / "lain", {"register", "check"}));
    CHECK(fs::exists(office / "lain/data/register.db"));
}

TEST_CASE("A restored office issues nothing, by any way, until its series is reconciled") {
    const DemoOffice office;
    issue_spt(office, "satu.pdf");
    // A letter that a crash left with its number: the signer's key is away.
    fs::rename(office.office() / "keys/kepala.p12", office / "kunci");
    {
        workflow::Office opened = workflow::Office::open(office.office());
        const auto letters = opened.open_register();
        storage::NewLetter left;
        const storage::Letter known = letters->list({}).at(0).letter;
        left.id = make_letter_id(system_random());
        left.kind = known.kind;
        left.series = known.series;
        left.pattern = opened.settings().at("seri").at("spt").at("pola").get<std::string>();
        left.parts = known.parts;
        left.date = known.date;
        left.subject = known.subject;
        left.data = known.data;
        left.snapshot = known.snapshot;
        left.actor = "uji";
        letters->reserve(left, system_clock().now());
    }
    fs::rename(office / "kunci", office.office() / "keys/kepala.p12");
    const fs::path archive = back_up(office, "c.tar", {"--with-keys"}), restored = office / "pulih";
    require_done(naskah_command({"restore", archive.string(), restored.string()}));
    const fs::path data = office.write_data("data.json", office.example(spt));
    spit(office.office() / "lot.jsonl", slurp(data) + "\n");

    const auto refused = [&](const Ran& ran) {
        INFO(ran.out << ran.err);
        CHECK(ran.exit_code == 77);
        CHECK_THAT(ran.out + ran.err, Contains("belum dicocokkan") && Contains("--series spt"));
    };
    refused(at(restored, {"issue", spt, data.string(), "-o", (office / "x.pdf").string()}));
    refused(at(restored, {"issue", spt, "--batch", (office.office() / "lot.jsonl").string(), "--out",
                          (office / "x").string()}));
    refused(at(restored, {"resume"}));
    CHECK_FALSE(fs::exists(office / "x.pdf"));
    {
        workflow::Desk desk(workflow::Office::open(restored), system_clock(), system_random(),
                            [](const std::string&) { return std::string(); });
        CHECK(workflow::pending_reconciliation(desk).size() == 7);  // every series of the demo office
    }
    // Looking, checking and drafting go on.
    require_done(at(restored, {"verify", (office / "satu.pdf").string()}));
    require_done(at(restored, {"render", spt, data.string(), "-o", (office / "konsep.pdf").string()}));
    require_done(at(restored, {"register", "check"}));

    const Json done = json_of(
        at(restored,
           {"register", "reconcile", "--series", "spt", "--last",
            json_of(at(restored, {"register", "reconcile", "--json"})).at(0).at("last").get<std::string>(),
            "--json"}));
    CHECK(done.at("closed").size() == 1);
    require_done(at(restored, {"resume"}));
    require_done(at(restored, {"issue", spt, data.string(), "-o", (office / "x.pdf").string()}));
    require_done(at(restored, {"register", "check"}));
    refused([&] {
        Ran ran =
            at(restored, {"issue", "berita-acara-pemeriksaan",
                          office.write_data("ba.json", office.example("berita-acara-pemeriksaan")).string(),
                          "-o", (office / "ba.pdf").string()});
        ran.err = std::string(ran.err).replace(ran.err.find("--series ba"), 11, "--series spt");
        return ran;
    }());
}

TEST_CASE("Letters that left the house after the backup are found again from what people hold") {
    const DemoOffice office;
    const Json first = issue_spt(office, "satu.pdf");
    const fs::path archive = back_up(office, "c.tar", {"--with-keys"}), restored = office / "pulih";
    const Json lost = issue_spt(office, "dua.pdf"), last = issue_spt(office, "tiga.pdf");
    require_done(naskah_command({"restore", archive.string(), restored.string()}));
    const auto reconcile = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"register", "reconcile", "--series", "spt", "--json"});
        return at(restored, more);
    };
    const std::string number = last.at("number");
    const auto refused = [&](std::vector<std::string> more, const std::string& why) {
        const Ran ran = reconcile(more);
        INFO(ran.err);
        CHECK((ran.exit_code == 65 || ran.exit_code == 64));
        CHECK_THAT(ran.err, Contains(why));
    };
    refused({}, "belum disebut");
    refused({"--last", "omong kosong"}, "bukan nomor seri spt");
    refused({"--none"}, "register memuat surat");
    refused({"--none", "--last", number}, "Pilih satu");
    refused({"--pdf", archive.string()}, "bukan surat yang sah");
    refused({"--pdf", (office / "tidak-ada.pdf").string()}, "tidak dapat dibaca");
    CHECK(at(restored, {"register", "reconcile", "--series", "tidak-ada", "--none"}).exit_code == 65);
    CHECK(at(restored, {"register", "reconcile", "--last", number}).exit_code == 64);
    std::string future = number;
    future.replace(future.rfind('/') + 1, 4, "2990");
    refused({"--last", future}, "masa yang belum tiba");
    // A letter of another series says nothing about this one.
    const Json other = office.issue("berita-acara-pemeriksaan", office.example("berita-acara-pemeriksaan"),
                                    office / "ba.pdf");
    refused({"--pdf", (office / "ba.pdf").string()}, "bukan surat seri spt");

    const Json done = json_of(reconcile({"--pdf", (office / "tiga.pdf").string()}));
    CHECK(done.at("last") == number);
    CHECK(done.at("void") == Json::array({lost.at("number"), number}));
    const Json rows = json_of(at(restored, {"register", "export", "--json"}));
    REQUIRE(rows.size() == 3);
    CHECK(rows.at(1).at("id") != lost.at("id"));
    CHECK(rows.at(2).at("id") == last.at("id"));  // its code is known again
    CHECK_THAT(rows.at(2).at("keterangan").get<std::string>(), Contains("terbit sebelum pemulihan"));
    const Json next =
        json_of(at(restored, {"issue", spt, office.write_data("d.json", office.example(spt)).string(), "-o",
                              (office / "empat.pdf").string(), "--json"}));
    CHECK_THAT(next.at("number").get<std::string>(), Contains("/004/"));
    require_done(at(restored, {"register", "check"}));
    refused({"--last", number}, "tidak menunggu pencocokan");
}

TEST_CASE("An office moves to a PostgreSQL server by its backup, issues there, and moves back") {
    const DemoOffice office;
    issue_spt(office, "satu.pdf");
    const std::string address = storage::Cluster::shared().create_database();
    const fs::path moved = office / "server", again = office / "berkas";
    const fs::path archive = back_up(office, "c.tar", {"--with-keys"});
    const Ran restored = naskah_command({"restore", archive.string(), moved.string(), "--storage", address});
    require_done(restored);
    CHECK_THAT(restored.out, !Contains(address));
    CHECK_FALSE(fs::exists(moved / "naskah.db"));
    CHECK_FALSE(fs::exists(moved / "register.db"));
    const fs::path data = office.write_data("d.json", office.example(spt));
    CHECK(at(moved, {"issue", spt, data.string(), "-o", (office / "x.pdf").string()}).exit_code == 77);
    require_done(at(moved, {"register", "reconcile", "--unchanged"}));
    require_done(at(moved, {"issue", spt, data.string(), "-o", (office / "dua.pdf").string()}));
    require_done(at(moved, {"register", "check"}));

    // What lies in a database is never overwritten, also by the restoration of the office that it belongs to.
    const Ran refused =
        naskah_command({"restore", archive.string(), (office / "lagi").string(), "--storage", address});
    CHECK(refused.exit_code == 65);
    CHECK_THAT(refused.err, Contains("sudah berisi register"));
    CHECK_FALSE(fs::exists(office / "lagi"));

    const Json made = json_of(at(moved, {"backup", (office / "s.tar").string(), "--with-keys", "--json"}));
    CHECK(made.at("letters") == 2);
    require_done(naskah_command({"backup", "verify", (office / "s.tar").string()}));
    require_done(
        naskah_command({"restore", (office / "s.tar").string(), again.string(), "--storage", "naskah.db"}));
    require_done(at(again, {"register", "reconcile", "--unchanged"}));
    require_done(at(again, {"verify", (office / "dua.pdf").string()}));
    require_done(at(again, {"issue", spt, data.string(), "-o", (office / "tiga.pdf").string()}));
    require_done(at(again, {"register", "check"}));
    CHECK(json_of(at(again, {"register", "export", "--json"})).size() == 3);
}

TEST_CASE("An office that only moved is declared unchanged, and goes on with what it had begun") {
    const DemoOffice office;
    issue_spt(office, "satu.pdf");
    const fs::path archive = back_up(office, "c.tar", {"--with-keys"}), restored = office / "pulih";
    require_done(naskah_command({"restore", archive.string(), restored.string()}));
    require_done(at(restored, {"register", "reconcile", "--unchanged"}));
    for (const Json& row : json_of(at(restored, {"register", "reconcile", "--json"})))
        CHECK(row.at("pending") == false);
    for (const std::string& kind : kinds())
        require_done(
            at(restored, {"issue", kind, office.write_data(kind + ".json", office.example(kind)).string(),
                          "-o", (office / (kind + ".pdf")).string()}));
    require_done(at(restored, {"register", "check"}));
}

}  // namespace naskah::test
