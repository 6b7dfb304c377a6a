// A demo office with its service in this process: what a test asks, and what it is answered.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>

#include "service/assembly.h"
#include "tests/support/shell.h"
#include "tests/support/test_clock.h"

namespace naskah::test {

// The office, made anew for each test: its folder, its service. Starts now, since the demo's certificates do.
class House {
public:
    // `storage`: the address of an empty PostgreSQL database, for a register there.
    explicit House(const std::string& storage = {}) : clock(system_clock().now()) {
        ::setenv("NASKAH_TEMPLATES", NASKAH_SOURCE_DIR "/templates", 0);
        ::setenv("NASKAH_WEB", NASKAH_SOURCE_DIR "/web", 0);
        workflow::make_office(folder / "kantor", true, clock);
        if (!storage.empty()) move_to(storage);
        site = std::make_unique<service::Site>(folder / "kantor", clock, system_random(), nobody_to_ask);
        service = std::make_unique<service::Service>(*site);
        // Passwords cost next to nothing here; what they cost in earnest is measured elsewhere.
        staff = std::make_shared<service::Staff>(site->database(), folder / "kantor", system_random(),
                                                 service::Effort{.passes = 1, .memory = 8192});
        rounds = service::make_signing_rounds(*site);
        service::add_all_routes(*service, *site, {.staff = staff, .rounds = rounds});
    }

    // The demo's accounts, made when first asked for: staf, pemeriksa, sekretaris, kadis, tata-usaha, admin,
    // all with this password.
    const std::string& password() {
        if (password_.empty()) password_ = service::make_demo_accounts(*staff, site->desk()->office(), clock);
        return password_;
    }

    struct SignedIn {
        std::string cookie, csrf;
        workflow::Person person;
    };
    // The demo's account of that name, with a session of its own, as if it had just signed in.
    SignedIn sign_in_as(const std::string& username) {
        password();
        const std::string token = service::make_token(system_random());
        storage::Opening opening;
        opening.session = {.token = service::digest_of(token),
                           .username = username,
                           .opened_at = clock.now(),
                           .seen_at = clock.now(),
                           .from = "203.0.113.7",
                           .agent = "Chrome, Linux"};
        opening.by = "password";
        REQUIRE(staff->sessions().open(opening, {.actor = username, .at = clock.now(), .from = {}}));
        return {"naskah=" + token, service::csrf_of(token),
                service::person_of(staff->accounts().find(username).value())};
    }
    // The one that is named after that role, and has no other.
    SignedIn sign_in(workflow::Role role) { return sign_in_as(to_string(role)); }
    service::Response get(const std::string& address, const SignedIn& who) {
        return get(address, who.cookie);
    }
    // Sends the form with the session's own CSRF token, as a page of ours would.
    service::Response post(const std::string& address, service::Fields form, const SignedIn& who) {
        form.all.emplace_back("csrf", who.csrf);
        return post(address, std::move(form), who.cookie);
    }

    service::Response get(const std::string& address, const std::string& cookie = "") {
        return service->handle(request("GET", address, cookie));
    }
    service::Response post(const std::string& address, service::Fields form, const std::string& cookie = "") {
        service::Request asked = request("POST", address, cookie);
        asked.form = std::move(form);
        return service->handle(asked);
    }
    static service::Request request(const std::string& method, const std::string& address,
                                    const std::string& cookie = "") {
        service::Request asked;
        asked.method = method;
        const std::size_t mark = address.find('?');
        asked.path = address.substr(0, mark);
        if (mark != std::string::npos) asked.query = service::parse_query(address.substr(mark + 1));
        asked.remote = "203.0.113.7";
        asked.request_id = "0011223344556677";
        asked.headers.all = {{"host", "naskah.contoh.example"}};
        if (!cookie.empty()) asked.cookies = service::parse_cookies(cookie);
        return asked;
    }
    static std::string header(const service::Response& response, const std::string& name) {
        for (const auto& [key, value] : response.headers)
            if (key == name) return value;
        return {};
    }
    static std::string nobody_to_ask(const std::string&) {
        throw Error(Code::usage, "tidak ada yang dapat ditanyai");
    }

    Folder folder;
    TestClock clock;
    std::unique_ptr<service::Site> site;
    std::shared_ptr<service::Staff> staff;
    std::shared_ptr<workflow::SigningRounds> rounds;
    std::unique_ptr<service::Service> service;

private:
    void move_to(const std::string& storage) {
        fs::remove(folder / "kantor/naskah.db");
        Json settings = parse_json(slurp(folder / "kantor/office.json"), "office.json");
        settings["penyimpanan"] = storage;
        spit(folder / "kantor/office.json", dump_json_pretty(settings));
        workflow::begin_register(workflow::Office::open(folder / "kantor"));
    }

    std::string password_;
};

}  // namespace naskah::test
