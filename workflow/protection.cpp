#include "workflow/protection.h"

#include "core/error.h"
#include "workflow/issue.h"
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

}  // namespace naskah::workflow
