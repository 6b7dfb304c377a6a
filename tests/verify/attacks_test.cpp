// Known ways to fool a verifier (docs/formats.md names the findings). Every row must fail.
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "pdf_kit.h"
#include "tests/support/shell.h"
#include "verify/signer.h"

using namespace naskah;
using naskah::verify::Verdict;

namespace {

std::string numbers(std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    return "[" + std::to_string(a) + " " + std::to_string(b) + " " + std::to_string(c) + " " +
           std::to_string(d) + "]";
}

void must_fail(const std::string& what, const std::string& pdf, const std::string& finding = {}) {
    const auto report = kit::check(pdf);
    INFO(what << "\n" << kit::summary(report));
    CHECK(report.verdict == Verdict::failed);
    if (!finding.empty()) CHECK(kit::found(report, finding));
}

// The signed file with the n-th occurrence of a text replaced by another of the same length.
std::string replaced(std::string pdf, const std::string& from, const std::string& to) {
    REQUIRE(from.size() == to.size());
    const std::size_t at = pdf.rfind(from);
    REQUIRE(at != std::string::npos);
    return pdf.replace(at, from.size(), to);
}

long peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // KB
}

// An update by a cross-reference stream that holds one row, as deflate stores it unpacked.
std::string with_table_stream(const std::string& pdf, const std::string& entries) {
    const std::string row("\x01\0\0\0\0\0", 6);
    std::uint32_t a = 1, b = 0;
    for (const char c : row) b += a += static_cast<unsigned char>(c);
    std::string data("\x78\x01\x01\x06\0\xF9\xFF", 7);
    data += row;
    for (const std::uint32_t octet : {b >> 8, b, a >> 8, a}) data += static_cast<char>(octet & 0xFF);
    const std::string before = pdf.substr(pdf.rfind("startxref") + 10);
    return pdf + "60 0 obj\n<< /Type /XRef /W [1 4 1] /Root 1 0 R /Prev " +
           before.substr(0, before.find('\n')) + " /Filter /FlateDecode /Length " +
           std::to_string(data.size()) + " " + entries + " >>\nstream\n" + data +
           "\nendstream\nendobj\nstartxref\n" + std::to_string(pdf.size()) + "\n%%EOF\n";
}

}  // namespace

TEST_CASE("a table that claims to be huge costs no memory") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const long before = peak_memory();
    for (const char* claim : {"/Size 61 /Index [60 1] /DecodeParms << /Predictor 2 /Columns 2000000000 >>",
                              "/Size 61 /Index [60 1] /DecodeParms << /Predictor 12 /Columns 2000000000 >>",
                              "/Size 2000000000", "/Size 61 /Index [0 1999999999 60 1999999999]"})
        must_fail(claim, with_table_stream(pdf, claim));
    CHECK(peak_memory() - before < 200'000);
}

TEST_CASE("a ByteRange that is not exactly the file but for /Contents fails") {
    struct Row {
        const char* what;
        std::function<std::string(std::size_t, std::size_t, std::size_t, std::size_t)> range;
    };
    const std::vector<Row> rows = {
        {"empty", [](auto...) { return "[]"; }},
        {"null", [](auto...) { return "null"; }},
        {"a number", [](auto...) { return "0"; }},
        {"two numbers",
         [](auto a, auto b, auto, auto) { return "[" + std::to_string(a) + " " + std::to_string(b) + "]"; }},
        {"six numbers",
         [](auto a, auto b, auto c, auto d) {
             return "[" + std::to_string(a) + " " + std::to_string(b) + " " + std::to_string(c) + " " +
                    std::to_string(d) + " 0 0]";
         }},
        {"names", [](auto...) { return "[/a /b /c /d]"; }},
        {"negative", [](auto, auto b, auto c, auto) { return numbers(0, b, c, 0).replace(1, 1, "-1"); }},
        {"all zero", [](auto...) { return "[0 0 0 0]"; }},
        {"starts late", [](auto, auto b, auto c, auto d) { return numbers(1, b, c, d); }},
        {"swapped", [](auto, auto b, auto c, auto d) { return numbers(c, d, 0, b); }},
        {"gap too large", [](auto, auto b, auto c, auto d) { return numbers(0, b - 1, c, d); }},
        {"gap too small", [](auto, auto b, auto c, auto d) { return numbers(0, b + 1, c, d); }},
        {"gap ends late", [](auto, auto b, auto c, auto d) { return numbers(0, b, c + 1, d - 1); }},
        {"overlap", [](auto, auto b, auto c, auto d) { return numbers(0, c, b, d); }},
        {"ends early", [](auto, auto b, auto c, auto d) { return numbers(0, b, c, d - 8); }},
        {"no tail", [](auto, auto b, auto c, auto) { return numbers(0, b, c, 0); }},
        {"past the file", [](auto, auto b, auto c, auto d) { return numbers(0, b, c, d + 1); }},
        {"overflow",
         [](auto, auto b, auto c, auto) {
             return "[0 " + std::to_string(b) + " " + std::to_string(c) + " 99999999999999999]";
         }},
        {"reals", [](auto, auto b, auto c, auto d) { return "[0. " + numbers(0, b, c, d).substr(3); }},
    };
    for (const Row& row : rows) must_fail(row.what, kit::sign(kit::plain_pdf(), {.byte_range = row.range}));
}

