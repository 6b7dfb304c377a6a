// Levels above B-B against a real authority (tests/support/authority.h), judged by strangers' tools.
#include <catch2/catch.hpp>
#include <functional>
#include <optional>

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
    folder.write("both.pem", as_bytes(authority.intermediate_pem() + authority.root_pem()));
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
             "-CAfile both.pem -out out" +
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

namespace {

// What a failed call says, all its problems; empty if it succeeded.
std::string refusal(const std::function<void()>& act, std::optional<Code> code = {}) {
    try {
        act();
    } catch (const Error& error) {
        if (code) CHECK(error.code() == *code);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("An authority's wrong answer counts like none, and the error says what was wrong") {
    using Stamp = Authority::Stamp;
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, false);
    const struct {
        Stamp fault;
        const char* says;
    } rows[] = {{Stamp::silent, "tidak menjawab"},
                {Stamp::html, "bukan jawaban stempel waktu"},
                {Stamp::empty, "kosong"},
                {Stamp::status_500, "status 500"},
                {Stamp::truncated, "bukan jawaban stempel waktu"},
                {Stamp::rejected, "permintaan ditolak: rejection"},
                {Stamp::wrong_nonce, "nonce mismatch"},
                {Stamp::wrong_imprint, "imprint mismatch"},
                {Stamp::other_time, "periksa jam komputer"},
                {Stamp::tampered, "tanda tangannya tidak sah"},
                {Stamp::expired_certificate, "certificate verify error"},
                {Stamp::certificate_for_other_use, "certificate verify error"},
                {Stamp::stranger, "tidak termasuk yang dipercaya"},
                {Stamp::too_large, "terlalu besar"}};
    for (const auto& row : rows) {
        INFO("expected: " << row.says);
        authority.stamp = row.fault;
        LongTerm alone(web, {authority.address("/tsa")}, trusting(authority));
        const std::string said =
            refusal([&] { sign(SmallPdf().bytes(), *key, {.level = Level::t}, alone, authority.now()); },
                    Code::outside);
        INFO("said: " << said);
        CHECK(said.find(row.says) != std::string::npos);
        CHECK(said.find(authority.address("/tsa")) != std::string::npos);

        LongTerm with_second(web, {authority.address("/tsa"), authority.address("/tsa2")},
                             trusting(authority));
        const Bytes pdf = sign(SmallPdf().bytes(), *key, {.level = Level::t}, with_second, authority.now());
        CHECK(protection_of(pdf).level == Level::t);
    }
}

TEST_CASE("With the first of two authorities dead every level is reached, with all dead each is named") {
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, true);
    const std::string dead = "http://127.0.0.1:1/tsa";
    LongTerm long_term(web, {dead, authority.address("/tsa")}, trusting(authority));
    judge(authority, sign(SmallPdf().bytes(), *key, {.level = Level::lta}, long_term, authority.now()));

    authority.stamp = Authority::Stamp::html;
    const std::string said =
        refusal([&] { sign(SmallPdf().bytes(), *key, {.level = Level::lta}, long_term, authority.now()); },
                Code::outside);
    CHECK(said.find(dead) != std::string::npos);
    CHECK(said.find(authority.address("/tsa")) != std::string::npos);
    for (const char* url :
         {"ftp://tsa.example", "http://nama:sandi@tsa.example/", "tsa.example", "https://", ""})
        CHECK_FALSE(refusal([&] { LongTerm(web, {url}, {}); }, Code::usage).empty());
    CHECK(refusal([&] { LongTerm(web, {"http://nama:sandi@tsa.example/"}, {}); }).find("sandi@") ==
          std::string::npos);
}

TEST_CASE("A token that came larger is given its room and a second signature, not a failure") {
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, false);
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    sign(SmallPdf().bytes(), *key, {.level = Level::t}, long_term, authority.now());
    const std::size_t before = long_term.timestamp_room(authority.now());
    authority.stamp = Authority::Stamp::grown;
    for (const Level level : {Level::t, Level::lta})
        judge(authority, sign(SmallPdf().bytes(), *key, {.level = level}, long_term, authority.now()));
    CHECK(long_term.timestamp_room(authority.now()) > before);

    // In three steps the key is asked once a try, so the same steps once more succeed.
    authority.stamp = Authority::Stamp::good;
    LongTerm fresh(web, {authority.address("/tsa")}, trusting(authority));
    const auto steps = [&](Authority::Stamp then) {
        const Prepared prepared =
            prepare(SmallPdf().bytes(), *key, {.level = Level::lt}, fresh, authority.now());
        authority.stamp = then;
        return embed(prepared, *key, key->sign_digest(prepared.attributes_digest), fresh, authority.now());
    };
    CHECK(refusal([&] { steps(Authority::Stamp::grown); }, Code::outside).find("tempatnya kini cukup") !=
          std::string::npos);
    judge(authority, steps(Authority::Stamp::grown));
}

