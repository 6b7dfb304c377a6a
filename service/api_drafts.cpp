// Drafts for programs: what a clerk, a checker and a head do with a letter before it is signed. Who may do
// what is decided by workflow/drafting.h; here is only the reading and the saying.
#include "core/date.h"
#include "core/sha256.h"
#include "service/api.h"

namespace naskah::service {
namespace {

using storage::Draft;
using workflow::Role;

Access workers() { return Access::of({Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}); }

// The id of a draft that is asked for with an idempotency key follows from the key: asked again after a
// crash, the same draft is found and no second one made.
class KeyedRandom final : public Random {
public:
    explicit KeyedRandom(const std::string& seed) : seed_(to_string(sha256(as_bytes("draft\n" + seed)))) {}
    void fill(std::span<std::uint8_t> out) override {
        for (std::size_t at = 0; at < out.size();) {
            const Sha256 block = sha256(as_bytes(seed_ + std::to_string(counter_++)));
            for (std::size_t i = 0; i < block.octets.size() && at < out.size(); ++i)
                out[at++] = block.octets[i];
        }
    }

private:
    std::string seed_;
    int counter_ = 0;
};

std::string etag(const Draft& draft) { return "\"" + std::to_string(draft.revision) + "\""; }

Response draft_response(const Draft& draft, const workflow::Drafting& drafting, const Visit& visit,
                        int status = 200) {
    return json_response(to_json(draft, drafting, visit.someone()), status).with("ETag", etag(draft));
}

// Nothing if there is no such draft, or none that this person may see: the same to them.
std::optional<Draft> find_draft(const workflow::Drafting& drafting, const Visit& visit) {
    const auto id = parse_letter_id(visit.names.at("id"));
    if (!id) return std::nullopt;
    try {
        return drafting.open(visit.someone(), *id);
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        return std::nullopt;
    }
}

}  // namespace

Json to_json(const Draft& draft, const workflow::Drafting& drafting, const workflow::Person& who) {
    const auto acts = drafting.acts_of(who, draft);
    Json may = Json::array();
    const std::pair<const char*, bool> each[] = {{"edit", acts.edit},         {"send", acts.send},
                                                 {"withdraw", acts.withdraw}, {"discard", acts.discard},
                                                 {"approve", acts.approve},   {"return", acts.send_back},
                                                 {"sign", acts.sign}};
    for (const auto& [name, allowed] : each)
        if (allowed) may.push_back(name);
    return {{"id", to_string(draft.id)},
            {"kind", draft.kind},
            {"subject", draft.subject},
            {"stage", to_string(draft.stage)},
            {"author", draft.author},
            {"holder", draft.holder},
            {"revision", draft.revision},
            {"version", draft.version},
            {"note", draft.note},
            {"initials", draft.initials},
            {"created_at", to_rfc3339(draft.created_at)},
            {"changed_at", to_rfc3339(draft.changed_at)},
            {"stage_since", to_rfc3339(draft.stage_since)},
            {"due", draft.due ? Json(to_rfc3339(*draft.due)) : Json(nullptr)},
            {"letter", draft.letter ? Json(to_string(*draft.letter)) : Json(nullptr)},
            {"number", draft.number},
            {"trouble", draft.trouble},
            {"may", std::move(may)},
            {"data", draft.data}};
}

void add_api_drafts(Api& api) {
    Site& site = api.site();

    api.get("/drafts", workers(), [&site, api](Visit& visit) {
        const Request& request = visit.request;
        only_parameters(request, {"author", "holder", "stage", "text", "limit", "cursor"});
        storage::DraftFilter filter;
        filter.author = request.query.get("author");
        filter.holder = request.query.get("holder");
        filter.text = request.query.get("text");
        for (const auto word : request.query.every("stage")) {
            const auto stage = storage::parse_stage(word);
            if (!stage) throw Error(Code::usage, "tahap tidak dikenal", "stage");
            filter.stages.push_back(*stage);
        }
        // Clerks see what they wrote; the rest of the office sees all that are on their way.
        const workflow::Person& who = visit.someone();
        if (!who.is(Role::pemeriksa) && !who.is(Role::kadis) && !who.is(Role::tata_usaha)) {
            if (!filter.author.empty() && filter.author != who.username) return page_of(Json::array(), {});
            filter.author = who.username;
        }
        filter.offset = static_cast<int>(std::min<std::int64_t>(cursor_of(request), 1'000'000'000));
        const int limit = limit_of(request);
        filter.limit = limit + 1;
        const auto desk = site.desk();
        auto drafting = api.drafting(*desk, site.random());
        auto drafts = drafting.drafts().list(filter);
        std::optional<std::int64_t> next;
        if (drafts.size() > static_cast<std::size_t>(limit)) {
            drafts.pop_back();
            next = filter.offset + limit;
        }
        Json items = Json::array();
        for (const Draft& draft : drafts)
            if (drafting.may_see(who, draft)) items.push_back(to_json(draft, drafting, who));
        return page_of(std::move(items), next);
    });

    api.post("/drafts", Access::of({Role::staf}),
             [&site, api](Visit& visit, Members& members, const Once& once) {
                 const bool from = members.has("from");
                 const std::string earlier = from ? members.text("from", true) : "";
                 const std::string kind = from ? "" : members.text("kind", true);
                 const Json data = from ? Json() : members.object("data");
                 members.done();
                 const auto id = parse_letter_id(earlier);
                 if (from && !id) throw Error(Code::data, "bukan kode surat atau konsep", "from");
                 const workflow::Person& who = visit.someone();
                 const auto desk = site.desk();
                 KeyedRandom keyed(once.seed);
                 auto drafting = api.drafting(*desk, once.seed.empty() ? site.random() : keyed);
                 const auto made_response = [&](const Draft& made) {
                     return draft_response(made, drafting, visit, 201)
                         .with("Location", "/api/v1/drafts/" + to_string(made.id));
                 };
                 if (once.again) {
                     KeyedRandom before(once.seed);
                     if (const auto made = drafting.drafts().find(make_letter_id(before)))
                         return made_response(*made);
                 }
                 const Draft draft = from ? drafting.create_from(who, *id, visit.now)
                                          : drafting.create(who, kind, data, visit.now);
                 return made_response(draft);
             });

    // Each of the others begins with the draft.
    using Found = std::function<Response(Visit&, workflow::Drafting&, const Draft&)>;
    const auto with_draft = [&site, api](Visit& visit, const Found& found) {
        const auto desk = site.desk();
        auto drafting = api.drafting(*desk, site.random());
        const auto draft = find_draft(drafting, visit);
        return draft ? found(visit, drafting, *draft) : api.problem(visit, 404, "Konsep ini tidak ada");
    };
    api.get("/drafts/{id}", workers(), [with_draft](Visit& visit) {
        return with_draft(visit, [](Visit& asked, workflow::Drafting& drafting, const Draft& draft) {
            return draft_response(draft, drafting, asked);
        });
    });
    api.get("/drafts/{id}/steps", workers(), [with_draft](Visit& visit) {
        return with_draft(visit, [](Visit&, workflow::Drafting& drafting, const Draft& draft) {
            Json items = Json::array();
            for (const storage::DraftStep& step : drafting.drafts().steps(draft.id))
                items.push_back({{"at", to_rfc3339(step.at)},
                                 {"actor", step.actor},
                                 {"act", step.act},
                                 {"note", step.note},
                                 {"version", step.version},
                                 {"stage", to_string(step.stage)},
                                 {"holder", step.holder}});
            return page_of(std::move(items), std::nullopt);
        });
    });
    api.get(
        "/drafts/{id}/pdf", workers(),
        [with_draft, &site](Visit& visit) {
            return with_draft(visit, [&site](Visit&, workflow::Drafting& drafting, const Draft& draft) {
                const Bytes pdf = drafting.desk().draft(draft.kind, draft.data, site.root() / "lampiran");
                return download(std::string(as_text(pdf)), "application/pdf", "konsep.pdf");
            });
        },
        "application/pdf");

    // Whoever changes a draft says which revision they saw.
    const auto on_revision = [api](Visit& visit, const Draft& draft) -> std::optional<Response> {
        const auto seen = if_match(visit.request);
        if (!seen)
            return api.problem(visit, 428, "Sebutkan revisi yang Anda lihat",
                               {{"tajuk If-Match wajib ada", "If-Match",
                                 "Isi dengan ETag dari jawaban terakhir, misalnya \"3\"."}});
        if (*seen != draft.revision)
            return api
                .problem(visit, 412, "Konsep ini sudah berubah",
                         {{"revisinya sekarang " + std::to_string(draft.revision), "If-Match",
                           "Ambil konsepnya lagi, lalu ulangi."}})
                .with("ETag", etag(draft));
        return std::nullopt;
    };
    api.put("/drafts/{id}", Access::of({Role::staf}), [=](Visit& visit, Members& members) {
        const Json data = members.object("data");
        members.done();
        return with_draft(visit, [&](Visit& asked, workflow::Drafting& drafting, const Draft& draft) {
            if (auto no = on_revision(asked, draft)) return *no;
            const auto saved = drafting.save(asked.someone(), draft.id, draft.revision, data, asked.now);
            if (!saved.saved) {
                if (auto no = on_revision(asked, saved.draft)) return *no;
                return api.problem(asked, 409, "Konsep ini tidak dapat diubah sekarang");
            }
            return draft_response(saved.draft, drafting, asked);
        });
    });

    struct Act {
        const char* name;
        std::vector<Role> roles;
        std::function<Draft(workflow::Drafting&, const workflow::Person&, const Draft&, const Json&, Instant)>
            carry_out;
        std::vector<const char*> texts;  // members that it takes
    };
    const auto text = [](const Json& given, const char* name) { return given.at(name).get<std::string>(); };
    const std::vector<Act> acts = {
        {"send",
         {Role::staf},
         [text](auto& drafting, const auto& who, const Draft& draft, const Json& given, Instant now) {
             return drafting.send(who, draft.id, draft.revision, text(given, "checker"), text(given, "note"),
                                  now);
         },
         {"checker", "note"}},
        {"withdraw",
         {Role::staf},
         [](auto& drafting, const auto& who, const Draft& draft, const Json&, Instant now) {
             return drafting.withdraw(who, draft.id, now);
         },
         {}},
        {"discard",
         {Role::staf},
         [](auto& drafting, const auto& who, const Draft& draft, const Json&, Instant now) {
             return drafting.discard(who, draft.id, now);
         },
         {}},
        {"approve",
         {Role::pemeriksa},
         [text](auto& drafting, const auto& who, const Draft& draft, const Json& given, Instant now) {
             return drafting.approve(who, draft.id, draft.version, text(given, "next"), text(given, "note"),
                                     now);
         },
         {"next", "note"}},
        {"return",
         {Role::pemeriksa, Role::kadis},
         [text](auto& drafting, const auto& who, const Draft& draft, const Json& given, Instant now) {
             return drafting.send_back(who, draft.id, draft.version, text(given, "note"), now);
         },
         {"note"}},
    };
    for (const Act& act : acts)
        api.post(
            std::string("/drafts/{id}/") + act.name, Access::of(act.roles),
            [=](Visit& visit, Members& members, const Once&) {
                Json given = Json::object();
                for (const char* name : act.texts)
                    given[name] = members.text(name, std::string_view(name) == "checker");
                members.done();
                return with_draft(visit, [&](Visit& asked, workflow::Drafting& drafting, const Draft& draft) {
                    if (auto no = on_revision(asked, draft)) return *no;
                    return draft_response(act.carry_out(drafting, asked.someone(), draft, given, asked.now),
                                          drafting, asked);
                });
            });
}

}  // namespace naskah::service
