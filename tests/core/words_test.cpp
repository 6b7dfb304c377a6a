#include "core/words.h"

#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <vector>

using namespace naskah;

namespace {

// Reads Indonesian number words back by a grammar of its own, so that terbilang is judged by something that
// shares nothing with it. Returns nothing for words that no Indonesian would write ("satu ratus", "satu
// ribu").
class WordReader {
public:
    static std::optional<std::uint64_t> read(const std::string& text) {
        WordReader reader;
        std::istringstream stream(text);
        for (std::string word; stream >> word;) reader.words_.push_back(word);
        if (text == "nol") return 0;
        std::uint64_t sum = 0;
        const std::pair<const char*, std::uint64_t> scales[] = {{"kuintiliun", 1'000'000'000'000'000'000},
                                                                {"kuadriliun", 1'000'000'000'000'000},
                                                                {"triliun", 1'000'000'000'000},
                                                                {"miliar", 1'000'000'000},
                                                                {"juta", 1'000'000}};
        for (const auto& [name, value] : scales) {
            const std::size_t start = reader.at_;
            const auto hundreds = reader.below_thousand();
            if (hundreds && reader.take(name))
                sum += *hundreds * value;
            else
                reader.at_ = start;
        }
        const std::size_t start = reader.at_;
        if (reader.take("seribu")) {
            sum += 1000;
        } else {
            const auto hundreds = reader.below_thousand();
            if (hundreds && *hundreds != 1 && reader.take("ribu"))
                sum += *hundreds * 1000;
            else
                reader.at_ = start;
        }
        if (reader.at_ < reader.words_.size()) {
            const auto rest = reader.below_thousand();
            if (!rest) return std::nullopt;
            sum += *rest;
        }
        if (reader.at_ != reader.words_.size() || sum == 0) return std::nullopt;
        return sum;
    }

private:
    bool take(const std::string& word) {
        if (at_ == words_.size() || words_[at_] != word) return false;
        ++at_;
        return true;
    }
    std::uint64_t digit() {
        static const std::map<std::string, std::uint64_t> digits = {
            {"satu", 1}, {"dua", 2},   {"tiga", 3},    {"empat", 4},   {"lima", 5},
            {"enam", 6}, {"tujuh", 7}, {"delapan", 8}, {"sembilan", 9}};
        const auto found = at_ < words_.size() ? digits.find(words_[at_]) : digits.end();
        if (found == digits.end()) return 0;
        ++at_;
        return found->second;
    }
    std::optional<std::uint64_t> below_thousand() {
        std::uint64_t sum = 0;
        std::size_t start = at_;
        if (take("seratus"))
            sum = 100;
        else if (const auto d = digit(); d > 1 && take("ratus"))
            sum = d * 100;
        else
            at_ = start;
        start = at_;
        if (take("sepuluh")) return sum + 10;
        if (take("sebelas")) return sum + 11;
        if (const auto d = digit(); d > 0) {
            if (d > 1 && take("belas")) return sum + 10 + d;
            if (d > 1 && take("puluh")) return sum + d * 10 + digit();
            return sum + d;
        }
        at_ = start;
        if (sum == 0) return std::nullopt;
        return sum;
    }

    std::vector<std::string> words_;
    std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("numbers are written in Indonesian words") {
    const std::pair<std::int64_t, const char*> rows[] = {
        {0, "nol"},
        {1, "satu"},
        {9, "sembilan"},
        {10, "sepuluh"},
        {11, "sebelas"},
        {12, "dua belas"},
        {19, "sembilan belas"},
        {20, "dua puluh"},
        {21, "dua puluh satu"},
        {99, "sembilan puluh sembilan"},
        {100, "seratus"},
        {101, "seratus satu"},
        {111, "seratus sebelas"},
        {200, "dua ratus"},
        {999, "sembilan ratus sembilan puluh sembilan"},
        {1'000, "seribu"},
        {1'001, "seribu satu"},
        {1'100, "seribu seratus"},
        {1'999, "seribu sembilan ratus sembilan puluh sembilan"},
        {2'000, "dua ribu"},
        {2'026, "dua ribu dua puluh enam"},
        {10'000, "sepuluh ribu"},
        {11'000, "sebelas ribu"},
        {21'000, "dua puluh satu ribu"},
        {100'000, "seratus ribu"},
        {101'000, "seratus satu ribu"},
        {1'000'000, "satu juta"},
        {1'001'000, "satu juta seribu"},
        {1'250'000, "satu juta dua ratus lima puluh ribu"},
        {1'000'000'000, "satu miliar"},
        {1'000'000'000'000, "satu triliun"},
        {1'000'000'000'000'000, "satu kuadriliun"},
        {-7, "minus tujuh"},
    };
    for (const auto& [number, words] : rows) CHECK(terbilang(number) == words);
}

TEST_CASE("number words read back to the number, for every size") {
    for (std::int64_t number = 0; number <= 120'000; ++number) {
        if (WordReader::read(terbilang(number)) != static_cast<std::uint64_t>(number))
            FAIL(terbilang(number));
    }
    std::mt19937_64 random(1);
    for (int round = 0; round < 50'000; ++round) {
        const auto number = static_cast<std::int64_t>((random() >> 1) >> (random() % 63));
        if (WordReader::read(terbilang(number)) != static_cast<std::uint64_t>(number))
            FAIL(terbilang(number));
        if (number > 0) CHECK(terbilang(-number) == "minus " + terbilang(number));
    }
    const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    CHECK(WordReader::read(terbilang(lowest).substr(6)) == 9'223'372'036'854'775'808u);
}

TEST_CASE("the reader of number words refuses what nobody writes") {
    for (const char* words : {"satu ratus", "satu puluh", "satu belas", "satu ribu", "sejuta",
                              "dua puluh sepuluh", "seribu juta", "", "puluh", "dua ratus ratus"}) {
        CAPTURE(words);
        CHECK_FALSE(WordReader::read(words));
    }
}

TEST_CASE("counts and thousands are grouped with dots") {
    CHECK(with_words(3) == "3 (tiga)");
    CHECK(with_words(12'000) == "12.000 (dua belas ribu)");
    CHECK(thousands(0) == "0");
    CHECK(thousands(999) == "999");
    CHECK(thousands(36'000) == "36.000");
    CHECK(thousands(-1'234'567) == "-1.234.567");
    CHECK(thousands(std::numeric_limits<std::int64_t>::min()) == "-9.223.372.036.854.775.808");
}

TEST_CASE("money is printed to the sen and in words") {
    CHECK(to_string(Rupiah{125'000'000}) == "Rp1.250.000,00");
    CHECK(to_words(Rupiah{125'000'000}) == "satu juta dua ratus lima puluh ribu rupiah");
    CHECK(to_string(Rupiah{5}) == "Rp0,05");
    CHECK(to_words(Rupiah{50}) == "nol rupiah lima puluh sen");
    CHECK(to_words(Rupiah{100'050}) == "seribu rupiah lima puluh sen");
    CHECK(to_string(Rupiah{-150}) == "-Rp1,50");
    CHECK(to_words(Rupiah{-150}) == "minus satu rupiah lima puluh sen");
    CHECK(to_string(Rupiah{std::numeric_limits<std::int64_t>::min()}) == "-Rp92.233.720.368.547.758,08");
}

TEST_CASE("every Roman numeral reads back, and only the canonical one") {
    std::set<std::string> canonical;
    for (int number = 1; number <= 3999; ++number) {
        canonical.insert(to_roman(number));
        if (parse_roman(to_roman(number)) != number) FAIL(number);
    }
    CHECK(canonical.size() == 3999);
    CHECK(to_roman(4) == "IV");
    CHECK(to_roman(2026) == "MMXXVI");
    CHECK(to_roman(0).empty());
    CHECK(to_roman(4000).empty());
    for (const char* text : {"", "IIII", "VX", "IC", "IXI", "VV", "xi", "XI ", "A", "MMMM", "IM"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_roman(text));
    }
    // All short words over the alphabet: exactly the printed ones are numbers.
    const std::string letters = "IVXLCDM";
    std::vector<std::string> words = {""};
    for (std::size_t at = 0; at < words.size() && words[at].size() < 5; ++at) {
        for (char letter : letters) words.push_back(words[at] + letter);
    }
    for (const std::string& word : words) {
        if (parse_roman(word).has_value() != canonical.contains(word)) FAIL(word);
    }
    CHECK_FALSE(parse_roman(std::string(1 << 20, 'M')));
}

TEST_CASE("the decisions of a letter are named in order") {
    const char* names[] = {"KESATU",    "KEDUA",       "KETIGA",      "KEEMPAT",    "KELIMA",
                           "KEENAM",    "KETUJUH",     "KEDELAPAN",   "KESEMBILAN", "KESEPULUH",
                           "KESEBELAS", "KEDUA BELAS", "KETIGA BELAS"};
    for (int n = 1; n <= 13; ++n) CHECK(ordinal_decision(n) == names[n - 1]);
    CHECK(ordinal_decision(20) == "KEDUA PULUH");
    CHECK(ordinal_decision(29) == "KEDUA PULUH SEMBILAN");
    CHECK(ordinal_decision(0).empty());
}

TEST_CASE("the items of a list go on behind z") {
    CHECK(list_letter(1) == "a");
    CHECK(list_letter(26) == "z");
    CHECK(list_letter(27) == "aa");
    CHECK(list_letter(52) == "az");
    CHECK(list_letter(702) == "zz");
    CHECK(list_letter(703) == "aaa");
    CHECK(list_letter(0).empty());
}
