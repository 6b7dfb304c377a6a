#include "service/letter_view.h"

#include <charconv>

#include "service/colleagues.h"
#include "service/moment.h"
#include "workflow/working_time.h"

namespace naskah::service {

using storage::Draft;
using storage::DraftStep;
using storage::Stage;

namespace {

// What a step is called in the story, in the past.
std::string step_words(const DraftStep& step, const LetterView& view) {
    if (step.act == "create") return "Membuat konsep";
    if (step.act == "send") return "Mengirim untuk diperiksa " + view.person(step.holder);
    if (step.act == "withdraw") return "Menarik kembali";
    if (step.act == "approve")
        return step.holder.empty() ? "Memaraf dan meneruskan kepada penanda tangan"
                                   : "Memaraf dan meneruskan kepada " + view.person(step.holder);
    if (step.act == "return") return "Mengembalikan untuk diperbaiki";
    if (step.act == "discard") return "Membuang konsep";
    if (step.act == "sign") return "Mulai menandatangani";
    if (step.act == "issued") return "Terbit dengan nomor " + step.number;
    if (step.act == "unsigned") return "Belum jadi ditandatangani";
    return step.act;
}

}  // namespace

// The people are read once a request: a page names many of them.
LetterView::LetterView(const Site& site, Visit& visit, Previews& previews)
    : site_(site),
      visit_(visit),
      previews_(previews),
      desk_(site.desk()),
      drafting_(*desk_, site.random(), [all = directory_of(site)()] { return all; }) {}

bool LetterView::finds_letter() const {
    const auto id = parse_letter_id(visit_.names.at("id"));
    const auto draft = id ? drafting_.drafts().find(*id) : std::nullopt;
    return draft && drafting_.may_see(visit_.someone(), *draft);
}

Draft LetterView::asked() const {
    const auto id = parse_letter_id(visit_.names.at("id"));
    return drafting_.open(visit_.someone(), id.value_or(LetterId{}));
}

std::string LetterView::kind_title(const Draft& draft) const {
    return desk_->templates().get(draft.kind)->about().at("judul").get<std::string>();
}

std::string LetterView::title(const Draft& draft) const {
    return draft.subject.empty() ? kind_title(draft) : draft.subject;
}

std::string LetterView::moment(Instant at) const {
    return visit_.language == Language::indonesian ? workflow::moment_words(office(), at, visit_.now)
                                                   : moment_text(visit_.language, office().zone(), at);
}

std::string LetterView::person(const std::string& username) const { return drafting_.name_of(username); }

Json LetterView::tag(const Draft& draft) const {
    using State = workflow::Deadline::State;
    const auto due = workflow::deadline(office(), draft.due, visit_.now);
    return {{"kata", say(due.words)},
            {"lewat", due.state == State::late},
            {"kini", due.state == State::today},
            {"nanti", due.state == State::later}};
}

Json LetterView::row(const Draft& draft) const {
    Json row = {{"id", to_string(draft.id)},
                {"judul", title(draft)},
                {"jenis", kind_title(draft)},
                {"dari", person(draft.author)},
                {"tahap", say(workflow::stage_word(draft.stage))},
                {"nomor", draft.number},
                {"versi", draft.version},
                {"umur", say(workflow::age_words(office(), draft.created_at, visit_.now))},
                {"sejak", moment(draft.stage_since)},
                {"tenggat", tag(draft)},
                {"catatan", draft.note},
                {"kendala", draft.trouble},
                {"pemegang", person(draft.holder)},
                {"paraf", Json::array()}};
    for (const std::string& name : draft.initials) row["paraf"].push_back(person(name));
    return row;
}

Json LetterView::story(const Draft& draft) const {
    Json steps = Json::array();
    for (const DraftStep& step : drafting_.drafts().steps(draft.id))
        steps.push_back({{"apa", say(step_words(step, *this))},
                         {"siapa", person(step.actor)},
                         {"kapan", moment(step.at)},
                         {"versi", step.version},
                         {"catatan", step.note},
                         {"kembali", step.act == "return" || step.act == "unsigned"}});
    return steps;
}

Json LetterView::initials(const Draft& draft) const {
    Json all = Json::array();
    for (const DraftStep& step : drafting_.drafts().steps(draft.id))
        if (step.act == "approve" && step.version == draft.version && !draft.initials.empty())
            all.push_back({{"nama", person(step.actor)}, {"kapan", moment(step.at)}, {"catatan", step.note}});
    return all;
}

Json LetterView::facts(const Draft& draft) const {
    Json groups = Json::array();
    std::string group;
    for (const workflow::FilledField& field : drafting_.facts(draft)) {
        // Fields of one level stand under the letter itself, others under what they belong to.
        const std::string heading = field.titles.size() > 1 ? field.titles.front() : "";
        std::string name = field.titles.size() > 1 ? "" : field.titles.front();
        for (std::size_t i = 1; i < field.titles.size(); ++i)
            name += (name.empty() ? "" : ", ") + field.titles[i];
        if (groups.empty() || heading != group)
            groups.push_back({{"judul", heading}, {"butir", Json::array()}});
        group = heading;
        groups.back()["butir"].push_back({{"nama", name}, {"isi", field.value}});
    }
    return groups;
}

std::shared_ptr<const Preview> LetterView::look(const Draft& draft) const {
    if (draft.stage == Stage::issued && draft.letter)
        if (auto pdf = desk_->letters().pdf(*draft.letter)) {
            Preview issued;
            issued.pdf = *std::move(pdf);
            issued.digest = sha256(issued.pdf);
            issued.pages = count_pages(issued.pdf).value_or(1);
            return std::make_shared<const Preview>(std::move(issued));
        }
    return previews_.of(desk_, draft.kind, draft.data, visit_.now);
}

Json LetterView::pictures(const Draft& draft, const std::string& base) const {
    Json shown = {{"lembaran", Json::array()}, {"sebab", ""}, {"jumlah", 0}};
    const auto preview = look(draft);
    if (!preview->problems.empty())
        shown["sebab"] = to_string(site_.pages().words().say(visit_.language, preview->problems.front()));
    shown["jumlah"] = preview->pages;
    for (int page = 1; page <= preview->pages; ++page) {
        const std::string place =
            "Halaman " + std::to_string(page) + " dari " + std::to_string(preview->pages);
        shown["lembaran"].push_back(
            {{"gambar", base + "/halaman/" + std::to_string(page) + "?r=" + std::to_string(draft.revision)},
             {"kata", say(place)},
             {"alt", say(place + " dari surat ini, seperti akan dicetak.")}});
    }
    return shown;
}

Response LetterView::picture(const Draft& draft) {
    int page = 0;
    const std::string& wanted = visit_.names.at("n");
    const auto [end, wrong] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), page);
    const auto preview = look(draft);
    if (wrong != std::errc{} || end != wanted.data() + wanted.size() || page < 1 || page > preview->pages)
        return site_.not_found(visit_);
    const auto picture = site_.pictures().of(preview->digest, page, [&] { return preview->pdf; });
    Response response;
    response.type = "image/png";
    response.body = std::string(as_text(*picture));
    return response.with("Cache-Control", "private, max-age=300");
}

Json LetterView::findings(const Draft& draft) const {
    std::vector<Problem> warnings;
    Json list = Json::array();
    for (const Problem& problem : desk_->check(draft.kind, draft.data, warnings))
        list.push_back(
            {{"buruk", true}, {"kata", to_string(site_.pages().words().say(visit_.language, problem))}});
    for (const Problem& problem : warnings)
        list.push_back(
            {{"buruk", false}, {"kata", to_string(site_.pages().words().say(visit_.language, problem))}});
    return list;
}

Response moved_on(const Site& site, const Visit& visit, const Error& error, const std::string& back) {
    return site.trouble(visit,
                        {.status = 409,
                         .icon = "tunggu",
                         .title = "Surat ini sudah berubah",
                         .what = "Seseorang mendahului Anda. Keputusan Anda belum dijalankan, dan tidak "
                                 "ada yang berubah.",
                         .advice = {"Lihat keadaan terbarunya, lalu putuskan lagi bila masih perlu."},
                         .button = "Lihat keadaan terbaru",
                         .target = back,
                         .problems = error.problems()});
}

}  // namespace naskah::service
