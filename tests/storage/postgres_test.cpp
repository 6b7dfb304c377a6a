// The PostgreSQL store: the contract, and what is its own: addresses, sessions, servers that are away.
#include <set>

#include "account_scenarios.h"
#include "agenda_scenarios.h"
#include "cluster.h"
#include "contract.h"
#include "draft_scenarios.h"
#include "raw.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;

void play(const Scenario& scenario) {
    const std::string address = Cluster::shared().create_database();
    scenario.play({.database = [address] { return open_database(address, true); }});
    CHECK(open_register(open_database(address, false))->check() == std::vector<Problem>{});
    RawServer server(address);
    audit(server);
}

}  // namespace

TEST_CASE("PostgreSQL keeps the contract of the register") {
    for (const Scenario& scenario : scenarios()) DYNAMIC_SECTION(scenario.name) {
            play(scenario);
        }
}

TEST_CASE("PostgreSQL keeps the contract of the register under races and power cuts") {
    for (const Scenario& scenario : race_scenarios()) DYNAMIC_SECTION(scenario.name) {
            play(scenario);
        }
}

TEST_CASE("PostgreSQL keeps the buku agenda, the drafts and the accounts") {
    for (const auto* list : {&agenda_scenarios(), &draft_scenarios(), &account_scenarios()})
        for (const Scenario& scenario : *list) DYNAMIC_SECTION(scenario.name) {
                play(scenario);
            }
}

}  // namespace naskah::storage
