// user add, list, reset, disable, enable, code, token.
#include "cli/commands.h"
#include "cli/terminal.h"
#include "service/staff.h"

namespace naskah::cli {

namespace {

struct Opened {
    workflow::Office office;
    service::Staff staff;
};

Opened open(const Common& common) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    workflow::Office office = workflow::Office::open(common.office);
    auto database = office.open_database();
    return {std::move(office), service::Staff(std::move(database), common.office, system_random())};
}

storage::Act act() { return {.actor = "cli", .at = system_clock().now(), .from = {}}; }

storage::Account find(service::Staff& staff, const std::string& username) {
    if (auto account = staff.accounts().find(username)) return *std::move(account);
    throw Error(Code::data, "akun tidak ada: " + username, "", "Lihat daftarnya: naskah user list");
}

// The option that a problem's field is given by.
std::string option_of(const std::string& field) {
    if (field == "name") return "--name";
    if (field == "post") return "--post";
    if (field == "official") return "--official";
    if (field == "roles") return "--role";
    return field == "username" ? "PENGGUNA" : field;
}

std::string state_of(const storage::Account& account) {
    if (account.disabled) return "mati";
    std::string state = "aktif";
    if (account.must_change) state += ", sandi sementara";
    if (service::needs_totp(account) && account.totp.empty()) state += ", belum memasang ponsel";
    return state;
}

}  // namespace

int user_add(const Common& common, const UserOptions& options) {
    Opened opened = open(common);
    const service::Details details{options.username, options.name, options.post, options.official,
                                   options.roles};
    try {
        if (auto wrong = service::Staff::problems(details, opened.office); !wrong.empty())
            throw Error(Code::data, std::move(wrong));
        if (options.one_time) {
            std::string password = opened.staff.add(details, opened.office, act());
            print(options.username + "\tsandi sementara\t" + password + "\n");
            wipe(password);
            return 0;
        }
        std::string password = ask_new_password(options.password_fd, options.username);
        try {
            opened.staff.add(details, opened.office, password, false, act());
        } catch (...) {
            wipe(password);
            throw;
        }
        wipe(password);
    } catch (const Error& error) {
        auto problems = error.problems();
        for (Problem& problem : problems) problem.where = option_of(problem.where);
        throw Error(error.code(), std::move(problems));
    }
    print(options.username + "\takun dibuat\n");
    return 0;
}

int user_list(const Common& common) {
    Opened opened = open(common);
    Json all = Json::array();
    std::string text;
    for (const storage::Account& account : opened.staff.accounts().list()) {
        std::string roles;
        for (const std::string& role : account.roles) roles += (roles.empty() ? "" : ", ") + role;
        text += account.username + "\t" + account.name + "\t" + roles + "\t" + state_of(account) + "\n";
        all.push_back({{"username", account.username},
                       {"name", account.name},
                       {"post", account.post},
                       {"official", account.official},
                       {"roles", account.roles},
                       {"disabled", account.disabled},
                       {"must_change_password", account.must_change},
                       {"phone", !account.totp.empty()}});
    }
    if (common.json)
        print(dump_json_pretty(all) + "\n");
    else
        print(text.empty() ? "Belum ada akun. Mulai dengan: naskah user add NAMA --name ... --role admin\n"
                           : text);
    return 0;
}

int user_reset(const Common& common, const UserOptions& options) {
    Opened opened = open(common);
    find(opened.staff, options.username);
    if (options.phone) opened.staff.accounts().remove_totp(options.username, act());
    std::string password = opened.staff.reset_password(options.username, act());
    print(options.username + "\tsandi sementara\t" + password + "\n");
    wipe(password);
    return 0;
}

int user_disable(const Common& common, const UserOptions& options, bool disabled) {
    Opened opened = open(common);
    storage::Account account = find(opened.staff, options.username);
    account.disabled = disabled;
    if (!opened.staff.accounts().change(account, act()))
        throw Error(Code::data, "akun ini sedang diubah orang lain", options.username,
                    "Jalankan lagi perintah ini.");
    print(options.username + (disabled ? "\tmati\n" : "\taktif\n"));
    return 0;
}

int user_code(const Common& common, const UserOptions& options) {
    Opened opened = open(common);
    print(service::demo_code(opened.staff, opened.office, options.username, system_clock()) + "\n");
    return 0;
}

int user_token(const Common& common, const UserOptions& options) {
    Opened opened = open(common);
    if (!opened.office.demo())
        throw Error(Code::forbidden, "token hanya dibuat pemiliknya", options.username,
                    "Masuk sebagai pemiliknya, buka Akun, lalu Buat token.");
    find(opened.staff, options.username);
    const Instant now = system_clock().now();
    const std::string token = "naskah_" + service::make_token(system_random());
    Bytes id(5);
    system_random().fill(id);
    opened.staff.sessions().make_token({.id = to_base32(id),
                                        .username = options.username,
                                        .label = "dibuat dari perintah",
                                        .made_at = now,
                                        .ends_at = now + std::chrono::hours(24 * 7)},
                                       service::digest_of(token), act());
    print(token + "\n");
    return 0;
}

}  // namespace naskah::cli
