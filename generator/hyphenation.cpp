#include "generator/hyphenation.h"

#include <hyphen.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "core/error.h"

namespace naskah::generator {
namespace {

constexpr const char* patterns = "/usr/share/hyphen/hyph_id_ID.dic";
constexpr std::size_t shortest = 9, longest = 60, margin = 3;

struct Free {
    void operator()(HyphenDict* dictionary) const { hnj_hyphen_free(dictionary); }
};

// libhyphen only reads the dictionary after loading, so all threads share one.
HyphenDict& dictionary() {
    static const std::unique_ptr<HyphenDict, Free> loaded = [] {
        std::unique_ptr<HyphenDict, Free> dictionary(hnj_hyphen_load(patterns));
        if (!dictionary)
            throw Error(Code::outside, "pola pemenggalan kata bahasa Indonesia tidak ditemukan", patterns,
                        "Pasang paket Debian hyphen-id");
        return dictionary;
    }();
    return *loaded;
}

bool ends_with(std::string_view word, std::string_view end) {
    return word.size() >= end.size() && word.substr(word.size() - end.size()) == end;
}

bool starts_with(std::string_view word, std::string_view start) {
    return word.substr(0, start.size()) == start;
}

// Penanaman, Keputusan, Administrasi: words of the law, which letters write with a capital but which are no
// names.
bool built_like_a_noun(std::string_view word) {
    if ((starts_with(word, "pe") || starts_with(word, "ke")) && ends_with(word, "an")) return true;
    return ends_with(word, "asi") || ends_with(word, "isi") || ends_with(word, "usi");
}

// Words that begin with di- by chance.
bool passive(std::string_view word) {
    constexpr std::array<std::string_view, 14> roots{"diag", "dial", "diamet", "dieks", "digi",
                                                     "dikt", "dina", "dinas",  "dipl",  "dire",
                                                     "disi", "disk", "dist",   "divi"};
    return word.size() >= 8 && starts_with(word, "di") &&
           std::none_of(roots.begin(), roots.end(),
                        [&](std::string_view root) { return starts_with(word, root); });
}

}  // namespace

void hyphenate(std::string_view word, std::vector<std::size_t>& breaks) {
    if (word.size() < 8 || word.size() > longest) return;
    std::array<char, longest> lower{};
    bool capital = false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        const char c = word[i];
        capital = capital || (c >= 'A' && c <= 'Z');
        lower[i] = (c >= 'A' && c <= 'Z') ? static_cast<char>(c + ('a' - 'A')) : c;
        if (lower[i] < 'a' || lower[i] > 'z') return;
    }
    const std::string_view small(lower.data(), word.size());
    if (capital && !built_like_a_noun(small)) return;
    const bool prefixed = passive(small);
    if (prefixed) breaks.push_back(2);
    if (word.size() < shortest) return;

    std::array<char, longest + 6> marks{};
    char** replacements = nullptr;
    int* positions = nullptr;
    int* cuts = nullptr;
    if (hnj_hyphen_hyphenate2(&dictionary(), lower.data(), static_cast<int>(word.size()), marks.data(),
                              nullptr, &replacements, &positions, &cuts) != 0)
        return;
    // The Indonesian patterns have no replacements, so there is nothing to free. Mark i odd: may break behind
    // letter i.
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
        const std::size_t at = i + 1;
        if (prefixed && at == margin) continue;  // "diu-mumkan" would tear the root
        if ((marks[i] & 1) && at >= margin && word.size() - at >= margin) breaks.push_back(at);
    }
}

}  // namespace naskah::generator
