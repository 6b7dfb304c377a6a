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
    House() : clock(system_clock().now()) {
        ::setenv("NASKAH_TEMPLATES", NASKAH_SOURCE_DIR "/templates", 0);
        ::setenv("NASKAH_WEB", NASKAH_SOURCE_DIR "/web", 0);
        workflow::make_office(folder / "kantor", true, clock);
        site = std::make_unique<service::Site>(folder / "kantor", clock, system_random(), nobody_to_ask);
        service = std::make_unique<service::Service>(*site);
        service::add_all_routes(*service, *site);
        service->recognise_by([](const service::Request& asked, Instant) -> std::optional<service::Session> {
            for (const workflow::Role role : workflow::all_roles)
                if (asked.cookies.get("naskah") == "uji-" + to_string(role))
                    return service::Session{
                        .person = person_of(role), .csrf = "csrf-" + to_string(role), .handle = {}};
            return std::nullopt;
        });
    }

    // Somebody of the demo office who has that role and no other, signed in.
    struct SignedIn {
        std::string cookie, csrf;
        workflow::Person person;
    };
    SignedIn sign_in(workflow::Role role) {
        return {"naskah=uji-" + to_string(role), "csrf-" + to_string(role), person_of(role)};
    }
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

    // The demo's accounts bear the names of their roles.
    static workflow::Person person_of(workflow::Role role) {
        return {.username = to_string(role),
                .name = "Petugas Contoh",
                .post = "",
                .official = role == workflow::Role::kadis ? "kepala" : "",
                .roles = {role}};
    }

    Folder folder;
    TestClock clock;
    std::unique_ptr<service::Site> site;
    std::unique_ptr<service::Service> service;
};

}  // namespace naskah::test
