// First inputs for the fuzzers of PDFs and CMS, made by the tests' own kit: seeds FOLDER.
#include <cstdlib>
#include <iostream>

#include "core/file.h"
#include "tests/verify/pdf_kit.h"

using namespace naskah;
namespace fs = std::filesystem;

int main(int count, char** arguments) {
    if (count != 2) return 64;
    const fs::path folder = arguments[1];
    fs::create_directories(folder / "pdf");
    fs::create_directories(folder / "cms");
    const auto pdf = [&](const std::string& name, const std::string& bytes) {
        write_file(folder / "pdf" / name, as_bytes(bytes));
    };
    const auto cms = [&](const std::string& name, BytesView bytes) {
        write_file(folder / "cms" / name, bytes);
    };
    const kit::Office& office = kit::office();
    const kit::Person tsa = kit::make_person({.name = "CONTOH Stempel",
                                              .issuer = &office.intermediate,
                                              .key_usage = "digitalSignature",
                                              .extended_key_usage = "critical,timeStamping"});
    const auto stamp = [&](const Bytes& value) {
        return kit::stamp_attribute(kit::make_token(value, tsa, kit::now()));
    };
    const std::string list = kit::crl_to_der(kit::make_crl(office.intermediate, office.other, kit::now()));
    const std::string answer = kit::make_ocsp({.issuer = &office.intermediate,
                                               .subject = &office.signer,
                                               .issued = kit::now(),
                                               .next = kit::now() + std::chrono::hours(24)});
    // As little room as the CMS needs: the fuzzer need not walk over kilobytes of zeros.
    const std::string plain = kit::plain_pdf();
    const std::string once = kit::sign(plain, {.room = 2048});
    const std::string stamped = kit::sign(plain, {.cms = {.stamp = stamp}, .room = 4096});
    const std::string stored =
        kit::add_store(stamped, {.certificates = {kit::to_der(tsa)}, .crls = {list}, .ocsps = {answer}});
    pdf("plain.pdf", plain);
    pdf("signed.pdf", once);
    pdf("certified.pdf", kit::sign(plain, {.certify = 2, .room = 2048}));
    pdf("twice.pdf", kit::sign_again(once, {.field = "Kedua", .room = 2048}));
    pdf("lta.pdf", kit::stamp_document(stored, tsa, kit::now()));
    cms("signature.der", kit::make_cms("surat"));
    cms("plain.der", kit::make_cms("surat", {.attributes = kit::Attributes::plain, .detached = false}));
    cms("stamped.der", kit::make_cms("surat", {.stamp = stamp}));
    cms("token.der", kit::make_token(to_bytes("surat"), tsa, kit::now()));
    cms("certificate.der", as_bytes(kit::to_der(tsa)));
    cms("list.der", as_bytes(list));
    cms("answer.der", as_bytes(answer));
    return EXIT_SUCCESS;
}
