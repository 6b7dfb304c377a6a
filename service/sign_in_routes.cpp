// /masuk, /masuk/kode, /keluar, /beranda.
#include "service/account_routes.h"
#include "service/moment.h"

namespace naskah::service {

using workflow::Role;
using Kind = SignIn::Answer::Kind;

namespace {

// After signing in: where one was, but never round in a circle.
std::string destination(std::string_view asked) {
    const std::string place = local_address(asked, "/beranda");
    for (const char* no : {"/masuk", "/keluar", "/api/"})
        if (place.starts_with(no)) return "/beranda";
    return place;
}

std::string with_destination(const std::string& address, const std::string& to) {
    return to == "/beranda" ? address : address + "?ke=" + encode_percent(to);
}

class SignInPages {
public:
    SignInPages(Site& site, std::shared_ptr<Staff> staff)
        : site_(site), staff_(std::move(staff)), sign_in_(*staff_) {}

    std::optional<Session> recognise(const Request& request, Instant now) {
        return sign_in_.recognise(request, now);
    }

    Response ask(Visit& visit) {
        const std::string to = destination(visit.request.query.get("ke"));
        if (visit.session) return redirect(to);
        return password_page(visit, {{"ke", to},
                                     {"keluar", visit.request.query.has("keluar")},
                                     {"habis", visit.request.query.has("habis")}});
    }

    Response take_password(Visit& visit) {
        const Request& request = visit.request;
        const std::string to = destination(request.form.get("ke"));
        const std::string_view name = request.form.get("nama"), password = request.form.get("sandi");
        if (name.empty() || password.empty())
            return password_page(visit,
                                 {{"ke", to},
                                  {"nama", std::string(name).substr(0, 100)},
                                  {"galat", site_.say(visit, "Isi nama pengguna dan sandi.")}},
                                 422);
        const auto answer = sign_in_.password(name, password, caller_of(request, visit.now));
        switch (answer.kind) {
            case Kind::whole: return signed_in(visit, answer, to);
            case Kind::code_wanted:
                return redirect(with_destination("/masuk/kode", to))
                    .with("Set-Cookie",
                          set_cookie(request, half_cookie(request), answer.token, storage::half_longest));
            default: break;
        }
        Json content = {{"ke", to}, {"nama", std::string(name).substr(0, 100)}};
        if (answer.kind == Kind::wrong)
            content["galat"] =
                site_.say(visit, "Nama pengguna atau sandi tidak cocok.") + waiting(visit, answer);
        else
            content["tunggu"] = waiting(visit, answer);
        return refusal(password_page(visit, std::move(content), answer.kind == Kind::wrong ? 422 : 429),
                       visit, answer);
    }

    Response ask_code(Visit& visit) {
        const std::string to = destination(visit.request.query.get("ke"));
        if (visit.session) return redirect(to);
        if (!sign_in_.waiting_for_code(half_of(visit.request), visit.now))
            return redirect(with_destination("/masuk", to));
        return code_page(visit, {{"ke", to}, {"cadangan", visit.request.query.has("cadangan")}});
    }

    Response take_code(Visit& visit) {
        const Request& request = visit.request;
        const std::string to = destination(request.form.get("ke"));
        const bool recovery = !request.form.get("cadangan").empty();
        const auto answer = sign_in_.code(half_of(request), request.form.get("kode"), recovery,
                                          caller_of(request, visit.now));
        if (answer.kind == Kind::whole)
            return signed_in(visit, answer, recovery ? "/akun?cadangan" : to)
                .with("Set-Cookie", set_cookie(request, half_cookie(request), "", std::chrono::seconds(-1)));
        if (answer.kind == Kind::over)
            return redirect(with_destination("/masuk", to) + (to == "/beranda" ? "?" : "&") + "habis=1")
                .with("Set-Cookie", set_cookie(request, half_cookie(request), "", std::chrono::seconds(-1)));
        Json content = {{"ke", to}, {"cadangan", recovery}};
        if (answer.kind == Kind::wait)
            content["galat"] = waiting(visit, answer);
        else
            content["galat"] =
                site_.say(visit,
                          recovery
                              ? "Kode cadangan tidak cocok atau sudah dipakai. Setiap kode berlaku satu kali."
                              : "Kode tidak cocok. Kode berganti setiap 30 detik; pakai yang terbaru.") +
                " " + site_.say(visit, "Masih ada " + std::to_string(answer.left) + " kesempatan.");
        return refusal(code_page(visit, std::move(content), answer.kind == Kind::wrong ? 422 : 429), visit,
                       answer);
    }

