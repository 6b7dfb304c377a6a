// Trust: who issued the signer's certificate, for what, and when it held.
#include <unistd.h>
#include <catch2/catch.hpp>

#include <filesystem>

#include "core/date.h"
#include "core/error.h"
#include "core/file.h"
#include "pdf_kit.h"
#include "verify/path.h"

using namespace naskah;
using naskah::verify::Verdict;

namespace {

verify::Report signed_by(const kit::Person& person, const verify::Trust& trust) {
    const std::string pdf = kit::sign(kit::plain_pdf(), {.cms = {.signer = &person}});
    return verify::check(as_bytes(pdf), trust, kit::now());
}

}  // namespace

TEST_CASE("an intact signature that cannot be trusted is indeterminate and says why") {
    const kit::Person stranger_root = kit::make_person({.name = "Akar Asing", .is_ca = true});
    struct Row {
        const char* finding;
        kit::CertificateWishes wishes;
    };
    const kit::Person* ca = &kit::office().intermediate;
    const std::vector<Row> rows = {
        {"unknown_root", {.name = "Sendiri", .key_usage = "digitalSignature"}},
        {"unknown_root", {.name = "Asing", .issuer = &stranger_root, .key_usage = "digitalSignature"}},
        {"certificate_expired",
         {.name = "Lama", .issuer = ca, .key_usage = "digitalSignature", .days_after = -1}},
        {"certificate_not_yet_valid",
         {.name = "Dini", .issuer = ca, .key_usage = "digitalSignature", .days_before = -1}},
        {"key_usage", {.name = "Kunci", .issuer = ca, .key_usage = "keyEncipherment"}},
        {"key_usage",
         {.name = "Peladen",
          .issuer = ca,
          .key_usage = "digitalSignature",
          .extended_key_usage = "serverAuth"}},
        {"weak_key",
         {.name = "Pendek", .issuer = ca, .key_usage = "digitalSignature", .rsa = true, .rsa_bits = 1024}},
    };
    const verify::Trust trust = kit::office().trust();
    for (const Row& row : rows) {
        const kit::Person person = kit::make_person(row.wishes);
        const auto report = signed_by(person, trust);
        INFO(row.wishes.name << "\n" << kit::summary(report));
        CHECK(report.verdict == Verdict::indeterminate);
        CHECK(kit::found(report, row.finding));
        CHECK(report.signatures.at(0).digest_matches);
        CHECK(report.signatures.at(0).signature_matches);
    }
}

TEST_CASE("the digest that an issuer signed is seen in every padding") {
    const kit::Person ca = kit::make_person({.name = "CONTOH Antara RSA",
                                             .issuer = &kit::office().root,
                                             .is_ca = true,
                                             .key_usage = "keyCertSign,cRLSign",
                                             .rsa = true});
    verify::Trust trust = kit::office().trust();
    const std::string issuer = kit::to_pem(ca);
    trust.add(as_bytes(issuer), "antara.pem");
    for (const auto& [digest, weak] : {std::pair{"SHA256", false}, {"SHA1", true}}) {
        const kit::Person person = kit::make_person(
            {.name = "CONTOH PSS", .issuer = &ca, .key_usage = "digitalSignature", .pss_digest = digest});
        const auto report = signed_by(person, trust);
        INFO(digest << "\n" << kit::summary(report));
        CHECK(kit::found(report, "weak_digest") == weak);
        CHECK(report.verdict == (weak ? Verdict::indeterminate : Verdict::passed));
    }
}

TEST_CASE("a certificate issued by one who may not issue is a forgery") {
    const kit::Person person =
        kit::make_person({.name = "Anak", .issuer = &kit::office().other, .key_usage = "digitalSignature"});
    verify::Trust trust = kit::office().trust();
    const std::string issuer = kit::to_pem(kit::office().other);
    const std::string intermediate = kit::to_pem(kit::office().intermediate);
    trust.add(as_bytes(issuer + intermediate), "issuer.pem");
    const auto report = signed_by(person, trust);
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::failed);
    CHECK(kit::found(report, "chain_invalid"));
}

TEST_CASE("a certificate that names a trusted issuer but was not signed by it fails") {
    // An authority of the same name with a key of its own.
    kit::Person impostor = kit::make_person({.name = "CONTOH Antara", .is_ca = true});
    const kit::Person person =
        kit::make_person({.name = "Palsu", .issuer = &impostor, .key_usage = "digitalSignature"});
    const auto report = signed_by(person, kit::office().trust());
    INFO(kit::summary(report));
    CHECK(report.verdict != Verdict::passed);
}

