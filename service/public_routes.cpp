// What anyone may see without an account: checking a letter by its code, a photo of it, or a PDF.
#include <algorithm>

#include "core/text.h"
#include "service/checking.h"
#include "service/child.h"
#include "service/code_text.h"
#include "service/result_page.h"
#include "service/service.h"

namespace naskah::service {
namespace {

using workflow::Answer;

// Everything that the public pages share; one for a service.
class PublicDesk {
public:
    PublicDesk(Site& site, std::shared_ptr<Checking> checking)
        : site_(site), checking_(std::move(checking)) {}

    Response start(Visit& visit) const { return check_page(visit, "", "", "", 200); }

    Response by_code(Visit& visit) {
        const std::string& typed = visit.names.at("kode");
        const auto id = parse_letter_id(typed);
        if (!id) return check_page(visit, "kode", code_flaw(typed), typed, 404);
        const auto desk = site_.desk();
        const auto outcome = checking_->check.by_code(*desk, *id, visit.now);
        if (outcome.answer == Answer::unregistered &&
            !checking_->unknown_codes.take(visit.request.remote, visit.now))
            return too_often(visit, checking_->unknown_codes.interval());
        return result(visit, *desk, outcome, id);
    }

    Response picture(Visit& visit) {
        const auto letter = public_letter(visit);
        if (!letter) return site_.not_found(visit);
        const auto desk = site_.desk();
        const auto drawn = site_.pictures().of(*letter->sha256, 1, [&] { return pdf_of(*desk, *letter); });
        Response response;
        response.type = "image/png";
        response.body = std::string(as_text(*drawn));
        return response.with("Cache-Control", "private, max-age=600");
    }

    Response file(Visit& visit) {
        const auto letter = public_letter(visit);
        if (!letter) return site_.not_found(visit);
        const auto desk = site_.desk();
        const Bytes pdf = pdf_of(*desk, *letter);
        return download(std::string(as_text(pdf)), "application/pdf", letter->number + ".pdf");
    }

    Response typed(Visit& visit) {
        const std::string text(visit.request.form.get("kode"));
        const CodeText read = read_code_text(text, address());
        if (read.kind == CodeText::Kind::other && read.host.empty())
            return check_page(visit, "kode", code_flaw(text), text.substr(0, 300), 422);
        return follow(visit, {text});
    }

    Response scanned(Visit& visit) { return follow(visit, {std::string(visit.request.form.get("teks"))}); }

    Response uploaded(Visit& visit) {
        const Request& request = visit.request;
        const Upload* upload = nullptr;
        std::string field = "pdf";
        for (const Upload& one : request.uploads) {
            if (one.field == "foto") field = "foto";
            if (!one.content.empty() && !upload) upload = &one;
        }
        if (!upload)
            return check_page(
                visit, field,
                field == "foto" ? "Belum ada foto yang dipilih." : "Belum ada berkas yang dipilih.", "", 422);
        field = upload->field == "foto" ? "foto" : "pdf";
        if (upload->content.size() > Checking::most_bytes)
            return check_page(visit, field,
                              "Berkas ini lebih besar dari 20 MB. Pilih berkas lain, atau ketik kode "
                              "di bawah QR.",
                              "", 413);
        if (!checking_->uploads.take(request.remote, visit.now))
            return too_often(visit, checking_->uploads.interval());
        // ISO 32000-1 annex H: readers find the head in the first 1024 bytes.
        const bool is_pdf =
            std::string_view(upload->content).substr(0, 1024).find("%PDF-") != std::string::npos;
        std::optional<Response> response;
        const bool done = checking_->lane.run([&] {
            response = is_pdf ? check_file(visit, as_bytes(upload->content))
                              : check_photo(visit, as_bytes(upload->content), field);
        });
        site_.metrics().count(done ? Event::upload_checked : Event::upload_turned_away);
        if (!done) return busy(visit);
        return *std::move(response);
    }

    Response text_page(const Visit& visit, const std::string& name, const std::string& title) const {
        return site_.page(visit, name, {.title = title, .section = {}, .scripts = {}},
                          {{"kontak", contact_of(site_.desk()->office())}});
    }

private:
    std::string address() const {
        return site_.desk()->office().settings().at("alamat_publik").get<std::string>();
    }

