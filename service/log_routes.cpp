// /log: who did what and when, newest first, and whether the chain holds.
#include <algorithm>
#include <charconv>
#include <map>

#include "service/account_routes.h"
#include "service/moment.h"
#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::service {

using storage::StoredEntry;

namespace {

constexpr int page_size = 50;
constexpr int walk_step =
    20'000;  // entries that one visit holds against their chain: some tenths of a second

// What an entry's action says to people. Others are printed as they stand.
const std::map<std::string, const char*, std::less<>> acts = {
    {"reserve", "mengambil nomor surat"},
    {"issue", "menerbitkan surat"},
    {"void", "membatalkan nomor"},
    {"replace", "mengganti surat yang belum terbit"},
    {"revoke", "mencabut surat"},
    {"supersede", "mengganti surat dengan ralat"},
    {"dispatch", "mencatat pengiriman surat"},
    {"draft-create", "membuat konsep"},
    {"draft-send", "mengirim konsep untuk diperiksa"},
    {"draft-withdraw", "menarik kembali konsep"},
    {"draft-approve", "memaraf konsep"},
    {"draft-return", "mengembalikan konsep"},
    {"draft-discard", "membuang konsep"},
    {"draft-sign", "memulai tanda tangan"},
    {"draft-number", "memberi nomor"},
    {"draft-issued", "menyelesaikan tanda tangan"},
    {"draft-unsigned", "tanda tangan tidak berhasil"},
    {"sign-asked", "meminta layanan menandatangani"},
    {"sign-answered", "mencatat jawaban layanan tanda tangan"},
    {"sign-in", "masuk"},
    {"sign-out", "keluar"},
    {"attempt-failed", "gagal masuk"},
    {"lock-out", "disuruh menunggu karena terlalu sering gagal"},
    {"account-added", "membuat akun"},
    {"account-changed", "mengubah akun"},
    {"password", "mengganti sandi"},
    {"password-renewed", "sandi disimpan dengan sidik yang lebih kuat"},
    {"totp-set", "memasang kode ponsel"},
    {"totp-removed", "menghapus kode ponsel"},
    {"recovery-codes", "membuat kode cadangan baru"},
    {"token-made", "membuat token program"},
    {"token-revoked", "mencabut token program"},
    {"settings", "mengubah pengaturan kantor"},
    {"holidays", "mengubah hari libur"},
};

// Members of an entry's detail, and values of theirs that are words of the program. Others stand as they are.
const std::map<std::string, const char*, std::less<>> members = {
    {"from", "dari alamat"},  {"by", "dengan"},          {"proof", "bukti"},
    {"name", "nama"},         {"post", "jabatan"},       {"official", "pejabat"},
    {"roles", "peran"},       {"disabled", "dimatikan"}, {"sessions", "sesi"},
    {"token", "token"},       {"label", "untuk"},        {"ends", "sampai"},
    {"until", "sampai"},      {"reason", "alasan"},      {"number", "nomor"},
    {"date", "tanggal"},      {"sha256", "sidik"},       {"record", "sidik"},
    {"sent", "dikirim"},      {"means", "lewat"},        {"note", "pesan"},
    {"version", "versi"},     {"count", "banyak"},       {"recovery_codes", "kode cadangan"},
    {"replaces", "pengganti"}};
const std::map<std::string, const char*, std::less<>> values = {{"password", "sandi"},
                                                                {"totp", "kode ponsel"},
                                                                {"recovery", "kode cadangan"},
                                                                {"self", "pemilik akun sendiri"},
                                                                {"other", "orang lain"},
                                                                {"true", "ya"},
                                                                {"false", "tidak"}};

// For the check of the rows, and of no use to people.
bool is_digest(const std::string& action, const std::string& name) {
    return name == "password" || name == "totp" || name == "session" ||
           (name == "digest" && action == "token-made");
}

std::string shortened(std::string text) {
    if (text.size() <= 120) return text;
    std::size_t end = 117;
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a character
    return text.substr(0, end) + "…";
}

std::string text_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    const bool plain = value.is_array() && std::all_of(value.begin(), value.end(),
                                                       [](const Json& item) { return item.is_string(); });
    if (!plain) return dump_json(value);
    std::string text;
    for (const Json& item : value) text += (text.empty() ? "" : ", ") + item.get<std::string>();
    return text;
}