TEST_CASE("A time with a fraction of a second is a time, and fits into the room of one without") {
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, false);
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    const std::size_t room = long_term.timestamp_room(authority.now());
    authority.stamp = Authority::Stamp::with_fraction;
    judge(authority, sign(SmallPdf().bytes(), *key, {.level = Level::lta}, long_term, authority.now()));
    CHECK(authority.asked("/tsa") == 3);
    CHECK(long_term.timestamp_room(authority.now()) >= room);
}

TEST_CASE("The room for a token is computed from one: at most 48 bytes more than it needs") {
    for (const bool rsa : {false, true}) {
        Authority authority({.rsa = rsa});
        LocalWeb web;
        const auto key = key_of(authority, true);
        LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
        for (int i = 0; i < 5; ++i) {
            const Bytes pdf = sign(SmallPdf().bytes(), *key, {.level = Level::t}, long_term, authority.now());
            const auto found = signatures_in(pdf);
            const std::size_t spare =
                long_term.timestamp_room(authority.now()) - found.front().timestamps.front().token.size();
            CHECK(spare <= 48);
            CHECK(spare >= 8);
        }
    }
}

TEST_CASE("Revoked, unknown, and answers that cannot be believed stop a signature that shall last") {
    using Ocsp = Authority::Ocsp;
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, false);
    const struct {
        Ocsp answer;
        Code code;
        const char* says;
    } rows[] = {{Ocsp::revoked, Code::data, "sudah dicabut pada"},
                {Ocsp::unknown, Code::outside, "tidak mengenal sertifikat ini (unknown)"},
                {Ocsp::stranger, Code::outside, "tidak sah untuk"},
                {Ocsp::unauthorised, Code::outside, "tidak diberi kuasa"},
                {Ocsp::stale, Code::outside, "sudah usang"},
                {Ocsp::about_another, Code::outside, "bukan tentang sertifikat ini"},
                {Ocsp::try_later, Code::outside, "trylater"},
                {Ocsp::html, Code::outside, "bukan jawaban OCSP"},
                {Ocsp::silent, Code::outside, "tidak menjawab"}};
    for (const auto& row : rows) {
        INFO("expected: " << row.says);
        authority.ocsp = row.answer;
        LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
        for (const Level level : {Level::lt, Level::lta}) {
            const std::string said =
                refusal([&] { sign(SmallPdf().bytes(), *key, {.level = level}, long_term, authority.now()); },
                        row.code);
            INFO("said: " << said);
            CHECK((said.find(row.says) != std::string::npos ||
                   (row.answer == Ocsp::stranger && said.find("tidak diberi kuasa") != std::string::npos)));
        }
        // B-T promises nothing about revocation, and is reached.
        CHECK_NOTHROW(sign(SmallPdf().bytes(), *key, {.level = Level::t}, long_term, authority.now()));
    }
}

TEST_CASE(
    "A revocation list counts only while it is fresh, its issuer's own, and silent about the certificate") {
    using List = Authority::List;
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, false);
    const struct {
        List list;
        Code code;
        const char* says;
    } rows[] = {{List::stale, Code::outside, "sudah usang"},
                {List::revoked, Code::data, "sudah dicabut pada"},
                {List::stranger, Code::outside, "daftar pencabutannya tidak sah"},
                {List::html, Code::outside, "bukan daftar pencabutan"},
                {List::too_large, Code::outside, "terlalu besar"}};
    for (const auto& row : rows) {
        INFO("expected: " << row.says);
        authority.list = row.list;
        LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
        const std::string said =
            refusal([&] { sign(SmallPdf().bytes(), *key, {.level = Level::lt}, long_term, authority.now()); },
                    row.code);
        INFO("said: " << said);
        CHECK(said.find(row.says) != std::string::npos);
    }
    // A list at hand serves where the network does not.
    authority.list = List::fresh;
    AtHand at_hand = trusting(authority);
    at_hand.add(as_bytes(authority.revocation_list_pem()));
    authority.list = List::html;
    LongTerm long_term(web, {authority.address("/tsa")}, at_hand);
    judge(authority, sign(SmallPdf().bytes(), *key, {.level = Level::lta}, long_term, authority.now()));
}

TEST_CASE("Whoever answers for an authority is looked up in its list, where the certificate names one") {
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, false);
    authority.ocsp = Authority::Ocsp::with_list;
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    judge(authority, sign(SmallPdf().bytes(), *key, {.level = Level::lt}, long_term, authority.now()));
    authority.list = Authority::List::stranger;
    LongTerm fresh(web, {authority.address("/tsa")}, trusting(authority));
    CHECK(refusal([&] { sign(SmallPdf().bytes(), *key, {.level = Level::lt}, fresh, authority.now()); },
                  Code::outside)
              .find("yang menjawab OCSP tidak terbukti") != std::string::npos);
}

TEST_CASE("An intermediate that nobody gave is fetched from where the certificate says") {
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, true, true);
    REQUIRE(key->chain().certificates().size() == 1);
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    const Bytes pdf = sign(SmallPdf().bytes(), *key, {.level = Level::lta}, long_term, authority.now());
    judge(authority, pdf);
    CHECK(authority.asked("/ca.cer") > 0);
    const ValidationData stored = read_validation_data(pdf);
    CHECK(stored.certificates.size() >=
          5);  // signer, timestamp authority, OCSP responder, intermediate, root
    CHECK(stored.ocsp_responses.size() >= 2);
    CHECK_FALSE(stored.revocation_lists.empty());
}

