// /akun: one's own password, phone, sessions and tokens for programs.
#include <algorithm>

#include "core/text.h"
#include "core/totp.h"
#include "generator/qr.h"
#include "service/account_routes.h"
#include "service/moment.h"

namespace naskah::service {

using storage::Account;
using storage::Act;
using Kind = SignIn::Answer::Kind;

namespace {

constexpr int token_days[] = {30, 90, 365};

// A QR code as the path of an SVG whose unit is one module, with the quiet zone of four around it.
Json qr_picture(const std::string& text) {
    const generator::QrCode code = generator::make_qr(text);
    const auto size = static_cast<std::size_t>(code.modules);
    std::string path;
    for (std::size_t row = 0; row < size; ++row)
        for (std::size_t column = 0; column < size; ++column) {
            if (!code.dark[row * size + column]) continue;
            std::size_t end = column;
            while (end < size && code.dark[row * size + end]) ++end;
            path += "M" + std::to_string(column + 4) + " " + std::to_string(row + 4) + "h" +
                    std::to_string(end - column) + "v1h-" + std::to_string(end - column) + "z";
            column = end;
        }
    return {{"sisi", code.modules + 8}, {"garis", path}};
}

// "JBSW Y3DP EHPK 3PXP": to be typed by hand.
std::string in_fours(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i > 0 && i % 4 == 0) out += ' ';
        out += text[i];
    }
    return out;
}

class AccountPages {
public:
    AccountPages(Site& site, std::shared_ptr<Staff> staff)
        : site_(site), staff_(std::move(staff)), sign_in_(*staff_) {}

    Response overview(Visit& visit) {
        const Account account = mine(visit);
        const auto moment = [&](Instant at) { return moment_text(visit.language, zone(), at); };
        Json content = {{"nama", account.name},
                        {"pengguna", account.username},
                        {"jabatan", account.post},
                        {"peran", Json::array()},
                        {"sandi_sejak", moment(account.password_at)},
                        {"ponsel", !account.totp.empty()},
                        {"wajib", needs_totp(account)},
                        {"cadangan_sisa", staff_->accounts().recovery_left(account.username)},
                        {"sesi", Json::array()},
                        {"token", Json::array()},
                        {"lain", false},
                        {"dari_cadangan", visit.request.query.has("cadangan")},
                        {"pesan", message_of(visit)}};
        for (const workflow::Role role : person_of(account).roles)
            content["peran"].push_back(site_.say(visit, role_name(role)));
        for (const auto& session : staff_->sessions().of(account.username, visit.now)) {
            const bool this_one = to_string(session.token) == visit.session->handle;
            if (!this_one) content["lain"] = true;
            content["sesi"].push_back({{"peramban", site_.say(visit, session.agent)},
                                       {"dari", session.from},
                                       {"masuk", moment(session.opened_at)},
                                       {"dipakai", moment(session.seen_at)},
                                       {"ini", this_one}});
        }
        for (const auto& token : staff_->sessions().tokens_of(account.username)) {
            const bool over = token.revoked_at || token.ends_at <= visit.now;
            if (over && visit.now > token.revoked_at.value_or(token.ends_at) + std::chrono::hours(24 * 30))
                continue;
            content["token"].push_back(
                {{"id", token.id},
                 {"label", token.label},
                 {"dibuat", moment(token.made_at)},
                 {"sampai", day_text(visit.language, date_in(zone(), token.ends_at))},
                 {"dipakai", site_.say(visit, token.used_at ? "terakhir dipakai " + moment(*token.used_at)
                                                            : std::string("belum pernah dipakai"))},
                 {"keadaan", site_.say(visit, token.revoked_at ? "Sudah dicabut"
                                              : over           ? "Berakhir"
                                                               : "Berlaku")},
                 {"berlaku", !over}});
        }
        return site_.page(visit, "akun", {.title = "Akun dan keamanan"}, content);
    }

    Response password_form(Visit& visit, Json faults = Json::object(), int status = 200) {
        const Account account = mine(visit);
        Json content = {{"pengguna", account.username},
                        {"sementara", account.must_change},
                        {"galat", !faults.empty()},
                        {"lama_galat", ""},
                        {"baru_galat", ""},
                        {"ulang_galat", ""}};
        for (const auto& [name, value] : faults.items()) content[name + "_galat"] = value;
        return site_.page(visit, "akun-sandi",
                          {.title = faults.empty() ? "Ganti sandi" : "Perlu diperbaiki: Ganti sandi"},
                          content, status);
    }

    Response change_password(Visit& visit) {
        const auto& form = visit.request.form;
        const std::string_view now = form.get("lama"), wanted = form.get("baru"), again = form.get("ulang");
        Json faults = Json::object();
        if (const auto weak = weakness(wanted, visit.someone().username))
            faults["baru"] = site_.say(visit, weak->what + ".") + " " + site_.say(visit, weak->remedy);
        else if (wanted == now)
            faults["baru"] = site_.say(visit, "Sandi baru harus lain dari yang lama.");
        if (wanted != again)
            faults["ulang"] = site_.say(visit, "Kedua sandi baru tidak sama. Ketik ulang keduanya.");
        if (!faults.empty()) return password_form(visit, faults, 422);
        if (const auto refused = not_proved(visit, now))
            return password_form(visit, {{"lama", refused->first}}, refused->second);
        staff_->accounts().set_password(visit.someone().username, staff_->passwords().hash(wanted), false,
                                        act(visit), session_digest(*visit.session));
        return redirect("/akun?selesai=sandi");
    }

