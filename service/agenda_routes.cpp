// The buku agenda: the list and its exports, a letter and its files, and what the agenda's keeper notes of
// it.
#include "service/agenda_routes.h"

#include "core/text.h"
#include "service/agenda_view.h"
#include "service/moment.h"
#include "service/plain_form.h"
#include "storage/drafts.h"

namespace naskah::service {
namespace {

using storage::AgendaRow;
using storage::Status;
using workflow::Role;

class AgendaDesk {
public:
    explicit AgendaDesk(Site& site) : site_(site), agenda_(site.database()) {}

    Response list(Visit& visit) {
        const AgendaQuery query = AgendaQuery::parse(visit.request.query);
        return site_.page(visit, "agenda", {.title = "Buku agenda surat keluar", .section = "/agenda"},
                          agenda_page(site_, visit, query, agenda_));
    }

    Response csv(Visit& visit) {
        return download(std::make_shared<const Spool>(workflow::agenda_csv(walk(visit), zone(), true)),
                        "text/csv; charset=utf-8", file_name(visit, "csv"));
    }
    Response xlsx(Visit& visit) {
        const auto desk = site_.desk();
        return download(std::make_shared<const Spool>(
                            workflow::agenda_xlsx(walk(visit), zone(), desk->office().name(), visit.now)),
                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        file_name(visit, "xlsx"));
    }

    Response letter(Visit& visit) {
        const auto row = find(visit);
        if (!row) return site_.not_found(visit);
        Json page = letter_page(site_, visit, *row);
        const std::string_view news = visit.request.query.get("kabar");
        if (news == "batal" && row->status == Status::void_)
            page["kabar"] = site_.say(visit, "Nomor ini sekarang BATAL. Alasannya tercatat di buku agenda.");
        if (news == "kirim" && row->dispatch) page["kabar"] = site_.say(visit, "Pengiriman tercatat.");
        if (news == "koreksi" && row->replaced_by) page["kabar"] = site_.say(visit, "Koreksi tercatat.");
        return site_.page(visit, "agenda-surat", {.title = row->number, .section = "/agenda"}, page);
    }

    Response pdf(Visit& visit) {
        const auto row = find(visit);
        if (!row || !row->sha256) return site_.not_found(visit);
        require_may_read(visit, *row);
        return download(std::string(as_text(bytes_of(*row))), "application/pdf", row->number + ".pdf");
    }

    Response picture(Visit& visit) {
        const auto row = find(visit);
        if (!row || !row->sha256) return site_.not_found(visit);
        require_may_read(visit, *row);
        const auto picture = site_.pictures().of(*row->sha256, 1, [&] { return bytes_of(*row); });
        Response response;
        response.type = "image/png";
        response.body = std::string(as_text(*picture));
        return response.with("Cache-Control", "private, max-age=3600");
    }

    Response void_form(Visit& visit) { return void_page(visit, {}); }
    Response make_void(Visit& visit) {
        const auto row = find(visit);
        if (!row) return site_.not_found(visit);
        try {
            const std::string reason = workflow::reason_line(std::string(visit.request.form.get("alasan")));
            require_not_signing(*row);
            site_.desk()->letters().make_void(row->id, reason, visit.now, visit.someone().username);
        } catch (const Error& error) {
            if (error.code() != Code::data) throw;
            return void_page(visit, error.problems());
        }
        return redirect(letter_address(row->id) + "?kabar=batal");
    }

