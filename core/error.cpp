#include "core/error.h"

#include <utility>

namespace naskah {
namespace {

// Control characters become blanks, so that a problem stays one line and a hostile text cannot drive a
// terminal.
void append_line(std::string& line, const std::string& text) {
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        line += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
}

std::string join(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) {
        if (!text.empty()) text += '\n';
        text += to_string(problem);
    }
    return text;
}

}  // namespace

std::string to_string(const Problem& problem) {
    std::string line;
    append_line(line, problem.where);
    if (!line.empty()) line += ": ";
    append_line(line, problem.what);
    if (!problem.remedy.empty()) {
        if (!line.empty() && line.back() != '.' && line.back() != '!' && line.back() != '?') line += '.';
        line += ' ';
        append_line(line, problem.remedy);
    }
    return line;
}

Error::Error(Code code, std::string what, std::string where, std::string remedy)
    : Error(code, std::vector<Problem>{{std::move(what), std::move(where), std::move(remedy)}}) {}

Error::Error(Code code, std::vector<Problem> problems)
    : code_(code), problems_(std::move(problems)), text_(join(problems_)) {}

}  // namespace naskah
