// Several people sign one file, ours or a stranger's; what one of them closed stays closed.
#include "core/error.h"
#include "tests/signing/keys.h"
#include "tests/signing/small_pdf.h"
#include "verify/verify.h"

using namespace naskah;
using namespace naskah::tests;
using signing::Options;

namespace {

struct Party {
    signing::DemoAuthority authority = signing::make_demo_authority(
        signing::KeyType::ecdsa, {"Ketua Tim (CONTOH)", "Pelaku Usaha (CONTOH)", "Kepala Dinas (CONTOH)"},
        today);
    std::vector<std::unique_ptr<signing::Key>> keys;
    verify::Trust trust;
    Party() {
        for (const auto& signer : authority.signers)
            keys.push_back(signing::open_pkcs12(signer.p12, signer.passphrase));
        trust.add(as_bytes(authority.root_pem), "root.pem");
        trust.add(as_bytes(authority.intermediate_pem), "intermediate.pem");
    }
    Bytes sign(const Bytes& pdf, int who, const Options& options = {}) const {
        return signing::sign(pdf, *keys.at(static_cast<std::size_t>(who)), options, today);
    }
    verify::Report check(const Bytes& pdf) const { return verify::check(pdf, trust, today); }
};

Bytes plain() { return to_bytes(SmallPdf().str()); }

std::string refused(const Party& party, const Bytes& pdf, const Options& options = {}) {
    try {
        party.sign(pdf, 2, options);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

const Bytes form = [] {
    SmallPdf pdf;
    pdf.objects[1] =
        "<< /Type /Catalog /Pages 2 0 R /Lang (id-ID) /AcroForm << /Fields [8 0 R 9 0 R] /DA (/Helv 0 Tf) >> "
        ">>";
    pdf.objects[3].replace(pdf.objects[3].rfind(">>"), 2, "/Annots [8 0 R 9 0 R] >>");
    for (int number : {8, 9})
        pdf.objects[number] = "<< /Type /Annot /Subtype /Widget /FT /Tx /F 4 /Rect [72 " +
                              std::to_string(500 - 30 * number) + " 300 " +
                              std::to_string(520 - 30 * number) + "] /P 3 0 R /T (" +
                              (number == 8 ? "nama" : "catatan") + ") >>";
    return to_bytes(pdf.str());
}();

// As a stranger would, with an update of his own.
Bytes filled(const Bytes& pdf, int number, const std::string& name) {
    const std::string text(as_text(pdf));
    const std::string object =
        std::to_string(number) + " 0 obj\n<< /Type /Annot /Subtype /Widget /FT /Tx /F 4 /Rect [72 " +
        std::to_string(500 - 30 * number) + " 300 " + std::to_string(520 - 30 * number) + "] /P 3 0 R /T (" +
        name + ") /V (isi) >>\nendobj\n";
    const std::size_t size_at = text.rfind("/Size ") + 6;
    const std::size_t before = static_cast<std::size_t>(std::stoul(text.substr(text.rfind("startxref") + 9)));
    std::string offset = std::to_string(text.size());
    const std::string out =
        text + object + "xref\n" + std::to_string(number) + " 1\n" + std::string(10 - offset.size(), '0') +
        offset + " 00000 n \ntrailer\n<< /Size " + std::to_string(std::stoul(text.substr(size_at))) +
        " /Root 1 0 R /Info 7 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]"
        " /Prev " +
        std::to_string(before) + " >>\nstartxref\n" + std::to_string(text.size() + object.size()) +
        "\n%%EOF\n";
    return to_bytes(out);
}

}  // namespace

TEST_CASE("three sign one file, the first certifies it, and each signature stands") {
    const Party party;
    Bytes pdf = plain();
    for (int who = 0; who < 3; ++who) {
        const Bytes longer = party.sign(pdf, who);
        REQUIRE(std::equal(pdf.begin(), pdf.end(), longer.begin()));
        pdf = longer;
    }
    const auto report = party.check(pdf);
    REQUIRE(report.signatures.size() == 3);
    CHECK(report.verdict == verify::Verdict::passed);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(report.signatures[i].verdict == verify::Verdict::passed);
        CHECK(report.signatures[i].changes == (i == 2 ? "none" : "permitted"));
        CHECK(report.signatures[i].covers == (i == 2 ? "whole" : "revision"));
    }
    CHECK(report.signatures[1].signer == "Pelaku Usaha (CONTOH)");
    const Folder folder;
    folder.write("signed.pdf", pdf);
    const auto pdfsig = must(folder, "pdfsig -nocert signed.pdf");
    std::size_t valid = 0;
    for (std::size_t at = 0; (at = pdfsig.text.find("Signature is Valid.", at)) != std::string::npos; ++at)
        ++valid;
    CHECK(valid == 3);
    CHECK_FALSE(must(folder, "qpdf --check signed.pdf").says("WARNING"));
}

TEST_CASE("who signs last closes the file: nobody signs or fills in after, timestamps aside") {
    const Party party;
    Options last;
    last.last = true;
    const Bytes closed = party.sign(party.sign(form, 0), 1, last);
    CHECK(party.check(closed).verdict == verify::Verdict::passed);
    CHECK(refused(party, closed).find("tidak boleh ditandatangani lagi") != std::string::npos);
    const auto report = party.check(filled(closed, 8, "nama"));
    CHECK(report.verdict == verify::Verdict::failed);
    REQUIRE(report.signatures.size() == 2);
    CHECK(report.signatures[0].changes == "permitted");  // the first signer had allowed it
    CHECK(report.signatures[1].changes == "forbidden");
    // The same without the lock is a form filled in.
    CHECK(party.check(filled(party.sign(party.sign(form, 0), 1), 8, "nama")).verdict ==
          verify::Verdict::passed);
}

TEST_CASE("a signer can lock some fields and leave others open") {
    const Party party;
    Options lock;
    lock.locked = {"nama"};
    const Bytes pdf = party.sign(form, 0, lock);
    CHECK(party.check(pdf).verdict == verify::Verdict::passed);
    CHECK(party.check(filled(pdf, 9, "catatan")).verdict == verify::Verdict::passed);
    const auto report = party.check(filled(pdf, 8, "nama"));
    CHECK(report.verdict == verify::Verdict::failed);
    CHECK(report.signatures.at(0).changes == "forbidden");
    CHECK(party.check(party.sign(pdf, 1)).verdict == verify::Verdict::passed);
}

TEST_CASE(
    "the command signs files of others, written anew where they must be, and says why it refuses the rest") {
    const Party party;
    const Folder folder;
    folder.write("plain.pdf", plain());
    folder.write("key.p12", party.authority.signers[0].p12);
    folder.write("root.pem", as_bytes(party.authority.root_pem + party.authority.intermediate_pem));
    folder.write("pin", as_bytes(party.authority.signers[0].passphrase));
    must(folder, "qpdf --object-streams=generate plain.pdf streams.pdf");
    must(folder, "qpdf --encrypt '' rahasia 256 -- plain.pdf owner.pdf");
    must(folder, "qpdf --encrypt buka rahasia 256 -- streams.pdf locked.pdf");
    must(folder, "head -c 700 streams.pdf > torn.pdf; printf 'startxref\\n15\\n%%%%EOF\\n' >> torn.pdf");
    must(folder, "printf 'bukan pdf' > text.pdf");
    const auto sign = [&](const std::string& file, const std::string& more = "") {
        return run("cd " + (folder / "").string() + " && " NASKAH_COMMAND " sign " + file + " -o signed-" +
                   file + " --p12 key.p12 --pin-fd 3 " + more + " 3< pin");
    };
    for (const std::string file : {"plain.pdf", "streams.pdf"}) {
        INFO(file);
        const auto answer = sign(file, "--reason 'Uji CONTOH'");
        INFO(answer.text);
        REQUIRE(answer.exit_code == 0);
        const auto verdict = run(NASKAH_COMMAND " verify --trust " + (folder / "root.pem").string() + " " +
                                 (folder / ("signed-" + file)).string());
        CHECK(verdict.says("SAH"));
        CHECK(must(folder, "pdfsig -nocert signed-" + file).says("Signature is Valid."));
    }
    struct Row {
        const char* file;
        const char* more;
        const char* says;
    };
    for (const Row& row : std::initializer_list<Row>{{"owner.pdf", "", "terenkripsi"},
                                                     {"locked.pdf", "", "rusak atau terkunci kata sandi"},
                                                     {"torn.pdf", "", "rusak"},
                                                     {"text.pdf", "", "bukan berkas PDF"}}) {
        INFO(row.file);
        const auto answer = sign(row.file, row.more);
        INFO(answer.text);
        CHECK(answer.exit_code == 65);
        CHECK(answer.says(row.says));
        CHECK_FALSE(std::filesystem::exists(folder / (std::string("signed-") + row.file)));
    }
    // Signed, and in streams: rewriting would break what is there.
    must(folder, "qpdf --object-streams=generate signed-plain.pdf resaved.pdf");
    const auto answer = sign("resaved.pdf");
    CHECK(answer.exit_code == 65);
    CHECK(answer.says("merusak tanda tangan yang ada"));
    // P=1.
    REQUIRE(run("cd " + (folder / "").string() +
                " && " NASKAH_COMMAND
                " sign plain.pdf -o closed.pdf --certify 1 --p12 key.p12 --pin-fd 3 3< pin")
                .exit_code == 0);
    CHECK(sign("closed.pdf").says("DocMDP P=1"));
}
