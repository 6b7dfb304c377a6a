#include "service/server.h"

#include <httplib.h>

#include <thread>

#include "core/bytes.h"

namespace naskah::service {
namespace {

constexpr std::size_t largest_body = 22u << 20;

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// The proxy in front stands on this machine: only it is believed when it names another sender.
bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

}  // namespace

struct Server::Inside {
    Service& service;
    Listen listen;
    httplib::Server http{};

    Inside(Service& of, const Listen& where) : service(of), listen(where) {}

    Request read(const httplib::Request& from) const {
        Request request;
        request.method = from.method;
        request.path = from.path;
        request.remote = from.remote_addr;
        if (const std::size_t mark = from.target.find('?'); mark != std::string::npos)
            request.query = parse_query(std::string_view(from.target).substr(mark + 1));
        for (const auto& [name, value] : from.headers) request.headers.all.emplace_back(lower(name), value);
        request.cookies = parse_cookies(request.header("cookie"));
        if (is_loopback(request.remote)) {
            if (const auto real = request.header("x-real-ip"); !real.empty()) request.remote = real;
            request.secure = request.header("x-forwarded-proto") == "https";
        }
        Bytes random(8);
        system_random().fill(random);
        request.request_id = to_hex(random);
        return request;
    }

    void answer(const Request& request, httplib::Response& to) const {
        Response response = service.handle(request);
        to.status = response.status;
        for (auto& [name, value] : response.headers) to.set_header(name, value);
        to.set_content(std::move(response.body), response.type);
    }

    // A body is read by us: httplib would refuse a form of more than 8 KB.
    void receive(const httplib::Request& from, httplib::Response& to, const httplib::ContentReader& reader) {
        Request request = read(from);
        bool too_large = false;
        std::size_t total = 0;
        const auto count = [&](std::size_t size) {
            total += size;
            too_large = total > largest_body;
            return !too_large;
        };
        bool whole = true;
        if (from.is_multipart_form_data()) {
            std::vector<httplib::MultipartFormData> parts;
            whole = reader(
                [&](const httplib::MultipartFormData& part) {
                    if (parts.size() >= 10'000) return false;
                    parts.push_back(part);
                    return count(256);
                },
                [&](const char* data, std::size_t size) {
                    parts.back().content.append(data, size);
                    return count(size);
                });
            for (auto& part : parts) {
                if (part.filename.empty() && part.content_type.empty())
                    request.form.all.emplace_back(std::move(part.name), std::move(part.content));
                else
                    request.uploads.push_back({std::move(part.name), std::move(part.filename),
                                               std::move(part.content_type), std::move(part.content)});
            }
        } else {
            whole = reader([&](const char* data, std::size_t size) {
                request.body.append(data, size);
                return count(size);
            });
            if (request.header("content-type").starts_with("application/x-www-form-urlencoded")) {
                request.form = parse_query(request.body);
                request.body.clear();
            }
        }
        if (too_large || !whole) {
            to.status = too_large ? 413 : 400;
            to.set_header("Connection", "close");
            to.set_content(too_large ? "Kiriman terlalu besar: paling besar 20 MB.\n"
                                     : "Kiriman tidak dapat dibaca seluruhnya. Kirim ulang.\n",
                           "text/plain; charset=utf-8");
            return;
        }
        answer(request, to);
    }
};

Server::Server(Service& service, const Listen& listen) : inside_(std::make_unique<Inside>(service, listen)) {
    Inside& inside = *inside_;
    httplib::Server& http = inside.http;
    http.set_tcp_nodelay(true);
    http.set_keep_alive_max_count(1000);
    http.set_payload_max_length(largest_body);
    const auto plain = [&inside](const httplib::Request& from, httplib::Response& to) {
        inside.answer(inside.read(from), to);
    };
    const auto with_body = [&inside](const httplib::Request& from, httplib::Response& to,
                                     const httplib::ContentReader& reader) {
        inside.receive(from, to, reader);
    };
    http.Get(".*", plain);
    http.Options(".*", plain);
    http.Post(".*", with_body);
    http.Put(".*", with_body);
    http.Patch(".*", with_body);
    http.Delete(".*", httplib::Server::HandlerWithContentReader(with_body));
}

Server::~Server() = default;

int Server::bind() {
    const Listen& listen = inside_->listen;
    int port = listen.port;
    if (port == 0)
        port = inside_->http.bind_to_any_port(listen.host.c_str());
    else if (!inside_->http.bind_to_port(listen.host.c_str(), port))
        port = -1;
    if (port < 0)
        throw Error(Code::outside, "alamat ini tidak dapat dipakai",
                    listen.host + ":" + std::to_string(listen.port),
                    "Mungkin dipakai program lain. Pilih alamat lain dengan --listen.");
    return port;
}

void Server::run() { inside_->http.listen_after_bind(); }

void Server::stop() { inside_->http.stop(); }

}  // namespace naskah::service
