#include "generator/specimen.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/text.h"
#include "generator/demands.h"
#include "generator/template_names.h"

namespace naskah::generator {
namespace {

constexpr std::size_t longest_unbounded = 1'000, most_items = 60, few_items = 3;
constexpr std::size_t most_text = 60'000;  // of one specimen: enough for thirty pages
constexpr int deepest = 12;

class Maker {
public:
    Maker(const Package& package, Amount amount, std::uint64_t seed, Date day)
        : package_(package), amount_(amount), random_(seed), day_(day) {
        find_pictures(package.schema(), package.example(), 0);
        find_places();
    }

    Json make() { return value(Demands(package_.schema(), Json::object()), "", 0); }

private:
    std::size_t between(std::size_t low, std::size_t high) {
        // By hand: the distributions of the library differ from one to the next.
        return low + (high > low ? static_cast<std::size_t>(random_() % (high - low + 1)) : 0);
    }
    bool sometimes() { return random_() % 2 == 0; }

    void find_pictures(const Json& there, const Json& data, int depth) {
        const Json& schema = resolved(there, package_.schema());
        if (!schema.is_object() || depth > deepest) return;
        if (data.is_string() && schema.value("format", "") == "gambar")
            pictures_.push_back(data.get<std::string>());
        if (data.is_array() && schema.contains("items"))
            for (const Json& item : data) find_pictures(schema.at("items"), item, depth + 1);
        if (data.is_object() && schema.contains("properties"))
            for (const auto& [name, part] : data.items())
                if (schema.at("properties").contains(name))
                    find_pictures(schema.at("properties").at(name), part, depth + 1);
    }

    // Fields that hold places in a list: about.json's rule "tempat_ada".
    void find_places() {
        for (const Json& rule : package_.about().at("aturan"))
            if (rule.value("aturan", "") == "tempat_ada")
                places_.push_back({rule.value("field", ""), rule.value("daftar", "")});
    }

    Json value(const Demands& demands, const std::string& path, int depth) {
        const Json& schema = demands.own();
        if (schema.contains("const")) return schema.at("const");
        if (schema.contains("enum")) {
            const Json& choices = schema.at("enum");
            return amount_ == Amount::least ? choices.at(0) : choices.at(between(0, choices.size() - 1));
        }
        const std::string type = demands.type();
        if (type == "object") return object(demands, path, depth);
        if (type == "array") return list(demands, path, depth);
        if (type == "boolean") return amount_ == Amount::least ? false : sometimes();
        if (type == "integer" || type == "number") return number(schema, path);
        return text(schema);
    }

    // What decides about other fields comes first: choices and truths.
    Json object(const Demands& demands, const std::string& path, int depth) {
        Json made = Json::object();
        const auto properties = demands.own().find("properties");
        if (properties == demands.own().end()) return made;
        const auto deciding = [](const Json& schema) {
            return schema.is_object() && (schema.contains("enum") || schema.contains("const") ||
                                          schema.value("type", "") == "boolean");
        };
        const auto take = [&](const std::string& name, const Json& given, bool first) {
            const Json& schema = resolved(given, package_.schema());
            if (deciding(schema) != first) return;
            const Demands now = demands.of(made);  // what is there by now may ask for more
            const bool needed = now.required(name);
            if (!needed &&
                (amount_ == Amount::least || depth > deepest || (amount_ == Amount::random && sometimes())))
                return;
            made[name] = value(now.member(name, Json()), path.empty() ? name : path + "." + name, depth + 1);
        };
        for (const bool first : {true, false})
            for (const auto& [name, schema] : properties->items()) take(name, schema, first);
        // What begins ends later.
        if (made.contains("mulai") && made.contains("selesai") && made.at("selesai") < made.at("mulai"))
            std::swap(made["mulai"], made["selesai"]);
        return made;
    }

    Json list(const Demands& demands, const std::string& path, int depth) {
        const Json& schema = demands.own();
        const std::size_t least = demands.least_items(), most = schema.value("maxItems", most_items);
        std::size_t count = least;
        if (amount_ == Amount::most) count = std::max(least, std::min(most, few_items));
        if (amount_ == Amount::many)
            count = std::max(least, std::min(most, depth > 1 ? few_items : most_items));
        if (amount_ == Amount::random) count = between(least, std::min(most, least + 6));
        if (spent_ > most_text) count = least;
        Json made = Json::array();
        for (std::size_t tries = 0; made.size() < count && tries < count * 4; ++tries) {
            Json item = value(demands.item(Json()), path + "[]", depth + 1);
            if (schema.value("uniqueItems", false) && std::find(made.begin(), made.end(), item) != made.end())
                continue;
            made.push_back(std::move(item));
        }
        if (!path.empty() && path.find("[]") == std::string::npos) sizes_.push_back({path, made.size()});
        return made;
    }