TEST_CASE("contents that are not one whole CMS fail") {
    const std::vector<std::pair<const char*, std::function<std::string(std::string)>>> rows = {
        {"zeros", [](std::string hex) { return std::string(hex.size(), '0'); }},
        {"blanks", [](std::string hex) { return std::string(hex.size(), ' '); }},
        {"not hexadecimal", [](std::string hex) { return hex.replace(10, 2, "zz"); }},
        {"rubbish behind", [](std::string hex) { return hex.replace(hex.size() - 2, 2, "01"); }},
        {"second string", [](std::string hex) { return hex.replace(hex.size() - 4, 4, "> <0"); }},
        {"an old signature cut short",
         [](std::string hex) { return hex.substr(0, 200) + std::string(hex.size() - 200, '0'); }},
        {"a comment", [](std::string hex) { return hex.replace(hex.size() - 4, 4, "%abc"); }},
    };
    for (const auto& [what, change] : rows)
        must_fail(what, kit::sign(kit::plain_pdf(), {.change_contents = change}));
}

TEST_CASE("a signature field whose value cannot be verified fails instead of being skipped") {
    for (const char* value :
         {"99 0 R", "3 0 R", "4 0 R", "true", "(x)", "/Sig", "[]", "<< >>", "<< /Type /Sig >>",
          "<< /ByteRange [0 1 2 3] >>", "<< /Contents <00> >>",
          "<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 10 20 30] /Contents <3000> >>"}) {
        kit::PdfWriter pdf(kit::plain_pdf());
        pdf.object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>");
        pdf.object(5, "<< /Fields [6 0 R] >>");
        pdf.object(6, std::string("<< /FT /Sig /T (Ttd) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /V ") +
                          value + " >>");
        must_fail(value, pdf.finish());
    }
}

TEST_CASE("a dictionary that says a thing twice is not a signature") {
    must_fail("two Contents", kit::sign(kit::plain_pdf(), {.dictionary_more = "/Contents <00> "}));
    must_fail("two ByteRanges", kit::sign(kit::plain_pdf(), {.dictionary_more = "/ByteRange [0 1 2 3] "}));
    must_fail("an escaped name", kit::sign(kit::plain_pdf(), {.dictionary_more = "/Cont#65nts <00> "}));
}

TEST_CASE("a signature of the wrong kind fails") {
    must_fail("no SubFilter", replaced(kit::sign(kit::plain_pdf()), "/SubFilter", "/SubFiltre"));
    must_fail("unknown SubFilter", kit::sign(kit::plain_pdf(), {.subfilter = "abcde"}), "subfilter_unknown");
    must_fail("timestamp that is none", kit::sign(kit::plain_pdf(), {.subfilter = "ETSI.RFC3161"}),
              "subfilter_mismatch");
    must_fail("timestamp type", kit::sign(kit::plain_pdf(), {.type = "/Type /DocTimeStamp "}),
              "subfilter_mismatch");
    must_fail("other type", kit::sign(kit::plain_pdf(), {.type = "/Type /Page "}), "subfilter_mismatch");
    must_fail("content inside", kit::sign(kit::plain_pdf(), {.cms = {.detached = false}, .room = 20000}),
              "content_not_detached");
    must_fail("no certificate", kit::sign(kit::plain_pdf(), {.cms = {.with_certificates = false}}),
              "certificate_missing");
}

