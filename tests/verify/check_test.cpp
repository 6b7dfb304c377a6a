// What a reader may rely on: sound signatures pass, unsigned files say so, and the report tells who and what.
#include <catch2/catch.hpp>

#include "core/date.h"
#include "pdf_kit.h"
#include "verify/etsi.h"
#include "verify/finding.h"
#include "verify/report_text.h"

using namespace naskah;
using naskah::verify::Verdict;

TEST_CASE("a signed letter passes and says who signed it and when") {
    const auto report = kit::check(kit::sign(kit::plain_pdf()));
    INFO(kit::summary(report));
    REQUIRE(report.verdict == Verdict::passed);
    REQUIRE(report.signatures.size() == 1);
    const auto& signature = report.signatures[0];
    CHECK(signature.field == "Ttd");
    CHECK(signature.level == "B-B");
    CHECK(signature.signer == "CONTOH Kepala Dinas");
    CHECK(signature.signed_at.has_value());
    CHECK_FALSE(signature.time_proven);
    CHECK(signature.covers == "whole");
    CHECK(signature.digest_matches);
    CHECK(signature.signature_matches);
    CHECK(signature.changes == "none");
    CHECK(signature.findings.empty());
    CHECK(report.findings.empty());
}

TEST_CASE("a file without a signature is unsigned, not passed and not failed") {
    const auto report = kit::check(kit::plain_pdf());
    CHECK(report.verdict == Verdict::unsigned_);
    CHECK(report.signatures.empty());
}

TEST_CASE("an empty signature field is not a signature") {
    kit::PdfWriter pdf(kit::plain_pdf());
    pdf.object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>");
    pdf.object(5, "<< /Fields [6 0 R] >>");
    pdf.object(6, "<< /FT /Sig /T (Ttd) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>");
    CHECK(kit::check(pdf.finish()).verdict == Verdict::unsigned_);
}

TEST_CASE("the oldest kind, a bare RSA signature of a SHA-1 digest, is intact and not to be trusted") {
    const auto rsa = kit::make_person({.name = "CONTOH RSA",
                                       .issuer = &kit::office().intermediate,
                                       .key_usage = "digitalSignature",
                                       .rsa = true});
    const auto certificate = [](const kit::Person& person) { return to_hex(as_bytes(kit::to_der(person))); };
    kit::SignWishes wishes{.cms = {.signer = &rsa},
                           .subfilter = "adbe.x509.rsa_sha1",
                           .dictionary_more = "/Cert [<" + certificate(rsa) + "> <" +
                                              certificate(kit::office().intermediate) + ">] "};
    std::string pdf = kit::sign(kit::plain_pdf(), wishes);
    const std::size_t open = pdf.rfind("/Contents <") + 10, close = pdf.find('>', open) + 1;
    const Bytes value = kit::raw_signature(rsa, "SHA1", to_bytes(pdf.substr(0, open) + pdf.substr(close)));
    std::string hex = to_hex(kit::der(0x04, value));
    hex.resize(close - open - 2, '0');
    pdf.replace(open + 1, hex.size(), hex);
    const auto report = kit::check(pdf);
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::indeterminate);
    CHECK(report.signatures.at(0).signature_matches);
    CHECK(report.signatures.at(0).signer == "CONTOH RSA");
    CHECK(kit::found(report, "weak_digest"));
    pdf[pdf.find("Surat")] = 'X';
    CHECK(kit::check(pdf).verdict == Verdict::failed);
}

TEST_CASE("a report says the same in two languages and in the words of EN 319 102-1") {
    std::string changed = kit::sign(kit::plain_pdf());
    changed[changed.find("Surat")] = 'X';
    struct Row {
        verify::Report report;
        const char *indonesian, *english, *etsi;
    };
    const verify::Trust nobody;
    const std::string good = kit::sign(kit::plain_pdf());
    const kit::Person ended = kit::make_person({.name = "CONTOH Lama",
                                                .issuer = &kit::office().intermediate,
                                                .key_usage = "digitalSignature",
                                                .days_after = -1});
    verify::Trust revoking = kit::office().trust();
    const std::string list =
        kit::make_crl(kit::office().intermediate, kit::office().signer, kit::now() - std::chrono::hours(24));
    revoking.add(as_bytes(list), "crl.pem");
    const std::vector<Row> rows = {
        {kit::check(good), "SAH", "VALID", "TOTAL-PASSED"},
        {kit::check(changed), "TIDAK SAH", "NOT VALID", "TOTAL-FAILED / HASH_FAILURE"},
        {verify::check(as_bytes(good), nobody, kit::now()), "BELUM PASTI", "UNCERTAIN",
         "INDETERMINATE / NO_CERTIFICATE_CHAIN_FOUND"},
        {kit::check(kit::sign(kit::plain_pdf(), {.cms = {.signer = &ended}})), "BELUM PASTI", "UNCERTAIN",
         "INDETERMINATE / OUT_OF_BOUNDS_NO_POE"},
        {verify::check(as_bytes(good), revoking, kit::now()), "TIDAK SAH", "NOT VALID",
         "TOTAL-FAILED / REVOKED"},
        {kit::check(kit::sign(kit::plain_pdf(), {.cms = {.digest = "SHA1"}})), "BELUM PASTI", "UNCERTAIN",
         "INDETERMINATE / CRYPTO_CONSTRAINTS_FAILURE_NO_POE"},
        {kit::check(good + "x"), "TIDAK SAH", "NOT VALID", "TOTAL-FAILED / FORMAT_FAILURE"},
        {kit::check("bukan PDF"), "TIDAK SAH", "NOT VALID", "TOTAL-FAILED / FORMAT_FAILURE"},
    };
    for (const Row& row : rows) {
        const std::string id = to_text(row.report, "surat.pdf", {.etsi = true});
        const std::string en =
            to_text(row.report, "surat.pdf", {.language = verify::Language::english, .etsi = true});
        INFO(id << en);
        CHECK(id.starts_with(std::string("surat.pdf: ") + row.indonesian + "\n"));
        CHECK(en.starts_with(std::string("surat.pdf: ") + row.english + "\n"));
        for (const std::string* text : {&id, &en})
            CHECK(text->find(std::string("EN 319 102-1: ") + row.etsi + "\n") != std::string::npos);
        const verify::EtsiVerdict whole = verify::etsi_of(row.report);
        CHECK((whole.indication == "TOTAL-PASSED") == (row.report.verdict == Verdict::passed));
    }
    CHECK(to_text(kit::check(kit::plain_pdf()), "a.pdf", {.etsi = true}) == "a.pdf: TANPA TANDA TANGAN\n");
}

