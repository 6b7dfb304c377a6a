#include "service/staff.h"

#include <algorithm>

#include "core/text.h"
#include "core/totp.h"

namespace naskah::service {

using storage::Account;
using storage::Act;
using workflow::Role;

namespace {

constexpr int recovery_codes = 8;
constexpr std::size_t longest_name = 100;

bool is_username(std::string_view text) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return text.size() >= 3 && text.size() <= 32 && plain(text.front()) && plain(text.back()) &&
           std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '.' || c == '-'; });
}

bool one_line(std::string_view text) {
    return !first_bad_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

bool is_official(const workflow::Office& office, const std::string& id) {
    const Json& officials = office.settings().at("pejabat");
    return std::any_of(officials.begin(), officials.end(),
                       [&](const Json& official) { return official.value("id", "") == id; });
}

void require_sound(const Details& details, const workflow::Office& office) {
    if (auto wrong = Staff::problems(details, office); !wrong.empty())
        throw Error(Code::data, std::move(wrong));
}

std::vector<Sha256> digests_of(const std::vector<std::string>& codes) {
    std::vector<Sha256> digests;
    for (const std::string& code : codes) digests.push_back(recovery_digest(code).value());
    return digests;
}

}  // namespace

workflow::Person person_of(const Account& account) {
    workflow::Person person{.username = account.username,
                            .name = account.name,
                            .post = account.post,
                            .official = account.official,
                            .roles = {}};
    for (const std::string& word : account.roles)
        if (const auto role = workflow::parse_role(word)) person.roles.push_back(*role);
    return person;
}

bool needs_totp(const Account& account) {
    const workflow::Person person = person_of(account);
    return std::any_of(person.roles.begin(), person.roles.end(),
                       [](Role role) { return role != Role::staf; });
}

const char* role_name(Role role) {
    switch (role) {
        case Role::staf: return "Staf";
        case Role::pemeriksa: return "Pemeriksa";
        case Role::kadis: return "Kepala Dinas";
        case Role::tata_usaha: return "Tata Usaha";
        case Role::admin: return "Admin";
    }
    return "";
}

std::string as_username(std::string_view typed) {
    while (!typed.empty() && typed.front() == ' ') typed.remove_prefix(1);
    while (!typed.empty() && typed.back() == ' ') typed.remove_suffix(1);
    std::string name(typed);
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return name;
}

std::string attempts_key(std::string_view username) {
    return to_string(digest_of(username)).substr(0, 32) + ":";
}

Staff::Staff(std::shared_ptr<storage::Connections> database, const std::filesystem::path& office,
             Random& random, Effort effort)
    : accounts_(database),
      sessions_(database),
      attempts_(database),
      passwords_(effort),
      random_(random),
      vault_(office / "keys" / "rahasia.kunci", random, [this] { return accounts_.holds_sealed(); }) {}

std::vector<Problem> Staff::problems(const Details& details, const workflow::Office& office) {
    std::vector<Problem> wrong;
    const auto say = [&](const char* where, const char* what, const char* remedy) {
        wrong.push_back({.what = what, .where = where, .remedy = remedy});
    };
    if (!is_username(details.username) || details.username == "baru" || details.username == "cli")
        say("username", "Nama pengguna tidak dapat dipakai",
            "Tulis 3 sampai 32 huruf kecil, angka, titik, atau tanda hubung, misalnya rina.puspita.");
    if (details.name.empty())
        say("name", "Nama belum diisi", "Tulis nama seperti yang tercetak di halaman.");
    else if (details.name.size() > longest_name || !one_line(details.name))
        say("name", "Nama terlalu panjang atau bukan teks",
            "Tulis paling banyak 100 huruf dalam satu baris.");
    if (details.post.size() > longest_name || !one_line(details.post))
        say("post", "Jabatan terlalu panjang atau bukan teks",
            "Tulis paling banyak 100 huruf dalam satu baris.");
    if (!details.official.empty() && !is_official(office, details.official))
        say("official", "Pejabat ini tidak ada dalam data kantor", "Pilih dari daftar pejabat.");
    if (details.roles.empty()) say("roles", "Peran belum dipilih", "Pilih paling sedikit satu peran.");
    std::vector<std::string> seen;
    bool admin = false;
    for (const std::string& role : details.roles) {
        if (!workflow::parse_role(role) || std::find(seen.begin(), seen.end(), role) != seen.end()) {
            say("roles", "Peran tidak dikenal atau disebut dua kali",
                "Pilih dari staf, pemeriksa, kadis, tata-usaha, admin.");
            return wrong;
        }
        seen.push_back(role);
        admin = admin || role == "admin";
    }
    if (admin && details.roles.size() > 1)
        say("roles", "Admin tidak memegang surat",
            "Beri orang itu dua akun: satu untuk admin, satu untuk pekerjaannya dengan surat.");
    return wrong;
}

std::string Staff::add(const Details& details, const workflow::Office& office, const Act& act) {
    std::string password = make_password(random_);
    add(details, office, password, true, act);
    return password;
}

