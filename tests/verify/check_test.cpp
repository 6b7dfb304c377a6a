// What a reader may rely on: sound signatures pass, unsigned files say so, and the report tells who and what.
#include <catch2/catch.hpp>

#include "core/date.h"
#include "pdf_kit.h"

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