// How far the log was found whole, from its first entry on, by this process.
class ChainWatch {
public:
    struct State {
        std::int64_t checked = 0, newest = 0;
        std::string broken;  // what is wrong and where; empty: nothing is
    };
    State look(storage::Connections& database) {
        const std::scoped_lock lock(mutex_);
        database.read([&](storage::Connection& connection) {
            Place place = place_;
            std::string broken = broken_;
            const storage::LogHead head = storage::read_head(connection);
            for (int walked = 0; broken.empty() && place.seq < head.seq && walked < walk_step;) {
                const auto entries = storage::entries_after(connection, place.seq, 500);
                if (entries.empty()) {
                    broken = "Catatan sesudah nomor " + std::to_string(place.seq) + " hilang";
                    break;
                }
                for (const StoredEntry& stored : entries) {
                    broken = fault(stored, place);
                    if (!broken.empty()) break;
                    place = {stored.seq, stored.hash};
                    ++walked;
                }
            }
            if (broken.empty() && place.seq == head.seq && place.hash != to_string(head.hash))
                broken = "Ujung log tidak cocok dengan catatan terakhirnya";
            place_ = place;
            broken_ = broken;
            newest_ = head.seq;
        });
        return {place_.seq, newest_, broken_};
    }
    void begin_again() {
        const std::scoped_lock lock(mutex_);
        place_ = {};
        broken_.clear();
    }

private:
    struct Place {
        std::int64_t seq = 0;
        std::string hash = std::string(64, '0');
    };
    static std::string fault(const StoredEntry& stored, const Place& before) {
        const std::string number = std::to_string(stored.seq);
        if (stored.seq != before.seq + 1) return "Catatan sebelum nomor " + number + " hilang";
        const auto entry = storage::to_entry(stored);
        if (!entry) return "Catatan nomor " + number + " tidak terbaca";
        if (stored.previous != before.hash)
            return "Catatan nomor " + number + " tidak menyambung yang sebelumnya";
        if (storage::hash_of(*entry) != entry->hash) return "Isi catatan nomor " + number + " diubah";
        return {};
    }

    std::mutex mutex_;
    Place place_;
    std::int64_t newest_ = 0;
    std::string broken_;
};

class LogPages {
public:
    explicit LogPages(Site& site) : site_(site) {}

    Response list(Visit& visit) {
        const Fields& query = visit.request.query;
        const std::string person = as_username(query.get("orang").substr(0, 64));
        const std::string asked(query.get("surat").substr(0, 100));
        storage::LogFilter filter{.person = person, .limit = page_size + 1};
        const std::string_view before = query.get("sebelum");
        std::from_chars(before.data(), before.data() + before.size(), filter.before);
        const auto desk = site_.desk();
        bool unknown = false;
        if (!asked.empty()) {
            filter.letter = letter_of(*desk, asked);
            unknown = filter.letter.empty();
        }
        std::vector<StoredEntry> entries;
        if (!unknown)
            site_.database()->read([&](storage::Connection& connection) {
                entries = storage::newest_entries(connection, filter);
            });
        const bool more = entries.size() > page_size;
        if (more) entries.resize(page_size);
        const ChainWatch::State chain = watch_.look(*site_.database());
        Json content = {{"orang", person},
                        {"naskah", asked},
                        {"tidak_dikenal", unknown},
                        {"catatan", Json::array()},
                        {"kosong", entries.empty()},
                        {"utuh", chain.broken.empty() && chain.checked == chain.newest},
                        {"sebagian", chain.broken.empty() && chain.checked != chain.newest},
                        {"putus", chain.broken.empty() ? "" : site_.say(visit, chain.broken + ".")},
                        {"sejauh", site_.say(visit, "Sejauh ini utuh sampai catatan nomor " +
                                                        std::to_string(chain.checked) + " dari " +
                                                        std::to_string(chain.newest) + ".")},
                        {"semua", std::to_string(chain.newest)},
                        {"lama", ""},
                        {"disaring", !person.empty() || !asked.empty()}};
        for (const StoredEntry& stored : entries) content["catatan"].push_back(row(visit, *desk, stored));
        if (more)
            content["lama"] = "/log?orang=" + encode_percent(person) + "&surat=" + encode_percent(asked) +
                              "&sebelum=" + std::to_string(entries.back().seq);
        return site_.page(visit, "log", {.title = "Catatan perbuatan", .section = "/pengaturan"}, content);
    }

