#include "signing/csc.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/base64.h"
#include "signing/ecdsa_value.h"

namespace naskah::signing {

namespace {

constexpr const char* sha256_oid = "2.16.840.1.101.3.4.2.1";
constexpr const char* rsa_sha256_oid = "1.2.840.113549.1.1.11";
constexpr const char* ecdsa_sha256_oid = "1.2.840.10045.4.3.2";
constexpr std::size_t largest_answer = 1U << 20U;
constexpr std::int64_t most_signatures = 128;

// What the credential asks for before it signs (11.5: auth/objects).
struct Proof {
    std::string id;
    bool one_time = false;
};

// Wiped with whoever holds it, also if that one's beginning failed.
struct Secret {
    std::string text;
    ~Secret() { wipe(text); }
};

class CscKey final : public Key {
public:
    CscKey(std::shared_ptr<Web> web, const CscAccount& account, std::string secret, int signatures)
        : web_(std::move(web)),
          account_(account),
          secret_{std::move(secret)},
          wanted_(signatures),
          coming_(signatures) {
        if (!account_.url.starts_with("https://") && !is_loopback())
            throw Error(Code::data, "alamat layanan CSC wajib diawali https://", "office.json",
                        "Perbaiki alamatnya");
        while (account_.url.ends_with('/')) account_.url.pop_back();
        sign_in();
        find_credential();
        read_credential();
    }

    const Chain& chain() const override { return *chain_; }
    bool is_remote() const override { return true; }

    // A wrong PIN is found here, before any letter has a number; unless the service binds each authorization
    // to the digest (SCAL 2). So is a one-time code that would end in the middle of the letters.
    void make_ready() const override {
        const std::lock_guard lock(mutex_);
        if (refused_) refuse_proof();
        if (const std::int64_t enough = bound_ ? 1 : at_once_; is_one_time() && wanted_ > enough)
            throw Error(Code::data,
                        "satu kode sekali pakai cukup untuk " + std::to_string(enough) + " surat, bukan " +
                            std::to_string(wanted_),
                        host(),
                        "Tanda tangani paling banyak " + std::to_string(enough) + " surat sekali jalan");
        if (!bound_ && left_ == 0) authorize(nullptr);
    }

    Bytes sign_digest(const Sha256& digest) const override {
        const std::lock_guard lock(mutex_);
        if (refused_) refuse_proof();
        if (bound_ || left_ == 0) authorize(&digest);
        Json body = {{"credentialID", account_.credential},
                     {"SAD", sad_.text},
                     {"hashes", Json::array({to_base64(digest.octets)})},
                     {"hashAlgorithmOID", sha256_oid},
                     {"signAlgo", chain_->key_type() == KeyType::rsa ? rsa_sha256_oid : ecdsa_sha256_oid},
                     {"operationMode", "S"}};
        --left_;  // used up, whatever comes of it
        if (left_ == 0 || bound_) {
            left_ = 0;
            wipe(sad_.text);
        }
        const WebAnswer answer = ask("signatures/signHash", body, Asks::a_signature);
        if (answer.status >= 500 || answer.status == 408 || answer.status < 300) {
            if (answer.status != 200)
                throw_unknown("layanan CSC menjawab dengan galat " + std::to_string(answer.status), host());
        } else {
            left_ = 0;
            refuse(answer, "menolak tanda tangan");
        }
        const Json said = object_in(answer);
        const auto values = said.is_object() ? said.find("signatures") : said.end();
        if (!said.is_object() || values == said.end() || !values->is_array() || values->size() != 1 ||
            !values->at(0).is_string())
            throw_unknown("layanan CSC menjawab tanpa satu tanda tangan", host());
        auto value = parse_base64(values->at(0).get_ref<const std::string&>());
        if (!value || value->empty()) throw_unknown("tanda tangan dari layanan CSC tidak terbaca", host());
        if (chain_->verifies(*value, digest)) return *std::move(value);
        if (chain_->key_type() == KeyType::ecdsa && value->size() % 2 == 0) {  // r and s side by side
            Bytes der = to_ecdsa_value(*value);
            if (chain_->verifies(der, digest)) return der;
        }
        throw_unknown("layanan CSC memberi tanda tangan yang bukan milik sertifikatnya", host());
    }

private:
    std::string host() const { return host_of(account_.url); }
    bool is_loopback() const {
        return account_.url.starts_with("http://127.0.0.1:") || account_.url.starts_with("http://localhost:");
    }

    WebAnswer ask(const std::string& method, Json& body, Asks asks) const {
        Question asked;
        asked.url = account_.url + "/" + method;
        asked.authorization = "Bearer " + token_.text;
        asked.body = body_of(body);
        asked.limit = account_.limit;
        asked.largest_answer = largest_answer;
        return put(*web_, std::move(asked), asks);
    }

