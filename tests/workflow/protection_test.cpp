// An office whose letters shall last: an authority on this machine signs, stamps and answers for it.
#include "workflow/protection.h"
#include "core/file.h"
#include "storage/protections.h"
#include "tests/support/authority.h"
#include "tests/workflow/demo_office.h"

using namespace naskah;
using namespace naskah::test;
using tests::Authority;

namespace {

const std::string kind = "surat-perintah-tugas";

// A demo office with the authority's signers in place of its own.
class LastingOffice : public DemoOffice {
public:
    LastingOffice(const Authority& authority, const std::string& level, bool rsa = false,
                  const std::string& path = "/tsa")
        : authority_(authority) {
        settings = parse_json(read_text(office() / "office.json"), "office.json");
        for (const Json* holder : {&settings.at("pejabat").at(0), &settings.at("segel")}) {
            const fs::path key = office() / holder->at("kunci").get<std::string>();
            write_file(key, authority.signer(rsa));
            spit(fs::path(key).replace_extension(".sandi"), "contoh");
        }
        spit(office() / "trust" / "uji.pem", authority.root_pem());
        ask(level, {path});
    }
    void ask(const std::string& level, const std::vector<std::string>& paths) {
        settings["signing"] = {{"level", level}, {"timestamp_authorities", Json::array()}};
        for (const std::string& path : paths)
            settings["signing"]["timestamp_authorities"].push_back(authority_.address(path));
        spit(office() / "office.json", dump_json_pretty(settings));
    }
    Json verified(const fs::path& pdf) const {
        const Ran ran = command({"verify", "--json", pdf.string()});
        INFO(ran.out << ran.err);
        CHECK(ran.exit_code == 0);
        return parse_json(ran.out, "verify --json").at(0);
    }

    Json settings;

private:
    const Authority& authority_;
};

// PDF/A-3a and PDF/UA-1, clause by clause.
void check_archival(const fs::path& pdf) {
    const Ran ran = run({"python3", NASKAH_SOURCE_DIR "/tests/archival.py", pdf.string()});
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 0);
    CHECK(ran.out.empty());
}

std::string named(const std::string& level) {
    std::string name = "B-";
    for (const char c : level) name += static_cast<char>(c - 'a' + 'A');
    return name;
}

}  // namespace

TEST_CASE("an office's letters reach its level, stay PDF/A-3a and PDF/UA-1, and the log says which it was") {
    Authority authority;
    const std::pair<const char*, bool> rows[] = {{"t", true}, {"lt", false}, {"lta", true}};
    for (const auto& [level, rsa] : rows) {
        INFO(level << ", RSA " << rsa);
        const LastingOffice demo(authority, level, rsa);
        const fs::path pdf = demo / "surat.pdf";
        demo.issue(kind, demo.example(kind), pdf);
        check_archival(pdf);
        const Json report = demo.verified(pdf);
        CHECK(report.at("verdict") == "passed");
        CHECK(report.at("signatures").at(0).at("time_proven") == true);
        CHECK(report.at("register").at("same_bytes") == true);
        CHECK(to_string(signing::protection_of(read_file(pdf)).level) == level);
        const auto log = workflow::Office::open(demo.office()).open_register()->log(0, 100);
        CHECK(log.back().action == "issue");
        CHECK(log.back().detail.at("level") == named(level));
        demo.check_register();
    }
}

TEST_CASE("a letter whose authority falls silent stays numbered and unissued, and resume finishes it") {
    Authority authority;
    LastingOffice demo(authority, "lta");
    // Enough for the trial before the number: once for the size, twice for a file. Then nothing.
    authority.stamps_left = 3;
    const fs::path data = demo.write_data("data.json", demo.example(kind)), pdf = demo / "surat.pdf";
    const Ran ran = demo.command({"issue", kind, data.string(), "-o", pdf.string()});
    INFO(ran.err);
    CHECK(ran.exit_code == 69);
    CHECK(ran.err.find(authority.address("/tsa")) != std::string::npos);
    CHECK_FALSE(fs::exists(pdf));
    REQUIRE(demo.rows().size() == 1);
    CHECK(demo.rows().at(0).at("status") == "reserved");

    CHECK(demo.command({"resume"}).exit_code == 69);  // still silent
    CHECK(demo.rows().at(0).at("status") == "reserved");
    authority.stamps_left = -1;
    CHECK(demo.command({"resume"}).exit_code == 0);
    REQUIRE(demo.rows().size() == 1);
    CHECK(demo.rows().at(0).at("status") == "issued");
    const std::string number = demo.rows().at(0).at("nomor");
    REQUIRE(demo.command({"register", "get", number, "-o", pdf.string()}).exit_code == 0);
    CHECK(signing::protection_of(read_file(pdf)).level == signing::Level::lta);
    demo.check_register();
}

