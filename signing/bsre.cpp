#include "signing/bsre.h"

#include <openssl/rand.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <regex>

#include "core/base64.h"
#include "signing/openssl.h"

namespace naskah::signing {

namespace {

constexpr int not_registered = 2011, no_certificate = 2021, wrong_passphrase = 2031;
constexpr std::size_t largest_file = 64U << 20U;

struct Meaning {
    const char *what, *remedy;
};
const std::map<int, Meaning> meanings = {
    {not_registered,
     {"penanda tangan belum terdaftar di BSrE", "Daftarkan melalui admin instansi, atau periksa NIK-nya"}},
    {no_certificate,
     {"penanda tangan belum memiliki sertifikat elektronik", "Terbitkan sertifikatnya di BSrE"}},
    {wrong_passphrase, {"passphrase atau kode TTE salah", "Ketik ulang; yang keliru tidak dikirim lagi"}},
};
const std::map<std::string, Meaning, std::less<>> states = {
    {"EXPIRED", {"sertifikat penanda tangan sudah berakhir", "Perbarui sertifikatnya di BSrE"}},
    {"RENEW", {"sertifikat penanda tangan perlu diperbarui", "Perbarui sertifikatnya di BSrE"}},
    {"WAITING_FOR_VERIFICATION",
     {"pendaftaran penanda tangan menunggu verifikasi", "Hubungi verifikator BSrE instansi"}},
    {"NEW", {"penanda tangan belum menyelesaikan pendaftaran", "Selesaikan aktivasi akun BSrE"}},
    {"NO_CERTIFICATE", meanings.at(no_certificate)},
    {"NOT_REGISTERED", meanings.at(not_registered)},
    {"SUSPEND", {"sertifikat penanda tangan sedang ditangguhkan", "Hubungi BSrE"}},
    {"REVOKE", {"sertifikat penanda tangan sudah dicabut", "Terbitkan sertifikat baru di BSrE"}},
};

// The code that ends the service's sentence: "Proses signing gagal : Passphrase anda salah 2031".
int code_in(const std::string& text) {
    static const std::regex last("\\b(20\\d\\d)\\b(?!.*\\b20\\d\\d\\b)");
    std::smatch found;
    const std::string tail = text.substr(text.size() - std::min<std::size_t>(text.size(), 400));
    return std::regex_search(tail, found, last) ? std::stoi(found[1]) : 0;
}

// Where the two versions and their proxies put their sentence.
int code_of(const Json& said) {
    for (const char* member : {"error", "message"})
        if (const int code = code_in(text_of(said, member))) return code;
    const auto status = said.is_object() ? said.find("status_code") : said.end();
    if (said.is_object() && status != said.end() && status->is_number_integer()) {
        const auto code = status->get<std::int64_t>();
        if (code >= 2000 && code <= 2099) return static_cast<int>(code);
    }
    return 0;
}

[[noreturn]] void refuse(int code, int status, const std::string& host) {
    if (const auto found = meanings.find(code); found != meanings.end())
        throw Error(Code::data, found->second.what, host, found->second.remedy);
    if (status == 401 || status == 403)
        throw Error(Code::data, "layanan BSrE menolak nama atau sandi aplikasi", host,
                    "Admin: perbarui berkas rahasia kunci ini");
    if (status == 404)
        throw Error(Code::data, "alamat layanan BSrE tidak tepat (404)", host,
                    "Admin: periksa alamat dan versi layanan di office.json");
    if (status >= 300 && status < 400)
        throw Error(Code::data, "layanan BSrE mengalihkan ke alamat lain, dan itu tidak diikuti", host,
                    "Admin: tulis alamat akhirnya di office.json");
    if (status == 429)
        throw Error(Code::outside, "layanan BSrE sedang terlalu ramai", host, "Ulangi sebentar lagi");
    throw Error(Code::data,
                "layanan BSrE menolak" + (code ? " dengan kode " + std::to_string(code) : std::string()) +
                    " (HTTP " + std::to_string(status) + ")",
                host, "Sampaikan kode ini kepada pengelola layanan");
}

bool looks_like_pdf(BytesView file) { return as_text(file).starts_with("%PDF-"); }

// What stands in a URL: the service's own id of a result, and nothing that could lead elsewhere.
bool is_plain_id(const std::string& id) {
    return !id.empty() && id.size() <= 100 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
}

// multipart/form-data (RFC 7578).
class Form {
public:
    Form() {
        std::array<std::uint8_t, 16> random{};
        require(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1, "bilangan acak");
        boundary_ = "naskah-" + to_hex(random);
    }
    void add(const std::string& name, BytesView value, const std::string& more = {}) {
        append("--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more +
               "\r\n\r\n");
        body_.insert(body_.end(), value.begin(), value.end());
        append("\r\n");
    }
    // A text grows once, so that no copy of a secret is left where it was before.
    void reserve(std::size_t size) { body_.reserve(size); }
    Bytes finish() {
        append("--" + boundary_ + "--\r\n");
        return std::move(body_);
    }
    std::string type() const { return "multipart/form-data; boundary=" + boundary_; }

private:
    void append(std::string_view text) { body_.insert(body_.end(), text.begin(), text.end()); }
    std::string boundary_;
    Bytes body_;
};

void check_account(const BsreAccount& account) {
    const auto wrong = [](const std::string& what, const std::string& remedy) {
        return Error(Code::data, what, "office.json", remedy);
    };
    if (account.version != 1 && account.version != 2)
        throw wrong("versi layanan BSrE hanya 1 atau 2", "Tanyakan versinya kepada pengelola layanan");
    const bool tls = account.url.starts_with("https://");
    if (!tls && !account.url.starts_with("http://"))
        throw wrong("alamat layanan BSrE wajib diawali https:// atau http://", "Perbaiki alamatnya");
    if (!tls && !account.plain_http)
        throw wrong(
            "alamat layanan BSrE tanpa TLS (http://) belum diizinkan",
            "Passphrase dan surat akan lewat tanpa penyandian. Bila jaringannya memang tertutup, tulis "
            "\"http_boleh\": true pada kunci ini");
    if (account.nik.size() != 16 || !std::all_of(account.nik.begin(), account.nik.end(),
                                                 [](unsigned char c) { return std::isdigit(c) != 0; }))
        throw wrong("NIK di berkas rahasia bukan 16 angka", "Tulis NIK sebagai teks di antara tanda petik");
}

class BsreSigner final : public DocumentSigner {
public:
    BsreSigner(std::shared_ptr<Web> web, const BsreAccount& account, BsreProof proof, std::string secret)
        : web_(std::move(web)), account_(account), proof_(proof), secret_(std::move(secret)) {}
    ~BsreSigner() override { wipe(secret_); }