TEST_CASE("every finding that spoils a verdict has words of EN 319 102-1 and English ones") {
    for (const verify::FindingKind& kind : verify::finding_kinds()) {
        INFO(kind.name);
        CHECK(kind.sub_indication.empty() == (kind.effect == verify::Effect::informs));
        CHECK_FALSE(kind.english.empty());
        CHECK(kind.english != kind.text);
    }
}

TEST_CASE("signatures of every common kind are verified") {
    struct Row {
        const char* what;
        kit::SignWishes wishes;
        std::string level;
    };
    const auto rsa = kit::make_person({.name = "CONTOH RSA",
                                       .issuer = &kit::office().intermediate,
                                       .key_usage = "digitalSignature",
                                       .rsa = true});
    const std::vector<Row> rows = {
        {"PAdES", {}, "B-B"},
        {"PKCS#7 without ESS",
         {.cms = {.attributes = kit::Attributes::plain}, .subfilter = "adbe.pkcs7.detached"},
         "cms"},
        {"PKCS#7 with ESS", {.subfilter = "adbe.pkcs7.detached"}, "cms"},
        {"without signed attributes",
         {.cms = {.attributes = kit::Attributes::none}, .subfilter = "adbe.pkcs7.detached"},
         "cms"},
        {"SHA-384", {.cms = {.digest = "SHA384"}}, "B-B"},
        {"SHA-512", {.cms = {.digest = "SHA512"}}, "B-B"},
        {"RSA", {.cms = {.signer = &rsa}}, "B-B"},
        {"attributes not in DER order", {.cms = {.sorted = false}}, "B-B"},
        {"with a signing time inside, which PAdES forbids",
         {.cms = {.change_attributes =
                      [](std::vector<Bytes>& it) {
                          it.push_back(kit::attribute("1.2.840.113549.1.9.5",
                                                      kit::der(0x17, to_bytes("260326060000Z"))));
                      }}},
         "cms"},
        {"without /Type", {.type = ""}, "B-B"},
        {"certified", {.certify = 2}, "B-B"},
    };
    for (const Row& row : rows) {
        const auto report = kit::check(kit::sign(kit::plain_pdf(), row.wishes));
        INFO(row.what << "\n" << kit::summary(report));
        CHECK(report.verdict == Verdict::passed);
        REQUIRE(report.signatures.size() == 1);
        CHECK(report.signatures[0].level == row.level);
    }
}

TEST_CASE("the worst signature decides about the file") {
    const std::string good = kit::sign(kit::plain_pdf());
    const std::string bad = kit::sign(kit::plain_pdf(), {.change_cms = [](Bytes cms) {
                                          cms[cms.size() - 20] ^= 1;
                                          return cms;
                                      }});
    const auto both_good = kit::check(kit::sign_again(good, {.field = "Kedua"}));
    INFO(kit::summary(both_good));
    CHECK(both_good.verdict == Verdict::passed);
    CHECK(both_good.signatures.at(0).changes == "permitted");
    CHECK(both_good.signatures.at(1).changes == "none");
    const auto one_bad = kit::check(kit::sign_again(bad, {.field = "Kedua"}));
    INFO(kit::summary(one_bad));
    CHECK(one_bad.verdict == Verdict::failed);
    CHECK(one_bad.signatures.at(1).verdict == Verdict::passed);
}

TEST_CASE("the report prints what design.md promises") {
    const auto report = kit::check(kit::sign(kit::plain_pdf()));
    const Json json = to_json(report, "surat.pdf");
    CHECK(json["file"] == "surat.pdf");
    CHECK(json["sha256"].get<std::string>().size() == 64);
    CHECK(json["verdict"] == "passed");
    CHECK(json["register"].is_null());
    CHECK(json["findings"].empty());
    const Json& signature = json["signatures"][0];
    for (const char* key : {"field", "verdict", "level", "signer", "signed_at", "time_proven", "covers",
                            "digest_matches", "signature_matches", "changes", "findings"}) {
        CHECK(signature.contains(key));
    }
    CHECK(signature["signed_at"] == "2026-03-26T06:00:00Z");
}

TEST_CASE("texts of a hostile file are printed as well-formed UTF-8 without control characters") {
    const auto report =
        kit::check(kit::sign(kit::plain_pdf(), {.field = "a\\377\\033[31m\x01\xc3", .widget_more = ""}));
    const std::string printed = dump_json(to_json(report, "x"));
    CHECK(printed.find("\\u001b") == std::string::npos);
    CHECK(printed.find('\x1b') == std::string::npos);
}
