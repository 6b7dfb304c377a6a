// Keys in a token: SoftHSM2, a real PKCS#11 module, filled by its own tools.
#include "signing/pkcs11.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "core/error.h"
#include "core/file.h"
#include "keys.h"
#include "signing/certificate_file.h"
#include "small_pdf.h"

using namespace naskah;
using namespace naskah::signing;
using namespace naskah::tests;
using Catch::Matchers::Contains;

namespace {

constexpr const char* pin = "135790";

std::filesystem::path softhsm() {
    for (const char* place :
         {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
          "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"})
        if (std::filesystem::exists(place)) return place;
    FAIL("SoftHSM2 is not installed");
    return {};
}

// The tokens of this process: SoftHSM reads its settings once, when it is loaded.
const Folder& tokens() {
    static const Folder folder;
    static const bool made = [] {
        const std::filesystem::path place = folder;
        std::filesystem::create_directory(place / "tokens");
        write_file(place / "softhsm2.conf", as_bytes("directories.tokendir = " + (place / "tokens").string() +
                                                     "\nobjectstore.backend = file\nlog.level = ERROR\n"));
        ::setenv("SOFTHSM2_CONF", (place / "softhsm2.conf").c_str(), 1);
        const auto put = [&](const std::string& label, const std::string& newkey, const std::string& object,
                             bool certificate) {
            const std::string at = "SOFTHSM2_CONF=" + (place / "softhsm2.conf").string() + " ";
            if (object == "kepala")
                must(folder, at + "softhsm2-util --init-token --free --label '" + label +
                                 "' --so-pin 97531 --pin " + pin);
            must(folder, "openssl req -x509 -newkey " + newkey + " -nodes -keyout k.pem -out " + label + "-" +
                             object + ".pem -days 30 -subj '/CN=" + label + " " + object +
                             " CONTOH' -addext keyUsage=critical,digitalSignature,nonRepudiation");
            must(folder, "openssl pkcs8 -topk8 -nocrypt -in k.pem -out k.p8");
            must(folder, at + "softhsm2-util --import k.p8 --token '" + label + "' --label " + object +
                             " --id " + (object == "kepala" ? "01" : "02") + " --pin " + pin);
            if (certificate)
                must(folder, "openssl x509 -in " + label + "-" + object + ".pem -outform DER -out c.der && " +
                                 at + "pkcs11-tool --module " + softhsm().string() + " --token-label '" +
                                 label + "' --login --pin " + pin +
                                 " --write-object c.der --type cert --id 01");
        };
        put("RSA", "rsa:2048", "kepala", true);
        put("P256", "ec -pkeyopt ec_paramgen_curve:P-256", "kepala", true);
        put("DUA", "ec -pkeyopt ec_paramgen_curve:P-256", "kepala", false);
        put("DUA", "ec -pkeyopt ec_paramgen_curve:P-256", "segel", false);
        return true;
    }();
    (void)made;
    return folder;
}

std::filesystem::path in_tokens(const std::string& name) { return std::filesystem::path(tokens()) / name; }

std::vector<Bytes> certificate(const std::string& name) {
    return certificates_in(read_file(in_tokens(name)));
}

void strangers_accept(const Bytes& pdf, const std::filesystem::path& root) {
    const Folder folder;
    folder.write("surat.pdf", pdf);
    CHECK(must(folder, "pdfsig -nocert surat.pdf").says("Signature is Valid."));
    CHECK(must(folder, "mutool sign -v surat.pdf").says("The document is unchanged since signing."));
    const std::string_view text = as_text(pdf);
    const auto begin = text.rfind("/Contents"), open = text.find('<', begin), close = text.find('>', open);
    REQUIRE(close != text.npos);
    folder.write("cms", *parse_hex(text.substr(open + 1, close - open - 1)));
    Bytes covered(pdf.begin(), pdf.begin() + static_cast<std::ptrdiff_t>(open));
    covered.insert(covered.end(), pdf.begin() + static_cast<std::ptrdiff_t>(close + 1), pdf.end());
    folder.write("isi", covered);
    CHECK(must(folder, "openssl cms -verify -cades -binary -inform DER -in cms -content isi -CAfile " +
                           root.string() + " -purpose any -out /dev/null")
              .says("erification successful"));
}

struct Refusal {
    Code code{};
    std::string text;
};
Refusal refusal(const Pkcs11Place& place, const std::string& with = pin) {
    try {
        open_pkcs11(place, with);
    } catch (const Error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

}  // namespace

TEST_CASE("a key in a token signs letters that OpenSSL finds valid, RSA and P-256") {
    tokens();
    for (const std::string label : {"RSA", "P256"}) {
        const auto key = open_pkcs11({.module = softhsm(), .token = label}, pin);
        CHECK(describe(*key).common_name == label + " kepala CONTOH");
        CHECK_FALSE(key->is_remote());
        strangers_accept(sign(SmallPdf().bytes(), *key, {}, system_now()), in_tokens(label + "-kepala.pem"));
    }
}

TEST_CASE("one login serves a batch on many threads, and no other PIN opens the token meanwhile") {
    tokens();
    const Pkcs11Place place{.module = softhsm(), .token = "P256"};
    const auto key = open_pkcs11(place, pin);
    CHECK_THAT(refusal(place, "000000").text, Contains("salah"));
    CHECK(refusal(place).text.empty());
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                const Sha256 digest = sha256(as_bytes(std::to_string(t * 100 + i)));
                good += key->chain().verifies(key->sign_digest(digest), digest) ? 1 : 0;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(good == 100);
}

TEST_CASE("a certificate may come from a file, and must be the key's own") {
    tokens();
    Pkcs11Place place{.module = softhsm(), .token = "DUA", .object = "segel"};
    CHECK_THAT(refusal(place).text, Contains("tidak memuat sertifikat"));
    place.certificates = certificate("DUA-segel.pem");
    CHECK(describe(*open_pkcs11(place, pin)).common_name == "DUA segel CONTOH");
    place.certificates = certificate("DUA-kepala.pem");
    CHECK_THAT(refusal(place).text, Contains("bukan pasangan"));
    place.certificates = certificate("RSA-kepala.pem");
    const Refusal other_type = refusal(place);
    CHECK((other_type.code == Code::data || other_type.code == Code::outside));
}

TEST_CASE("what is wrong with a token, its PIN or its name is said plainly") {
    tokens();
    const Pkcs11Place good{.module = softhsm(), .token = "RSA"};
    struct Row {
        Pkcs11Place place;
        std::string pin;
        const char* words;
    };
    const auto changed = [&](auto&& change) {
        Pkcs11Place place = good;
        change(place);
        return place;
    };
    for (const Row& row : std::initializer_list<Row>{
             {good, "000000", "PIN token salah"},
             {good, "", "PIN token salah"},
             {good, std::string(300, '1'), "PIN token salah"},
             {changed([](auto& p) { p.token = "TIDAK ADA"; }), pin, "tidak terpasang"},
             {changed([](auto& p) { p.object = "lain"; }), pin, "berlabel \"lain\""},
             {changed([](auto& p) { p.token = "DUA"; }), pin, "beberapa kunci privat"},
             {changed([](auto& p) { p.module = "/tidak/ada.so"; }), pin, "tidak dapat dimuat"},
             {changed([](auto& p) { p.module = "libsofthsm2.so"; }), pin, "alamat lengkap"},
             {changed([](auto& p) { p.module = "/etc/passwd"; }), pin, "tidak dapat dimuat"},
         }) {
        INFO(row.words);
        const Refusal said = refusal(row.place, row.pin);
        CHECK(said.code == Code::data);
        CHECK_THAT(said.text, Contains(row.words));
        CHECK_THAT(said.text, !Contains(pin) && !Contains("000000"));
    }
    CHECK_THAT(refusal(changed([](auto& p) { p.token = "TIDAK ADA"; })).text,
               Contains("RSA") && Contains("P256"));
    CHECK_THAT(refusal(changed([](auto& p) { p.token = "DUA"; })).text,
               Contains("kepala") && Contains("segel"));
}

TEST_CASE("a token that locks itself, or is pulled out, is not asked a second time") {
    tokens();
    // A module of the tests around SoftHSM that does what SoftHSM cannot: lock after three wrong PINs, be
    // pulled out. It counts the logins.
    ::setenv("NASKAH_TEST_MODULE", softhsm().c_str(), 1);
    const std::filesystem::path record = in_tokens("catatan");
    ::setenv("NASKAH_TEST_RECORD", record.c_str(), 1);
    const Pkcs11Place place{.module = NASKAH_LOCKING_MODULE, .token = "RSA"};
    const auto logins = [&] { return read_text(record).size(); };
    {
        const auto key = open_pkcs11(place, pin);
        CHECK(logins() == 1);
        key->sign_digest({});
        ::setenv("NASKAH_TEST_PULLED", "1", 1);
        try {
            key->sign_digest({});
            FAIL("signed without a token");
        } catch (const Error& error) {
            CHECK(error.code() == Code::outside);
            CHECK_THAT(error.what(), Contains("dicabut"));
        }
        ::unsetenv("NASKAH_TEST_PULLED");
        CHECK(logins() == 1);
    }
    CHECK_THAT(refusal(place, "000001").text, Contains("PIN token salah"));
    CHECK(logins() == 2);
    CHECK_THAT(refusal(place, "000002").text, Contains("tinggal satu kali"));
    CHECK_THAT(refusal(place, "000003").text, Contains("salah") && Contains("terkunci"));
    CHECK(logins() == 4);
    const Refusal locked = refusal(place);
    CHECK(locked.code == Code::data);
    CHECK_THAT(locked.text, Contains("terkunci") && Contains("PUK"));
    CHECK(logins() == 4);  // a locked token is not even tried
}
