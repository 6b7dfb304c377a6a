#include "service/agenda_view.h"

#include <charconv>

#include "core/text.h"
#include "service/moment.h"
#include "storage/drafts.h"

namespace naskah::service {
namespace {

using storage::AgendaRow;
using storage::Status;

std::optional<std::int64_t> whole(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
        return std::nullopt;
    return number;
}

// "keadaan" of an address: the words of the page, and one that is no state of a letter.
constexpr const char* undispatched = "belum-dikirim";
constexpr std::pair<const char*, Status> states[] = {{"dipesan", Status::reserved},
                                                     {"terbit", Status::issued},
                                                     {"diralat", Status::superseded},
                                                     {"dicabut", Status::revoked},
                                                     {"batal", Status::void_}};

constexpr const char* months[] = {"Januari", "Februari", "Maret",     "April",   "Mei",      "Juni",
                                  "Juli",    "Agustus",  "September", "Oktober", "November", "Desember"};

// "23 Nov 2026": of a table.
std::string short_day(Language language, Date day) {
    std::string text = day_text(language, day);
    const std::size_t month = text.find(' ') + 1, year = text.rfind(' ');
    if (year - month > 3) text.erase(month + 3, year - month - 3);
    return text;
}

std::string title_of_series(const workflow::Office& office, const std::string& name) {
    const Json& all = office.settings().at("seri");
    if (all.contains(name) && all.at(name).is_object())
        if (const auto title = all.at(name).find("judul"); title != all.at(name).end() && title->is_string())
            return title->get<std::string>();
    return name;
}

Json option(const std::string& value, const std::string& words, const std::string& chosen) {
    return {{"nilai", value}, {"kata", words}, {"dipilih", value == chosen}};
}

// What was asked for stays chosen, even if no letter has it.
void keep_choice(Json& options, const std::string& chosen) {
    for (const Json& one : options)
        if (one.at("dipilih").get<bool>()) return;
    options.push_back(option(chosen, visible(chosen, 60), chosen));
}

const char* word_by(Status status) {
    return status == Status::revoked      ? "Dicabut oleh"
           : status == Status::superseded ? "Diralat oleh"
                                          : "Diganti oleh";
}

bool fallen(Status status) {
    return status == Status::void_ || status == Status::revoked || status == Status::superseded;
}

Json acts_for(const Site& site, const Visit& visit, const AgendaRow& row) {
    Json acts = Json::array();
    if (!visit.someone().is(workflow::Role::tata_usaha)) return acts;
    const std::string address = letter_address(row.id);
    const auto add = [&](const char* words, const char* where) {
        acts.push_back({{"kata", site.say(visit, words)},
                        {"alamat", address + where},
                        {"nomor", site.say(visit, "nomor") + " " + row.number}});
    };
    if (row.status == Status::reserved) add("Batalkan nomor", "/batal");
    if (row.status != Status::reserved && row.status != Status::void_)
        add(row.dispatch ? "Perbarui pengiriman" : "Catat pengiriman", "/kirim");
    if (row.status == Status::issued) add("Ralat atau cabut", "/koreksi");
    return acts;
}

std::string summary_of(const Site& site, const Visit& visit, const AgendaQuery& query,
                       const storage::Agenda::Count& count) {
    if (count.all == 0) return site.say(visit, "0 nomor");
    // A series' year that is shown whole has no gap: the register's promise, seen here.
    storage::AgendaFilter series;
    series.series = query.filter.series;
    series.year = query.filter.year;
    AgendaQuery whole_series;
    whole_series.filter = series;
    const bool dense = !series.series.empty() && series.year && whole_series.text() == query.text() &&
                       count.all == count.last;
    std::string text = site.say(visit, thousands(count.all) + (dense ? " nomor, tanpa celah." : " nomor."));
    if (count.voided > 0) text += " " + site.say(visit, thousands(count.voided) + " di antaranya BATAL.");
    return text;
}

}  // namespace

std::string thousands(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ".");
    return digits;
}

std::string letter_address(const LetterId& id) { return "/agenda/" + to_string(id); }

