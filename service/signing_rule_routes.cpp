// /pengaturan/pejabat/aturan: who signs what, since when, until when.
#include "service/official_pages.h"
#include "service/settings_routes.h"

namespace naskah::service {

using workflow::Role;
using workflow::SettingsOutcome;
using What = SettingsOutcome::What;

namespace {

class RulePages {
public:
    explicit RulePages(Site& site) : desk_(site) {}

    Response blank(Visit& visit) {
        const auto stored = desk_.now();
        return show(visit, fields_of(visit, stored.value, {{"jenis", {"*"}}}), {}, stored.digest, "baru");
    }
    Response add(Visit& visit) { return save(visit, {}); }
    Response edit(Visit& visit) {
        const auto stored = desk_.now();
        const auto place = place_in(visit, stored.value);
        if (!place) return desk_.site().not_found(visit);
        return show(visit, fields_of(visit, stored.value, stored.value.at("penandatangan")[*place]), {},
                    stored.digest, visit.names.at("nomor"));
    }
    Response change(Visit& visit) {
        const auto place = place_in(visit, desk_.now().value);
        if (!place) return desk_.site().not_found(visit);
        return save(visit, place);
    }

private:
    static std::optional<std::size_t> place_in(const Visit& visit, const Json& office) {
        if (!office.contains("penandatangan")) return std::nullopt;
        return place_of(visit.names.at("nomor"), office.at("penandatangan").size());
    }

    std::vector<PlainField> fields_of(const Visit& visit, const Json& office, const Json& rule) const {
        using Kind = PlainField::Kind;
        std::vector<std::pair<std::string, std::string>> kinds = {{"*",
                                                                   desk_.say(visit, "Semua jenis surat")}},
                                                         people;
        for (const std::string& kind : desk_.site().desk()->templates().kinds())
            kinds.emplace_back(kind, title_of_kind(*desk_.site().desk(), kind));
        for (const Json& one : office.at("pejabat"))
            people.emplace_back(text_of(one, "id"), text_of(one, "nama") + ", " + post_in_one_line(one));
        auto people_or_none = people;
        people_or_none.insert(people_or_none.begin(), {"", desk_.say(visit, "Tidak ada")});
        std::vector<std::string> chosen;
        if (rule.contains("jenis"))
            for (const Json& kind : rule.at("jenis"))
                if (kind.is_string()) chosen.push_back(kind.get<std::string>());
        return {
            {.name = "jenis",
             .title = "Jenis surat",
             .kind = Kind::many,
             .values = chosen,
             .options = kinds,
             .wide = true},
            {.name = "pejabat",
             .title = "Siapa yang menandatangani",
             .kind = Kind::choice,
             .value = text_of(rule, "pejabat"),
             .options = people,
             .wide = true},
            {.name = "sebagai",
             .title = "Sebagai apa",
             .kind = Kind::radio,
             .required = false,
             .value = text_of(rule, "sebagai"),
             .options =
                 {{"", desk_.say(visit, "Pemegang jabatannya sendiri")},
                  {"a.n.", desk_.say(visit, "a.n. (atas nama): jabatan atasan, lalu jabatannya sendiri")},
                  {"u.b.",
                   desk_.say(visit,
                             "u.b. (untuk beliau): dua tingkat di bawah, melalui pejabat di antaranya")},
                  {"Plt.", desk_.say(visit, "Plt. (pelaksana tugas): jabatan itu sedang kosong")},
                  {"Plh.", desk_.say(visit, "Plh. (pelaksana harian): pemegangnya berhalangan sementara")}},
             .wide = true},
            {.name = "atas_nama",
             .title = "Jabatan siapa",
             .hint = "Untuk a.n., u.b., Plt., dan Plh.",
             .kind = Kind::choice,
             .required = false,
             .value = text_of(rule, "atas_nama"),
             .options = people_or_none,
             .wide = true},
            {.name = "melalui",
             .title = "Melalui pejabat",
             .hint = "Hanya untuk u.b.",
             .kind = Kind::choice,
             .required = false,
             .value = text_of(rule, "melalui"),
             .options = people_or_none,
             .wide = true},
            {.name = "mulai",
             .title = "Mulai berlaku",
             .hint = "Kosong: sejak dahulu.",
             .kind = Kind::date,
             .required = false,
             .value = text_of(rule, "mulai")},
            {.name = "selesai",
             .title = "Selesai berlaku",
             .hint = "Hari terakhir. Kosong: seterusnya.",
             .kind = Kind::date,
             .required = false,
             .value = text_of(rule, "selesai")},
        };
    }

