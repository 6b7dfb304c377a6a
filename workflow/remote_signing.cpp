#include "workflow/remote_signing.h"

#include <unistd.h>

#include <fstream>

#include "core/text.h"
#include "verify/appended.h"
#include "workflow/certificates.h"
#include "workflow/issue.h"
#include "workflow/keys.h"
#include "workflow/signing_session.h"

namespace naskah::workflow {

using storage::AttemptOutcome;
using storage::SigningAttempt;

namespace {

std::string machine() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "?";
}

// When that process began, in ticks since the start of the machine; "" if there is none (proc(5), field 22).
std::string beginning_of(const std::string& pid) {
    std::ifstream about("/proc/" + pid + "/stat");
    std::string line;
    if (!std::getline(about, line)) return {};
    // The second field, a name in brackets, may hold blanks; behind it every field has one in front.
    std::size_t at = line.rfind(')');
    for (int field = 2; field < 22 && at != line.npos; ++field) at = line.find(' ', at + 1);
    return at == line.npos ? std::string() : line.substr(at + 1, line.find(' ', at + 1) - at - 1);
}

std::string this_worker() {
    const std::string pid = std::to_string(::getpid());
    return machine() + "/" + pid + "/" + beginning_of(pid);
}

// Whether whoever asked may still be waiting for the answer.
bool may_be_waiting(const SigningAttempt& attempt, Instant now) {
    if (attempt.outcome != AttemptOutcome::open || now - attempt.asked_at >= longest_try) return false;
    const auto first = attempt.worker.find('/'), last = attempt.worker.rfind('/');
    if (first == last || attempt.worker.substr(0, first) != machine()) return true;
    return beginning_of(attempt.worker.substr(first + 1, last - first - 1)) ==
           attempt.worker.substr(last + 1);
}

// Names in certificates differ in case and blanks from those in lists.
std::string comparable(const std::string& name) {
    std::string plain;
    for (const char letter : trim(name)) {
        if (letter == ' ' && plain.ends_with(' ')) continue;
        plain += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return plain;
}

}  // namespace

std::optional<std::string> unfit(BytesView sent, BytesView came, const std::string& signer,
                                 const verify::Trust& trust, Instant now) {
    if (came.size() <= sent.size() || !std::equal(sent.begin(), sent.end(), came.begin()))
        return "berkas yang kembali bukan kelanjutan surat yang dikirim";
    if (const auto changes = verify::appended_changes(sent, came); !changes.empty())
        return "isi surat berubah di layanan: " + changes.front().text;
    const verify::Report report = verify::check(came, trust, now);
    if (report.signatures.size() != verify::check(sent, trust, now).signatures.size() + 1)
        return "berkas yang kembali tidak memuat tepat satu tanda tangan baru";
    if (report.verdict != verify::Verdict::passed)
        return "tanda tangan yang kembali tidak dinyatakan sah: " + reasons(report);
    const auto whole = std::find_if(report.signatures.begin(), report.signatures.end(),
                                    [](const verify::Signature& one) { return one.covers == "whole"; });
    if (whole == report.signatures.end()) return "layanan menambahkan sesuatu di belakang tanda tangannya";
    if (!signer.empty() && comparable(whole->signer) != comparable(signer))
        return "surat ditandatangani orang lain, bukan " + signer;
    return std::nullopt;
}

RemoteSigning::RemoteSigning(const Office& office, const verify::Trust& trust, const Clock& clock,
                             std::shared_ptr<storage::Connections> database, std::shared_ptr<Web> web)
    : office_(office), trust_(trust), clock_(clock), attempts_(std::move(database)), web_(std::move(web)) {}

void RemoteSigning::forget(SigningSession& session, const LetterId& letter) {
    const std::lock_guard lock(session.mutex_);
    session.signed_.erase(letter);
}

// A service that keeps its results is asked for them.
std::optional<Bytes> RemoteSigning::recovered(const storage::Letter& letter, BytesView sent,
                                              SigningAttempt& last, signing::DocumentSigner& signer,
                                              SigningSession& session) {
    if (last.reference.empty()) return std::nullopt;
    auto came = signer.recover(last.reference);
    const std::string key = letter.snapshot.at("kunci").get<std::string>();
    if (!came || unfit(sent, *came, expected_signer(office_, key), trust_, clock_.now())) return std::nullopt;
    {
        const std::lock_guard lock(session.mutex_);
        session.signed_[letter.id] = *came;  // it is given out once
    }
    last.outcome = AttemptOutcome::signed_;
    last.output = sha256(*came);
    attempts_.end(letter.id, last, clock_.now());
    return came;
}

Bytes RemoteSigning::sign(const Asked& asked, signing::DocumentSigner& signer, SigningSession& session) {
    const LetterId& id = asked.letter.id;
    const std::string key = asked.letter.snapshot.at("kunci").get<std::string>();
    std::mutex* turn = nullptr;
    {
        const std::lock_guard lock(session.mutex_);
        turn = session.open_[key].turn.get();
    }
    const std::lock_guard in_turn(*turn);
    auto last = attempts_.newest_of(id);
    {
        const std::lock_guard lock(session.mutex_);
        if (const auto found = session.signed_.find(id); found != session.signed_.end()) return found->second;
        if (session.unclear_.contains(id))
            throw Error(
                Code::unknown, "belum diketahui apakah surat ini sudah ditandatangani layanan",
                asked.letter.number,
                "Nomornya tersimpan. Tanyakan kepada pengelola layanan bila ragu, lalu tanda tangani lagi");
    }
    if (last && may_be_waiting(*last, clock_.now()))
        throw Error(Code::outside, "surat ini sedang ditandatangani oleh proses lain", asked.letter.number,
                    "Tunggu sampai selesai");
    if (last && last->is_unclear())
        if (auto found = recovered(asked.letter, asked.pdf, *last, signer, session)) return *std::move(found);

    SigningAttempt attempt;
    attempt.asked_at = clock_.now();
    attempt.actor = asked.actor;
    attempt.key = key;
    attempt.service = signer.service();
    attempt.worker = this_worker();
    attempt.input = sha256(asked.pdf);
    attempt.number = attempts_.begin(id, attempt, last ? last->number : 0);
    const auto keep = [&](auto change) {
        const std::lock_guard lock(session.mutex_);
        change();
    };
    keep([&] { session.unclear_.insert(id); });

    signing::Trail trail;
    const auto note = [&](AttemptOutcome outcome) {
        attempt.outcome = outcome;
        attempt.code = trail.code;
        attempt.reference = trail.reference;
        if (!attempt.is_unclear()) keep([&] { session.unclear_.erase(id); });
        attempts_.end(id, attempt, clock_.now());
    };
    Bytes came;
    try {
        came = signer.sign(asked.pdf, asked.options, attempt.asked_at, trail);
    } catch (const Error& error) {
        note(error.code() == Code::data      ? AttemptOutcome::refused
             : error.code() == Code::outside ? AttemptOutcome::unsent
                                             : AttemptOutcome::unknown);
        if (error.code() != Code::unknown) throw;
        std::optional<Bytes> found;
        try {
            found = recovered(asked.letter, asked.pdf, attempt, signer, session);
        } catch (const Error&) {  // the first trouble says more
        }
        if (!found) throw;
        keep([&] { session.unclear_.erase(id); });
        return *std::move(found);
    }
    attempt.output = sha256(came);
    if (const auto why = unfit(asked.pdf, came, expected_signer(office_, key), trust_, clock_.now())) {
        note(AttemptOutcome::unfit);
        throw Error(Code::data, *why, asked.letter.number,
                    "Surat belum terbit; nomornya tersimpan. Laporkan kepada pengelola layanan");
    }
    keep([&] {
        session.signed_[id] = came;
        session.open_[key].proven = true;
    });
    note(AttemptOutcome::signed_);
    keep([&] { session.unclear_.erase(id); });
    if (signer.chain()) remember_certificate(office_, key, *signer.chain());
    return came;
}

std::optional<Bytes> RemoteSigning::found_again(const storage::Letter& letter, SigningSession& session,
                                                const std::function<Bytes()>& draw) {
    auto last = attempts_.newest_of(letter.id);
    if (!last || !last->is_unclear()) return std::nullopt;
    {
        const std::lock_guard lock(session.mutex_);
        if (const auto found = session.signed_.find(letter.id); found != session.signed_.end())
            return found->second;
    }
    if (!last->reference.empty()) {
        const std::string key = letter.snapshot.at("kunci").get<std::string>();
        signing::DocumentSigner* signer = nullptr;
        {
            const std::lock_guard lock(session.mutex_);
            auto& held = session.open_[key];
            if (!held.signer)
                held.signer =
                    open_signer(office_, key, without_asking_in_a_demo(office_, key, session.ask_), web_);
            signer = held.signer.get();
        }
        if (auto found = recovered(letter, draw(), *last, *signer, session)) return found;
    }
    throw Error(
        Code::unknown,
        "surat ini mungkin sudah ditandatangani layanan pada tanggalnya, tetapi hasilnya tidak pernah "
        "diterima; nomor baru tidak diambil",
        letter.number,
        "Tanyakan kepada pengelola layanan. Bila hasilnya tidak ada, batalkan nomor ini (naskah register "
        "void " +
            letter.number + " --reason ...), lalu tanda tangani lagi");
}

}  // namespace naskah::workflow
