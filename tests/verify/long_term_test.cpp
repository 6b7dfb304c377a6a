// Signatures that outlive their certificates: what timestamps prove, and what the validation data in the file
// say (EN 319 142-1, EN 319 102-1 5.6).
#include <catch2/catch.hpp>

#include "core/date.h"
#include "core/web.h"
#include "pdf_kit.h"
#include "verify/report_text.h"
#include "verify/revocation.h"

using namespace naskah;
using naskah::verify::Verdict;
using std::chrono::hours;

namespace {

constexpr auto days = [](int count) { return hours(24 * count); };

// The office's own people live for ten years; the signer here for one, with an issuer that can be asked.
struct Cast {
    kit::Person root = kit::office().root, ca, signer, tsa, next_tsa, short_tsa, responder, stranger;
    Cast() {
        const auto usage = "critical,digitalSignature,nonRepudiation";
        ca = kit::office().intermediate;
        const auto person = [&](const char* name, const kit::Person& issuer, int after,
                                const char* extended = "") {
            return kit::make_person({.name = name,
                                     .issuer = &issuer,
                                     .key_usage = usage,
                                     .extended_key_usage = extended,
                                     .days_after = after,
                                     .ocsp_url = "http://ocsp.contoh.invalid/",
                                     .crl_url = "http://crl.contoh.invalid/ca.crl"});
        };
        signer = person("CONTOH Kepala Setahun", ca, 365);
        tsa = person("CONTOH Stempel Waktu", ca, 3000, "critical,timeStamping");
        short_tsa = person("CONTOH Stempel Pendek", ca, 400, "critical,timeStamping");
        responder = person("CONTOH Penjawab", ca, 3000, "OCSPSigning");
        stranger = person("CONTOH Bukan Penjawab", ca, 3000);
    }
    // A list of `issuer` on which nobody of the cast stands.
    std::string quiet_list(const kit::Person& issuer, Instant issued) const {
        return kit::crl_to_der(kit::make_crl(issuer, kit::office().other, issued));
    }
    std::string answer(const kit::Person& about, std::optional<Instant> revoked = {},
                       const kit::Person* who = nullptr, Instant issued = kit::now() + hours(1)) const {
        return kit::make_ocsp({.issuer = &ca,
                               .subject = &about,
                               .responder = who,
                               .revoked = revoked,
                               .issued = issued,
                               .next = issued + days(7)});
    }
};

const Cast& cast() {
    static const Cast it;
    return it;
}

std::string letter_b() { return kit::sign(kit::plain_pdf(), {.cms = {.signer = &cast().signer}}); }

std::string letter_t(const kit::Person& tsa, Instant time = kit::now()) {
    return kit::sign(kit::plain_pdf(),
                     {.cms = {.signer = &cast().signer,
                              .stamp =
                                  [&tsa, time](const Bytes& value) {
                                      return kit::stamp_attribute(kit::make_token(value, tsa, time));
                                  }},
                      .room = 16384});
}

kit::Store whole_store(std::optional<Instant> revoked = {}) {
    return {.certificates = {kit::to_der(cast().signer), kit::to_der(cast().ca), kit::to_der(cast().tsa),
                             kit::to_der(cast().short_tsa)},
            .crls = {cast().quiet_list(cast().root, kit::now() + hours(1))},
            .ocsps = {cast().answer(cast().signer, revoked), cast().answer(cast().tsa),
                      cast().answer(cast().short_tsa)}};
}

struct Asked : Web {
    std::string body;
    int status = 200;
    std::vector<std::string> urls;
    WebAnswer ask(const WebRequest& request) override {
        urls.push_back(request.url);
        if (status == 0) throw WebTrouble{true, "tidak terhubung"};
        return {.status = status, .body = to_bytes(body)};
    }
};

verify::Report at(const std::string& pdf, Instant when, const verify::Trust& trust = kit::office().trust()) {
    return verify::check(as_bytes(pdf), trust, when);
}

const Instant years_later = kit::now() + days(800);  // the signer's certificate has ended

}  // namespace

