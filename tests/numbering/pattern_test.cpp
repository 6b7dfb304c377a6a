#include "numbering/pattern.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <set>

using naskah::Error;
using naskah::numbering::Parts;
using naskah::numbering::Pattern;

namespace {

struct Known {
    const char* pattern;
    Parts parts;
    const char* number;
};

// Numbers that stand on letters, and the parts they are made of.
const Known known_numbers[] = {
    {"{kode}/{urut:03}/{unit}-{bidang}/{romawi}/{tahun}",
     {.kode = "067", .urut = 1, .unit = "DPMPTSP", .bidang = "DALAK", .bulan = 11, .tahun = 2022},
     "067/001/DPMPTSP-DALAK/XI/2022"},
    {"{kode}/{urut:03}/{unit}-{romawi}/{tahun}",
     {.kode = "503", .urut = 268, .unit = "DPMPTSP", .bulan = 3, .tahun = 2014},
     "503/268/DPMPTSP-III/2014"},
    {"{kode}/{urut:03}/{unit}-{bidang}/{tahun}",
     {.kode = "503", .urut = 268, .unit = "DPMPTSP", .bidang = "III", .tahun = 2014},
     "503/268/DPMPTSP-III/2014"},
    {"{kode}/{urut:04}/{unit}/{bulan:02}/{tahun}",
     {.kode = "500.16.7.4", .urut = 1, .unit = "433.114", .bulan = 4, .tahun = 2026},
     "500.16.7.4/0001/433.114/04/2026"},
    {"{kode}/{urut:03}/{unit}-{bidang}/{romawi}/{tahun}",
     {.kode = "800.1.11.1", .urut = 147, .unit = "DPMPTSP", .bidang = "DALAK", .bulan = 4, .tahun = 2026},
     "800.1.11.1/147/DPMPTSP-DALAK/IV/2026"},
    {"{sifat}{urut}/{kode}/{unit}/{tahun}",
     {.sifat = "B/", .kode = "800.1.11.1", .urut = 1, .unit = "UM", .tahun = 2026},
     "B/1/800.1.11.1/UM/2026"},
    {"{sifat}{kode}/{urut}/{unit}/{tahun}",
     {.sifat = "T-", .kode = "500.16.7.2", .urut = 1885, .unit = "DPMPTSP.03", .tahun = 2025},
     "T-500.16.7.2/1885/DPMPTSP.03/2025"},
    {"{sifat}{kode}/{urut:03}/{unit}/{tahun}",
     {.sifat = "SR/", .kode = "700", .urut = 9, .unit = "DPMPTSP", .tahun = 2026},
     "SR/700/009/DPMPTSP/2026"},
    {"{sifat}{kode}/{urut:03}/{unit}/{tahun}",
     {.kode = "700", .urut = 12345, .unit = "DPMPTSP", .tahun = 2026},
     "700/12345/DPMPTSP/2026"},
    {"188.4/{urut}/DPMPTSP/{tahun}", {.urut = 7, .tahun = 2026}, "188.4/7/DPMPTSP/2026"},
    {"{kode}/{urut:03}{sisipan}/{unit}/{tahun}",
     {.kode = "005", .urut = 12, .sisipan = ".A", .unit = "DPMPTSP", .tahun = 2026},
     "005/012.A/DPMPTSP/2026"},
    {"{kode}/{urut:03}{sisipan}/{unit}/{tahun}",
     {.kode = "005", .urut = 123, .sisipan = "a", .unit = "DPMPTSP", .tahun = 2026},
     "005/123a/DPMPTSP/2026"},
    {"{kode}/{urut:03}{sisipan}/{unit}/{tahun}",
     {.kode = "005", .urut = 5, .sisipan = ".01", .unit = "DPMPTSP", .tahun = 2026},
     "005/005.01/DPMPTSP/2026"},
    {"{kode}/{urut:03}{sisipan}/{unit}/{tahun}",
     {.kode = "00.1.1", .urut = 5, .unit = "DPMPTSP", .tahun = 2026},
     "00.1.1/005/DPMPTSP/2026"},
    {"{urut}/{unit}/{bulan}/{tahun}",
     {.urut = 10, .unit = "Bidang Pengendalian", .bulan = 12, .tahun = 1999},
     "10/Bidang Pengendalian/12/1999"},
};

}  // namespace

