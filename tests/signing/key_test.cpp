// Keys and certificates: what may sign, and what the refusals say.
#include "core/error.h"
#include "keys.h"
#include "strangers.h"

using namespace naskah;
using namespace naskah::signing;
using namespace naskah::tests;

namespace {

template <typename Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("A demo office gets a root, an intermediate and its signers, which openssl accepts") {
    for (const auto type : {KeyType::rsa, KeyType::ecdsa}) {
        const auto authority =
            make_demo_authority(type, {"Kepala Dinas (CONTOH)", "Segel Elektronik (CONTOH)"}, system_now());
        REQUIRE(authority.signers.size() == 2);
        const Folder folder;
        folder.write("root.pem", as_bytes(authority.root_pem));
        folder.write("intermediate.pem", as_bytes(authority.intermediate_pem));
        for (const auto& signer : authority.signers) {
            folder.write("signer.pem", as_bytes(signer.certificate_pem));
            CHECK(must(folder,
                       "openssl verify -x509_strict -CAfile root.pem -untrusted intermediate.pem signer.pem")
                      .says("OK"));
            const auto text = must(folder, "openssl x509 -in signer.pem -noout -text");
            CHECK(text.says("CA:FALSE"));
            CHECK(text.says("Digital Signature, Non Repudiation"));
            CHECK(text.says("X509v3 Subject Key Identifier"));
            CHECK(text.says("X509v3 Authority Key Identifier"));
            CHECK(text.says("CONTOH"));
            const auto key = open_pkcs12(signer.p12, signer.passphrase);
            check_certificate(*key, system_now());
            CHECK(key->chain().certificates().size() == 2);
            CHECK(key->chain().key_type() == type);
            CHECK(describe(*key).issuer == "CA CONTOH Naskah");
        }
        CHECK(describe(*open_pkcs12(authority.signers[1].p12, authority.signers[1].passphrase)).common_name ==
              "Segel Elektronik (CONTOH)");
        CHECK(authority.signers[0].passphrase != authority.signers[1].passphrase);
        CHECK(authority.signers[0].passphrase.size() == 32);
        for (const auto* name : {"root.pem", "intermediate.pem"}) {
            const auto text = must(folder, std::string("openssl x509 -noout -text -in ") + name);
            CHECK(text.says("CA:TRUE, pathlen:"));
            CHECK(text.says("Certificate Sign, CRL Sign"));
            CHECK(text.says("CONTOH"));
        }
    }
}

TEST_CASE("Two demo authorities share no serial number and no key") {
    const auto one = make_demo_authority(KeyType::ecdsa, {"A"}, today),
               other = make_demo_authority(KeyType::ecdsa, {"A"}, today);
    CHECK(one.root_pem != other.root_pem);
    const Folder folder;
    folder.write("a", as_bytes(one.signers[0].certificate_pem));
    folder.write("b", as_bytes(other.signers[0].certificate_pem));
    CHECK(must(folder, "openssl x509 -noout -serial -in a").text !=
          must(folder, "openssl x509 -noout -serial -in b").text);
}

TEST_CASE("The demo PKCS#12 is locked with AES-256 and a SHA-256 code") {
    const auto& signer = demo_authority(KeyType::rsa).signers.front();
    const Folder folder;
    folder.write("key.p12", signer.p12);
    const auto info =
        must(folder, "openssl pkcs12 -info -noout -in key.p12 -passin pass:" + signer.passphrase);
    INFO(info.text);
    CHECK(info.says("MAC: sha256"));
    CHECK(info.says("PBES2, PBKDF2, AES-256-CBC"));
    CHECK_FALSE(info.says("RC2"));
}

TEST_CASE("Long names and names outside ASCII fit into a certificate") {
    std::string name;
    for (int i = 0; i < 30; ++i) name += "Ké ";
    const auto authority = make_demo_authority(KeyType::ecdsa, {name}, today);
    const auto key = open_pkcs12(authority.signers[0].p12, authority.signers[0].passphrase);
    CHECK(describe(*key).common_name == name.substr(0, describe(*key).common_name.size()));
    CHECK_THROWS_AS(make_demo_authority(KeyType::ecdsa, {""}, today), Error);
    CHECK_THROWS_AS(make_demo_authority(KeyType::ecdsa, {"\xFF"}, today), Error);
}

TEST_CASE("PKCS#12 files that cannot be used say why") {
    const auto& signer = demo_authority(KeyType::rsa).signers.front();
    const auto open = [](const Bytes& file, const std::string& passphrase) {
        return refusal([&] { open_pkcs12(file, passphrase); });
    };
    CHECK_THAT(open(signer.p12, "salah"), Catch::Contains("kata sandi") && !Catch::Contains("salah\" "));
    CHECK_THAT(open(signer.p12, ""), Catch::Contains("kata sandi"));
    CHECK_THAT(open({}, "x"), Catch::Contains("rusak"));
    CHECK_THAT(open(to_bytes("-----BEGIN CERTIFICATE-----"), "x"), Catch::Contains("rusak"));
    for (std::size_t size = 1; size < signer.p12.size(); size += 97) {
        CHECK_THAT(open(Bytes(signer.p12.begin(), signer.p12.begin() + static_cast<std::ptrdiff_t>(size)),
                        signer.passphrase),
                   Catch::Contains("rusak"));
    }

    const Folder folder;
    must(folder, "openssl req -x509 -newkey rsa:2048 -nodes -keyout a.key -out a.pem -days 9 -subj /CN=A");
    must(folder, "openssl req -x509 -newkey rsa:2048 -nodes -keyout b.key -out b.pem -days 9 -subj /CN=B");
    must(folder, "openssl pkcs12 -export -nokeys -in a.pem -passout pass:x -out nokey.p12");
    CHECK_THAT(open(read_file(folder / "nokey.p12"), "x"), Catch::Contains("kunci privat"));
    must(folder, "openssl pkcs12 -export -nocerts -inkey a.key -passout pass:x -out nocert.p12");
    CHECK_THAT(open(read_file(folder / "nocert.p12"), "x"), Catch::Contains("sertifikat"));

    must(folder, "openssl pkcs12 -export -nomac -inkey a.key -in a.pem -passout pass:x -out nomac.p12");
    CHECK_THAT(open(read_file(folder / "nomac.p12"), "x"), Catch::Contains("MAC"));

    struct Row {
        const char* newkey;
        const char* reason;
    };
    for (const auto& row :
         {Row{"rsa:1024", "2048"}, Row{"ec -pkeyopt ec_paramgen_curve:secp256k1", "didukung"},
          Row{"ec -pkeyopt ec_paramgen_curve:P-224", "didukung"}, Row{"ed25519", "didukung"}}) {
        INFO(row.newkey);
        must(folder, std::string("openssl req -x509 -newkey ") + row.newkey +
                         " -nodes -keyout c.key -out c.pem -days 9 -subj /CN=C");
        must(folder, "openssl pkcs12 -export -inkey c.key -in c.pem -passout pass:x -out c.p12");
        CHECK_THAT(open(read_file(folder / "c.p12"), "x"), Catch::Contains(row.reason));
    }
}

TEST_CASE("A PKCS#12 file locked the old way opens all the same") {
    const auto made = make_strangers_key("rsa:2048", 2, "keyUsage=critical,digitalSignature", "-legacy");
    const auto key = open_pkcs12(made.p12, made.passphrase);
    CHECK(key->chain().verifies(key->sign_digest(Sha256{}), Sha256{}));
    CHECK_THAT(refusal([&] { open_pkcs12(made.p12, "salah"); }), Catch::Contains("kata sandi"));
}

TEST_CASE("A certificate signs only inside its validity, and the refusal names the dates") {
    const auto key = demo_key(KeyType::rsa);
    check_certificate(*key, today);
    check_certificate(*key, *parse_rfc3339("2028-03-25T00:00:00Z"));
    const auto late = refusal([&] { check_certificate(*key, *parse_rfc3339("2028-03-26T00:00:00Z")); });
    CHECK_THAT(late, Catch::Contains("sudah berakhir") && Catch::Contains("25 Maret 2028 pukul 14.05 WITA") &&
                         Catch::Contains("Kepala Dinas"));
    const auto early = refusal([&] { check_certificate(*key, *parse_rfc3339("2026-03-26T00:00:00Z")); });
    CHECK_THAT(early, Catch::Contains("belum berlaku") && Catch::Contains("26 Maret 2026 pukul 14.00 WITA"));
}

TEST_CASE("A certificate signs documents only if its key usage allows it") {
    struct Row {
        const char* extensions;
        bool allowed;
    };
    for (const auto& row : {Row{"keyUsage=critical,digitalSignature,nonRepudiation", true},
                            Row{"keyUsage=digitalSignature", true}, Row{"keyUsage=nonRepudiation", true},
                            Row{"basicConstraints=CA:FALSE", true},
                            Row{"keyUsage=digitalSignature\nextendedKeyUsage=emailProtection", true},
                            Row{"keyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth", true},
                            Row{"keyUsage=critical,keyEncipherment", false},
                            Row{"keyUsage=critical,keyCertSign,cRLSign", false},
                            Row{"keyUsage=digitalSignature\nextendedKeyUsage=serverAuth", false}}) {
        INFO(row.extensions);
        const auto made = make_strangers_key("ec -pkeyopt ec_paramgen_curve:P-256", 2, row.extensions);
        const auto key = open_pkcs12(made.p12, made.passphrase);
        const auto reason = refusal([&] { check_certificate(*key, system_now()); });
        CHECK(reason.empty() == row.allowed);
        if (!row.allowed)
            CHECK_THAT(reason, Catch::Contains("tidak dibuat untuk") && Catch::Contains("berlaku"));
    }
}

TEST_CASE("A chain is put in order and loses what does not belong to it") {
    const auto made = make_strangers_key("ec -pkeyopt ec_paramgen_curve:P-256", 5);
    const auto certificates = open_pkcs12(made.p12, made.passphrase)->chain().certificates();
    REQUIRE(certificates.size() == 4);  // without the root
    const Bytes stranger = open_pkcs12(demo_authority(KeyType::rsa).signers[0].p12,
                                       demo_authority(KeyType::rsa).signers[0].passphrase)
                               ->chain()
                               .certificates()[1];
    const Chain shuffled(
        {certificates[0], stranger, certificates[3], certificates[2], certificates[0], certificates[1]});
    CHECK(shuffled.certificates() == certificates);
    CHECK_THROWS_AS(Chain({}), Error);
    CHECK_THROWS_AS(Chain({to_bytes("bukan sertifikat")}), Error);
}
