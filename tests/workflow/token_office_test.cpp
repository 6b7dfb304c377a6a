// An office whose head signs with a token (SoftHSM2): rounds in the browser, batches and single files at the
// command.
#include "flow_office.h"
#include "workflow/keys.h"

using namespace naskah;
using namespace naskah::workflow;
using Catch::Matchers::Contains;
using naskah::test::FlowOffice;
using naskah::test::refused;
using storage::Draft;
using storage::ItemState;
using storage::Round;
using storage::Rounds;
using storage::Stage;
using storage::Status;

namespace {

namespace fs = std::filesystem;

constexpr const char* pin = "135790";

std::string softhsm() {
    for (const char* place :
         {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
          "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"})
        if (fs::exists(place)) return place;
    FAIL("SoftHSM2 is not installed");
    return {};
}

void must(const std::string& command) {
    const test::Ran ran = test::run({"sh", "-c", command});
    INFO(command << "\n" << ran.out << ran.err);
    REQUIRE(ran.exit_code == 0);
}

// The demo head's key, moved into a token; its certificates stay in a file.
class TokenOffice : public FlowOffice {
public:
    TokenOffice() : FlowOffice(true) {
        // SoftHSM reads where its tokens are once a process: all tests share them, and each has one of its
        // own.
        static const test::Folder tokens;
        static int offices = 0;
        label = "KEPALA" + std::to_string(++offices);
        fs::create_directories(tokens / "tokens");
        test::spit(tokens / "softhsm2.conf", "directories.tokendir = " + (tokens / "tokens").string() +
                                                 "\nobjectstore.backend = file\nlog.level = ERROR\n");
        ::setenv("SOFTHSM2_CONF", (tokens / "softhsm2.conf").c_str(), 1);
        test::spit(folder / "sandi", FlowOffice::pin);
        const std::string p12 = (root() / "keys/kepala.p12").string(), at = folder.path().string();
        const std::string from = "openssl pkcs12 -in " + p12 + " -passin file:" + at + "/sandi ";
        must(from + "-nocerts -nodes | openssl pkcs8 -topk8 -nocrypt -out " + at + "/k.p8");
        must(from + "-nokeys -out " + (root() / "keys/kepala.crt").string());
        must("softhsm2-util --init-token --free --label " + label + " --so-pin 97531 --pin " + ::pin);
        must("softhsm2-util --import " + at + "/k.p8 --token " + label + " --label tte --id 01 --pin " +
             ::pin);
        fs::remove(root() / "keys/kepala.p12");
        Json settings = parse_json(test::slurp(root() / "office.json"), "office.json");
        settings["kunci"] = {{"token",
                              {{"jenis", "pkcs11"},
                               {"modul", softhsm()},
                               {"token", label},
                               {"sertifikat", "keys/kepala.crt"}}}};
        settings["pejabat"][0]["kunci"] = "token";
        test::spit(root() / "office.json", dump_json(settings));
        desk = open_desk();
        test::spit(folder / "pin", std::string(::pin) + "\n");
        test::spit(folder / "pin-keliru", "000000\n");
    }
    test::Ran command(const std::vector<std::string>& arguments, const std::string& secret = "pin") const {
        std::vector<std::string> all = {"--office", root().string()};
        all.insert(all.end(), arguments.begin(), arguments.end());
        all.insert(all.end(), {"--pin-fd", "0"});
        return test::naskah_command(all, (folder / secret).string());
    }

    std::string label;
};

}  // namespace

TEST_CASE("a head signs a round with the PIN of a token, and a wrong PIN changes nothing") {
    TokenOffice office;
    std::vector<Rounds::Pick> picks;
    std::vector<Draft> drafts;
    for (int i = 0; i < 4; ++i) {
        drafts.push_back(office.in_stage(Stage::queue));
        picks.push_back({drafts.back().id, drafts.back().version});
    }
    auto rounds = office.rounds();
    CHECK(rounds->needs_of(drafts).pin_name == "PIN token");
    CHECK_THAT(refused([&] {
                   rounds->start(office.ratna, picks, {"000000", ""}, office.now());
               }),
               Contains("PIN tanda tangan") && Contains("salah") && !Contains("000000"));
    CHECK(office.desk->letters().list({}).empty());
    const Round started = rounds->start(office.ratna, picks, {pin, ""}, office.now());
    rounds->wait();
    const Round round = rounds->find(started.id).value();
    CHECK(round.count(ItemState::signed_) == 4);
    for (const storage::Row& row : office.desk->letters().list({.status = Status::issued})) {
        const Bytes pdf = office.desk->letters().pdf(row.letter.id).value();
        CHECK(verify::check(pdf, office.desk->trust(), office.now()).verdict == verify::Verdict::passed);
    }
    // The token is closed with the round: the next one is asked for its PIN anew.
    const Draft more = office.in_stage(Stage::queue);
    CHECK_THAT(refused([&] {
                   rounds->start(office.ratna, {{more.id, more.version}}, {"000000", ""}, office.now());
               }),
               Contains("salah"));
}

TEST_CASE("the command signs batches and single files with a token, asking for the PIN once") {
    TokenOffice office;
    std::string lines;
    for (int i = 0; i < 5; ++i) {
        Json data = office.example();
        data["dasar"][0] = "melaksanakan tugas percobaan nomor " + std::to_string(i + 1);
        lines += dump_json(data) + "\n";
    }
    test::spit(office.root() / "surat.jsonl", lines);
    const std::string out = (office.folder / "hasil").string();
    const test::Ran wrong = office.command(
        {"issue", "surat-perintah-tugas", "--batch", (office.root() / "surat.jsonl").string(), "--out", out},
        "pin-keliru");
    CHECK(wrong.exit_code == 65);
    CHECK_THAT(wrong.out + wrong.err, Contains("PIN token salah") && !Contains("000000"));
    CHECK(office.desk->letters().list({}).empty());
    const test::Ran ran = office.command(
        {"issue", "surat-perintah-tugas", "--batch", (office.root() / "surat.jsonl").string(), "--out", out});
    INFO(ran.err);
    CHECK(ran.exit_code == 0);
    CHECK(office.desk->letters().list({.status = Status::issued}).size() == 5);

    const std::string letter = (office.folder / "a.pdf").string(), one = (office.folder / "b.pdf").string();
    CHECK(test::naskah_command({"--office", office.root().string(), "render", "surat-perintah-tugas",
                                [&] {
                                    test::spit(office.root() / "d.json", dump_json(office.example()));
                                    return (office.root() / "d.json").string();
                                }(),
                                "-o", letter})
              .exit_code == 0);
    CHECK(office.command({"sign", letter, "-o", one, "--key", "token"}).exit_code == 0);
    CHECK(test::naskah_command({"--office", office.root().string(), "verify", one}).exit_code == 0);
    const test::Ran direct =
        office.command({"sign", letter, "-o", one, "--pkcs11", softhsm(), "--token", office.label,
                        "--certificate", (office.root() / "keys/kepala.crt").string()});
    INFO(direct.err);
    CHECK(direct.exit_code == 0);
    CHECK(test::naskah_command({"--office", office.root().string(), "verify", one}).exit_code == 0);
    CHECK_THAT(office.command({"sign", letter, "-o", one, "--pkcs11", softhsm(), "--token", "LAIN"}).err,
               Contains("tidak terpasang"));
    CHECK(office.command({"sign", letter, "-o", one}).exit_code == 64);
    CHECK(office.command({"sign", letter, "-o", one, "--key", "token", "--p12", "x"}).exit_code == 64);
}
