// /pengaturan/pejabat: officials with their terms, and the list of who signs what.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "service/moment.h"
#include "service/official_pages.h"
#include "service/settings_routes.h"

namespace naskah::service {

namespace fs = std::filesystem;

using workflow::Role;
using workflow::SettingsOutcome;
using What = SettingsOutcome::What;

const Json* find_official(const Json& office, const std::string& id) {
    for (const Json& one : office.at("pejabat"))
        if (text_of(one, "id") == id) return &one;
    return nullptr;
}

std::string post_in_one_line(const Json& official) {
    std::string post = lines_of(official, "jabatan");
    std::replace(post.begin(), post.end(), '\n', ' ');
    return post;
}

Json& list_in(Json& office, const char* name) {
    if (!office.contains(name) || !office.at(name).is_array()) office[name] = Json::array();
    return office[name];
}

std::optional<std::size_t> place_of(const std::string& text, std::size_t size) {
    std::size_t place = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place);
    if (error != std::errc() || end != text.data() + text.size() || place >= size) return std::nullopt;
    return place;
}

namespace {

bool is_id(const std::string& text) {
    return text.size() >= 2 && text.size() <= 40 && text != "baru" && text != "aturan" &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

class OfficialPages {
public:
    explicit OfficialPages(Site& site) : desk_(site) {}

    Response list(Visit& visit) {
        const std::string_view news = visit.request.query.get("kabar");
        return show_list(visit, desk_.now(), {},
                         news == "simpan"   ? "Tersimpan dan langsung dipakai."
                         : news == "aturan" ? "Aturan penandatanganan tersimpan dan langsung dipakai."
                                            : "",
                         false);
    }

    Response blank(Visit& visit) {
        const auto stored = desk_.now();
        return show_official(visit, official_fields(visit, Json::object(), true), {}, stored.digest, "");
    }
    Response add(Visit& visit) { return save_official(visit, ""); }

    Response edit(Visit& visit) {
        const auto stored = desk_.now();
        const Json* official = find_official(stored.value, visit.names.at("id"));
        if (!official) return desk_.site().not_found(visit);
        return show_official(visit, official_fields(visit, *official, false), {}, stored.digest,
                             visit.names.at("id"));
    }
    Response save(Visit& visit) {
        if (!find_official(desk_.now().value, visit.names.at("id"))) return desk_.site().not_found(visit);
        return save_official(visit, visit.names.at("id"));
    }

    // Moves a rule up, or takes it away.
    Response arrange(Visit& visit) {
        const std::string act(visit.request.form.get("aksi"));
        const bool up = act.starts_with("naik:");
        const SettingsOutcome outcome = desk_.change(visit, [&](Json& office) {
            Json& rules = list_in(office, "penandatangan");
            const auto place = place_of(act.substr(std::min(act.find(':') + 1, act.size())), rules.size());
            if (!place || (!up && !act.starts_with("hapus:")))
                throw Error(Code::data, "aturan ini tidak ada", "", "Muat ulang halamannya.");
            if (up && *place > 0) std::swap(rules[*place], rules[*place - 1]);
            if (!up) rules.erase(*place);
        });
        if (outcome.what == What::conflict || !outcome.problems.empty())
            return show_list(visit, outcome.now, outcome.problems, "", outcome.what == What::conflict);
        return redirect(std::string(officials_address) + "?kabar=aturan");
    }

private:
    std::string term(const Visit& visit, const Json& of) const {
        const auto from = parse_date(text_of(of, "mulai")), to = parse_date(text_of(of, "selesai"));
        if (!from && !to) return desk_.say(visit, "Tanpa batas waktu");
        if (!to) return desk_.say(visit, "Sejak") + " " + day_text(visit.language, *from);
        if (!from) return desk_.say(visit, "Sampai") + " " + day_text(visit.language, *to);
        return day_text(visit.language, *from) + " – " + day_text(visit.language, *to);
    }

    Response show_list(const Visit& visit, const workflow::StoredSettings& stored,
                       std::vector<Problem> problems, const char* news, bool overtaken) const {
        const auto desk = desk_.site().desk();
        const Date today = date_in(desk->office().zone(), visit.now);
        const std::string now = to_iso(today);
        Json page = {{"kabar", desk_.say(visit, news)},
                     {"hari_ini", day_text(visit.language, today)},
                     {"berlaku", Json::array()},
                     {"pejabat", Json::array()},
                     {"aturan", Json::array()}};
        for (const std::string& kind : desk->templates().kinds()) {
            Json row = {{"jenis", title_of_kind(*desk, kind)}, {"nama", ""}, {"jabatan", ""}, {"galat", ""}};
            try {
                const workflow::Signer signer =
                    desk->office().signer_of(desk->templates().get(kind)->about(), kind, today);
                row["nama"] = signer.printed.at("nama");
                row["jabatan"] = post_in_one_line(signer.printed);
            } catch (const Error& error) {
                row["galat"] = to_string(Problem{desk_.say(visit, error.problems().front().what), "",
                                                 desk_.say(visit, error.problems().front().remedy)});
            }
            // Kinds that fare alike share a row: an office has some fifty kinds and few signers.
            Json& rows = page["berlaku"];
            const auto alike = std::find_if(rows.begin(), rows.end(), [&](const Json& other) {
                return other.at("nama") == row.at("nama") && other.at("jabatan") == row.at("jabatan") &&
                       other.at("galat") == row.at("galat");
            });
            if (alike == rows.end()) {
                rows.push_back(std::move(row));
            } else {
                (*alike)["jenis"] = text_of(*alike, "jenis") + ", " + text_of(row, "jenis");
            }
        }
        for (const Json& one : stored.value.at("pejabat")) {
            const std::string from = text_of(one, "mulai"), to = text_of(one, "selesai");
            const bool ended = !to.empty() && to < now, coming = !from.empty() && now < from;
            page["pejabat"].push_back(
                {{"alamat", std::string(officials_address) + "/" + encode_percent(text_of(one, "id"))},
                 {"nama", text_of(one, "nama")},
                 {"jabatan", post_in_one_line(one)},
                 {"nip", text_of(one, "nip")},
                 {"masa", term(visit, one)},
                 {"kunci", text_of(one, "kunci")},
                 {"menjabat", !ended && !coming},
                 {"selesai", ended},
                 {"nanti", coming}});
        }
        const Json none = Json::array();
        const Json& rules = stored.value.contains("penandatangan") ? stored.value.at("penandatangan") : none;
        for (std::size_t i = 0; i < rules.size(); ++i)
            page["aturan"].push_back(rule_row(visit, stored.value, rules[i], i, now));
        std::vector<PlainField> elsewhere;
        if (overtaken) elsewhere = {{.name = "-", .title = "", .hint = ""}};
        return desk_.show(visit, {.name = "pengaturan-pejabat",
                                  .title = "Pejabat dan penanda tangan",
                                  .page = std::move(page),
                                  .fields = {},
                                  .problems = std::move(problems),
                                  .digest = stored.digest,
                                  .elsewhere = std::move(elsewhere)});
    }

    Json rule_row(const Visit& visit, const Json& office, const Json& rule, std::size_t place,
                  const std::string& now) const {
        const auto name = [&](const char* member, const char* fallback = "") {
            std::string id = text_of(rule, member);
            if (id.empty()) id = fallback;
            const Json* official = find_official(office, id);
            return official ? text_of(*official, "nama") : id;
        };
        const std::string capacity = text_of(rule, "sebagai");
        std::string words = name("pejabat");
        if (!capacity.empty()) words += ", " + capacity + " " + name("atas_nama", "kepala");
        std::string kinds;
        for (const Json& kind : rule.at("jenis"))
            kinds += (kinds.empty() ? "" : ", ") +
                     (kind == "*" ? desk_.say(visit, "Semua jenis surat")
                                  : title_of_kind(*desk_.site().desk(), kind.get<std::string>()));
        const std::string number = std::to_string(place), to = text_of(rule, "selesai");
        return {{"alamat", std::string(officials_address) + "/aturan/" + number},
                {"kata", words},
                {"jenis", kinds},
                {"masa", term(visit, rule)},
                {"lewat", !to.empty() && to < now},
                {"naik", place > 0 ? "naik:" + number : ""},
                {"hapus", "hapus:" + number}};
    }

    std::vector<PlainField> official_fields(const Visit& visit, const Json& official, bool fresh) const {
        using Kind = PlainField::Kind;
        std::vector<PlainField> fields;
        if (fresh)
            fields.push_back({.name = "id",
                              .title = "Nama pendek",
                              .hint = "Huruf kecil, angka, dan tanda hubung, misalnya kabid-dalak. Tidak "
                                      "dapat diubah sesudah disimpan.",
                              .most = 40});
        const std::vector<PlainField> rest = {
            {.name = "nama",
             .title = "Nama dengan gelar",
             .value = text_of(official, "nama"),
             .most = 200,
             .wide = true},
            {.name = "nama_tanpa_gelar",
             .title = "Nama tanpa gelar",
             .hint = "Dipakai pada keputusan.",
             .required = false,
             .value = text_of(official, "nama_tanpa_gelar"),
             .most = 200,
             .wide = true},
            {.name = "nip",
             .title = "NIP",
             .hint = "18 angka.",
             .value = text_of(official, "nip"),
             .most = 30},
            {.name = "pangkat",
             .title = "Pangkat (golongan)",
             .hint = "Misalnya Pembina Utama Muda (IV/c).",
             .value = text_of(official, "pangkat"),
             .most = 100},
            {.name = "jabatan",
             .title = "Jabatan",
             .hint = "Satu baris satu baris cetak, tanpa koma di akhir.",
             .kind = Kind::lines,
             .value = lines_of(official, "jabatan"),
             .rows = 3,
             .wide = true},
            {.name = "mulai",
             .title = "Mulai menjabat",
             .kind = Kind::date,
             .value = text_of(official, "mulai")},
            {.name = "selesai",
             .title = "Selesai menjabat",
             .hint = "Hari terakhir. Isi untuk mengakhiri masa jabatan.",
             .kind = Kind::date,
             .required = false,
             .value = text_of(official, "selesai")},
            {.name = "kunci",
             .title = "Kunci tanda tangan",
             .hint =
                 "Berkas .p12 di folder keys/ kantor, atau token dan layanan yang disebut di office.json.",
             .kind = Kind::choice,
             .required = false,
             .value = text_of(official, "kunci")},
        };
        fields.insert(fields.end(), rest.begin(), rest.end());
        std::set<std::string> keys;
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(desk_.site().root() / "keys", none))
            if (entry.path().extension() == ".p12") keys.insert("keys/" + entry.path().filename().string());
        if (const auto stored = desk_.now(); stored.value.contains("kunci"))
            for (const auto& [name, entry] : stored.value.at("kunci").items()) keys.insert(name);
        if (!fields.back().value.empty()) keys.insert(fields.back().value);
        fields.back().options = {{"", desk_.say(visit, "Tidak menandatangani secara elektronik")}};
        for (const std::string& key : keys) fields.back().options.emplace_back(key, key);
        return fields;
    }

    Response save_official(Visit& visit, const std::string& id) {
        std::vector<PlainField> fields = official_fields(visit, Json::object(), id.empty());
        if (const auto stored = desk_.now(); !id.empty() && find_official(stored.value, id))
            fields = official_fields(visit, *find_official(stored.value, id), false);
        take_sent(fields, visit.request.form);
        std::map<std::string, std::string> sent;
        for (const PlainField& field : fields) sent[field.name] = field.value;
        const std::string wanted = id.empty() ? sent["id"] : id;
        std::vector<Problem> problems;
        if (!is_id(wanted))
            problems.push_back({"nama pendek belum benar", "id",
                                "Pakai 2 sampai 40 huruf kecil, angka, atau tanda hubung."});
        std::size_t place = 0;
        SettingsOutcome outcome;
        if (problems.empty()) {
            // The place is found in the file as it is when it is written; problems tell it.
            const Json officials = desk_.now().value.at("pejabat");
            place = officials.size();
            for (std::size_t i = 0; i < officials.size(); ++i)
                if (text_of(officials[i], "id") == wanted) place = i;
            if (id.empty() && place < officials.size())
                problems.push_back({"nama pendek ini sudah dipakai", "id", "Pilih nama pendek lain."});
        }
        if (problems.empty()) {
            outcome = desk_.change(
                visit,
                [&](Json& office) {
                    Json& officials = list_in(office, "pejabat");
                    if (place >= officials.size()) officials.push_back({{"id", wanted}});
                    Json& official = officials[std::min(place, officials.size() - 1)];
                    for (const char* name : {"nama", "nip", "pangkat"}) official[name] = sent[name];
                    official["jabatan"] = as_lines(sent["jabatan"]);
                    for (const char* name : {"nama_tanpa_gelar", "mulai", "selesai", "kunci"})
                        set_text(official, name, sent[name]);
                },
                "pejabat[" + std::to_string(place) + "].");
            problems = outcome.problems;
        }
        if (!problems.empty())
            return show_official(visit, fields, problems, SettingsDesk::sent_digest(visit), id);
        if (outcome.what == What::conflict) {
            const Json* there = find_official(outcome.now.value, wanted);
            return show_official(visit, fields, {}, outcome.now.digest, id,
                                 official_fields(visit, there ? *there : Json::object(), id.empty()));
        }
        return redirect(std::string(officials_address) + "?kabar=simpan");
    }

    Response show_official(const Visit& visit, std::vector<PlainField> fields, std::vector<Problem> problems,
                           const Sha256& digest, const std::string& id,
                           std::vector<PlainField> elsewhere = {}) const {
        return desk_.show_form(
            visit,
            {.title = id.empty() ? "Tambah pejabat" : "Ubah pejabat",
             .about = "Surat yang sudah terbit tetap memuat nama dan jabatan pada saat ditandatangani.",
             .action = std::string(officials_address) + "/" + (id.empty() ? "baru" : encode_percent(id)),
             .button = "Simpan pejabat",
             .back = officials_address,
             .back_words = "Kembali ke daftar pejabat",
             .fields = std::move(fields),
             .problems = std::move(problems),
             .digest = digest,
             .elsewhere = std::move(elsewhere)});
    }

    SettingsDesk desk_;
};

}  // namespace

void add_official_routes(Service& service, Site& site) {
    const auto pages = std::make_shared<OfficialPages>(site);
    const auto add = [&](const char* method, const char* pattern, Response (OfficialPages::*act)(Visit&)) {
        service.router().add({method, pattern, Access::of({Role::admin}),
                              [pages, act](Visit& visit) { return (pages.get()->*act)(visit); }});
    };
    add("GET", "/pengaturan/pejabat", &OfficialPages::list);
    add("GET", "/pengaturan/pejabat/baru", &OfficialPages::blank);
    add("POST", "/pengaturan/pejabat/baru", &OfficialPages::add);
    add("POST", "/pengaturan/pejabat/aturan", &OfficialPages::arrange);
    add("GET", "/pengaturan/pejabat/{id}", &OfficialPages::edit);
    add("POST", "/pengaturan/pejabat/{id}", &OfficialPages::save);
}

}  // namespace naskah::service