    Response dispatch_form(Visit& visit) { return dispatch_page(visit, {}); }
    Response dispatch(Visit& visit) {
        const auto row = find(visit);
        if (!row) return site_.not_found(visit);
        const Fields& form = visit.request.form;
        std::vector<Problem> problems;
        const auto sent = parse_date(sent_text(form, "tanggal"));
        if (!sent)
            problems.push_back({"tanggal kirim belum benar", "tanggal", "Pilih tanggal surat itu dikirim."});
        else if (*sent > date_in(zone(), visit.now))
            problems.push_back({"tanggal kirim belum tiba", "tanggal", "Catat sesudah suratnya dikirim."});
        storage::Dispatch note{.sent = sent.value_or(row->date),
                               .means = sent_text(form, "cara"),
                               .receiver = sent_text(form, "penerima"),
                               .archive = sent_text(form, "arsip"),
                               .actor = visit.someone().username,
                               .noted_at = visit.now};
        if (note.means.empty())
            problems.push_back({"cara kirim belum diisi", "cara", "Misalnya Pos-el atau Diambil."});
        if (!problems.empty()) return dispatch_page(visit, problems);
        try {
            storage::Dispatches(site_.database()).note(row->id, std::move(note));
        } catch (const Error& error) {
            if (error.code() != Code::data) throw;
            problems = error.problems();
            for (Problem& problem : problems)
                for (const auto& [said, name] :
                     {std::pair<const char*, const char*>{"tanggal kirim", "tanggal"},
                      {"cara kirim", "cara"},
                      {"penerima", "penerima"},
                      {"lokasi arsip", "arsip"}})
                    if (problem.where == said) problem.where = name;
            return dispatch_page(visit, problems);
        }
        return redirect(letter_address(row->id) + "?kabar=kirim");
    }

    Response correction_form(Visit& visit) { return correction_page(visit, visit.request.query, {}); }
    // Twice: first what is meant is shown with its consequence, then it is noted.
    Response correct(Visit& visit) {
        const auto row = find(visit);
        if (!row) return site_.not_found(visit);
        const Fields& form = visit.request.form;
        std::vector<Problem> problems;
        const auto correction = workflow::parse_correction(sent_text(form, "sebagai"));
        if (!correction) problems.push_back({"jenis koreksi belum dipilih", "sebagai", "Pilih salah satu."});
        std::string reason;
        try {
            reason = workflow::reason_line(std::string(form.get("alasan")));
        } catch (const Error& error) {
            problems.push_back(error.problems().front());
        }
        storage::Register& letters = site_.desk()->letters();
        const std::string number = sent_text(form, "oleh");
        const auto by = number.empty() ? std::nullopt : letters.find_number(number);
        if (!by)
            problems.push_back(
                {number.empty() ? "nomor surat koreksi belum diisi" : "nomor ini tidak ada di buku agenda",
                 "oleh", "Salin nomornya dari buku agenda, utuh."});
        else if (by->status != Status::issued)
            problems.push_back({"surat ini tidak sedang berlaku: " + workflow::status_word(by->status),
                                "oleh", "Sebutkan surat koreksi yang sudah terbit."});
        else if (by->id == row->id)
            problems.push_back({"surat tidak dapat mengoreksi dirinya sendiri", "oleh",
                                "Sebutkan nomor surat baru yang mengoreksinya."});
        else if (by->reserved_at < row->reserved_at)
            problems.push_back({"surat ini lebih dahulu ada daripada surat yang dikoreksinya", "oleh",
                                "Sebutkan surat koreksi yang terbit sesudahnya."});
        if (row->status != Status::issued)
            problems.push_back(
                {"surat ini tidak sedang berlaku: " + workflow::status_word(row->status), "", ""});
        if (!problems.empty()) return correction_page(visit, form, problems);
        if (form.get("langkah") != "catat") return sure_page(visit, *row, *by, *correction, reason);
        const auto letter = letters.find(row->id);
        if (!letter) return site_.not_found(visit);
        try {
            workflow::correct(letters, *letter, *by, *correction, reason, visit.now,
                              visit.someone().username);
        } catch (const Error& error) {
            if (error.code() != Code::data) throw;
            return correction_page(visit, form, error.problems());
        }
        return redirect(letter_address(row->id) + "?kabar=koreksi");
    }

private:
    Zone zone() const { return site_.desk()->office().zone(); }
    Say say_to(const Visit& visit) const {
        return [this, &visit](const std::string& text) { return site_.say(visit, text); };
    }
    workflow::AgendaWalk walk(const Visit& visit) const {
        const AgendaQuery query = AgendaQuery::parse(visit.request.query);
        return {agenda_, query.filter, query.order};
    }
    std::string file_name(const Visit& visit, const char* ending) const {
        return "buku-agenda-" + to_iso(date_in(zone(), visit.now)) + "." + ending;
    }
    std::optional<AgendaRow> find(const Visit& visit) {
        const auto id = parse_letter_id(visit.names.at("id"));
        return id ? agenda_.find(*id) : std::nullopt;
    }
    void require_may_read(const Visit& visit, const AgendaRow& row) const {
        if (!may_read(visit.someone(), row))
            throw Error(Code::forbidden, "surat ini berkeamanan " + row.words.security, row.number,
                        "Berkasnya hanya dapat dibuka Kepala Dinas, tata usaha, dan pembuatnya.");
    }
    // A draft that the head is signing just now has its number already, and will be issued in a moment.
    void require_not_signing(const AgendaRow& row) const {
        const auto draft = storage::Drafts(site_.database()).find_by_letter(row.id);
        if (draft && draft->stage == storage::Stage::signing)
            throw Error(Code::data, "surat ini sedang ditandatangani", "",
                        "Tunggu sampai penandatanganannya selesai, lalu lihat keadaannya.");
    }
    Bytes bytes_of(const AgendaRow& row) const {
        auto bytes = site_.desk()->letters().pdf(row.id);
        if (!bytes) throw Error(Code::internal, "surat terbit tanpa berkas di register", row.number);
        return *std::move(bytes);
    }

