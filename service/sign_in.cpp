#include "service/sign_in.h"

#include <arpa/inet.h>

#include <algorithm>

#include "core/totp.h"

namespace naskah::service {

using storage::Account;
using storage::Counted;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t longest_password = 1024;

// One address counts for itself; of IPv6, where a household has 2^64 of them, the network does.
std::string network_of(const std::string& address) {
    in6_addr six{};
    if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return address.substr(0, 64);
    return to_hex(BytesView(six.s6_addr, 8));
}

// "Chrome, Android": of what a browser says of itself, only words that stand here.
std::string agent_of(std::string_view said) {
    const auto first = [&](std::initializer_list<std::pair<const char*, const char*>> words) -> std::string {
        for (const auto& [mark, word] : words)
            if (said.find(mark) != std::string_view::npos) return word;
        return {};
    };
    const std::string browser = first({{"Edg/", "Edge"},
                                       {"OPR/", "Opera"},
                                       {"SamsungBrowser/", "Samsung Internet"},
                                       {"Firefox/", "Firefox"},
                                       {"Chrome/", "Chrome"},
                                       {"Safari/", "Safari"}});
    const std::string system = first({{"Android", "Android"},
                                      {"iPhone", "iPhone"},
                                      {"iPad", "iPad"},
                                      {"Windows", "Windows"},
                                      {"Mac OS X", "macOS"},
                                      {"Linux", "Linux"}});
    if (browser.empty()) return system.empty() ? "Peramban lain" : system;
    return system.empty() ? browser : browser + ", " + system;
}

std::string prefixed(const Request& request, const char* name) {
    return std::string(request.secure ? "__Host-" : "") + name;
}

storage::Act act_of(const std::string& actor, const Caller& caller) {
    return {.actor = actor, .at = caller.now, .from = caller.from};
}

std::vector<std::string> names_of(const std::vector<Counted>& keys) {
    std::vector<std::string> names;
    for (const Counted& counted : keys) names.push_back(counted.key);
    return names;
}

}  // namespace

std::string session_cookie(const Request& request) { return prefixed(request, "naskah"); }
std::string half_cookie(const Request& request) { return prefixed(request, "naskah-kode"); }
std::string device_cookie(const Request& request) { return prefixed(request, "naskah-perangkat"); }

std::string set_cookie(const Request& request, const std::string& name, const std::string& value,
                       std::chrono::seconds lasts) {
    std::string text = name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax";
    if (request.secure) text += "; Secure";
    if (lasts.count() != 0) text += "; Max-Age=" + std::to_string(std::max<std::int64_t>(0, lasts.count()));
    return text;
}

Sha256 session_digest(const Session& session) { return parse_sha256(session.handle).value(); }

Caller caller_of(const Request& request, Instant now) {
    return {.now = now,
            .from = request.remote,
            .agent = agent_of(request.header("user-agent")),
            .device = std::string(request.cookies.get(device_cookie(request)))};
}

std::vector<Counted> SignIn::keys_of(const std::string& username, const Caller& caller, bool device_known) {
    const std::string account = attempts_key(username), network = network_of(caller.from);
    // The account from here first: what it has left is what the person is told.
    if (device_known)
        return {{account + "perangkat:" + to_string(digest_of(caller.device)).substr(0, 32), {5, 60s, 900s}}};
    return {{account + "dari:" + network, {5, 60s, 900s}},
            {account + "semua", {20, 30s, 300s}},
            {"alamat:" + network, {50, 60s, 3600s}}};
}

SignIn::Answer SignIn::password(std::string_view typed, std::string_view password, const Caller& caller) {
    const std::string username = as_username(typed);
    const bool device_known =
        !caller.device.empty() && staff_.sessions().knows(username, digest_of(caller.device), caller.now);
    const auto keys = keys_of(username, caller, device_known);
    const auto admission = staff_.attempts().admit(keys, caller.now);
    if (admission.wait) return {.kind = Answer::Kind::wait, .until = admission.wait};

    const auto account = staff_.accounts().find(username);
    // A disabled account is as good as none; a password beyond all measure is not worth computing.
    const bool possible = account && !account->disabled && password.size() <= longest_password;
    const bool right =
        judged(keys, possible ? account->password : std::string(), password.substr(0, longest_password));
    if (!right) {
        staff_.attempts().failed(account ? username : std::string(), "password", admission,
                                 act_of("-", caller));
        return {.kind = Answer::Kind::wrong, .until = admission.locked, .left = admission.left};
    }
    std::vector<std::string> mine = names_of(keys), shared;
    if (!device_known) {
        shared = {mine.back()};  // the address: whoever has an account may not wash it clean
        mine.pop_back();
    }
    staff_.attempts().succeeded(mine, shared);
    if (staff_.passwords().outdated(account->password))
        staff_.accounts().renew_hash(username, account->password, staff_.passwords().hash(password),
                                     act_of(username, caller));
    return enter(*account, account->totp.empty() ? "password" : "", caller, {});
}

// An attempt that could not be judged is none.
bool SignIn::judged(const std::vector<Counted>& keys, const std::string& stored, std::string_view password) {
    try {
        return staff_.passwords().matches(stored, password);
    } catch (const Error&) {
        staff_.attempts().succeeded({}, names_of(keys));
        throw;
    }
}