TEST_CASE(
    "after the signer's certificate has ended a letter passes at B-LT and B-LTA and is uncertain at B-B") {
    const std::string lt = kit::add_store(letter_t(cast().tsa), whole_store());
    const std::string lta = kit::stamp_document(lt, cast().tsa, kit::now() + days(1));
    struct Row {
        const char* level;
        std::string pdf;
        Verdict verdict;
        const char* finding;
    };
    for (const Row& row :
         {Row{"B-B", letter_b(), Verdict::indeterminate, "certificate_expired"},
          Row{"B-T", letter_t(cast().tsa), Verdict::indeterminate, "revocation_unproven"},
          Row{"B-LT", lt, Verdict::passed, nullptr}, Row{"B-LTA", lta, Verdict::passed, nullptr}}) {
        const auto report = at(row.pdf, years_later);
        INFO(row.level << "\n" << kit::summary(report));
        CHECK(report.verdict == row.verdict);
        REQUIRE_FALSE(report.signatures.empty());
        CHECK(report.signatures[0].level == row.level);
        if (row.finding) CHECK(kit::found(report, row.finding));
        // While the certificate lasts, each of them passes.
        CHECK(at(row.pdf, kit::now() + days(2)).verdict == Verdict::passed);
    }
}

TEST_CASE("a revocation after signing does no harm at B-LT and unsettles at B-B; one before signing fails") {
    const auto trust_with = [](Instant when) {
        verify::Trust trust = kit::office().trust();
        const std::string list = kit::make_crl(cast().ca, cast().signer, when);
        trust.add(as_bytes(list), "cabut.pem");
        return trust;
    };
    const verify::Trust since = trust_with(kit::now() + days(30));
    const verify::Trust before = trust_with(kit::now() - days(1));
    const std::string lt = kit::add_store(letter_t(cast().tsa), whole_store());
    const std::string lta = kit::stamp_document(lt, cast().tsa, kit::now() + days(1));
    for (const std::string& pdf : {lt, lta}) {
        for (const Instant when : {kit::now() + days(60), years_later}) {
            const auto report = at(pdf, when, since);
            INFO(kit::summary(report));
            CHECK(report.verdict == Verdict::passed);
            CHECK(kit::found(report, "certificate_revoked_since"));
        }
    }
    CHECK(at(letter_b(), kit::now() + days(60), since).verdict == Verdict::indeterminate);
    for (const std::string& pdf : {letter_b(), letter_t(cast().tsa), lt, lta}) {
        const auto report = at(pdf, kit::now() + days(60), before);
        INFO(kit::summary(report));
        CHECK(report.verdict == Verdict::failed);
        CHECK(kit::found(report, "certificate_revoked"));
    }
    // The file's own evidence convicts as well.
    const std::string confessed = kit::add_store(letter_t(cast().tsa), whole_store(kit::now() - days(2)));
    CHECK(at(confessed, kit::now() + days(2)).verdict == Verdict::failed);
}

TEST_CASE("a revocation on a day that nobody can read convicts") {
    for (const char* day : {"20260230060000Z", "kemarin", ""}) {
        const std::string answer = kit::make_ocsp({.issuer = &cast().ca,
                                                   .subject = &cast().signer,
                                                   .revoked = kit::now(),
                                                   .issued = kit::now() + hours(1),
                                                   .next = kit::now() + days(7),
                                                   .revoked_day = day});
        const auto by_answer = at(kit::add_store(letter_b(), {.ocsps = {answer}}), kit::now());
        INFO(day << "\n" << kit::summary(by_answer));
        CHECK(by_answer.verdict == Verdict::failed);
        CHECK(kit::found(by_answer, "certificate_revoked"));
        const std::string list =
            kit::crl_to_der(kit::make_crl(cast().ca, cast().signer, kit::now() + hours(1), day));
        const auto by_list = at(kit::add_store(letter_b(), {.crls = {list}}), kit::now());
        INFO(kit::summary(by_list));
        CHECK(by_list.verdict == Verdict::failed);
        CHECK(kit::found(by_list, "certificate_revoked"));
    }
}