    Response leave(Visit& visit) {
        const Request& request = visit.request;
        if (visit.session && !visit.session->by_token)
            staff_->sessions().close(
                session_digest(*visit.session),
                {.actor = visit.someone().username, .at = visit.now, .from = request.remote});
        return redirect("/masuk?keluar=1")
            .with("Set-Cookie", set_cookie(request, session_cookie(request), "", std::chrono::seconds(-1)))
            .with("Clear-Site-Data", "\"cache\", \"storage\"");
    }

    static Response home(Visit& visit) {
        static const std::pair<Role, const char*> homes[] = {{Role::kadis, "/antrean"},
                                                             {Role::pemeriksa, "/pemeriksaan"},
                                                             {Role::staf, "/surat"},
                                                             {Role::tata_usaha, "/agenda"},
                                                             {Role::admin, "/pengaturan"}};
        for (const auto& [role, address] : homes)
            if (visit.someone().is(role)) return redirect(address);
        return redirect("/akun");
    }

private:
    static std::string half_of(const Request& request) {
        return std::string(request.cookies.get(half_cookie(request)));
    }

    // Nothing, or until when the next attempt has to wait.
    std::string waiting(const Visit& visit, const SignIn::Answer& answer) const {
        if (!answer.until) return {};
        const std::string clock = time_in(site_.desk()->office().zone(), round_up(*answer.until));
        return (answer.kind == Kind::wrong ? " " : "") +
               site_.say(visit, "Terlalu banyak percobaan. Coba lagi pukul " + clock + ".");
    }
    // "pukul 10.42" must not be too early.
    static Instant round_up(Instant until) { return std::chrono::ceil<std::chrono::minutes>(until); }

    Response refusal(Response response, const Visit& visit, const SignIn::Answer& answer) const {
        site_.metrics().count(answer.kind == Kind::wait ? Event::sign_in_locked : Event::sign_in_failed);
        if (answer.until && answer.kind == Kind::wait)
            response.with(
                "Retry-After",
                std::to_string(std::chrono::ceil<std::chrono::seconds>(*answer.until - visit.now).count()));
        return response;
    }

    Response signed_in(const Visit& visit, const SignIn::Answer& answer, const std::string& to) const {
        const Request& request = visit.request;
        return redirect(to)
            .with("Set-Cookie", set_cookie(request, session_cookie(request), answer.token))
            .with("Set-Cookie",
                  set_cookie(request, device_cookie(request), answer.device, storage::device_longest));
    }

    Response password_page(const Visit& visit, Json content, int status = 200) const {
        const Json blank = {{"nama", ""}, {"galat", ""}, {"tunggu", ""}, {"keluar", false}, {"habis", false}};
        for (const auto& [name, value] : blank.items())
            if (!content.contains(name)) content[name] = value;
        return site_.page(visit, "masuk",
                          {.title = status == 200 ? "Masuk petugas" : "Perlu diperbaiki: Masuk petugas"},
                          content, status);
    }
    Response code_page(const Visit& visit, Json content, int status = 200) const {
        if (!content.contains("galat")) content["galat"] = "";
        // The other way to prove it is they, with the same place to go to.
        const std::string to = content.at("ke").get<std::string>();
        content["lain"] = with_destination("/masuk/kode", to);
        if (!content.at("cadangan").get<bool>())
            content["lain"] =
                with_destination("/masuk/kode", to) + (to == "/beranda" ? "?" : "&") + "cadangan=1";
        return site_.page(visit, "masuk-kode",
                          {.title = status == 200 ? "Kode masuk" : "Perlu diperbaiki: Kode masuk"}, content,
                          status);
    }

    Site& site_;
    std::shared_ptr<Staff> staff_;
    SignIn sign_in_;
};

}  // namespace

void add_sign_in_routes(Service& service, Site& site, std::shared_ptr<Staff> staff) {
    const auto pages = std::make_shared<SignInPages>(site, std::move(staff));
    service.recognise_by(
        [pages](const Request& request, Instant now) { return pages->recognise(request, now); });
    Router& router = service.router();
    router.add({"GET", "/masuk", Access::anyone(), [pages](Visit& visit) { return pages->ask(visit); }});
    // A password takes long to check, on purpose: on threads that pages do not use.
    router.add({.method = "POST",
                .pattern = "/masuk",
                .access = Access::anyone(),
                .handler = [pages](Visit& visit) { return pages->take_password(visit); },
                .heavy = true});
    router.add(
        {"GET", "/masuk/kode", Access::anyone(), [pages](Visit& visit) { return pages->ask_code(visit); }});
    router.add(
        {"POST", "/masuk/kode", Access::anyone(), [pages](Visit& visit) { return pages->take_code(visit); }});
    router.add({"POST", "/keluar", Access::anyone(), [pages](Visit& visit) { return pages->leave(visit); }});
    router.add({"GET", "/beranda", Access::signed_in(), SignInPages::home});
}

}  // namespace naskah::service