AgendaQuery AgendaQuery::parse(const Fields& query) {
    AgendaQuery asked;
    const auto text = [&](const char* name) { return std::string(query.get(name).substr(0, 200)); };
    asked.filter.text = trim(text("cari"));
    asked.filter.series = text("seri");
    asked.filter.kind = text("jenis");
    asked.filter.unit = text("unit");
    for (std::string* field :
         {&asked.filter.text, &asked.filter.series, &asked.filter.kind, &asked.filter.unit})
        if (first_bad_utf8(*field) || field->find('\0') != std::string::npos) *field = "?";
    if (const auto year = whole(query.get("tahun"), 1900, 2999)) asked.filter.year = static_cast<int>(*year);
    if (const auto month = whole(query.get("bulan"), 1, 12)) asked.filter.month = static_cast<int>(*month);
    for (const auto& [word, status] : states)
        if (query.get("keadaan") == word) asked.filter.status = status;
    asked.filter.undispatched = query.get("keadaan") == undispatched;
    if (query.get("urut") == "nomor") asked.order = storage::AgendaOrder::number;
    constexpr std::int64_t most = std::int64_t{1} << 60;
    asked.after = whole(query.get("sesudah"), 1, most).value_or(0);
    if (asked.after == 0) asked.before = whole(query.get("sebelum"), 1, most).value_or(0);
    return asked;
}

std::string AgendaQuery::text(bool with_place) const {
    std::string text;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            text += (text.empty() ? "?" : "&") + std::string(name) + "=" + encode_percent(value);
    };
    add("cari", filter.text);
    add("tahun", filter.year ? std::to_string(*filter.year) : "");
    add("seri", filter.series);
    for (const auto& [word, status] : states)
        if (filter.status == status) add("keadaan", word);
    if (filter.undispatched) add("keadaan", undispatched);
    add("jenis", filter.kind);
    add("bulan", filter.month ? std::to_string(*filter.month) : "");
    add("unit", filter.unit);
    if (order == storage::AgendaOrder::number) add("urut", "nomor");
    if (with_place && after != 0) add("sesudah", std::to_string(after));
    if (with_place && before != 0) add("sebelum", std::to_string(before));
    return text;
}

bool AgendaQuery::filtered() const {
    AgendaQuery plain = *this;
    plain.order = storage::AgendaOrder::newest;
    return !plain.text().empty();
}

std::string Names::of(const std::string& username) {
    const auto [known, fresh] = known_.try_emplace(username, username);
    if (fresh)
        if (const auto account = accounts_.find(username); account && !account->name.empty())
            known->second = account->name;
    return known->second;
}

bool may_read(const workflow::Person& person, const AgendaRow& row) {
    const bool secret = row.words.security == "Rahasia" || row.words.security == "Sangat Rahasia";
    return !secret || person.is(workflow::Role::kadis) || person.is(workflow::Role::tata_usaha) ||
           person.username == row.maker;
}

Json state_tag(const Site& site, const Visit& visit, Status status) {
    Json tag = {{"kata", site.say(visit, workflow::status_word(status))}};
    for (const auto& [word, value] : states) tag[word] = value == status;
    return tag;
}