TEST_CASE("an authority that is silent, or a signer who was revoked, takes no number") {
    Authority authority;
    LastingOffice demo(authority, "lt");
    const fs::path data = demo.write_data("data.json", demo.example(kind));
    const auto refused = [&](int code, const std::string& says) {
        const Ran ran = demo.command({"issue", kind, data.string(), "-o", (demo / "surat.pdf").string()});
        INFO(ran.err);
        CHECK(ran.exit_code == code);
        CHECK(ran.err.find(says) != std::string::npos);
    };
    authority.stamp = Authority::Stamp::html;
    refused(69, authority.address("/tsa"));
    authority.stamp = Authority::Stamp::good;
    authority.ocsp = Authority::Ocsp::revoked;
    refused(65, "sudah dicabut");
    authority.ocsp = Authority::Ocsp::unknown;
    refused(69, "unknown");
    authority.ocsp = Authority::Ocsp::good;
    demo.ask("t", {});
    refused(65, "signing.timestamp_authorities");
    demo.ask("tinggi", {"/tsa"});
    refused(65, "signing.level");
    demo.ask("lt", {"/tsa"});
    CHECK(demo.rows().empty());
}

TEST_CASE(
    "the letters whose proof ends soon are renewed, and the register knows their old form and their new "
    "one") {
    Authority authority({.stamp_lives = std::chrono::days(60)});
    LastingOffice demo(authority, "lta");
    const fs::path old_form = demo / "lama.pdf", new_form = demo / "baru.pdf";
    const Json said = demo.issue(kind, demo.example(kind), old_form);
    const std::string number = said.at("number");
    const auto due = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"extend", "--due", "--json"});
        const Ran ran = demo.command(more);
        INFO(ran.out << ran.err);
        CHECK(ran.exit_code == 0);
        return parse_json(ran.out, "extend --due");
    };
    CHECK(due({"--within", "30"}).empty());
    // Today's timestamps end no later than the letter's own: nothing is added, day after day.
    const Json waiting = due({});
    REQUIRE(waiting.size() == 1);
    CHECK(waiting.at(0).at("waiting") == true);
    CHECK(waiting.at(0).at("after").is_null());

    demo.ask("lta", {"/tsa-baru"});
    const Json renewed = due({});
    REQUIRE(renewed.size() == 1);
    CHECK(renewed.at(0).at("number") == number);
    CHECK(renewed.at(0).at("after").at("level") == "B-LTA");
    CHECK(renewed.at(0).at("after").at("until") > renewed.at(0).at("before").at("until"));
    CHECK(due({}).empty());

    REQUIRE(demo.command({"register", "get", number, "-o", new_form.string()}).exit_code == 0);
    const Bytes before = read_file(old_form), after = read_file(new_form);
    REQUIRE(after.size() > before.size());
    CHECK(std::equal(before.begin(), before.end(), after.begin()));
    check_archival(new_form);
    for (const fs::path& form : {old_form, new_form}) {
        const Json report = demo.verified(form);
        CHECK(report.at("verdict") == "passed");
        CHECK(report.at("register").at("number") == number);
        CHECK(report.at("register").at("same_bytes") == true);
    }
    CHECK(demo.rows().at(0).at("sha256") == said.at("sha256"));  // what was issued
    demo.check_register();
}

TEST_CASE("letters of before are looked at once, and raised while their signer's certificate is there") {
    Authority authority({.signer_lives = std::chrono::days(80)});
    LastingOffice demo(authority, "b");
    const fs::path pdf = demo / "surat.pdf";
    demo.issue(kind, demo.example(kind), pdf);
    demo.ask("lta", {"/tsa"});
    const Ran ran = demo.command({"extend", "--due", "--json"});
    INFO(ran.out << ran.err);
    REQUIRE(ran.exit_code == 0);
    const Json renewed = parse_json(ran.out, "extend --due");
    REQUIRE(renewed.size() == 1);
    CHECK(renewed.at(0).at("before").at("level") == "B-B");
    CHECK(renewed.at(0).at("after").at("level") == "B-LTA");
    demo.check_register();
}

