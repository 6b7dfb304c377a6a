#include "core/text.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/identity.h"

using namespace naskah;
using namespace std::string_literals;

TEST_CASE("every code point is written and read back, and its encoding is well formed") {
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        std::string text;
        append_utf8(text, c);
        std::size_t at = 0;
        if (first_bad_utf8(text) || next_code_point(text, at) != c || at != text.size())
            FAIL(code_point_name(c));
        // Cut anywhere, it is not.
        for (std::size_t size = 1; size < text.size(); ++size) {
            if (first_bad_utf8(std::string_view(text).substr(0, size)) != 0u) FAIL(code_point_name(c));
        }
    }
}

TEST_CASE("malformed UTF-8 is found at its first byte") {
    struct Row {
        std::string text;
        std::size_t offset;
    };
    const Row rows[] = {
        {"abc\x80", 3},          {"\xC3\xA9\xC3", 2},
        {"\xC0\x80", 0},                                   // overlong NUL
        {"\xC1\xBF", 0},         {"\xE0\x9F\xBF", 0},      // overlong
        {"\xF0\x8F\xBF\xBF", 0}, {"\xED\xA0\x80", 0},      // surrogate
        {"a\xED\xBF\xBF", 1},    {"\xF4\x90\x80\x80", 0},  // U+110000
        {"\xF5\x80\x80\x80", 0}, {"\xFF", 0},
        {"ab\xE2\x82", 2},       {"ab\xE2\x82zz", 2},
        {"caf\xE9", 3},  // Latin-1
    };
    for (const Row& row : rows) {
        CHECK(first_bad_utf8(row.text) == row.offset);
        std::size_t at = row.offset;  // reading it nevertheless gives the replacement and goes on
        CHECK(next_code_point(row.text, at) == 0xFFFD);
        CHECK(at == row.offset + 1);
    }
    CHECK_FALSE(first_bad_utf8(""));
    CHECK_FALSE(first_bad_utf8("Kal\0tim"s));
    CHECK_FALSE(first_bad_utf8("\xF4\x8F\xBF\xBF"));
}

TEST_CASE("a hostile text is shown without what nobody sees, on one line") {
    CHECK(visible("Kalimantan Timur – café") == "Kalimantan Timur – café");
    CHECK(visible("a\nb\x1b[31m\x7f") == "a?b?[31m?");
    CHECK(visible("\xFF\xC3") == "??");
    CHECK(visible("SAH\xE2\x80\xAE KADIT\xC2\x9B") == "SAH? KADIT?");
    CHECK(visible(std::string(1000, 'a')) == std::string(200, 'a') + "…");
    CHECK(visible("") == "");
}

TEST_CASE("letters of Latin-1 and Latin Extended-A have their capitals, others stay") {
    CHECK(to_upper("pencabutan izin, pasal 61 ayat (1)") == "PENCABUTAN IZIN, PASAL 61 AYAT (1)");
    CHECK(to_upper("éçøÿñ÷×ß") == "ÉÇØŸÑ÷×ß");
    CHECK(to_upper("āăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĳĵķ") == "ĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶ");
    CHECK(to_upper("ĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżž") == "ĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŹŻŽ");
    CHECK(to_upper("ıſĸŉ") == "ISĸŉ");
    CHECK(to_upper("ЖжΩω😀") == "ЖжΩω😀");
    CHECK(to_upper(to_upper("āž")) == "ĀŽ");
}

TEST_CASE("code points have the names that messages use") {
    CHECK(code_point_name('A') == "U+0041");
    CHECK(code_point_name(0x2026) == "U+2026");
    CHECK(code_point_name(0x1F600) == "U+1F600");
    CHECK(code_point_name(0x10FFFF) == "U+10FFFF");
}

TEST_CASE("blanks go from both ends only") {
    CHECK(trim("  a b\t\n") == "a b");
    CHECK(trim("") == "");
    CHECK(trim(" \r\n\t\v\f") == "");
    CHECK(trim("\xC2\xA0x") == "\xC2\xA0x");
}

TEST_CASE("a NIP is 18 digits of a birth, an appointment, a sex and a number") {
    CHECK(to_string(parse_nip("198001012005011001").value()) == "19800101 200501 1 001");
    CHECK(parse_nip("19800101 200501 1 001") == parse_nip("198001012005011001"));
    CHECK(parse_nip("199001012022212005"));  // contract staff (PPPK): contract 21 in place of a month
    for (const char* text :
         {"", "19800101 200501 1 00", "19800101 200501 1 0011", "19800231 200501 1 001",
          "19801301 200501 1 001", "19800101 200513 1 001", "19800101 200500 1 001", "19800101 200501 3 001",
          "19800101 200501 0 001", "1980010120050110O1", "19800101 197901 1 001", "19800101-200501-1-001",
          "19800101\t200501 1 001", "19800101 300501 1 001"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_nip(text));
    }
}

TEST_CASE("a NIB is 13 digits") {
    CHECK(to_string(parse_nib("9120001234567").value()) == "9120001234567");
    CHECK(parse_nib("0220000000001"));
    for (const char* text :
         {"", "912000123456", "91200012345678", "912000123456x", " 9120001234567", "91200 01234567"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_nib(text));
    }
}

TEST_CASE("a problem is said on one line: where, what, remedy") {
    CHECK(to_string(Problem{"tidak ada", "petugas[2].nip", "Isi NIP."}) ==
          "petugas[2].nip: tidak ada. Isi NIP.");
    CHECK(to_string(Problem{"tidak ada", "", ""}) == "tidak ada");
    CHECK(to_string(Problem{"Sudah ada.", "", "Hapus."}) == "Sudah ada. Hapus.");
    CHECK(to_string(Problem{"dua\nbaris\x1B[31m", "berkas\r", ""}) == "berkas : dua baris [31m");
}

TEST_CASE("an error keeps its code and says all its problems, one a line") {
    const Error one(Code::cannot_write, "disk penuh", "out.pdf", "Kosongkan disk.");
    CHECK(static_cast<int>(one.code()) == 73);
    CHECK(one.what() == "out.pdf: disk penuh. Kosongkan disk."s);
    const Error two(Code::data, {{"satu", "a", ""}, {"dua", "b", ""}});
    CHECK(two.what() == "a: satu\nb: dua"s);
    CHECK(two.problems().size() == 2);
}
