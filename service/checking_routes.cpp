// The checker's pages: what waits for them, one letter with what changed in it, their decision.
#include <algorithm>
#include <charconv>

#include "service/flow.h"
#include "service/letter_view.h"

namespace naskah::service {

using storage::Draft;
using storage::DraftFilter;
using storage::Stage;

namespace {

constexpr int most_shown = 200;
// The value of the form's choice that means: to whoever signs.
const char* const to_signer = "penanda-tangan";

int number_in(std::string_view text, int otherwise) {
    int number = otherwise;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    return wrong == std::errc{} && end == text.data() + text.size() ? number : otherwise;
}

class CheckersDesk {
public:
    explicit CheckersDesk(Site& site) : site_(site) {}

    Response list(Visit& visit, LetterView& view) {
        const auto rows = [&](const DraftFilter& filter) {
            Json found = Json::array();
            for (const Draft& draft : view.drafting().drafts().list(filter)) {
                Json row = view.row(draft);
                row["alamat"] = "/pemeriksaan/" + to_string(draft.id);
                found.push_back(std::move(row));
            }
            return found;
        };
        DraftFilter mine;
        mine.holder = visit.someone().username;
        mine.stages = {Stage::review};
        mine.order = DraftFilter::Order::urgent;
        mine.limit = most_shown;
        DraftFilter done;
        done.initialled_by = visit.someone().username;
        done.stages = {Stage::review, Stage::queue, Stage::signing};
        done.limit = most_shown;
        Json content = {{"menunggu", rows(mine)}, {"diparaf", rows(done)}, {"kabar", ""}};
        const auto waiting = view.drafting().drafts().count(mine);
        content["kata_jumlah"] =
            waiting == 0 ? view.say("Tidak ada surat yang menunggu Anda.")
                         : view.say(std::to_string(waiting) + " surat, yang paling mendesak di atas.");
        if (const auto id = parse_letter_id(visit.request.query.get("selesai")))
            if (const auto draft = view.drafting().drafts().find(*id);
                draft && view.drafting().may_see(visit.someone(), *draft))
                content["kabar"] = view.say(news(*draft, view));
        if (!content["kabar"].get_ref<const std::string&>().empty())
            content["kabar_surat"] = content_title(visit, view);
        return site_.page(visit, "pemeriksaan",
                          {.title = "Pemeriksaan", .section = "/pemeriksaan", .scripts = {}}, content);
    }

    Response read(Visit& visit, LetterView& view) { return page(visit, view, view.asked(), {}, 200); }

    Response picture(Visit&, LetterView& view) { return view.picture(view.asked()); }

    Response approve(Visit& visit, LetterView& view) {
        const Draft seen = view.asked();
        const std::string next(visit.request.form.get("kepada"));
        if (next.empty())
            return page(
                visit, view, seen,
                {{"belum dipilih", "Teruskan kepada", "Pilih pemeriksa berikutnya atau penanda tangan."}},
                422);
        return decide(visit, view, seen, &Acts::approve, [&](int version, const std::string& note) {
            return view.drafting().approve(visit.someone(), seen.id, version, next == to_signer ? "" : next,
                                           note, visit.now);
        });
    }

    Response send_back(Visit& visit, LetterView& view) {
        const Draft seen = view.asked();
        return decide(visit, view, seen, &Acts::send_back, [&](int version, const std::string& note) {
            return view.drafting().send_back(visit.someone(), seen.id, version, note, visit.now);
        });
    }

    // Whoever asks for a letter that is not there, or not theirs, is told so.
    Response answer(Visit& visit, Response (CheckersDesk::*what)(Visit&, LetterView&)) {
        LetterView view(site_, visit, previews_);
        if (visit.names.contains("id") && !view.finds_letter()) return site_.not_found(visit);
        return (this->*what)(visit, view);
    }

private:
    using Acts = workflow::Drafting::Acts;

    // `may`: what this person could do when the form was made. A form that was sent twice is one decision.
    template <class Act>
    Response decide(Visit& visit, LetterView& view, const Draft& seen, bool Acts::*may, const Act& act) {
        const int version = number_in(visit.request.form.get("versi"), 0);
        const std::string note(visit.request.form.get("catatan"));
        const std::string done = "/pemeriksaan?selesai=" + to_string(seen.id);
        try {
            act(version, note);
        } catch (const Error& error) {
            if (error.code() != Code::data && error.code() != Code::forbidden) throw;
            const Draft now = view.drafting().open(visit.someone(), seen.id);
            const bool mine = std::find(now.initials.begin(), now.initials.end(), visit.someone().username) !=
                              now.initials.end();
            if (now.version == version && may == &Acts::approve && mine) return redirect(done);
            if (now.version == version && may == &Acts::send_back && now.stage == Stage::returned &&
                now.note == note)
                return redirect(done);
            if (now.version != version || !(view.drafting().acts_of(visit.someone(), now).*may))
                return moved_on(site_, visit, error, "/pemeriksaan/" + to_string(seen.id));
            if (error.code() == Code::forbidden) throw;
            return page(visit, view, now, error.problems(), 422);
        }
        return redirect(done);
    }