TEST_CASE("naskah sign reaches each level from the command line, and naskah extend renews a file in place") {
    Authority authority;
    const DemoOffice demo;
    const fs::path draft = demo / "konsep.pdf", key = demo / "kunci.p12", root = demo / "akar.pem",
                   out = demo / "ttd.pdf";
    write_file(key, authority.signer(true));
    spit(root, authority.root_pem());
    REQUIRE(demo.command({"render", kind, demo.write_data("data.json", demo.example(kind)).string(), "-o",
                          draft.string()})
                .exit_code == 0);
    const auto signing = [&](const std::string& level, const std::string& path) {
        const fs::path secret = demo / "sandi";
        spit(secret, "contoh\n");
        return run({"sh", "-c",
                    "exec \"$0\" sign " + draft.string() + " -o " + out.string() + " --p12 " + key.string() +
                        " --level " + level + " --tsa http://127.0.0.1:1/mati --tsa " +
                        authority.address(path) + " --trust " + root.string() + " --pin-fd 3 3<" +
                        secret.string(),
                    NASKAH_COMMAND});
    };
    for (const std::string level : {"b", "t", "lt", "lta"}) {
        const Ran ran = signing(level, "/tsa");
        INFO(ran.err);
        REQUIRE(ran.exit_code == 0);
        CHECK(to_string(signing::protection_of(read_file(out)).level) == level);
    }
    const Bytes before = read_file(out);
    const Ran extended = naskah_command(
        {"extend", out.string(), "--tsa", authority.address("/tsa"), "--trust", root.string(), "--json"});
    INFO(extended.err);
    REQUIRE(extended.exit_code == 0);
    CHECK(parse_json(extended.out, "extend").at(0).at("level") == "B-LTA");
    const Bytes after = read_file(out);
    REQUIRE(after.size() > before.size());
    CHECK(std::equal(before.begin(), before.end(), after.begin()));
    CHECK(naskah_command({"verify", "--trust", root.string(), out.string()}).exit_code == 0);
    CHECK(naskah_command({"extend", draft.string(), "--tsa", authority.address("/tsa")}).exit_code == 65);

    fs::remove(out);
    const Ran failed = signing("lt", "/tidak-ada");
    CHECK(failed.exit_code == 69);
    CHECK(failed.err.find("status 404") != std::string::npos);
    CHECK(failed.err.find("http://127.0.0.1:1/mati") != std::string::npos);
    CHECK_FALSE(fs::exists(out));  // nothing of a lower level either
    CHECK(
        naskah_command({"sign", draft.string(), "-o", out.string(), "--p12", key.string(), "--level", "ltv"})
            .exit_code == 64);
}

TEST_CASE("naskah verify asks the issuer only with --online, and then a revoked signer fails") {
    Authority authority;
    const DemoOffice demo;
    const fs::path draft = demo / "konsep.pdf", key = demo / "kunci.p12", root = demo / "akar.pem",
                   out = demo / "ttd.pdf", secret = demo / "sandi";
    write_file(key, authority.signer(false));
    spit(root, authority.root_pem());
    spit(secret, "contoh\n");
    REQUIRE(demo.command({"render", kind, demo.write_data("data.json", demo.example(kind)).string(), "-o",
                          draft.string()})
                .exit_code == 0);
    REQUIRE(run({"sh", "-c",
                 "exec \"$0\" sign " + draft.string() + " -o " + out.string() + " --p12 " + key.string() +
                     " --pin-fd 3 3<" + secret.string(),
                 NASKAH_COMMAND})
                .exit_code == 0);
    const auto verified = [&](bool online) {
        std::vector<std::string> command{"verify", out.string(), "--trust", root.string()};
        if (online) command.push_back("--online");
        return naskah_command(command);
    };
    for (const auto& [answer, exit_code, words] : {std::tuple{Authority::Ocsp::good, 0, ": SAH"},
                                                   {Authority::Ocsp::revoked, 1, "dicabut"},
                                                   {Authority::Ocsp::silent, 2, "BELUM PASTI"}}) {
        authority.ocsp = answer;
        const int before = authority.asked("/ocsp");
        CHECK(verified(false).exit_code == 0);
        CHECK(authority.asked("/ocsp") == before);
        const Ran online = verified(true);
        INFO(online.out << online.err);
        CHECK(online.exit_code == exit_code);
        CHECK(online.out.find(words) != std::string::npos);
        CHECK(authority.asked("/ocsp") > before);
    }
}