TEST_CASE("an answer about revocation counts only if the issuer or its delegate gave it, and in time") {
    const Instant fresh = kit::now() + hours(1);
    struct Row {
        const char* what;
        std::string answer, level;
        bool forged;
    };
    const kit::Person namesake = kit::make_person({.name = "CONTOH Antara", .is_ca = true});
    const kit::Person other_responder = kit::make_person({.name = "CONTOH Penjawab Lain",
                                                          .issuer = &namesake,
                                                          .key_usage = "digitalSignature",
                                                          .extended_key_usage = "OCSPSigning"});
    const std::vector<Row> rows = {
        {"the issuer", cast().answer(cast().signer, {}, nullptr, fresh), "B-LT", false},
        {"its delegate", cast().answer(cast().signer, {}, &cast().responder, fresh), "B-LT", false},
        {"one without the purpose", cast().answer(cast().signer, {}, &cast().stranger, fresh), "B-T", true},
        {"the signer about itself", cast().answer(cast().signer, {}, &cast().signer, fresh), "B-T", true},
        {"a namesake of the issuer", cast().answer(cast().signer, {}, &namesake, fresh), "B-T", true},
        {"a namesake's delegate", cast().answer(cast().signer, {}, &other_responder, fresh), "B-T", true},
        {"about another", cast().answer(kit::office().other, {}, nullptr, fresh), "B-T", false},
        {"too old", cast().answer(cast().signer, {}, nullptr, kit::now() - days(20)), "B-T", false},
        {"from after the end", cast().answer(cast().signer, {}, nullptr, kit::now() + days(500)), "B-T",
         false},
        {"nobody", {}, "B-T", false},
    };
    for (const Row& row : rows) {
        kit::Store store = whole_store();
        store.ocsps[0] = row.answer;
        if (row.answer.empty()) store.ocsps.erase(store.ocsps.begin());
        const auto report = at(kit::add_store(letter_t(cast().tsa), store), kit::now() + days(2));
        INFO(row.what << "\n" << kit::summary(report));
        CHECK(report.verdict == Verdict::passed);
        CHECK(report.signatures.at(0).level == row.level);
        CHECK(kit::found(report, "revocation_invalid") == row.forged);
    }
}

TEST_CASE(
    "B-LT wants the answers about the timestamp's authority too, and B-LTA a timestamp over all of them") {
    kit::Store store = whole_store();
    store.ocsps.erase(store.ocsps.begin() + 1);  // about tsa
    CHECK(at(kit::add_store(letter_t(cast().tsa), store), kit::now() + days(2)).signatures.at(0).level ==
          "B-T");
    // The document timestamp came before the evidence.
    const std::string stamped = kit::stamp_document(letter_t(cast().tsa), cast().tsa, kit::now() + days(1));
    const auto report = at(kit::add_store(stamped, whole_store()), kit::now() + days(2));
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::passed);
    CHECK(report.signatures.at(0).level == "B-LT");
}

TEST_CASE("revocation data inside the CMS, signed or not, serve as well as those in a DSS") {
    // RevocationInfoArchival and RevocationValues: lists under [0].
    const std::string list = cast().quiet_list(cast().ca, kit::now() + hours(1));
    const Bytes values = kit::der(
        0x30, std::vector<Bytes>{kit::der(0xa0, kit::der(0x30, std::vector<Bytes>{to_bytes(list)}))});
    kit::Store store = whole_store();
    store.ocsps.erase(store.ocsps.begin());  // about the signer
    for (const bool is_signed : {true, false}) {
        kit::SignWishes wishes{.room = 16384};
        wishes.cms.signer = &cast().signer;
        wishes.cms.stamp = [](const Bytes& value) {
            return kit::stamp_attribute(kit::make_token(value, cast().tsa, kit::now()));
        };
        if (is_signed) {
            wishes.cms.change_attributes = [&](std::vector<Bytes>& attributes) {
                attributes.push_back(kit::attribute("1.2.840.113583.1.1.8", values));
            };
        } else {
            wishes.cms.unsigned_attributes = {kit::attribute("1.2.840.113549.1.9.16.2.24", values)};
        }
        const auto report = at(kit::add_store(kit::sign(kit::plain_pdf(), wishes), store), years_later);
        INFO(kit::summary(report));
        CHECK(report.verdict == Verdict::passed);
        CHECK(report.signatures.at(0).level == "B-LT");
    }
}

TEST_CASE("a certificate whose issuer promises that it is never revoked needs no answer") {
    const kit::Person brief = kit::make_person({.name = "CONTOH Sehari",
                                                .issuer = &cast().ca,
                                                .key_usage = "digitalSignature",
                                                .days_after = 1,
                                                .needs_no_revocation = true,
                                                .ocsp_url = "http://ocsp.contoh.invalid/"});
    kit::SignWishes wishes{.room = 16384};
    wishes.cms.signer = &brief;
    wishes.cms.stamp = [](const Bytes& value) {
        return kit::stamp_attribute(kit::make_token(value, cast().tsa, kit::now()));
    };
    const auto report = at(kit::add_store(kit::sign(kit::plain_pdf(), wishes), whole_store()), years_later);
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::passed);
    CHECK(report.signatures.at(0).level == "B-LT");
    CHECK_FALSE(kit::found(report, "revocation_unproven"));
}

