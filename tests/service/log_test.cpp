#include "house.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
using workflow::Role;

TEST_CASE("the log shows its admin who did what, newest first, and that its chain holds") {
    House house;
    std::string fault;
    house.service->observe_by([&](const service::Observation& seen) { fault = seen.error; });
    const auto admin = house.sign_in(Role::admin);
    const auto page = house.get("/log", admin);
    INFO(fault);
    REQUIRE(page.status == 200);
    CHECK_THAT(page.body, Contains("Rantai catatan utuh") && Contains("membuat akun"));
}