    const Chain* chain() const override { return nullptr; }
    std::string service() const override { return "bsre-v" + std::to_string(account_.version); }

    void make_ready() override {
        const std::lock_guard lock(mutex_);
        if (refused_) refuse(wrong_passphrase, 400, host());
        if (known_good_) return;
        check_status();
        known_good_ = true;
    }

    Bytes sign(BytesView pdf, const Options& options, Instant, Trail& trail) override {
        const std::lock_guard lock(mutex_);
        if (refused_) refuse(wrong_passphrase, 400, host());
        known_good_ = false;  // asked anew once something went wrong
        Bytes file = account_.version == 1 ? sign_1(pdf, options, trail) : sign_2(pdf, options, trail);
        if (!looks_like_pdf(file))
            throw_unknown(file.empty() ? "layanan BSrE memberi berkas kosong"
                                       : "layanan BSrE menjawab, tetapi bukan dengan berkas PDF",
                          host());
        known_good_ = true;
        return file;
    }

    std::optional<Bytes> recover(const std::string& reference) override {
        if (account_.version != 1 || !is_plain_id(reference)) return std::nullopt;
        const std::lock_guard lock(mutex_);
        WebAnswer answer = put(*web_, question("/api/sign/download/" + reference, "GET"), Asks::something);
        if (answer.status != 200 || !looks_like_pdf(answer.body)) return std::nullopt;
        return std::move(answer.body);
    }

private:
    std::string host() const { return host_of(account_.url); }

