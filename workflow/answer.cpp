#include "workflow/answer.h"

#include <algorithm>
#include <regex>

#include "storage/reconciliation.h"
#include "workflow/office.h"

namespace naskah::workflow {
namespace {

bool has_finding(const verify::Report& report, std::string_view name) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const verify::Finding& finding) { return finding.name == name; });
}

// Of a letter whose bytes are those that we issued, or these and what its signer permits.
Answer of_genuine(storage::Status status, bool proven) {
    switch (status) {
        case storage::Status::issued: return proven ? Answer::valid : Answer::uncertain;
        case storage::Status::superseded: return proven ? Answer::corrected : Answer::uncertain;
        case storage::Status::revoked: return Answer::revoked;  // not to be used, proven or not
        case storage::Status::void_: return Answer::unregistered;
        case storage::Status::reserved: return Answer::uncertain;
    }
    return Answer::uncertain;
}

// Signed once, and changed after that.
bool was_broken(const verify::Report& report) {
    const bool was_signed = !report.signatures.empty() || has_finding(report, "signature_removed");
    return report.verdict == verify::Verdict::failed && was_signed;
}

Answer of_file_alone(const Evidence& evidence) {
    if (evidence.code_in_file) return Answer::unregistered;
    return was_broken(*evidence.report) ? Answer::altered : Answer::uncertain;
}

}  // namespace

std::string to_string(Answer answer) {
    switch (answer) {
        case Answer::valid: return "SAH";
        case Answer::corrected: return "DIRALAT";
        case Answer::revoked: return "DICABUT";
        case Answer::altered: return "DIUBAH ISINYA";
        case Answer::unregistered: return "TIDAK TERDAFTAR";
        case Answer::uncertain: return "BELUM PASTI";
    }
    return "BELUM PASTI";
}

Answer answer_of(const Evidence& evidence) {
    if (!evidence.register_answered) return Answer::uncertain;
    if (evidence.file && !evidence.report) return Answer::uncertain;
    // Its number left the house, and of the letter itself the register knows nothing (or not yet).
    const bool lost = evidence.letter ? storage::is_lost(*evidence.letter) : !evidence.register_complete;
    if (lost && !evidence.file) return Answer::uncertain;
    if (lost && evidence.code_in_file)
        return was_broken(*evidence.report) ? Answer::altered : Answer::uncertain;
    if (!evidence.letter) return evidence.file ? of_file_alone(evidence) : Answer::unregistered;
    const storage::Status status = evidence.letter->status;
    const bool proven = evidence.report && evidence.report->verdict == verify::Verdict::passed;
    if (!evidence.file || evidence.sameness == Sameness::same) return of_genuine(status, proven);
    if (status == storage::Status::void_ || status == storage::Status::reserved)
        return of_genuine(status, false);
    if (has_finding(*evidence.report, "encrypted")) return Answer::uncertain;
    const bool intact = proven || evidence.report->verdict == verify::Verdict::indeterminate;
    if (evidence.sameness == Sameness::extended && intact) return of_genuine(status, proven);
    return Answer::altered;
}

std::optional<LetterId> claimed_id(BytesView pdf, const Office& office) {
    const std::string address = office.verify_url(LetterId{});
    const std::string prefix = address.substr(0, address.size() - 26);
    const std::string_view text = as_text(pdf);
    for (std::size_t at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1))
        if (auto id = office.id_in(text.substr(at, prefix.size() + 26))) return id;
    return {};
}

namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Organisations are named in public registers; a person is not.
bool is_organisation(const std::string& name) {
    std::string first = name.substr(0, name.find_first_of(" .,"));
    for (char& c : first)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return is_one_of(first, {"pt",          "cv",         "ud",         "pd",      "fa",          "firma",
                             "koperasi",    "kud",        "yayasan",    "perum",   "perkumpulan", "persero",
                             "perseroan",   "perusahaan", "bumd",       "bumdes",  "badan",       "dinas",
                             "universitas", "institut",   "politeknik", "sekolah", "komunitas",   "lembaga",
                             "rumah",       "hotel",      "toko",       "bank",    "kantor"});
}

// "Sekar Contoh Tanudjaya" becomes "S. C. T."
std::string initials(const std::string& name) {
    std::string out;
    bool first = true;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        if (c == ' ' || c == ',') {
            first = true;
        } else if (first) {
            std::size_t end = i + 1;  // a whole character
            while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) ++end;
            out += (out.empty() ? "" : " ") + name.substr(i, end - i) + ".";
            first = false;
        }
    }
    return out;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

void hide(std::string& subject, const Json& data, const std::string& field, bool public_letter) {
    if (data.is_object()) {
        for (const auto& [name, value] : data.items()) hide(subject, value, name, public_letter);
    } else if (data.is_array()) {
        for (const Json& value : data) hide(subject, value, field, public_letter);
    } else if (data.is_string()) {
        const std::string value = data.get<std::string>();
        if (value.size() < 3) return;
        if (is_one_of(field, {"nik", "nip", "npwp", "alamat", "alamat_kantor", "telepon", "hp", "nomor_hp",
                              "faksimile", "pos_el", "email", "identitas", "nomor_identitas"}))
            replace_all(subject, value, "…");
        else if (!public_letter && !is_organisation(value) &&
                 (field == "nama" || field.starts_with("nama_") || field == "penanggung_jawab"))
            replace_all(subject, value, initials(value));
    }
}

}  // namespace

std::string public_text(const std::string& text, const storage::Letter& letter, bool public_letter) {
    constexpr std::size_t most = 600;  // bytes; a subject is a line
    std::string subject = text;
    hide(subject, letter.data, "", public_letter);
    // What looks like them, wherever it came from.
    static const std::regex personal(
        "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+"  // e-mail
        "|\\b[0-9]{16}\\b"                                    // NIK
        "|(\\+62|\\b0)8[0-9][0-9 .-]{6,12}[0-9]\\b");         // telephone
    if (subject.size() > most) {
        std::size_t end = most;
        while (end > 0 && (static_cast<unsigned char>(subject[end]) & 0xC0) == 0x80) --end;
        subject = subject.substr(0, end) + "…";
    }
    return std::regex_replace(subject, personal, "…");
}

}  // namespace naskah::workflow
