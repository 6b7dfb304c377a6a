#include "house.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;

TEST_CASE("an address that is not there says what to do, and never that a letter is false") {
    House house;
    for (const char* address : {"/tidak-ada", "/v", "/aset/x/y.css/z", "/periksa/", "//periksa"}) {
        INFO(address);
        const auto response = house.get(address);
        CHECK(response.status == 404);
        if (std::string(address).starts_with("/aset")) continue;
        CHECK_THAT(response.body,
                   Contains("Halaman ini tidak ada") && Contains("belum tentu surat Anda palsu"));
    }
}

TEST_CASE("every response forbids foreign scripts, frames and guesses about its type") {
    House house;
    for (const char* address : {"/periksa", "/tidak-ada", "/", "/bahasa/en"}) {
        INFO(address);
        const auto response = house.get(address);
        const std::string policy = House::header(response, "Content-Security-Policy");
        CHECK_THAT(policy, Contains("default-src 'none'") && Contains("frame-ancestors 'none'"));
        CHECK_THAT(policy, !Contains("unsafe-inline") && !Contains(" 'unsafe-eval'"));
        CHECK(House::header(response, "X-Content-Type-Options") == "nosniff");
    }
}

TEST_CASE("the language switch leads back to a page of ours only") {
    House house;
    const struct {
        const char *asked, *led;
    } rows[] = {{"/periksa", "/periksa"},       {"%2Fv%2FABC", "/v/ABC"},
                {"//elsewhere.example", "/"},   {"https://elsewhere.example", "/"},
                {"/%5Celsewhere.example", "/"}, {"/a%0d%0aX: y", "/"}};
    for (const auto& row : rows) {
        INFO(row.asked);
        const auto response = house.get(std::string("/bahasa/en?kembali=") + row.asked);
        CHECK(response.status == 303);
        CHECK(House::header(response, "Location") == row.led);
        CHECK_THAT(House::header(response, "Set-Cookie"), Contains("bahasa=en"));
    }
}

TEST_CASE("what another site makes a browser send is refused") {
    House house;
    house.service->router().add({"POST", "/uji", service::Access::anyone(),
                                 [](service::Visit&) { return service::redirect("/sampai"); }});
    const struct {
        const char *name, *value;
        int status;
    } rows[] = {{"sec-fetch-site", "cross-site", 403},
                {"sec-fetch-site", "same-site", 403},
                {"sec-fetch-site", "same-origin", 303},
                {"origin", "https://elsewhere.example", 403},
                {"origin", "null", 403},
                {"origin", "https://naskah.contoh.example", 303}};
    for (const auto& row : rows) {
        INFO(row.name << ": " << row.value);
        auto asked = House::request("POST", "/uji");
        asked.headers.all.emplace_back(row.name, row.value);
        CHECK(house.service->handle(asked).status == row.status);
    }
}

TEST_CASE("a form of somebody signed in counts only with the token of their session") {
    House house;
    house.service->router().add({"POST", "/uji", service::Access::of({workflow::Role::staf}),
                                 [](service::Visit&) { return service::redirect("/sampai"); }});
    const auto staff = house.sign_in(workflow::Role::staf), head = house.sign_in(workflow::Role::kadis);
    CHECK(house.post("/uji", {}).status == 401);
    CHECK(house.post("/uji", {}, head).status == 403);
    CHECK(house.post("/uji", {}, staff.cookie).status == 403);
    CHECK(house.post("/uji", {{{"csrf", head.csrf}}}, staff.cookie).status == 403);
    CHECK(house.post("/uji", {}, staff).status == 303);
}