Json agenda_page(const Site& site, const Visit& visit, const AgendaQuery& query, storage::Agenda& agenda) {
    constexpr int rows_a_page = 50;
    const auto desk = site.desk();
    const auto say = [&](const std::string& text) { return site.say(visit, text); };
    const storage::AgendaPage part =
        agenda.list(query.filter, query.order, rows_a_page, query.after, query.before);
    const storage::Agenda::Choices choices = agenda.choices();
    Json page = {{"kueri", query.text()},
                 {"cari", query.filter.text},
                 {"tersaring", query.filtered()},
                 {"pengelola", visit.someone().is(workflow::Role::tata_usaha)},
                 {"ringkasan", summary_of(site, visit, query, agenda.count(query.filter))},
                 {"rinci", !query.filter.kind.empty() || query.filter.month || !query.filter.unit.empty() ||
                               query.order == storage::AgendaOrder::number},
                 {"kabar", ""},
                 {"baris", Json::array()},
                 {"sebelum", ""},
                 {"sesudah", ""}};

    const std::string year = query.filter.year ? std::to_string(*query.filter.year) : "";
    page["tahun"] = Json::array({option("", say("Semua"), year)});
    for (auto one = choices.years.rbegin(); one != choices.years.rend(); ++one)
        page["tahun"].push_back(option(std::to_string(*one), std::to_string(*one), year));
    page["seri"] = Json::array({option("", say("Semua seri"), query.filter.series)});
    for (const std::string& one : choices.series)
        page["seri"].push_back(option(one, title_of_series(desk->office(), one), query.filter.series));
    page["jenis"] = Json::array({option("", say("Semua jenis"), query.filter.kind)});
    for (const std::string& one : choices.kinds)
        page["jenis"].push_back(option(one, title_of_kind(*desk, one), query.filter.kind));
    page["unit"] = Json::array({option("", say("Semua unit"), query.filter.unit)});
    for (const std::string& one : choices.units) page["unit"].push_back(option(one, one, query.filter.unit));
    const std::string month = query.filter.month ? std::to_string(*query.filter.month) : "";
    page["bulan"] = Json::array({option("", say("Semua bulan"), month)});
    for (std::size_t i = 0; i < std::size(months); ++i)
        page["bulan"].push_back(option(std::to_string(i + 1), say(months[i]), month));
    std::string state = query.filter.undispatched ? undispatched : "";
    for (const auto& [word, status] : states)
        if (query.filter.status == status) state = word;
    page["keadaan"] = Json::array({option("", say("Semua"), state)});
    for (const auto& [word, status] : states)
        page["keadaan"].push_back(option(word, say(workflow::status_word(status)), state));
    page["keadaan"].push_back(option(undispatched, say("Terbit, belum dikirim"), state));
    const bool by_number = query.order == storage::AgendaOrder::number;
    page["urut"] = Json::array({option("", say("Terbaru dahulu"), by_number ? "nomor" : ""),
                                option("nomor", say("Menurut nomor"), by_number ? "nomor" : "")});
    for (const auto& [name, chosen] : {std::pair<const char*, std::string>{"tahun", year},
                                       {"seri", query.filter.series},
                                       {"jenis", query.filter.kind},
                                       {"unit", query.filter.unit}})
        keep_choice(page[name], chosen);

    for (const AgendaRow& row : part.rows) {
        Json line = {{"no_urut", row.urut},
                     {"tanggal", short_day(visit.language, row.date)},
                     {"nomor", row.number},
                     {"alamat", letter_address(row.id)},
                     {"hal", row.subject},
                     {"jenis", row.words.title},
                     {"tujuan", row.words.addressee},
                     {"keadaan", state_tag(site, visit, row.status)},
                     {"batal", row.status == Status::void_},
                     {"gugur", fallen(row.status)},
                     {"alasan", row.status == Status::void_ ? say("Alasan:") + " " + row.reason : row.reason},
                     {"kata_oleh", say(word_by(row.status))},
                     {"oleh", row.replaced_by_number},
                     {"alamat_oleh", row.replaced_by ? letter_address(*row.replaced_by) : ""},
                     {"dikirim", nullptr},
                     {"tindakan", acts_for(site, visit, row)}};
        if (row.dispatch)
            line["dikirim"] = {{"cara", row.dispatch->means},
                               {"tanggal", short_day(visit.language, row.dispatch->sent)}};
        page["baris"].push_back(std::move(line));
    }
    page["kata_sebelum"] = say(by_number ? "Nomor sebelumnya" : "Lebih baru");
    page["kata_sesudah"] = say(by_number ? "Nomor berikutnya" : "Lebih lama");
    if (!part.rows.empty()) {
        AgendaQuery next = query;
        next.before = 0;
        next.after = part.rows.back().row;
        if (part.more_after) page["sesudah"] = "/agenda" + next.text(true);
        next.after = 0;
        next.before = part.rows.front().row;
        if (part.more_before) page["sebelum"] = "/agenda" + next.text(true);
    }
    return page;
}

Json short_facts(const Site& site, const Visit& visit, const AgendaRow& row) {
    Json facts = Json::array();
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) facts.push_back({{"nama", site.say(visit, name)}, {"nilai", value}});
    };
    add("Nomor", row.number);
    add("Hal", row.subject);
    add("Tujuan", row.words.addressee);
    add("Tanggal", day_text(visit.language, row.date));
    return facts;
}