void Staff::add(const Details& details, const workflow::Office& office, std::string_view password,
                bool must_change, const Act& act) {
    require_sound(details, office);
    if (const auto weak = weakness(password, details.username)) throw Error(Code::data, {*weak});
    accounts_.add({.username = details.username,
                   .name = details.name,
                   .post = details.post,
                   .official = details.official,
                   .roles = details.roles,
                   .password = passwords_.hash(password),
                   .must_change = must_change,
                   .totp = {},
                   .totp_wanted = {},
                   .made_at = act.at,
                   .password_at = act.at,
                   .seen_at = {}},
                  act);
}

bool Staff::change(const Details& details, bool disabled, std::int64_t revision,
                   const workflow::Office& office, const Act& act) {
    require_sound(details, office);
    if (disabled && act.actor == details.username)
        throw Error(Code::data, "akun sendiri tidak dapat dimatikan", "akun", "Mintalah admin lain.");
    return accounts_.change({.username = details.username,
                             .name = details.name,
                             .post = details.post,
                             .official = details.official,
                             .roles = details.roles,
                             .disabled = disabled,
                             .password = {},
                             .totp = {},
                             .totp_wanted = {},
                             .seen_at = {},
                             .revision = revision},
                            act);
}

std::string Staff::reset_password(const std::string& username, const Act& act) {
    std::string password = make_password(random_);
    accounts_.set_password(username, passwords_.hash(password), true, act);
    attempts_.forget(attempts_key(username));
    return password;
}

Bytes Staff::begin_totp(const std::string& username) {
    Bytes secret(totp_secret_size);
    random_.fill(secret);
    accounts_.want_totp(username, vault_.seal(secret, username));
    return secret;
}

std::optional<Bytes> Staff::waiting_totp(const Account& account) {
    if (account.totp_wanted.empty()) return std::nullopt;
    return vault_.open(account.totp_wanted, account.username);
}

std::optional<std::vector<std::string>> Staff::confirm_totp(const Account& account, std::string_view code,
                                                            const Act& act,
                                                            const std::optional<Sha256>& kept) {
    auto secret = waiting_totp(account);
    if (!secret) return std::nullopt;
    const auto step = totp_match(*secret, code, act.at, 0);
    wipe(*secret);
    if (!step) return std::nullopt;
    std::vector<std::string> codes;
    for (int i = 0; i < recovery_codes; ++i) codes.push_back(make_recovery_code(random_));
    if (!accounts_.set_totp(account.username, account.totp_wanted, *step, digests_of(codes), act, kept))
        return std::nullopt;
    return codes;
}

std::vector<std::string> Staff::renew_recovery(const std::string& username, const Act& act) {
    std::vector<std::string> codes;
    for (int i = 0; i < recovery_codes; ++i) codes.push_back(make_recovery_code(random_));
    accounts_.set_recovery(username, digests_of(codes), act);
    return codes;
}

std::string make_demo_accounts(Staff& staff, const workflow::Office& office, const Clock& clock) {
    const Details people[] = {
        {"staf", "Laras Contoh Pratiwi", "Penata Perizinan", "", {"staf"}},
        {"pemeriksa", "Banyu Contoh Wicaksana", "Kepala Bidang Dalak", "kabid-dalak", {"pemeriksa"}},
        {"sekretaris", "Maharani Contoh Jatmika", "Sekretaris", "sekretaris", {"pemeriksa"}},
        {"kadis", "Wirya Contoh Adikarsa", "Kepala Dinas", "kepala", {"kadis"}},
        {"tata-usaha", "Maya Contoh Lestari", "Tata Usaha", "", {"tata-usaha"}},
        {"admin", "Damar Contoh Nugraha", "Admin kantor", "", {"admin"}},
    };
    const Act act{.actor = "cli", .at = clock.now(), .from = {}};
    std::string password = "contoh-" + make_password(staff.random()).substr(0, 9);
    const std::string hash = staff.passwords().hash(password);
    for (const Details& person : people) {
        require_sound(person, office);
        staff.accounts().add({.username = person.username,
                              .name = person.name,
                              .post = person.post,
                              .official = person.official,
                              .roles = person.roles,
                              .password = hash,
                              .totp = {},
                              .totp_wanted = {},
                              .seen_at = {}},
                             act);
        const Account account = staff.accounts().find(person.username).value();
        if (!needs_totp(account)) continue;
        Bytes secret = staff.begin_totp(person.username);
        // Confirmed with a code of a time long gone, so that today's are all unused.
        staff.accounts().set_totp(person.username, staff.accounts().find(person.username)->totp_wanted, 0, {},
                                  act, {});
        wipe(secret);
    }
    return password;
}

std::string demo_code(Staff& staff, const workflow::Office& office, const std::string& username,
                      const Clock& clock) {
    if (!office.demo())
        throw Error(Code::forbidden, "kode ponsel hanya ditampilkan di kantor contoh", office.root().string(),
                    "Buka aplikasi autentikator di ponsel pemilik akun.");
    const auto account = staff.accounts().find(username);
    if (!account || account->totp.empty())
        throw Error(Code::data, "akun ini tidak ada atau tidak memakai kode ponsel: " + username, "",
                    "Lihat daftarnya: naskah user list");
    Bytes secret = staff.vault().open(account->totp, username);
    const std::int64_t now = totp_step(clock.now());
    const std::string code = totp_code(secret, std::clamp(account->totp_step + 1, now, now + 1));
    wipe(secret);
    return code;
}

}  // namespace naskah::service
