// The table of routes: which address does what, and who may. Access is decided here and nowhere else, so that
// a test can walk the table and see every denied act denied.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/http.h"
#include "service/visit.h"
#include "workflow/people.h"

namespace naskah::service {

struct Access {
    enum class Kind { anyone, signed_in, roles, watchers } kind = Kind::anyone;
    std::vector<workflow::Role> roles;  // any of them

    static Access anyone() { return {}; }
    static Access signed_in() { return {Kind::signed_in, {}}; }
    static Access of(std::vector<workflow::Role> roles) { return {Kind::roles, std::move(roles)}; }
    // Programs of whoever runs the service: from this machine, or from an address that `serve` was told. To
    // others the address is not there.
    static Access watchers() { return {Kind::watchers, {}}; }
    bool allows(const workflow::Person* person) const;
};

using Handler = std::function<Response(Visit&)>;

struct Route {
    std::string method;   // GET also answers HEAD
    std::string pattern;  // "/surat/{id}/simpan": {name} stands for one part of the path
    Access access;
    Handler handler;
    // What a POST brings along: fields and JSON of at most 4 MB, or files of at most 21 MB.
    enum class Takes { form, upload } takes = Takes::form;
    // May take long (renders, exports, checks files): waits for threads of its own, never in others' way.
    bool heavy = false;
    // The answer for programs: problem+json errors, no cookies needed for reading. Addresses begin with
    // /api/.
    bool api() const { return pattern.starts_with("/api/"); }
};

class Router {
public:
    void add(Route route);  // throws Error(internal) if there is one of that method and pattern
    const std::vector<Route>& routes() const { return routes_; }

    struct Match {
        const Route* route = nullptr;  // null: no such address, or not with that method
        std::map<std::string, std::string> names;
        std::string methods;  // what the address takes ("GET, POST"); empty: no such address
    };
    Match find(std::string_view method, std::string_view path) const;

private:
    std::vector<Route> routes_;
};

}  // namespace naskah::service
