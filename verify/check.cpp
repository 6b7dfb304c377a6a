#include <algorithm>

#include "verify/chain.h"
#include "verify/finding.h"
#include "verify/history.h"
#include "verify/judge.h"
#include "verify/loops.h"
#include "verify/signature.h"
#include "verify/traces.h"
#include "verify/verify.h"

namespace naskah::verify {
namespace {

constexpr std::size_t max_file = 256u << 20;
constexpr std::uint64_t steps_per_file = 4'000'000;  // about a second of work
constexpr std::uint64_t bytes_per_step = 64;         // and more for a larger file

struct Range {
    std::size_t begin, end;
    bool holds(std::size_t at) const { return at >= begin && at < end; }
};

// Usage rights (12.8.2.3) are signatures of the software's maker, not of a person, and no field shows them.
std::vector<Range> usage_rights(Revision& revision) {
    std::vector<Range> out;
    const Object* permissions = revision.find(revision.catalog(), "Perms");
    for (const char* key : {"UR", "UR3"}) {
        const Object* signature = revision.find(permissions, key);
        if (signature && signature->is(Object::Kind::dictionary))
            out.push_back({signature->begin, signature->end});
    }
    return out;
}

// The message authentication code of an encrypted file (ISO 32004) has a ByteRange too, in a trailer.
std::vector<Range> authentication_codes(Revision& last, Budget& budget) {
    std::vector<Range> out;
    std::size_t at = last.closing().section;
    while (auto section = read_section(last.bytes(), at, budget)) {
        if (const Object* code = section->trailer.find("AuthCode")) out.push_back({code->begin, code->end});
        const Object* previous = section->trailer.find("Prev");
        if (!previous || !previous->is(Object::Kind::integer)) break;
        if (previous->integer < 0 || static_cast<std::size_t>(previous->integer) >= at) break;
        at = static_cast<std::size_t>(previous->integer);
    }
    return out;
}

// A stream's data may hold any bytes; only what stands in the file's own syntax is a trace.
bool is_stream_data(Revision& revision, std::size_t at) {
    for (const auto& [number, place] : revision.places()) {
        if (place.compressed || place.offset > at) continue;
        const auto extent = revision.extent(number);
        if (!extent || at >= extent->second) continue;
        const Object& object = revision.object({number, place.generation});
        if (object.is(Object::Kind::stream) && at >= object.data_begin && at < object.data_end) return true;
    }
    return false;
}

void check_file(BytesView pdf, Budget& budget, const Trust::Store& trust, Instant at, Web* web,
                Report& report) {
    if (!as_text(pdf).starts_with("%PDF-")) {
        report.findings.push_back(make_finding("malformed", "tidak diawali %PDF-"));
        return;
    }
    History history(pdf, budget);
    History::Entry& last = history.last();
    if (!last.revision) {
        const bool encrypted = last.trouble == Revision::Trouble::encrypted;
        report.findings.push_back(make_finding(encrypted ? "encrypted" : "malformed"));
        return;
    }
    Evidence evidence(budget);
    std::vector<CheckedSignature> signatures;
    for (const Field& field : last.form.fields) {
        if (field.type != "Sig" || !field.value_entry || field.value_entry->is(Object::Kind::null)) continue;
        signatures.push_back(check_signature(field, history, evidence));
    }
    // In the order in which they were made.
    std::stable_sort(signatures.begin(), signatures.end(),
                     [](const auto& a, const auto& b) { return a.covered_end < b.covered_end; });
    if (!signatures.empty()) {
        evidence.add_store(*last.revision);
        if (evidence.is_damaged()) report.findings.push_back(make_finding("evidence_malformed"));
        add_evidence(trust, evidence);
        judge(signatures, trust, at, evidence, web);
    }
    if (!last.form.sound) report.findings.push_back(make_finding("form_malformed"));
    if (!signatures.empty() && has_loops(*last.revision, budget))
        report.findings.push_back(make_finding("tree_loop"));
    auto known = usage_rights(*last.revision);
    if (!known.empty()) report.findings.push_back(make_finding("usage_rights"));
    for (const CheckedSignature& it : signatures) known.push_back({it.begin, it.end});
    if (last.revision->is_encrypted()) {
        for (const Range& code : authentication_codes(*last.revision, budget)) known.push_back(code);
    }
    for (const std::size_t trace : find_traces(pdf, budget)) {
        const bool shown =
            std::any_of(known.begin(), known.end(), [&](const Range& it) { return it.holds(trace); });
        if (shown || is_stream_data(*last.revision, trace)) continue;
        report.findings.push_back(make_finding("signature_removed"));
        break;
    }
    for (CheckedSignature& signature : signatures) report.signatures.push_back(std::move(signature.report));
}

}  // namespace

Report check(BytesView pdf, const Trust& trust, Instant at, Web* web) {
    Report report;
    report.sha256 = sha256(pdf);
    if (pdf.size() > max_file) {
        report.findings.push_back(make_finding("too_large"));
    } else {
        Budget budget(steps_per_file + pdf.size() / bytes_per_step);
        try {
            check_file(pdf, budget, trust.store(), at, web, report);
        } catch (const Exhausted&) {
            report.findings.push_back(make_finding("too_complex"));
        } catch (const std::exception&) {  // out of memory, or a mistake of ours: never a pass
            report.findings.push_back(make_finding("malformed"));
        }
    }
    report.verdict = verdict_of(report);
    return report;
}

}  // namespace naskah::verify
