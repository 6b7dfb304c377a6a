// A signed file, as strangers see it.
#include <openssl/cms.h>

#include "core/error.h"
#include "keys.h"
#include "signing/pdf_file.h"
#include "signing/sign.h"
#include "small_pdf.h"
#include "strangers.h"

using namespace naskah;
using namespace naskah::signing;
using namespace naskah::tests;

namespace {

struct Gap {
    std::size_t begin, end, total;
};

// The byte range of the last signature, found by its spelling alone.
Gap last_gap(const Bytes& pdf) {
    const auto text = as_text(pdf);
    const auto at = text.rfind("/ByteRange [0 ");
    REQUIRE(at != std::string_view::npos);
    Gap gap{};
    std::size_t rest = 0;
    REQUIRE(std::sscanf(text.data() + at, "/ByteRange [0 %zu %zu %zu", &gap.begin, &gap.end, &rest) == 3);
    gap.total = gap.end + rest;
    return gap;
}

Bytes covered(const Bytes& pdf, const Gap& gap) {
    Bytes bytes(pdf.begin(), pdf.begin() + static_cast<std::ptrdiff_t>(gap.begin));
    bytes.insert(bytes.end(), pdf.begin() + static_cast<std::ptrdiff_t>(gap.end),
                 pdf.begin() + static_cast<std::ptrdiff_t>(gap.total));
    return bytes;
}

Bytes cms_of(const Bytes& pdf, const Gap& gap) {
    return *parse_hex(as_text(pdf).substr(gap.begin + 1, gap.end - gap.begin - 2));
}

// pdfsig, openssl, qpdf, mutool and poppler all take the file for what it is.
void judge(const Bytes& pdf, const std::string& root_pem, int signatures = 1) {
    const Folder folder;
    folder.write("signed.pdf", pdf);
    folder.write("root.pem", as_bytes(root_pem));

    const auto pdfsig = must(folder, "pdfsig -nocert signed.pdf");
    INFO(pdfsig.text);
    std::size_t valid = 0;
    for (std::size_t at = 0; (at = pdfsig.text.find("Signature is Valid.", at)) != std::string::npos; ++at)
        ++valid;
    CHECK(valid == static_cast<std::size_t>(signatures));
    CHECK(pdfsig.says("Total document signed"));
    CHECK(pdfsig.says("ETSI.CAdES.detached"));

    const Gap gap = last_gap(pdf);
    CHECK(gap.total == pdf.size());
    CHECK(pdf[gap.begin] == '<');
    CHECK(pdf[gap.end - 1] == '>');
    folder.write("covered", covered(pdf, gap));
    folder.write("cms", cms_of(pdf, gap));
    const auto cms =
        must(folder,
             "openssl cms -verify -cades -binary -inform DER -in cms -content covered -CAfile root.pem "
             "-purpose any -out /dev/null");
    CHECK(cms.says("erification successful"));

    const auto qpdf = must(folder, "qpdf --check signed.pdf");
    INFO(qpdf.text);
    CHECK_FALSE(qpdf.says("WARNING"));
    const auto mutool = must(folder, "mutool sign -v signed.pdf");
    INFO(mutool.text);
    CHECK_FALSE(mutool.says("igest failure"));
    CHECK_FALSE(mutool.says("warning:"));
    const auto text = must(folder, "pdftotext signed.pdf -");
    CHECK(text.says("Surat Perintah"));
    CHECK_FALSE(text.says("Syntax"));
}

Bytes tampered(Bytes pdf) {
    pdf[200] ^= 1;
    return pdf;
}

}  // namespace

TEST_CASE("A letter signed with the demo key is valid to pdfsig, openssl, qpdf, mutool and poppler") {
    for (const auto type : {KeyType::rsa, KeyType::ecdsa}) {
        const Bytes letter = SmallPdf().bytes();
        const auto signed_letter = sign(letter, *demo_key(type), {}, system_now());
        judge(signed_letter, demo_authority(type).root_pem);
        REQUIRE(signed_letter.size() > letter.size());
        CHECK(std::equal(letter.begin(), letter.end(), signed_letter.begin()));
    }
}

TEST_CASE("A changed byte is seen by the same judges") {
    const Folder folder;
    folder.write("signed.pdf", tampered(sign(SmallPdf().bytes(), *demo_key(KeyType::rsa), {}, system_now())));
    CHECK_FALSE(run("pdfsig " + (folder / "signed.pdf").string()).says("Signature is Valid."));
}
