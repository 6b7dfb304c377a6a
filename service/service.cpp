#include "service/service.h"

#include <algorithm>

#include "core/text.h"
#include "service/sign_in.h"

namespace naskah::service {
namespace {

bool changes_something(const std::string& method) {
    return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

// RFC 9110 12.5.4: of the two languages that we speak, the one with the higher weight; the first of equals.
bool prefers_english(std::string_view wanted) {
    int best = 0;
    bool english = false;
    while (!wanted.empty()) {
        const std::string_view item = wanted.substr(0, wanted.find(','));
        wanted.remove_prefix(std::min(item.size() + 1, wanted.size()));
        const std::string range = trim(item.substr(0, item.find(';')));
        int weight = 1000;  // thousandths
        if (const std::size_t at = item.find("q="); at != std::string_view::npos) {
            std::string digits(item.substr(at + 2, 5));
            std::erase(digits, '.');
            digits.resize(4, '0');
            weight = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })
                         ? std::stoi(digits)
                         : 0;
        }
        const bool is_english = range == "en" || range.starts_with("en-");
        if (weight > best && (is_english || range == "id" || range.starts_with("id-"))) {
            best = weight;
            english = is_english;
        }
    }
    return english;
}

Language language_of(const Request& request, bool api) {
    if (const std::string_view chosen = request.cookies.get("bahasa"); !chosen.empty())
        return chosen == "en" ? Language::english : Language::indonesian;
    // Pages are Indonesian until somebody chooses; programs say what they want.
    if (api && prefers_english(request.header("accept-language"))) return Language::english;
    return Language::indonesian;
}

// Browsers say where a request comes from. What another site makes a browser send is refused.
bool from_elsewhere(const Request& request) {
    const std::string_view site = request.header("sec-fetch-site");
    if (!site.empty()) return site != "same-origin" && site != "none";
    const std::string_view origin = request.header("origin");
    if (origin.empty()) return false;
    const std::size_t slashes = origin.find("//");
    return slashes == std::string_view::npos || origin.substr(slashes + 2) != request.header("host");
}

bool same_secret(std::string_view a, std::string_view b) {
    unsigned char differ = a.size() == b.size() && !a.empty() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        differ = static_cast<unsigned char>(differ | (a[i] ^ b[i]));
    return differ == 0;
}

void add_header_once(Response& response, const char* name, const char* value) {
    for (const auto& [there, ignored] : response.headers)
        if (there == name) return;
    response.headers.emplace_back(name, value);
}

// OWASP's list for pages that run no script of others and stand in no frame of others.
void harden(Response& response) {
    add_header_once(response, "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
                    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    add_header_once(response, "X-Content-Type-Options", "nosniff");
    add_header_once(response, "X-Frame-Options", "DENY");
    add_header_once(response, "Referrer-Policy", "same-origin");
    add_header_once(response, "Cross-Origin-Opener-Policy", "same-origin");
    add_header_once(response, "Cross-Origin-Resource-Policy", "same-origin");
    add_header_once(response, "Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
    add_header_once(response, "Cache-Control", "no-store");
}

// Where somebody goes on after signing in: the page that they asked for, or the one that their form stood in.
std::string place_of(const Request& request) {
    if (request.method == "GET") {
        std::string address = request.path;
        for (const auto& [name, value] : request.query.all)
            address += (address.size() == request.path.size() ? "?" : "&") + encode_percent(name) + "=" +
                       encode_percent(value);
        return local_address(address, "/beranda");
    }
    std::string_view from = request.header("referer");
    const std::size_t slashes = from.find("//");
    if (slashes == std::string_view::npos) return "/beranda";
    from.remove_prefix(slashes + 2);
    const std::string_view host = request.header("host");
    if (host.empty() || !from.starts_with(host)) return "/beranda";
    from.remove_prefix(host.size());
    return local_address(from, "/beranda");
}

// Says what is safe before it asks for anything.
Response must_sign_in(const Site& site, const Visit& visit) {
    const Request& request = visit.request;
    const bool ended = !request.cookies.get(session_cookie(request)).empty();
    const std::string place = place_of(request);
    return site.page(visit, "galat-sesi", {.title = ended ? "Silakan masuk lagi" : "Silakan masuk"},
                     {{"berakhir", ended},
                      {"mengirim", changes_something(request.method)},
                      {"masuk", "/masuk" + (place == "/beranda" ? "" : "?ke=" + encode_percent(place))}},
                     401);
}

// What did not become a request, in words for whoever sent it.
Trouble refused(int status) {
    Trouble said{.status = status,
                 .title = "Permintaan ini tidak dapat dipahami",
                 .what =
                     "Tidak ada yang berubah. Kiriman dari peramban atau program Anda tidak lengkap atau "
                     "tidak dikenal.",
                 .advice = {"Muat ulang halamannya, lalu coba lagi."}};
    switch (status) {
        case 408:
            said.icon = "tunggu";
            said.title = "Kiriman Anda terlalu lama di jalan";
            said.what = "Sambungan terputus sebelum semuanya sampai. Tidak ada yang berubah.";
            said.advice = {"Periksa jaringan Anda, lalu kirim lagi."};
            break;
        case 413:
            said.title = "Kiriman ini terlalu besar";
            said.what = "Berkas paling besar 20 MB dan isian paling besar 4 MB. Tidak ada yang berubah.";
            said.advice = {"Pilih berkas yang lebih kecil: surat asli dari kami jauh di bawah 20 MB."};
            break;
        case 414:
        case 431: said.title = "Alamat atau keterangan permintaan ini terlalu panjang"; break;
        case 415: said.title = "Kiriman dalam bentuk ini tidak diterima"; break;
        case 501: said.title = "Permintaan semacam ini tidak dikenal"; break;
        case 503:
            said.icon = "tunggu";
            said.title = "Layanan sedang sangat sibuk";
            said.what = "Terlalu banyak kiriman yang menunggu. Kiriman Anda belum diproses.";
            said.advice = {"Tunggu sebentar, lalu kirim lagi."};
            break;
        default: break;
    }
    return said;
}

}  // namespace

std::string known_method(const std::string& method) {
    for (const char* known : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"})
        if (method == known) return known;
    return "-";
}

Service::Service(Site& site) : site_(site) {}

bool Service::may_watch(const Request& request) const {
    return request.remote.starts_with("127.") || request.remote == "::1" ||
           std::find(watchers_.begin(), watchers_.end(), request.remote) != watchers_.end();
}

Response Service::handle(const Request& request) noexcept {
    return observed(request, [this](Visit& visit, Observation& seen) { return answer(visit, seen); });
}

Response Service::refuse(const Request& request, const Refusal& refusal) noexcept {
    return observed(request, [&](Visit& visit, Observation& seen) {
        seen.refusal = refusal.reason;
        Response response = turn_away(visit, refused(refusal.status));
        if (refusal.status == 503) response.with("Retry-After", "5");
        return response;
    });
}

Response Service::observed(const Request& request,
                           const std::function<Response(Visit&, Observation&)>& answer) noexcept {
    const auto start = std::chrono::steady_clock::now();
    Response response;
    Observation seen{.request = request, .response = response, .pattern = "-", .error = {}, .refusal = {}};
    try {
        Visit visit{.request = request, .now = site_.clock().now(), .session = {}, .names = {}};
        visit.language = language_of(request, request.path.starts_with("/api/"));
        response = answer(visit, seen);
        harden(response);
        response.with("X-Request-ID", request.request_id);
        seen.took =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
        seen.person = visit.person();
        for (const Observe& observe : observers_) observe(seen);
    } catch (...) {  // not even a page could be made
        response = {};
        response.status = 500;
        response.type = "text/plain; charset=utf-8";
        response.body = "Terjadi kesalahan di pihak kami. Coba lagi sebentar lagi.\n";
    }
    return response;
}

// A page for people, a problem for programs.
Response Service::turn_away(const Visit& visit, const Trouble& trouble) const {
    if (visit.request.path.starts_with("/api/"))
        return site_.problem(visit, trouble.status, trouble.title, {{trouble.what, "", ""}});
    return site_.trouble(visit, trouble);
}

Response Service::answer(Visit& visit, Observation& seen) {
    const Request& request = visit.request;
    const Router::Match match = router_.find(request.method, request.path);
    const bool api = request.path.starts_with("/api/");
    try {
        if (known_method(request.method) == "-") return turn_away(visit, refused(501));
        if (request.method == "OPTIONS" && (!match.methods.empty() || request.path == "*")) {
            Response response;
            response.status = 204;
            return response.with("Allow",
                                 match.methods.empty() ? "GET, HEAD, POST" : match.methods + ", OPTIONS");
        }
        if (request.path.starts_with("/aset/") && !changes_something(request.method)) {
            seen.pattern = "/aset";
            return site_.pages().asset(request);
        }
        if (recognise_) visit.session = recognise_(request, visit.now);
        if (!match.route && !match.methods.empty())
            return turn_away(visit, {.status = 405,
                                     .title = "Halaman ini tidak dapat dipakai begitu",
                                     .what = "Alamatnya benar, tetapi permintaannya tidak dikenal di sini.",
                                     .advice = {"Kembali ke halaman sebelumnya dan pakai tombol di sana."},
                                     .problems = {}})
                .with("Allow", match.methods + ", OPTIONS");
        if (!match.route)
            return api ? site_.problem(visit, 404, "Alamat ini tidak ada") : site_.not_found(visit);
        seen.pattern = match.route->pattern;
        return admit(visit, match);
    } catch (const Error& error) {
        if (error.code() == Code::internal) seen.error = error.what();
        return site_.failure(visit, error, api);
    } catch (const std::exception& error) {
        seen.error = error.what();
        return site_.failure(visit, Error(Code::internal, "kesalahan di dalam"), api);
    }
}

Response Service::admit(Visit& visit, const Router::Match& match) {
    const Request& request = visit.request;
    const Route& route = *match.route;
    visit.names = match.names;
    if (route.access.kind == Access::Kind::watchers)
        return may_watch(request) ? route.handler(visit) : site_.not_found(visit);
    if (changes_something(request.method) && from_elsewhere(request))
        throw Error(Code::forbidden, "permintaan ini datang dari situs lain", "",
                    "Buka halamannya langsung di alamat resmi kami.");
    // A password that was given, a phone that is not set up: that comes first.
    if (visit.session && !visit.session->must_first.empty() && route.access.kind != Access::Kind::anyone &&
        !request.path.starts_with(visit.session->must_first)) {
        if (!route.api() && !changes_something(request.method)) return redirect(visit.session->must_first);
        throw Error(Code::forbidden, "akun ini belum siap dipakai", "",
                    "Ganti sandi sementara dan pasang kode ponsel di halaman Akun lebih dahulu.");
    }
    if (!route.access.allows(visit.person())) {
        if (!visit.session) {
            if (!route.api()) return must_sign_in(site_, visit);
            return site_.problem(visit, 401, "Anda perlu masuk lagi").with("WWW-Authenticate", "Bearer");
        }
        throw Error(Code::forbidden, "peran Anda tidak mencakup halaman ini", "",
                    "Mintalah kepada rekan yang berwenang.");
    }
    if (changes_something(request.method) && visit.session && !visit.session->by_token) {
        std::string_view token = request.header("x-csrf-token");
        if (token.empty()) token = request.form.get("csrf");
        if (!same_secret(token, visit.session->csrf))
            throw Error(Code::forbidden, "formulir ini sudah terlalu lama terbuka", "",
                        "Muat ulang halamannya, lalu kirim lagi.");
    }
    return route.handler(visit);
}

}  // namespace naskah::service
