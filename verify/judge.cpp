#include "verify/judge.h"

#include <algorithm>

#include "verify/chain.h"
#include "verify/finding.h"

namespace naskah::verify {
namespace {

// Clocks of honest authorities differ by less.
constexpr std::chrono::minutes clock_difference{10};

void add(std::vector<Finding>& to, const std::vector<Finding>& from) {
    for (const Finding& finding : from) {
        if (std::find(to.begin(), to.end(), finding) == to.end()) to.push_back(finding);
    }
}

bool only_informs(const std::vector<Finding>& findings) {
    return std::all_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return effect_of(finding) == Effect::informs; });
}

// A trusted timestamp: all bytes of the file before `covers` existed at `time`.
struct Proof {
    Instant time;
    std::size_t covers = 0;
    ChainFacts chain;
};

class Judge {
public:
    Judge(const Trust::Store& trust, Instant at, Evidence& evidence, Web* web)
        : at_(at), chains_(trust, evidence, web) {}

    void document_timestamp(CheckedSignature& checked) {
        TimestampFacts& facts = *checked.document_timestamp;
        Signature& out = checked.report;
        ChainFacts chain = authority(facts, earliest(checked.covered_end));
        add(out.findings, chain.findings);
        order(facts, checked);
        out.verdict = verdict_of(out);
        // What was altered after it, or is itself in doubt, proves nothing.
        out.time_proven = facts.is_sound() && only_informs(chain.findings) && only_informs(facts.findings) &&
                          only_informs(facts.signer.findings);
        if (out.time_proven && out.verdict == Verdict::passed)
            proofs_.push_back({facts.time, checked.covered_end, std::move(chain)});
    }

    void signature(CheckedSignature& checked) {
        Signature& out = checked.report;
        const Proof* later = earliest(checked.covered_end);
        std::optional<Proof> best;
        if (later) best = *later;
        for (std::optional<TimestampFacts>& stamp : checked.stamps) {
            if (!stamp || (!stamp->is_sound() && !has(stamp->signer.findings, "algorithm_unknown") &&
                           !has(stamp->findings, "algorithm_unknown"))) {
                add(out.findings, {make_finding("timestamp_invalid")});
                continue;
            }
            ChainFacts chain = authority(*stamp, later);
            std::vector<Finding> doubts = chain.findings;
            add(doubts, stamp->findings);
            add(doubts, stamp->signer.findings);
            if (!stamp->is_sound() || !only_informs(doubts)) {
                add(out.findings, {make_finding("timestamp_untrusted", first_doubt(doubts))});
                continue;
            }
            order(*stamp, checked);
            if (!best || stamp->time < best->time) best = Proof{stamp->time, checked.covered_end, chain};
        }
        if (best) {
            out.time_proven = true;
            out.signed_at = best->time;
        }
        if (checked.signer && checked.signer->certificate) signer(checked, best ? &*best : nullptr);
        out.verdict = verdict_of(out);
    }

private:
    static bool has(const std::vector<Finding>& findings, std::string_view name) {
        return std::any_of(findings.begin(), findings.end(),
                           [&](const Finding& finding) { return finding.name == name; });
    }

    static std::string first_doubt(const std::vector<Finding>& findings) {
        for (const Finding& finding : findings) {
            if (effect_of(finding) != Effect::informs) return finding.text;
        }
        return {};
    }

    // The first proof that bytes before `end` existed, or nullptr.
    const Proof* earliest(std::size_t end) const {
        const Proof* out = nullptr;
        for (const Proof& proof : proofs_) {
            if (end != 0 && proof.covers >= end && (!out || proof.time < out->time)) out = &proof;
        }
        return out;
    }

    Instant bounded(const Proof* proof) const { return proof ? std::min(proof->time, at_) : at_; }

    // The authority of a timestamp, as of the time at which the timestamp itself is known to have existed.
    ChainFacts authority(const TimestampFacts& facts, const Proof* later) {
        if (!facts.signer.certificate) return {};
        ChainFacts chain = chains_.check({.certificate = facts.signer.certificate,
                                          .at = bounded(later),
                                          .at_is_proven = later != nullptr,
                                          .claimed = facts.time,
                                          .now = at_,
                                          .for_timestamps = true});
        add(chain.findings, findings_at(bounded(later), facts.weaknesses));
        add(chain.findings, findings_at(bounded(later), facts.signer.weaknesses));
        return chain;
    }

    // A timestamp can only be younger than what it covers (EN 319 102-1 5.5.4: TIMESTAMP_ORDER_FAILURE).
    void order(const TimestampFacts& facts, CheckedSignature& checked) {
        const bool contradicts = std::any_of(proofs_.begin(), proofs_.end(), [&](const Proof& proof) {
            return proof.covers >= checked.covered_end && facts.time > proof.time + clock_difference;
        });
        if (contradicts) add(checked.report.findings, {make_finding("timestamp_order")});
    }

    void signer(CheckedSignature& checked, const Proof* best) {
        Signature& out = checked.report;
        const Instant then = bounded(best);
        const ChainFacts chain = chains_.check({.certificate = checked.signer->certificate,
                                                .at = then,
                                                .at_is_proven = best != nullptr,
                                                .claimed = out.signed_at,
                                                .now = at_});
        add(out.findings, findings_at(then, checked.signer->weaknesses));
        add(out.findings, chain.findings);
        if (!checked.is_baseline || !best) return;
        out.level = "B-T";
        if (!chain.complete_in_file || !best->chain.complete_in_file) return;
        out.level = "B-LT";
        // What the level rests on must be under a later timestamp's protection.
        const std::size_t needed = std::max({chain.file_end, best->chain.file_end, checked.covered_end});
        if (earliest(needed)) out.level = "B-LTA";
    }

    Instant at_;
    Chains chains_;
    std::vector<Proof> proofs_;
};

}  // namespace

void judge(std::vector<CheckedSignature>& signatures, const Trust::Store& trust, Instant at,
           Evidence& evidence, Web* web) {
    Judge judge(trust, at, evidence, web);
    for (auto it = signatures.rbegin(); it != signatures.rend(); ++it) {
        if (it->document_timestamp) {
            judge.document_timestamp(*it);
        } else {
            judge.signature(*it);
        }
    }
}

}  // namespace naskah::verify