// `by` empty: the second proof is still to come.
SignIn::Answer SignIn::enter(const Account& account, const std::string& by, const Caller& caller,
                             storage::Opening opening) {
    const bool whole = !by.empty();
    Answer answer{.kind = whole ? Answer::Kind::whole : Answer::Kind::code_wanted};
    answer.token = make_token(staff_.random());
    opening.session = {.token = digest_of(answer.token),
                       .username = account.username,
                       .whole = whole,
                       .opened_at = caller.now,
                       .seen_at = caller.now,
                       .from = caller.from,
                       .agent = caller.agent};
    opening.by = by;
    if (whole) {
        // A browser keeps its name, so that several people may share one.
        const bool known =
            !caller.device.empty() && staff_.sessions().knows("", digest_of(caller.device), caller.now);
        answer.device = known ? caller.device : make_token(staff_.random());
        opening.device = digest_of(answer.device);
    }
    if (!staff_.sessions().open(opening, act_of(account.username, caller)))
        return {.kind = Answer::Kind::wrong};
    return answer;
}

std::optional<Account> SignIn::waiting_for_code(const std::string& half, Instant now) {
    if (half.empty()) return std::nullopt;
    const auto found = staff_.sessions().find(digest_of(half), now);
    if (!found || found->session.whole) return std::nullopt;
    return found->account;
}

SignIn::Answer SignIn::code(const std::string& half, std::string_view code, bool recovery,
                            const Caller& caller) {
    const auto account = waiting_for_code(half, caller.now);
    if (!account) return {.kind = Answer::Kind::over};
    const bool device_known =
        !caller.device.empty() &&
        staff_.sessions().knows(account->username, digest_of(caller.device), caller.now);
    // Five to a half session, and a wait for the account after ten: each guess has three chances in a
    // million.
    const std::string beginning = attempts_key(account->username) + "kode:";
    const std::vector<Counted> keys = {
        {beginning + to_string(digest_of(half)).substr(0, 32), {5, 900s, 900s}},
        {beginning + (device_known ? to_string(digest_of(caller.device)).substr(0, 32) : "semua"),
         {10, 60s, 900s}}};
    const auto admission = staff_.attempts().admit(keys, caller.now);
    if (admission.wait) return {.kind = Answer::Kind::wait, .until = admission.wait};

    storage::Opening opening;
    opening.half = digest_of(half);
    if (recovery) {
        opening.recovery = recovery_digest(code);
    } else if (!account->totp.empty()) {
        Bytes secret = staff_.vault().open(account->totp, account->username);
        opening.totp_step = totp_match(secret, code, caller.now, account->totp_step);
        wipe(secret);
    }
    Answer answer{.kind = Answer::Kind::wrong};
    if (opening.recovery || opening.totp_step)
        answer = enter(*account, recovery ? "recovery" : "totp", caller, std::move(opening));
    if (answer.kind == Answer::Kind::whole) {
        staff_.attempts().succeeded(names_of(keys), {});
        if (recovery) answer.recovery_left = staff_.accounts().recovery_left(account->username);
        return answer;
    }
    staff_.attempts().failed(account->username, recovery ? "recovery" : "totp", admission,
                             act_of("-", caller));
    if (admission.left == 0) staff_.sessions().close(digest_of(half), act_of("-", caller));
    return {.kind = admission.left == 0 ? Answer::Kind::over : Answer::Kind::wrong,
            .until = admission.locked,
            .left = admission.left};
}

std::optional<Session> SignIn::recognise(const Request& request, Instant now) {
    std::optional<Account> account;
    Session session;
    const std::string_view authorization = request.header("authorization");
    if (!authorization.empty() && request.path.starts_with("/api/")) {
        constexpr std::string_view scheme = "Bearer ";
        if (!authorization.starts_with(scheme)) return std::nullopt;
        account = staff_.sessions().find_token(digest_of(authorization.substr(scheme.size())), now);
        session.by_token = true;
    } else if (const std::string token(request.cookies.get(session_cookie(request))); !token.empty()) {
        auto found = staff_.sessions().find(digest_of(token), now);
        if (!found || !found->session.whole) return std::nullopt;
        account = std::move(found->account);
        session.csrf = csrf_of(token);
        session.handle = to_string(digest_of(token));
    }
    if (!account) return std::nullopt;
    session.person = person_of(*account);
    if (account->must_change)
        session.must_first = "/akun/sandi";
    else if (needs_totp(*account) && account->totp.empty())
        session.must_first = "/akun/ponsel";
    if (!session.must_first.empty()) session.person.roles.clear();
    return session;
}

SignIn::Answer SignIn::prove(const Session& session, std::string_view password, const Caller& caller) {
    const std::string& username = session.person.username;
    const std::vector<Counted> keys = {
        {attempts_key(username) + "ulang:" + session.handle.substr(0, 32), {5, 60s, 900s}}};
    const auto admission = staff_.attempts().admit(keys, caller.now);
    if (admission.wait) return {.kind = Answer::Kind::wait, .until = admission.wait};
    const auto account = staff_.accounts().find(username);
    if (account && password.size() <= longest_password && judged(keys, account->password, password)) {
        staff_.attempts().succeeded(names_of(keys), {});
        return {.kind = Answer::Kind::whole};
    }
    staff_.attempts().failed(username, "password", admission, act_of("-", caller));
    return {.kind = Answer::Kind::wrong, .until = admission.locked, .left = admission.left};
}

bool SignIn::fresh(const Session& session, Instant now) {
    if (session.by_token) return false;
    const auto found = staff_.sessions().find(session_digest(session), now);
    return found && now < found->session.opened_at + 10min;
}

}  // namespace naskah::service