TEST_CASE("Lists and answers about authorities are asked for once, not for each letter") {
    Authority authority;
    LocalWeb web;
    const auto key = key_of(authority, false);
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    for (int i = 0; i < 5; ++i)
        sign(SmallPdf().bytes(), *key, {.level = Level::lt}, long_term, authority.now());
    CHECK(authority.asked("/ca.crl") == 1);
    CHECK(authority.asked("/ocsp-root") == 1);
    CHECK(authority.asked("/ocsp") == 5);  // about the signer it is asked each time
    CHECK(authority.asked("/tsa") == 6);   // and once for the size
}

TEST_CASE("An archived letter is renewed, again and again, and its earlier bytes stay") {
    Authority authority;
    LocalWeb web;
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    for (const Level begun : {Level::b, Level::t, Level::lt, Level::lta}) {
        INFO("from " << to_string(begun));
        authority.ahead_seconds = 0;
        const auto key = key_of(authority, begun == Level::t);
        Bytes pdf = sign(SmallPdf().bytes(), *key, {.level = begun}, long_term, authority.now());
        for (int renewal = 1; renewal <= 3; ++renewal) {
            // The signer's certificate, of a year, ends between the first and the second time.
            authority.ahead_seconds = 86'400L * 300 * (renewal - 1);
            const Bytes longer = extend(pdf, long_term, authority.now());
            CHECK(begins_with(longer, pdf));
            const Protection protection = protection_of(longer);
            CHECK(protection.level == Level::lta);
            CHECK(protection.until > authority.now() + std::chrono::days(365));
            pdf = longer;
        }
        authority.ahead_seconds = 0;
        judge(authority, pdf);
    }
}

TEST_CASE("A file that somebody else signed is raised to the level asked for, or not at all") {
    Authority authority;
    LocalWeb web;
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    const auto key = key_of(authority, false);
    const Bytes signed_pdf = sign(SmallPdf().bytes(), *key, {}, authority.now());
    for (const Level level : {Level::b, Level::t, Level::lt, Level::lta}) {
        const Bytes raised = raise(signed_pdf, level, long_term, authority.now());
        CHECK(protection_of(raised).level == level);
        CHECK((level == Level::b ? raised == signed_pdf : begins_with(raised, signed_pdf)));
        CHECK(raise(raised, level, long_term, authority.now()) == raised);
        judge(authority, raised);
    }
    authority.ocsp = Authority::Ocsp::revoked;
    CHECK_FALSE(
        refusal([&] { raise(signed_pdf, Level::lt, long_term, authority.now()); }, Code::data).empty());
    CHECK_FALSE(refusal([&] { extend(SmallPdf().bytes(), long_term, authority.now()); }, Code::data).empty());
}

TEST_CASE("A file certified against every change still takes timestamps, and no signature") {
    Authority authority;
    LocalWeb web;
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    const auto key = key_of(authority, false);
    const Bytes closed =
        sign(SmallPdf().bytes(), *key, {.certify = 1, .level = Level::lta}, long_term, authority.now());
    judge(authority, closed);
    CHECK_FALSE(refusal([&] { sign(closed, *key, {}, authority.now()); }, Code::data).empty());
    CHECK(protection_of(extend(closed, long_term, authority.now())).level == Level::lta);
}

TEST_CASE("Several signers each reach the level, and the store keeps what proves the earlier ones") {
    Authority authority;
    LocalWeb web;
    LongTerm long_term(web, {authority.address("/tsa")}, trusting(authority));
    Bytes pdf = SmallPdf().bytes();
    std::size_t certificates = 0;
    for (const bool rsa : {true, false, true}) {
        const Bytes more =
            sign(pdf, *key_of(authority, rsa), {.level = Level::lt}, long_term, authority.now());
        CHECK(begins_with(more, pdf));
        pdf = more;
        CHECK(read_validation_data(pdf).certificates.size() >= certificates);
        certificates = read_validation_data(pdf).certificates.size();
    }
    CHECK(protection_of(pdf).level == Level::lt);
    judge(authority, pdf);
}

TEST_CASE("A level above B-B without an authority to ask is refused, never lowered") {
    const auto key = demo_key(KeyType::ecdsa);
    LocalWeb web;
    LongTerm nobody(web, {}, {});
    for (const Level level : {Level::t, Level::lt, Level::lta}) {
        CHECK_FALSE(
            refusal([&] { sign(SmallPdf().bytes(), *key, {.level = level}, today); }, Code::usage).empty());
        CHECK_FALSE(
            refusal([&] { sign(SmallPdf().bytes(), *key, {.level = level}, nobody, today); }, Code::usage)
                .empty());
    }
    CHECK(parse_level("lta") == Level::lta);
    for (const char* text : {"", "B", "ltx", "LTA"}) CHECK_FALSE(parse_level(text));
}
