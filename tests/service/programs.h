// A program at the service's door: JSON out, JSON in.
#pragma once

#include "house.h"

namespace naskah::test {

struct Said {
    int status = 0;
    std::string type, etag, text;
    Json body;  // null if it is no JSON
    std::vector<std::pair<std::string, std::string>> headers;
    std::string header(const std::string& name) const {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
};

class Program {
public:
    Program(House& house, const std::string& username) : house_(house) {
        if (!username.empty()) who_ = house.sign_in_as(username);
    }
    using Headers = std::vector<std::pair<std::string, std::string>>;

    Said get(const std::string& address, const Headers& headers = {}) const {
        return send("GET", address, "", headers);
    }
    Said post(const std::string& address, const Json& body, const Headers& headers = {}) const {
        return send("POST", address, dump_json(body), headers);
    }
    Said put(const std::string& address, const Json& body, const Headers& headers = {}) const {
        return send("PUT", address, dump_json(body), headers);
    }
    // Headers that are given replace those that a good program sends; an empty value leaves it out.
    Said send(const std::string& method, const std::string& address, const std::string& body,
              const Headers& headers) const {
        auto asked = House::request(method, "/api/v1" + address, who_ ? who_->cookie : "");
        asked.body = body;
        Headers all = headers;
        const auto usual = [&](const std::string& name, const std::string& value) {
            for (const auto& [given, ignored] : headers)
                if (given == name) return;
            all.emplace_back(name, value);
        };
        if (!body.empty()) usual("content-type", "application/json");
        if (method != "GET" && who_) usual("x-csrf-token", who_->csrf);
        for (const auto& [name, value] : all)
            if (!value.empty()) asked.headers.all.emplace_back(name, value);
        const service::Response response = house_.service->handle(asked);
        Said said{.status = response.status,
                  .type = response.type,
                  .text = response.body,
                  .headers = response.headers};
        said.etag = said.header("ETag");
        if (said.type.find("json") != std::string::npos && !response.body.empty())
            said.body = parse_json(response.body, "jawaban");
        return said;
    }
    // All problems of an answer, one a line: "where: what".
    static std::string problems(const Said& said) {
        std::string text;
        if (said.body.contains("problems"))
            for (const Json& problem : said.body.at("problems"))
                text += problem.at("where").get<std::string>() + ": " +
                        problem.at("what").get<std::string>() + "\n";
        return text;
    }

private:
    House& house_;
    std::optional<House::SignedIn> who_;
};

}  // namespace naskah::test
