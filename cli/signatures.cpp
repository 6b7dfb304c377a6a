// sign, verify.
#include <algorithm>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "service/file_checker.h"
#include "verify/report_text.h"
#include "workflow/agenda.h"
#include "workflow/issue.h"
#include "workflow/web.h"

namespace naskah::cli {

namespace {

int exit_code(verify::Verdict verdict) {
    switch (verdict) {
        case verify::Verdict::passed: return 0;
        case verify::Verdict::failed: return 1;
        case verify::Verdict::indeterminate: return 2;
        case verify::Verdict::unsigned_: return 3;
    }
    return 1;
}

int worse(int a, int b) {
    constexpr int order[] = {0, 3, 2, 1};  // by exit code: passed, failed, indeterminate, unsigned
    return order[a] >= order[b] ? a : b;
}

std::string status_word(const std::string& status) {
    const auto known = storage::parse_status(status);
    return known ? workflow::status_word(*known) : status;
}

std::string describe(const Json& registered, verify::Language language) {
    if (registered.is_null()) return {};
    const bool same = registered.at("same_bytes").get<bool>();
    const std::string number = registered.at("number"), kind = registered.at("kind"),
                      status = registered.at("status");
    if (language == verify::Language::english)
        return "  register: number " + number + ", " + kind + ", " + status +
               (same ? ", the very file\n" : ", NOT the file that was issued\n");
    return "  register: nomor " + number + ", " + kind + ", " + status_word(status) +
           (same ? ", berkas sama persis\n" : ", berkas BERBEDA dari yang terbit\n");
}

}  // namespace

int sign(const Common& common, const SignOptions& options) {
    if (options.level != "b")
        throw Error(
            Code::usage, "tingkat " + options.level + " belum tersedia", "--level",
            "Pakai --level b. Tanda tangan tidak dibuat dengan tingkat yang lebih rendah dari yang diminta.");
    const Bytes pdf = read_file(options.in);
    const auto key = workflow::open_key_file(options.p12, ask_secret(common.pin_fd));
    const Instant now = system_clock().now();
    signing::check_certificate(*key, now);
    signing::Options how;
    how.certify = options.certify;
    write_file(options.out, signing::sign(pdf, *key, how, now));
    const signing::Certificate certificate = signing::describe(*key);
    print(options.out.string() + ": ditandatangani oleh " + certificate.common_name + "\n");
    return 0;
}

int verify(const Common& common, const VerifyOptions& options) {
    Instant at = system_clock().now();
    if (!options.at.empty()) {
        const auto asked = parse_rfc3339(options.at);
        if (!asked)
            throw Error(Code::usage, "bukan waktu RFC 3339: " + options.at, "--at",
                        "Contoh: 2026-11-22T09:00:00Z");
        at = *asked;
    }
    std::optional<workflow::Office> office;
    std::unique_ptr<storage::Register> letters;
    verify::Trust trust;
    if (!common.office.empty()) {
        office = workflow::Office::open(common.office);
        trust = office->trust();
        letters = office->open_register();
    }
    for (const fs::path& file : options.trust) trust.add_path(file);
    const verify::TextWishes wishes{
        .language = options.language == "en" ? verify::Language::english : verify::Language::indonesian,
        .etsi = options.etsi};
    const std::unique_ptr<Web> web = options.online ? workflow::make_web() : nullptr;
    service::FileChecker checker(trust, at, web.get());

    int code = 0;
    Json reports = Json::array();
    for (const fs::path& file : options.files) {
        try {
            const Bytes pdf = read_file(file);
            const verify::Report report = checker.check(pdf);
            const Json registered = office ? workflow::registered(pdf, report, *office, *letters) : Json();
            if (common.json) {
                Json row = verify::to_json(report, file.string());
                row["register"] = registered;
                reports.push_back(std::move(row));
            } else {
                print(verify::to_text(report, file.string(), wishes) + describe(registered, wishes.language));
            }
            code = code >= 64 ? code : worse(code, exit_code(report.verdict));
        } catch (const Error& error) {
            complain(error.problems());
            code = std::max(code >= 64 ? code : 0, static_cast<int>(error.code()));
        }
    }
    if (common.json) print(dump_json_pretty(reports) + "\n");
    return code;
}

}  // namespace naskah::cli
