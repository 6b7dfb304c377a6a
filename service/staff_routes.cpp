// /pengaturan and /pengaturan/pengguna: what an admin does to accounts.
#include "service/account_routes.h"
#include "service/moment.h"

namespace naskah::service {

using storage::Account;
using storage::Act;
using workflow::Role;

namespace {

const Access admins = Access::of({Role::admin});

struct Setting {
    const char *name, *address, *about;
};
constexpr Setting settings[] = {
    {"Pengguna", "/pengaturan/pengguna", "Akun, peran, sandi sementara, kode ponsel."},
    {"Data kantor", "/pengaturan/kantor", "Nama, alamat, kepala surat, alamat pemeriksaan."},
    {"Pejabat", "/pengaturan/pejabat", "Siapa menandatangani, sejak kapan, sampai kapan."},
    {"Seri nomor", "/pengaturan/seri", "Pola nomor setiap seri dan nomor terakhirnya."},
    {"Hari libur", "/pengaturan/libur", "Hari yang bukan hari kerja, menurut tahun."},
    {"Sertifikat", "/pengaturan/sertifikat", "Sertifikat tanda tangan dan sisa masa berlakunya."},
    {"Catatan perbuatan", "/log", "Siapa berbuat apa dan kapan; tidak dapat diubah."},
};

Details details_of(const Fields& form, std::string username) {
    const auto text = [&](const char* name) {
        std::string value(form.get(name));
        while (!value.empty() && value.back() == ' ') value.pop_back();
        while (!value.empty() && value.front() == ' ') value.erase(0, 1);
        return value;
    };
    Details details{.username = std::move(username),
                    .name = text("nama"),
                    .post = text("jabatan"),
                    .official = text("pejabat"),
                    .roles = {}};
    for (const std::string_view role : form.every("peran")) details.roles.emplace_back(role);
    return details;
}

class StaffPages {
public:
    StaffPages(Site& site, std::shared_ptr<Staff> staff) : site_(site), staff_(std::move(staff)) {}

    Response start(Visit& visit) {
        Json list = Json::array();
        for (const Setting& setting : settings)
            list.push_back({{"nama", site_.say(visit, setting.name)},
                            {"alamat", setting.address},
                            {"tentang", site_.say(visit, setting.about)}});
        return site_.page(visit, "pengaturan", {.title = "Pengaturan", .section = "/pengaturan"},
                          {{"daftar", list}, {"masalah", trouble(visit)}});
    }

    // What keeps the newest office.json from being used; the service goes on with the one before.
    Json trouble(const Visit& visit) const {
        Json lines = Json::array();
        for (const Problem& problem : site_.settings_trouble())
            lines.push_back(to_string(site_.pages().words().say(visit.language, problem)));
        return lines;
    }

    Response list(Visit& visit) {
        Json people = Json::array();
        for (const Account& account : staff_->accounts().list()) {
            Json roles = Json::array();
            for (const Role role : person_of(account).roles)
                roles.push_back(site_.say(visit, role_name(role)));
            people.push_back(
                {{"pengguna", account.username},
                 {"nama", account.name},
                 {"jabatan", account.post},
                 {"peran", roles},
                 {"mati", account.disabled},
                 {"tanpa_ponsel", !account.disabled && needs_totp(account) && account.totp.empty()},
                 {"sementara", !account.disabled && account.must_change},
                 {"terakhir", account.seen_at ? moment_text(visit.language, zone(), *account.seen_at)
                                              : site_.say(visit, "belum pernah masuk")}});
        }
        return site_.page(visit, "pengguna", {.title = "Pengguna", .section = "/pengaturan"},
                          {{"orang", people}, {"banyak", people.size()}, {"pesan", message_of(visit)}});
    }

    Response blank(Visit& visit) { return form(visit, {}, nullptr, {}, 200); }

    Response add(Visit& visit) {
        const Details details =
            details_of(visit.request.form, as_username(visit.request.form.get("pengguna")));
        const auto desk = site_.desk();
        auto wrong = Staff::problems(details, desk->office());
        if (wrong.empty() && staff_->accounts().find(details.username))
            wrong.push_back({"Nama pengguna ini sudah dipakai", "username",
                             "Pilih nama lain; akun lama tidak dihapus, hanya dimatikan."});
        if (!wrong.empty()) return form(visit, details, nullptr, wrong, 422);
        std::string password = staff_->add(details, desk->office(), act(visit));
        return password_page(visit, details.username, details.name, std::move(password), true);
    }