    std::string news(const Draft& draft, const LetterView& view) const {
        if (draft.stage == Stage::returned) return "Dikembalikan kepada " + view.person(draft.author);
        if (draft.stage == Stage::queue) return "Diparaf dan diteruskan kepada penanda tangan";
        if (draft.stage == Stage::review) return "Diparaf dan diteruskan kepada " + view.person(draft.holder);
        return "";
    }

    std::string content_title(Visit& visit, LetterView& view) const {
        return view.title(
            view.drafting().drafts().find(*parse_letter_id(visit.request.query.get("selesai"))).value());
    }

    Response page(Visit& visit, LetterView& view, const Draft& draft, const std::vector<Problem>& problems,
                  int status) const {
        const std::string address = "/pemeriksaan/" + to_string(draft.id);
        Json content = view.row(draft);
        content["alamat"] = address;
        content["lembar"] = view.pictures(draft, address);
        content["riwayat"] = view.story(draft);
        content["temuan"] = view.findings(draft);
        content["fakta"] = view.facts(draft);
        content["isian_catatan"] = std::string(visit.request.form.get("catatan"));
        content["masalah"] = Json::array();
        for (const Problem& problem : problems)
            content["masalah"].push_back(to_string(site_.pages().words().say(visit.language, problem)));
        compare(visit, view, draft, content);
        const auto acts = view.drafting().acts_of(visit.someone(), draft);
        content["boleh"] = {{"paraf", acts.approve}, {"kembali", acts.send_back}};
        content["keputusan"] = acts.approve || acts.send_back;
        content["penerus"] = Json::array();
        for (const workflow::Person& person : view.drafting().checkers_for(visit.someone(), draft))
            content["penerus"].push_back(
                {{"nilai", person.username},
                 {"kata", person.name + (person.post.empty() ? "" : ", " + person.post)},
                 {"dipilih", visit.request.form.get("kepada") == person.username}});
        content["ke_penanda_tangan"] = visit.request.form.get("kepada") == to_signer;
        return site_.page(visit, "pemeriksaan-surat",
                          {.title = problems.empty() ? "Periksa: " + view.title(draft)
                                                     : "Perlu diperbaiki: " + view.title(draft),
                           .section = "/pemeriksaan",
                           .scripts = {}},
                          content, status);
    }

    // What changed since another version: by default the one before this.
    static void compare(const Visit& visit, LetterView& view, const Draft& draft, Json& content) {
        const int from = std::clamp(number_in(visit.request.query.get("dari"), draft.version - 1), 0,
                                    std::max(0, draft.version - 1));
        content["ubahan"] = Json::array();
        content["versi_lain"] = Json::array();
        content["dari_versi"] = from;
        content["ada_banding"] = from > 0;
        if (from == 0) return;
        for (const workflow::FieldChange& change : view.drafting().changes(draft, from, draft.version)) {
            std::string title;
            for (const std::string& part : change.titles) title += (title.empty() ? "" : ", ") + part;
            content["ubahan"].push_back({{"judul", title}, {"semula", change.was}, {"menjadi", change.now}});
        }
        content["kata_ubahan"] = content["ubahan"].empty()
                                     ? view.say("Tidak ada yang berubah sejak versi " + std::to_string(from))
                                     : view.say(std::to_string(content["ubahan"].size()) +
                                                " perubahan sejak versi " + std::to_string(from));
        for (int other = draft.version - 1; other >= 1; --other)
            if (other != from)
                content["versi_lain"].push_back(
                    {{"kata", view.say("Bandingkan dengan versi " + std::to_string(other))},
                     {"alamat", "/pemeriksaan/" + to_string(draft.id) + "?dari=" + std::to_string(other)}});
    }

    Site& site_;
    Previews previews_;
};

}  // namespace

void add_checking_routes(Service& service, Site& site) {
    const auto pages = std::make_shared<CheckersDesk>(site);
    Router& router = service.router();
    const Access checkers = Access::of({workflow::Role::pemeriksa});
    const auto add = [&](const char* method, const char* pattern,
                         Response (CheckersDesk::*page)(Visit&, LetterView&)) {
        router.add({.method = method,
                    .pattern = pattern,
                    .access = checkers,
                    .handler = [pages, page](Visit& visit) { return pages->answer(visit, page); },
                    // One letter is shown as a picture of itself: it is set and drawn.
                    .heavy = std::string_view(pattern).find("{id}") != std::string_view::npos});
    };
    add("GET", "/pemeriksaan", &CheckersDesk::list);
    add("GET", "/pemeriksaan/{id}", &CheckersDesk::read);
    add("GET", "/pemeriksaan/{id}/halaman/{n}", &CheckersDesk::picture);
    add("POST", "/pemeriksaan/{id}/paraf", &CheckersDesk::approve);
    add("POST", "/pemeriksaan/{id}/kembalikan", &CheckersDesk::send_back);
}

}  // namespace naskah::service
