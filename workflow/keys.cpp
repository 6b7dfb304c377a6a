#include "workflow/keys.h"

#include <sys/stat.h>

#include <cstdlib>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "signing/bsre.h"
#include "signing/certificate_file.h"
#include "signing/csc.h"
#include "signing/pkcs11.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest = 1u << 20;
constexpr std::string_view environment = "env:";

const Json& entry_of(const Json& settings, const std::string& key) {
    static const Json none;
    const auto keys = settings.find("kunci");
    if (keys == settings.end() || !keys->is_object()) return none;
    const auto found = keys->find(key);
    return found == keys->end() ? none : *found;
}

// Named texts that an entry must or may have.
void check_texts(const Json& entry, const std::string& path, std::initializer_list<const char*> must,
                 std::initializer_list<const char*> may, std::vector<Problem>& problems) {
    for (const char* name : must)
        if (!entry.contains(name) || !entry.at(name).is_string() || entry.at(name).get<std::string>().empty())
            problems.push_back({"wajib diisi dengan teks", path + name, "Lihat docs/keys.md."});
    for (const char* name : may)
        if (entry.contains(name) && !entry.at(name).is_string())
            problems.push_back({"harus berupa teks", path + name, ""});
    for (const auto& [name, value] : entry.items()) {
        // A password that stands here would be shown to every admin and kept in every backup.
        if (name == "sandi" || name == "password" || name == "passphrase" || name == "pin" || name == "nik")
            problems.push_back(
                {"rahasia tidak boleh ditulis di office.json", path + name,
                 "Pindahkan ke berkas rahasia (mode 0600), lalu sebutkan namanya di \"rahasia\"."});
    }
}

// How long the service may take for one letter.
std::chrono::milliseconds limit_of(const Json& entry) {
    return std::chrono::seconds(entry.value("batas_detik", 60));
}

void check_limit(const Json& entry, const std::string& path, std::vector<Problem>& problems) {
    const Json limit = entry.value("batas_detik", Json(60));
    if (!limit.is_number_integer() || limit < 1 || limit > 120)
        problems.push_back({"wajib bilangan 1 sampai 120", path + "batas_detik", ""});
}

void check_address(const Json& entry, const std::string& path, std::vector<Problem>& problems) {
    const std::string url = entry.value("alamat", "");
    const bool plain = url.starts_with("http://");
    const bool allowed = entry.contains("http_boleh") && entry.at("http_boleh") == true;
    if (entry.contains("http_boleh") && !entry.at("http_boleh").is_boolean())
        problems.push_back({"wajib true atau false", path + "http_boleh", ""});
    if (!url.empty() && (plain || url.starts_with("https://")) && !signing::is_web_address(url))
        return problems.push_back({"bukan alamat web", path + "alamat",
                                   "Tanpa nama pengguna dan kata sandi: itu ada di berkas rahasia."});
    if (url.empty() || url.starts_with("https://") || (plain && allowed)) return;
    problems.push_back(
        {plain ? "alamat tanpa TLS belum diizinkan" : "wajib diawali https://", path + "alamat",
         "Untuk layanan BSrE di jaringan tertutup, tulis \"http_boleh\": true di sampingnya."});
}

void check_entry(const Json& entry, const std::string& path, std::vector<Problem>& problems) {
    if (!entry.is_object()) return problems.push_back({"harus berupa isian bertingkat", path, ""});
    const std::string kind = entry.contains("jenis") && entry.at("jenis").is_string()
                                 ? entry.at("jenis").get<std::string>()
                                 : std::string();
    const std::size_t before = problems.size();
    if (kind == "pkcs11") {
        check_texts(entry, path, {"modul", "token"}, {"objek", "sertifikat"}, problems);
    } else if (kind == "csc") {
        check_texts(entry, path, {"alamat", "rahasia"}, {"kredensial", "masuk", "nama_sertifikat"}, problems);
        if (problems.size() == before) {
            check_address(entry, path, problems);
            check_limit(entry, path, problems);
            const std::string login = entry.value("masuk", "oauth2");
            if (login != "oauth2" && login != "basic")
                problems.push_back({"hanya \"oauth2\" atau \"basic\"", path + "masuk", ""});
        }
    } else if (kind == "bsre") {
        check_texts(entry, path, {"alamat", "rahasia", "nama_sertifikat"}, {"cara"}, problems);
        if (problems.size() == before) {
            check_address(entry, path, problems);
            check_limit(entry, path, problems);
            const Json version = entry.value("versi", Json(2));
            if (version != 1 && version != 2) problems.push_back({"hanya 1 atau 2", path + "versi", ""});
            const std::string way = entry.value("cara", "passphrase");
            if (way != "passphrase" && way != "totp")
                problems.push_back({"hanya \"passphrase\" atau \"totp\"", path + "cara", ""});
            if (way == "totp" && version == 1)
                problems.push_back({"kode BeSign hanya ada pada versi 2", path + "cara", ""});
        }
    } else {
        problems.push_back({"jenis kunci tidak dikenal", path + "jenis",
                            "Tulis \"pkcs11\", \"csc\", atau \"bsre\". Berkas PKCS#12 disebut langsung: "
                            "\"kunci\": \"keys/kepala.p12\"."});
    }
}