    Response edit(Visit& visit) {
        const auto account = asked(visit);
        if (!account) return site_.not_found(visit);
        return form(visit, details_of(*account), &*account, {}, 200);
    }

    Response save(Visit& visit) {
        const auto account = asked(visit);
        if (!account) return site_.not_found(visit);
        const Details details = details_of(visit.request.form, account->username);
        const auto wrong = Staff::problems(details, site_.desk()->office());
        if (!wrong.empty()) return form(visit, details, &*account, wrong, 422);
        return change(visit, *account, details, account->disabled);
    }

    Response disable(Visit& visit) { return set_disabled(visit, true); }
    Response enable(Visit& visit) { return set_disabled(visit, false); }

    Response reset_password(Visit& visit) {
        const auto account = asked(visit);
        if (!account) return site_.not_found(visit);
        std::string password = staff_->reset_password(account->username, act(visit));
        return password_page(visit, account->username, account->name, std::move(password), false);
    }

    Response remove_phone(Visit& visit) {
        const auto account = asked(visit);
        if (!account) return site_.not_found(visit);
        staff_->accounts().remove_totp(account->username, act(visit));
        return redirect("/pengaturan/pengguna?selesai=ponsel");
    }

private:
    Zone zone() const { return site_.desk()->office().zone(); }
    static Act act(const Visit& visit) {
        return {.actor = visit.someone().username, .at = visit.now, .from = visit.request.remote};
    }
    std::optional<Account> asked(const Visit& visit) {
        return staff_->accounts().find(visit.names.at("nama"));
    }

    static Details details_of(const Account& account) {
        return {account.username, account.name, account.post, account.official, account.roles};
    }
    static Details details_of(const Fields& form, std::string username) {
        return service::details_of(form, std::move(username));
    }

    Response set_disabled(Visit& visit, bool disabled) {
        const auto account = asked(visit);
        if (!account) return site_.not_found(visit);
        return change(visit, *account, details_of(*account), disabled);
    }

    // By the revision that the form was made from: two admins at once do not overwrite each other.
    Response change(Visit& visit, const Account& account, const Details& details, bool disabled) {
        std::int64_t revision = 0;
        for (const char c : visit.request.form.get("revisi").substr(0, 15))
            if (c >= '0' && c <= '9') revision = revision * 10 + (c - '0');
        try {
            if (staff_->change(details, disabled, revision, site_.desk()->office(), act(visit)))
                return redirect("/pengaturan/pengguna?selesai=" + std::string(disabled == account.disabled
                                                                                  ? "ubah"
                                                                              : disabled ? "mati"
                                                                                         : "hidup"));
        } catch (const Error& error) {
            if (error.code() != Code::data) throw;
            return form(visit, details, &account, error.problems(), 422);
        }
        return form(visit, details, &account,
                    {{"Akun ini diubah orang lain sesudah Anda membukanya", "",
                      "Halaman ini sekarang memakai keadaan terbarunya; periksa, lalu simpan lagi."}},
                    409);
    }

    std::string message_of(const Visit& visit) const {
        const std::string_view done = visit.request.query.get("selesai");
        static const std::pair<const char*, const char*> messages[] = {
            {"ubah", "Perubahan akun tersimpan."},
            {"mati", "Akun sudah dimatikan: sesi dan tokennya berakhir."},
            {"hidup", "Akun sudah dihidupkan lagi."},
            {"ponsel", "Kode ponsel akun itu sudah dihapus. Pemiliknya memasang lagi saat masuk."}};
        for (const auto& [name, message] : messages)
            if (done == name) return site_.say(visit, message);
        return {};
    }

