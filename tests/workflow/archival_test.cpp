// Each kind of letter, before and after it is signed, against every clause of PDF/A-3a and PDF/UA-1 that a
// letter can break (tests/archival.py).
#include "tests/workflow/demo_office.h"

using namespace naskah;
using namespace naskah::test;

namespace {

constexpr const char* judge = NASKAH_SOURCE_DIR "/tests/archival.py";

Json issued_copies(const DemoOffice& demo, std::vector<std::string>& files) {
    const Ran list = demo.command({"template", "list", "--json"});
    REQUIRE(list.exit_code == 0);
    const Json kinds = parse_json(list.out, "template list");
    for (const Json& row : kinds) {
        const std::string kind = row.at("kind").get<std::string>();
        const fs::path pdf = demo / (kind + ".pdf");
        demo.issue(kind, demo.example(kind), pdf);
        files.push_back(pdf.string());
    }
    return kinds;
}

}  // namespace

TEST_CASE("a letter of every kind is PDF/A-3a and PDF/UA-1, before it is signed and after") {
    const DemoOffice demo;
    std::vector<std::string> files;
    CHECK(issued_copies(demo, files).size() >= 47);
    for (const char* which : {"--", "--unsigned"}) {
        std::vector<std::string> command{"python3", judge, which};
        if (std::string(which) == "--") command.pop_back();
        command.insert(command.end(), files.begin(), files.end());
        const Ran ran = run(command);
        INFO(which << "\n" << ran.out << ran.err);
        CHECK(ran.exit_code == 0);
        CHECK(ran.out.empty());
    }
}

TEST_CASE("a draft is PDF/A-3a and PDF/UA-1") {
    const DemoOffice demo;
    for (const std::string& kind : kinds()) {
        const fs::path pdf = demo / "konsep.pdf";
        REQUIRE(demo.command({"render", kind, demo.write_data("data.json", demo.example(kind)).string(), "-o",
                              pdf.string()})
                    .exit_code == 0);
        const Ran ran = run({"python3", judge, pdf.string()});
        INFO(kind << "\n" << ran.out << ran.err);
        CHECK(ran.exit_code == 0);
    }
}

TEST_CASE("a second signature keeps a letter PDF/A-3a and PDF/UA-1") {
    const DemoOffice demo;
    const fs::path pdf = demo / "spt.pdf", twice = demo / "dua.pdf";
    demo.issue("surat-perintah-tugas", demo.example("surat-perintah-tugas"), pdf);
    const fs::path keys = demo.office() / "keys";
    const Ran signing =
        run({"sh", "-c", "exec \"$0\" sign \"$1\" -o \"$2\" --p12 \"$3\" --pin-fd 3 3<\"$4\"", NASKAH_COMMAND,
             pdf.string(), twice.string(), (keys / "segel.p12").string(), (keys / "segel.sandi").string()});
    INFO(signing.err);
    REQUIRE(signing.exit_code == 0);
    const Ran ran = run({"python3", judge, twice.string()});
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 0);
    CHECK(run({"pdfsig", twice.string()}).out.find("Signature #2") != std::string::npos);
}

TEST_CASE("what breaks PDF/A-3a or PDF/UA-1 in a letter is noticed") {
    const DemoOffice demo;
    const fs::path pdf = demo / "checklist.pdf";
    demo.issue("checklist-persyaratan", demo.example("checklist-persyaratan"), pdf);
    const Ran ran = run({"python3", judge, "--self-test", pdf.string()});
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 0);
}
