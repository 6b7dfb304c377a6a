// /pengaturan/seri and /pengaturan/jenis: series of numbers with their patterns, and which kind counts in
// which.
#include <algorithm>

#include "service/settings_desk.h"
#include "service/settings_routes.h"
#include "storage/agenda.h"

namespace naskah::service {

using workflow::Role;
using workflow::SettingsOutcome;
using What = SettingsOutcome::What;

namespace {

bool is_name(const std::string& text) {
    return text.size() >= 2 && text.size() <= 40 && text != "baru" && text != "contoh" &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

constexpr std::pair<const char*, const char*> pattern_parts[] = {
    {"{urut:03}", "Nomor urut, paling sedikit tiga angka. Wajib ada."},
    {"{tahun}", "Tahun surat. Wajib ada."},
    {"{kode}", "Kode klasifikasi jenis surat."},
    {"{unit}", "Kode unit kantor."},
    {"{bidang}", "Kode bidang."},
    {"{romawi}", "Bulan dengan angka Romawi."},
    {"{bulan:02}", "Bulan dengan dua angka."},
    {"{sifat}", "Awalan keamanan, misalnya R/ untuk Rahasia."},
};

class SeriesPages {
public:
    explicit SeriesPages(Site& site) : desk_(site), agenda_(site.database()) {}

    Response list(Visit& visit) {
        const auto desk = desk_.site().desk();
        const workflow::Office& office = desk->office();
        const Date today = date_in(office.zone(), visit.now);
        const std::string_view news = visit.request.query.get("kabar");
        Json page = {
            {"kabar", news == "seri"    ? desk_.say(visit, "Seri tersimpan dan langsung dipakai.")
                      : news == "jenis" ? desk_.say(visit, "Jenis surat tersimpan dan langsung dipakai.")
                                        : ""},
            {"seri", Json::array()},
            {"jenis", Json::array()}};
        for (const auto& [name, one] : office.settings().at("seri").items())
            page["seri"].push_back({{"alamat", "/pengaturan/seri/" + encode_percent(name)},
                                    {"nama", name},
                                    {"judul", title_of(one, name)},
                                    {"pola", text_of(one, "pola")},
                                    {"terakhir", last_number(name, year_of(today))}});
        for (const std::string& kind : desk->templates().kinds()) {
            Json row = {{"alamat", "/pengaturan/jenis/" + encode_percent(kind)},
                        {"judul", kind},
                        {"seri", ""},
                        {"kode", ""},
                        {"nomor", ""},
                        {"galat", ""}};
            try {
                const Json& about = desk->templates().get(kind)->about();
                row["judul"] = about.at("judul");
                const workflow::Office::Series series = office.series_of(about, kind, "");
                row["seri"] = title_of(office.settings().at("seri").at(series.name), series.name);
                row["kode"] = series.parts.kode;
                row.update(
                    workflow::example_number(series.pattern, series.parts, today,
                                             static_cast<int>(last_number(series.name, year_of(today)) + 1)));
            } catch (const Error& error) {
                row["galat"] = desk_.say(visit, error.problems().front().what);
            }
            page["jenis"].push_back(std::move(row));
        }
        return desk_.site().page(visit, "pengaturan-seri", {.title = "Seri nomor", .section = "/pengaturan"},
                                 page);
    }

    Response blank(Visit& visit) {
        const auto stored = desk_.now();
        return show(visit, series_fields(Json::object(), true), {}, stored.digest, "");
    }
    Response add(Visit& visit) { return save_series(visit, ""); }
    Response edit(Visit& visit) {
        const auto stored = desk_.now();
        const std::string& name = visit.names.at("nama");
        if (!stored.value.at("seri").contains(name)) return desk_.site().not_found(visit);
        return show(visit, series_fields(stored.value.at("seri").at(name), false), {}, stored.digest, name);
    }
    Response save(Visit& visit) {
        if (!desk_.now().value.at("seri").contains(visit.names.at("nama")))
            return desk_.site().not_found(visit);
        return save_series(visit, visit.names.at("nama"));
    }

    // The numbers that a pattern would print next: a piece of the page, asked for while somebody types.
    Response example(Visit& visit) {
        const Fields& query = visit.request.query;
        return desk_.site().page(visit, "seri-contoh", {.title = ""},
                                 {{"contoh", examples(visit, std::string(query.get("nama").substr(0, 60)),
                                                      std::string(query.get("pola").substr(0, 200)))}});
    }

    Response kind(Visit& visit) {
        const auto stored = desk_.now();
        if (!is_kind(visit.names.at("jenis"))) return desk_.site().not_found(visit);
        return show_kind(visit, kind_fields(visit, stored.value), {}, stored.digest);
    }
    Response save_kind(Visit& visit) {
        const std::string& kind = visit.names.at("jenis");
        if (!is_kind(kind)) return desk_.site().not_found(visit);
        std::vector<PlainField> fields = kind_fields(visit, desk_.now().value);
        take_sent(fields, visit.request.form);
        const SettingsOutcome outcome = desk_.change(
            visit,
            [&](Json& office) {
                if (!office.contains("jenis")) office["jenis"] = Json::object();
                Json& own = office["jenis"][kind];
                if (!own.is_object()) own = Json::object();
                for (const PlainField& field : fields) set_text(own, field.name, field.value);
                if (own.empty()) office["jenis"].erase(kind);
            },
            "jenis." + kind + ".");
        if (outcome.what == What::conflict)
            return show_kind(visit, fields, {}, outcome.now.digest, kind_fields(visit, outcome.now.value));
        if (!outcome.problems.empty()) return show_kind(visit, fields, outcome.problems, outcome.now.digest);
        return redirect("/pengaturan/seri?kabar=jenis");
    }

private:
    static std::string title_of(const Json& series, const std::string& name) {
        const std::string title = text_of(series, "judul");
        return title.empty() ? name : title;
    }
    std::int64_t last_number(const std::string& series, int year) {
        storage::AgendaFilter filter;
        filter.series = series;
        filter.year = year;
        return agenda_.count(filter).last;
    }
    bool is_kind(const std::string& kind) const {
        const auto kinds = desk_.site().desk()->templates().kinds();
        return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    }

    // One for each kind that counts in the series; of a series without kinds one with the office's own parts.
    Json examples(const Visit& visit, const std::string& name, const std::string& pattern) {
        const auto desk = desk_.site().desk();
        const workflow::Office& office = desk->office();
        const Date today = date_in(office.zone(), visit.now);
        const int next = static_cast<int>(last_number(name, year_of(today)) + 1);
        Json list = Json::array();
        const auto add = [&](const numbering::Parts& parts, const std::string& kind) {
            Json one = {{"nomor", ""}, {"galat", ""}, {"jenis", kind}};
            one.update(workflow::example_number(pattern, parts, today, next));
            one["galat"] = desk_.say(visit, one["galat"].get<std::string>());
            list.push_back(std::move(one));
        };
        for (const std::string& kind : desk->templates().kinds()) {
            try {
                const Json& about = desk->templates().get(kind)->about();
                const auto series = office.series_of(about, kind, "");
                if (series.name == name) add(series.parts, about.at("judul").get<std::string>());
            } catch (const Error&) {
            }
        }
        if (list.empty()) {
            numbering::Parts parts;
            parts.kode = "000";
            parts.unit = text_of(office.settings(), "unit");
            parts.bidang = text_of(office.settings(), "bidang");
            add(parts, "");
        }
        return list;
    }

    std::vector<PlainField> series_fields(const Json& series, bool fresh) const {
        std::vector<PlainField> fields;
        if (fresh)
            fields.push_back(
                {.name = "nama",
                 .title = "Nama pendek",
                 .hint = "Huruf kecil, angka, dan tanda hubung, misalnya nota-dinas. Tidak dapat diubah "
                         "sesudah disimpan.",
                 .most = 40});
        fields.push_back(
            {.name = "judul", .title = "Nama seri", .value = text_of(series, "judul"), .most = 100});
        fields.push_back({.name = "pola",
                          .title = "Pola nomor",
                          .hint = "Perubahan berlaku untuk nomor berikutnya. Nomor urutnya tetap berlanjut.",
                          .value = text_of(series, "pola"),
                          .most = 200,
                          .wide = true});
        return fields;
    }

    Response save_series(Visit& visit, const std::string& known) {
        std::vector<PlainField> fields = series_fields(Json::object(), known.empty());
        take_sent(fields, visit.request.form);
        std::map<std::string, std::string> sent;
        for (const PlainField& field : fields) sent[field.name] = field.value;
        const std::string name = known.empty() ? sent["nama"] : known;
        std::vector<Problem> problems;
        if (!is_name(name))
            problems.push_back({"nama pendek belum benar", "nama",
                                "Pakai 2 sampai 40 huruf kecil, angka, atau tanda hubung."});
        if (known.empty() && desk_.now().value.at("seri").contains(name))
            problems.push_back({"nama pendek ini sudah dipakai", "nama", "Pilih nama pendek lain."});
        if (sent["judul"].empty()) problems.push_back({"belum diisi", "judul", "Misalnya Nota dinas."});
        if (!problems.empty()) return show(visit, fields, problems, SettingsDesk::sent_digest(visit), known);
        const SettingsOutcome outcome = desk_.change(
            visit,
            [&](Json& office) {
                Json& series = office["seri"][name];
                if (!series.is_object()) series = Json::object();
                series["judul"] = sent["judul"];
                series["pola"] = sent["pola"];
            },
            "seri." + name + ".");
        if (outcome.what == What::conflict)
            return show(
                visit, fields, {}, outcome.now.digest, known,
                series_fields(outcome.now.value.at("seri").value(name, Json::object()), known.empty()));
        if (!outcome.problems.empty())
            return show(visit, fields, outcome.problems, outcome.now.digest, known);
        return redirect("/pengaturan/seri?kabar=seri");
    }

    Response show(const Visit& visit, std::vector<PlainField> fields, std::vector<Problem> problems,
                  const Sha256& digest, const std::string& name, std::vector<PlainField> elsewhere = {}) {
        const char* title = name.empty() ? "Tambah seri" : "Ubah seri";
        const std::string pattern = fields.back().value;
        Json parts = Json::array();
        for (const auto& [part, meaning] : pattern_parts)
            parts.push_back({{"nama", part}, {"arti", desk_.say(visit, meaning)}});
        return desk_.show(
            visit, {.name = "pengaturan-seri-ubah",
                    .title = title,
                    .scripts = {"vendor/htmx.min.js"},
                    .page = {{"judul", desk_.say(visit, title)},
                             {"alamat", "/pengaturan/seri/" + (name.empty() ? "baru" : encode_percent(name))},
                             {"seri", name},
                             {"contoh", pattern.empty() ? Json::array() : examples(visit, name, pattern)},
                             {"bagian", parts}},
                    .fields = std::move(fields),
                    .problems = std::move(problems),
                    .digest = digest,
                    .elsewhere = std::move(elsewhere)});
    }

    std::vector<PlainField> kind_fields(const Visit& visit, const Json& office) const {
        const std::string& kind = visit.names.at("jenis");
        const Json none = Json::object();
        const Json& all = office.contains("jenis") ? office.at("jenis") : none;
        const Json& own = all.contains(kind) ? all.at(kind) : none;
        const auto package = desk_.site().desk()->templates().get(kind);
        const Json& about = package->about();
        std::vector<std::pair<std::string, std::string>> series = {
            {"", desk_.say(visit, "Bawaan jenis ini:") + " " + text_of(about, "seri")}};
        for (const auto& [name, one] : office.at("seri").items())
            series.emplace_back(name, title_of(one, name));
        const auto field = [&](const char* name, const char* title, const std::string& fallback) {
            return PlainField{.name = name,
                              .title = title,
                              .hint = desk_.say(visit, "Kosong: bawaan,") + " " +
                                      (fallback.empty() ? desk_.say(visit, "tidak ada") : fallback) + ".",
                              .required = false,
                              .value = text_of(own, name),
                              .most = 60};
        };
        return {{.name = "seri",
                 .title = "Seri nomor",
                 .kind = PlainField::Kind::choice,
                 .required = false,
                 .value = text_of(own, "seri"),
                 .options = series},
                field("kode", "Kode klasifikasi", text_of(about, "kode")),
                field("unit", "Kode unit", text_of(office, "unit")),
                field("bidang", "Kode bidang", text_of(office, "bidang")),
                field("sifat", "Awalan keamanan", "")};
    }

    Response show_kind(const Visit& visit, std::vector<PlainField> fields, std::vector<Problem> problems,
                       const Sha256& digest, std::vector<PlainField> elsewhere = {}) const {
        const std::string& kind = visit.names.at("jenis");
        return desk_.show_form(visit, {.title = title_of_kind(*desk_.site().desk(), kind),
                                       .about = "Dari apa nomor jenis surat ini tersusun.",
                                       .action = "/pengaturan/jenis/" + encode_percent(kind),
                                       .button = "Simpan jenis surat",
                                       .back = "/pengaturan/seri",
                                       .back_words = "Kembali ke seri",
                                       .fields = std::move(fields),
                                       .problems = std::move(problems),
                                       .digest = digest,
                                       .elsewhere = std::move(elsewhere)});
    }

    SettingsDesk desk_;
    storage::Agenda agenda_;
};

}  // namespace

void add_series_routes(Service& service, Site& site) {
    const auto pages = std::make_shared<SeriesPages>(site);
    const auto add = [&](const char* method, const char* pattern, Response (SeriesPages::*act)(Visit&)) {
        service.router().add({method, pattern, Access::of({Role::admin}),
                              [pages, act](Visit& visit) { return (pages.get()->*act)(visit); }});
    };
    add("GET", "/pengaturan/seri", &SeriesPages::list);
    add("GET", "/pengaturan/seri/baru", &SeriesPages::blank);
    add("POST", "/pengaturan/seri/baru", &SeriesPages::add);
    add("GET", "/pengaturan/seri/contoh", &SeriesPages::example);
    add("GET", "/pengaturan/seri/{nama}", &SeriesPages::edit);
    add("POST", "/pengaturan/seri/{nama}", &SeriesPages::save);
    add("GET", "/pengaturan/jenis/{jenis}", &SeriesPages::kind);
    add("POST", "/pengaturan/jenis/{jenis}", &SeriesPages::save_kind);
}

}  // namespace naskah::service
