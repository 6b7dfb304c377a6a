// A template's text cut into tokens: partials put in their places, names and pipes read, every start tag told
// its line.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/pipes.h"

namespace naskah::generator {

struct Token {
    enum class Type { text, value, open, open_unless, close } type = Type::text;
    std::string text;               // of a text: the markup; of others: name and pipes as written
    std::string where;              // "surat-perintah-tugas/letter.mustache:14"
    std::vector<std::string> path;  // of a name: its parts; "." and "@nomor" are one part
    std::vector<Pipe> pipes;
    std::size_t partner = 0;  // of an open or close: the index of the other
};

// Markup: each start tag gains the attribute _l, white space folds to one blank (the markup folds it anyway).
// Plain and page: text stays as it is.
enum class Source { markup, plain, page };

// Throws Error(data) with file and line: triple braces, unescaped names, changed delimiters, a partial that
// is missing or includes itself, a section that is not closed, a name or pipe that is none.
std::vector<Token> read_template(std::string_view text, const std::string& name, Source source,
                                 const std::vector<std::filesystem::path>& folders,
                                 const std::function<std::string(const std::string&)>& translate = {});

}  // namespace naskah::generator