    Response refuse(Visit& visit, const AgendaRow& row, const char* what, const char* advice) {
        return site_.trouble(visit, {.status = 409,
                                     .icon = "rusak",
                                     .title = what,
                                     .what = "Tidak ada yang berubah.",
                                     .advice = {advice},
                                     .button = "Kembali ke surat",
                                     .target = letter_address(row.id),
                                     .problems = {}});
    }
    Response form_page(Visit& visit, const char* name, const char* title, Json page,
                       const std::vector<PlainField>& fields, const std::vector<Problem>& problems) {
        PlainForm form = plain_form(fields, problems, say_to(visit));
        page["bidang"] = std::move(form.fields);
        page["masalah"] = std::move(form.problems);
        const std::string prefix = problems.empty() ? "" : site_.say(visit, "Perlu diperbaiki") + ": ";
        return site_.page(visit, name, {.title = prefix + site_.say(visit, title), .section = "/agenda"},
                          page, problems.empty() ? 200 : 422);
    }

    Response void_page(Visit& visit, const std::vector<Problem>& problems) {
        const auto row = find(visit);
        if (!row) return site_.not_found(visit);
        if (row->status == Status::void_)
            return refuse(visit, *row, "Nomor ini sudah BATAL", "Lihat alasannya di halaman surat.");
        if (row->status != Status::reserved)
            return refuse(visit, *row, "Surat ini sudah terbit dan tidak dapat dibatalkan",
                          "Surat terbit diralat atau dicabut dengan surat baru.");
        const std::string title = "Batalkan nomor " + row->number + "?";
        std::vector<PlainField> fields = {
            {.name = "alasan",
             .title = "Alasan",
             .hint = "Tertulis di buku agenda dan terbaca pemeriksa. Jangan memuat data pribadi.",
             .kind = PlainField::Kind::lines,
             .wide = true}};
        take_sent(fields, visit.request.form);
        return form_page(visit, "agenda-batal", title.c_str(),
                         {{"judul", site_.say(visit, title)},
                          {"kembali", letter_address(row->id)},
                          {"fakta", short_facts(site_, visit, *row)},
                          {"tombol", site_.say(visit, "Batalkan nomor " + std::to_string(row->urut))}},
                         fields, problems);
    }

