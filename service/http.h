// A request and its response as values: routes are functions from one to the other, without sockets. What
// came from outside is as it came: hostile until a handler has read it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.h"
#include "service/spool.h"

namespace naskah::service {

// Names and values in the order in which they came.
struct Fields {
    std::vector<std::pair<std::string, std::string>> all;
    // The first value of that name, or empty.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    std::vector<std::string_view> every(std::string_view name) const;
};

struct Upload {
    std::string field, filename, type, content;
};

struct Request {
    std::string method;  // "GET", "POST", ...
    std::string path;    // decoded, without the query
    std::string remote;  // address of whoever asks: the peer, or what a trusted proxy says of it
    std::string request_id;
    bool secure = false;  // came through TLS, as the proxy tells
    Fields query, form;   // form: of application/x-www-form-urlencoded or multipart/form-data
    Fields headers;       // names in lower case
    Fields cookies;
    std::vector<Upload> uploads;
    std::string body;  // of other types
    // What the sender says of itself; empty when it does not.
    std::string_view header(std::string_view lower_case_name) const { return headers.get(lower_case_name); }
};

struct Response {
    int status = 200;
    std::string type = "text/html; charset=utf-8";
    std::string body;
    std::shared_ptr<const Spool> spool;  // in place of `body`
    std::vector<std::pair<std::string, std::string>> headers;

    Response& with(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
};

Response redirect(const std::string& to, int status = 303);
Response json_response(const Json& value, int status = 200);
// A file to save; `name` becomes plain ASCII.
Response download(std::string content, const std::string& type, const std::string& name);
Response download(std::shared_ptr<const Spool> content, const std::string& type, const std::string& name);

// Parts of an address: %XX and '+'. Nothing if it is malformed or hides a NUL.
std::optional<std::string> decode_percent(std::string_view text, bool plus_is_blank);
std::string encode_percent(std::string_view text);
// "a=1&b=2"; pairs that are malformed are left out, at most `most` are read.
Fields parse_query(std::string_view text, std::size_t most = 5000);
Fields parse_cookies(std::string_view header);
// A place of ours ("/surat/7?halaman=2"), as somebody asks to be led to; `otherwise` if it could be
// another's:
// "//elsewhere" and "/\\elsewhere" are other hosts to a browser.
std::string local_address(std::string_view asked, const std::string& otherwise);

}  // namespace naskah::service