namespace {

// A step of the draft that the letter came from; what the register says of it anyway is left out.
const char* word_of(const std::string& act) {
    static const std::map<std::string, const char*> words = {{"create", "Konsep dibuat"},
                                                             {"send", "Dikirim untuk diperiksa"},
                                                             {"withdraw", "Ditarik kembali"},
                                                             {"approve", "Diparaf dan diteruskan"},
                                                             {"return", "Dikembalikan"},
                                                             {"sign", "Dipilih untuk ditandatangani"},
                                                             {"unsigned", "Belum berhasil ditandatangani"}};
    const auto found = words.find(act);
    return found == words.end() ? nullptr : found->second;
}

// One entry of the log in words: "apa" and "rinci".
Json life_entry(const Site& site, const Visit& visit, const storage::LogEntry& entry, Names& names, Zone zone,
                const std::map<std::string, std::string>& numbers) {
    const auto say = [&](const std::string& text) { return site.say(visit, text); };
    const auto detail = [&](const char* name) {
        return entry.detail.is_object() && entry.detail.contains(name) && entry.detail.at(name).is_string()
                   ? entry.detail.at(name).get<std::string>()
                   : std::string();
    };
    const auto other = [&] {
        const auto found = numbers.find(detail("by"));
        return found == numbers.end() ? std::string() : " " + found->second;
    };
    Json line = {{"kelas", "done"}, {"baik", false},       {"buruk", false},           {"kirim", false},
                 {"lain", false},   {"apa", entry.action}, {"rinci", detail("reason")}};
    const char* icon = "lain";
    if (entry.action == "reserve") {
        line["apa"] = say("Nomor diambil");
    } else if (entry.action == "issue") {
        line["apa"] = say("Ditandatangani dan terbit");
        icon = "baik";
    } else if (entry.action == "void") {
        line["apa"] = say("Dibatalkan");
        icon = "buruk";
    } else if (entry.action == "replace") {
        line["apa"] = say("Dibatalkan dan diganti oleh nomor") + other();
        icon = "buruk";
    } else if (entry.action == "revoke") {
        line["apa"] = say("Dicabut oleh nomor") + other();
        icon = "buruk";
    } else if (entry.action == "supersede") {
        line["apa"] = say("Diralat oleh nomor") + other();
        icon = "buruk";
    } else if (entry.action == "dispatch") {
        line["apa"] = say("Pengiriman dicatat");
        const auto sent = parse_date(detail("sent"));
        line["rinci"] = detail("means") + (sent ? ", " + day_text(visit.language, *sent) : "");
        icon = "kirim";
    }
    line[icon] = true;
    if (icon == std::string_view("buruk")) line["kelas"] = "back";
    line["oleh"] = names.of(entry.actor);
    line["saat"] = moment_text(visit.language, zone, entry.at);
    return line;
}

}  // namespace

