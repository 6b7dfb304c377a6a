#include "service/server.h"

#include <arpa/inet.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/text.h"
#include "service/multipart.h"

namespace naskah::service {
namespace {

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

// An address in its plain form, or nothing.
std::optional<std::string> parse_address(const std::string& text) {
    unsigned char octets[sizeof(in6_addr)];
    char plain[INET6_ADDRSTRLEN];
    for (const int family : {AF_INET, AF_INET6})
        if (inet_pton(family, text.c_str(), octets) == 1 && inet_ntop(family, octets, plain, sizeof plain))
            return plain;
    return std::nullopt;
}

// Whom the proxy names. Of a list the last one counts: it is the proxy's own word, those before it came from
// outside.
std::optional<std::string> named_sender(const Fields& headers) {
    if (const auto real = headers.get("x-real-ip"); !real.empty()) return parse_address(std::string(real));
    const auto lists = headers.every("x-forwarded-for");
    if (lists.empty()) return std::nullopt;
    const std::string_view list = lists.back();
    return parse_address(trim(list.substr(list.rfind(',') + 1)));
}

bool is_request_id(std::string_view text) {
    return text.size() >= 8 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
           });
}

Request to_request(const Head& head, const std::string& peer, Random& random) {
    Request request;
    request.method = head.method;
    request.path = head.path;
    request.query = parse_query(head.query);
    request.headers = head.headers;
    for (const auto line : head.headers.every("cookie"))
        for (auto& cookie : parse_cookies(line).all) request.cookies.all.push_back(std::move(cookie));
    request.remote = peer;
    if (is_loopback(peer)) {
        if (auto sender = named_sender(head.headers)) request.remote = *std::move(sender);
        request.secure = request.header("x-forwarded-proto") == "https";
        if (const auto id = request.header("x-request-id"); is_request_id(id)) request.request_id = id;
    }
    if (request.request_id.empty()) {
        Bytes octets(8);
        random.fill(octets);
        request.request_id = to_hex(octets);
    }
    return request;
}

Admission admission_of(const Router& router, const Head& head) {
    const Route* route = router.find(head.method, head.path).route;
    if (!route || head.method == "GET" || head.method == "HEAD")
        return {.largest_body = largest_other, .heavy = route && route->heavy};
    const bool upload = route->takes == Route::Takes::upload;
    return {.largest_body = upload ? largest_upload : largest_form, .heavy = upload || route->heavy};
}

Sockets::Calls calls_of(Service& service, Random& random) {
    return {.admit = [&service](const Head& head) { return admission_of(service.router(), head); },
            .answer =
                [&service, &random](Arrived arrived) {
                    Request request;
                    const auto refusal = to_request(std::move(arrived), random, request);
                    Response response = refusal ? service.refuse(request, *refusal) : service.handle(request);
                    for (auto& [name, value] : request.form.all) wipe(value);
                    return response;
                },
            .refuse =
                [&service, &random](const Head& head, const std::string& peer, const Refusal& refusal) {
                    return service.refuse(to_request(head, peer, random), refusal);
                }};
}

}  // namespace

std::optional<Refusal> to_request(Arrived arrived, Random& random, Request& request) {
    request = to_request(arrived.head, arrived.peer, random);
    const std::string_view type = request.header("content-type");
    const std::string kind = lower(trim(type.substr(0, type.find(';'))));
    if (kind == "application/x-www-form-urlencoded") {
        request.form = parse_query(arrived.body);
        wipe(arrived.body);  // it may hold a password or a PIN
    } else if (kind == "multipart/form-data") {
        auto parts = parse_multipart(arrived.body, type);
        if (!parts) return Refusal{400, "multipart"};
        for (Part& part : *parts) {
            if (part.is_file)
                request.uploads.push_back({std::move(part.name), std::move(part.filename),
                                           std::move(part.type), std::string(part.content)});
            else
                request.form.all.emplace_back(std::move(part.name), part.content);
        }
    } else {
        request.body = std::move(arrived.body);
    }
    return std::nullopt;
}

Server::Server(Service& service, const Listen& listen)
    : service_(service), listen_(listen), sockets_(listen.limits, calls_of(service_, system_random())) {}

int Server::bind() { return sockets_.bind(listen_.host, listen_.port); }

bool Server::run(const std::function<void()>& tick) { return sockets_.run(tick); }

}  // namespace naskah::service
