// What pages and errors say, Indonesian first. A page's text stands in it as [[Indonesian]]; web/english.json
// gives the English, by the Indonesian text. An entry may hold {} for parts that change: "Tersimpan pukul
// {}".
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.h"
#include "core/error.h"

namespace naskah::service {

enum class Language { indonesian, english };
std::string to_string(Language language);            // "id", "en": for lang attributes and cookies
std::string say_date(Language language, Date date);  // "26 Maret 2026", "26 March 2026"

class Words {
public:
    // Throws Error(internal) if the file is missing or wrong.
    explicit Words(const std::filesystem::path& english);

    // The text in that language; as it is, where no English is known.
    std::string say(Language language, const std::string& indonesian) const;
    Problem say(Language language, const Problem& problem) const;
    // A page's text with each [[...]] replaced.
    std::string page(Language language, const std::string& text) const;
    // Whether an English text is known: tests ask it of all pages.
    bool knows(const std::string& indonesian) const;

private:
    struct Pattern {
        std::vector<std::string> indonesian;  // the pieces around {}
        std::string english;
    };
    std::map<std::string, std::string, std::less<>> exact_;
    std::vector<Pattern> patterns_;
};

}  // namespace naskah::service
