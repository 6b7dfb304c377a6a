// The one exception of Naskah, and the problem, its unit of speech to a user.
#pragma once

#include <exception>
#include <string>
#include <vector>

namespace naskah {

// One thing that is wrong. `what` says what, `where` names the place (a field path such as "petugas[2].nip",
// "letter.mustache:14", a file), `remedy` says what to do. Indonesian for what a clerk did. Never holds a
// key, a passphrase or a NIK. `where` and `remedy` may be empty.
struct Problem {
    std::string what;
    std::string where;
    std::string remedy;
    bool operator==(const Problem&) const = default;
};

// "where: what. remedy", on one line.
std::string to_string(const Problem& problem);

// Why something could not be done. The values are the exit codes of the command (sysexits.h).
enum class Code {
    usage = 64,         // the command was called wrongly
    data = 65,          // what the user gave cannot be used
    outside = 69,       // something outside did not answer
    internal = 70,      // our fault
    cannot_write = 73,  // disk full, read-only, no permission
    // Something outside may have done it or not: look before asking again, and never by a machine alone
    unknown = 76,
    forbidden = 77,  // this person may not do that, or not now
};

// "Could not do it." A "no" is a value instead: verify returns a report, parse an optional, check a list.
class Error final : public std::exception {
public:
    Error(Code code, std::string what, std::string where = {}, std::string remedy = {});
    Error(Code code, std::vector<Problem> problems);  // at least one

    Code code() const noexcept { return code_; }
    const std::vector<Problem>& problems() const noexcept { return problems_; }
    const char* what() const noexcept override { return text_.c_str(); }  // all problems, one a line

private:
    Code code_;
    std::vector<Problem> problems_;
    std::string text_;
};

}  // namespace naskah