Json letter_page(Site& site, const Visit& visit, const AgendaRow& row) {
    const auto desk = site.desk();
    const Zone zone = desk->office().zone();
    storage::Register& letters = desk->letters();
    Names names(site.database());
    const auto say = [&](const std::string& text) { return site.say(visit, text); };
    const std::string address = letter_address(row.id);
    Json page = {{"nomor", row.number},
                 {"hal", row.subject},
                 {"batal", row.status == Status::void_},
                 {"keadaan", state_tag(site, visit, row.status)},
                 {"kabar", ""},
                 {"gugur", nullptr},
                 {"fakta", Json::array()},
                 {"terkait", Json::array()},
                 {"kiriman", Json::array()},
                 {"riwayat", Json::array()},
                 {"berkas", nullptr},
                 {"terkunci", false},
                 {"belum", row.status == Status::reserved},
                 {"tindakan", acts_for(site, visit, row)}};
    if (fallen(row.status))
        page["gugur"] = {
            {"judul", say(row.status == Status::void_     ? "Nomor ini BATAL dan tidak pernah dipakai lagi"
                          : row.status == Status::revoked ? "Surat ini sudah dicabut"
                                                          : "Surat ini sudah diralat")},
            {"alasan", row.reason},
            {"kata_oleh", say(word_by(row.status))},
            {"oleh", row.replaced_by_number},
            {"alamat_oleh", row.replaced_by ? letter_address(*row.replaced_by) : ""}};
    const auto add = [&](const char* name, const std::string& value) {
        page["fakta"].push_back({{"nama", say(name)}, {"nilai", value.empty() ? "–" : value}});
    };
    add("No. urut", std::to_string(row.urut));
    add("Tanggal surat", day_text(visit.language, row.date));
    add("Jenis surat", row.words.title);
    add("Seri", title_of_series(desk->office(), row.series));
    add("Kode klasifikasi", row.code);
    add("Keamanan", row.words.security);
    add("Sifat", row.words.urgency);
    add("Tujuan", row.words.addressee);
    add("Lampiran", row.words.annexes);
    add("Unit pengolah", row.unit);
    add("Penanda tangan", row.words.signer);
    add("Tembusan", row.words.copies);
    if (row.dispatch) {
        add("Tanggal kirim", day_text(visit.language, row.dispatch->sent));
        add("Cara kirim", row.dispatch->means);
        add("Penerima", row.dispatch->receiver);
        add("Lokasi arsip", row.dispatch->archive);
    } else {
        add("Dikirim", row.sha256 ? say("belum dicatat") : "");
    }
    add("Dibuat oleh", names.of(row.maker));
    add("Nomor diambil", moment_text(visit.language, zone, row.reserved_at));
    add("Terbit", row.issued_at ? moment_text(visit.language, zone, *row.issued_at) : "");
    add("Kode periksa", to_grouped(row.id));
    if (row.sha256) add("SHA-256", to_string(*row.sha256));

    std::map<std::string, std::string> numbers;
    if (row.replaced_by) numbers[to_string(*row.replaced_by)] = row.replaced_by_number;
    const auto relate = [&](const LetterId& id, const std::string& number, const char* words) {
        page["terkait"].push_back({{"alamat", letter_address(id)}, {"nomor", number}, {"kata", say(words)}});
    };
    if (row.replaced_by)
        relate(*row.replaced_by, row.replaced_by_number, "Menggantikan atau mengoreksi surat ini");
    if (row.replaces)
        if (const auto old = letters.find(*row.replaces))
            relate(old->id, old->number, "Nomor yang BATAL dan diganti oleh surat ini");
    for (const storage::Letter& old : letters.withdrawn_by(row.id))
        relate(old.id, old.number,
               old.status == Status::revoked ? "Dicabut oleh surat ini" : "Diralat oleh surat ini");

    bool last = true;
    for (const storage::Dispatch& note : storage::Dispatches(site.database()).of(row.id)) {
        page["kiriman"].push_back({{"cara", note.means},
                                   {"tanggal", day_text(visit.language, note.sent)},
                                   {"terakhir", last},
                                   {"penerima", note.receiver},
                                   {"arsip", note.archive},
                                   {"oleh", names.of(note.actor)},
                                   {"saat", moment_text(visit.language, zone, note.noted_at)}});
        last = false;
    }
    const storage::Drafts drafts(site.database());
    if (const auto draft = drafts.find_by_letter(row.id))
        for (const storage::DraftStep& step : drafts.steps(draft->id))
            if (const char* words = word_of(step.act))
                page["riwayat"].push_back({{"kelas", step.act == "return" ? "back" : "done"},
                                           {"baik", step.act == "approve"},
                                           {"buruk", false},
                                           {"kirim", step.act == "send"},
                                           {"lain", step.act != "approve" && step.act != "send"},
                                           {"apa", say(words)},
                                           {"rinci", step.note},
                                           {"oleh", names.of(step.actor)},
                                           {"saat", moment_text(visit.language, zone, step.at)}});
    for (const storage::LogEntry& entry : letters.log_of(row.id))
        page["riwayat"].push_back(life_entry(site, visit, entry, names, zone, numbers));
    if (row.sha256) {
        if (may_read(visit.someone(), row))
            page["berkas"] = {{"alamat", address}};
        else
            page["terkunci"] = true;
    }
    return page;
}

}  // namespace naskah::service
