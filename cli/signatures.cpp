// sign, verify.
#include <algorithm>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "workflow/agenda.h"
#include "workflow/issue.h"
#include "workflow/keys.h"
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

int sign(const Common& common, const SignOptions& options) {
    if (options.level != "b")
        throw Error(
            Code::usage, "tingkat " + options.level + " belum tersedia", "--level",
            "Pakai --level b. Tanda tangan tidak dibuat dengan tingkat yang lebih rendah dari yang diminta.");
    const Bytes pdf = read_file(options.in);
    const bool by_token = !options.module.empty();
    if ((options.p12.empty() ? 0 : 1) + (by_token ? 1 : 0) + (options.key.empty() ? 0 : 1) != 1)
        throw Error(Code::usage, "sebutkan satu kunci saja", "naskah sign",
                    "--p12 BERKAS, --pkcs11 MODUL --token LABEL, atau --key NAMA dari office.json.");
    if (by_token && options.token.empty())
        throw Error(Code::usage, "token mana?", "--token", "Sebutkan labelnya: --token LABEL.");
    const auto ask = ask_secret(common.pin_fd);
    std::optional<workflow::Office> office;
    std::unique_ptr<signing::DocumentSigner> signer;
    if (!options.key.empty()) {
        if (common.office.empty())
            throw Error(Code::usage, "folder kantor belum disebut", "", "Tambahkan --office FOLDER.");
        office = workflow::Office::open(common.office);
        const std::shared_ptr<Web> web = workflow::make_web(office->tls_authorities());
        signer = workflow::open_signer(*office, options.key,
                                       workflow::without_asking_in_a_demo(*office, options.key, ask), web);
    } else {
        signer = signing::make_document_signer(by_token ? workflow::open_token(options.module, options.token,
                                                                               options.object,
                                                                               options.certificate, ask)
                                                        : workflow::open_key_file(options.p12, ask));
    }
    const Instant now = system_clock().now();
    if (signer->chain()) signing::check_certificate(*signer->chain(), now);
    signing::Options how;
    how.certify = options.certify;
    signing::Trail trail;
    signer->make_ready();
    const Bytes signed_pdf = signer->sign(pdf, how, now, trail);
    std::string who = signer->chain() ? signer->chain()->signer().common_name : std::string();
    if (!signer->service().empty()) {
        if (who.empty()) who = workflow::expected_signer(*office, options.key);
        if (const auto why = workflow::unfit(pdf, signed_pdf, workflow::expected_signer(*office, options.key),
                                             office->trust(), system_clock().now()))
            throw Error(Code::data, *why, options.in.string(), "Berkas hasil tidak ditulis.");
    }
    write_file(options.out, signed_pdf);
    print(options.out.string() + ": ditandatangani oleh " + who + "\n");
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

}  // namespace naskah::cli