    // The page where checking starts, with what was wrong at the field of that name.
    Response check_page(const Visit& visit, const std::string& field, const std::string& flaw,
                        const std::string& typed, int status) const {
        const auto desk = site_.desk();
        const Json contact = contact_of(desk->office());
        const std::string official = contact.at("resmi").get<std::string>();
        const std::size_t last_dot = std::min(official.rfind('.'), official.size());
        const std::string said = flaw.empty() ? "" : site_.say(visit, flaw);
        Json content = {
            {"kontak", contact},
            {"kode", visible(typed)},
            {"pembaca", site_.pages().has_asset("vendor/zxing-reader.js") &&
                            site_.pages().has_asset("vendor/zxing-reader.wasm")},
            {"tiruan",
             {{"alike", official.substr(0, last_dot)}, {"differs", "-resmi" + official.substr(last_dot)}}},
            {"galat_kode", ""},
            {"galat_pdf", ""},
            {"galat_foto", ""},
            {"galat", Json()}};
        if (!field.empty()) {
            content["galat_" + field] = said;
            content["galat"] = {{"bidang", field}, {"apa", said}};
        }
        Response response =
            site_.page(visit, "periksa",
                       {.title = field.empty() ? "Periksa keaslian surat" : "Perlu diperbaiki: periksa surat",
                        .section = {},
                        .scripts = {"periksa.js"}},
                       content, status);
        // The QR reader is WebAssembly; nothing else on any page needs more than the usual policy.
        return response.with(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src "
            "'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'");
    }

    Response result(const Visit& visit, workflow::Desk& desk, const PublicCheck::Outcome& outcome,
                    const std::optional<LetterId>& id) const {
        Json content = result_content(site_, visit, desk.office(), outcome, id);
        content["kata"] = site_.say(visit, content.at("kata").get<std::string>());
        const bool silent = !outcome.evidence.register_answered;
        const bool absent = !outcome.evidence.file && outcome.answer == Answer::unregistered;
        Response response = site_.page(
            visit, "hasil",
            {.title = content.at("kata").get<std::string>() + ": " + site_.say(visit, "hasil pemeriksaan"),
             .section = {},
             .scripts = {}},
            content,
            silent   ? 503
            : absent ? 404
                     : 200);
        if (silent) response.with("Retry-After", "60");
        return response.with("X-Robots-Tag", "noindex");
    }

    Response check_file(const Visit& visit, BytesView pdf) {
        const auto desk = site_.desk();
        return result(visit, *desk, checking_->check.by_file(*desk, pdf, visit.now), {});
    }

    // Read by a child of ours: a picture can be made so that a reader of QR codes never ends.
    Response check_photo(Visit& visit, BytesView picture, const std::string& field) {
        const bool is_picture =
            as_text(picture).starts_with("\x89PNG") || as_text(picture).starts_with("\xFF\xD8\xFF");
        if (!is_picture)
            return check_page(visit, field,
                              field == "pdf"
                                  ? "Berkas ini bukan PDF. Pilih berkas PDF yang Anda terima, atau ketik "
                                    "kode di bawah QR."
                                  : "Berkas ini bukan foto PNG atau JPEG. Pilih fotonya, atau ketik kode "
                                    "di bawah QR.",
                              "", 422);
        const auto output = run_child({own_command().string(), "read-qr"}, picture,
                                      {.patience = std::chrono::seconds(10),
                                       .cpu_seconds = 2,
                                       .memory = 400u << 20,
                                       .output = 64u << 10});
        const Json said = output ? parse_json(as_text(*output), "read-qr") : Json::object();
        if (said.contains("problem"))
            return check_page(visit, field, said.at("problem").get<std::string>(), "", 422);
        const auto texts = said.value("texts", std::vector<std::string>());
        if (texts.empty())
            return check_page(
                visit, field,
                "Kode QR tidak terlihat di foto itu. Foto lebih dekat dan lurus, atau ketik kodenya.", "",
                422);
        return follow(visit, texts);
    }

    // Where what QR codes say leads: to our letter if one is ours, else to a word about the first that is
    // not.
    Response follow(Visit& visit, const std::vector<std::string>& texts) {
        const std::string official = address();
        std::optional<CodeText> foreign;
        for (const std::string& text : texts) {
            CodeText read = read_code_text(text, official);
            if (read.kind == CodeText::Kind::ours) return redirect("/v/" + to_string(*read.id));
            if (read.kind == CodeText::Kind::other && holds_code_of_ours(read))
                read.kind = CodeText::Kind::elsewhere;
            if (!foreign || (read.kind == CodeText::Kind::elsewhere && foreign->kind != read.kind))
                foreign = std::move(read);
        }
        const Json contact = contact_of(site_.desk()->office());
        if (foreign->kind == CodeText::Kind::elsewhere) {
            const HostDifference difference =
                compare_hosts(foreign->host, contact.at("resmi").get<std::string>());
            return site_.page(visit, "alamat-lain",
                              {.title = "Alamat ini bukan situs kami", .section = {}, .scripts = {}},
                              {{"kontak", contact},
                               {"beda",
                                {{"alike", visible(difference.alike)},
                                 {"differs", visible(difference.differs)},
                                 {"rest", visible(difference.rest)}}},
                               {"jalur", visible(foreign->path, 14)}});
        }
        return site_.page(visit, "bukan-kode",
                          {.title = "Bukan kode surat kami", .section = {}, .scripts = {}},
                          {{"kontak", contact}, {"alamat", visible(foreign->host)}});
    }

    bool holds_code_of_ours(const CodeText& read) const {
        try {
            return std::any_of(read.perhaps.begin(), read.perhaps.end(), [&](const LetterId& id) {
                return site_.desk()->letters().find(id).has_value();
            });
        } catch (const Error&) {  // the register does not answer; the address is not ours all the same
            return false;
        }
    }