    // An error of the protocol (10.2) by its name; the description is the service's own text and stays there.
    [[noreturn]] void refuse(const WebAnswer& answer, const std::string& what) const {
        const std::string name = text_of(object_in(answer), "error");
        const bool known = !name.empty() && name.size() <= 40 &&
                           std::all_of(name.begin(), name.end(),
                                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
        if (answer.status >= 500 || answer.status == 429 || answer.status < 300)
            throw Error(Code::outside, "layanan CSC sedang terganggu", host(), "Ulangi sebentar lagi");
        if (answer.status == 401)
            throw Error(Code::data, "layanan CSC menolak nama atau sandi aplikasi", host(),
                        "Admin: perbarui berkas rahasia kunci ini");
        throw Error(Code::data,
                    "layanan CSC " + what + (known ? ": " + name : std::string()) + " (HTTP " +
                        std::to_string(answer.status) + ")",
                    host(), "Sampaikan kode ini kepada pengelola layanan");
    }
    [[noreturn]] void refuse_proof() const {
        throw Error(Code::data, "PIN atau kode TTE salah", host(),
                    "Ketik ulang; yang keliru tidak dikirim lagi");
    }

    void sign_in() {
        Question asked;
        asked.limit = account_.limit;
        asked.largest_answer = largest_answer;
        if (account_.login == CscAccount::Login::oauth2) {
            asked.url = account_.url + "/oauth2/token";
            Json body = {{"grant_type", "client_credentials"},
                         {"client_id", account_.application.name},
                         {"client_secret", account_.application.password}};
            asked.body = body_of(body);
        } else {
            asked.url = account_.url + "/auth/login";
            asked.authorization = basic(account_.application);
            asked.body = to_bytes("{}");
        }
        const WebAnswer answer = put(*web_, std::move(asked), Asks::something);
        Json said = object_in(answer);
        token_.text = text_of(said, "access_token");
        if (answer.status != 200) {
            if (answer.status == 400 || answer.status == 403)
                throw Error(Code::data, "layanan CSC menolak nama atau sandi aplikasi", host(),
                            "Admin: perbarui berkas rahasia kunci ini");
            refuse(answer, "menolak aplikasi ini");
        }
        if (token_.text.empty() || token_.text.size() > 16'384) unreadable();
    }
    [[noreturn]] void unreadable() const {
        throw Error(Code::outside, "jawaban layanan CSC tidak terbaca", host(),
                    "Periksa alamatnya: mungkin yang menjawab proksi, bukan layanannya");
    }

    void find_credential() {
        if (!account_.credential.empty()) return;
        Json body = Json::object();
        const WebAnswer answer = ask("credentials/list", body, Asks::something);
        if (answer.status != 200) refuse(answer, "menolak daftar kredensial");
        const Json said = object_in(answer);
        if (!said.is_object() || !said.contains("credentialIDs") || !said.at("credentialIDs").is_array())
            unreadable();
        const Json& ids = said.at("credentialIDs");
        if (ids.size() != 1 || !ids.at(0).is_string())
            throw Error(Code::data,
                        "layanan CSC memuat " + std::to_string(ids.size()) + " kredensial untuk aplikasi ini",
                        host(), "Tulis \"kredensial\" yang dipakai di office.json");
        account_.credential = ids.at(0).get<std::string>();
    }

    void read_credential() {
        Json body = {{"credentialID", account_.credential},
                     {"certificates", "chain"},
                     {"certInfo", true},
                     {"authInfo", true}};
        const WebAnswer answer = ask("credentials/info", body, Asks::something);
        if (answer.status != 200) refuse(answer, "menolak kredensial ini");
        const Json said = object_in(answer);
        static const Json none = Json::object();
        const auto part = [&](const char* name) -> const Json& {
            const auto found = said.is_object() ? said.find(name) : said.end();
            return said.is_object() && found != said.end() && found->is_object() ? *found : none;
        };
        if (const std::string status = text_of(part("key"), "status"); status == "disabled")
            throw Error(Code::data, "kredensial di layanan CSC sedang dimatikan", host(),
                        "Aktifkan pada penyedianya");
        if (const std::string status = text_of(part("cert"), "status"); !status.empty() && status != "valid")
            throw Error(
                Code::data,
                std::string("sertifikat di layanan CSC ") + (status == "expired"     ? "sudah berakhir"
                                                             : status == "revoked"   ? "sudah dicabut"
                                                             : status == "suspended" ? "sedang ditangguhkan"
                                                                                     : "tidak berlaku"),
                host(), "Perbarui sertifikat pada penyedianya");
        std::vector<Bytes> certificates;
        if (part("cert").contains("certificates") && part("cert").at("certificates").is_array())
            for (const Json& one : part("cert").at("certificates")) {
                auto der = one.is_string() ? parse_base64(one.get_ref<const std::string&>()) : std::nullopt;
                if (!der || certificates.size() >= 20) unreadable();
                certificates.push_back(*std::move(der));
            }
        if (certificates.empty()) unreadable();
        chain_.emplace(certificates);

        const std::string mode = text_of(part("auth"), "mode");
        if (mode == "oauth2code")
            throw Error(Code::data, "kredensial ini hanya dapat disetujui lewat peramban (oauth2code)",
                        host(), "Pilih kredensial dengan persetujuan PIN atau OTP");
        if (mode == "explicit" && part("auth").contains("objects") && part("auth").at("objects").is_array())
            for (const Json& one : part("auth").at("objects")) {
                const std::string id = text_of(one, "id"), type = text_of(one, "type");
                if (!id.empty() && proofs_.size() < 4)
                    proofs_.push_back({id, type.find("OTP") != type.npos || id.find("OTP") != id.npos});
            }
        bound_ = text_of(said, "SCAL") == "2";
        const auto many = said.find("multisign");
        at_once_ = many != said.end() && many->is_number_integer()
                       ? std::clamp<std::int64_t>(many->get<std::int64_t>(), 1, most_signatures)
                       : 1;
    }

    // The parts of what was typed, each for its object; the first keeps the blanks that a passphrase may
    // have.
    std::vector<std::string> typed() const {
        std::vector<std::string> parts(proofs_.size());
        std::string rest = secret_.text;
        for (std::size_t i = proofs_.size(); i-- > 1;) {
            const auto blank = rest.find_last_of(' ');
            if (blank == rest.npos) break;
            parts[i] = rest.substr(blank + 1);
            rest.resize(blank);
        }
        if (!parts.empty()) parts[0] = rest;
        wipe(rest);
        return parts;
    }

    bool is_one_time() const {
        return std::any_of(proofs_.begin(), proofs_.end(), [](const Proof& p) { return p.one_time; });
    }

    void authorize(const Sha256* digest) const {
        if (is_one_time() && code_used_)
            throw Error(Code::data, "kode sekali pakai sudah terpakai", host(),
                        "Minta kode baru, lalu tanda tangani surat yang tersisa");
        std::vector<std::string> parts = typed();
        Json proofs = Json::array();
        for (std::size_t i = 0; i < proofs_.size(); ++i) {
            if (parts[i].empty()) {
                std::string names;
                for (const Proof& proof : proofs_) names += (names.empty() ? "" : " dan ") + proof.id;
                throw Error(Code::data, "kredensial ini meminta " + names, host(),
                            "Ketik keduanya berurutan, dipisahkan spasi");
            }
            proofs.push_back({{"id", proofs_[i].id}, {"value", parts[i]}});
            wipe(parts[i]);
        }
        const std::int64_t many = bound_ ? 1 : std::clamp<std::int64_t>(coming_, 1, at_once_);
        Json body = {{"credentialID", account_.credential}, {"numSignatures", many}};
        if (digest) {
            body["hashes"] = Json::array({to_base64(digest->octets)});
            body["hashAlgorithmOID"] = sha256_oid;
        }
        if (!proofs.empty()) body["authData"] = std::move(proofs);
        const WebAnswer answer = ask("credentials/authorize", body, Asks::something);
        code_used_ = true;  // by whoever answered
        if (answer.status == 400 || answer.status == 403) {
            const std::string name = text_of(object_in(answer), "error");
            if (!proofs_.empty() && (name == "invalid_pin" || name == "invalid_otp" ||
                                     name == "invalid_request" || name == "access_denied")) {
                refused_ = true;
                refuse_proof();
            }
        }
        if (answer.status != 200) refuse(answer, "menolak persetujuan");
        sad_.text = text_of(object_in(answer), "SAD");
        if (sad_.text.empty() || sad_.text.size() > 65'536) unreadable();
        left_ = many;
        coming_ = std::max<std::int64_t>(1, coming_ - many);
    }

    const std::shared_ptr<Web> web_;
    CscAccount account_;
    Secret secret_, token_;
    std::optional<Chain> chain_;
    std::vector<Proof> proofs_;
    bool bound_ = false;
    std::int64_t at_once_ = 1, wanted_ = 1;
    mutable std::mutex mutex_;
    mutable Secret sad_;
    mutable std::int64_t left_ = 0, coming_ = 1;
    mutable bool refused_ = false, code_used_ = false;
};

}  // namespace

std::unique_ptr<Key> open_csc(std::shared_ptr<Web> web, const CscAccount& account, const std::string& secret,
                              int signatures) {
    return std::make_unique<CscKey>(std::move(web), account, secret, signatures);
}

}  // namespace naskah::signing
