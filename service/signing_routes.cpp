// The head's pages: what waits for a signature, one letter to read, the PIN, and what became of the round.
#include <algorithm>
#include <charconv>

#include "service/flow.h"
#include "service/letter_view.h"

namespace naskah::service {

using storage::Draft;
using storage::DraftFilter;
using storage::ItemState;
using storage::Round;
using storage::RoundItem;
using storage::Rounds;
using storage::Stage;
using workflow::SigningRounds;

namespace {

constexpr int most_shown = 500;

// "K7QM...:3": a letter and the version of it that was on the page.
std::optional<Rounds::Pick> parse_pick(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto id = parse_letter_id(text.substr(0, colon));
    int version = 0;
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    if (!id || wrong != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return Rounds::Pick{*id, version};
}

std::string to_text(const Draft& draft) { return to_string(draft.id) + ":" + std::to_string(draft.version); }

// Chosen twice is chosen once.
std::vector<Rounds::Pick> picks_of(const Request& request) {
    std::vector<Rounds::Pick> picks;
    for (const std::string_view text : request.form.every("pilih"))
        if (const auto pick = parse_pick(text);
            pick && std::none_of(picks.begin(), picks.end(),
                                 [&](const Rounds::Pick& one) { return one.draft == pick->draft; }))
            picks.push_back(*pick);
    return picks;
}

class Signing {
public:
    Signing(Site& site, std::shared_ptr<SigningRounds> rounds) : site_(site), rounds_(std::move(rounds)) {}

    Response queue(Visit& visit, LetterView& view) { return queue_page(visit, view, "", 200); }

    // The page that asks the PIN has no address: whoever loads it again chooses again.
    Response back(Visit&, LetterView&) { return redirect("/antrean"); }

    Response read(Visit& visit, LetterView& view) { return letter_page(visit, view, view.asked(), {}, 200); }

    Response picture(Visit&, LetterView& view) { return view.picture(view.asked()); }

    Response send_back(Visit& visit, LetterView& view) {
        const Draft seen = view.asked();
        const auto pick = parse_pick(visit.request.form.get("surat"));
        const int version = pick && pick->draft == seen.id ? pick->version : 0;
        try {
            view.drafting().send_back(visit.someone(), seen.id, version,
                                      std::string(visit.request.form.get("catatan")), visit.now);
        } catch (const Error& error) {
            if (error.code() != Code::data && error.code() != Code::forbidden) throw;
            const Draft now = view.drafting().open(visit.someone(), seen.id);
            if (now.version != version || now.stage != Stage::queue)
                return moved_on(site_, visit, error, "/antrean/" + to_string(seen.id));
            return letter_page(visit, view, now, error.problems(), 422);
        }
        return redirect("/antrean?dikembalikan=" + to_string(seen.id));
    }

    // The chosen letters by name, and the PIN for them.
    Response choose(Visit& visit, LetterView& view) {
        const auto picks = picks_of(visit.request);
        if (picks.empty())
            return queue_page(visit, view,
                              "Belum ada surat yang dipilih. Beri centang pada surat yang hendak "
                              "ditandatangani.",
                              422);
        if (picks.size() > SigningRounds::most_letters)
            return queue_page(visit, view,
                              "Sekali tanda tangan paling banyak " +
                                  std::to_string(SigningRounds::most_letters) + " surat. Kurangi pilihannya.",
                              422);
        // A key that is opened by a code from its service: the code is on its way when the page is read.
        try {
            std::vector<Draft> drafts;
            for (const Rounds::Pick& pick : picks)
                if (auto draft = view.drafting().drafts().find(pick.draft))
                    drafts.push_back(*std::move(draft));
            rounds_->request_code(drafts);
        } catch (const Error& error) {
            if (error.code() != Code::data && error.code() != Code::outside) throw;
            return pin_page(visit, view, picks, error.problems(), 422);
        }
        return pin_page(visit, view, picks, {}, 200);
    }

    Response start(Visit& visit, LetterView& view) {
        const auto picks = picks_of(visit.request);
        const workflow::Secrets secrets{std::string(visit.request.form.get("pin")),
                                        std::string(visit.request.form.get("segel"))};
        try {
            const Round round = rounds_->start(visit.someone(), picks, secrets, visit.now);
            return redirect("/tanda-tangan/" + to_string(round.id));
        } catch (const Error& error) {
            if (error.code() == Code::forbidden || error.code() == Code::data)
                return pin_page(visit, view, picks, error.problems(), 422);
            if (error.code() == Code::outside) return signer_away(visit, error);
            throw;
        }
    }

    // The round as it is now: how far it is, or what became of it.
    Response round(Visit& visit, LetterView& view) {
        return round_page(visit, view, asked_round(visit), {}, 200);
    }

    Response go_on(Visit& visit, LetterView& view) {
        const Round asked = asked_round(visit);
        const workflow::Secrets secrets{std::string(visit.request.form.get("pin")),
                                        std::string(visit.request.form.get("segel"))};
        try {
            rounds_->go_on(visit.someone(), asked.id, secrets, visit.now);
        } catch (const Error& error) {
            if (error.code() != Code::data) throw;
            return round_page(visit, view, asked, error.problems(), 422);
        }
        return redirect("/tanda-tangan/" + to_string(asked.id));
    }

    Response release(Visit& visit, LetterView&) {
        const Round asked = asked_round(visit);
        rounds_->release(visit.someone(), asked.id, visit.now);
        return redirect("/tanda-tangan/" + to_string(asked.id));
    }

    // Whoever asks for a letter that is not there, or not theirs, is told so.
    Response answer(Visit& visit, Response (Signing::*what)(Visit&, LetterView&)) {
        LetterView view(site_, visit, previews_);
        if (visit.names.contains("id") && !view.finds_letter()) return site_.not_found(visit);
        return (this->*what)(visit, view);
    }

private:
    Round asked_round(const Visit& visit) const {
        const auto id = parse_letter_id(visit.names.at("putaran"));
        auto round = id ? rounds_->find(*id) : std::nullopt;
        if (!round || round->actor != visit.someone().username)
            throw Error(Code::data, "putaran tanda tangan ini tidak ada, atau bukan milik Anda", "",
                        "Kembali ke antrean.");
        return *std::move(round);
    }

    std::vector<Draft> waiting(LetterView& view) const {
        DraftFilter filter;
        filter.stages = {Stage::queue};
        filter.order = DraftFilter::Order::urgent;
        filter.limit = most_shown;
        return view.drafting().drafts().list(filter);
    }

    Response queue_page(Visit& visit, LetterView& view, const std::string& wrong, int status) const {
        const auto chosen = picks_of(visit.request);
        Json content = {{"daftar", Json::array()},
                        {"masalah", wrong.empty() ? "" : view.say(wrong)},
                        {"kabar", ""},
                        {"boleh_pilih", false}};
        int late = 0, today = 0;
        for (const Draft& draft : waiting(view)) {
            Json row = view.row(draft);
            const auto foreign = workflow::not_signed_by(view.desk(), visit.someone(), draft, visit.now);
            row["alamat"] = "/antrean/" + to_string(draft.id);
            row["nilai"] = to_text(draft);
            row["dipilih"] = std::any_of(chosen.begin(), chosen.end(), [&](const Rounds::Pick& pick) {
                return pick.draft == draft.id && pick.version == draft.version;
            });
            row["bukan"] = foreign ? to_string(site_.pages().words().say(visit.language, *foreign)) : "";
            if (!foreign) content["boleh_pilih"] = true;
            late += row["tenggat"]["lewat"].get<bool>() ? 1 : 0;
            today += row["tenggat"]["kini"].get<bool>() ? 1 : 0;
            content["daftar"].push_back(std::move(row));
        }
        const auto count = content["daftar"].size();
        content["kata_jumlah"] = count == 0 ? view.say("Tidak ada surat yang menunggu tanda tangan.")
                                            : view.say("Ada " + std::to_string(count) + " surat.");
        content["kata_mendesak"] = "";
        if (late + today > 0)
            content["kata_mendesak"] =
                view.say(late == 0    ? std::to_string(today) + " bertenggat hari ini."
                         : today == 0 ? std::to_string(late) + " lewat tenggat."
                                      : std::to_string(late) + " lewat tenggat, " + std::to_string(today) +
                                            " bertenggat hari ini.");
        if (const auto id = parse_letter_id(visit.request.query.get("dikembalikan")))
            if (const auto draft = view.drafting().drafts().find(*id);
                draft && draft->stage == Stage::returned)
                content["kabar"] =
                    view.say("Dikembalikan kepada " + view.person(draft->author)) + ": " + view.title(*draft);
        add_rounds(visit, view, content);
        return site_.page(visit, "antrean",
                          {.title = "Antrean tanda tangan", .section = "/antrean", .scripts = {"antrean.js"}},
                          content, status);
    }

    // A round that runs, one that was left open, and how the last one ended.
    void add_rounds(const Visit& visit, LetterView& view, Json& content) const {
        const auto newest = rounds_->newest_of(visit.someone());
        if (newest && !newest->ended_at && rounds_->is_running(newest->id))
            content["berjalan"] = {{"alamat", "/tanda-tangan/" + to_string(newest->id)},
                                   {"kata", view.say(progress_words(*newest))}};
        if (const auto open = rounds_->left_open(visit.someone(), visit.now))
            content["tertinggal"] = {{"alamat", "/tanda-tangan/" + to_string(open->id)},
                                     {"kata", view.say(std::to_string(open->count(ItemState::waiting)) +
                                                       " surat belum selesai ditandatangani")}};
        if (newest && newest->ended_at)
            content["terakhir"] = {{"alamat", "/tanda-tangan/" + to_string(newest->id)},
                                   {"kata", view.say(result_words(*newest))},
                                   {"kapan", view.moment(*newest->ended_at)}};
    }

    Response letter_page(Visit& visit, LetterView& view, const Draft& draft,
                         const std::vector<Problem>& problems, int status) const {
        const std::string address = "/antrean/" + to_string(draft.id);
        Json content = view.row(draft);
        content["alamat"] = address;
        content["nilai"] = to_text(draft);
        content["lembar"] = view.pictures(draft, address);
        content["fakta"] = view.facts(draft);
        content["temuan"] = view.findings(draft);
        content["daftar_paraf"] = view.initials(draft);
        content["riwayat"] = view.story(draft);
        content["isian_catatan"] = std::string(visit.request.form.get("catatan"));
        content["masalah"] = Json::array();
        for (const Problem& problem : problems)
            content["masalah"].push_back(to_string(site_.pages().words().say(visit.language, problem)));
        const auto acts = view.drafting().acts_of(visit.someone(), draft);
        const auto foreign = workflow::not_signed_by(view.desk(), visit.someone(), draft, visit.now);
        content["boleh_tanda"] = acts.sign && !foreign;
        content["boleh_kembali"] = acts.send_back;
        content["bukan"] =
            acts.sign && foreign ? to_string(site_.pages().words().say(visit.language, *foreign)) : "";
        content["sudah_bernomor"] = draft.stage == Stage::queue && !draft.number.empty();
        const auto queue = waiting(view);
        const auto place =
            std::find_if(queue.begin(), queue.end(), [&](const Draft& one) { return one.id == draft.id; });
        content["urutan"] = "";
        if (place != queue.end()) {
            content["urutan"] = view.say("Surat " + std::to_string(place - queue.begin() + 1) + " dari " +
                                         std::to_string(queue.size()));
            if (place + 1 != queue.end()) content["berikut"] = "/antrean/" + to_string((place + 1)->id);
        }
        return site_.page(visit, "antrean-surat",
                          {.title = "Baca: " + view.title(draft), .section = "/antrean", .scripts = {}},
                          content, status);
    }

    Response pin_page(Visit& visit, LetterView& view, const std::vector<Rounds::Pick>& picks,
                      const std::vector<Problem>& problems, int status) const {
        std::vector<Draft> drafts;
        Json content = {
            {"daftar", Json::array()}, {"masalah", Json::array()}, {"galat_pin", ""}, {"galat_segel", ""}};
        for (const Rounds::Pick& pick : picks) {
            auto draft = view.drafting().drafts().find(pick.draft);
            if (!draft || !view.drafting().may_see(visit.someone(), *draft)) continue;
            content["daftar"].push_back(
                {{"judul", view.title(*draft)},
                 {"jenis", view.kind_title(*draft)},
                 {"nilai", to_string(pick.draft) + ":" + std::to_string(pick.version)}});
            drafts.push_back(*std::move(draft));
        }
        const auto count = std::to_string(drafts.size());
        const auto needs = rounds_->needs_of(drafts);
        tell_problems(visit, problems, view.say(needs.pin_name), content);
        content["perlu_pin"] = needs.pin;
        content["kata_pin"] = view.say(needs.pin_name);
        content["perlu_segel"] = needs.seal;
        content["kata"] = view.say("Tanda tangani " + count + " surat");
        content["hari"] = view.say(to_long(date_in(view.office().zone(), visit.now)));
        content["contoh"] = view.office().demo() && needs.pin_name == workflow::pin_field;
        return site_.page(
            visit, "tanda-tangan",
            {.title = (problems.empty() ? "" : "Perlu diperbaiki: ") + ("Tanda tangani " + count + " surat"),
             .section = "/antrean",
             .scripts = {}},
            content, status);
    }

    // Problems of a secret stand at its field, under the name that it has there; the others above the form.
    void tell_problems(const Visit& visit, const std::vector<Problem>& problems, const std::string& pin_name,
                       Json& content) const {
        for (const Problem& problem : problems) {
            Problem said = site_.pages().words().say(visit.language, problem);
            if (problem.where == workflow::pin_field) said.where = pin_name;
            const std::string words = to_string(said);
            if (problem.where == workflow::pin_field)
                content["galat_pin"] = words;
            else if (problem.where == workflow::seal_field)
                content["galat_segel"] = words;
            else
                content["masalah"].push_back(words);
        }
    }

    static std::string progress_words(const Round& round) {
        const auto all = round.items.size();
        return std::to_string(all - static_cast<std::size_t>(round.count(ItemState::waiting))) + " dari " +
               std::to_string(all) + " selesai";
    }

    // "47 surat terbit, 2 gagal, 1 belum pasti"
    static std::string result_words(const Round& round) {
        std::string words;
        const auto add = [&](ItemState state, const std::string& what) {
            if (const int count = round.count(state); count > 0)
                words += (words.empty() ? "" : ", ") + std::to_string(count) + what;
        };
        add(ItemState::signed_, " surat terbit");
        add(ItemState::failed, " belum ditandatangani");
        add(ItemState::unknown, " belum pasti");
        add(ItemState::released, " dikembalikan ke antrean");
        return words;
    }

    Response round_page(Visit& visit, LetterView& view, const Round& round,
                        const std::vector<Problem>& problems, int status) const {
        const bool running = rounds_->is_running(round.id);
        const bool live = !round.ended_at && (running || !rounds_->is_left_open(round, visit.now));
        const auto all = round.items.size();
        Json content = {{"id", to_string(round.id)},
                        {"alamat", "/tanda-tangan/" + to_string(round.id)},
                        {"kata", view.say(round.ended_at ? result_words(round) : progress_words(round))},
                        {"semua", all},
                        {"selesai", all - static_cast<std::size_t>(round.count(ItemState::waiting))},
                        {"terbit", Json::array()},
                        {"gagal", Json::array()},
                        {"tunggu", Json::array()},
                        {"masalah", Json::array()},
                        {"galat_pin", ""},
                        {"galat_segel", ""}};
        std::vector<Draft> open;
        for (const RoundItem& item : round.items) {
            Json row = {{"judul", item.subject},
                        {"nomor", item.number},
                        {"alamat", "/antrean/" + to_string(item.draft)},
                        {"kapan", item.settled_at ? view.moment(*item.settled_at) : ""},
                        {"sebab", Json::array()},
                        {"belum_pasti", item.state == ItemState::unknown},
                        {"dilepas", item.state == ItemState::released}};
            for (const Problem& problem : item.problems) {
                const Problem said = site_.pages().words().say(visit.language, problem);
                row["sebab"].push_back(
                    {{"apa", to_string(Problem{said.what, said.where, ""})}, {"saran", said.remedy}});
            }
            const char* where = item.state == ItemState::signed_   ? "terbit"
                                : item.state == ItemState::waiting ? "tunggu"
                                                                   : "gagal";
            if (item.state == ItemState::waiting)
                if (auto draft = view.drafting().drafts().find(item.draft)) open.push_back(*std::move(draft));
            content[where].push_back(std::move(row));
        }
        const auto needs = rounds_->needs_of(open);
        tell_problems(visit, problems, view.say(needs.pin_name), content);
        content["contoh"] = view.office().demo() && needs.pin_name == workflow::pin_field;
        content["perlu_pin"] = needs.pin;
        content["kata_pin"] = view.say(needs.pin_name);
        content["perlu_segel"] = needs.seal;
        // The part of the page that moves asks for itself alone; once the round has ended, the whole page is
        // another.
        if (visit.request.header("hx-request") == "true") {
            Response part =
                site_.page(visit, "tanda-tangan-kemajuan",
                           {.title = "Sedang ditandatangani", .section = {}, .scripts = {}}, content);
            if (!live) part.with("HX-Refresh", "true");
            return part;
        }
        Frame frame{.title = round.ended_at ? result_words(round) : "Sedang ditandatangani",
                    .section = "/antrean",
                    .scripts = {}};
        if (live) frame.scripts = {"vendor/htmx.min.js"};
        frame.refresh = live ? 2 : 0;
        return site_.page(visit,
                          round.ended_at ? "tanda-tangan-hasil"
                          : live         ? "tanda-tangan-proses"
                                         : "tanda-tangan-lanjut",
                          frame, content, status);
    }

    Response signer_away(const Visit& visit, const Error& error) const {
        return site_.trouble(
            visit,
            {.status = 503,
             .icon = "tunggu",
             .title = "Layanan tanda tangan tidak menjawab",
             .what = "Belum ada surat yang ditandatangani dan belum ada nomor yang diambil. Semua surat "
                     "tetap di antrean Anda. PIN Anda tidak disimpan.",
             .advice = {"Tunggu satu menit, lalu tanda tangani lagi dari antrean.",
                        "Tidak bisa menunggu? Minta Tata Usaha menghubungi admin kantor."},
             .button = "Kembali ke antrean",
             .target = "/antrean",
             .problems = error.problems()});
    }

    Site& site_;
    Previews previews_;
    std::shared_ptr<SigningRounds> rounds_;
};

}  // namespace

std::shared_ptr<SigningRounds> make_signing_rounds(Site& site) {
    auto rounds = std::make_shared<SigningRounds>(
        [&site] { return site.desk(); }, site.clock(), site.random(),
        [&site](const Round& round, const RoundItem& item) {
            site.metrics().count(item.state == ItemState::signed_ ? Event::letter_issued
                                                                  : Event::letter_failed);
            if (round.ended_at) site.metrics().count(Event::round_finished);
        });
    site.background().once("signing-rounds", [rounds](const std::stop_token& stopped) {
        rounds->resume();
        while (wait_for(stopped, std::chrono::hours(1))) {
        }
        rounds->stop(std::chrono::seconds(15));
    });
    return rounds;
}

void add_signing_routes(Service& service, Site& site, std::shared_ptr<SigningRounds> rounds) {
    const auto pages = std::make_shared<Signing>(site, std::move(rounds));
    Router& router = service.router();
    const Access heads = Access::of({workflow::Role::kadis});
    const auto add = [&](const char* method, const char* pattern,
                         Response (Signing::*page)(Visit&, LetterView&)) {
        router.add({.method = method,
                    .pattern = pattern,
                    .access = heads,
                    .handler = [pages, page](Visit& visit) { return pages->answer(visit, page); },
                    // One letter is shown as a picture of itself: it is set and drawn.
                    .heavy = std::string_view(pattern).find("{id}") != std::string_view::npos});
    };
    add("GET", "/antrean", &Signing::queue);
    add("GET", "/antrean/{id}", &Signing::read);
    add("GET", "/antrean/{id}/halaman/{n}", &Signing::picture);
    add("POST", "/antrean/{id}/kembalikan", &Signing::send_back);
    add("POST", "/tanda-tangan", &Signing::choose);
    add("GET", "/tanda-tangan", &Signing::back);
    add("GET", "/tanda-tangan/mulai", &Signing::back);
    add("POST", "/tanda-tangan/mulai", &Signing::start);
    add("GET", "/tanda-tangan/{putaran}", &Signing::round);
    add("POST", "/tanda-tangan/{putaran}/lanjut", &Signing::go_on);
    add("POST", "/tanda-tangan/{putaran}/lepas", &Signing::release);
}

}  // namespace naskah::service