    Question question(const std::string& path, const std::string& method = "POST") const {
        Question asked;
        asked.method = method;
        asked.url = account_.url + path;
        asked.authorization = basic(account_.application);
        asked.limit = account_.limit;
        asked.largest_answer = 2 * largest_file;
        return asked;
    }

    // Version 1 has the NIK in the address of this question: it is not asked there.
    void check_status() {
        if (account_.version == 1) return;
        Question asked = question("/api/v2/user/check/status");
        Json body = {{"nik", account_.nik}};
        asked.body = body_of(body);
        const WebAnswer answer = put(*web_, std::move(asked), Asks::something);
        if (answer.status >= 500)
            throw Error(Code::outside, "layanan BSrE sedang terganggu", host(), "Ulangi sebentar lagi");
        const Json said = object_in(answer);
        const std::string state = text_of(said, "status");
        if (answer.status == 200 && state == "ISSUE") return;
        if (const auto found = states.find(state); found != states.end())
            throw Error(Code::data, found->second.what, host(), found->second.remedy);
        if (answer.status == 200 && code_of(said) == 0)
            throw Error(Code::outside, "jawaban layanan BSrE tidak terbaca", host(),
                        "Periksa alamatnya: mungkin yang menjawab proksi, bukan layanannya");
        refuse(code_of(said), answer.status, host());
    }

    // Nothing comes back from here unless the file was signed, as the service says.
    WebAnswer ask_to_sign(Question asked, Trail& trail) {
        std::vector<std::pair<std::string, std::string>> headers;
        WebAnswer answer;
        try {
            answer = put(*web_, std::move(asked), Asks::a_signature, &headers);
        } catch (...) {
            for (const auto& [name, value] : headers)
                if (name == "id_dokumen" && is_plain_id(value)) trail.reference = value;
            throw;
        }
        if (const std::string id = header(answer, "id_dokumen"); is_plain_id(id)) trail.reference = id;
        if (answer.status == 200) return answer;
        if (answer.status >= 500 || answer.status == 408 || answer.status < 300)
            throw_unknown("layanan BSrE menjawab dengan galat " + std::to_string(answer.status), host());
        trail.code = code_of(object_in(answer));
        if (trail.code == wrong_passphrase) refused_ = true;
        refuse(trail.code, answer.status, host());
    }

    Bytes sign_1(BytesView pdf, const Options& options, Trail& trail) {
        Form form;
        form.reserve(pdf.size() + 4096 + options.reason.size() + options.location.size() + secret_.size());
        form.add("file", pdf, "; filename=\"surat.pdf\"\r\nContent-Type: application/pdf");
        form.add("nik", as_bytes(account_.nik));
        form.add("passphrase", as_bytes(secret_));
        form.add("tampilan", as_bytes("invisible"));
        if (!options.reason.empty()) form.add("reason", as_bytes(options.reason));
        if (!options.location.empty()) form.add("location", as_bytes(options.location));
        Question asked = question("/api/sign/pdf");
        asked.content_type = form.type();
        asked.accept = "application/pdf, application/json";
        asked.body = form.finish();
        WebAnswer answer = ask_to_sign(std::move(asked), trail);
        if (answer.content_type != "application/json") return std::move(answer.body);
        // Variants of it answer in JSON: with the file itself, or with the id to fetch it by.
        const Json said = object_in(answer);
        if (auto file = parse_base64(text_of(said, "base64_signed_file")); file && !file->empty())
            return *std::move(file);
        if (said.is_object() && said.contains("id") && said.at("id").is_array() &&
            said.at("id").size() == 1 && said.at("id").at(0).is_string() &&
            is_plain_id(said.at("id").at(0).get<std::string>())) {
            trail.reference = said.at("id").at(0).get<std::string>();
            const WebAnswer fetched = fetch(trail.reference);
            if (fetched.status == 200) return fetched.body;
        }
        throw_unknown("layanan BSrE menjawab tanpa berkas", host());
    }

