// BSrE and CSC services, each through its simulator: what is signed, and what every kind of wrong answer
// means.
#include <catch2/catch.hpp>

#include "../support/bsre_simulator.h"
#include "../support/csc_simulator.h"
#include "core/error.h"
#include "signing/bsre.h"
#include "signing/csc.h"
#include "verify/appended.h"
#include "verify/verify.h"
#include "workflow/remote_signing.h"
#include "workflow/web.h"

using namespace naskah;
using namespace naskah::signing;
using Catch::Matchers::Contains;
using naskah::test::BsreFault;
using naskah::test::BsreSimulator;
using naskah::test::CscFault;
using naskah::test::CscSimulator;

namespace {

// Sixteen digits that no person can have: region 00, day 00.
const std::string nik = "0000000000000017", passphrase = "kata sandi CONTOH";
const std::string name = "Kepala Dinas (CONTOH)";

const DemoAuthority& authority(KeyType type = KeyType::rsa) {
    static const auto rsa = make_demo_authority(KeyType::rsa, {name}, system_clock().now());
    static const auto ecdsa = make_demo_authority(KeyType::ecdsa, {name}, system_clock().now());
    return type == KeyType::rsa ? rsa : ecdsa;
}

verify::Trust trust(KeyType type = KeyType::rsa) {
    verify::Trust roots;
    roots.add(as_bytes(authority(type).root_pem), "akar");
    return roots;
}

Bytes small_pdf() {
    const std::string body =
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count "
        "1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>\nendobj\n";
    std::string whole = body + "xref\n0 4\n0000000000 65535 f \n";
    for (int i = 1; i < 4; ++i) {
        std::string digits = std::to_string(body.find(std::to_string(i) + " 0 obj"));
        whole += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
    }
    whole += "trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n" + std::to_string(body.size()) + "\n%%EOF\n";
    return to_bytes(whole);
}

struct Refusal {
    Code code{};
    std::string text;
};
template <typename Work>
Refusal refusal(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

BsreAccount account(const BsreSimulator& service, int version = 2) {
    BsreAccount account;
    account.url = service.url();
    account.version = version;
    account.application.name = "naskah";
    account.application.password = "sandi-aplikasi";
    account.nik = nik;
    account.plain_http = true;
    account.limit = std::chrono::milliseconds(300);
    return account;
}

std::unique_ptr<DocumentSigner> bsre(const BsreAccount& with, const std::string& secret = passphrase,
                                     BsreProof proof = BsreProof::passphrase) {
    return open_bsre(workflow::make_web(), with, proof, secret);
}

std::optional<std::string> unfit(const Bytes& sent, const Bytes& came, const std::string& signer = name,
                                 KeyType type = KeyType::rsa) {
    return workflow::unfit(sent, came, signer, trust(type), system_clock().now());
}

void says_nothing_secret(const std::string& text) {
    for (const std::string& secret :
         {nik, passphrase, std::string("sandi-aplikasi"), std::string(CscSimulator::pin)})
        CHECK(text.find(secret) == text.npos);
}

}  // namespace

TEST_CASE("BSrE signs a letter over either version, and what comes back is ours with that signature alone") {
    BsreSimulator service(authority().signers.front(), nik, passphrase);
    const Bytes pdf = small_pdf();
    for (const int version : {1, 2}) {
        INFO(version);
        const auto signer = bsre(account(service, version));
        CHECK(signer->service() == "bsre-v" + std::to_string(version));
        CHECK_FALSE(signer->chain());
        signer->make_ready();
        Trail trail;
        const Bytes came = signer->sign(pdf, {.location = "Samarinda"}, system_clock().now(), trail);
        CHECK_FALSE(unfit(pdf, came));
        CHECK_FALSE(unfit(pdf, came, "KEPALA  DINAS (contoh)"));
        CHECK_THAT(*unfit(pdf, came, "Orang Lain"), Contains("orang lain"));
        CHECK(trail.reference.empty() == (version == 2));
    }
    SECTION("version 1 in its other shapes") {
        for (const auto fault : {BsreFault::base64, BsreFault::id_only}) {
            service.set_fault(fault);
            Trail trail;
            CHECK_FALSE(unfit(pdf, bsre(account(service, 1))->sign(pdf, {}, system_clock().now(), trail)));
        }
    }
    SECTION("by a code of the BeSign app") {
        request_totp(*workflow::make_web(), account(service), 3);
        CHECK(service.totps() == 1);
        Trail trail;
        const auto signer = bsre(account(service), passphrase, BsreProof::totp);
        CHECK_FALSE(unfit(pdf, signer->sign(pdf, {}, system_clock().now(), trail)));
    }
    CHECK(service.complaints() == std::vector<std::string>{});
}

TEST_CASE("each wrong answer of BSrE is refused, unsent or unknown, and none is asked twice") {
    struct Row {
        BsreFault fault;
        int version;
        Code code;
        int service_code;
        const char* words;
    };
    for (const Row& row : std::initializer_list<Row>{
             {BsreFault::unavailable, 2, Code::unknown, 0, "503"},
             {BsreFault::unavailable, 1, Code::unknown, 0, "503"},
             {BsreFault::silent, 2, Code::unknown, 0, "batas waktu"},
             {BsreFault::signed_then_silent, 2, Code::unknown, 0, "batas waktu"},
             {BsreFault::cut_off, 2, Code::unknown, 0, "terputus"},
             {BsreFault::cut_off, 1, Code::unknown, 0, "terputus"},
             {BsreFault::signed_then_error, 2, Code::unknown, 0, "500"},
             {BsreFault::signed_then_error, 1, Code::unknown, 0, "500"},
             {BsreFault::zero_byte, 2, Code::unknown, 0, "kosong"},
             {BsreFault::zero_byte, 1, Code::unknown, 0, "kosong"},
             {BsreFault::html, 2, Code::unknown, 0, "tanpa berkas"},
             {BsreFault::html, 1, Code::unknown, 0, "bukan dengan berkas PDF"},
             {BsreFault::truncated_json, 2, Code::unknown, 0, "tanpa berkas"},
             {BsreFault::two_files, 2, Code::unknown, 0, "2 berkas"},
             {BsreFault::no_files, 2, Code::unknown, 0, "0 berkas"},
             {BsreFault::not_registered, 2, Code::data, 2011, "belum terdaftar"},
             {BsreFault::not_registered, 1, Code::data, 2011, "belum terdaftar"},
             {BsreFault::unknown_code, 2, Code::data, 2099, "2099"},
             {BsreFault::unauthorized, 2, Code::data, 0, "aplikasi"},
             {BsreFault::redirect, 2, Code::data, 0, "mengalihkan"},
         }) {
        INFO(static_cast<int>(row.fault) << " v" << row.version);
        BsreSimulator service(authority().signers.front(), nik, passphrase);
        service.set_fault(row.fault);
        const auto signer = bsre(account(service, row.version));
        Trail trail;
        const Refusal said = refusal([&] { signer->sign(small_pdf(), {}, system_clock().now(), trail); });
        CHECK(said.code == row.code);
        CHECK_THAT(said.text, Contains(row.words));
        CHECK(trail.code == row.service_code);
        CHECK(service.asked() == (row.fault == BsreFault::unauthorized ? 0 : 1));
        says_nothing_secret(said.text);
    }
}

TEST_CASE("a file that BSrE gives back is no letter of ours just because it is signed") {
    BsreSimulator service(authority().signers.front(), nik, passphrase);
    const Bytes pdf = small_pdf();
    for (const auto& [fault, words] : std::initializer_list<std::pair<BsreFault, const char*>>{
             {BsreFault::altered, "isi surat berubah"},
             {BsreFault::replaced, "bukan kelanjutan"},
             {BsreFault::unsigned_, "bukan kelanjutan"}}) {
        INFO(words);
        service.set_fault(fault);
        Trail trail;
        const Bytes came = bsre(account(service))->sign(pdf, {}, system_clock().now(), trail);
        const auto why = unfit(pdf, came);
        REQUIRE(why);
        CHECK_THAT(*why, Contains(words));
        // The forgeries are good of their kind: a verifier that knows only the file has nothing against them.
        if (fault != BsreFault::unsigned_)
            CHECK(verify::check(came, trust(), system_clock().now()).verdict == verify::Verdict::passed);
    }
    SECTION("nor by whomever nobody trusts") {
        service.set_fault(BsreFault::none);
        Trail trail;
        const Bytes came = bsre(account(service))->sign(pdf, {}, system_clock().now(), trail);
        CHECK_THAT(*workflow::unfit(pdf, came, name, trust(KeyType::ecdsa), system_clock().now()),
                   Contains("tidak dinyatakan sah"));
    }
}

TEST_CASE("a passphrase that BSrE called wrong is not sent again") {
    BsreSimulator service(authority().signers.front(), nik, passphrase);
    for (const int version : {1, 2}) {
        const auto signer = bsre(account(service, version), "bukan itu");
        const int before = service.refused();
        for (int i = 0; i < 3; ++i) {
            Trail trail;
            const Refusal said = refusal([&] { signer->sign(small_pdf(), {}, system_clock().now(), trail); });
            CHECK(said.code == Code::data);
            CHECK_THAT(said.text, Contains("salah") && !Contains("bukan itu"));
            CHECK(trail.code == (i == 0 ? 2031 : 0));
        }
        CHECK(refusal([&] { signer->make_ready(); }).code == Code::data);
        CHECK(service.refused() == before + 1);
    }
}

TEST_CASE("whether the signer may sign is asked before anything is sent to be signed") {
    BsreSimulator service(authority().signers.front(), nik, passphrase);
    service.set_fault(BsreFault::expired);
    CHECK_THAT(refusal([&] { bsre(account(service))->make_ready(); }).text, Contains("sudah berakhir"));
    service.set_fault(BsreFault::status_unavailable);
    CHECK(refusal([&] { bsre(account(service))->make_ready(); }).code == Code::outside);
    service.set_fault(BsreFault::none);
    BsreAccount stranger = account(service);
    stranger.nik = "0000000000000025";
    CHECK_THAT(refusal([&] { bsre(stranger)->make_ready(); }).text, Contains("belum terdaftar"));
    CHECK(service.asked() == 0);

    BsreAccount gone = account(service);
    gone.url = "http://127.0.0.1:1";
    Trail trail;
    CHECK(refusal([&] { bsre(gone)->sign(small_pdf(), {}, system_clock().now(), trail); }).code ==
          Code::outside);
}

TEST_CASE("a lost answer of version 1 is fetched by its id, once") {
    BsreSimulator service(authority().signers.front(), nik, passphrase);
    service.set_fault(BsreFault::cut_off);
    const auto signer = bsre(account(service, 1));
    Trail trail;
    CHECK(refusal([&] { signer->sign(small_pdf(), {}, system_clock().now(), trail); }).code == Code::unknown);
    REQUIRE_FALSE(trail.reference.empty());
    const auto came = signer->recover(trail.reference);
    REQUIRE(came);
    CHECK_FALSE(unfit(small_pdf(), *came));
    CHECK_FALSE(signer->recover(trail.reference));
    CHECK_FALSE(signer->recover("../../etc/passwd"));
    CHECK(service.made() == 1);
}

TEST_CASE("accounts that BSrE cannot be asked with are refused before anything is sent") {
    BsreSimulator service(authority().signers.front(), nik, passphrase);
    const auto with = [&](auto&& change) {
        BsreAccount one = account(service);
        change(one);
        return refusal([&] { bsre(one); }).text;
    };
    CHECK_THAT(with([](auto& a) { a.plain_http = false; }), Contains("tanpa TLS"));
    CHECK_THAT(with([](auto& a) { a.nik = "17"; }), Contains("16 angka"));
    CHECK_THAT(with([](auto& a) { a.version = 3; }), Contains("1 atau 2"));
    CHECK_THAT(with([](auto& a) { a.url = "ftp://x"; }), Contains("http"));
    CHECK_THAT(refusal([&] { bsre(account(service), ""); }).text, Contains("belum diisi"));
    CHECK_THAT(refusal([&] { bsre(account(service, 1), "123456", BsreProof::totp); }).text,
               Contains("versi 1"));
}

namespace {

CscAccount csc_account(const CscSimulator& service) {
    CscAccount account;
    account.url = service.url();
    account.application.name = "naskah";
    account.application.password = "sandi-aplikasi";
    account.limit = std::chrono::milliseconds(300);
    return account;
}

std::unique_ptr<Key> csc(const CscSimulator& service, const std::string& secret, int signatures = 1) {
    return open_csc(workflow::make_web(), csc_account(service), secret, signatures);
}

}  // namespace

TEST_CASE("a CSC service signs digests, RSA and P-256, and the letter is valid") {
    for (const KeyType type : {KeyType::rsa, KeyType::ecdsa}) {
        CscSimulator service(authority(type).signers.front(), {});
        const auto key = csc(service, CscSimulator::pin);
        CHECK(key->is_remote());
        key->make_ready();
        const Bytes pdf = small_pdf();
        CHECK_FALSE(unfit(pdf, sign(pdf, *key, {}, system_clock().now()), name, type));
        if (type == KeyType::ecdsa) {
            service.set_fault(CscFault::raw_ecdsa);
            CHECK_FALSE(unfit(pdf, sign(pdf, *key, {}, system_clock().now()), name, type));
        }
        CHECK(service.complaints() == std::vector<std::string>{});
    }
}

TEST_CASE("one authorization of a CSC service serves as many signatures as its credential allows") {
    struct Row {
        CscSimulator::Ways ways;
        int signatures, authorizations;
    };
    for (const Row& row : std::initializer_list<Row>{{{.multisign = 10}, 5, 1},
                                                     {{.multisign = 2}, 5, 3},
                                                     {{.multisign = 1}, 3, 3},
                                                     {{.pin = false, .multisign = 10}, 3, 1},
                                                     {{.multisign = 10, .scal = "2"}, 3, 3}}) {
        CscSimulator service(authority().signers.front(), row.ways);
        const auto key = csc(service, CscSimulator::pin, row.signatures);
        key->make_ready();
        for (int i = 0; i < row.signatures; ++i) {
            const Sha256 digest = sha256(as_bytes(std::to_string(i)));
            CHECK(key->chain().verifies(key->sign_digest(digest), digest));
        }
        CHECK(service.authorized() == row.authorizations);
        CHECK(service.made() == row.signatures);
    }
    SECTION("a one-time code serves one authorization, and is not sent twice") {
        CscSimulator service(authority().signers.front(), {.otp = true, .multisign = 2});
        const auto key = csc(service, std::string(CscSimulator::pin) + " " + CscSimulator::otp, 3);
        for (int i = 0; i < 2; ++i) key->sign_digest({});
        CHECK_THAT(refusal([&] { key->sign_digest({}); }).text, Contains("kode baru"));
        CHECK(service.refused() == 0);
        CHECK_THAT(refusal([&] { csc(service, "24680")->make_ready(); }).text, Contains("PIN dan OTP"));
        CHECK_THAT(refusal([&] { key->make_ready(); }).text, Contains("cukup untuk 2 surat, bukan 3"));
        CHECK(service.authorized() == 1);
    }
}

TEST_CASE("each wrong answer of a CSC service is refused, unsent or unknown, and none is asked twice") {
    struct Row {
        CscFault fault;
        Code code;
        const char* words;
    };
    for (const Row& row : std::initializer_list<Row>{{CscFault::unavailable, Code::unknown, "503"},
                                                     {CscFault::silent, Code::unknown, "batas waktu"},
                                                     {CscFault::cut_off, Code::unknown, "terputus"},
                                                     {CscFault::signed_then_error, Code::unknown, "500"},
                                                     {CscFault::html, Code::unknown, "tanpa satu"},
                                                     {CscFault::wrong_value, Code::unknown, "bukan milik"},
                                                     {CscFault::two_values, Code::unknown, "tanpa satu"},
                                                     {CscFault::no_values, Code::unknown, "tanpa satu"},
                                                     {CscFault::sad_refused, Code::data, "invalid_request"},
                                                     {CscFault::token_refused, Code::data, "aplikasi"}}) {
        INFO(row.words);
        CscSimulator service(authority().signers.front(), {.multisign = 10});
        const auto key = csc(service, CscSimulator::pin, 10);
        key->make_ready();
        service.set_fault(row.fault);
        const Refusal said = refusal([&] { key->sign_digest({}); });
        CHECK(said.code == row.code);
        CHECK_THAT(said.text, Contains(row.words));
        CHECK(service.made() <= 1);
        says_nothing_secret(said.text);
    }
    for (const auto& [fault, words] :
         std::initializer_list<std::pair<CscFault, const char*>>{{CscFault::disabled, "dimatikan"},
                                                                 {CscFault::expired, "berakhir"},
                                                                 {CscFault::token_refused, "aplikasi"}}) {
        CscSimulator service(authority().signers.front(), {});
        service.set_fault(fault);
        CHECK_THAT(refusal([&] { csc(service, CscSimulator::pin); }).text, Contains(words));
    }
    SECTION("a wrong PIN is not sent again") {
        CscSimulator service(authority().signers.front(), {});
        const auto key = csc(service, "13579");
        for (int i = 0; i < 3; ++i) {
            const Refusal said = refusal([&] { key->make_ready(); });
            CHECK(said.code == Code::data);
            CHECK_THAT(said.text, Contains("salah"));
            CHECK(refusal([&] { key->sign_digest({}); }).code == Code::data);
        }
        CHECK(service.refused() == 1);
    }
    SECTION("an application that is not known") {
        CscSimulator service(authority().signers.front(), {});
        for (const auto login : {CscAccount::Login::oauth2, CscAccount::Login::basic}) {
            CscAccount account = csc_account(service);
            account.login = login;
            CHECK_NOTHROW(open_csc(workflow::make_web(), account, CscSimulator::pin));
            account.application.password = "lain";
            const Refusal said = refusal([&] { open_csc(workflow::make_web(), account, CscSimulator::pin); });
            CHECK(said.code == Code::data);
            CHECK_THAT(said.text, Contains("aplikasi"));
        }
    }
    SECTION("no TLS") {
        CscAccount account;
        account.url = "http://csc.contoh.example/csc/v2";
        CHECK_THAT(refusal([&] { open_csc(workflow::make_web(), account, "1"); }).text, Contains("https"));
    }
}
