// sign, verify.
#include <algorithm>

#include "cli/commands.h"
#include "cli/foreign_pdf.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "workflow/agenda.h"
#include "workflow/issue.h"
#include "workflow/protection.h"

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

std::string headline(verify::Verdict verdict) {
    switch (verdict) {
        case verify::Verdict::passed: return "SAH";
        case verify::Verdict::failed: return "TIDAK SAH";
        case verify::Verdict::indeterminate: return "BELUM PASTI";
        case verify::Verdict::unsigned_: return "TANPA TANDA TANGAN";
    }
    return {};
}

std::string status_word(const std::string& status) {
    const auto known = storage::parse_status(status);
    return known ? workflow::status_word(*known) : status;
}

std::string describe(const fs::path& file, const verify::Report& report, const Json& registered) {
    std::string text = file.string() + ": " + headline(report.verdict) + "\n";
    for (const verify::Finding& finding : report.findings)
        text += "  - " + finding.text + " [" + finding.name + "]\n";
    for (const verify::Signature& signature : report.signatures) {
        text += "  " + signature.field + ": " + headline(signature.verdict);
        if (!signature.signer.empty()) text += ", oleh " + signature.signer;
        if (signature.signed_at)
            text += ", " + to_long(date_in(Zone::wita, *signature.signed_at)) + " pukul " +
                    time_in(Zone::wita, *signature.signed_at) +
                    (signature.time_proven ? "" : " (waktu menurut penanda tangan)");
        if (!signature.level.empty()) text += ", " + signature.level;
        text +=
            signature.covers == "whole" ? ", mencakup seluruh berkas\n" : ", mencakup revisi sebelumnya\n";
        for (const verify::Finding& finding : signature.findings)
            text += "    - " + finding.text + " [" + finding.name + "]\n";
    }
    if (!registered.is_null())
        text += "  register: nomor " + registered.at("number").get<std::string>() + ", " +
                registered.at("kind").get<std::string>() + ", " +
                status_word(registered.at("status").get<std::string>()) +
                (registered.at("same_bytes").get<bool>() ? ", berkas sama persis\n"
                                                         : ", berkas BERBEDA dari yang terbit\n");
    return text;
}

}  // namespace

namespace {

// Whom to ask for the time and about certificates: as the command says, else as the office does.
workflow::Outside outside_for(const Common& common, std::vector<std::string> authorities,
                              const std::vector<fs::path>& trust) {
    signing::AtHand at_hand;
    if (!common.office.empty()) {
        const workflow::Office office = workflow::Office::open(common.office);
        if (authorities.empty()) authorities = office.timestamp_authorities();
        at_hand = office.at_hand();
    }
    for (const fs::path& file : trust) at_hand.add(read_file(file, 16u << 20));
    return workflow::open_outside(nullptr, std::move(authorities), std::move(at_hand));
}

verify::Trust trust_for(const Common& common, const std::vector<fs::path>& files) {
    verify::Trust trust;
    if (!common.office.empty()) trust = workflow::Office::open(common.office).trust();
    for (const fs::path& file : files) trust.add(read_file(file, 16u << 20), file.string());
    return trust;
}

std::string named(signing::Level level) {
    std::string name = "B-";
    for (const char c : to_string(level)) name += static_cast<char>(c - 'a' + 'A');
    return name;
}

}  // namespace

