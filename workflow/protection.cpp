#include "workflow/protection.h"

#include "core/error.h"
#include "signing/signatures_in.h"
#include "storage/protections.h"
#include "workflow/web.h"

namespace naskah::workflow {

Outside open_outside(std::shared_ptr<Web> web, std::vector<std::string> authorities,
                     signing::AtHand at_hand) {
    Outside outside{std::move(web), nullptr};
    if (!outside.web) outside.web = make_web();
    outside.long_term =
        std::make_unique<signing::LongTerm>(*outside.web, std::move(authorities), std::move(at_hand));
    return outside;
}

Bytes extended(BytesView pdf, signing::LongTerm& long_term, const verify::Trust& trust, Instant now) {
    const verify::Report before = verify::check(pdf, trust, now);
    if (before.verdict == verify::Verdict::failed || before.verdict == verify::Verdict::unsigned_)
        throw Error(Code::data, "berkas ini tidak dapat diperpanjang: " + reasons(before), {},
                    "Periksa berkasnya dengan naskah verify.");
    Bytes longer = signing::extend(pdf, long_term, now);
    const verify::Report after = verify::check(longer, trust, now);
    if (after.verdict != verify::Verdict::passed && after.verdict != before.verdict)
        throw Error(Code::internal,
                    "berkas yang diperpanjang tidak lolos pemeriksaan sendiri: " + reasons(after), {},
                    "Berkas semula tidak berubah. Laporkan kepada pengembang.");
    return longer;
}

storage::Protection noted(const signing::Protection& protection) {
    return {signing::baseline_name(protection.level), protection.until};
}

void extend_due(Desk& desk, Instant before, const std::function<void(const Renewed&)>& report) {
    constexpr int page = 100;
    const std::string actor = "extend";
    storage::Protections protections(desk.database());
    std::int64_t after = 0;
    // How far a timestamp of today reaches: one that reaches no farther than what a letter has would be added
    // every day, to no avail. Asked once.
    std::optional<Instant> reach;
    const auto reaches = [&] {
        if (!reach) {
            Sha256 trial;
            system_random().fill(trial.octets);
            const signing::Timestamp timestamp = desk.long_term().timestamp(trial, desk.now());
            reach = signing::end_of_trust(timestamp.authority, timestamp.weak);
        }
        return *reach;
    };
    for (auto due = protections.due(before, after, page); !due.empty();
         due = protections.due(before, after, page)) {
        for (const storage::Protections::Due& one : due) {
            after = one.row;
            Renewed renewed;
            renewed.number = one.number;
            renewed.before = one.protection;
            try {
                const auto pdf = desk.letters().pdf(one.letter);
                if (!pdf) continue;
                if (!renewed.before) {
                    renewed.before = noted(signing::protection_of(*pdf));
                    protections.extend(one.letter, *pdf, *renewed.before, desk.now(), actor);
                    if (renewed.before->until >= before) continue;
                }
                if (renewed.before->level == "B-LTA" && reaches() <= renewed.before->until) {
                    renewed.waiting = true;
                    report(renewed);
                    continue;
                }
                const Bytes longer = extended(*pdf, desk.long_term(), desk.trust(), desk.now());
                const storage::Protection gained = noted(signing::protection_of(longer));
                protections.extend(one.letter, longer, gained, desk.now(), actor);
                renewed.after = gained;
            } catch (const Error& error) {
                renewed.problems = error.problems();
                renewed.code = error.code();
            }
            report(renewed);
        }
    }
}

}  // namespace naskah::workflow
