#include "service/public_check.h"

#include <algorithm>
#include <charconv>

#include "service/file_check.h"
#include "service/page_picture.h"
#include "workflow/reconcile.h"

namespace naskah::service {
namespace {

using workflow::Answer;
using workflow::Sameness;

// Height over width of the first page, as our own PDFs say it: "/MediaBox [0 0 595.276 841.89]".
double proportion_of(BytesView pdf) {
    const std::string_view text = as_text(pdf);
    const std::size_t at = text.find("/MediaBox");
    if (at == std::string_view::npos) return 0;
    std::string_view rest = text.substr(at + 9, 80);
    double numbers[4] = {};
    for (double& number : numbers) {
        rest.remove_prefix(std::min(rest.find_first_of("0123456789."), rest.size()));
        const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error != std::errc()) return 0;
        rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
    }
    const double width = numbers[2] - numbers[0], height = numbers[3] - numbers[1];
    return width > 1 && height > 1 ? height / width : 0;
}

Sameness compare(BytesView file, BytesView issued) {
    if (file.size() < issued.size() || !std::equal(issued.begin(), issued.end(), file.begin()))
        return Sameness::different;
    return file.size() == issued.size() ? Sameness::same : Sameness::extended;
}

bool was_issued(const storage::Letter& letter) {
    return letter.status != storage::Status::reserved && letter.status != storage::Status::void_;
}

}  // namespace

bool PublicCheck::is_public(workflow::Desk& desk, const std::string& kind) {
    try {
        return desk.templates().get(kind)->about().value("publik", false);
    } catch (const std::exception&) {
        return false;
    }
}

std::string PublicCheck::title_of(workflow::Desk& desk, const std::string& kind) {
    try {
        return desk.templates().get(kind)->about().at("judul").get<std::string>();
    } catch (const std::exception&) {
        return kind;
    }
}

std::shared_ptr<const PublicCheck::Original> PublicCheck::original_of(workflow::Desk& desk,
                                                                      const storage::Letter& letter,
                                                                      Instant now) {
    if (!was_issued(letter)) return nullptr;
    const auto look = [&]() -> Original {
        const auto pdf = desk.letters().pdf(letter.id);  // held against its digest by the register
        if (!pdf) throw Error(Code::internal, "surat terbit tanpa berkas di register", letter.number);
        Original original{.report = verify::check(*pdf, desk.trust(), now),
                          .size = pdf->size(),
                          .pages = count_pages(*pdf).value_or(0),
                          .height = proportion_of(*pdf),
                          .kind = title_of(desk, letter.kind),
                          .is_public = is_public(desk, letter.kind),
                          .subject = {}};
        original.subject = workflow::public_text(letter.subject, letter, original.is_public);
        return original;
    };
    return originals_.get({letter.id, &desk}, now, look);
}

void PublicCheck::add_withdrawal(workflow::Desk& desk, Outcome& outcome, Instant now) {
    const auto& letter = outcome.evidence.letter;
    if (!letter || !was_issued(*letter) || !letter->replaced_by) return;
    outcome.withdrawn_by = desk.letters().find(*letter->replaced_by);
    if (!outcome.withdrawn_by) return;
    try {
        outcome.withdrawing_one = original_of(desk, *outcome.withdrawn_by, now);
    } catch (const Error&) {  // its number is told all the same
    }
}

PublicCheck::Outcome PublicCheck::by_code(workflow::Desk& desk, const LetterId& id, Instant now) {
    Outcome outcome;
    try {
        outcome.evidence.letter = desk.letters().find(id);
        if (!outcome.evidence.letter)
            outcome.evidence.register_complete = workflow::pending_reconciliation(desk).empty();
        add_withdrawal(desk, outcome, now);
    } catch (const Error&) {
        outcome.evidence.register_answered = false;
    }
    if (outcome.evidence.letter) {
        try {
            outcome.original = original_of(desk, *outcome.evidence.letter, now);
            if (outcome.original) outcome.evidence.report = outcome.original->report;
        } catch (const Error&) {  // without its PDF nothing is proved: uncertain
        }
    }
    outcome.answer = workflow::answer_of(outcome.evidence);
    return outcome;
}

PublicCheck::Outcome PublicCheck::by_file(workflow::Desk& desk, BytesView pdf, Instant now) {
    Outcome outcome;
    workflow::Evidence& evidence = outcome.evidence;
    evidence.file = true;
    evidence.report = check_apart(pdf, desk.office().root() / "trust", now);
    try {
        storage::Register& letters = desk.letters();
        evidence.letter = letters.find_sha256(evidence.report->sha256);
        if (evidence.letter) evidence.sameness = Sameness::same;
        if (const auto id = evidence.letter ? std::nullopt : workflow::claimed_id(pdf, desk.office())) {
            evidence.code_in_file = true;
            evidence.letter = letters.find(*id);
            if (!evidence.letter) evidence.register_complete = workflow::pending_reconciliation(desk).empty();
            if (evidence.letter && was_issued(*evidence.letter)) {
                const auto issued = letters.pdf(*id);
                evidence.sameness = issued ? compare(pdf, *issued) : Sameness::different;
            }
        }
        if (evidence.letter) outcome.original = original_of(desk, *evidence.letter, now);
        add_withdrawal(desk, outcome, now);
    } catch (const Error&) {
        evidence.register_answered = false;
    }
    outcome.answer = workflow::answer_of(evidence);
    return outcome;
}

}  // namespace naskah::service
