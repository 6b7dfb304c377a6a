#include "bsre_simulator.h"

#include <httplib.h>

#include <thread>

#include "core/base64.h"
#include "core/error.h"
#include "core/json.h"

namespace naskah::test {

using httplib::Request;
using httplib::Response;

namespace {

constexpr const char* html = "<html><body><h1>502 Bad Gateway</h1></body></html>";

void say_error(Response& answer, int status, const std::string& text) {
    answer.status = status;
    answer.set_content(dump_json({{"error", text}, {"status_code", status}}), "application/json");
}

// Half of it, then the connection ends.
void cut_off(Response& answer, const std::string& content, const std::string& type) {
    answer.set_content_provider(content.size(), type,
                                [content](std::size_t, std::size_t, httplib::DataSink& sink) {
                                    sink.write(content.data(), content.size() / 2);
                                    return false;
                                });
}

}  // namespace

struct BsreSimulator::Server {
    httplib::Server http;
    int port = 0;
    std::thread thread;
};

BsreSimulator::BsreSimulator(const signing::DemoSigner& signer, std::string nik, std::string passphrase)
    : key_(signing::open_pkcs12(signer.p12, signer.passphrase)),
      nik_(std::move(nik)),
      passphrase_(std::move(passphrase)),
      server_(std::make_unique<Server>()) {
    httplib::Server& http = server_->http;
    http.new_task_queue = [] { return new httplib::ThreadPool(4); };
    http.set_pre_routing_handler([this](const Request& request, Response& answer) {
        if (fault_ == BsreFault::unauthorized ||
            request.get_header_value("Authorization") !=
                "Basic " + to_base64(as_bytes("naskah:sandi-aplikasi"))) {
            answer.status = 401;
            answer.set_content(dump_json({{"timestamp", "2026-11-26T00:00:00Z"},
                                          {"status", 401},
                                          {"error", "Unauthorized"},
                                          {"path", request.path}}),
                               "application/json");
            return httplib::Server::HandlerResponse::Handled;
        }
        return httplib::Server::HandlerResponse::Unhandled;
    });

    // What both versions do between a good question and its answer. False: the answer is there already.
    const auto serve = [this](const std::string& who, const std::string& proof, Response& answer) {
        ++asked_;
        step("asked");
        if (who != nik_) complain("NIK " + who);
        switch (fault_.load()) {
            case BsreFault::unavailable:
                answer.status = 503;
                answer.set_content(html, "text/html");
                return false;
            case BsreFault::redirect: answer.set_redirect("/lain"); return false;
            case BsreFault::silent:
                while (!ending_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                return false;
            case BsreFault::not_registered:
                say_error(answer, 400, "Proses signing gagal : User tidak terdaftar 2011");
                return false;
            case BsreFault::unknown_code:
                say_error(answer, 400, "Proses signing gagal untuk " + nik_ + " : entah mengapa 2099");
                return false;
            default: break;
        }
        if (proof != passphrase_) {
            ++refused_;
            say_error(answer, 400, "Proses signing gagal : Passphrase anda salah 2031");
            return false;
        }
        return true;
    };

    http.Post("/api/v2/user/check/status", [this](const Request& request, Response& answer) {
        const Json body = parse_json(request.body, "status");
        if (!body.at("nik").is_string()) complain("NIK is no text");
        if (fault_ == BsreFault::status_unavailable) {
            answer.status = 503;
            return;
        }
        const bool there = body.at("nik") == nik_;
        const std::string state = !there                         ? "NOT_REGISTERED"
                                  : fault_ == BsreFault::expired ? "EXPIRED"
                                                                 : "ISSUE";
        answer.set_content(
            dump_json({{"status_code", there ? 1111 : 2011}, {"status", state}, {"message", "-"}}),
            "application/json");
    });
    http.Post("/api/v2/sign/get/totp", [this](const Request&, Response& answer) {
        ++totps_;
        answer.set_content(dump_json({{"success", true}}), "application/json");
    });
    http.Post("/api/v2/sign/pdf", [this, serve](const Request& request, Response& answer) {
        const Json body = parse_json(request.body, "sign");
        if (!body.at("nik").is_string()) complain("NIK is no text");
        if (body.at("file").size() != 1 || body.at("signatureProperties").size() != 1 ||
            body.at("signatureProperties").at(0).at("tampilan") != "INVISIBLE")
            complain("one file, one property, invisible");
        const std::string proof = body.value("passphrase", body.value("totp", ""));
        if (!serve(body.at("nik"), proof, answer)) return;
        const Bytes file = sign(*parse_base64(body.at("file").at(0).get<std::string>()));
        step("signed");
        const std::string coded = to_base64(file);
        Json files = Json::array({coded});
        std::string text = dump_json({{"time", 860}, {"file", files}});
        switch (fault_.load()) {
            case BsreFault::signed_then_silent:
                while (!ending_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                return;
            case BsreFault::signed_then_error: return say_error(answer, 500, "Internal Server Error");
            case BsreFault::cut_off: return cut_off(answer, text, "application/json");
            case BsreFault::zero_byte: text = dump_json({{"time", 860}, {"file", Json::array({""})}}); break;
            case BsreFault::two_files:
                text = dump_json({{"time", 1}, {"file", Json::array({coded, coded})}});
                break;
            case BsreFault::no_files: text = dump_json({{"time", 1}, {"file", Json::array()}}); break;
            case BsreFault::truncated_json: text.resize(text.size() / 2); break;
            case BsreFault::html: return answer.set_content(html, "text/html");
            default: break;
        }
        answer.set_content(text, "application/json");
    });

    http.Post("/api/sign/pdf", [this, serve](const Request& request, Response& answer) {
        const auto field = [&](const char* name) {
            return request.has_file(name) ? request.get_file_value(name).content : std::string();
        };
        if (field("tampilan") != "invisible" || !request.has_file("file")) complain("one file, invisible");
        if (!serve(field("nik"), field("passphrase"), answer)) return;
        const Bytes file = sign(to_bytes(field("file")));
        const std::string id = "dok-" + std::to_string(made_.load());
        {
            const std::lock_guard lock(mutex_);
            kept_[id] = file;
        }
        step("signed");
        std::string text(as_text(file));
        answer.set_header("id_dokumen", id);
        switch (fault_.load()) {
            case BsreFault::signed_then_silent:
                while (!ending_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                return;
            case BsreFault::signed_then_error:
                answer.headers.erase("id_dokumen");
                return say_error(answer, 500, "Internal Server Error");
            case BsreFault::cut_off: return cut_off(answer, text, "application/pdf");
            case BsreFault::lost_for_now:
            case BsreFault::zero_byte: text.clear(); break;
            case BsreFault::html: return answer.set_content(html, "text/html");
            case BsreFault::base64:
                return answer.set_content(dump_json({{"base64_signed_file", to_base64(file)}}),
                                          "application/json");
            case BsreFault::id_only:
                answer.headers.erase("id_dokumen");
                return answer.set_content(
                    dump_json({{"status", "ok"}, {"message", "-"}, {"id", Json::array({id})}}),
                    "application/json");
            default: break;
        }
        answer.set_content(text, "application/pdf");
    });
    http.Get(R"(/api/sign/download/([\w-]+))", [this](const Request& request, Response& answer) {
        const std::lock_guard lock(mutex_);
        const auto found = kept_.find(request.matches[1]);
        if (found == kept_.end() || fault_ == BsreFault::lost_for_now) {
            answer.status = 404;
            return;
        }
        answer.set_content(std::string(as_text(found->second)), "application/pdf");
        kept_.erase(found);
    });

    server_->port = http.bind_to_any_port("127.0.0.1");
    server_->thread = std::thread([this] { server_->http.listen_after_bind(); });
}

BsreSimulator::~BsreSimulator() {
    ending_ = true;
    while (!server_->http.is_running()) std::this_thread::yield();
    server_->http.stop();
    server_->thread.join();
}

std::string BsreSimulator::url() const { return "http://127.0.0.1:" + std::to_string(server_->port); }

void BsreSimulator::set_hook(std::function<void(const std::string& step)> hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
}

std::vector<std::string> BsreSimulator::complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
}

void BsreSimulator::step(const std::string& name) {
    std::function<void(const std::string&)> hook;
    {
        const std::lock_guard lock(mutex_);
        hook = hook_;
    }
    if (hook) hook(name);
}

void BsreSimulator::complain(const std::string& what) {
    const std::lock_guard lock(mutex_);
    complaints_.push_back(what);
}

Bytes BsreSimulator::sign(const Bytes& pdf) {
    ++made_;
    const auto fault = fault_.load();
    const signing::Options how{.field = "BSrE1", .certify = 0};
    const Instant now = system_clock().now();
    if (fault == BsreFault::unsigned_) return pdf;
    if (fault == BsreFault::altered) {
        // An update that hides the letter's pages behind an empty one, and a good signature over all of it.
        std::string text(as_text(pdf));
        const auto at = text.rfind("startxref");
        const std::string before = text.substr(at + 10, text.find('\n', at + 10) - at - 10);
        const auto root = text.rfind("/Root ");
        const int catalog = std::stoi(text.substr(root + 6));
        const auto size = std::stoi(text.substr(text.rfind("/Size ") + 6));
        const auto own = text.find("\n" + std::to_string(catalog) + " 0 obj");
        std::string body = text.substr(own + 1, text.find("endobj", own) - own + 6);
        const auto pages = body.find("/Pages ");
        body.replace(pages, body.find('R', pages) + 1 - pages, "/Pages " + std::to_string(size) + " 0 R");
        const auto offset = [](std::size_t where) {
            std::string digits = std::to_string(where);
            return std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
        };
        if (!text.ends_with("\n")) text += "\n";
        const std::string catalog_at = offset(text.size());
        text += body + "\n";
        const std::string pages_at = offset(text.size());
        text += std::to_string(size) + " 0 obj\n<</Type/Pages/Kids[" + std::to_string(size + 1) +
                " 0 R]/Count 1>>\nendobj\n";
        const std::string page_at = offset(text.size());
        text += std::to_string(size + 1) + " 0 obj\n<</Type/Page/Parent " + std::to_string(size) +
                " 0 R/MediaBox[0 0 595 842]>>\nendobj\n";
        const std::size_t table = text.size();
        text += "xref\n" + std::to_string(catalog) + " 1\n" + catalog_at + std::to_string(size) + " 2\n" +
                pages_at + page_at + "trailer\n<</Size " + std::to_string(size + 2) + "/Root " +
                std::to_string(catalog) + " 0 R/Prev " + before + ">>\nstartxref\n" + std::to_string(table) +
                "\n%%EOF\n";
        return signing::sign(as_bytes(text), *key_, how, now);
    }
    if (fault == BsreFault::replaced) {
        const std::string text =
            "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 "
            "R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n";
        std::string whole = text + "xref\n0 4\n0000000000 65535 f \n";
        for (int i = 1; i < 4; ++i) {
            std::string digits = std::to_string(text.find(std::to_string(i) + " 0 obj"));
            whole += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
        }
        whole += "trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n" + std::to_string(text.size()) + "\n%%EOF\n";
        return signing::sign(as_bytes(whole), *key_, how, now);
    }
    return signing::sign(pdf, *key_, how, now);
}

}  // namespace naskah::test