// {"nama", "sandi"} of the application and for BSrE {"nik"} of the signer.
struct ServiceSecrets {
    signing::Application application;
    std::string nik;
    ~ServiceSecrets() { wipe(nik); }
};

Bytes read_private(const fs::path& file) {
    struct stat about {};
    if (::stat(file.c_str(), &about) != 0)
        throw Error(Code::data, "berkas rahasia kunci tidak ada", file.filename().string(),
                    "Buat berkasnya seperti di docs/keys.md");
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw Error(Code::data, "berkas rahasia kunci dapat dibaca pengguna lain", file.filename().string(),
                    "Jalankan: chmod 600 " + file.filename().string());
    return read_file(file, largest);
}

ServiceSecrets read_secrets(const Office& office, const Json& entry, const std::string& key) {
    const std::string where = entry.at("rahasia").get<std::string>();
    Bytes bytes;
    if (where.starts_with(environment)) {
        const char* const value = std::getenv(where.substr(environment.size()).c_str());
        if (!value)
            throw Error(Code::data, "variabel lingkungan untuk rahasia kunci ini tidak ada",
                        where.substr(environment.size()), "Isi di berkas lingkungan layanan (mode 0600)");
        bytes = to_bytes(value);
    } else {
        bytes = read_private(office.root() / where);
    }
    ServiceSecrets secrets;
    bool sound = false;
    try {
        Json value = parse_json(as_text(bytes), "rahasia");
        sound = value.is_object();
        for (const auto& [name, into] : std::initializer_list<std::pair<const char*, std::string*>>{
                 {"nama", &secrets.application.name},
                 {"sandi", &secrets.application.password},
                 {"nik", &secrets.nik}}) {
            if (!sound || !value.contains(name)) continue;
            sound = value.at(name).is_string();
            if (sound) *into = value.at(name).get<std::string>();
            if (sound) wipe(value.at(name).get_ref<std::string&>());
        }
    } catch (const Error&) {
        sound = false;  // its message would quote what was read
    }
    wipe(bytes);
    if (!sound || secrets.application.name.empty())
        throw Error(Code::data, "berkas rahasia kunci tidak terbaca", key,
                    "Isinya {\"nama\": \"...\", \"sandi\": \"...\"}, untuk BSrE juga \"nik\"; semuanya teks");
    return secrets;
}

signing::BsreAccount bsre_account(const Office& office, const Json& entry, const std::string& key) {
    ServiceSecrets secrets = read_secrets(office, entry, key);
    signing::BsreAccount account;
    account.url = entry.at("alamat").get<std::string>();
    while (account.url.ends_with('/')) account.url.pop_back();
    account.version = entry.value("versi", 2);
    account.application = secrets.application;
    account.nik = secrets.nik;
    account.plain_http = entry.value("http_boleh", false);
    account.limit = limit_of(entry);
    return account;
}

std::unique_ptr<signing::DocumentSigner> open_entry(const Office& office, const Json& entry,
                                                    const std::string& key, const std::string& secret,
                                                    const std::shared_ptr<Web>& web,
                                                    signing::LongTerm* long_term, int signatures) {
    const std::string kind = entry.at("jenis").get<std::string>();
    if (kind == "bsre")
        return signing::open_bsre(
            web, bsre_account(office, entry, key),
            entry.value("cara", "") == "totp" ? signing::BsreProof::totp : signing::BsreProof::passphrase,
            secret);
    if (kind == "csc") {
        signing::CscAccount account;
        account.url = entry.at("alamat").get<std::string>();
        account.credential = entry.value("kredensial", "");
        account.login = entry.value("masuk", "oauth2") == "basic" ? signing::CscAccount::Login::basic
                                                                  : signing::CscAccount::Login::oauth2;
        account.application = read_secrets(office, entry, key).application;
        account.limit = limit_of(entry);
        return signing::make_document_signer(signing::open_csc(web, account, secret, signatures));
    }
    signing::Pkcs11Place place;
    place.module = entry.at("modul").get<std::string>();
    place.token = entry.at("token").get<std::string>();
    place.object = entry.value("objek", "");
    if (const std::string file = entry.value("sertifikat", ""); !file.empty())
        place.certificates = signing::certificates_in(read_file(office.root() / file, largest));
    return signing::make_document_signer(signing::open_pkcs11(place, secret), long_term);
}

