// The subcommands of `naskah`: what main.cpp parsed, and what carries it out. Each returns the exit code.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace naskah::cli {

namespace fs = std::filesystem;

struct Common {
    std::string office;  // folder, or empty
    int pin_fd = -1;
    bool json = false;
};

struct InitOptions {
    fs::path folder;
    bool demo = false;
};
int init(const Common& common, const InitOptions& options);

int template_list(const Common& common);
int template_check(const Common& common, const std::vector<std::string>& kinds_or_folders);
int template_schema(const Common& common, const std::string& kind);
int template_example(const Common& common, const std::string& kind);
int template_laws(const Common& common, const std::string& at);

struct LetterOptions {
    std::string kind;
    fs::path data;  // "-" for standard input
    fs::path out;
    std::string key, series;
    fs::path batch;      // JSON lines instead of `data`
    bool blank = false;  // the empty form instead of a letter
    int jobs = 0;        // 0: as many as there are processors
};
int render(const Common& common, const LetterOptions& options);
int issue(const Common& common, const LetterOptions& options);
int resume(const Common& common);

struct SignOptions {
    fs::path in, out;
    fs::path p12;               // one of these three
    fs::path module;            // PKCS#11, with
    std::string token, object;  // labels
    fs::path certificate;       // where the token holds none
    std::string key;            // of the office
    std::string level = "b";
    std::vector<std::string> tsa;  // in the order in which they are tried; empty: the office's
    std::vector<fs::path> trust;
    int certify = 2;
    std::string field, reason, location;
    std::vector<std::string> lock;  // fields that nobody may change afterwards
    bool last = false;
};
int sign(const Common& common, const SignOptions& options);

struct ExtendOptions {
    std::vector<fs::path> files, trust;
    fs::path out;  // a folder, or with one file a file; empty: in place
    std::vector<std::string> tsa;
    bool due = false;  // instead of files: what the office's register holds
    int within = 90;   // days
};
int extend(const Common& common, const ExtendOptions& options);

struct VerifyOptions {
    std::vector<fs::path> files, trust;
    std::string at;
    std::string language = "id";  // or "en": of the text
    bool etsi = false;            // with the words of EN 319 102-1
    bool online = false;          // the issuers of certificates may be asked about revocation
};
int verify(const Common& common, const VerifyOptions& options);

struct RegisterOptions {
    std::string number, reason, kind, series, status, text;
    std::string by, as;  // which letter corrects another, and how
    std::optional<int> year;
    bool csv = false;
    fs::path out, xlsx;
};
int register_list(const Common& common, const RegisterOptions& options);
int register_export(const Common& common, const RegisterOptions& options);
int register_void(const Common& common, const RegisterOptions& options);
int register_withdraw(const Common& common, const RegisterOptions& options);
int register_get(const Common& common, const RegisterOptions& options);
int register_check(const Common& common);
int register_init(const Common& common);

struct UserOptions {
    std::string username, name, post, official;
    std::vector<std::string> roles;
    int password_fd = -1;
    bool one_time = false;  // a password of our own making, which must be changed
    bool phone = false;     // reset: the phone's code as well
};
int user_add(const Common& common, const UserOptions& options);
int user_list(const Common& common);
int user_reset(const Common& common, const UserOptions& options);
int user_disable(const Common& common, const UserOptions& options, bool disabled);
int user_code(const Common& common, const UserOptions& options);
int user_token(const Common& common, const UserOptions& options);

struct BackupOptions {
    fs::path file, folder;  // one of the two
    std::size_t keep = 0;
    bool with_keys = false;
};
int backup(const Common& common, const BackupOptions& options);
int backup_verify(const Common& common, const BackupOptions& options);

struct RestoreOptions {
    fs::path file, folder;
    std::string storage;
};
int restore(const Common& common, const RestoreOptions& options);

struct ReconcileOptions {
    std::string series, last;
    bool none = false, unchanged = false;
    std::vector<fs::path> files;
    std::optional<std::size_t> missing;
};
int register_reconcile(const Common& common, const ReconcileOptions& options);

struct ServeOptions {
    std::string listen = "127.0.0.1:8080";
    std::string log = "all";                // or "errors": what the service does, and what went wrong
    std::vector<std::string> metrics_from;  // addresses that may read /metrics, besides this machine
    int connections = 4096;
    int threads = 0;  // 0: by the number of processors
};
int serve(const Common& common, const ServeOptions& options);

int demo(const Common& common);  // fills a demo office with letters

// What the service runs as children of its own, where hostile bytes could take long or break something. The
// picture on standard input; {"texts": [...]} of its QR codes on standard output, or {"problem": "..."} if it
// is no picture.
int read_qr();
int check_file();  // service/file_check.h

}  // namespace naskah::cli