TEST_CASE("a document timestamp proves the time of what it covers, and keeps it when authorities end") {
    // Without a timestamp of its own.
    const std::string b =
        kit::stamp_document(kit::add_store(letter_b(), whole_store()), cast().tsa, kit::now());
    const auto proven = at(b, years_later);
    INFO(kit::summary(proven));
    CHECK(proven.verdict == Verdict::passed);
    CHECK(proven.signatures.at(0).time_proven);
    CHECK(proven.signatures.at(0).signed_at == kit::now());
    // The first authority has ended; without a later timestamp nothing shows that its token is not of today.
    const std::string lt = kit::add_store(letter_t(cast().short_tsa), whole_store());
    const auto alone = at(lt, years_later);
    CHECK(alone.verdict == Verdict::indeterminate);
    CHECK(kit::found(alone, "timestamp_untrusted"));
    // What is known about it must be as fresh as the timestamp that keeps it.
    kit::Store renewed = whole_store();
    renewed.ocsps.push_back(cast().answer(cast().short_tsa, {}, nullptr, kit::now() + days(299)));
    const std::string stale = kit::stamp_document(lt, cast().tsa, kit::now() + days(300));
    CHECK(kit::found(at(stale, years_later), "timestamp_untrusted"));
    const std::string lt_renewed = kit::add_store(letter_t(cast().short_tsa), renewed);
    const auto kept = at(kit::stamp_document(lt_renewed, cast().tsa, kit::now() + days(300)), years_later);
    INFO(kit::summary(kept));
    CHECK(kept.verdict == Verdict::passed);
    CHECK(kept.signatures.at(0).level == "B-LTA");
    // Too late: the token had lost its worth before the second one was made.
    CHECK(at(kit::stamp_document(lt_renewed, cast().tsa, kit::now() + days(500)), years_later).verdict ==
          Verdict::indeterminate);
    // A chain of document timestamps, each judged as of the next.
    const std::string first = kit::stamp_document(lt_renewed, cast().short_tsa, kit::now() + days(10));
    const std::string second = kit::stamp_document(first, cast().tsa, kit::now() + days(300), 70, "60 0 R ");
    const auto chain = at(second, years_later);
    INFO(kit::summary(chain));
    CHECK(chain.verdict == Verdict::passed);
    CHECK(at(first, years_later).verdict == Verdict::indeterminate);
}

TEST_CASE("a document timestamp by a stranger, or older than what it covers, proves nothing") {
    const kit::Person stranger = kit::make_person({.name = "CONTOH Asing",
                                                   .key_usage = "digitalSignature",
                                                   .extended_key_usage = "critical,timeStamping"});
    const auto foreign = at(kit::stamp_document(letter_b(), stranger, kit::now()), kit::now() + days(2));
    CHECK(foreign.verdict == Verdict::indeterminate);
    CHECK_FALSE(foreign.signatures.at(0).time_proven);
    const std::string contradiction =
        kit::stamp_document(letter_t(cast().tsa, kit::now()), cast().tsa, kit::now() - days(3));
    const auto report = at(contradiction, kit::now() + days(2));
    INFO(kit::summary(report));
    CHECK(report.verdict == Verdict::indeterminate);
    CHECK(kit::found(report, "timestamp_order"));
}