// Runs `open` with the secret, which is wiped, and names the key in what it throws.
template <typename Open>
auto with_secret(const AskSecret& ask, const std::string& prompt, const std::string& key, Open&& open) {
    std::string secret = ask(prompt);
    try {
        auto opened = open(secret);
        wipe(secret);
        return opened;
    } catch (const Error& error) {
        wipe(secret);
        std::vector<Problem> problems = error.problems();
        for (Problem& problem : problems)
            if (problem.where.empty()) problem.where = key;
        throw Error(error.code(), std::move(problems));
    } catch (...) {
        wipe(secret);
        throw;
    }
}

}  // namespace

std::vector<Problem> check_keys(const Json& settings) {
    std::vector<Problem> problems;
    const auto keys = settings.find("kunci");
    if (keys == settings.end()) return problems;
    if (!keys->is_object()) return {{"harus berupa isian bertingkat", "office.json: kunci", ""}};
    for (const auto& [name, entry] : keys->items()) {
        // The name becomes that of a file: keys/kunci-<name>.pem.
        if (name.empty() || name.size() > 60 ||
            name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != name.npos)
            problems.push_back(
                {"nama kunci hanya huruf kecil, angka, dan tanda hubung", "office.json: kunci." + name, ""});
        check_entry(entry, "office.json: kunci." + name + ".", problems);
    }
    return problems;
}

bool is_named_key(const Json& settings, const std::string& key) { return !entry_of(settings, key).is_null(); }

std::string prompt_for(const Office& office, const std::string& key) {
    const Json& entry = entry_of(office.settings(), key);
    if (entry.is_null()) return "Kata sandi " + fs::path(key).filename().string();
    const std::string kind = entry.at("jenis").get<std::string>();
    if (kind == "pkcs11") return "PIN token " + entry.at("token").get<std::string>();
    if (kind == "csc") return "PIN " + key + " (bila diminta, spasi lalu kode OTP)";
    return (entry.value("cara", "") == "totp" ? "Kode BeSign " : "Passphrase TTE ") + key;
}

std::string secret_name(const Office& office, const std::string& key) {
    const Json& entry = entry_of(office.settings(), key);
    if (entry.is_null()) return "PIN tanda tangan";
    const std::string kind = entry.at("jenis").get<std::string>();
    if (kind == "pkcs11") return "PIN token";
    if (kind == "csc") return "PIN tanda tangan; bila diminta kode OTP juga, tulis sesudah spasi";
    return entry.value("cara", "") == "totp" ? "Kode dari aplikasi BeSign" : "Passphrase TTE (BSrE)";
}

std::string expected_signer(const Office& office, const std::string& key) {
    const Json& entry = entry_of(office.settings(), key);
    return entry.is_null() ? std::string() : entry.value("nama_sertifikat", "");
}

AskSecret without_asking_in_a_demo(const Office& office, const std::string& key, const AskSecret& ask) {
    if (!office.demo() || is_named_key(office.settings(), key)) return ask;
    const fs::path beside = (office.root() / key).replace_extension(".sandi");
    return [beside](const std::string&) { return trim(read_text(beside)); };
}

std::unique_ptr<signing::DocumentSigner> open_signer(const Office& office, const std::string& key,
                                                     const AskSecret& ask, const std::shared_ptr<Web>& web,
                                                     signing::LongTerm* long_term, int signatures) {
    const Json& entry = entry_of(office.settings(), key);
    if (entry.is_null())
        return signing::make_document_signer(open_key_file(office.root() / key, ask), long_term);
    return with_secret(ask, prompt_for(office, key), key, [&](const std::string& secret) {
        return open_entry(office, entry, key, secret, web, long_term, signatures);
    });
}

bool request_code(const Office& office, const std::string& key, Web& web, int letters) {
    const Json& entry = entry_of(office.settings(), key);
    if (entry.is_null() || entry.at("jenis") != "bsre" || entry.value("cara", "") != "totp") return false;
    signing::request_totp(web, bsre_account(office, entry, key), letters);
    return true;
}

std::unique_ptr<signing::Key> open_token(const fs::path& module, const std::string& token,
                                         const std::string& object, const fs::path& certificate,
                                         const AskSecret& ask) {
    signing::Pkcs11Place place{.module = module, .token = token, .object = object};
    if (!certificate.empty()) place.certificates = signing::certificates_in(read_file(certificate, largest));
    return with_secret(ask, "PIN token " + token, token,
                       [&](const std::string& pin) { return signing::open_pkcs11(place, pin); });
}

}  // namespace naskah::workflow
