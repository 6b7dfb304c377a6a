// The suite that any store must pass. A test of a store lists the scenarios, gives each a fresh store, and
// audits the store afterwards in its own way.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "fixture.h"

namespace naskah::storage {

// `database` opens the one store again and again, from any process.
struct Store {
    std::function<std::shared_ptr<Connections>()> database;
    std::unique_ptr<Register> open() const { return open_register(database()); }
};

struct Scenario {
    const char* name;  // a sentence of the product
    void (*play)(const Store&);
};

const std::vector<Scenario>& scenarios();       // one process
const std::vector<Scenario>& race_scenarios();  // many processes and threads, and the power cut

}  // namespace naskah::storage