TEST_CASE("a timestamp whose time is none is no timestamp, whoever made it") {
    const kit::Person stranger = kit::make_person({.name = "CONTOH Asing",
                                                   .key_usage = "digitalSignature",
                                                   .extended_key_usage = "critical,timeStamping"});
    for (const kit::Person& authority : {stranger, cast().tsa}) {
        for (const char* time : {"20260230060000Z", "20260326130000+0700", "202603260600", "20260326060000",
                                 "20260326060061Z"}) {
            const auto document =
                at(kit::stamp_document(letter_b(), authority, {}, 60, {}, time), kit::now() + days(2));
            INFO(time << "\n" << kit::summary(document));
            CHECK(document.verdict == Verdict::failed);
            CHECK(kit::found(document, "cms_malformed"));
            CHECK_FALSE(document.signatures.at(0).time_proven);
            const auto letter =
                at(kit::sign(kit::plain_pdf(), {.cms = {.signer = &cast().signer,
                                                        .stamp =
                                                            [&](const Bytes& value) {
                                                                return kit::stamp_attribute(
                                                                    kit::make_token(value, authority, time));
                                                            }},
                                                .room = 16384}),
                   kit::now() + days(2));
            CHECK(letter.verdict == Verdict::indeterminate);
            CHECK(kit::found(letter, "timestamp_invalid"));
            CHECK_FALSE(letter.signatures.at(0).time_proven);
        }
    }
}

TEST_CASE("an algorithm that has become weak harms only what is not proven to be older") {
    const auto sha1_letter = [&](std::optional<Instant> stamped) {
        kit::SignWishes wishes{.cms = {.signer = &cast().signer, .digest = "SHA1"}, .room = 16384};
        if (stamped)
            wishes.cms.stamp = [&, stamped](const Bytes& value) {
                return kit::stamp_attribute(kit::make_token(value, cast().tsa, *stamped));
            };
        return kit::sign(kit::plain_pdf(), wishes);
    };
    const Instant in_2008 = *parse_rfc3339("2008-12-31T23:59:00Z"),
                  in_2009 = in_2008 + std::chrono::minutes(2);
    CHECK(kit::found(at(sha1_letter({}), kit::now()), "weak_digest"));
    CHECK(kit::found(at(sha1_letter(kit::now()), kit::now()), "weak_digest"));
    CHECK(kit::found(at(sha1_letter(in_2009), kit::now()), "weak_digest"));
    CHECK_FALSE(kit::found(at(sha1_letter(in_2008), kit::now()), "weak_digest"));
}

TEST_CASE("the network is asked only when it may be, only about trusted chains, and its silence is said") {
    const verify::Trust trust = kit::office().trust();
    const std::string pdf = letter_b();
    Asked web;
    web.body = cast().answer(cast().signer, {}, &cast().responder, kit::now());
    const auto good = verify::check(as_bytes(pdf), trust, kit::now(), &web);
    INFO(kit::summary(good));
    CHECK(good.verdict == Verdict::passed);
    CHECK_FALSE(kit::found(good, "revocation_unknown"));
    REQUIRE(web.urls == std::vector<std::string>{"http://ocsp.contoh.invalid/"});
    CHECK(kit::found(at(pdf, kit::now()), "revocation_unknown"));

    Asked revoked;
    revoked.body = cast().answer(cast().signer, kit::now() - days(1), nullptr, kit::now());
    CHECK(verify::check(as_bytes(pdf), trust, kit::now(), &revoked).verdict == Verdict::failed);

    for (const int status : {0, 404, 500}) {
        Asked silent;
        silent.status = status;
        const auto report = verify::check(as_bytes(pdf), trust, kit::now(), &silent);
        CHECK(report.verdict == Verdict::indeterminate);
        CHECK(kit::found(report, "revocation_unanswered"));
        CHECK(silent.urls.size() == 2);  // the list as well
    }
    Asked forged;
    forged.body = cast().answer(cast().signer, {}, &cast().stranger, kit::now());
    CHECK(verify::check(as_bytes(pdf), trust, kit::now(), &forged).verdict == Verdict::indeterminate);
    // Nobody vouches for this chain: its addresses are a stranger's.
    Asked nobody;
    CHECK(verify::check(as_bytes(pdf), verify::Trust(), kit::now(), &nobody).verdict ==
          Verdict::indeterminate);
    CHECK(nobody.urls.empty());
}

TEST_CASE("a file full of answers about others does not keep the network's from being heard") {
    kit::Store store;
    store.ocsps.assign(301, cast().answer(kit::office().other));
    store.crls.assign(301, cast().quiet_list(cast().root, kit::now() + hours(1)));
    const std::string pdf = kit::add_store(letter_b(), store, 100);
    const verify::Trust trust = kit::office().trust();
    Asked web;
    web.body = cast().answer(cast().signer, kit::now() - days(1), nullptr, kit::now());
    const auto by_answer = verify::check(as_bytes(pdf), trust, kit::now(), &web);
    INFO(kit::summary(by_answer));
    CHECK(kit::found(by_answer, "certificate_revoked"));
    web.body = kit::crl_to_der(kit::make_crl(cast().ca, cast().signer, kit::now() - hours(1)));
    const auto by_list = verify::check(as_bytes(pdf), trust, kit::now(), &web);
    INFO(kit::summary(by_list));
    CHECK(kit::found(by_list, "certificate_revoked"));
}