    // The phone: begin, or confirm what was begun.
    Response phone(Visit& visit, Json faults = Json::object(), int status = 200) {
        const Account account = mine(visit);
        Json content = {{"terpasang", !account.totp.empty()},
                        {"wajib", needs_totp(account)},
                        {"tanya_sandi", !sign_in_.fresh(*visit.session, visit.now)},
                        {"kode_galat", ""},
                        {"sandi_galat", ""},
                        {"menunggu", false}};
        if (auto secret = staff_->waiting_totp(account)) {
            const std::string issuer =
                "Naskah " + site_.desk()->office().settings().at("singkatan").get<std::string>();
            content["menunggu"] = {{"qr", qr_picture(totp_address(issuer, account.username, *secret))},
                                   {"rahasia", in_fours(to_totp_text(*secret))},
                                   {"nama", issuer + ": " + account.username}};
            wipe(*secret);
        }
        for (const auto& [name, value] : faults.items()) content[name + "_galat"] = value;
        return site_.page(
            visit, "akun-ponsel",
            {.title = faults.empty() ? "Kode dari ponsel" : "Perlu diperbaiki: Kode dari ponsel"}, content,
            status);
    }

    Response begin_phone(Visit& visit) {
        if (const auto refused = not_fresh(visit))
            return phone(visit, {{"sandi", refused->first}}, refused->second);
        Bytes secret = staff_->begin_totp(visit.someone().username);
        wipe(secret);
        return redirect("/akun/ponsel");
    }

    Response confirm_phone(Visit& visit) {
        const auto codes = staff_->confirm_totp(mine(visit), visit.request.form.get("kode"), act(visit),
                                                session_digest(*visit.session));
        if (!codes)
            return phone(
                visit,
                {{"kode",
                  site_.say(visit, "Kode tidak cocok. Periksa jam ponsel, lalu ketik kode yang terbaru.")}},
                422);
        return recovery_page(visit, *codes, true);
    }

    Response new_recovery(Visit& visit) {
        if (mine(visit).totp.empty()) return redirect("/akun/ponsel");
        if (const auto refused = not_fresh(visit))
            return phone(visit, {{"sandi", refused->first}}, refused->second);
        return recovery_page(visit, staff_->renew_recovery(visit.someone().username, act(visit)), false);
    }

    Response remove_phone(Visit& visit) {
        const Account account = mine(visit);
        if (needs_totp(account))
            throw Error(Code::forbidden, "peran Anda memerlukan kode ponsel", "",
                        "Pindahkan ke ponsel lain lewat Pasang ponsel lain.");
        if (const auto refused = not_fresh(visit))
            return phone(visit, {{"sandi", refused->first}}, refused->second);
        staff_->accounts().remove_totp(account.username, act(visit));
        return redirect("/akun?selesai=ponsel-lepas");
    }

    Response end_others(Visit& visit) {
        staff_->sessions().close_others(visit.someone().username, session_digest(*visit.session), act(visit));
        return redirect("/akun?selesai=sesi");
    }

    Response token_form(Visit& visit, Json faults = Json::object(), int status = 200) {
        Json content = {{"label", std::string(visit.request.form.get("label")).substr(0, 100)},
                        {"tanya_sandi", !sign_in_.fresh(*visit.session, visit.now)},
                        {"label_galat", ""},
                        {"sandi_galat", ""},
                        {"lama", Json::array()}};
        for (const int days : token_days)
            content["lama"].push_back({{"hari", std::to_string(days)},
                                       {"kata", site_.say(visit, std::to_string(days) + " hari")},
                                       {"dipilih", days == 90}});
        for (const auto& [name, value] : faults.items()) content[name + "_galat"] = value;
        return site_.page(
            visit, "akun-token",
            {.title = faults.empty() ? "Token program baru" : "Perlu diperbaiki: Token program baru"},
            content, status);
    }

