#include "service/router.h"

#include <algorithm>

#include "core/error.h"

namespace naskah::service {
namespace {

// One part of a path after the other: "/a/b" has "a" and "b".
std::optional<std::string_view> next_part(std::string_view& path) {
    if (path.empty()) return std::nullopt;
    path.remove_prefix(1);  // the slash
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    return part;
}

bool matches(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& names) {
    names.clear();
    for (;;) {
        const auto wanted = next_part(pattern), given = next_part(path);
        if (!wanted || !given) return !wanted && !given;
        if (wanted->starts_with('{')) {
            if (given->empty()) return false;
            names[std::string(wanted->substr(1, wanted->size() - 2))] = *given;
        } else if (*wanted != *given) {
            return false;
        }
    }
}

}  // namespace

bool Access::allows(const workflow::Person* person) const {
    if (kind == Kind::anyone) return true;
    if (!person || kind == Kind::watchers) return false;  // those are no persons
    return kind == Kind::signed_in ||
           std::any_of(roles.begin(), roles.end(), [&](workflow::Role role) { return person->is(role); });
}

void Router::add(Route route) {
    for (const Route& other : routes_)
        if (other.method == route.method && other.pattern == route.pattern)
            throw Error(Code::internal, "rute ganda", route.method + " " + route.pattern);
    routes_.push_back(std::move(route));
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
    Match match;
    std::map<std::string, std::string> names;
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const Route& route : routes_) {
        if (!path.starts_with('/') || !matches(route.pattern, path, names)) continue;
        if (match.methods.find(route.method) == std::string::npos)
            match.methods +=
                (match.methods.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
        // A literal address wins over one with a name in its place: it stands first in the table.
        if (route.method == wanted && !match.route) {
            match.route = &route;
            match.names = std::move(names);
        }
    }
    return match;
}

}  // namespace naskah::service
