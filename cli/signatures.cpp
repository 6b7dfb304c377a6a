// sign, verify.
#include <algorithm>

#include "cli/commands.h"
#include "cli/foreign_pdf.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "service/file_checker.h"
#include "verify/report_text.h"
#include "workflow/agenda.h"
#include "workflow/issue.h"
#include "workflow/keys.h"
#include "workflow/protection.h"
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

}  // namespace

int sign(const Common& common, const SignOptions& options) {
    const auto level = signing::parse_level(options.level);
    if (!level)
        throw Error(Code::usage, "tingkat " + options.level + " tidak dikenal", "--level",
                    "Pakai b, t, lt, atau lta.");
    const Bytes pdf = signable(read_file(options.in));
    const bool by_token = !options.module.empty();
    if ((options.p12.empty() ? 0 : 1) + (by_token ? 1 : 0) + (options.key.empty() ? 0 : 1) != 1)
        throw Error(Code::usage, "sebutkan satu kunci saja", "naskah sign",
                    "--p12 BERKAS, --pkcs11 MODUL --token LABEL, atau --key NAMA dari office.json.");
    if (by_token && options.token.empty())
        throw Error(Code::usage, "token mana?", "--token", "Sebutkan labelnya: --token LABEL.");
    const auto ask = ask_secret(common.pin_fd);
    workflow::Outside outside;  // above B-B
    if (*level != signing::Level::b) outside = outside_for(common, options.tsa, options.trust);
    std::optional<workflow::Office> office;
    std::unique_ptr<signing::DocumentSigner> signer;
    if (!options.key.empty()) {
        if (common.office.empty())
            throw Error(Code::usage, "folder kantor belum disebut", "", "Tambahkan --office FOLDER.");
        office = workflow::Office::open(common.office);
        const std::shared_ptr<Web> web = workflow::make_web(office->tls_authorities());
        signer = workflow::open_signer(*office, options.key,
                                       workflow::without_asking_in_a_demo(*office, options.key, ask), web,
                                       outside.long_term.get());
    } else {
        signer = signing::make_document_signer(
            by_token ? workflow::open_token(options.module, options.token, options.object,
                                            options.certificate, ask)
                     : workflow::open_key_file(options.p12, ask),
            outside.long_term.get());
    }
    const Instant now = system_clock().now();
    if (signer->chain()) signing::check_certificate(*signer->chain(), now);
    signing::Options how;
    how.certify = options.certify;
    how.field = options.field;
    how.reason = options.reason;
    how.location = options.location;
    how.locked = options.lock;
    how.last = options.last;
    if (!signer->chain() && (how.last || !how.locked.empty()))
        throw Error(Code::usage, "layanan yang menandatangani seluruh berkas tidak dapat menguncinya",
                    how.last ? "--last" : "--lock", "Pakai kunci lain, atau tanda tangani tanpa mengunci.");
    const bool by_service = !signer->service().empty();
    if (!by_service) how.level = *level;
    signing::Trail trail;
    signer->make_ready();
    Bytes signed_pdf = signer->sign(pdf, how, now, trail);
    std::string who = signer->chain() ? signer->chain()->signer().common_name : std::string();
    if (by_service) {
        if (who.empty()) who = workflow::expected_signer(*office, options.key);
        if (const auto why = workflow::unfit(pdf, signed_pdf, workflow::expected_signer(*office, options.key),
                                             trust_for(common, options.trust), system_clock().now()))
            throw Error(Code::data, *why, options.in.string(), "Berkas hasil tidak ditulis.");
        if (outside.long_term) signed_pdf = signing::raise(signed_pdf, *level, *outside.long_term, now);
    }
    write_file(options.out, signed_pdf);
    print(options.out.string() + ": ditandatangani oleh " + who + ", tingkat " +
          signing::baseline_name(signing::protection_of(signed_pdf).level) + "\n");
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
                                {"level", signing::baseline_name(protection.level)},
                                {"until", to_rfc3339(protection.until)}});
            else
                print(out.string() + ": " + signing::baseline_name(protection.level) + ", terjaga sampai " +
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
        // Two weeks before the end somebody has to talk to the authority.
        if (renewed.waiting && renewed.before->until < system_clock().now() + std::chrono::days(14)) {
            complain({{"otoritas waktu belum memberi bukti yang lebih lama daripada yang ada", renewed.number,
                       "Pakai otoritas waktu yang sertifikatnya lebih lama berlaku."}});
            code = std::max(code, static_cast<int>(Code::outside));
        }
        if (common.json)
            rows.push_back({{"number", renewed.number},
                            {"waiting", renewed.waiting},
                            {"before", to_json(renewed.before)},
                            {"after", to_json(renewed.after)}});
        else if (renewed.waiting)
            print(renewed.number + ": " + renewed.before->level + ", terjaga sampai " +
                  to_long(date_in(zone, renewed.before->until)) +
                  "; menunggu sertifikat otoritas waktu yang lebih lama berlaku\n");
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
