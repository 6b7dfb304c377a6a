#include "workflow/certificates.h"

#include <algorithm>

#include "core/file.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest = 1u << 20;
constexpr const char* digest_line = "SHA-256 kunci: ";

fs::path beside(const fs::path& key_file) { return fs::path(key_file).replace_extension(".pem"); }

// Whole days, rounded down, so that "0" is the last day and what has ended is below.
int days_until(Instant end, Instant now) {
    return static_cast<int>(std::chrono::floor<std::chrono::days>(end - now).count());
}

void look_at(HeldCertificate& held, const fs::path& root, Instant now) {
    const fs::path file = root / held.key;
    std::error_code failed;
    if (!fs::is_regular_file(file, failed)) {
        held.trouble = "Berkas kunci tidak ada di folder kantor.";
        return;
    }
    if (!fs::is_regular_file(beside(file), failed)) {
        held.trouble = "Sertifikatnya belum dikenal: terbaca sesudah kunci ini pertama kali dipakai.";
        return;
    }
    try {
        const Bytes known = read_file(beside(file), largest);
        if (as_text(known).find(digest_line + to_string(sha256(read_file(file, largest)))) ==
            std::string_view::npos) {
            held.trouble =
                "Berkas kunci sudah diganti: sertifikat barunya terbaca sesudah kunci ini dipakai.";
            return;
        }
        const auto found = signing::read_certificates(known);
        if (!found.certificates.empty()) held.certificate = found.certificates.front();
    } catch (const Error&) {
        held.trouble = "Sertifikat di samping kunci ini tidak terbaca.";
    }
    if (held.certificate) held.days_left = days_until(held.certificate->not_after, now);
}

// Whether a letter could be signed with that key on that day: by an official whom some rule names, or by the
// seal.
bool signs(const Office& office, const Json& official, Date day) {
    const auto from = parse_date(official.value("mulai", "")), to = parse_date(official.value("selesai", ""));
    if ((from && day < *from) || (to && *to < day)) return false;
    if (!office.settings().contains("penandatangan")) return false;
    const Json& rules = office.settings().at("penandatangan");
    return std::any_of(rules.begin(), rules.end(), [&](const Json& rule) {
        const auto begin = parse_date(rule.value("mulai", "")), end = parse_date(rule.value("selesai", ""));
        return rule.at("pejabat") == official.at("id") && (!begin || *begin <= day) && (!end || day <= *end);
    });
}

}  // namespace

std::optional<int> Certificates::days_left() const {
    std::optional<int> least;
    for (const HeldCertificate& one : held)
        if (one.in_use && one.certificate) least = std::min(least.value_or(one.days_left), one.days_left);
    return least;
}

Certificates certificates(const Office& office, Instant now) {
    const Date today = date_in(office.zone(), now);
    Certificates all;
    const auto add = [&](const Json& holder, bool in_use) {
        if (!holder.contains("kunci") || !holder.at("kunci").is_string()) return;
        HeldCertificate held;
        held.holder = holder.value("nama", "");
        held.key = holder.at("kunci").get<std::string>();
        held.in_use = in_use;
        look_at(held, office.root(), now);
        all.held.push_back(std::move(held));
    };
    for (const Json& official : office.settings().at("pejabat"))
        add(official, signs(office, official, today));
    if (office.settings().contains("segel")) add(office.settings().at("segel"), true);

    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(office.root() / "trust", none))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        const std::string name = file.filename().string();
        try {
            const auto found = signing::read_certificates(read_file(file, 16u << 20));
            for (const signing::Certificate& one : found.certificates)
                all.trusted.push_back({.file = name,
                                       .certificate = one,
                                       .revocations = {},
                                       .trouble = {},
                                       .days_left = days_until(one.not_after, now)});
            for (const signing::RevocationList& one : found.revocations)
                all.trusted.push_back({.file = name,
                                       .certificate = {},
                                       .revocations = one,
                                       .trouble = {},
                                       .days_left = one.next ? days_until(*one.next, now) : 0});
        } catch (const Error& error) {
            all.trusted.push_back({.file = name,
                                   .certificate = {},
                                   .revocations = {},
                                   .trouble = error.problems().front().what,
                                   .days_left = 0});
        }
    }
    return all;
}

void remember_certificate(const Office& office, const fs::path& key_file, const signing::Key& key) {
    try {
        // A key of somebody else, lent for once, is no part of the office.
        const fs::path inside = key_file.lexically_normal().lexically_relative(office.root());
        if (inside.empty() || *inside.begin() == "..") return;
        const std::string text = "Sertifikat kunci " + key_file.filename().string() +
                                 ", disalin oleh Naskah.\n" + digest_line +
                                 to_string(sha256(read_file(key_file, largest))) + "\n" +
                                 signing::to_pem(key.chain().certificates());
        std::error_code failed;
        if (fs::exists(beside(key_file), failed) && read_text(beside(key_file), largest) == text) return;
        write_file(beside(key_file), as_bytes(text));
    } catch (const std::exception&) {
    }
}

}  // namespace naskah::workflow
