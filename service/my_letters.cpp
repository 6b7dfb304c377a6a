#include "service/my_letters.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"
#include "service/editor.h"
#include "storage/agenda.h"
#include "workflow/working_time.h"

namespace naskah::service {

using storage::Draft;
using storage::Stage;

namespace {

constexpr int page_size = 25;

struct Tab {
    const char* key;
    const char* title;
    std::vector<Stage> stages;  // empty: all but discarded
};

const std::vector<Tab>& tabs() {
    static const std::vector<Tab> all = {
        {"", "Semua", {}},
        {"kerjakan", "Perlu saya kerjakan", {Stage::concept_, Stage::returned}},
        {"diperiksa", "Sedang diperiksa", {Stage::review}},
        {"antre", "Menunggu tanda tangan", {Stage::queue, Stage::signing}},
        {"terbit", "Terbit", {Stage::issued}},
        {"dibuang", "Dibuang", {Stage::discarded}}};
    return all;
}

int number_in(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::clamp(number, 0, 1'000'000);
}

std::string query_of(const std::string& stage, const std::string& text, int offset) {
    std::string query;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            query += (query.empty() ? "?" : "&") + std::string(name) + "=" + encode_percent(value);
    };
    add("tahap", stage);
    add("cari", text);
    add("mulai", offset > 0 ? std::to_string(offset) : "");
    return "/surat" + query;
}

Json row_of(Editor& editor, const Draft& draft, const Visit& visit) {
    const workflow::Office& office = editor.desk()->office();
    const std::string title = editor.title_of(draft), subject = editor.subject_of(draft);
    const bool mine = draft.stage == Stage::concept_ || draft.stage == Stage::returned;
    const auto due = workflow::deadline(office, draft.due, visit.now);
    Json row = {
        {"alamat", editor.address_of(draft)},
        {"judul", subject.empty() ? title : subject},
        {"jenis", subject.empty() ? "" : title},
        {"nomor", draft.number},
        {"tahap", editor.stage_of(draft)},
        {"pemegang", ""},
        {"sejak", editor.say("sejak " + workflow::moment_words(office, draft.stage_since, visit.now))},
        {"umur", editor.say(workflow::age_words(office, draft.created_at, visit.now))},
        {"catatan", ""},
        {"oleh", ""},
        {"terbit", draft.stage == Stage::issued},
        {"salin", to_string(draft.id)}};
    if (draft.stage == Stage::review) row["pemegang"] = editor.drafting().name_of(draft.holder);
    const bool waits = draft.stage != Stage::issued && draft.stage != Stage::discarded;
    if (waits && due.state != workflow::Deadline::State::none)
        row["tenggat"] = {{"kata", editor.say(due.words)},
                          {"lewat", due.state == workflow::Deadline::State::late},
                          {"hari_ini", due.state == workflow::Deadline::State::today}};
    if (draft.stage == Stage::returned) {
        row["catatan"] = draft.note;
        for (const storage::DraftStep& step : editor.drafting().drafts().steps(draft.id))
            if (step.act == "return") row["oleh"] = editor.drafting().name_of(step.actor);
    }
    row["sunting"] = mine;
    return row;
}

}  // namespace

Response my_letters(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    storage::Drafts& drafts = editor.drafting().drafts();
    const std::string asked(visit.request.query.get("tahap"));
    const std::string text = visible(trim(visit.request.query.get("cari")));
    const int offset = number_in(visit.request.query.get("mulai"));
    const storage::DraftFilter mine{
        .author = visit.someone().username, .holder = {}, .stages = {}, .text = {}, .initialled_by = {}};
    Json content = {{"tab", Json::array()}, {"daftar", Json::array()}, {"cari", text}, {"tahap_dipilih", ""}};
    storage::DraftFilter filter = mine;
    for (const Tab& tab : tabs()) {
        storage::DraftFilter counted = mine;
        counted.stages = tab.stages;
        const std::int64_t count = drafts.count(counted);
        const bool chosen = asked == tab.key;
        if (chosen) filter.stages = tab.stages;
        if (chosen) content["tahap_dipilih"] = tab.key;
        if (std::string_view(tab.key) == "dibuang" && count == 0 && !chosen) continue;
        content["tab"].push_back({{"kata", site.say(visit, tab.title)},
                                  {"jumlah", count},
                                  {"kini", chosen},
                                  {"alamat", query_of(tab.key, "", 0)}});
    }
    filter.text = text;
    filter.offset = offset;
    filter.limit = page_size;
    const std::int64_t all = drafts.count(filter);
    for (const Draft& draft : drafts.list(filter)) content["daftar"].push_back(row_of(editor, draft, visit));
    const auto shown = static_cast<std::int64_t>(content.at("daftar").size());
    const std::string stage = content.at("tahap_dipilih");
    content["kata_jumlah"] =
        all == 0 ? ""
                 : site.say(visit, std::to_string(offset + 1) + " sampai " + std::to_string(offset + shown) +
                                       " dari " + std::to_string(all) + " surat");
    if (offset + shown < all) content["lanjut"] = query_of(stage, text, offset + page_size);
    if (offset > 0) content["balik"] = query_of(stage, text, std::max(0, offset - page_size));
    content["tanpa_surat"] = all == 0 && text.empty() && stage.empty();
    if (const auto sent = parse_letter_id(visit.request.query.get("terkirim")))
        if (const auto draft = drafts.find(*sent);
            draft && draft->author == visit.someone().username && draft->stage == Stage::review)
            content["terkirim"] = {
                {"kata", site.say(visit, "Terkirim ke " + editor.drafting().name_of(draft->holder))},
                {"perihal", draft->subject},
                {"versi", draft->version},
                {"alamat", editor.address_of(*draft)}};
    return site.page(visit, "surat-saya", {.title = "Surat saya", .section = "/surat", .scripts = {}},
                     content);
}

