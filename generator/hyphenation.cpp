#include "generator/hyphenation.h"

#include <hyphen.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace naskah::generator {
namespace {

constexpr const char* file = "/usr/share/hyphen/hyph_id_ID.dic";
constexpr std::size_t shortest = 9, longest = 60, margin = 3;

struct Free {
    void operator()(HyphenDict* dictionary) const { hnj_hyphen_free(dictionary); }
};
struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
};

// The file without patterns that it repeats: libhyphen would lose the memory of the earlier one. The last
// counts.
std::string read_patterns() {
    std::error_code none;
    if (!std::filesystem::exists(file, none))
        throw Error(Code::outside, "pola pemenggalan kata bahasa Indonesia tidak ditemukan", file,
                    "Pasang paket Debian hyphen-id");
    std::vector<std::string> lines;
    std::unordered_map<std::string, std::size_t> seen;
    std::istringstream stream(read_text(file));
    for (std::string line; std::getline(stream, line);) {
        line = trim(line);
        std::string letters;
        std::copy_if(line.begin(), line.end(), std::back_inserter(letters),
                     [](char c) { return c < '0' || c > '9'; });
        const auto [place, fresh] = seen.emplace(letters, lines.size());
        if (!fresh) lines[place->second].clear();
        place->second = lines.size();
        lines.push_back(std::move(line));
    }
    std::string out;
    for (const std::string& line : lines)
        if (!line.empty()) out += line + "\n";
    return out;
}

// libhyphen only reads the dictionary after loading, so all threads share one.
HyphenDict& dictionary() {
    static const std::unique_ptr<HyphenDict, Free> loaded = [] {
        std::string text = read_patterns();
        const std::unique_ptr<std::FILE, Close> memory(fmemopen(text.data(), text.size(), "r"));
        std::unique_ptr<HyphenDict, Free> dictionary(memory ? hnj_hyphen_load_file(memory.get()) : nullptr);
        if (!dictionary)
            throw Error(Code::outside, "pola pemenggalan kata tidak dapat dibaca", file,
                        "Pasang ulang paket Debian hyphen-id");
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