TEST_CASE("the numbers of real letters print from their parts and read back to them") {
    for (const Known& known : known_numbers) {
        CAPTURE(known.pattern, known.number);
        const Pattern pattern = Pattern::parse(known.pattern);
        CHECK(pattern.print(known.parts) == known.number);
        CHECK(pattern.read(known.number) == known.parts);
        CHECK(pattern.text() == known.pattern);
    }
}

TEST_CASE("a pattern that could give one number twice, or that no reader could take apart, is refused") {
    struct Row {
        const char* pattern;
        const char* position;  // of the first complaint, counted from 1
    };
    const Row rows[] = {
        {"", "huruf ke-1"},
        {"{kode}/{tahun}", "huruf ke-15"},         // no urut
        {"{kode}/{urut}", "huruf ke-14"},          // no tahun: the series starts anew each year
        {"{nomor}/{urut}/{tahun}", "huruf ke-1"},  // unknown part
        {"{urut}/{Tahun}/{tahun}", "huruf ke-8"},  // names are exact
        {"{urut}/{}/{tahun}", "huruf ke-8"},
        {"{urut}/{urut}/{tahun}", "huruf ke-8"},
        {"{urut}/{romawi}/{bulan}/{tahun}", "huruf ke-17"},  // two months
        {"{urut:3}/{tahun}", "huruf ke-1"},
        {"{urut:00}/{tahun}", "huruf ke-1"},
        {"{urut:012}/{tahun}", "huruf ke-1"},
        {"{urut:0x}/{tahun}", "huruf ke-1"},
        {"{urut:}/{tahun}", "huruf ke-1"},
        {"{urut}/{tahun:04}", "huruf ke-8"},
        {"{kode:03}/{urut}/{tahun}", "huruf ke-1"},
        {"{urut}{tahun}", "huruf ke-7"},  // 12026: the first of 2026, or 12 of 026?
        {"{urut}{bulan}/{tahun}", "huruf ke-7"},
        {"{kode}{urut}/{tahun}", "huruf ke-7"},
        {"{unit}{bidang}/{urut}/{tahun}", "huruf ke-7"},
        {"{urut}{sisipan}{unit}/{tahun}", "huruf ke-16"},
        {"{urut}1/{tahun}", "huruf ke-7"},
        {"{romawi}I/{urut}/{tahun}", "huruf ke-9"},
        {"{urut}{sisipan}1/{tahun}", "huruf ke-16"},  // 5 without an insertion would print as 51
        {"{urut}/{tahun", "huruf ke-8"},
        {"{urut}/tahun}", "huruf ke-13"},
        {"{urut}/\n{tahun}", "huruf ke-8"},
        {"{urut}/\xC3\xA9/{tahun}", "huruf ke-8"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.pattern);
        try {
            Pattern::parse(row.pattern);
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.code() == naskah::Code::data);
            CHECK_THAT(error.problems().front().where, Catch::EndsWith(row.position));
            CHECK_FALSE(error.problems().front().remedy.empty());
        }
    }
}

TEST_CASE("every fault of a pattern is named at once") {
    try {
        Pattern::parse("{nomor}/{kode:9}/{bidang}{unit}");
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.problems().size() == 5);  // unknown, width, no urut, no tahun, no border
    }
}