    // The signature is made: an answer that gets lost now leaves the outcome unknown.
    WebAnswer fetch(const std::string& reference) {
        return put(*web_, question("/api/sign/download/" + reference, "GET"), Asks::a_signature);
    }

    Bytes sign_2(BytesView pdf, const Options& options, Trail& trail) {
        Json property = {{"tampilan", "INVISIBLE"}};
        if (!options.reason.empty()) property["reason"] = options.reason;
        if (!options.location.empty()) property["location"] = options.location;
        Json body = {{"nik", account_.nik},
                     {proof_ == BsreProof::totp ? "totp" : "passphrase", secret_},
                     {"signatureProperties", Json::array({property})},
                     {"file", Json::array({to_base64(pdf)})}};
        Question asked = question("/api/v2/sign/pdf");
        asked.body = body_of(body);
        const WebAnswer answer = ask_to_sign(std::move(asked), trail);
        const Json said = object_in(answer);
        const auto files = said.is_object() ? said.find("file") : said.end();
        if (!said.is_object() || files == said.end() || !files->is_array())
            throw_unknown("layanan BSrE menjawab tanpa berkas", host());
        if (files->size() != 1)
            throw_unknown(
                "layanan BSrE memberi " + std::to_string(files->size()) + " berkas untuk satu surat", host());
        const Json& one = files->at(0);
        auto file = one.is_string() ? parse_base64(one.get_ref<const std::string&>()) : std::nullopt;
        if (!file) throw_unknown("berkas dari layanan BSrE tidak terbaca", host());
        return *std::move(file);
    }

    const std::shared_ptr<Web> web_;
    const BsreAccount account_;
    const BsreProof proof_;
    std::string secret_;
    std::mutex mutex_;
    bool refused_ = false;     // the secret was called wrong
    bool known_good_ = false;  // the signer may sign, as the service said
};

}  // namespace

std::unique_ptr<DocumentSigner> open_bsre(std::shared_ptr<Web> web, const BsreAccount& account,
                                          BsreProof proof, const std::string& secret) {
    check_account(account);
    if (proof == BsreProof::totp && account.version == 1)
        throw Error(Code::data, "layanan BSrE versi 1 tidak mengenal kode BeSign", "office.json",
                    "Pakai passphrase, atau versi 2");
    if (secret.empty())
        throw Error(Code::data, "passphrase atau kode TTE belum diisi", {}, "Ketik, lalu ulangi");
    return std::make_unique<BsreSigner>(std::move(web), account, proof, secret);
}

void request_totp(Web& web, const BsreAccount& account, int files) {
    check_account(account);
    Question asked;
    asked.url = account.url + "/api/v2/sign/get/totp";
    asked.authorization = basic(account.application);
    Json body = {{"nik", account.nik}, {"data", files}};
    asked.body = body_of(body);
    const WebAnswer answer = put(web, std::move(asked), Asks::something);
    const Json said = object_in(answer);
    if (answer.status == 200 && said.is_object() && said.value("success", Json(false)) == true) return;
    if (answer.status >= 500)
        throw Error(Code::outside, "layanan BSrE sedang terganggu", host_of(account.url),
                    "Ulangi sebentar lagi");
    refuse(code_of(said), answer.status, host_of(account.url));
}

}  // namespace naskah::signing
