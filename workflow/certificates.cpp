#include "workflow/certificates.h"

#include <algorithm>

#include "core/file.h"
#include "workflow/keys.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest = 1u << 20;
constexpr const char* digest_line = "SHA-256 kunci: ";

fs::path beside(const fs::path& key_file) { return fs::path(key_file).replace_extension(".pem"); }

// Of a key that is no file of the office: a token's, a service's.
fs::path of_named(const fs::path& root, const std::string& key) {
    return root / "keys" / ("kunci-" + key + ".pem");
}

// Whole days, rounded down, so that "0" is the last day and what has ended is below.
int days_until(Instant end, Instant now) {
    return static_cast<int>(std::chrono::floor<std::chrono::days>(end - now).count());
}

void look_at(HeldCertificate& held, const Office& office, Instant now) {
    const fs::path file = office.root() / held.key;
    std::error_code failed;
    if (is_named_key(office.settings(), held.key)) {
        const fs::path known = of_named(office.root(), held.key);
        held.trouble = "Sertifikatnya belum dikenal: terbaca sesudah kunci ini pertama kali dipakai.";
        try {
            if (!fs::is_regular_file(known, failed)) return;
            const auto found = signing::read_certificates(read_file(known, largest));
            if (found.certificates.empty()) return;
            held.certificate = found.certificates.front();
            held.trouble.clear();
            held.days_left = days_until(held.certificate->not_after, now);
        } catch (const Error&) {
        }
        return;
    }
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
        look_at(held, office, now);
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

void remember_certificate(const Office& office, const std::string& key, const signing::Chain& chain) {
    try {
        const fs::path file = office.root() / key;
        const bool named = is_named_key(office.settings(), key);
        std::string text = "Sertifikat kunci " + file.filename().string() + ", disalin oleh Naskah.\n";
        if (!named) {
            // A key of somebody else, lent for once, is no part of the office.
            const fs::path inside = file.lexically_normal().lexically_relative(office.root());
            if (inside.empty() || *inside.begin() == "..") return;
            text += digest_line + to_string(sha256(read_file(file, largest))) + "\n";
        }
        text += signing::to_pem(chain.certificates());
        const fs::path beside_it = named ? of_named(office.root(), key) : beside(file);
        std::error_code failed;
        if (fs::exists(beside_it, failed) && read_text(beside_it, largest) == text) return;
        write_file(beside_it, as_bytes(text));
    } catch (const std::exception&) {
    }
}

}  // namespace naskah::workflow
