// Signing in: a password, then a code of the phone for whoever checks, signs or keeps something; sessions of
// browsers and tokens of programs after that. Who failed too often waits, longer each time.
//
// Nothing here tells an account that is not there from one whose password was wrong: same words, same work,
// same waits. A browser that somebody has signed in with before is told by a cookie and counted by itself, so
// that strangers who try an account's password cannot keep its owner out (OWASP, device cookies).
#pragma once

#include "service/staff.h"
#include "service/visit.h"

namespace naskah::service {

// Where an attempt comes from.
struct Caller {
    Instant now;
    std::string from;    // address
    std::string agent;   // kind of browser
    std::string device;  // token of the browser's device cookie, or empty
};
Caller caller_of(const Request& request, Instant now);

class SignIn {
public:
    explicit SignIn(Staff& staff) : staff_(staff) {}

    struct Answer {
        enum class Kind {
            whole,        // signed in: `token` and `device` are the new cookies
            code_wanted,  // the password was right: `token` is the half session
            wrong,
            wait,  // not looked at: try again at `until`
            over   // the half session has ended: begin again
        } kind = Kind::wrong;
        std::string token, device;
        std::optional<Instant> until;  // also with `wrong`: the next attempt has to wait
        int left = 0;                  // with `wrong`: so many more may fail
        int recovery_left = -1;        // how many recovery codes are left, if one was used
    };
    Answer password(std::string_view username, std::string_view password, const Caller& caller);
    // `half`: token of the half session. `recovery`: the code is one of those on paper.
    Answer code(const std::string& half, std::string_view code, bool recovery, const Caller& caller);
    // Whose half session that is, if it has not ended.
    std::optional<storage::Account> waiting_for_code(const std::string& half, Instant now);

    // By cookie, or for /api/ by "Authorization: Bearer". Nothing if nobody has signed in.
    std::optional<Session> recognise(const Request& request, Instant now);

    // The session's owner proves once more that it is they, before something that outlives the session.
    Answer prove(const Session& session, std::string_view password, const Caller& caller);
    // True while the session is so young that the proof of its sign-in is enough.
    bool fresh(const Session& session, Instant now);

private:
    Answer enter(const storage::Account& account, const std::string& by, const Caller& caller,
                 storage::Opening opening);
    bool judged(const std::vector<storage::Counted>& keys, const std::string& stored,
                std::string_view password);
    std::vector<storage::Counted> keys_of(const std::string& username, const Caller& caller,
                                          bool device_known);

    Staff& staff_;
};

// Names of cookies: with the prefix that binds them to this host, when the request came through TLS.
std::string session_cookie(const Request& request);
std::string half_cookie(const Request& request);
std::string device_cookie(const Request& request);
// A Set-Cookie header's value. `lasts` zero: as long as the browser is open; negative: forget it now.
std::string set_cookie(const Request& request, const std::string& name, const std::string& value,
                       std::chrono::seconds lasts = {});

// The token that the session's handle was made of is known to the cookie alone.
Sha256 session_digest(const Session& session);

}  // namespace naskah::service