TEST_CASE("parts that would spoil the number are refused, each by its name") {
    const Pattern pattern =
        Pattern::parse("{sifat}{kode}/{urut:03}{sisipan}/{unit}-{bidang}/{romawi}/{tahun}");
    const Parts good{
        .kode = "503", .urut = 1, .unit = "DPMPTSP", .bidang = "DALAK", .bulan = 1, .tahun = 2026};
    REQUIRE(pattern.print(good) == "503/001/DPMPTSP-DALAK/I/2026");
    struct Row {
        const char* part;
        void (*spoil)(Parts&);
    };
    const Row rows[] = {
        {"{kode}", [](Parts& p) { p.kode = ""; }},
        {"{kode}", [](Parts& p) { p.kode = "503/1"; }},
        {"{kode}", [](Parts& p) { p.kode = " 503"; }},
        {"{kode}", [](Parts& p) { p.kode = "503\n"; }},
        {"{kode}", [](Parts& p) { p.kode = "{503}"; }},
        {"{kode}", [](Parts& p) { p.kode = "caf\xC3\xA9"; }},
        {"{sifat}", [](Parts& p) { p.kode = "SR-5"; }},  // would read as the prefix SR- before 5
        {"{sifat}", [](Parts& p) { p.kode = "B"; }},     // "B/001/..." would read as the prefix B/
        {"{sifat}", [](Parts& p) { p.sifat = "X/"; }},
        {"{sifat}", [](Parts& p) { p.sifat = "B"; }},
        {"{urut}", [](Parts& p) { p.urut = 0; }},
        {"{urut}", [](Parts& p) { p.urut = -1; }},
        {"{urut}", [](Parts& p) { p.urut = 1'000'000'000; }},
        {"{sisipan}", [](Parts& p) { p.sisipan = "1"; }},
        {"{sisipan}", [](Parts& p) { p.sisipan = "/A"; }},
        {"{unit}", [](Parts& p) { p.unit = "DPM-PTSP"; }},  // where would bidang begin?
        {"{unit}", [](Parts& p) { p.unit = std::string(300, 'x') + "-"; }},
        {"{bidang}", [](Parts& p) { p.bidang = ""; }},
        {"{romawi}", [](Parts& p) { p.bulan = 0; }},
        {"{romawi}", [](Parts& p) { p.bulan = 13; }},
        {"{tahun}", [](Parts& p) { p.tahun = 0; }},
        {"{tahun}", [](Parts& p) { p.tahun = 20260; }},
    };
    for (const Row& row : rows) {
        Parts parts = good;
        row.spoil(parts);
        CAPTURE(row.part, parts.kode, parts.sifat, parts.urut);
        try {
            pattern.print(parts);
            FAIL("printed");
        } catch (const Error& error) {
            CHECK_THAT(error.what(), Catch::Contains(row.part));
        }
    }
    Parts long_unit = good;
    long_unit.unit = std::string(300, 'x');
    CHECK_THROWS_AS(pattern.print(long_unit), Error);
}

TEST_CASE("a text that the pattern did not print is not one of its numbers") {
    const Pattern pattern = Pattern::parse("{sifat}{kode}/{urut:03}{sisipan}/{unit}/{romawi}/{tahun}");
    REQUIRE(pattern.read("503/001/DPMPTSP/XI/2022"));
    for (const char* text : {
             "",
             "503",
             "503/01/DPMPTSP/XI/2022",
             "503/0001/DPMPTSP/XI/2022",
             "503/000/DPMPTSP/XI/2022",
             "503/001/DPMPTSP/XI/22",
             "503/001/DPMPTSP/XI/02022",
             "503/001/DPMPTSP/XIII/2022",
             "503/001/DPMPTSP/IIII/2022",
             "503/001/DPMPTSP/xi/2022",
             "503/001/DPMPTSP//2022",
             "503/001//XI/2022",
             "/001/DPMPTSP/XI/2022",
             "503/001/DPMPTSP/XI/2022 ",
             " 503/001/DPMPTSP/XI/2022",
             "503/001/DPMPTSP/XI/2022/",
             "503/1234567890/DPMPTSP/XI/2022",
             "503/99999999999999999999/DPMPTSP/XI/2022",
             "503/-01/DPMPTSP/XI/2022",
             "X/503/001/DPMPTSP/XI/2022",
             "B/B/503/001/DPMPTSP/XI/2022",
         }) {
        CAPTURE(text);
        CHECK_FALSE(pattern.read(text));
    }
    CHECK_FALSE(pattern.read(std::string(1 << 20, '1')));
}

TEST_CASE("random parts come back from the number, and different parts give different numbers") {
    std::mt19937 random(20260326);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const auto word = [&](std::string_view letters) {
        std::string text;
        for (int i = below(4) + 1; i > 0; --i)
            text += letters[static_cast<std::size_t>(below(static_cast<int>(letters.size())))];
        return text;
    };
    for (const char* text : {"{sifat}{kode}/{urut:03}{sisipan}/{unit}-{bidang}/{romawi}/{tahun}",
                             "{tahun}-{bulan:02}-{urut}{sisipan}/{sifat}{unit}.{kode} {bidang}",
                             "No. {urut:09} ({romawi}) {tahun}/{kode}"}) {
        const Pattern pattern = Pattern::parse(text);
        std::set<std::string> numbers;
        int printed = 0;
        for (int round = 0; round < 20'000; ++round) {
            Parts parts{.sifat = std::array{"", "B/", "T-", "SR/", "R-"}[static_cast<std::size_t>(below(5))],
                        .kode = word("0123456789.BT-"),
                        .urut = below(3) == 0 ? below(999'999'999) + 1 : below(1200) + 1,
                        .sisipan = below(2) == 0 ? "" : word(".-aA1"),
                        .unit = word("DPMTSR.1-"),
                        .bidang = word("DALKIVX"),
                        .bulan = below(12) + 1,
                        .tahun = 1900 + below(1100)};
            std::string number;
            try {
                number = pattern.print(parts);
            } catch (const Error&) {
                continue;
            }
            ++printed;
            const std::optional<Parts> read = pattern.read(number);
            REQUIRE(read);
            CAPTURE(number, parts.kode, parts.unit);
            // What the pattern does not use does not come back.
            const auto uses = [&](const char* part) {
                return std::string_view(text).find(part) != std::string_view::npos;
            };
            if (!uses("{sifat}")) parts.sifat.clear();
            if (!uses("{sisipan}")) parts.sisipan.clear();
            if (!uses("{unit}")) parts.unit.clear();
            if (!uses("{bidang}")) parts.bidang.clear();
            REQUIRE(*read == parts);
            REQUIRE(pattern.print(*read) == number);
        }
        CHECK(printed > 2'000);
    }
}

TEST_CASE("whatever pattern an office writes, a number that it prints is read back to its parts") {
    std::mt19937 random(11);
    const auto pick = [&](const auto& choices) { return choices[random() % std::size(choices)]; };
    const std::vector<std::string> fields = {"{sifat}",   "{kode}",     "{urut}",   "{urut:02}",
                                             "{sisipan}", "{unit}",     "{bidang}", "{romawi}",
                                             "{bulan}",   "{bulan:02}", "{tahun}"};
    const std::vector<std::string> literals = {"/", "-", ".", " ", "1", "I", "X/", "B/", "A", ""};
    const std::vector<std::string> prefixes = {"", "", "B/", "SR-", "T/"};
    const std::vector<std::string> insertions = {"", "", ".A", "a", ".1", "-2", "I"};
    const std::vector<std::string> words = {"503", "DPM", "4.1", "B-1", "I", "XI", "A1", "SR", "1"};
    int patterns = 0;
    int printed = 0;
    for (int round = 0; round < 60'000; ++round) {
        std::vector<std::string> chosen = {"{urut}", "{tahun}"};
        while (chosen.size() < 5) chosen.push_back(pick(fields));
        std::shuffle(chosen.begin(), chosen.end(), random);
        std::string text;
        for (const std::string& field : chosen) text += pick(literals) + field;
        text += pick(literals);
        std::optional<Pattern> pattern;
        try {
            pattern = Pattern::parse(text);
        } catch (const Error&) {
            continue;
        }
        ++patterns;
        for (int i = 0; i < 8; ++i) {
            const auto used = [&](const char* part, const std::string& value) {
                return text.find(part) == std::string::npos ? std::string() : value;
            };
            const Parts parts{.sifat = used("{sifat", pick(prefixes)),
                              .kode = used("{kode", pick(words)),
                              .urut = static_cast<int>(random() % 120 + 1),
                              .sisipan = used("{sisipan", pick(insertions)),
                              .unit = used("{unit", pick(words)),
                              .bidang = used("{bidang", pick(words)),
                              .bulan = (used("{romawi", "x") + used("{bulan", "x")).empty()
                                           ? 0
                                           : static_cast<int>(random() % 12 + 1),
                              .tahun = 2026};
            std::string number;
            try {
                number = pattern->print(parts);
            } catch (const Error&) {
                continue;
            }
            ++printed;
            CAPTURE(text, number);
            const std::optional<Parts> read = pattern->read(number);
            REQUIRE(read);
            REQUIRE(*read == parts);
        }
    }
    CHECK(patterns > 1'000);
    CHECK(printed > 3'000);
}

TEST_CASE("whatever text is read as a number prints as that very text") {
    std::mt19937 random(7);
    const Pattern pattern = Pattern::parse("{sifat}{kode}/{urut:02}{sisipan}/{unit}/{romawi}/{tahun}");
    const std::string base = "B/503.1/07.A/DPMPTSP/XI/2022";
    const std::string_view letters = "0123456789/.-ABTRSIVX ";
    int read_back = 0;
    for (int round = 0; round < 100'000; ++round) {
        std::string text = base;
        for (auto edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
            const std::size_t at = random() % text.size();
            const char letter = letters[random() % letters.size()];
            switch (random() % 3) {
                case 0: text[at] = letter; break;
                case 1: text.insert(at, 1, letter); break;
                default: text.erase(at, 1);
            }
        }
        if (const auto parts = pattern.read(text)) {
            ++read_back;
            REQUIRE(pattern.print(*parts) == text);
        }
    }
    CHECK(read_back > 10'000);
}
