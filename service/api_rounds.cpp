// Signing for programs: a head signs many letters with one PIN and asks how far it is.
#include "core/date.h"
#include "service/api.h"

namespace naskah::service {
namespace {

using workflow::Role;
using workflow::SigningRounds;

Json to_json(const storage::Round& round, bool running) {
    Json items = Json::array();
    for (const storage::RoundItem& item : round.items) {
        Json problems = Json::array();
        for (const Problem& problem : item.problems)
            problems.push_back(
                {{"what", problem.what}, {"where", problem.where}, {"remedy", problem.remedy}});
        items.push_back({{"draft", to_string(item.draft)},
                         {"version", item.version},
                         {"kind", item.kind},
                         {"subject", item.subject},
                         {"state", to_string(item.state)},
                         {"number", item.number},
                         {"problems", std::move(problems)}});
    }
    return {{"id", to_string(round.id)},
            {"actor", round.actor},
            {"started_at", to_rfc3339(round.started_at)},
            {"ended_at", round.ended_at ? Json(to_rfc3339(*round.ended_at)) : Json(nullptr)},
            {"running", running},
            {"items", std::move(items)}};
}

std::vector<storage::Rounds::Pick> picks_of(const Json& drafts) {
    std::vector<storage::Rounds::Pick> picks;
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const Json& one = drafts[i];
        const std::string where = "drafts[" + std::to_string(i + 1) + "]";
        const bool formed = one.is_object() && one.size() == 2 && one.contains("id") &&
                            one["id"].is_string() && one.contains("version") &&
                            one["version"].is_number_integer();
        const auto id = formed ? parse_letter_id(one["id"].get<std::string>()) : std::nullopt;
        if (id)
            picks.push_back({*id, one["version"].get<int>()});
        else
            problems.push_back({"harus berisi id dan version dari konsep yang dibaca", where, ""});
    }
    if (problems.empty() && picks.empty()) problems.push_back({"wajib diisi", "drafts", ""});
    if (!problems.empty()) throw Error(Code::data, std::move(problems));
    return picks;
}

}  // namespace

void add_api_rounds(Api& api, const std::shared_ptr<SigningRounds>& rounds) {
    api.post("/rounds", Access::of({Role::kadis}), [rounds](Visit& visit, Members& members, const Once&) {
        const Json drafts = members.list("drafts", SigningRounds::most_letters);
        const workflow::Secrets secrets{.pin = members.text("pin", false),
                                        .seal = members.text("seal_pin", false)};
        members.done();
        const storage::Round round = rounds->start(visit.someone(), picks_of(drafts), secrets, visit.now);
        return json_response(to_json(round, rounds->is_running(round.id)), 202)
            .with("Location", "/api/v1/rounds/" + to_string(round.id));
    });
    api.get("/rounds/{id}", Access::of({Role::kadis}), [api, rounds](Visit& visit) {
        const auto id = parse_letter_id(visit.names.at("id"));
        const auto round = id ? rounds->find(*id) : std::nullopt;
        if (!round || round->actor != visit.someone().username)
            return api.problem(visit, 404, "Putaran ini tidak ada");
        return json_response(to_json(*round, rounds->is_running(round->id)));
    });
}

}  // namespace naskah::service