TEST_CASE("the network is asked about a certificate once, wherever its copies came from") {
    verify::Budget budget(1000);
    verify::Evidence evidence(budget);
    const auto copy = verify::parse_certificate(as_bytes(kit::to_der(cast().signer)));
    REQUIRE(copy != cast().signer.certificate);
    CHECK(evidence.may_ask(cast().signer.certificate));
    CHECK_FALSE(evidence.may_ask(copy));
    CHECK(evidence.may_ask(cast().tsa.certificate));
}

TEST_CASE("a chain that nobody vouches for is not worth a look at its revocation") {
    const std::string pdf = kit::add_store(
        letter_b(), {.ocsps = {cast().answer(cast().signer, kit::now() - days(1), nullptr, kit::now())}});
    CHECK(kit::found(at(pdf, kit::now()), "certificate_revoked"));
    const auto report = at(pdf, kit::now(), verify::Trust());
    INFO(kit::summary(report));
    CHECK(kit::found(report, "unknown_root"));
    CHECK_FALSE(kit::found(report, "certificate_revoked"));
}

TEST_CASE("every certificate that an answer's author is looked for among costs a step") {
    verify::Budget budget(100000);
    verify::Evidence evidence(budget);
    // From one whom no certificate here is.
    const kit::Person absent = kit::make_person({.name = "CONTOH Tidak Hadir", .issuer = &cast().ca});
    evidence.add_ocsp(as_bytes(cast().answer(cast().signer, {}, &absent)), {});
    const auto cost = [&] {
        const std::uint64_t before = budget.left();
        find_revocation({cast().signer.certificate.get(), cast().ca.certificate.get(), kit::now()}, evidence);
        return before - budget.left();
    };
    const std::uint64_t alone = cost();
    for (int i = 0; i < 10; ++i)
        evidence.add_certificate(
            as_bytes(kit::to_der(kit::make_person({.name = "CONTOH " + std::to_string(i), .rsa = true}))),
            {});
    CHECK(cost() >= alone + 10 * (1 + 270 / 64));  // each with a key of 2048 bits
}

TEST_CASE("a document timestamp is told as one: by its authority, not by a signer") {
    const std::string pdf = kit::stamp_document(letter_b(), cast().tsa, kit::now());
    const auto good = at(pdf, kit::now());
    CHECK_FALSE(good.signatures.at(0).is_timestamp);
    CHECK(good.signatures.at(1).is_timestamp);
    CHECK(to_json(good, "").at("signatures")[1].at("is_timestamp") == true);
    struct Row {
        verify::Report report;
        verify::Language language;
        const char* line;
    };
    const auto unknown = at(pdf, kit::now(), verify::Trust());
    using enum verify::Language;
    for (const Row& row :
         {Row{good, indonesian,
              ": SAH, stempel waktu oleh CONTOH Stempel Waktu, 26 Maret 2026 pukul 14.00 WITA, cms"},
          Row{good, english, ": VALID, timestamp by CONTOH Stempel Waktu, 2026-03-26T06:00:00Z, cms"},
          Row{unknown, indonesian,
              "stempel waktu oleh CONTOH Stempel Waktu, 26 Maret 2026 pukul 14.00 WITA "
              "(waktu menurut penyedianya), cms"},
          Row{unknown, english,
              "timestamp by CONTOH Stempel Waktu, 2026-03-26T06:00:00Z (as the authority claims), cms"}}) {
        const std::string text = to_text(row.report, "surat.pdf", {.language = row.language});
        INFO(text);
        CHECK(text.find(row.line) != std::string::npos);
    }
    // Whose certificate is in doubt is said.
    const auto& doubt = unknown.signatures.at(1).findings.at(0);
    CHECK(doubt.name == "unknown_root");
    CHECK(doubt.detail == "stempel waktu");
    for (const auto& finding : unknown.signatures.at(0).findings)
        if (finding.name == "unknown_root") CHECK(finding.detail.empty());
}
