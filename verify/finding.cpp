#include "verify/finding.h"

#include <algorithm>
#include <stdexcept>

#include "core/text.h"

namespace naskah::verify {

const std::vector<FindingKind>& finding_kinds() {
    using enum Effect;
    static const std::vector<FindingKind> kinds = {
        // The file as a whole.
        {"malformed", fails, "berkas bukan PDF yang utuh: bagian daftar objeknya rusak atau terpotong"},
        {"too_complex", fails, "berkas terlalu rumit untuk diperiksa dengan aman"},
        {"too_large", fails, "berkas terlalu besar untuk diperiksa"},
        {"encrypted", unsettles, "berkas terkunci dengan kata sandi sehingga tidak dapat diperiksa"},
        {"signature_removed", fails,
         "berkas pernah memuat tanda tangan yang kini tidak lagi ada pada formulirnya"},
        {"form_malformed", fails, "susunan kolom tanda tangan dalam berkas rusak"},
        {"tree_loop", fails, "susunan halaman atau struktur dokumen berputar kembali ke dirinya sendiri"},
        {"usage_rights", informs,
         "berkas memuat tanda tangan hak pakai aplikasi, yang bukan tanda tangan orang"},
        // The signature's place in the file.
        {"signature_malformed", fails, "isi kolom tanda tangan bukan tanda tangan"},
        {"byte_range_invalid", fails, "rentang byte yang ditandatangani tidak ada atau tidak sah"},
        {"contents_invalid", fails, "isi tanda tangan (Contents) tidak ada atau tidak sah"},
        {"gap_mismatch", fails, "celah pada rentang byte bukan tepat isi tanda tangan ini"},
        {"range_end_invalid", fails, "rentang byte tidak berakhir pada akhir suatu revisi berkas"},
        {"signed_revision_malformed", fails, "revisi yang ditandatangani bukan PDF yang utuh"},
        {"signature_displaced", fails,
         "tanda tangan tidak berada di tempat yang sama pada revisi yang ditandatangani"},
        {"ambiguous_objects", fails, "revisi yang ditandatangani memuat objek ganda dengan nomor yang sama"},
        {"subfilter_unknown", fails, "jenis tanda tangan (SubFilter) tidak ada atau tidak dikenal"},
        {"subfilter_mismatch", fails, "jenis tanda tangan (SubFilter) tidak cocok dengan isinya"},
        // What happened after it.
        {"changed_after_signing", fails, "berkas diubah setelah ditandatangani"},
        {"update_malformed", fails, "byte setelah bagian yang ditandatangani bukan pembaruan PDF yang utuh"},
        {"permitted_change", informs, "setelah ditandatangani ada tambahan yang diizinkan"},
        // The CMS.
        {"cms_malformed", fails, "data tanda tangan (CMS) rusak"},
        {"cms_padding_invalid", fails, "di belakang data tanda tangan ada byte yang bukan pengisi nol"},
        {"signer_count_invalid", fails, "data tanda tangan tidak memuat tepat satu penanda tangan"},
        {"content_not_detached", fails, "data tanda tangan memuat isi sendiri, padahal harus terpisah"},
        {"content_type_mismatch", fails, "jenis isi pada atribut tanda tangan tidak cocok"},
        {"attribute_missing", fails, "atribut wajib tanda tangan tidak ada"},
        {"attribute_repeated", fails, "atribut tanda tangan muncul lebih dari sekali"},
        {"digest_mismatch", fails, "isi berkas tidak sama dengan yang ditandatangani"},
        {"signature_mismatch", fails, "nilai tanda tangan tidak cocok dengan sertifikat penanda tangan"},
        {"certificate_missing", fails, "sertifikat penanda tangan tidak ada dalam tanda tangan"},
        {"certificate_mismatch", fails, "sertifikat bukan yang ditunjuk oleh atribut tanda tangan"},
        {"certificate_attribute_missing", unsettles,
         "tanda tangan tidak menunjuk sertifikat penanda tangan seperti yang disyaratkan jenisnya"},
        {"algorithm_mismatch", fails, "algoritma tanda tangan tidak cocok dengan kunci atau atributnya"},
        {"algorithm_disagreement", unsettles, "algoritma sidik dan algoritma tanda tangan tidak seragam"},
        {"algorithm_unknown", unsettles,
         "algoritma tanda tangan tidak dikenal sehingga tidak dapat diperiksa"},
        {"weak_digest", unsettles, "tanda tangan memakai algoritma sidik yang lemah"},
        {"weak_key", unsettles, "kunci penanda tangan terlalu pendek"},
        // The certificates.
        {"unknown_root", unsettles, "sertifikat tidak berujung pada sertifikat akar yang dipercaya"},
        {"certificate_expired", unsettles, "masa berlaku sertifikat sudah lewat pada waktu pemeriksaan"},
        {"certificate_not_yet_valid", unsettles,
         "masa berlaku sertifikat belum mulai pada waktu pemeriksaan"},
        {"certificate_forged", fails, "tanda tangan penerbit pada sertifikat tidak cocok"},
        {"chain_invalid", fails, "rantai sertifikat melanggar aturan penerbitnya"},
        {"chain_unsettled", unsettles, "rantai sertifikat tidak dapat diperiksa seluruhnya"},
        {"key_usage", unsettles, "sertifikat tidak diterbitkan untuk menandatangani dokumen"},
        {"certificate_revoked", fails, "sertifikat sudah dicabut saat penandatanganan"},
        {"certificate_revoked_later", unsettles,
         "sertifikat dicabut kemudian dan waktu penandatanganan tidak terbukti"},
        {"certificate_revoked_since", informs,
         "sertifikat dicabut setelah waktu penandatanganan yang terbukti"},
        {"revocation_unknown", informs,
         "tidak ada keterangan apakah sertifikat pernah dicabut: penerbitnya belum ditanya"},
        {"revocation_unanswered", unsettles,
         "penerbit sertifikat tidak menjawab apakah sertifikatnya pernah dicabut"},
        {"revocation_unproven", unsettles,
         "sertifikat sudah berakhir dan tidak ada bukti bahwa ia belum dicabut saat penandatanganan"},
        {"revocation_invalid", informs, "keterangan pencabutan bukan dari penerbit sertifikatnya"},
        {"evidence_malformed", informs, "sebagian data validasi dalam berkas rusak dan tidak dipakai"},
        // Timestamps.
        {"timestamp_invalid", unsettles,
         "stempel waktu pada tanda tangan rusak atau bukan untuk tanda tangan ini"},
        {"timestamp_order", unsettles,
         "stempel waktu bertentangan: yang lebih luar lebih tua daripada yang dicakupnya"},
        {"timestamp_untrusted", informs, "stempel waktu tidak berasal dari penyedia yang dipercaya"},
    };
    return kinds;
}

namespace {

const FindingKind& kind_of(std::string_view name) {
    const auto& kinds = finding_kinds();
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
    if (found == kinds.end()) throw std::logic_error("finding without a kind: " + std::string(name));
    return *found;
}

int rank(Verdict verdict) {
    switch (verdict) {
        case Verdict::unsigned_: return 0;
        case Verdict::passed: return 1;
        case Verdict::indeterminate: return 2;
        case Verdict::failed: return 3;
    }
    return 3;
}

Verdict worse(Verdict a, Verdict b) { return rank(a) >= rank(b) ? a : b; }

Verdict verdict_of(const std::vector<Finding>& findings, Verdict start) {
    for (const Finding& finding : findings) {
        const Effect effect = effect_of(finding);
        if (effect == Effect::fails) start = worse(start, Verdict::failed);
        if (effect == Effect::unsettles) start = worse(start, Verdict::indeterminate);
    }
    return start;
}

}  // namespace

Finding make_finding(std::string_view name, std::string_view detail) {
    const FindingKind& kind = kind_of(name);
    Finding out{std::string(kind.name), std::string(kind.text), visible(detail)};
    if (!detail.empty()) out.text += " (" + out.detail + ")";
    return out;
}

Effect effect_of(const Finding& finding) { return kind_of(finding.name).effect; }

Verdict verdict_of(const Signature& signature) {
    const bool proven = signature.digest_matches && signature.signature_matches;
    const bool unknown =
        std::any_of(signature.findings.begin(), signature.findings.end(),
                    [](const Finding& finding) { return finding.name == "algorithm_unknown"; });
    Verdict out = proven ? Verdict::passed : unknown ? Verdict::indeterminate : Verdict::failed;
    if (signature.changes != "none" && signature.changes != "permitted") out = Verdict::failed;
    return verdict_of(signature.findings, out);
}

Verdict verdict_of(const Report& report) {
    Verdict out = Verdict::unsigned_;
    for (const Signature& signature : report.signatures) out = worse(out, signature.verdict);
    return verdict_of(report.findings, out);
}

std::string to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::passed: return "passed";
        case Verdict::failed: return "failed";
        case Verdict::indeterminate: return "indeterminate";
        case Verdict::unsigned_: return "unsigned";
    }
    return "failed";
}

}  // namespace naskah::verify