TEST_CASE("a CMS that does not say who signed what fails") {
    using List = std::vector<Bytes>;
    const kit::Person& other = kit::office().other;
    struct Row {
        const char* what;
        const char* finding;
        kit::CmsWishes cms;
    };
    const Bytes data = kit::der_oid("1.2.840.113549.1.7.1");
    const Bytes timestamp = kit::der_oid("1.2.840.113549.1.9.16.1.4");
    const std::string content_type = "1.2.840.113549.1.9.3";
    const std::string message_digest = "1.2.840.113549.1.9.4";
    const std::vector<Row> rows = {
        {"no signer", "signer_count_invalid", {.signers = 0}},
        {"two signers", "signer_count_invalid", {.signers = 2}},
        {"another's certificate named", "certificate_mismatch", {.names = &other}},
        {"no content-type",
         "attribute_missing",
         {.change_attributes = [](List& it) { it.erase(it.begin()); }}},
        {"no message-digest",
         "attribute_missing",
         {.change_attributes = [](List& it) { it.erase(it.begin() + 1); }}},
        {"content-type twice",
         "attribute_repeated",
         {.change_attributes = [](List& it) { it.push_back(it[0]); }}},
        {"message-digest twice",
         "attribute_repeated",
         {.change_attributes = [](List& it) { it.push_back(it[1]); }}},
        {"two content types",
         "attribute_repeated",
         {.change_attributes =
              [&](List& it) {
                  Bytes both = data;
                  both.insert(both.end(), data.begin(), data.end());
                  it[0] = kit::attribute(content_type, both);
              }}},
        {"content-type of a timestamp",
         "content_type_mismatch",
         {.change_attributes = [&](List& it) { it[0] = kit::attribute(content_type, timestamp); }}},
        {"digest of something else",
         "digest_mismatch",
         {.change_attributes =
              [&](List& it) { it[1] = kit::attribute(message_digest, kit::der(0x04, Bytes(32, 7))); }}},
        {"digest cut short",
         "digest_mismatch",
         {.change_attributes =
              [&](List& it) { it[1] = kit::attribute(message_digest, kit::der(0x04, Bytes{})); }}},
        {"digest of another type",
         "digest_mismatch",
         {.change_attributes =
              [&](List& it) { it[1] = kit::attribute(message_digest, kit::der(0x13, Bytes(32, 7))); }}},
        {"protected algorithms differ",
         "algorithm_mismatch",
         {.change_attributes =
              [](List& it) {
                  const Bytes sha512 = kit::der(0x30, kit::der_oid("2.16.840.1.101.3.4.2.3"));
                  const Bytes ecdsa = kit::der(0xa1, kit::der_oid("1.2.840.10045.4.3.4"));
                  it.push_back(kit::attribute("1.2.840.113549.1.9.52", kit::der(0x30, List{sha512, ecdsa})));
              }}},
    };
    for (const Row& row : rows)
        must_fail(row.what, kit::sign(kit::plain_pdf(), {.cms = row.cms}), row.finding);
}

TEST_CASE("weak and unknown algorithms are never trusted, and never called tampering") {
    for (const char* weak : {"SHA1", "MD5"}) {
        const auto report = kit::check(kit::sign(kit::plain_pdf(), {.cms = {.digest = weak}}));
        INFO(weak << "\n" << kit::summary(report));
        CHECK(report.verdict == Verdict::indeterminate);
        CHECK(kit::found(report, "weak_digest"));
    }
    const auto unknown = kit::check(kit::sign(kit::plain_pdf(), {.change_cms = [](Bytes cms) {
                                                  // ecdsa-with-SHA256 becomes an algorithm that nobody knows.
                                                  const Bytes known = kit::der_oid("1.2.840.10045.4.3.2");
                                                  const auto at = std::find_end(cms.begin(), cms.end(),
                                                                                known.begin(), known.end());
                                                  REQUIRE(at != cms.end());
                                                  *(at + static_cast<long>(known.size()) - 1) = 0x63;
                                                  return cms;
                                              }}));
    INFO(kit::summary(unknown));
    CHECK(unknown.verdict == Verdict::indeterminate);
    CHECK(kit::found(unknown, "algorithm_unknown"));
}

TEST_CASE("a broken timestamp in the unsigned attributes is noticed") {
    const Bytes rubbish = kit::attribute("1.2.840.113549.1.9.16.2.14", kit::der(0x30, Bytes{5, 0}));
    const auto report = kit::check(kit::sign(kit::plain_pdf(), {.cms = {.unsigned_attributes = {rubbish}}}));
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::indeterminate);
    CHECK(kit::found(report, "timestamp_invalid"));
    CHECK(report.signatures.at(0).level == "B-B");
    CHECK_FALSE(report.signatures.at(0).time_proven);
}