    Response save(Visit& visit, std::optional<std::size_t> place) {
        const auto stored = desk_.now();
        std::vector<PlainField> fields = fields_of(visit, stored.value, Json::object());
        take_sent(fields, visit.request.form);
        std::map<std::string, std::string> sent;
        for (const PlainField& field : fields) sent[field.name] = field.value;
        std::vector<Problem> problems;
        const std::string& capacity = sent["sebagai"];
        if (fields[0].values.empty())
            problems.push_back(
                {"jenis surat belum dipilih", "jenis", "Pilih satu atau beberapa, atau semua."});
        if (sent["pejabat"].empty())
            problems.push_back({"penanda tangan belum dipilih", "pejabat", "Pilih salah satu."});
        if (!capacity.empty() && sent["atas_nama"].empty())
            problems.push_back({"belum dipilih", "atas_nama", "Pilih jabatan siapa yang dijalankan."});
        if (!capacity.empty() && sent["atas_nama"] == sent["pejabat"])
            problems.push_back({"tidak dapat diri sendiri", "atas_nama", "Pilih pejabat lain."});
        if ((capacity == "Plt." || capacity == "Plh.") && sent["mulai"].empty())
            problems.push_back({"belum diisi", "mulai", "Plt. dan Plh. ditunjuk sejak tanggal tertentu."});
        if (capacity == "Plh." && sent["selesai"].empty())
            problems.push_back(
                {"belum diisi", "selesai", "Plh. hanya untuk sementara: isi hari terakhirnya."});
        const std::string number = place ? std::to_string(*place) : "baru";
        if (!problems.empty()) return show(visit, fields, problems, SettingsDesk::sent_digest(visit), number);
        const SettingsOutcome outcome = desk_.change(
            visit,
            [&](Json& office) {
                Json& rules = list_in(office, "penandatangan");
                Json rule = {{"jenis", fields[0].values}, {"pejabat", sent["pejabat"]}};
                if (!capacity.empty()) {
                    rule["sebagai"] = capacity;
                    rule["atas_nama"] = sent["atas_nama"];
                    if (capacity == "u.b.") set_text(rule, "melalui", sent["melalui"]);
                }
                for (const char* name : {"mulai", "selesai"}) set_text(rule, name, sent[name]);
                if (place && *place < rules.size())
                    rules[*place] = rule;
                else  // a new rule stands first: what is new is usually an exception
                    rules.insert(rules.begin(), rule);
            },
            "penandatangan[" + std::to_string(place.value_or(0)) + "].");
        if (!outcome.problems.empty())
            return show(visit, fields, outcome.problems, outcome.now.digest, number);
        if (outcome.what == What::conflict) {
            const Json& rules = outcome.now.value.value("penandatangan", Json::array());
            return show(visit, fields, {}, outcome.now.digest, number,
                        fields_of(visit, outcome.now.value,
                                  place && *place < rules.size() ? rules[*place] : Json::object()));
        }
        return redirect(std::string(officials_address) + "?kabar=aturan");
    }
    Response show(const Visit& visit, std::vector<PlainField> fields, std::vector<Problem> problems,
                  const Sha256& digest, const std::string& number,
                  std::vector<PlainField> elsewhere = {}) const {
        return desk_.show_form(visit, {.title = number == "baru" ? "Tambah aturan penandatanganan"
                                                                 : "Ubah aturan penandatanganan",
                                       .about = "Aturan dibaca dari atas; aturan baru ditaruh paling atas.",
                                       .action = std::string(officials_address) + "/aturan/" + number,
                                       .button = "Simpan aturan",
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

void add_signing_rule_routes(Service& service, Site& site) {
    const auto pages = std::make_shared<RulePages>(site);
    const auto add = [&](const char* method, const char* pattern, Response (RulePages::*act)(Visit&)) {
        service.router().add({method, pattern, Access::of({Role::admin}),
                              [pages, act](Visit& visit) { return (pages.get()->*act)(visit); }});
    };
    add("GET", "/pengaturan/pejabat/aturan/baru", &RulePages::blank);
    add("POST", "/pengaturan/pejabat/aturan/baru", &RulePages::add);
    add("GET", "/pengaturan/pejabat/aturan/{nomor}", &RulePages::edit);
    add("POST", "/pengaturan/pejabat/aturan/{nomor}", &RulePages::change);
}

}  // namespace naskah::service
