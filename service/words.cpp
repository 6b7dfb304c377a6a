#include "service/words.h"

#include <algorithm>
#include <optional>

#include "core/file.h"
#include "core/json.h"

namespace naskah::service {
namespace {

std::vector<std::string> pieces_of(const std::string& text) {
    std::vector<std::string> pieces;
    std::size_t start = 0;
    for (std::size_t at; (at = text.find("{}", start)) != std::string::npos; start = at + 2)
        pieces.push_back(text.substr(start, at - start));
    pieces.push_back(text.substr(start));
    return pieces;
}

// What stands at the {} of a pattern, or nothing if the text is not one of its kind.
std::optional<std::vector<std::string>> match(const std::vector<std::string>& pieces,
                                              const std::string& text) {
    if (!text.starts_with(pieces.front())) return std::nullopt;
    std::vector<std::string> parts;
    std::size_t at = pieces.front().size();
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const bool last = i + 1 == pieces.size();
        std::size_t next = std::string::npos;
        if (last) {
            if (text.size() >= at + pieces[i].size() && text.ends_with(pieces[i]))
                next = text.size() - pieces[i].size();
        } else {
            next = text.find(pieces[i], at);
        }
        if (next == std::string::npos) return std::nullopt;
        parts.push_back(text.substr(at, next - at));
        at = next + pieces[i].size();
    }
    return parts;
}

std::string folded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return out;
}

}  // namespace

std::string to_string(Language language) { return language == Language::english ? "en" : "id"; }

std::string say_date(Language language, Date date) {
    if (language == Language::indonesian) return to_long(date);
    static constexpr const char* months[] = {"January",   "February", "March",    "April",
                                             "May",       "June",     "July",     "August",
                                             "September", "October",  "November", "December"};
    return std::to_string(static_cast<unsigned>(date.day())) + " " +
           months[static_cast<unsigned>(date.month()) - 1] + " " + std::to_string(year_of(date));
}

Words::Words(const std::filesystem::path& english) {
    const std::string name = english.filename().string();
    const Json all = parse_json(read_text(english), name);
    if (!all.is_object()) throw Error(Code::internal, "daftar kata bukan objek JSON", name);
    for (const auto& [indonesian, said] : all.items()) {
        if (!said.is_string()) throw Error(Code::internal, "padanan kata bukan teks: " + indonesian, name);
        if (indonesian.find("{}") == std::string::npos)
            exact_.emplace(indonesian, said.get<std::string>());
        else
            patterns_.push_back({pieces_of(indonesian), said.get<std::string>()});
    }
    // Of two patterns that fit, the one that says more: "Tersimpan pukul {}" before "{} pukul {}".
    const auto length = [](const Pattern& pattern) {
        std::size_t total = 0;
        for (const std::string& piece : pattern.indonesian) total += piece.size();
        return total;
    };
    std::stable_sort(patterns_.begin(), patterns_.end(),
                     [&](const Pattern& a, const Pattern& b) { return length(a) > length(b); });
}

std::string Words::say(Language language, const std::string& indonesian) const {
    if (language == Language::indonesian || indonesian.empty()) return indonesian;
    if (const auto found = exact_.find(indonesian); found != exact_.end()) return found->second;
    for (const Pattern& pattern : patterns_) {
        const auto parts = match(pattern.indonesian, indonesian);
        if (!parts) continue;
        const std::vector<std::string> around = pieces_of(pattern.english);
        std::string said = around.front();
        for (std::size_t i = 1; i < around.size(); ++i)
            said += (i <= parts->size() ? (*parts)[i - 1] : "") + around[i];
        return said;
    }
    return indonesian;
}

Problem Words::say(Language language, const Problem& problem) const {
    return {say(language, problem.what), problem.where, say(language, problem.remedy)};
}

std::string Words::page(Language language, const std::string& text) const {
    std::string out;
    std::size_t start = 0;
    for (std::size_t at; (at = text.find("[[", start)) != std::string::npos;) {
        const std::size_t end = text.find("]]", at);
        if (end == std::string::npos) throw Error(Code::internal, "[[ tidak ditutup dengan ]]", "halaman");
        out.append(text, start, at - start);
        out += say(language, folded(std::string_view(text).substr(at + 2, end - at - 2)));
        start = end + 2;
    }
    return out.append(text, start);
}

bool Words::knows(const std::string& indonesian) const {
    return say(Language::english, indonesian) != indonesian || exact_.contains(indonesian);
}

}  // namespace naskah::service