TEST_CASE("a revoked certificate fails if it was revoked before signing, and unsettles if after") {
    const auto trust_with = [](Instant revoked) {
        verify::Trust trust = kit::office().trust();
        const std::string crl = kit::make_crl(kit::office().intermediate, kit::office().signer, revoked);
        trust.add(as_bytes(crl), "crl.pem");
        return trust;
    };
    const auto before = signed_by(kit::office().signer, trust_with(kit::now() - std::chrono::hours(24)));
    CHECK(before.verdict == Verdict::failed);
    CHECK(kit::found(before, "certificate_revoked"));
    const auto after = signed_by(kit::office().signer, trust_with(kit::now() + std::chrono::hours(24)));
    CHECK(after.verdict == Verdict::indeterminate);
    CHECK(kit::found(after, "certificate_revoked_later"));
}

TEST_CASE("a revocation list from somebody else counts for nothing") {
    verify::Trust trust = kit::office().trust();
    kit::Person impostor = kit::make_person({.name = "CONTOH Antara", .is_ca = true});
    const std::string crl =
        kit::make_crl(impostor, kit::office().signer, kit::now() - std::chrono::hours(24));
    trust.add(as_bytes(crl), "crl.pem");
    CHECK(signed_by(kit::office().signer, trust).verdict == Verdict::passed);
}

TEST_CASE("without trust nothing passes") {
    const verify::Trust nobody;
    CHECK(signed_by(kit::office().signer, nobody).verdict == Verdict::indeterminate);
}

TEST_CASE("trust refuses a file without certificates and names it") {
    verify::Trust trust;
    const std::string text = "bukan sertifikat";
    try {
        trust.add(as_bytes(text), "akar.pem");
        FAIL("it was accepted");
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        CHECK(error.problems().at(0).where == "akar.pem");
    }
}

TEST_CASE("a folder of trusted authorities is taken as a whole, and what is none in it is let be") {
    const auto folder =
        std::filesystem::temp_directory_path() / ("naskah-akar-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder / "lain");
    const std::string root = kit::to_pem(kit::office().root), note = "catatan";
    write_file(folder / "akar.pem", as_bytes(root));
    write_file(folder / "BACA.txt", as_bytes(note));
    verify::Trust trust;
    trust.add_path(folder);
    CHECK(signed_by(kit::office().signer, trust).verdict == Verdict::passed);
    verify::Trust nobody;
    CHECK_THROWS_AS(nobody.add_path(folder / "lain"), Error);
    CHECK_THROWS_AS(nobody.add_path(folder / "tidak-ada"), Error);
    std::filesystem::remove_all(folder);
}

TEST_CASE("a path that was found is not searched again, for another time it is") {
    const verify::Trust trust = kit::office().trust();
    verify::Budget budget(5000);
    verify::Evidence evidence(budget);
    evidence.add_certificate(as_bytes(kit::to_der(kit::office().intermediate)), {});
    verify::Paths paths(trust.store(), evidence);
    const auto find = [&](Instant at) -> const verify::Path& {
        return paths.find(kit::office().signer.certificate, at);
    };
    CHECK(find(kit::now()).is_anchored());
    CHECK(find(kit::now()).links.size() == 3);
    const std::uint64_t left = budget.left();
    for (int i = 0; i < 100; ++i) find(kit::now());
    CHECK(budget.left() == left);
    CHECK(find(kit::now() + std::chrono::hours(24 * 8000)).findings ==
          std::set<std::string_view>{"certificate_expired"});
    CHECK(budget.left() < left);
}

TEST_CASE("what was once found to be signed is judged by its octets and its time all the same") {
    const kit::Person signer = kit::make_person(
        {.name = "CONTOH Sekali", .issuer = &kit::office().intermediate, .key_usage = "digitalSignature"});
    const verify::Trust trust = kit::office().trust();
    const std::string pdf = kit::sign(kit::plain_pdf(), {.cms = {.signer = &signer}});
    const auto at = [&](int days) {
        return verify::check(as_bytes(pdf), trust, kit::now() + std::chrono::hours(24 * days));
    };
    for (int round = 0; round < 2; ++round) {
        CHECK(at(0).verdict == Verdict::passed);
        CHECK(kit::found(at(4000), "certificate_expired"));
        CHECK(kit::found(at(-40), "certificate_not_yet_valid"));
        CHECK_FALSE(kit::found(at(4000), "certificate_forged"));
    }
    x509_st* issuer = kit::office().intermediate.certificate.get();
    CHECK(verify::has_issued(issuer, signer.certificate.get()));
    // All but its issuer's signature is the same.
    std::string octets = kit::to_der(signer);
    octets.back() = static_cast<char>(octets.back() ^ 1);
    const kit::Person twin{verify::parse_certificate(as_bytes(octets)), signer.key};
    REQUIRE(twin.certificate);
    CHECK_FALSE(verify::has_issued(issuer, twin.certificate.get()));
    for (int round = 0; round < 2; ++round) {
        const auto report = signed_by(twin, trust);
        INFO(kit::summary(report));
        CHECK(report.verdict == Verdict::failed);
        CHECK(kit::found(report, "certificate_forged"));
    }
}