    Response check_again(Visit&) {
        watch_.begin_again();
        return redirect("/log");
    }

private:
    // The id of the letter that a person names by its number or its code; empty if there is none.
    static std::string letter_of(workflow::Desk& desk, const std::string& asked) {
        if (const auto letter = desk.letters().find_number(asked)) return to_string(letter->id);
        const auto id = parse_letter_id(asked);
        return id ? to_string(*id) : std::string();
    }

    Json row(const Visit& visit, workflow::Desk& desk, const StoredEntry& stored) const {
        const auto entry = storage::to_entry(stored);
        const auto known = acts.find(stored.action);
        Json details = Json::array();
        std::string about;
        if (entry && entry->detail.is_object())
            for (const auto& [name, value] : entry->detail.items()) {
                if (name == "account") {
                    about = value.is_string() ? value.get<std::string>() : "";
                    continue;
                }
                if (is_digest(stored.action, name)) continue;
                const bool change =
                    stored.action == "account-changed" && value.is_array() && value.size() == 2;
                const std::string text =
                    change ? change_text(visit, name, value) : detail_text(visit, name, value);
                if (text.empty()) continue;
                const auto word = members.find(name);
                details.push_back(
                    {{"apa", word == members.end() ? name : site_.say(visit, word->second)}, {"isi", text}});
            }
        if (about == stored.actor) about.clear();
        std::string letter;
        if (const auto id = parse_letter_id(stored.letter)) {
            const auto found = desk.letters().find(*id);
            letter = found ? found->number : stored.letter;
        }
        return {{"nomor", std::to_string(stored.seq)},
                {"kapan", moment_text(visit.language, desk.office().zone(), storage::from_millis(stored.at))},
                {"siapa", stored.actor == "-" ? site_.say(visit, "orang tak dikenal") : stored.actor},
                {"apa", known == acts.end() ? stored.action : site_.say(visit, known->second)},
                {"akun", about},
                {"naskah", letter},
                {"naskah_id", letter.empty() ? "" : stored.letter},
                {"rincian", details},
                {"rusak", !entry || storage::hash_of(*entry) != entry->hash}};
    }

    std::string detail_text(const Visit& visit, const std::string& name, const Json& value) const {
        if ((name == "until" || name == "ends") && value.is_number_integer())
            return moment_text(visit.language, site_.desk()->office().zone(),
                               storage::from_millis(value.get<std::int64_t>()));
        const std::string text = text_of(value);
        const auto known = values.find(text);
        return known == values.end() ? shortened(text) : site_.say(visit, known->second);
    }

    // What an account's change holds: what was, and what is.
    std::string change_text(const Visit& visit, const std::string& name, const Json& value) const {
        return detail_text(visit, name, value.at(0)) + " → " + detail_text(visit, name, value.at(1));
    }

    Site& site_;
    ChainWatch watch_;
};

}  // namespace

void add_log_routes(Service& service, Site& site) {
    const auto pages = std::make_shared<LogPages>(site);
    const Access admins = Access::of({workflow::Role::admin});
    service.router().add({"GET", "/log", admins, [pages](Visit& visit) { return pages->list(visit); }});
    service.router().add(
        {"POST", "/log/periksa", admins, [pages](Visit& visit) { return pages->check_again(visit); }});
}

}  // namespace naskah::service