Response choose_kind(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    const generator::Templates& templates = editor.desk()->templates();
    const std::string kind(visit.request.query.get("jenis"));
    const std::string text = visible(trim(visit.request.query.get("cari")));
    if (kind.empty()) {
        Json content = {{"cari", text}, {"jenis", Json::array()}};
        const std::string wanted = to_upper(text);
        for (const std::string& one : templates.kinds()) {
            const auto package = templates.get(one);
            const Json& about = package->about();
            const std::string title = about.at("judul").get<std::string>();
            const std::string use = about.value("guna", "");
            if (to_upper(title + " " + use).find(wanted) == std::string::npos) continue;
            std::string list;
            for (const Json& procedure : about.value("sop", Json::array()))
                list += (list.empty() ? "" : ", ") + procedure.get<std::string>();
            if (!list.empty() && !list.starts_with("SOP")) list = "SOP " + list;
            content["jenis"].push_back({{"judul", title}, {"guna", use}, {"sop", list}, {"nama", one}});
        }
        return site.page(visit, "surat-baru", {.title = "Buat surat", .section = "/surat", .scripts = {}},
                         content);
    }
    // Earlier letters of that kind: one's own, and those that were issued.
    const auto package = templates.get(kind);
    Json earlier = Json::array();
    storage::DraftFilter mine{
        .author = visit.someone().username, .holder = {}, .stages = {}, .text = text, .initialled_by = {}};
    mine.limit = 200;
    std::vector<std::string> seen;
    for (const Draft& draft : editor.drafting().drafts().list(mine)) {
        if (draft.kind != kind || draft.data.empty()) continue;
        if (draft.letter) seen.push_back(to_string(*draft.letter));
        earlier.push_back({{"id", to_string(draft.id)},
                           {"judul", editor.subject_of(draft)},
                           {"nomor", draft.number},
                           {"kapan", editor.moment(draft.changed_at)},
                           {"tahap", editor.stage_of(draft)}});
    }
    // Newest first; more than these are found by searching.
    constexpr std::size_t most = 40;
    if (earlier.size() > most)
        earlier.erase(earlier.begin() + static_cast<std::ptrdiff_t>(most), earlier.end());
    Json rows = Json::array();
    storage::AgendaFilter issued;
    issued.kind = kind;
    issued.text = text;
    issued.status = storage::Status::issued;
    storage::Agenda agenda(site.database());
    for (const storage::AgendaRow& row : agenda.list(issued, storage::AgendaOrder::newest, most).rows) {
        if (std::find(seen.begin(), seen.end(), to_string(row.id)) != seen.end()) continue;
        rows.push_back({{"id", to_string(row.id)},
                        {"judul", row.subject},
                        {"nomor", row.number},
                        {"kapan", site.say(visit, to_long(row.date))}});
    }
    return site.page(
        visit, "surat-mulai",
        {.title = package->about().at("judul").get<std::string>(), .section = "/surat", .scripts = {}},
        {{"judul", package->about().at("judul")},
         {"guna", package->about().value("guna", "")},
         {"nama", kind},
         {"cari", text},
         {"konsep", earlier},
         {"terbit", rows},
         {"kosong", earlier.empty() && rows.empty()}});
}

Response begin_letter(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    const std::string kind(visit.request.form.get("jenis"));
    if (const std::string_view from = visit.request.form.get("dari"); !from.empty()) {
        const auto id = parse_letter_id(from);
        if (!id)
            throw Error(Code::data, "surat yang hendak dipakai ulang tidak ada", "",
                        "Pilih lagi dari daftar surat.");
        return redirect(editor.address_of(editor.drafting().create_from(visit.someone(), *id, visit.now)));
    }
    const auto package = editor.desk()->templates().get(kind);
    return redirect(editor.address_of(
        editor.drafting().create(visit.someone(), package->kind(), Json::object(), visit.now)));
}

}  // namespace naskah::service
