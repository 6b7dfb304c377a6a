#include "service/editor.h"

#include <algorithm>

#include "service/form_input.h"
#include "workflow/agenda.h"
#include "workflow/working_time.h"

namespace naskah::service {

using storage::Draft;
using storage::Stage;

namespace {

LetterId id_of(const Visit& visit) {
    const auto id = parse_letter_id(visit.names.at("id"));
    if (!id)
        throw Error(Code::data, "surat ini tidak ada, atau bukan untuk Anda", "",
                    "Kembali ke daftar surat dan buka lagi dari sana.");
    return *id;
}

const char* color_of(Stage stage) {
    switch (stage) {
        case Stage::review:
        case Stage::queue:
        case Stage::signing: return "tag-accent";
        case Stage::returned: return "tag-warn";
        case Stage::issued: return "tag-ok";
        default: return "";
    }
}

}  // namespace

Editor::Editor(const Site& site, const Visit& visit, Previews& previews)
    : site_(site),
      visit_(visit),
      previews_(previews),
      desk_(site.desk()),
      drafting_(*desk_, site.random(), directory_of(site)) {}

Draft Editor::draft() { return drafting_.open(visit_.someone(), id_of(visit_)); }

const generator::Package& Editor::package_of(const Draft& draft) {
    auto& package = packages_[draft.kind];
    if (!package) package = desk_->templates().get(draft.kind);
    return *package;
}

std::string Editor::address_of(const Draft& draft) const { return "/surat/" + to_string(draft.id); }

std::string Editor::title_of(const Draft& draft) {
    return package_of(draft).about().at("judul").get<std::string>();
}

std::string Editor::subject_of(const Draft& draft) {
    if (!draft.subject.empty()) return draft.subject;
    if (draft.data.empty()) return {};
    return generator::unfinished_subject(package_of(draft), draft.data);
}

std::string Editor::moment(Instant at) const {
    return say(workflow::moment_words(desk_->office(), at, visit_.now));
}

Json Editor::stage_of(const Draft& draft) const {
    Json stage = {{"kata", say(workflow::stage_word(draft.stage))}, {"warna", color_of(draft.stage)}};
    for (const Stage one : storage::all_stages) stage[to_string(one)] = one == draft.stage;
    if (draft.stage != Stage::issued || !draft.letter) return stage;
    // What a later letter did to this one.
    const auto letter = desk_->letters().find(*draft.letter);
    if (!letter || letter->status == storage::Status::issued) return stage;
    const bool corrected = letter->status == storage::Status::superseded;
    stage["kata"] = say(workflow::status_word(letter->status));
    stage["warna"] = corrected ? "tag-warn" : "tag-bad";
    stage[to_string(Stage::issued)] = false;
    stage[to_string(Stage::discarded)] = !corrected;
    stage[to_string(Stage::returned)] = corrected;
    return stage;
}

std::vector<Problem> Editor::problems_of(const Draft& draft, std::vector<Problem>& warnings) {
    return desk_->check(draft.kind, with_groups(package_of(draft).schema(), draft.data), warnings);
}

std::shared_ptr<const Preview> Editor::preview_of(const Draft& draft) {
    return previews_.of(desk_, draft.kind, draft.data, visit_.now);
}

Json Editor::preview_content(const Draft& draft, int page) {
    const auto preview = preview_of(draft);
    const int shown = std::clamp(page, 1, std::max(preview->pages, 1));
    const std::string address = address_of(draft);
    const auto leaf = [&](int number) {
        return Json{{"alamat", address + "?halaman=" + std::to_string(number) + "#pratinjau"},
                    {"potongan", address + "/pratinjau?halaman=" + std::to_string(number)}};
    };
    const std::string number = std::to_string(shown), of = std::to_string(preview->pages);
    Json made = {
        {"ada", preview->pages > 0},
        {"gambar", address + "/halaman/" + number + "?r=" + to_string(preview->digest).substr(0, 16)},
        {"alt", say("Pratinjau halaman " + number + ": " + title_of(draft) + ", dengan tanda air KONSEP")},
        {"lembar_ke", number},
        {"kata", say("Halaman " + number + " dari " + of)},
        {"pdf", address + "/konsep.pdf"},
        {"terpotong", preview->cut},
        {"masalah", Json::array()}};
    if (shown > 1) made["sebelum"] = leaf(shown - 1);
    if (shown < preview->pages) made["sesudah"] = leaf(shown + 1);
    for (const Problem& problem : preview->problems)
        made["masalah"].push_back(to_string(site_.pages().words().say(visit_.language, problem)));
    return made;
}

Json Editor::checkers(const Draft& draft, const std::string& chosen) {
    const auto people = drafting_.checkers_for(visit_.someone(), draft);
    // Whoever had it before looks at it again.
    std::string usual = chosen;
    if (usual.empty() && draft.version > 0)
        for (const storage::DraftStep& step : drafting_.drafts().steps(draft.id))
            if (step.act == "send") usual = step.holder;
    if (usual.empty() && people.size() == 1) usual = people.front().username;
    Json choices = Json::array();
    for (const workflow::Person& person : people)
        choices.push_back({{"nilai", person.username},
                           {"kata", person.name + (person.post.empty() ? "" : ", " + person.post)},
                           {"dipilih", person.username == usual}});
    return choices;
}

Json Editor::content(const Draft& draft, const Look& look) {
    const generator::Package& package = package_of(draft);
    std::vector<Problem> warnings;
    std::vector<Problem> problems = problems_of(draft, warnings);
    const Problem* checker = nullptr;  // it is about no field of the letter
    for (const Problem& problem : look.more) {
        if (problem.where == control::checker)
            checker = &problem;
        else
            problems.push_back(problem);
    }
    const Words& words = site_.pages().words();
    const Language language = visit_.language;
    const Date today = date_in(desk_->office().zone(), visit_.now);
    const std::string address = address_of(draft);
    Form form =
        make_form({.schema = package.schema(),
                   .data = draft.data,
                   .problems = std::move(problems),
                   .all_problems = look.all_problems,
                   .people = candidates_of(desk_->office(), today),
                   .say = [&](const std::string& text) { return say(text); },
                   .say_problem = [&](const Problem& problem) { return words.say(language, problem); },
                   .focus = look.focus,
                   .address = address});
    if (checker) {
        ++form.wrong;
        form.summary.push_back({{"kata", words.say(language, *checker).what}, {"alamat", "#pemeriksa"}});
    }
    Json made = {{"judul", title_of(draft)},
                 {"perihal", subject_of(draft)},
                 {"alamat", address},
                 {"simpan", address + "/simpan"},
                 {"unggah", address + "/unggah"},
                 {"revisi", draft.revision},
                 {"versi", draft.version},
                 {"tahap", stage_of(draft)},
                 {"tersimpan",
                  say("Tersimpan " + workflow::moment_words(desk_->office(), draft.changed_at, visit_.now))},
                 {"butir", std::move(form.parts)},
                 {"bagian_surat", std::move(form.sections)},
                 {"ringkasan", look.all_problems ? std::move(form.summary) : Json::array()},
                 {"ada_galat", look.all_problems && form.missing + form.wrong > 0},
                 {"kurang", form.missing},
                 {"salah", form.wrong},
                 {"pratinjau", preview_content(draft, look.page)},
                 {"peringatan", Json::array()}};
    const std::size_t all = form.missing + form.wrong;
    made["kata_galat"] =
        say(all == 1 ? "Ada 1 hal yang perlu diperbaiki sebelum dikirim"
                     : "Ada " + std::to_string(all) + " hal yang perlu diperbaiki sebelum dikirim");
    made["kata_kurang"] = form.missing > 0
                              ? say(std::to_string(form.missing) +
                                    " isian wajib belum diisi; di gambar tampak dalam [kurung siku].")
                              : "";
    for (const Problem& warning : warnings)
        made["peringatan"].push_back(to_string(words.say(language, warning)));
    // Every field that shows an error now, and those that showed one and no longer do.
    Json errors = std::move(form.errors);
    for (Json& error : errors) error["galat_id"] = error.at("id");
    for (const std::string& path : look.shown_errors)
        if (std::none_of(errors.begin(), errors.end(),
                         [&](const Json& one) { return one.at("nama") == path; }))
            errors.push_back({{"galat_id", element_id(path, "g")}, {"nama", path}, {"galat", ""}});
    made["galat_isian"] = std::move(errors);
    return made;
}

Response Editor::edit(const Draft& draft, const Look& look, int status) {
    Json made = content(draft, look);
    made["pemeriksa"] = checkers(draft, look.checker);
    made["pesan"] = look.message;
    made["galat_pemeriksa"] = "";
    for (const Problem& problem : look.more)
        if (problem.where == control::checker)
            made["galat_pemeriksa"] = site_.pages().words().say(visit_.language, problem).what;
    if (draft.stage == Stage::returned) {
        const auto steps = drafting_.drafts().steps(draft.id);
        for (const storage::DraftStep& step : steps)
            if (step.act == "return")
                made["kembali"] = {
                    {"kata", say("Dikembalikan oleh " + drafting_.name_of(step.actor) + ", " +
                                 workflow::moment_words(desk_->office(), step.at, visit_.now))},
                    {"catatan", step.note}};
    }
    if (draft.version > 0) made["riwayat"] = story_of(draft);
    const std::string title = title_of(draft);
    return site_.page(visit_, "surat-sunting",
                      {.title = made.at("ada_galat").get<bool>() ? "Perlu diperbaiki: " + title : title,
                       .section = "/surat",
                       .scripts = {"vendor/htmx.min.js", "surat.js"}},
                      made, status);
}

Response Editor::saved(const Draft& draft, const Look& look, bool sheet) {
    Json made = content(draft, look);
    made["susulan"] = !sheet;  // the pieces of a form that comes anew are no pieces of the old one
    made["lembar"] = sheet;
    if (!look.removed_row.empty())
        made["terhapus"] = {
            {"kata", say(row_words(package_of(draft).schema(), look.removed_row) + " dihapus")},
            {"aksi", "kembali " + look.removed_row},
            {"isi", dump_json(look.removed)}};
    return site_.page(visit_, "surat-tersimpan", {.title = "", .section = {}, .scripts = {}}, made);
}

Response Editor::preview(const Draft& draft, const Look& look) {
    Json made = content(draft, look);
    return site_.page(visit_, "surat-pratinjau", {.title = "", .section = {}, .scripts = {}}, made);
}

Response Editor::overtaken(const Draft& draft) {
    const bool in_hand = draft.stage == Stage::concept_ || draft.stage == Stage::returned;
    return site_.page(visit_, "surat-terdahului", {.title = "", .section = {}, .scripts = {}},
                      {{"di_tangan", in_hand},
                       {"alamat", address_of(draft)},
                       {"kapan", moment(draft.changed_at)},
                       {"tahap", stage_of(draft)}});
}

Json Editor::story_of(const Draft& draft) {
    Json story = Json::array();
    for (const storage::DraftStep& step : drafting_.drafts().steps(draft.id)) {
        std::string what;
        const std::string version = " (versi " + std::to_string(step.version) + ")";
        if (step.act == "create") what = "Konsep dibuat";
        if (step.act == "send") what = "Dikirim ke " + drafting_.name_of(step.holder) + version;
        if (step.act == "withdraw") what = "Ditarik kembali";
        if (step.act == "approve")
            what = step.holder.empty() ? "Diparaf, menunggu tanda tangan"
                                       : "Diparaf, diteruskan ke " + drafting_.name_of(step.holder);
        if (step.act == "return") what = "Dikembalikan untuk diperbaiki";
        if (step.act == "discard") what = "Dibuang";
        if (step.act == "sign") what = "Mulai ditandatangani";
        if (step.act == "number") what = "Mendapat nomor " + step.number;
        if (step.act == "issued") what = "Terbit dengan nomor " + step.number;
        if (step.act == "unsigned") what = "Belum berhasil ditandatangani";
        if (what.empty()) what = step.act;
        story.push_back({{"apa", say(what)},
                         {"siapa", drafting_.name_of(step.actor)},
                         {"kapan", moment(step.at)},
                         {"catatan", step.note},
                         {"kembali", step.act == "return" || step.act == "unsigned"}});
    }
    return story;
}

Response Editor::read(const Draft& draft) {
    const auto acts = drafting_.acts_of(visit_.someone(), draft);
    const std::string address = address_of(draft);
    Json made = {
        {"judul", title_of(draft)},
        {"perihal", subject_of(draft)},
        {"alamat", address},
        {"tahap", stage_of(draft)},
        {"versi", draft.version},
        {"sejak", say("sejak " + workflow::moment_words(desk_->office(), draft.stage_since, visit_.now))},
        {"pemegang",
         draft.holder.empty() || draft.holder == draft.author ? "" : drafting_.name_of(draft.holder)},
        {"nomor", draft.number},
        {"terbit", draft.stage == Stage::issued},
        {"kendala", draft.trouble},
        {"tarik", acts.withdraw},
        {"riwayat", story_of(draft)},
        {"fakta", Json::array()},
        {"halaman", Json::array()}};
    for (const workflow::FilledField& fact : drafting_.facts(draft)) {
        std::string title;
        for (const std::string& part : fact.titles) title += (title.empty() ? "" : " – ") + part;
        made["fakta"].push_back({{"judul", title}, {"isi", fact.value}});
    }
    int pages = 0;
    std::string tag;
    if (draft.stage == Stage::issued && draft.letter) {
        if (const auto pdf = desk_->letters().pdf(*draft.letter)) {
            pages = count_pages(*pdf).value_or(1);
            tag = to_string(sha256(*pdf)).substr(0, 16);
        }
        made["pdf"] = address + "/surat.pdf";
    } else {
        const auto preview = preview_of(draft);
        pages = preview->pages;
        tag = to_string(preview->digest).substr(0, 16);
        made["pdf"] = address + "/konsep.pdf";
    }
    for (int page = 1; page <= std::min(pages, 30); ++page)
        made["halaman"].push_back(
            {{"gambar", address + "/halaman/" + std::to_string(page) + "?r=" + tag},
             {"alt", say("Halaman " + std::to_string(page) + " dari " + std::to_string(pages))}});
    return site_.page(visit_, "surat-baca", {.title = title_of(draft), .section = "/surat", .scripts = {}},
                      made);
}

}  // namespace naskah::service
