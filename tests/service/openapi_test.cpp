// docs/openapi.yaml against the routes and the answers of the service.
#include <mutex>

#include "programs.h"

using namespace naskah;
using namespace naskah::test;

namespace {

bool is_for_programs(const std::string& pattern) {
    return pattern.starts_with("/api/") || pattern == "/healthz" || pattern == "/metrics";
}

Json routes_of(service::Service& service) {
    Json routes = Json::array();
    for (const service::Route& route : service.router().routes()) {
        if (!is_for_programs(route.pattern)) continue;
        using Kind = service::Access::Kind;
        const Kind kind = route.access.kind;
        Json roles = Json::array();
        for (const workflow::Role role : route.access.roles) roles.push_back(to_string(role));
        routes.push_back({{"method", route.method},
                          {"path", route.pattern},
                          {"access", kind == Kind::anyone      ? "anyone"
                                     : kind == Kind::signed_in ? "signed_in"
                                     : kind == Kind::watchers  ? "watchers"
                                                               : "roles"},
                          {"roles", roles}});
    }
    return routes;
}

// One of everything that programs may ask, with some refusals between.
void ask_everything(House& house) {
    const Program staf(house, "staf"), pemeriksa(house, "pemeriksa"), kadis(house, "kadis"),
        anyone(house, "");
    const std::string kind = "surat-perintah-tugas";
    for (const char* address : {"/whoami", "/kinds", "/kinds/surat-perintah-tugas", "/drafts", "/letters",
                                "/kinds/surat-perintah-tugas/schema", "/kinds/tidak-ada", "/drafts/x",
                                "/letters/x", "/letters?limit=x", "/drafts?stage=x"}) {
        staf.get(address);
        anyone.get(address);
    }
    const Json data = staf.get("/kinds/" + kind + "/example").body;
    const auto draft_ready_to_send = [&] {
        return staf.post("/drafts", {{"kind", kind}, {"data", data}}, {{"idempotency-key", "k"}});
    };
    const auto at = [](const Said& draft, const char* what = "") {
        return "/drafts/" + draft.body.at("id").get<std::string>() + what;
    };
    const auto seen = [](const Said& draft) { return Program::Headers{{"if-match", draft.etag}}; };
    const Json to_checker = {{"checker", "pemeriksa"}};

    Said draft = draft_ready_to_send();
    draft_ready_to_send();  // again
    staf.post("/drafts", {{"kind", kind}});
    staf.put(at(draft), {{"data", data}});
    draft = staf.put(at(draft), {{"data", data}}, seen(draft));
    draft = staf.post(at(draft, "/send"), to_checker, seen(draft));
    draft = staf.post(at(draft, "/withdraw"), Json::object(), seen(draft));
    draft = staf.post(at(draft, "/send"), to_checker, seen(draft));
    draft = pemeriksa.post(at(draft, "/return"), {{"note", "lengkapi"}}, seen(draft));
    draft = staf.post(at(draft, "/send"), to_checker, seen(draft));
    draft = pemeriksa.post(at(draft, "/approve"), Json::object(), seen(draft));
    kadis.get(at(draft));
    kadis.get(at(draft, "/steps"));
    kadis.get(at(draft, "/pdf"));
    staf.get("/drafts?stage=queue&stage=review&limit=1");
    const Said thrown = staf.post("/drafts", {{"from", draft.body.at("id")}});
    staf.post(at(thrown, "/discard"), Json::object(), seen(thrown));

    const Said wrong =
        kadis.post("/rounds", {{"drafts", Json::array({{{"id", draft.body.at("id")}, {"version", 99}}})}});
    (void)wrong;
    const Said round = kadis.post(
        "/rounds",
        {{"drafts", Json::array({{{"id", draft.body.at("id")}, {"version", draft.body.at("version")}}})},
         {"pin", slurp(house.folder / "kantor/keys/kepala.sandi")}});
    INFO(round.text);
    REQUIRE(round.status == 202);
    const std::string round_at = "/rounds/" + round.body.at("id").get<std::string>();
    Said progress = kadis.get(round_at);
    while (progress.body.at("ended_at").is_null()) {
        ::usleep(20'000);
        progress = kadis.get(round_at);
    }
    CHECK(progress.body.at("items")[0].at("state") == "signed");
    kadis.get("/rounds/x");

    const std::string letter = staf.get(at(draft)).body.at("letter");
    staf.get("/letters?status=issued&year=" +
             std::to_string(year_of(date_in(Zone::wita, house.clock.now()))));
    staf.get("/letters/" + letter);
    const Said pdf = staf.get("/letters/" + letter + "/pdf");
    anyone.get("/register/" + letter);
    anyone.get("/register/x");
    for (const std::string& file : {pdf.text, pdf.text + "\n%", std::string("bukan")})
        anyone.send("POST", "/verify", file, {{"content-type", "application/pdf"}});
    anyone.send("POST", "/verify", "x", {{"content-type", "text/plain"}});

    for (const char* address : {"/healthz", "/metrics"})
        for (const char* remote : {"127.0.0.1", "203.0.113.7"}) {
            auto asked = House::request("GET", address);
            asked.remote = remote;
            house.service->handle(asked);
        }
}

}  // namespace

TEST_CASE("the description for programs says what the service does, and the service does what it says") {
    House house;
    Json answers = Json::array();
    std::mutex mutex;
    house.service->observe_by([&](const service::Observation& seen) {
        if (!is_for_programs(seen.pattern)) return;
        const bool json = seen.response.type.find("json") != std::string::npos;
        const std::lock_guard lock(mutex);
        answers.push_back({{"method", seen.request.method},
                           {"path", seen.pattern},
                           {"status", seen.response.status},
                           {"type", seen.response.body.empty() ? "" : seen.response.type},
                           {"body", json ? seen.response.body : ""}});
    });
    ask_everything(house);
    const fs::path observed = house.folder / "diamati.json";
    spit(observed, dump_json({{"routes", routes_of(*house.service)}, {"answers", answers}}));
    const fs::path source = NASKAH_SOURCE_DIR;
    const Ran checked = run({"/usr/bin/python3", (source / "tests/service/openapi_check.py").string(),
                             (source / "docs/openapi.yaml").string(),
                             (source / "tests/service/openapi-3.1.yaml").string(), observed.string()});
    INFO(checked.out << checked.err);
    CHECK(checked.exit_code == 0);
}
