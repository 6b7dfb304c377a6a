// How a Desk signs: with which session's key, at which level, and what it asks before any number is taken.
#include <algorithm>

#include "workflow/certificates.h"
#include "workflow/issue.h"
#include "workflow/keys.h"
#include "workflow/protection.h"

namespace naskah::workflow {

namespace {

// Whether verify, too, finds the letter's signature at that level.
bool reaches(const verify::Report& report, signing::Level level) {
    using enum signing::Level;
    for (const signing::Level higher : {b, t, lt, lta})
        if (higher >= level && !report.signatures.empty() &&
            report.signatures.front().level == signing::baseline_name(higher))
            return true;
    return false;
}

}  // namespace

void SigningSession::give(const std::string& key, std::unique_ptr<signing::DocumentSigner> signer) {
    const std::lock_guard lock(mutex_);
    open_[key].signer = std::move(signer);
    open_[key].proven = false;
}

void SigningSession::expect(int letters) {
    const std::lock_guard lock(mutex_);
    coming_ = letters;
}

bool SigningSession::is_unproven() const {
    const std::lock_guard lock(mutex_);
    return std::any_of(open_.begin(), open_.end(), [](const auto& entry) {
        return !entry.second.proven && entry.second.signer && !entry.second.signer->service().empty();
    });
}

signing::LongTerm& Desk::long_term() {
    std::call_once(long_term_opened_, [&] {
        long_term_ = std::make_unique<signing::LongTerm>(*web_, office_.timestamp_authorities(),
                                                         office_.at_hand(), random_);
    });
    return *long_term_;
}

signing::LongTerm* Desk::long_term_if_needed() {
    return office_.level() == signing::Level::b ? nullptr : &long_term();
}

// At the office's level, or not at all.
Bytes Desk::signed_by(signing::DocumentSigner& signer, BytesView pdf, const std::string& location,
                      Instant now) {
    signing::Options options;
    options.location = location;
    options.level = office_.level();
    signing::Trail nowhere;
    return signer.sign(pdf, options, now, nowhere);
}

Bytes Desk::raised(Bytes signed_pdf, Instant now) {
    if (office_.level() == signing::Level::b) return signed_pdf;
    return signing::raise(signed_pdf, office_.level(), long_term(), now);
}

std::optional<storage::Protection> Desk::protection_of(BytesView signed_pdf) const {
    if (office_.level() == signing::Level::b) return std::nullopt;
    return noted(signing::protection_of(signed_pdf));
}

SigningSession& Desk::session_of(const Request& request) const {
    return request.session ? *request.session : *own_keys_;
}

// Opens the signer's key once a session, and proves before any number is taken that what it signs will be
// found valid; of a service, as far as that can be asked without a signature. A session may last until the
// certificate has ended, so that is asked each time.
signing::DocumentSigner& Desk::signer_of(SigningSession& keys, const Json& snapshot, BytesView rehearsal,
                                         Instant now) {
    const std::string key = snapshot.at("kunci").get<std::string>();
    const std::lock_guard lock(keys.mutex_);
    SigningSession::Open& held = keys.open_[key];
    if (!held.signer)
        held.signer = open_signer(office_, key, without_asking_in_a_demo(office_, key, keys.ask_), web_,
                                  long_term_if_needed(), keys.coming_);
    signing::DocumentSigner& signer = *held.signer;
    if (signer.chain()) signing::check_certificate(*signer.chain(), now);
    signer.make_ready();
    if (!held.proven && signer.service().empty()) {
        // At its level, so that an authority that does not answer, or a certificate that was revoked, takes
        // no number.
        const Bytes signed_pdf = signed_by(signer, rehearsal, "", now);
        const verify::Report report = verify::check(signed_pdf, trust_, now);
        if (report.verdict != verify::Verdict::passed)
            throw Error(
                Code::data,
                "tanda tangan percobaan dengan kunci ini tidak dinyatakan sah: " + reasons(report),
                std::filesystem::path(key).filename().string(),
                "Periksa sertifikatnya, dan taruh sertifikat akar penerbitnya di folder trust/ kantor.");
        held.proven = true;
        remember_certificate(office_, key, *signer.chain());
    } else if (!held.proven && !held.stamp_given && office_.level() != signing::Level::b) {
        // A service makes no signature on trial, but whoever gives the time can be asked.
        long_term().timestamp(sha256(rehearsal), now);
        held.stamp_given = true;
    }
    return signer;
}

RemoteSigning Desk::remote_signing() { return {office_, trust_, clock_, database(), web_}; }

Bytes Desk::draw_and_sign(const storage::Letter& letter, const std::string& actor, SigningSession& keys,
                          Instant now) {
    const Bytes pdf = draw(letter);
    signing::DocumentSigner& signer = signer_of(keys, letter.snapshot, pdf, now);
    const std::string place = office_.settings().at("tempat").get<std::string>();
    Bytes signed_pdf;
    if (signer.service().empty()) {
        signed_pdf = signed_by(signer, pdf, place, now);
    } else {
        signing::Options options;
        options.location = place;
        signed_pdf = raised(remote_signing().sign({letter, pdf, options, actor}, signer, keys), now);
    }
    return checked(std::move(signed_pdf), letter, now);
}

// Found valid by our own verifier, and at the office's level.
Bytes Desk::checked(Bytes signed_pdf, const storage::Letter& letter, Instant now) const {
    const verify::Report report = verify::check(signed_pdf, trust_, now);
    if (report.verdict != verify::Verdict::passed || !reaches(report, office_.level()))
        throw Error(Code::internal,
                    "surat yang baru ditandatangani tidak lolos pemeriksaan sendiri: " + reasons(report),
                    letter.number, "Nomornya tersimpan. Perbaiki sebabnya, lalu jalankan naskah resume.");
    return signed_pdf;
}

}  // namespace naskah::workflow
