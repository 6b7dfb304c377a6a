// Keys for the tests: of the demo authority, and of authorities that the openssl command made.
#pragma once

#include <memory>
#include <string>

#include "core/date.h"
#include "signing/sign.h"
#include "strangers.h"

namespace naskah::tests {

inline const Instant today = *parse_rfc3339("2026-03-26T06:05:00Z");

inline const signing::DemoAuthority& demo_authority(signing::KeyType type) {
    static const auto rsa =
        signing::make_demo_authority(signing::KeyType::rsa, {"Kepala Dinas (CONTOH)"}, today);
    static const auto ecdsa =
        signing::make_demo_authority(signing::KeyType::ecdsa, {"Kepala Dinas (CONTOH)"}, today);
    return type == signing::KeyType::rsa ? rsa : ecdsa;
}

inline std::unique_ptr<signing::Key> demo_key(signing::KeyType type) {
    const auto& signer = demo_authority(type).signers.front();
    return signing::open_pkcs12(signer.p12, signer.passphrase);
}

struct StrangersKey {
    std::string root_pem;
    Bytes p12;
    std::string passphrase = "contoh";
};

// A root, `links` - 2 authorities below each other and a signer: `links` certificates in all. `newkey` is the
// argument of openssl's -newkey with its options, `usage` the signer's extensions, `export_options` go to
// openssl pkcs12.
inline StrangersKey make_strangers_key(
    const std::string& newkey, int links = 2,
    const std::string& usage = "keyUsage=critical,digitalSignature,nonRepudiation",
    const std::string& export_options = "") {
    const Folder folder;
    must(folder, "openssl req -x509 -newkey " + newkey +
                     " -nodes -keyout 0.key -out 0.pem -days 3650 -subj '/CN=Akar CONTOH'");
    for (int i = 1; i < links; ++i) {
        const bool last = i == links - 1;
        const std::string name = std::to_string(i), above = std::to_string(i - 1);
        write_file(folder / "extensions",
                   as_bytes(last ? usage + "\n"
                                 : "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"));
        must(folder, "openssl req -new -newkey " + newkey + " -nodes -keyout " + name + ".key -out " + name +
                         ".csr -subj '/C=ID/CN=" + (last ? "Penanda Tangan" : "CA " + name) + " CONTOH'");
        must(folder, "openssl x509 -req -in " + name + ".csr -CA " + above + ".pem -CAkey " + above +
                         ".key -CAcreateserial -days 365 -extfile extensions -out " + name + ".pem");
    }
    const std::string signer = std::to_string(links - 1);
    must(folder, "cat [0-9].pem > all.pem");
    must(folder, "openssl pkcs12 -export -inkey " + signer + ".key -in " + signer +
                     ".pem -certfile all.pem -passout pass:contoh " + export_options + " -out key.p12");
    return {read_text(folder / "0.pem"), read_file(folder / "key.p12")};
}

inline Instant system_now() { return system_clock().now(); }

}  // namespace naskah::tests
