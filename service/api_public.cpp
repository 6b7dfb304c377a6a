// What anyone may ask by program: what is known of a code, and whether a PDF is genuine.
#include "core/date.h"
#include "core/text.h"
#include "service/api.h"

namespace naskah::service {
namespace {

const char* name_of(workflow::Answer answer) {
    using workflow::Answer;
    switch (answer) {
        case Answer::valid: return "valid";
        case Answer::corrected: return "corrected";
        case Answer::revoked: return "revoked";
        case Answer::altered: return "altered";
        case Answer::unregistered: return "unregistered";
        case Answer::uncertain: return "uncertain";
    }
    return "uncertain";
}

Response silent(const Api& api, const Visit& visit) {
    return api
        .problem(visit, 503, "Layanan lain tidak menjawab",
                 {{"daftar surat sedang tidak menjawab", "", "Ulangi beberapa saat lagi."}})
        .with("Retry-After", "60");
}

Response too_often(const Api& api, const Visit& visit, std::chrono::seconds wait) {
    api.site().metrics().count(Event::rate_limited);
    return api.problem(visit, 429, "Terlalu banyak percobaan")
        .with("Retry-After", std::to_string(wait.count()));
}

}  // namespace

void add_api_public(Api& api, const std::shared_ptr<Checking>& checking) {
    Site& site = api.site();
    api.get("/register/{code}", Access::anyone(), [&site, api, checking](Visit& visit) {
        const auto id = parse_letter_id(visit.names.at("code"));
        if (!id)
            return api.problem(visit, 404, "Ini bukan kode surat",
                               {{"kode surat terdiri dari 26 huruf dan angka", "code",
                                 "Salin dari bawah kode QR suratnya."}});
        const auto desk = site.desk();
        const auto outcome = checking->check.by_code(*desk, *id, visit.now);
        const auto& evidence = outcome.evidence;
        if (!evidence.register_answered) return silent(api, visit);
        if (!evidence.letter) {
            if (!checking->unknown_codes.take(visit.request.remote, visit.now))
                return too_often(api, visit, checking->unknown_codes.interval());
            return api.problem(visit, 404, "Tidak ada surat dengan kode ini");
        }
        const storage::Letter& letter = *evidence.letter;
        const bool is_public = PublicCheck::is_public(*desk, letter.kind);
        return json_response({{"id", to_string(letter.id)},
                              {"answer", name_of(outcome.answer)},
                              {"kind", PublicCheck::title_of(*desk, letter.kind)},
                              {"number", letter.number},
                              {"date", to_iso(letter.date)},
                              {"subject", workflow::public_text(letter.subject, letter, is_public)},
                              {"status", to_string(letter.status)},
                              {"public", is_public},
                              {"verify_url", desk->office().verify_url(letter.id)}});
    });

    api.service().router().add(
        {.method = "POST",
         .pattern = "/api/v1/verify",
         .access = Access::anyone(),
         .handler =
             [&site, api, checking](Visit& visit) {
                 const Request& request = visit.request;
                 const std::string_view type = request.header("content-type");
                 if (trim(type.substr(0, type.find(';'))) != "application/pdf")
                     return api.problem(visit, 415, "Kiriman dalam bentuk ini tidak diterima",
                                        {{"kirim berkasnya sebagai isi permintaan", "Content-Type",
                                          "Kirim sebagai application/pdf."}});
                 if (request.body.size() > Checking::most_bytes)
                     return api.problem(visit, 413, "Kiriman ini terlalu besar",
                                        {{"paling besar 20 MB", "isi", ""}});
                 if (!checking->uploads.take(request.remote, visit.now))
                     return too_often(api, visit, checking->uploads.interval());
                 Json report;
                 bool answered = true;
                 const bool done = checking->lane.run([&] {
                     const auto desk = site.desk();
                     const BytesView pdf = as_bytes(request.body);
                     const auto outcome = checking->check.by_file(*desk, pdf, visit.now);
                     answered = outcome.evidence.register_answered;
                     if (!answered) return;
                     report = to_json(outcome.evidence.report.value(), "");
                     report["register"] =
                         registered(pdf, *outcome.evidence.report, desk->office(), desk->letters());
                     report["answer"] = name_of(outcome.answer);
                 });
                 site.metrics().count(done ? Event::upload_checked : Event::upload_turned_away);
                 if (!done)
                     return api.problem(visit, 503, "Pemeriksaan berkas sedang ramai")
                         .with("Retry-After", "10");
                 return answered ? json_response(report) : silent(api, visit);
             },
         .takes = Route::Takes::upload});
}

}  // namespace naskah::service