TEST_CASE("a signature made for another document fails") {
    const Bytes borrowed = kit::make_cms("isi yang lain");
    must_fail("borrowed", kit::sign(kit::plain_pdf(), {.change_cms = [&](Bytes) { return borrowed; }}),
              "digest_mismatch");
}

TEST_CASE("a certificate with one octet changed fails") {
    // Both certificates are in the CMS only if the signer's is replaced octet for octet: change its serial
    // instead.
    must_fail("one octet of the certificate",
              kit::sign(kit::plain_pdf(), {.change_cms = [](Bytes cms) {
                            const std::string name = "CONTOH Kepala Dinas";
                            const auto at = std::search(cms.begin(), cms.end(), name.begin(), name.end());
                            REQUIRE(at != cms.end());
                            *at = 'D';
                            return cms;
                        }}));
}

TEST_CASE("a signature moved by a later revision fails") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const std::size_t at = pdf.rfind("7 0 obj");
    const std::string object = pdf.substr(at, pdf.find("endobj", at) - at + 7);

    SECTION("wrapped: the same dictionary again, further down") {
        kit::PdfWriter update(pdf);
        update.point(7, update.here());
        update.raw(object);
        must_fail("wrapped", update.finish());
    }
    SECTION("another object takes the field's place") {
        kit::PdfWriter update(pdf);
        update.object(6,
                      "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Ttd) /F 132 /Rect [0 0 0 0] /P 3 0 R /V "
                      "30 0 R >>");
        update.point(30, update.here());
        update.raw("30" + object.substr(1));
        must_fail("other object", update.finish());
    }
    SECTION("another field shows the signature") {
        kit::PdfWriter update(pdf);
        update.object(5, "<< /Fields [31 0 R 10 0 R] /SigFlags 3 >>");
        update.object(31, "<< /FT /Sig /T (Lain) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /V 7 0 R >>");
        must_fail("other field", update.finish(), "signature_displaced");
    }
    SECTION("the field is renamed") {
        kit::PdfWriter update(pdf);
        update.object(6,
                      "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Lain) /F 132 /Rect [0 0 0 0] /P 3 0 R "
                      "/V 7 0 R >>");
        must_fail("renamed", update.finish());
    }
}

TEST_CASE("a signature taken out of the form is missed") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    SECTION("the form is gone") {
        kit::PdfWriter update(pdf);
        update.object(1, "<< /Type /Catalog /Pages 2 0 R >>");
        must_fail("no form", update.finish(), "signature_removed");
    }
    SECTION("the field is gone") {
        kit::PdfWriter update(pdf);
        update.object(5, "<< /Fields [10 0 R] /SigFlags 3 >>");
        must_fail("no field", update.finish(), "signature_removed");
    }
    SECTION("the value is gone") {
        kit::PdfWriter update(pdf);
        update.object(
            6,
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Ttd) /F 132 /Rect [0 0 0 0] /P 3 0 R /V null >>");
        must_fail("no value", update.finish(), "signature_removed");
    }
    SECTION("the field has become a text field") {
        kit::PdfWriter update(pdf);
        update.object(
            6,
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Ttd) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 7 0 R >>");
        must_fail("no signature field", update.finish());
    }
    SECTION("the signature object is freed") {
        kit::PdfWriter update(pdf);
        update.free(7);
        must_fail("freed", update.finish());
    }
}

TEST_CASE("a good signature of a second signer does not heal what was broken before") {
    std::string pdf = kit::sign(kit::plain_pdf());
    pdf = replaced(pdf, "(Surat Perintah Tugas)", "(Surat Perintah Bebas)");
    must_fail("healed", kit::sign_again(pdf, {.field = "Kedua"}), "digest_mismatch");
}

TEST_CASE("a certificate attribute whose algorithm is cut short is a finding") {
    const std::string found = test::slurp(NASKAH_SOURCE_DIR "/tests/verify/found/cut-attribute.cms");
    const auto cms = verify::parse_signed_data(as_bytes(found));
    REQUIRE(cms);
    const BytesView message[] = {as_bytes(found)};
    CHECK_FALSE(verify::check_signer(*cms, message, {.certificate_attribute = true}).findings.empty());
}