int sign(const Common& common, const SignOptions& options) {
    const auto level = signing::parse_level(options.level);
    if (!level)
        throw Error(Code::usage, "tingkat " + options.level + " tidak dikenal", "--level",
                    "Pakai b, t, lt, atau lta.");
    const Bytes pdf = signable(read_file(options.in));
    const auto key = workflow::open_key_file(options.p12, ask_secret(common.pin_fd));
    const Instant now = system_clock().now();
    signing::check_certificate(*key, now);
    signing::Options how;
    how.certify = options.certify;
    how.level = *level;
    how.field = options.field;
    how.reason = options.reason;
    how.location = options.location;
    how.locked = options.lock;
    how.last = options.last;
    if (*level == signing::Level::b) {
        write_file(options.out, signing::sign(pdf, *key, how, now));
    } else {
        const workflow::Outside outside = outside_for(common, options.tsa, options.trust);
        write_file(options.out, signing::sign(pdf, *key, how, *outside.long_term, now));
    }
    const signing::Certificate certificate = signing::describe(*key);
    print(options.out.string() + ": ditandatangani oleh " + certificate.common_name + ", tingkat " +
          named(*level) + "\n");
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
    for (const fs::path& file : options.trust) trust.add(read_file(file, 16u << 20), file.string());

    int code = 0;
    Json reports = Json::array();
    for (const fs::path& file : options.files) {
        try {
            const Bytes pdf = read_file(file);
            const verify::Report report = verify::check(pdf, trust, at);
            const Json registered = office ? workflow::registered(pdf, report, *office, *letters) : Json();
            if (common.json) {
                Json row = verify::to_json(report, file.string());
                row["register"] = registered;
                reports.push_back(std::move(row));
            } else {
                print(describe(file, report, registered));
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

namespace {

fs::path target_of(const fs::path& file, const ExtendOptions& options) {
    if (options.out.empty()) return file;
    if (fs::is_directory(options.out)) return options.out / file.filename();
    if (options.files.size() > 1)
        throw Error(Code::usage, "beberapa berkas memerlukan folder yang sudah ada", "--out",
                    "Buat foldernya dahulu.");
    return options.out;
}

int extend_files(const Common& common, const ExtendOptions& options) {
    if (options.files.empty())
        throw Error(Code::usage, "sebutkan berkas yang diperpanjang, atau --due", "extend");
    const workflow::Outside outside = outside_for(common, options.tsa, options.trust);
    const verify::Trust trust = trust_for(common, options.trust);
    int code = 0;
    Json rows = Json::array();
    for (const fs::path& file : options.files) {
        try {
            const fs::path out = target_of(file, options);
            const Instant now = system_clock().now();
            const Bytes longer = workflow::extended(read_file(file), *outside.long_term, trust, now);
            const signing::Protection protection = signing::protection_of(longer);
            write_file(out, longer);
            if (common.json)
                rows.push_back({{"file", file.string()},
                                {"path", out.string()},
                                {"level", named(protection.level)},
                                {"until", to_rfc3339(protection.until)}});
            else
                print(out.string() + ": " + named(protection.level) + ", terjaga sampai " +
                      to_long(date_in(Zone::wita, protection.until)) + "\n");
        } catch (const Error& error) {
            std::vector<Problem> problems = error.problems();
            for (Problem& problem : problems)
                problem.where = file.string() + (problem.where.empty() ? "" : ": " + problem.where);
            complain(problems);
            code = std::max(code, static_cast<int>(error.code()));
        }
    }
    if (common.json) print(dump_json_pretty(rows) + "\n");
    return code;
}

Json to_json(const std::optional<storage::Protection>& protection) {
    if (!protection) return nullptr;
    return {{"level", protection->level}, {"until", to_rfc3339(protection->until)}};
}

int extend_register(const Common& common, const ExtendOptions& options) {
    workflow::Office office = workflow::Office::open(common.office);
    const Zone zone = office.zone();
    workflow::Desk desk(std::move(office), system_clock(), system_random(), ask_secret(common.pin_fd));
    int code = 0;
    Json rows = Json::array();
    const Instant before = system_clock().now() + std::chrono::days(options.within);
    workflow::extend_due(desk, before, [&](const workflow::Renewed& renewed) {
        std::vector<Problem> problems = renewed.problems;
        for (Problem& problem : problems)
            problem.where = renewed.number + (problem.where.empty() ? "" : ": " + problem.where);
        if (!problems.empty()) {
            complain(problems);
            code = std::max(code, static_cast<int>(renewed.code));
        }
        if (common.json)
            rows.push_back({{"number", renewed.number},
                            {"before", to_json(renewed.before)},
                            {"after", to_json(renewed.after)}});
        else if (renewed.after)
            print(renewed.number + ": " + renewed.after->level + ", terjaga sampai " +
                  to_long(date_in(zone, renewed.after->until)) + "\n");
    });
    if (common.json) print(dump_json_pretty(rows) + "\n");
    return code;
}

}  // namespace

int extend(const Common& common, const ExtendOptions& options) {
    if (!options.due) return extend_files(common, options);
    if (common.office.empty())
        throw Error(Code::usage, "--due memerlukan kantor", "--office",
                    "Sebutkan folder kantor, atau isi NASKAH_OFFICE.");
    return extend_register(common, options);
}

}  // namespace naskah::cli
