#include "service/site.h"

#include <sys/stat.h>

namespace naskah::service {
namespace {

struct MenuItem {
    const char* name;
    const char* address;
    std::vector<workflow::Role> roles;
};

const std::vector<MenuItem>& menu() {
    using workflow::Role;
    static const std::vector<MenuItem> items = {
        {"Antrean", "/antrean", {Role::kadis}},
        {"Pemeriksaan", "/pemeriksaan", {Role::pemeriksa}},
        {"Surat saya", "/surat", {Role::staf}},
        {"Buku agenda", "/agenda", {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}},
        {"Pengaturan", "/pengaturan", {Role::admin}},
    };
    return items;
}

// "Provinsi Kalimantan Timur" of "PEMERINTAH PROVINSI KALIMANTAN TIMUR": what stands under the short name.
std::string region_of(const Json& office) {
    std::string name = office.at("kop").at("pemerintah").get<std::string>();
    if (const std::string prefix = "PEMERINTAH "; name.starts_with(prefix)) name.erase(0, prefix.size());
    bool first = true;
    for (char& c : name) {
        const bool letter = c >= 'A' && c <= 'Z';
        if (letter && !first) c = static_cast<char>(c - 'A' + 'a');
        first = c == ' ';
    }
    return name;
}

// What changes when a file is written anew, without reading it.
std::string marks_of(const std::filesystem::path& root) {
    std::string marks;
    for (const char* name : {"office.json", "libur.json"}) {
        struct stat found {};
        if (::stat((root / name).c_str(), &found) != 0) continue;
        for (const auto number :
             {static_cast<std::int64_t>(found.st_mtim.tv_sec),
              static_cast<std::int64_t>(found.st_mtim.tv_nsec), static_cast<std::int64_t>(found.st_size),
              static_cast<std::int64_t>(found.st_ino)})
            marks += std::to_string(number) + " ";
        marks += "/";
    }
    return marks;
}

}  // namespace

std::string title_of_kind(const workflow::Desk& desk, const std::string& kind) {
    try {
        return desk.templates().get(kind)->about().at("judul").get<std::string>();
    } catch (const Error&) {
        return kind;
    }
}

int status_of(Code code) {
    switch (code) {
        case Code::usage: return 400;
        case Code::data: return 422;
        case Code::forbidden: return 403;
        case Code::outside: return 503;
        case Code::unknown: return 502;
        case Code::cannot_write: return 507;
        case Code::internal: return 500;
    }
    return 500;
}

Site::Site(const std::filesystem::path& root, const Clock& clock, Random& random, workflow::AskSecret ask)
    : root_(root), clock_(clock), random_(random), ask_(std::move(ask)), pages_(shipped_web()) {
    database_ = workflow::Office::open(root_).open_database();
    reload();
}

std::shared_ptr<workflow::Desk> Site::desk() const {
    notice_changes();
    const std::lock_guard lock(mutex_);
    return desk_;
}

std::shared_ptr<workflow::Desk> Site::open_desk() const {
    auto desk =
        std::make_shared<workflow::Desk>(workflow::Office::open(root_), clock_, random_, ask_, database_);
    desk->letters();
    return desk;
}

void Site::reload() {
    const std::string marks = marks_of(root_);  // before reading: what changes meanwhile is noticed later
    auto desk = open_desk();
    const std::lock_guard lock(mutex_);
    desk_ = std::move(desk);
    seen_ = marks;
    settings_trouble_.clear();
}

// One request in a second looks at the two files, and it alone waits when they have changed.
void Site::notice_changes() const {
    const std::int64_t now = clock_.now().time_since_epoch().count();
    std::int64_t looked = looked_.load(std::memory_order_relaxed);
    if (now - looked < 1000 && now >= looked) return;  // a clock that was set back is no reason to wait
    if (!looked_.compare_exchange_strong(looked, now)) return;
    const std::string marks = marks_of(root_);
    {
        const std::lock_guard lock(mutex_);
        if (marks == seen_) return;
        seen_ = marks;
    }
    std::shared_ptr<workflow::Desk> desk;
    std::vector<Problem> trouble;
    try {
        desk = open_desk();
    } catch (const Error& error) {
        trouble = error.problems();
    }
    const std::lock_guard lock(mutex_);
    if (desk) desk_ = std::move(desk);
    settings_trouble_ = std::move(trouble);
}

std::vector<Problem> Site::settings_trouble() const {
    notice_changes();
    const std::lock_guard lock(mutex_);
    return settings_trouble_;
}

Json Site::frame_of(const Visit& visit, const Frame& frame, const workflow::Office& office) const {
    const bool english = visit.language == Language::english;
    Json out = {
        {"judul", say(visit, frame.title)},
        {"bahasa", to_string(visit.language)},
        {"bahasa_lain", english ? "id" : "en"},
        {"nama_bahasa_lain", english ? "Bahasa Indonesia" : "English"},
        {"alamat_bahasa", std::string("/bahasa/") + (english ? "id" : "en") + "?kembali=" +
                              encode_percent(visit.request.method == "GET" || visit.request.method == "HEAD"
                                                 ? visit.request.path
                                                 : "/")},
        {"aset", pages_.asset_root()},
        {"daerah", region_of(office.settings())},
        {"pangkal", "/periksa"},
        {"csrf", ""},
        {"skrip", frame.scripts},
        {"segarkan", frame.refresh > 0 ? std::to_string(frame.refresh) : ""},
        {"menu", Json::array()}};
    if (const workflow::Person* person = visit.person()) {
        out["csrf"] = visit.session->csrf;
        out["pangkal"] = "/beranda";
        out["orang"] = {{"nama", person->name},
                        {"panggilan", person->name.substr(0, person->name.find(' '))},
                        {"jabatan", person->post}};
        for (const MenuItem& item : menu())
            if (Access::of(item.roles).allows(person))
                out["menu"].push_back({{"nama", say(visit, item.name)},
                                       {"alamat", item.address},
                                       {"kini", frame.section == item.address}});
    }
    return out;
}

Response Site::page(const Visit& visit, const std::string& name, const Frame& frame, const Json& content,
                    int status) const {
    const auto desk = this->desk();
    Response response;
    response.status = status;
    response.body = pages_.render(name, visit.language, content, frame_of(visit, frame, desk->office()),
                                  desk->office().surroundings());
    return response;
}

Response Site::trouble(const Visit& visit, const Trouble& trouble) const {
    Json content = {{"judul", say(visit, trouble.title)},
                    {"apa", say(visit, trouble.what)},
                    {"cari", false},
                    {"tunggu", false},
                    {"kunci", false},
                    {"rusak", false},
                    {"saran", Json::array()},
                    {"masalah", Json::array()},
                    {"tombol", {{"kata", say(visit, trouble.button)}, {"alamat", trouble.target}}},
                    {"rujukan", trouble.status >= 500 ? visit.request.request_id : ""}};
    content[trouble.icon] = true;
    for (const std::string& advice : trouble.advice) content["saran"].push_back(say(visit, advice));
    for (const Problem& problem : trouble.problems)
        content["masalah"].push_back(to_string(pages_.words().say(visit.language, problem)));
    return page(visit, "galat", {.title = trouble.title, .section = {}, .scripts = {}}, content,
                trouble.status);
}

Response Site::failure(const Visit& visit, const Error& error, bool api) const {
    const int status = status_of(error.code());
    // What went wrong inside is for the log, not for whoever asks.
    const bool inside = error.code() == Code::internal;
    if (api) {
        return problem(visit, status,
                       error.code() == Code::data        ? "Data tidak dapat dipakai"
                       : error.code() == Code::forbidden ? "Tidak diizinkan"
                       : error.code() == Code::usage     ? "Permintaan tidak dapat dipahami"
                       : error.code() == Code::outside   ? "Layanan lain tidak menjawab"
                       : error.code() == Code::unknown ? "Belum diketahui apakah layanan lain mengerjakannya"
                                                       : "Terjadi kesalahan di dalam Naskah",
                       inside ? std::vector<Problem>{} : error.problems());
    }
    Trouble said{.status = status};
    switch (error.code()) {
        case Code::usage:
        case Code::data:
            said.title = "Permintaan ini tidak dapat dikerjakan";
            said.what = "Tidak ada yang berubah. Perbaiki yang disebut di bawah, lalu coba lagi.";
            said.problems = error.problems();
            said.advice = {"Kembali ke halaman sebelumnya; isian Anda masih di sana."};
            break;
        case Code::forbidden:
            said.icon = "kunci";
            said.title = "Anda tidak dapat melakukan ini";
            said.what = "Tidak ada yang berubah.";
            said.problems = error.problems();
            said.advice = {"Mintalah kepada rekan yang berwenang, atau hubungi admin kantor."};
            break;
        case Code::outside:
            said.icon = "tunggu";
            said.title = "Layanan sedang tidak menjawab";
            said.what = "Yang sudah tersimpan tetap aman. Coba lagi sebentar lagi.";
            said.problems = error.problems();
            said.advice = {"Tunggu satu menit, lalu muat ulang halaman ini."};
            break;
        case Code::unknown:
            said.icon = "tunggu";
            said.title = "Hasilnya belum diketahui";
            said.what =
                "Layanan penandatanganan mungkin sudah atau belum mengerjakannya. Tidak ada yang diulang "
                "sendiri.";
            said.problems = error.problems();
            said.advice = {"Periksa surat ini di antrean sebelum mencoba lagi."};
            break;
        case Code::cannot_write:
        case Code::internal:
            said.title = "Terjadi kesalahan di pihak kami";
            said.what = "Yang sudah tersimpan tetap aman. Kesalahan ini sudah kami catat.";
            said.advice = {"Coba lagi sebentar lagi. Bila terulang, laporkan dengan kode di bawah."};
            break;
    }
    if (visit.session) {
        said.button = "Kembali ke beranda";
        said.target = "/beranda";
    }
    return trouble(visit, said);
}

Response Site::problem(const Visit& visit, int status, const std::string& title,
                       const std::vector<Problem>& problems) const {
    Json body = {{"type", "about:blank"},
                 {"title", say(visit, title)},
                 {"status", status},
                 {"instance", "urn:naskah:" + visit.request.request_id},
                 {"problems", Json::array()}};
    for (const Problem& problem : problems) {
        const Problem said = pages_.words().say(visit.language, problem);
        body["problems"].push_back({{"what", said.what}, {"where", said.where}, {"remedy", said.remedy}});
    }
    Response response = json_response(body, status);
    response.type = "application/problem+json";
    return response;
}

Response Site::not_found(const Visit& visit) const {
    return trouble(visit, {.status = 404,
                           .icon = "cari",
                           .title = "Halaman ini tidak ada",
                           .what = "Alamatnya mungkin salah ketik atau terpotong saat disalin.",
                           .advice = {"Jika Anda memindai surat, ketik kode di bawah kode QR-nya.",
                                      "Halaman ini bukan hasil pemeriksaan: belum tentu surat Anda palsu."},
                           .problems = {}});
}

}  // namespace naskah::service
