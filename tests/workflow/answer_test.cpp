#include "workflow/answer.h"

#include <catch2/catch.hpp>

#include "verify/finding.h"

using namespace naskah;
using workflow::Answer;
using workflow::Evidence;
using workflow::Sameness;

namespace {

storage::Letter letter(storage::Status status) {
    storage::Letter made;
    made.status = status;
    return made;
}

verify::Report report(verify::Verdict verdict, std::vector<std::string> findings = {},
                      bool is_signed = true) {
    verify::Report made;
    made.verdict = verdict;
    if (is_signed) made.signatures.emplace_back();
    for (const std::string& name : findings) made.findings.push_back(verify::make_finding(name));
    return made;
}

}  // namespace

TEST_CASE("the answer to a code follows from the register and the check of what it holds") {
    using enum storage::Status;
    const auto passed = report(verify::Verdict::passed), open = report(verify::Verdict::indeterminate),
               failed = report(verify::Verdict::failed);
    const struct {
        const char* what;
        std::optional<storage::Letter> letter;
        std::optional<verify::Report> report;
        Answer answer;
    } rows[] = {
        {"in force", letter(issued), passed, Answer::valid},
        {"in force, not proved", letter(issued), open, Answer::uncertain},
        {"in force, archive damaged", letter(issued), failed, Answer::uncertain},
        {"in force, archive gone", letter(issued), {}, Answer::uncertain},
        {"corrected", letter(superseded), passed, Answer::corrected},
        {"corrected, not proved", letter(superseded), open, Answer::uncertain},
        {"revoked", letter(revoked), passed, Answer::revoked},
        {"revoked, not proved", letter(revoked), open, Answer::revoked},
        {"reserved", letter(reserved), {}, Answer::uncertain},
        {"void", letter(void_), {}, Answer::unregistered},
        {"unknown", {}, {}, Answer::unregistered},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        Evidence evidence;
        evidence.letter = row.letter;
        evidence.report = row.report;
        CHECK(workflow::answer_of(evidence) == row.answer);
        evidence.register_answered = false;
        CHECK(workflow::answer_of(evidence) == Answer::uncertain);
    }
}

TEST_CASE("the answer to a file follows from its check and from what we issued") {
    using enum storage::Status;
    const auto passed = report(verify::Verdict::passed), open = report(verify::Verdict::indeterminate),
               failed = report(verify::Verdict::failed), bare = report(verify::Verdict::unsigned_, {}, false),
               locked = report(verify::Verdict::indeterminate, {"encrypted"}, false),
               broken = report(verify::Verdict::failed, {"malformed"}, false),
               stripped = report(verify::Verdict::failed, {"signature_removed"}, false);
    using enum Sameness;
    const struct {
        const char* what;
        std::optional<storage::Letter> letter;
        verify::Report report;
        Sameness sameness;
        bool code;
        Answer answer;
    } rows[] = {
        {"ours", letter(issued), passed, same, false, Answer::valid},
        {"ours, expired", letter(issued), open, same, false, Answer::uncertain},
        {"ours, revoked", letter(revoked), passed, same, false, Answer::revoked},
        {"ours and a permitted addition", letter(issued), passed, extended, true, Answer::valid},
        {"ours, corrected, and an addition", letter(superseded), passed, extended, true, Answer::corrected},
        {"ours and an addition, expired", letter(issued), open, extended, true, Answer::uncertain},
        {"ours and a forbidden addition", letter(issued), failed, extended, true, Answer::altered},
        {"ours and an addition that drops the signature", letter(issued), bare, extended, true,
         Answer::altered},
        {"a trusted stranger's file with our code", letter(issued), passed, different, true, Answer::altered},
        {"an untrusted file with our code", letter(issued), open, different, true, Answer::altered},
        {"altered", letter(issued), failed, different, true, Answer::altered},
        {"printed to PDF anew", letter(issued), bare, different, true, Answer::altered},
        {"locked, with our code", letter(issued), locked, different, true, Answer::uncertain},
        {"a number that is void", letter(void_), passed, not_compared, true, Answer::unregistered},
        {"a number that is reserved", letter(reserved), passed, not_compared, true, Answer::uncertain},
        {"an unknown code, well signed", {}, passed, not_compared, true, Answer::unregistered},
        {"a stranger's, well signed", {}, passed, not_compared, false, Answer::uncertain},
        {"a stranger's, altered", {}, failed, not_compared, false, Answer::altered},
        {"a stranger's, its signature removed", {}, stripped, not_compared, false, Answer::altered},
        {"unsigned", {}, bare, not_compared, false, Answer::uncertain},
        {"no whole PDF", {}, broken, not_compared, false, Answer::uncertain},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        Evidence evidence;
        evidence.file = true;
        evidence.letter = row.letter;
        evidence.report = row.report;
        evidence.sameness = row.sameness;
        evidence.code_in_file = row.code;
        CHECK(workflow::answer_of(evidence) == row.answer);
        evidence.register_answered = false;
        CHECK(workflow::answer_of(evidence) == Answer::uncertain);
    }
}

TEST_CASE("a line of the register is shown without personal data") {
    storage::Letter made;
    made.data =
        Json{{"pemohon",
              {{"nama", "Sekar Contoh Tanudjaya"},
               {"nik", "6472031705900007"},
               {"alamat", "Jalan Anggrek Contoh Nomor 9"},
               {"telepon", "(0542) 555206"},
               {"pos_el", "sekar@contoh.example"},
               {"lembaga", "PT Contoh Layar Kelana"}}},
             {"pelaku_usaha", {{"nama", "CV Contoh Jaya"}, {"penanggung_jawab", "Élan Contoh, S.E."}}}};
    const struct {
        const char *text, *inner, *open;
    } rows[] = {
        {"Checklist, Sekar Contoh Tanudjaya", "Checklist, S. C. T.", "Checklist, Sekar Contoh Tanudjaya"},
        {"Izin CV Contoh Jaya", "Izin CV Contoh Jaya", "Izin CV Contoh Jaya"},
        {"oleh Élan Contoh, S.E.", "oleh É. C. S.", "oleh Élan Contoh, S.E."},
        {"PT Contoh Layar Kelana", "PT Contoh Layar Kelana", "PT Contoh Layar Kelana"},
        {"di Jalan Anggrek Contoh Nomor 9, Balikpapan", "di …, Balikpapan", "di …, Balikpapan"},
        {"NIK 6472031705900007.", "NIK ….", "NIK …."},
        {"NIK 3174010101010001.", "NIK ….", "NIK …."},
        {"hubungi 0813-5551-2345 atau +6281355512345", "hubungi … atau …", "hubungi … atau …"},
        {"telepon (0542) 555206", "telepon …", "telepon …"},
        {"kirim ke a.b+c@kantor.contoh.example ya", "kirim ke … ya", "kirim ke … ya"},
        {"Nomor 500.16.7.4/001/DPMPTSP/XI/2026", "Nomor 500.16.7.4/001/DPMPTSP/XI/2026",
         "Nomor 500.16.7.4/001/DPMPTSP/XI/2026"},
        {"NIB 9120301745826, 14 s.d. 15 April 2026", "NIB 9120301745826, 14 s.d. 15 April 2026",
         "NIB 9120301745826, 14 s.d. 15 April 2026"},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        CHECK(workflow::public_text(row.text, made, false) == row.inner);
        CHECK(workflow::public_text(row.text, made, true) == row.open);
    }
    CHECK(workflow::public_text(std::string(9000, 'x'), made, true).size() < 700);
}
