#include "verify/finding.h"

#include <algorithm>
#include <stdexcept>

#include "core/text.h"

namespace naskah::verify {

const std::vector<FindingKind>& finding_kinds() {
    using enum Effect;
    static const std::vector<FindingKind> kinds = {
        // The file as a whole.
        {"malformed", fails, "FORMAT_FAILURE",
         "berkas bukan PDF yang utuh: bagian daftar objeknya rusak atau terpotong",
         "the file is no whole PDF: its list of objects is broken or cut off"},
        {"too_complex", fails, "FORMAT_FAILURE", "berkas terlalu rumit untuk diperiksa dengan aman",
         "the file is too complex to be checked safely"},
        {"too_large", fails, "FORMAT_FAILURE", "berkas terlalu besar untuk diperiksa",
         "the file is too large to be checked"},
        {"encrypted", unsettles, "SIGNED_DATA_NOT_FOUND",
         "berkas terkunci dengan kata sandi sehingga tidak dapat diperiksa",
         "the file is locked with a password and so cannot be checked"},
        {"signature_removed", fails, "FORMAT_FAILURE",
         "berkas pernah memuat tanda tangan yang kini tidak lagi ada pada formulirnya",
         "the file once held a signature that is no longer there"},
        {"form_malformed", fails, "FORMAT_FAILURE", "susunan kolom tanda tangan dalam berkas rusak",
         "the signature fields of the file are broken"},
        {"tree_loop", fails, "FORMAT_FAILURE",
         "susunan halaman atau struktur dokumen berputar kembali ke dirinya sendiri",
         "the pages or the structure of the document lead back to themselves"},
        {"usage_rights", informs, "",
         "berkas memuat tanda tangan hak pakai aplikasi, yang bukan tanda tangan orang",
         "the file holds a signature of usage rights of a program, which is not a person's"},

        // The signature's place in the file.
        {"signature_malformed", fails, "FORMAT_FAILURE", "isi kolom tanda tangan bukan tanda tangan",
         "what stands in a signature field is no signature"},
        {"byte_range_invalid", fails, "FORMAT_FAILURE",
         "rentang byte yang ditandatangani tidak ada atau tidak sah",
         "the signed range of bytes is missing or invalid"},
        {"contents_invalid", fails, "FORMAT_FAILURE", "isi tanda tangan (Contents) tidak ada atau tidak sah",
         "the content of the signature is missing or invalid"},
        {"gap_mismatch", fails, "FORMAT_FAILURE", "celah pada rentang byte bukan tepat isi tanda tangan ini",
         "the gap in the signed range is not exactly this signature"},
        {"range_end_invalid", fails, "FORMAT_FAILURE",
         "rentang byte tidak berakhir pada akhir suatu revisi berkas",
         "the signed range does not end where a revision of the file ends"},
        {"signed_revision_malformed", fails, "FORMAT_FAILURE",
         "revisi yang ditandatangani bukan PDF yang utuh", "the signed revision is no whole PDF"},
        {"signature_displaced", fails, "FORMAT_FAILURE",
         "tanda tangan tidak berada di tempat yang sama pada revisi yang ditandatangani",
         "the signature is not in its place in the signed revision"},
        {"ambiguous_objects", fails, "FORMAT_FAILURE",
         "revisi yang ditandatangani memuat objek ganda dengan nomor yang sama",
         "the signed revision holds two objects of one number"},
        {"subfilter_unknown", fails, "FORMAT_FAILURE",
         "jenis tanda tangan (SubFilter) tidak ada atau tidak dikenal",
         "the kind of signature is missing or unknown"},
        {"subfilter_mismatch", fails, "FORMAT_FAILURE",
         "jenis tanda tangan (SubFilter) tidak cocok dengan isinya",
         "the kind of signature does not fit its content"},

        // What happened after it.
        {"changed_after_signing", fails, "FORMAT_FAILURE", "berkas diubah setelah ditandatangani",
         "the file was changed after it was signed"},
        {"update_malformed", fails, "FORMAT_FAILURE",
         "byte setelah bagian yang ditandatangani bukan pembaruan PDF yang utuh",
         "what follows the signed part is no whole update of a PDF"},
        {"permitted_change", informs, "", "setelah ditandatangani ada tambahan yang diizinkan",
         "what was added after signing is permitted"},

        {"page_covered", informs, "",
         "tambahan yang diizinkan itu tampak di halaman dan dapat menutupi isi yang ditandatangani",
         "that permitted addition is seen on the page and may cover what was signed"},
        // The CMS.
        {"cms_malformed", fails, "FORMAT_FAILURE", "data tanda tangan (CMS) rusak",
         "the signature's data is broken"},
        {"cms_padding_invalid", fails, "FORMAT_FAILURE",
         "di belakang data tanda tangan ada byte yang bukan pengisi nol",
         "something stands behind the signature's data that is no filling"},
        {"signer_count_invalid", fails, "FORMAT_FAILURE",
         "data tanda tangan tidak memuat tepat satu penanda tangan",
         "the signature's data does not have exactly one signer"},
        {"content_not_detached", fails, "FORMAT_FAILURE",
         "data tanda tangan memuat isi sendiri, padahal harus terpisah",
         "the signature's data holds content of its own"},
        {"content_type_mismatch", fails, "FORMAT_FAILURE", "jenis isi pada atribut tanda tangan tidak cocok",
         "the content type in the signature does not fit"},
        {"attribute_missing", fails, "FORMAT_FAILURE", "atribut wajib tanda tangan tidak ada",
         "a required attribute of the signature is missing"},
        {"attribute_repeated", fails, "FORMAT_FAILURE", "atribut tanda tangan muncul lebih dari sekali",
         "an attribute of the signature stands there more than once"},
        {"digest_mismatch", fails, "HASH_FAILURE", "isi berkas tidak sama dengan yang ditandatangani",
         "the file does not say what was signed"},
        {"signature_mismatch", fails, "SIG_CRYPTO_FAILURE",
         "nilai tanda tangan tidak cocok dengan sertifikat penanda tangan",
         "the signature does not fit the signer's certificate"},
        {"certificate_missing", fails, "NO_SIGNING_CERTIFICATE_FOUND",
         "sertifikat penanda tangan tidak ada dalam tanda tangan",
         "the signer's certificate is not in the signature"},
        {"certificate_mismatch", fails, "NO_SIGNING_CERTIFICATE_FOUND",
         "sertifikat bukan yang ditunjuk oleh atribut tanda tangan",
         "the certificate is not the one that the signature names"},
        {"certificate_attribute_missing", unsettles, "SIG_CONSTRAINTS_FAILURE",
         "tanda tangan tidak menunjuk sertifikat penanda tangan seperti yang disyaratkan jenisnya",
         "the signature does not name the signer's certificate as its kind requires"},
        {"algorithm_mismatch", fails, "SIG_CRYPTO_FAILURE",
         "algoritma tanda tangan tidak cocok dengan kunci atau atributnya",
         "the signature's algorithm does not fit its key or attributes"},
        {"algorithm_disagreement", unsettles, "SIG_CONSTRAINTS_FAILURE",
         "algoritma sidik dan algoritma tanda tangan tidak seragam",
         "the algorithms of digest and signature disagree"},
        {"algorithm_unknown", unsettles, "CRYPTO_CONSTRAINTS_FAILURE",
         "algoritma tanda tangan tidak dikenal sehingga tidak dapat diperiksa",
         "the signature's algorithm is unknown and so cannot be checked"},
        {"weak_digest", unsettles, "CRYPTO_CONSTRAINTS_FAILURE",
         "tanda tangan memakai algoritma sidik yang lemah", "the signature uses a weak digest"},
        {"weak_key", unsettles, "CRYPTO_CONSTRAINTS_FAILURE", "kunci penanda tangan terlalu pendek",
         "the signer's key is too short"},

        // The certificates.
        {"unknown_root", unsettles, "NO_CERTIFICATE_CHAIN_FOUND",
         "sertifikat tidak berujung pada sertifikat akar yang dipercaya",
         "the certificate does not lead to a trusted root"},
        {"certificate_expired", unsettles, "OUT_OF_BOUNDS_NO_POE",
         "masa berlaku sertifikat sudah lewat pada waktu yang dinilai",
         "the certificate had expired at the time that counts"},
        {"certificate_not_yet_valid", unsettles, "OUT_OF_BOUNDS_NO_POE",
         "masa berlaku sertifikat belum mulai pada waktu yang dinilai",
         "the certificate was not yet valid at the time that counts"},
        {"certificate_forged", fails, "CERTIFICATE_CHAIN_GENERAL_FAILURE",
         "tanda tangan penerbit pada sertifikat tidak cocok",
         "the issuer's signature on the certificate does not fit"},
        {"chain_invalid", fails, "CHAIN_CONSTRAINTS_FAILURE",
         "rantai sertifikat melanggar aturan penerbitnya",
         "the chain of certificates breaks its issuers' rules"},
        {"chain_unsettled", unsettles, "CERTIFICATE_CHAIN_GENERAL_FAILURE",
         "rantai sertifikat tidak dapat diperiksa seluruhnya",
         "the chain of certificates cannot be checked as a whole"},
        {"key_usage", unsettles, "CHAIN_CONSTRAINTS_FAILURE",
         "sertifikat tidak diterbitkan untuk menandatangani dokumen",
         "the certificate was not issued for signing documents"},
        {"certificate_revoked", fails, "REVOKED", "sertifikat sudah dicabut saat penandatanganan",
         "the certificate was revoked when it was signed"},
        {"certificate_revoked_later", unsettles, "REVOKED_NO_POE",
         "sertifikat dicabut kemudian dan waktu penandatanganan tidak terbukti",
         "the certificate was revoked later, and the time of signing is not proved"},
        {"certificate_revoked_since", informs, "",
         "sertifikat dicabut setelah waktu penandatanganan yang terbukti",
         "the certificate was revoked after the proved time of signing"},
        {"revocation_unknown", informs, "",
         "tidak ada keterangan apakah sertifikat pernah dicabut: penerbitnya belum ditanya",
         "nothing says whether the certificate was ever revoked: its issuer was not asked"},
        {"revocation_unanswered", unsettles, "TRY_LATER",
         "penerbit sertifikat tidak menjawab apakah sertifikatnya pernah dicabut",
         "the issuer does not answer whether its certificate was ever revoked"},
        {"revocation_unproven", unsettles, "NO_POE",
         "sertifikat sudah berakhir dan tidak ada bukti bahwa ia belum dicabut saat penandatanganan",
         "the certificate has ended, and nothing proves that it had not been revoked when it signed"},
        {"revocation_invalid", informs, "", "keterangan pencabutan bukan dari penerbit sertifikatnya",
         "what is said about revocation does not come from the issuer of the certificate"},
        {"evidence_malformed", informs, "", "sebagian data validasi dalam berkas rusak dan tidak dipakai",
         "some of the validation data in the file is broken and was not used"},

        // Timestamps.
        {"timestamp_invalid", unsettles, "SIG_CONSTRAINTS_FAILURE",
         "stempel waktu pada tanda tangan rusak atau bukan untuk tanda tangan ini",
         "the timestamp is broken or not for this signature"},
        {"timestamp_order", unsettles, "TIMESTAMP_ORDER_FAILURE",
         "stempel waktu bertentangan: yang lebih luar lebih tua daripada yang dicakupnya",
         "the timestamps contradict each other: an outer one is older than what it covers"},
        {"timestamp_untrusted", informs, "", "stempel waktu tidak berasal dari penyedia yang dipercaya",
         "the timestamp does not come from a trusted authority"},
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

const FindingKind& kind_of(const Finding& finding) { return kind_of(finding.name); }
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