    Response dispatch_page(Visit& visit, const std::vector<Problem>& problems) {
        const auto row = find(visit);
        if (!row) return site_.not_found(visit);
        if (row->status == Status::reserved || row->status == Status::void_)
            return refuse(visit, *row, "Surat ini belum terbit",
                          "Hanya surat yang sudah terbit dapat dikirim.");
        std::vector<PlainField> fields = {
            {.name = "tanggal", .title = "Tanggal kirim", .kind = PlainField::Kind::date},
            {.name = "cara",
             .title = "Cara kirim",
             .hint = "Pilih dari saran, atau tulis sendiri.",
             .suggestions = {"Pos-el", "Diambil", "Kurir", "Pos", "SRIKANDI"},
             .most = 100},
            {.name = "penerima",
             .title = "Penerima",
             .hint = "Siapa yang menerima atau mengambilnya. Tanpa NIK atau nomor telepon.",
             .required = false,
             .most = 200},
            {.name = "arsip",
             .title = "Lokasi arsip",
             .hint = "Tempat pertinggalnya, misalnya Lemari 2, map 2026/SPT.",
             .required = false,
             .most = 200}};
        if (visit.request.method == "POST") {
            take_sent(fields, visit.request.form);
        } else {
            fields[0].value = to_iso(date_in(zone(), visit.now));
            if (row->dispatch) {
                fields[0].value = to_iso(row->dispatch->sent);
                fields[1].value = row->dispatch->means;
                fields[2].value = row->dispatch->receiver;
                fields[3].value = row->dispatch->archive;
            }
        }
        Json page = {{"kembali", letter_address(row->id)},
                     {"nomor", row->number},
                     {"hal", row->subject},
                     {"sudah", nullptr}};
        if (row->dispatch)
            page["sudah"] = {{"kata", site_.say(visit, "Sudah dicatat:") + " " + row->dispatch->means + ", " +
                                          day_text(visit.language, row->dispatch->sent) + "."}};
        return form_page(visit, "agenda-kirim", "Catat pengiriman", std::move(page), fields, problems);
    }

    Response correction_page(Visit& visit, const Fields& sent, const std::vector<Problem>& problems) {
        const auto row = find(visit);
        if (!row) return site_.not_found(visit);
        if (row->status != Status::issued)
            return refuse(visit, *row, "Surat ini tidak sedang berlaku",
                          "Hanya surat yang terbit dan masih berlaku dapat diralat atau dicabut.");
        std::vector<PlainField> fields = {
            {.name = "sebagai",
             .title = "Apa yang terjadi dengan surat ini",
             .kind = PlainField::Kind::radio,
             .options = {{"ralat", site_.say(visit, "Diralat: sebagian isinya dibetulkan")},
                         {"perubahan", site_.say(visit, "Diubah: isinya diganti dengan yang baru")},
                         {"pencabutan",
                          site_.say(visit, "Dicabut: tidak berlaku lagi sejak surat pencabutnya")},
                         {"pembatalan", site_.say(visit, "Dibatalkan: dianggap tidak pernah ada")}}},
            {.name = "oleh",
             .title = "Nomor surat yang mengoreksinya",
             .hint = "Surat itu harus sudah terbit, sesudah surat ini. Ketik atau pilih nomornya.",
             .suggestions = later_numbers(*row),
             .most = 200,
             .wide = true},
            {.name = "alasan",
             .title = "Alasan",
             .hint = "Tertulis di buku agenda dan terbaca pemeriksa. Jangan memuat data pribadi.",
             .kind = PlainField::Kind::lines,
             .wide = true}};
        take_sent(fields, sent);
        return form_page(
            visit, "agenda-koreksi", "Catat ralat atau pencabutan",
            {{"kembali", letter_address(row->id)}, {"nomor", row->number}, {"hal", row->subject}}, fields,
            problems);
    }

