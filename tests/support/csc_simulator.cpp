#include "csc_simulator.h"

#include <httplib.h>

#include <thread>

#include "core/base64.h"
#include "core/json.h"

namespace naskah::test {

using httplib::Request;
using httplib::Response;

namespace {

void say(Response& answer, const Json& value, int status = 200) {
    answer.status = status;
    answer.set_content(dump_json(value), "application/json");
}

void say_error(Response& answer, int status, const std::string& error) {
    say(answer, {{"error", error}, {"error_description", "24680 was not the PIN"}}, status);
}

// r and s of a DER value, each of 32 octets.
Bytes raw_of(const Bytes& der) {
    Bytes raw;
    std::size_t at = 2;
    for (int part = 0; part < 2; ++part) {
        const std::size_t size = der[at + 1];
        Bytes number(der.begin() + static_cast<std::ptrdiff_t>(at + 2),
                     der.begin() + static_cast<std::ptrdiff_t>(at + 2 + size));
        while (number.size() > 32) number.erase(number.begin());
        raw.insert(raw.end(), 32 - number.size(), 0);
        raw.insert(raw.end(), number.begin(), number.end());
        at += 2 + size;
    }
    return raw;
}

}  // namespace

struct CscSimulator::Server {
    httplib::Server http;
    int port = 0;
    std::thread thread;
};

CscSimulator::CscSimulator(const signing::DemoSigner& signer, Ways ways)
    : key_(signing::open_pkcs12(signer.p12, signer.passphrase)),
      ways_(std::move(ways)),
      server_(std::make_unique<Server>()) {
    httplib::Server& http = server_->http;
    http.new_task_queue = [] { return new httplib::ThreadPool(4); };
    http.Post("/csc/v2/oauth2/token", [this](const Request& request, Response& answer) {
        const Json body = parse_json(request.body, "token");
        if (body.value("grant_type", "") != "client_credentials") complain("grant_type");
        if (body.value("client_id", "") != "naskah" || body.value("client_secret", "") != "sandi-aplikasi")
            return say_error(answer, 400, "invalid_client");
        ++logins_;
        say(answer, {{"access_token", "token-1"}, {"token_type", "Bearer"}, {"expires_in", 3600}});
    });
    http.Post("/csc/v2/auth/login", [this](const Request& request, Response& answer) {
        if (request.get_header_value("Authorization") !=
            "Basic " + to_base64(as_bytes("naskah:sandi-aplikasi")))
            return say_error(answer, 401, "authentication_error");
        ++logins_;
        say(answer, {{"access_token", "token-1"}});
    });
    const auto known = [this](const Request& request, Response& answer) {
        const bool right = request.get_header_value("Authorization") == "Bearer token-1" &&
                           fault_ != CscFault::token_refused;
        if (!right) say_error(answer, 401, "invalid_token");
        return right;
    };
    http.Post("/csc/v2/credentials/list", [known](const Request& request, Response& answer) {
        if (known(request, answer)) say(answer, {{"credentialIDs", Json::array({"kred-1"})}});
    });
    http.Post("/csc/v2/credentials/info", [this, known](const Request& request, Response& answer) {
        if (!known(request, answer)) return;
        const Json body = parse_json(request.body, "info");
        if (body.at("credentialID") != "kred-1") return say_error(answer, 400, "invalid_request");
        Json chain = Json::array(), objects = Json::array();
        for (const Bytes& der : key_->chain().certificates()) chain.push_back(to_base64(der));
        if (ways_.pin) objects.push_back({{"type", "Password"}, {"id", "PIN"}, {"format", "N"}});
        if (ways_.otp) objects.push_back({{"type", "Password"}, {"id", "OTP"}, {"format", "N"}});
        Json auth = {{"mode", objects.empty() ? "implicit" : "explicit"}};
        if (!objects.empty()) auth["objects"] = objects;
        say(answer,
            {{"key", {{"status", fault_ == CscFault::disabled ? "disabled" : "enabled"}}},
             {"cert",
              {{"status", fault_ == CscFault::expired ? "expired" : "valid"}, {"certificates", chain}}},
             {"auth", auth},
             {"SCAL", ways_.scal},
             {"multisign", ways_.multisign}});
    });
    http.Post("/csc/v2/credentials/authorize", [this, known](const Request& request, Response& answer) {
        if (!known(request, answer)) return;
        const Json body = parse_json(request.body, "authorize");
        const std::string path = request.path + request.target;
        if (path.find(pin) != path.npos) complain("a PIN in the address");
        std::map<std::string, std::string> given;
        if (body.contains("authData"))
            for (const Json& one : body.at("authData")) given[one.at("id")] = one.at("value");
        if ((ways_.pin && given["PIN"] != pin) || (ways_.otp && (given["OTP"] != otp || otp_used_))) {
            ++refused_;
            return say_error(answer, 400, ways_.otp && given["PIN"] == pin ? "invalid_otp" : "invalid_pin");
        }
        if (ways_.otp) otp_used_ = true;
        const int many = body.at("numSignatures").get<int>();
        if (many < 1 || many > ways_.multisign) return say_error(answer, 400, "invalid_request");
        Leave leave{many, {}};
        if (ways_.scal == "2") {
            if (!body.contains("hashes") || body.at("hashes").size() != 1)
                return say_error(answer, 400, "invalid_request");
            leave.hash = body.at("hashes").at(0).get<std::string>();
        }
        const std::string sad = "sad-" + std::to_string(++authorized_);
        {
            const std::lock_guard lock(mutex_);
            sads_[sad] = leave;
        }
        say(answer, {{"SAD", sad}, {"expiresIn", 300}});
    });
    http.Post("/csc/v2/signatures/signHash", [this, known](const Request& request, Response& answer) {
        if (!known(request, answer)) return;
        const Json body = parse_json(request.body, "signHash");
        if (body.at("hashes").size() != 1 || body.at("hashAlgorithmOID") != "2.16.840.1.101.3.4.2.1")
            complain("one SHA-256 digest");
        const std::string hash = body.at("hashes").at(0).get<std::string>();
        const auto fault = fault_.load();
        if (fault == CscFault::unavailable) return say_error(answer, 503, "server_error");
        {
            const std::lock_guard lock(mutex_);
            const auto found = sads_.find(body.at("SAD").get<std::string>());
            if (fault == CscFault::sad_refused || found == sads_.end() || found->second.left < 1 ||
                (!found->second.hash.empty() && found->second.hash != hash))
                return say_error(answer, 400, "invalid_request");
            --found->second.left;
        }
        Sha256 digest;
        const Bytes octets = *parse_base64(hash);
        std::copy(octets.begin(), octets.end(), digest.octets.begin());
        if (fault == CscFault::wrong_value) digest.octets[0] ^= 1U;
        Bytes value = key_->sign_digest(digest);
        ++made_;
        if (fault == CscFault::raw_ecdsa) value = raw_of(value);
        Json values = Json::array({to_base64(value)});
        if (fault == CscFault::two_values) values.push_back(to_base64(value));
        if (fault == CscFault::no_values) values = Json::array();
        const std::string text = dump_json({{"signatures", values}});
        switch (fault) {
            case CscFault::silent:
                while (!ending_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                return;
            case CscFault::signed_then_error: return say_error(answer, 500, "server_error");
            case CscFault::html: return answer.set_content("<html>502</html>", "text/html");
            case CscFault::cut_off:
                return answer.set_content_provider(text.size(), "application/json",
                                                   [text](std::size_t, std::size_t, httplib::DataSink& sink) {
                                                       sink.write(text.data(), text.size() / 2);
                                                       return false;
                                                   });
            default: break;
        }
        answer.set_content(text, "application/json");
    });
    server_->port = http.bind_to_any_port("127.0.0.1");
    server_->thread = std::thread([this] { server_->http.listen_after_bind(); });
}

CscSimulator::~CscSimulator() {
    ending_ = true;
    while (!server_->http.is_running()) std::this_thread::yield();
    server_->http.stop();
    server_->thread.join();
}

std::string CscSimulator::url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port) + "/csc/v2";
}

std::vector<std::string> CscSimulator::complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
}

void CscSimulator::complain(const std::string& what) {
    const std::lock_guard lock(mutex_);
    complaints_.push_back(what);
}

}  // namespace naskah::test