    Response make_token(Visit& visit) {
        const auto& form = visit.request.form;
        const std::string label(form.get("label"));
        if (label.empty() || label.size() > 100 || first_bad_utf8(label) ||
            std::any_of(label.begin(), label.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
            return token_form(
                visit,
                {{"label", site_.say(visit, "Tulis untuk program apa token ini, paling banyak 100 huruf.")}},
                422);
        int days = 90;
        for (const int allowed : token_days)
            if (form.get("lama") == std::to_string(allowed)) days = allowed;
        if (const auto refused = not_fresh(visit))
            return token_form(visit, {{"sandi", refused->first}}, refused->second);
        const std::string token = "naskah_" + service::make_token(staff_->random());
        Bytes id(5);
        staff_->random().fill(id);
        storage::ApiToken made{.id = to_base32(id),
                               .username = visit.someone().username,
                               .label = label,
                               .made_at = visit.now,
                               .ends_at = visit.now + std::chrono::hours(24 * days),
                               .used_at = {},
                               .revoked_at = {}};
        staff_->sessions().make_token(made, digest_of(token), act(visit));
        return site_.page(visit, "akun-token-baru", {.title = "Token sudah dibuat"},
                          {{"token", token},
                           {"label", label},
                           {"sampai", day_text(visit.language, date_in(zone(), made.ends_at))}});
    }

    Response revoke_token(Visit& visit) {
        if (!staff_->sessions().revoke_token(visit.someone().username, visit.names.at("id"), act(visit)))
            return site_.not_found(visit);
        return redirect("/akun?selesai=token");
    }

private:
    Account mine(const Visit& visit) { return staff_->accounts().find(visit.someone().username).value(); }
    Zone zone() const { return site_.desk()->office().zone(); }
    static Act act(const Visit& visit) {
        return {.actor = visit.someone().username, .at = visit.now, .from = visit.request.remote};
    }

    std::string message_of(const Visit& visit) const {
        const std::string_view done = visit.request.query.get("selesai");
        static const std::pair<const char*, const char*> messages[] = {
            {"sandi", "Sandi sudah diganti. Sesi lain akun ini sudah ditutup."},
            {"ponsel-lepas", "Kode ponsel sudah dilepas dari akun ini."},
            {"sesi", "Sesi lain sudah ditutup."},
            {"token", "Token sudah dicabut."}};
        for (const auto& [name, message] : messages)
            if (done == name) return site_.say(visit, message);
        return {};
    }

    // Why the password does not prove that it is they: words and the status; nothing if it does.
    std::optional<std::pair<std::string, int>> not_proved(const Visit& visit, std::string_view password) {
        const auto answer = sign_in_.prove(*visit.session, password, caller_of(visit.request, visit.now));
        if (answer.kind == Kind::whole) return std::nullopt;
        std::string said = answer.kind == Kind::wrong ? site_.say(visit, "Sandi tidak cocok.") : "";
        if (answer.until)
            said +=
                (said.empty() ? "" : " ") +
                site_.say(visit, "Terlalu banyak percobaan. Coba lagi pukul " +
                                     time_in(zone(), std::chrono::ceil<std::chrono::minutes>(*answer.until)) +
                                     ".");
        return std::pair(said, answer.kind == Kind::wrong ? 422 : 429);
    }
    std::optional<std::pair<std::string, int>> not_fresh(const Visit& visit) {
        if (sign_in_.fresh(*visit.session, visit.now)) return std::nullopt;
        return not_proved(visit, visit.request.form.get("sandi"));
    }

    Response recovery_page(const Visit& visit, const std::vector<std::string>& codes, bool phone_set) {
        return site_.page(
            visit, "akun-cadangan", {.title = "Kode cadangan"},
            {{"kode", codes}, {"ponsel_baru", phone_set}, {"pengguna", visit.someone().username}});
    }

    Site& site_;
    std::shared_ptr<Staff> staff_;
    SignIn sign_in_;
};

}  // namespace

void add_account_routes(Service& service, Site& site, std::shared_ptr<Staff> staff) {
    const auto pages = std::make_shared<AccountPages>(site, std::move(staff));
    const auto add = [&](const char* method, const char* pattern, Response (AccountPages::*act)(Visit&)) {
        // Those that change something may ask for the password, which takes long to check.
        service.router().add({.method = method,
                              .pattern = pattern,
                              .access = Access::signed_in(),
                              .handler = [pages, act](Visit& visit) { return (*pages.*act)(visit); },
                              .heavy = std::string_view(method) == "POST"});
    };
    add("GET", "/akun", &AccountPages::overview);
    service.router().add({"GET", "/akun/sandi", Access::signed_in(),
                          [pages](Visit& visit) { return pages->password_form(visit); }});
    add("POST", "/akun/sandi", &AccountPages::change_password);
    service.router().add(
        {"GET", "/akun/ponsel", Access::signed_in(), [pages](Visit& visit) { return pages->phone(visit); }});
    add("POST", "/akun/ponsel", &AccountPages::confirm_phone);
    add("POST", "/akun/ponsel/mulai", &AccountPages::begin_phone);
    add("POST", "/akun/ponsel/cadangan", &AccountPages::new_recovery);
    add("POST", "/akun/ponsel/lepas", &AccountPages::remove_phone);
    add("POST", "/akun/sesi/tutup", &AccountPages::end_others);
    service.router().add({"GET", "/akun/token", Access::signed_in(),
                          [pages](Visit& visit) { return pages->token_form(visit); }});
    add("POST", "/akun/token", &AccountPages::make_token);
    add("POST", "/akun/token/{id}/cabut", &AccountPages::revoke_token);
}

}  // namespace naskah::service
