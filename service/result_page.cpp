#include "service/result_page.h"

#include <algorithm>

#include "core/text.h"
#include "service/code_text.h"
#include "verify/finding.h"

namespace naskah::service {
namespace {

using workflow::Answer;
using workflow::Sameness;

std::string with_capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

Json moment(const workflow::Office& office, const Visit& visit, Instant at) {
    return {{"tanggal", say_date(visit.language, date_in(office.zone(), at))},
            {"waktu", time_in(office.zone(), at)}};
}

// "9f2c 51d0 ...": in fours, so that two people can compare them.
std::string grouped(const Sha256& digest) {
    const std::string hex = to_string(digest);
    std::string out;
    for (std::size_t at = 0; at < hex.size(); at += 4) out += (at == 0 ? "" : " ") + hex.substr(at, 4);
    return out;
}

// "84 KB", "1,2 MB".
std::string size_of(std::size_t bytes, Language language) {
    constexpr std::size_t kb = 1024, mb = kb * kb;
    if (bytes < mb) return std::to_string(std::max<std::size_t>(1, (bytes + kb / 2) / kb)) + " KB";
    const std::size_t tenths = (bytes * 10 + mb / 2) / mb;
    return std::to_string(tenths / 10) + (language == Language::english ? "." : ",") +
           std::to_string(tenths % 10) + " MB";
}

// Names agree if one holds the other, whatever the case and the titles: a certificate names a person without
// titles.
bool same_name(const std::string& printed, const std::string& certified) {
    const std::string a = to_upper(printed), b = to_upper(certified);
    return !b.empty() && (a.find(b) != std::string::npos || b.find(a) != std::string::npos);
}

std::string post_of(const Json& signer) {
    std::string post;
    const auto lines = signer.find("jabatan");
    if (lines == signer.end() || !lines->is_array()) return post;
    for (const Json& line : *lines)
        if (line.is_string()) post += (post.empty() ? "" : " ") + line.get<std::string>();
    while (post.ends_with(',')) post.pop_back();
    return post;
}

Json signer_of(const storage::Letter& letter, const verify::Report& report) {
    std::string certified;
    for (const verify::Signature& signature : report.signatures)
        if (certified.empty() && !signature.is_timestamp) certified = visible(signature.signer);
    const auto found = letter.snapshot.find("penandatangan");
    const Json printed = found == letter.snapshot.end() ? Json::object() : *found;
    const std::string name = printed.value("nama", std::string());
    if (!certified.empty() && !same_name(name, certified))
        return {{"nama", certified}, {"jabatan", ""}};  // the office's seal, or whoever it was
    return {{"nama", name.empty() ? certified : name}, {"jabatan", post_of(printed)}};
}

Json letter_facts(const Visit& visit, const workflow::Office& office, const storage::Letter& letter,
                  const PublicCheck::Original& original) {
    std::optional<Instant> at = letter.issued_at;
    if (!original.report.signatures.empty() && original.report.signatures[0].signed_at)
        at = original.report.signatures[0].signed_at;
    return {{"jenis", original.kind},
            {"nomor", letter.number},
            {"tanggal", say_date(visit.language, letter.date)},
            {"hal", original.subject},
            {"penanda_tangan", signer_of(letter, original.report)},
            {"ditandatangani", at ? moment(office, visit, *at) : Json()}};
}

// What unsettles or fails a report, each once, in words.
Json findings_of(const Site& site, const Visit& visit, const verify::Report& report) {
    std::vector<std::string> names;
    const auto add = [&](const std::vector<verify::Finding>& findings) {
        for (const verify::Finding& finding : findings)
            if (verify::effect_of(finding) != verify::Effect::informs &&
                std::find(names.begin(), names.end(), finding.name) == names.end())
                names.push_back(finding.name);
    };
    add(report.findings);
    for (const verify::Signature& signature : report.signatures) add(signature.findings);
    Json texts = Json::array();
    for (const std::string& name : names)
        for (const verify::FindingKind& kind : verify::finding_kinds())
            if (kind.name == name)
                texts.push_back(site.say(visit, with_capital(std::string(kind.text)) + "."));
    return texts;
}

bool is_intact(const verify::Report& report) {
    return !report.signatures.empty() && report.verdict != verify::Verdict::failed &&
           std::all_of(report.signatures.begin(), report.signatures.end(), [](const verify::Signature& one) {
               return one.digest_matches && one.signature_matches;
           });
}

Json details_of(const workflow::Office& office, const Visit& visit, const verify::Report& report,
                const std::optional<Sha256>& issued) {
    Json details = {{"tanda_tangan", Json::array()},
                    {"sidik", grouped(report.sha256)},
                    {"sidik_asli", issued && *issued != report.sha256 ? grouped(*issued) : ""}};
    for (const verify::Signature& signature : report.signatures)
        details["tanda_tangan"].push_back(
            {{"nama", visible(signature.signer)},
             {"stempel", signature.is_timestamp},
             {"utuh",
              signature.digest_matches && signature.signature_matches && signature.changes != "forbidden"},
             {"sah", signature.verdict == verify::Verdict::passed},
             {"terbukti", signature.time_proven},
             {"pada", signature.signed_at ? moment(office, visit, *signature.signed_at) : Json()},
             {"tingkat", visible(signature.level)}});
    return details;
}

// Why the answer is uncertain: what is sure all the same, and what is not.
void add_doubts(const Site& site, const Visit& visit, const PublicCheck::Outcome& outcome, Json& content) {
    const workflow::Evidence& evidence = outcome.evidence;
    const auto sure = [&](const char* text) { content["pasti"].push_back(site.say(visit, text)); };
    const auto doubt = [&](const char* text) { content["belum"].push_back(site.say(visit, text)); };
    if (evidence.report && is_intact(*evidence.report)) sure("Isinya utuh sejak ditandatangani.");
    if (evidence.file && evidence.sameness == Sameness::same)
        sure("Berkas Anda sama persis dengan yang kami terbitkan.");
    if (!evidence.register_answered)
        doubt(
            "Apakah surat ini ada dalam daftar kami, dan masih berlaku. Daftar kami sedang tidak menjawab.");
    if (evidence.letter && evidence.letter->status == storage::Status::reserved)
        doubt("Suratnya belum terbit: nomornya baru dipesan.");
    else if (evidence.letter && !evidence.report)
        doubt("Apakah tanda tangannya sah. Arsip surat ini sedang tidak dapat dibaca.");
    if (evidence.report) {
        const Json findings = findings_of(site, visit, *evidence.report);
        content["belum"].insert(content["belum"].end(), findings.begin(), findings.end());
        if (evidence.file && evidence.report->signatures.empty() &&
            evidence.report->verdict == verify::Verdict::unsigned_)
            doubt("Berkas ini tidak memuat tanda tangan elektronik.");
        if (evidence.file && !evidence.letter && evidence.register_answered &&
            evidence.report->verdict == verify::Verdict::passed)
            doubt(
                "Berkas ini bertanda tangan sah, tetapi bukan surat yang kami terbitkan: tidak ada dalam "
                "daftar kami. Tanyakan kepada penandatangannya.");
    }
}

}  // namespace

Json contact_of(const workflow::Office& office) {
    Json contact = {{"telepon", ""},
                    {"tautan_telepon", ""},
                    {"resmi", host_of(office.settings().at("alamat_publik").get<std::string>())}};
    const std::string word = "Telepon ";
    for (const Json& line : office.settings().at("kop").at("alamat")) {
        const std::string text = line.get<std::string>();
        const std::size_t at = text.find(word);
        if (at == std::string::npos) continue;
        const std::string number =
            trim(text.substr(at + word.size(), text.find_first_of(",;", at) - at - word.size()));
        std::string digits;
        for (const char c : number)
            if (c >= '0' && c <= '9') digits += c;
        if (digits.size() < 5) continue;
        if (digits.starts_with('0')) digits = "62" + digits.substr(1);
        contact["telepon"] = number;
        contact["tautan_telepon"] = "+" + digits;
        break;
    }
    return contact;
}

Json result_content(const Site& site, const Visit& visit, const workflow::Office& office,
                    const PublicCheck::Outcome& outcome, const std::optional<LetterId>& id) {
    const workflow::Evidence& evidence = outcome.evidence;
    const auto& letter = evidence.letter;
    const auto& original = outcome.original;
    Json content = {{"sah", outcome.answer == Answer::valid},
                    {"diralat", outcome.answer == Answer::corrected},
                    {"dicabut", outcome.answer == Answer::revoked},
                    {"diubah", outcome.answer == Answer::altered},
                    {"tak_terdaftar", outcome.answer == Answer::unregistered},
                    {"belum_pasti", outcome.answer == Answer::uncertain},
                    {"kata", workflow::to_string(outcome.answer)},
                    {"berkas", evidence.file},
                    {"kode", id ? to_grouped(*id) : ""},
                    {"diperiksa", moment(office, visit, visit.now)},
                    {"kontak", contact_of(office)},
                    {"nomor_batal", ""},
                    {"tak_berlaku", letter && letter->status == storage::Status::revoked},
                    {"daftar_diam", !evidence.register_answered},
                    {"tambahan", evidence.sameness == Sameness::extended},
                    {"pasti", Json::array()},
                    {"belum", Json::array()},
                    {"temuan", Json::array()}};
    if (letter && letter->status == storage::Status::void_) content["nomor_batal"] = letter->number;
    if (outcome.answer == Answer::uncertain) add_doubts(site, visit, outcome, content);
    if (outcome.answer == Answer::altered) {
        content["temuan"] = findings_of(site, visit, *evidence.report);
        if (evidence.report->verdict == verify::Verdict::unsigned_)
            content["temuan"].push_back(site.say(visit, "Tanda tangan elektroniknya sudah tidak ada."));
        else if (evidence.report->verdict != verify::Verdict::failed)
            content["temuan"].push_back(site.say(
                visit, "Berkas ini memuat kode surat kami, tetapi bukan berkas yang kami terbitkan."));
    }
    if (evidence.report)
        content["rincian"] = details_of(office, visit, *evidence.report,
                                        letter && evidence.file ? letter->sha256 : std::nullopt);
    if (!letter || !original) return content;

    content["fakta"] = letter_facts(visit, office, *letter, *original);
    const std::string here = "/v/" + to_string(letter->id);
    if (original->is_public) {
        content["unduh"] = {{"alamat", here + "/surat.pdf"},
                            {"ukuran", size_of(original->size, visit.language)}};
        Json picture = {{"alamat", here + "/halaman-1.png"},
                        {"lebar", std::to_string(PagePictures::usual_width)},
                        {"tinggi", ""},
                        {"banyak", ""}};
        if (original->height > 0)
            picture["tinggi"] =
                std::to_string(static_cast<int>(original->height * PagePictures::usual_width + 0.5));
        if (original->pages > 0) picture["banyak"] = std::to_string(original->pages);
        content["gambar"] = picture;
    }
    if (const auto& by = outcome.withdrawn_by) {
        const bool readable = outcome.withdrawing_one && outcome.withdrawing_one->is_public;
        content["penarik"] = {
            {"jenis", outcome.withdrawing_one ? outcome.withdrawing_one->kind : ""},
            {"nomor", by->number},
            {"tanggal", say_date(visit.language, by->date)},
            {"alamat", readable ? "/v/" + to_string(by->id) : ""},
            {"alasan", workflow::public_text(letter->reason, *letter, original->is_public)}};
    }
    return content;
}

}  // namespace naskah::service