    // Letters in force that came after this one, the newest first.
    std::vector<std::string> later_numbers(const AgendaRow& row) {
        std::vector<std::string> numbers;
        for (const AgendaRow& one :
             agenda_.list({.status = Status::issued}, storage::AgendaOrder::newest, 30).rows)
            if (one.row > row.row) numbers.push_back(one.number);
        return numbers;
    }

    Response sure_page(Visit& visit, const AgendaRow& row, const storage::Letter& by,
                       workflow::Correction correction, const std::string& reason) {
        const bool gone = workflow::status_after(correction) == Status::revoked;
        const std::string verb = correction == workflow::Correction::ralat        ? "Ralat"
                                 : correction == workflow::Correction::perubahan  ? "Ubah"
                                 : correction == workflow::Correction::pencabutan ? "Cabut"
                                                                                  : "Batalkan";
        const std::string title = verb + " surat nomor " + row.number + "?";
        return site_.page(
            visit, "agenda-koreksi-yakin", {.title = title, .section = "/agenda"},
            {{"kembali", letter_address(row.id)},
             {"judul", site_.say(visit, title)},
             {"sebagai", workflow::to_string(correction)},
             {"kata_lama", site_.say(visit, "Surat ini")},
             {"nomor", row.number},
             {"hal", row.subject},
             {"oleh", by.number},
             {"hal_oleh", by.subject},
             {"alasan", reason},
             {"akibat",
              site_.say(visit,
                        gone ? "Surat ini tidak berlaku lagi. Buku agenda mencatatnya sebagai Dicabut, "
                               "dengan tautan ke surat pencabutnya."
                             : "Surat ini tidak lagi berlaku sendirian: ia dibaca bersama surat koreksinya. "
                               "Buku agenda mencatatnya sebagai Diralat, dengan tautan ke surat itu.")},
             {"tombol", site_.say(visit, gone ? "Catat sebagai dicabut" : "Catat sebagai diralat")}});
    }

    Site& site_;
    storage::Agenda agenda_;
};

}  // namespace

void add_agenda_routes(Service& service, Site& site) {
    const auto desk = std::make_shared<AgendaDesk>(site);
    const Access readers = Access::of({Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha});
    const Access keeper = Access::of({Role::tata_usaha});
    Router& router = service.router();
    const auto add = [&](const char* method, const char* pattern, const Access& access,
                         Response (AgendaDesk::*handler)(Visit&), bool heavy = false) {
        router.add({.method = method,
                    .pattern = pattern,
                    .access = access,
                    .handler = [desk, handler](Visit& visit) { return (desk.get()->*handler)(visit); },
                    .heavy = heavy});
    };
    add("GET", "/agenda", readers, &AgendaDesk::list);
    add("GET", "/agenda/ekspor.csv", readers, &AgendaDesk::csv, true);
    add("GET", "/agenda/ekspor.xlsx", readers, &AgendaDesk::xlsx, true);
    add("GET", "/agenda/{id}", readers, &AgendaDesk::letter);
    add("GET", "/agenda/{id}/surat.pdf", readers, &AgendaDesk::pdf);
    add("GET", "/agenda/{id}/halaman-1.png", readers, &AgendaDesk::picture, true);
    add("GET", "/agenda/{id}/batal", keeper, &AgendaDesk::void_form);
    add("POST", "/agenda/{id}/batal", keeper, &AgendaDesk::make_void);
    add("GET", "/agenda/{id}/kirim", keeper, &AgendaDesk::dispatch_form);
    add("POST", "/agenda/{id}/kirim", keeper, &AgendaDesk::dispatch);
    add("GET", "/agenda/{id}/koreksi", keeper, &AgendaDesk::correction_form);
    add("POST", "/agenda/{id}/koreksi", keeper, &AgendaDesk::correct);
}

}  // namespace naskah::service