    // `account` null: a new one.
    Response form(const Visit& visit, const Details& details, const Account* account,
                  const std::vector<Problem>& wrong, int status) {
        Json content = {{"baru", account == nullptr},
                        {"alamat", "/pengaturan/pengguna/" + (account ? account->username : "baru")},
                        {"pengguna", details.username},
                        {"nama", details.name},
                        {"jabatan", details.post},
                        {"peran", Json::array()},
                        {"pejabat", Json::array()},
                        {"revisi", account ? std::to_string(account->revision) : ""},
                        {"mati", account && account->disabled},
                        {"ponsel", account && !account->totp.empty()},
                        {"sendiri", account && account->username == visit.someone().username},
                        {"galat", Json::array()}};
        for (const char* field : {"username", "name", "post", "official", "roles"})
            content[std::string(field) + "_galat"] = "";
        for (const Problem& problem : wrong) {
            const Problem said = site_.pages().words().say(visit.language, problem);
            const std::string text = said.what + ". " + said.remedy;
            if (const std::string field = problem.where + "_galat"; content.contains(field))
                content[field] = text;
            content["galat"].push_back({{"kata", text}, {"ke", problem.where}});
        }
        static const std::pair<Role, const char*> duties[] = {
            {Role::staf, "Membuat surat dan mengirimnya untuk diperiksa."},
            {Role::pemeriksa, "Memeriksa surat dan membubuhkan paraf, atau mengembalikannya."},
            {Role::kadis, "Menandatangani surat, dengan PIN kuncinya sendiri."},
            {Role::tata_usaha, "Memegang buku agenda: pengiriman, pembatalan nomor, koreksi."},
            {Role::admin, "Mengatur akun dan data kantor; tidak memegang surat."}};
        for (const auto& [role, duty] : duties) {
            const std::string word = to_string(role);
            content["peran"].push_back({{"kode", word},
                                        {"nama", site_.say(visit, role_name(role))},
                                        {"tugas", site_.say(visit, duty)},
                                        {"dipilih", std::find(details.roles.begin(), details.roles.end(),
                                                              word) != details.roles.end()}});
        }
        const auto desk = site_.desk();
        for (const Json& official : desk->office().settings().at("pejabat"))
            content["pejabat"].push_back({{"id", official.at("id")},
                                          {"nama", official.at("nama")},
                                          {"dipilih", official.at("id") == details.official}});
        const char* title = account ? "Ubah pengguna" : "Pengguna baru";
        return site_.page(visit, "pengguna-ubah",
                          {.title = std::string(wrong.empty() ? "" : "Perlu diperbaiki: ") + title,
                           .section = "/pengaturan"},
                          content, status);
    }

    Response password_page(const Visit& visit, const std::string& username, const std::string& name,
                           std::string password, bool made) {
        Response response =
            site_.page(visit, "pengguna-sandi", {.title = "Sandi sementara", .section = "/pengaturan"},
                       {{"pengguna", username}, {"nama", name}, {"sandi", password}, {"baru", made}});
        wipe(password);
        return response;
    }

    Site& site_;
    std::shared_ptr<Staff> staff_;
};

}  // namespace

void add_staff_routes(Service& service, Site& site, std::shared_ptr<Staff> staff) {
    const auto pages = std::make_shared<StaffPages>(site, std::move(staff));
    const auto add = [&](const char* method, const char* pattern, Response (StaffPages::*act)(Visit&)) {
        service.router().add({.method = method,
                              .pattern = pattern,
                              .access = admins,
                              .handler = [pages, act](Visit& visit) { return (*pages.*act)(visit); },
                              .heavy = std::string_view(method) == "POST"});  // a password may be hashed
    };
    add("GET", "/pengaturan", &StaffPages::start);
    add("GET", "/pengaturan/pengguna", &StaffPages::list);
    add("GET", "/pengaturan/pengguna/baru", &StaffPages::blank);
    add("POST", "/pengaturan/pengguna/baru", &StaffPages::add);
    add("GET", "/pengaturan/pengguna/{nama}", &StaffPages::edit);
    add("POST", "/pengaturan/pengguna/{nama}", &StaffPages::save);
    add("POST", "/pengaturan/pengguna/{nama}/matikan", &StaffPages::disable);
    add("POST", "/pengaturan/pengguna/{nama}/hidupkan", &StaffPages::enable);
    add("POST", "/pengaturan/pengguna/{nama}/sandi", &StaffPages::reset_password);
    add("POST", "/pengaturan/pengguna/{nama}/ponsel", &StaffPages::remove_phone);
}

}  // namespace naskah::service
