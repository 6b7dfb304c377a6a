#include "verify/report_text.h"

#include <array>
#include <utility>

#include "core/date.h"
#include "verify/etsi.h"
#include "verify/finding.h"

namespace naskah::verify {
namespace {

// The words that details are made of; the names of PDF and of X.509 are the same everywhere.
constexpr std::array<std::pair<std::string_view, std::string_view>, 29> words = {{
    {"kolom tanda tangan", "signature field"},
    {"kolom formulir hilang", "form field gone"},
    {"susunan kolom", "tree of field"},
    {"susunan halaman", "tree of pages"},
    {"kolom baru", "new field"},
    {"menutupi halaman", "covers the page"},
    {"tanda tangan pada", "signature on"},
    {"tanda tangan", "signature"},
    {"data validasi", "validation data"},
    {"keterangan berkas: judul, penulis, tanggal", "document information: title, author, date"},
    {"metadata berkas", "metadata"},
    {"anotasi baru", "new annotation"},
    {"anotasi hilang", "annotation gone"},
    {"anotasi", "annotation"},
    {"catatan", "comment"},
    {"dipakai di tempat lain", "is used elsewhere"},
    {"memakai objek lama", "uses old object"},
    {"isian", "content of"},
    {"pada halaman", "on page"},
    {"halaman", "page"},
    {"formulir", "form"},
    {"katalog", "catalog"},
    {"objek", "object"},
    {"kolom", "field"},
    {"stempel waktu", "timestamp"},
    {"sertifikat", "certificate"},
    {"penerbit", "issuer"},
    {"kunci kamus berulang", "repeated key"},
    {"melewati akhir berkas", "beyond the end of the file"},
}};

std::string translated(std::string text) {
    for (const FindingKind& kind : finding_kinds()) {  // a timestamp's detail is another finding's text
        if (text.starts_with(kind.text)) text.replace(0, kind.text.size(), kind.english);
    }
    for (const auto& [from, to] : words) {
        for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    }
    return text;
}

std::string say(const Finding& finding, Language language) {
    if (language == Language::indonesian) return finding.text;
    std::string text(kind_of(finding).english);
    if (!finding.detail.empty()) text += " (" + translated(finding.detail) + ")";
    return text;
}

std::string say(const EtsiVerdict& verdict) {
    return verdict.indication + (verdict.sub_indication.empty() ? "" : " / " + verdict.sub_indication);
}

std::string said(Instant time, Language language) {
    if (language == Language::english) return to_rfc3339(time);
    return to_long(date_in(Zone::wita, time)) + " pukul " + time_in(Zone::wita, time);
}

}  // namespace

std::string headline(Verdict verdict, Language language) {
    const bool english = language == Language::english;
    switch (verdict) {
        case Verdict::passed: return english ? "VALID" : "SAH";
        case Verdict::failed: return english ? "NOT VALID" : "TIDAK SAH";
        case Verdict::indeterminate: return english ? "UNCERTAIN" : "BELUM PASTI";
        case Verdict::unsigned_: return english ? "NOT SIGNED" : "TANPA TANDA TANGAN";
    }
    return {};
}

std::string to_text(const Report& report, const std::string& file, const TextWishes& wishes) {
    const bool english = wishes.language == Language::english;
    std::string text = file + ": " + headline(report.verdict, wishes.language) + "\n";
    for (const Finding& finding : report.findings)
        text += "  - " + say(finding, wishes.language) + " [" + finding.name + "]\n";
    for (const Signature& signature : report.signatures) {
        text += "  " + signature.field + ": " + headline(signature.verdict, wishes.language);
        const bool stamp = signature.is_timestamp;
        if (stamp) text += english ? ", timestamp" : ", stempel waktu";
        if (!signature.signer.empty())
            text += (stamp ? " " : ", ") + std::string(english ? "by " : "oleh ") + signature.signer;
        if (signature.signed_at) {
            text += ", " + said(*signature.signed_at, wishes.language);
            if (!signature.time_proven && english)
                text += stamp ? " (as the authority claims)" : " (as the signer claims)";
            if (!signature.time_proven && !english)
                text += stamp ? " (waktu menurut penyedianya)" : " (waktu menurut penanda tangan)";
        }
        if (!signature.level.empty()) text += ", " + signature.level;
        if (signature.covers == "whole")
            text += english ? ", covers the whole file" : ", mencakup seluruh berkas";
        if (signature.covers == "revision")
            text += english ? ", covers an earlier revision" : ", mencakup revisi sebelumnya";
        text += "\n";
        if (wishes.etsi) text += "    EN 319 102-1: " + say(etsi_of(signature)) + "\n";
        for (const Finding& finding : signature.findings)
            text += "    - " + say(finding, wishes.language) + " [" + finding.name + "]\n";
    }
    if (wishes.etsi && report.signatures.empty() && report.verdict != Verdict::unsigned_)
        text += "  EN 319 102-1: " + say(etsi_of(report)) + "\n";
    return text;
}

}  // namespace naskah::verify