    // The letter of the address, if the public may see it.
    std::optional<storage::Letter> public_letter(const Visit& visit) const {
        const auto id = parse_letter_id(visit.names.at("kode"));
        if (!id) return {};
        const auto desk = site_.desk();
        auto letter = desk->letters().find(*id);
        if (!letter || !letter->sha256 || !PublicCheck::is_public(*desk, letter->kind)) return {};
        return letter;
    }

    static Bytes pdf_of(workflow::Desk& desk, const storage::Letter& letter) {
        auto pdf = desk.letters().pdf(letter.id);
        if (!pdf) throw Error(Code::internal, "surat terbit tanpa berkas di register", letter.number);
        return *std::move(pdf);
    }

    Response too_often(const Visit& visit, std::chrono::seconds wait) const {
        site_.metrics().count(Event::rate_limited);
        Response response = site_.trouble(
            visit, {.status = 429,
                    .icon = "tunggu",
                    .title = "Terlalu banyak percobaan",
                    .what = "Dari jaringan Anda datang terlalu banyak percobaan dalam waktu singkat.",
                    .advice = {"Tunggu satu menit, lalu coba lagi.",
                               "Halaman ini bukan hasil pemeriksaan: belum tentu surat Anda palsu."},
                    .problems = {}});
        return response.with("Retry-After", std::to_string(std::max<long>(wait.count(), 1)));
    }

    Response busy(const Visit& visit) const {
        Response response =
            site_.trouble(visit, {.status = 503,
                                  .icon = "tunggu",
                                  .title = "Pemeriksaan berkas sedang ramai",
                                  .what = "Berkas Anda belum diperiksa dan sudah kami hapus.",
                                  .advice = {"Kirim lagi berkasnya beberapa detik lagi.",
                                             "Atau periksa dengan kode di bawah QR: itu tetap cepat."},
                                  .problems = {}});
        return response.with("Retry-After", "10");
    }

    Site& site_;
    const std::shared_ptr<Checking> checking_;
};

}  // namespace

void add_public_routes(Service& service, Site& site, std::shared_ptr<Checking> checking) {
    Router& router = service.router();
    const auto desk = std::make_shared<PublicDesk>(site, std::move(checking));
    const auto add = [&](const char* method, const char* pattern, Response (PublicDesk::*answer)(Visit&)) {
        router.add({method, pattern, Access::anyone(),
                    [desk, answer](Visit& visit) { return (desk.get()->*answer)(visit); }});
    };
    router.add({"GET", "/", Access::anyone(),
                [](Visit& visit) { return redirect(visit.session ? "/beranda" : "/periksa"); }});
    router.add({"GET", "/periksa", Access::anyone(), [desk](Visit& visit) { return desk->start(visit); }});
    add("GET", "/v/{kode}", &PublicDesk::by_code);
    add("GET", "/v/{kode}/surat.pdf", &PublicDesk::file);
    add("POST", "/periksa/kode", &PublicDesk::typed);
    add("POST", "/periksa/alamat", &PublicDesk::scanned);
    router.add({.method = "GET",
                .pattern = "/v/{kode}/halaman-1.png",
                .access = Access::anyone(),
                .handler = [desk](Visit& visit) { return desk->picture(visit); },
                .heavy = true});
    router.add({.method = "POST",
                .pattern = "/periksa/berkas",
                .access = Access::anyone(),
                .handler = [desk](Visit& visit) { return desk->uploaded(visit); },
                .takes = Route::Takes::upload,
                .heavy = true});
    // Who reloads a result that came from a form, or comes back to it, starts anew.
    for (const char* pattern : {"/periksa/kode", "/periksa/alamat", "/periksa/berkas"})
        router.add({"GET", pattern, Access::anyone(), [](Visit&) { return redirect("/periksa"); }});
    router.add({"GET", "/cara-kerja", Access::anyone(), [desk](Visit& visit) {
                    return desk->text_page(visit, "cara-kerja", "Cara kerja pemeriksaan");
                }});
    router.add({"GET", "/data-pribadi", Access::anyone(), [desk](Visit& visit) {
                    return desk->text_page(visit, "data-pribadi", "Data pribadi Anda");
                }});
    router.add({"GET", "/bahasa/{bahasa}", Access::anyone(), [](Visit& visit) {
                    // Only a place of ours: "//elsewhere" and "/\elsewhere" are other hosts to a browser.
                    std::string back(visit.request.query.get("kembali"));
                    if (!back.starts_with('/') || back.starts_with("//") ||
                        back.find_first_of("\\\r\n") != std::string::npos)
                        back = "/";
                    const bool english = visit.names.at("bahasa") == "en";
                    return redirect(back).with("Set-Cookie", std::string("bahasa=") +
                                                                 (english ? "en" : "id") +
                                                                 "; Path=/; Max-Age=31536000; SameSite=Lax");
                }});
}

}  // namespace naskah::service
