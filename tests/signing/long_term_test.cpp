// Levels above B-B against a real authority (tests/support/authority.h), judged by strangers' tools.
#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/text.h"
#include "keys.h"
#include "signing/long_term.h"
#include "signing/signatures_in.h"
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

std::size_t occurrences(std::string_view text, std::string_view words) {
    std::size_t count = 0;
    for (auto at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) ++count;
    return count;
}

// The bytes that a signature of the file covers: all up to its end but its contents.
Bytes covered(BytesView pdf, const SignatureFound& one) {
    const auto revision = pdf.first(one.end);
    const std::string hex = '<' + to_hex(one.contents) + '>';
    const auto at = as_text(revision).rfind(hex);
    REQUIRE(at != std::string_view::npos);
    Bytes bytes(revision.begin(), revision.begin() + static_cast<std::ptrdiff_t>(at));
    bytes.insert(bytes.end(), revision.begin() + static_cast<std::ptrdiff_t>(at + hex.size()),
                 revision.end());
    return bytes;
}

// What openssl's cms and ts commands, qpdf, pdfsig, mutool and our own verifier say of the file.
void judge(const Authority& authority, BytesView pdf) {
    const Folder folder;
    folder.write("root.pem", as_bytes(authority.root_pem()));
    folder.write("ca.pem", as_bytes(authority.intermediate_pem()));
    folder.write("signed.pdf", pdf);
    const std::string time =
        " -attime " + std::to_string(authority.now().time_since_epoch() / std::chrono::seconds(1));
    std::size_t signatures = 0;
    for (const SignatureFound& one : signatures_in(pdf)) {
        folder.write("covered", covered(pdf, one));
        if (one.is_timestamp) {
            folder.write("token", one.timestamps.front().token);
            must(folder,
                 "openssl ts -verify -data covered -in token -token_in -CAfile root.pem -untrusted ca.pem" +
                     time);
            continue;
        }
        ++signatures;
        folder.write("cms", one.contents);
        must(folder,
             "openssl cms -verify -binary -cades -purpose any -inform DER -in cms -content covered "
             "-CAfile root.pem -certfile ca.pem -out out" +
                 time);
        for (const Timestamp& timestamp : one.timestamps) {
            folder.write("token", timestamp.token);
            folder.write("value", one.value);
            must(folder,
                 "openssl ts -verify -data value -in token -token_in -CAfile root.pem -untrusted ca.pem" +
                     time);
        }
    }
    CHECK_FALSE(must(folder, "qpdf --check signed.pdf").says("WARNING"));
    const auto pdfsig = must(folder, "pdfsig -nocert signed.pdf");
    INFO(pdfsig.text);
    CHECK(occurrences(pdfsig.text, "Signature is Valid") == signatures);
    const auto mutool = must(folder, "mutool sign -v signed.pdf");
    INFO(mutool.text);
    // It knows no document timestamps, and calls what a DSS adds an edit.
    CHECK(occurrences(mutool.text, "The signature is valid") +
              occurrences(mutool.text, "The document is unchanged since signing") ==
          signatures);
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
                judge(authority, pdf);
            }
    }
}
