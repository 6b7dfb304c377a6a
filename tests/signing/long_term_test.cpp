// Levels above B-B against a real authority (tests/support/authority.h), judged by strangers' tools.
#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/text.h"
#include "keys.h"
#include "signing/long_term.h"
#include "signing/validation_store.h"
#include "small_pdf.h"
#include "strangers.h"
#include "tests/support/authority.h"

using namespace naskah;
using namespace naskah::signing;
using namespace naskah::tests;

namespace {

AtHand trusting(const Authority& authority) {
    AtHand at_hand;
    at_hand.add(as_bytes(authority.root_pem()));
    return at_hand;
}

std::unique_ptr<Key> key_of(const Authority& authority, bool rsa, bool alone = false) {
    return open_pkcs12(authority.signer(rsa, alone), "contoh");
}

bool begins_with(BytesView whole, BytesView start) {
    return whole.size() > start.size() && std::equal(start.begin(), start.end(), whole.begin());
}

// What pdfsig, qpdf and openssl say of the file.
void judge(const Authority& authority, BytesView pdf, int signatures) {
    const Folder folder;
    folder.write("root.pem", as_bytes(authority.root_pem()));
    folder.write("signed.pdf", pdf);
    CHECK_FALSE(must(folder, "qpdf --check signed.pdf").says("WARNING"));
    const auto pdfsig = must(folder, "pdfsig -nocert signed.pdf");
    INFO(pdfsig.text);
    std::size_t valid = 0;
    for (auto at = pdfsig.text.find("Signature is Valid"); at != std::string::npos;
         at = pdfsig.text.find("Signature is Valid", at + 1))
        ++valid;
    CHECK(valid == static_cast<std::size_t>(signatures));
}

}  // namespace

TEST_CASE("Each level is reached with each kind of key, and strangers' tools agree") {
    for (const bool authority_rsa : {false, true}) {
        Authority authority({.rsa = authority_rsa});
        LocalWeb web;
        for (const bool rsa : {false, true})
            for (const Level level : {Level::t, Level::lt, Level::lta}) {
                INFO("RSA " << rsa << ", level " << to_string(level));
                LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
                const auto key = key_of(authority, rsa);
                const Bytes letter = SmallPdf().bytes();
                const Bytes pdf = sign(letter, *key, {.level = level}, long_term, authority.now());
                CHECK(begins_with(pdf, letter));
                CHECK(protection_of(pdf).level == level);
                judge(authority, pdf, level == Level::lta ? 2 : 1);
            }
    }
}