    Json number(const Json& schema, const std::string& path) {
        double low = schema.value("minimum", schema.value("exclusiveMinimum", -1.0) + 1),
               high = schema.value("maximum", 1e9);
        for (const auto& [field, list] : places_)
            if (field == path)
                for (const auto& [name, size] : sizes_)
                    if (name == list) high = std::min(high, static_cast<double>(size));
        if (high < low) high = low;
        const bool whole = schema.value("type", "") == "integer" || amount_ == Amount::least;
        double any = low;
        if (amount_ == Amount::most) any = high;
        if (amount_ == Amount::many || amount_ == Amount::random)
            any +=
                static_cast<double>(random_() % (static_cast<std::uint64_t>(std::min(high - low, 1e12)) + 1));
        // What is whole is written without a fraction, as people do.
        if (whole || any > 1e9 || any == std::floor(any) || sometimes())
            return static_cast<std::int64_t>(any);
        return any;
    }

    std::string digits(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('0' + random_() % 10);
        return text;
    }

    std::string text(const Json& schema) {
        const std::string format = schema.value("format", "");
        if (format == "date") return to_iso(add_days(day_, static_cast<int>(between(0, 120)) - 60));
        if (format == "time") {
            const std::size_t hour = between(0, 23), minute = between(0, 59);
            return std::string(hour < 10 ? "0" : "") + std::to_string(hour) + (minute < 10 ? ":0" : ":") +
                   std::to_string(minute);
        }
        if (format == "nip") return "19800214200501100" + std::to_string(between(1, 9));
        if (format == "nib") return "9" + digits(12);
        if (format == "nik") return "647201150880000" + std::to_string(between(1, 9));
        if (format == "kbli") return digits(5);
        if (format == "gambar") {
            if (pictures_.empty())
                throw Error(Code::data, "contoh tidak memuat gambar", package_.kind() + "/example.json",
                            "Isi sekurang-kurangnya satu bidang gambar.");
            return pictures_[between(0, pictures_.size() - 1)];
        }
        const std::size_t least = std::max<std::size_t>(schema.value("minLength", 0), 1);
        const std::size_t most = std::max(least, schema.value("maxLength", longest_unbounded));
        std::size_t length = least;
        if (amount_ == Amount::most) length = spent_ > most_text ? std::min<std::size_t>(most, 20) : most;
        if (amount_ == Amount::many) length = std::min<std::size_t>(most, 12);
        if (amount_ == Amount::random)
            length = between(least, random_() % 8 == 0 ? most : std::min<std::size_t>(most, 80));
        length = std::max(length, least);
        spent_ += length;
        return words(length, format == "teks");
    }

    // `length` characters: words of made-up letters, each hardly twice; signs that markup, fonts and breaks
    // must bear; in the longest texts one word without end.
    std::string words(std::size_t length, bool lines) {
        static constexpr const char* signs[] = {"&",     "<b>",  "“kutip”",    "é",  "2 (dua)",
                                                "–",     "\"",   "a/b",        "PT", "Nomor 7",
                                                "{{x}}", "s.d.", "Rp1.000,00", "'",  "½"};
        std::string text;
        std::size_t left = length;
        const std::size_t endless = amount_ == Amount::most && length >= 60 ? 40 : 0;
        while (left > endless) {
            if (!text.empty()) {
                text += lines && random_() % 24 == 0 && text.back() != '\n' ? '\n' : ' ';
                if (--left == endless) break;
            }
            std::string word;
            if (left - endless > 12 && random_() % 9 == 0) {
                word = signs[between(0, std::size(signs) - 1)];
            } else {
                static constexpr char consonants[] = "bcdghjklmnprst", vowels[] = "aeiou";
                const std::size_t pairs = between(1, 5);
                for (std::size_t i = 0; i < pairs; ++i) {
                    word += consonants[random_() % 14];
                    word += vowels[random_() % 5];
                }
            }
            std::size_t count = count_code_points(word);
            while (count > left - endless) {
                word.pop_back();
                while (!word.empty() && first_bad_utf8(word)) word.pop_back();
                count = count_code_points(word);
            }
            if (word.empty()) break;
            text += word;
            left -= count;
        }
        if (endless > 0) text += std::string(left, 'w');
        while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.back() = 'x';
        return text.empty() ? "x" : text;
    }

    static std::size_t count_code_points(std::string_view text) {
        std::size_t count = 0;
        for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
        return count;
    }

    const Package& package_;
    Amount amount_;
    std::mt19937_64 random_;
    Date day_;
    std::vector<std::string> pictures_;
    std::vector<std::pair<std::string, std::string>> places_;
    std::vector<std::pair<std::string, std::size_t>> sizes_;
    std::size_t spent_ = 0;
};

}  // namespace

Json specimen(const Package& package, Amount amount, std::uint64_t seed, Date day) {
    std::vector<Problem> problems;
    for (std::uint64_t attempt = 0; attempt < 20; ++attempt) {
        Json data = Maker(package, amount, seed + attempt * 1'000'003, day).make();
        problems = check(package, data);
        if (problems.empty()) return data;
    }
    for (Problem& problem : problems) problem.where = package.kind() + "/data.schema.json: " + problem.where;
    throw Error(Code::data, std::move(problems));
}

}  // namespace naskah::generator
