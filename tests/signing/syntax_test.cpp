// The reader of PDF syntax and the writer of DER, in tables.
#include <catch2/catch.hpp>

#include "core/error.h"
#include "signing/der.h"
#include "signing/pdf_syntax.h"

using namespace naskah;
using namespace naskah::signing;

TEST_CASE("A value ends where PDF says it ends") {
    struct Row {
        std::string text, value;
    };
    for (const auto& row : {
             Row{"12 0 R/B", "12 0 R"},
             Row{"12 0 /B", "12"},
             Row{"12 0 Rx", "12"},
             Row{"12 % 0 R\n0 R ]", "12 % 0 R\n0 R"},
             Row{"-.5]", "-.5"},
             Row{"/Nama(x)", "/Nama"},
             Row{"/ 5", "/"},
             Row{"(a(b)\\)c) 5", "(a(b)\\)c)"},
             Row{"(a\\\\)b)", "(a\\\\)"},
             Row{"<48 65>5", "<48 65>"},
             Row{"[1[2<<>>]](x)", "[1[2<<>>]]"},
             Row{"<</A(>>)%>>\n>>x", "<</A(>>)%>>\n>>"},
             Row{"  \n%x\n true ", "true"},
         }) {
        std::size_t at = 0;
        INFO(row.text);
        CHECK(read_value(row.text, at) == row.value);
    }
    for (const std::string text : {"", "  ", "(abc", "(abc\\", "<abc", "<<", "<</A 1", "[1 2", "[1 >>",
                                   "<< ]", "[1(])>>", ")", "]", ">>", "}", "%"}) {
        INFO(text);
        std::size_t at = 0;
        CHECK_THROWS_AS(read_value(text, at), Error);
    }
}

TEST_CASE("A dictionary gives its last entry of a name, and null is as good as nothing") {
    const auto dictionary = to_dictionary("<</A 1/B null/A 2/C#20D(x)/E[]/F<<>>>>");
    CHECK(dictionary.find("A") == "2");
    CHECK(dictionary.find("B").empty());
    CHECK(dictionary.find("C D") == "(x)");
    CHECK(dictionary.find("E") == "[]");
    CHECK(dictionary.find("F") == "<<>>");
    CHECK(dictionary.find("G").empty());
    for (const std::string text : {"<</A>>", "<<1 2>>", "[/A 1]", "<</A 1", "5"})
        CHECK_THROWS_AS(to_dictionary(text), Error);
    CHECK(to_array("[1 2 0 R/X(])]") == std::vector<std::string_view>{"1", "2 0 R", "/X", "(])"});
}

TEST_CASE("References, names and texts are read as they are meant") {
    CHECK(to_reference("12 3 R") == Reference{12, 3});
    for (const std::string text : {"", "12", "12 0", "0 0 R", "-1 0 R", "1 -1 R", "1 65536 R", "8388608 0 R",
                                   "1 0 Rx", "1 0 R 5", "a 0 R"}) {
        INFO(text);
        CHECK_FALSE(to_reference(text));
    }
    CHECK(to_name("/A#42#4x#") == "AB#4x#");
    CHECK(to_name("(A)").empty());
    CHECK(to_text("(Nama)") == "Nama");
    CHECK(to_text("(a\\(\\)\\\\\\n\\101\\1012\\x\\\nb)") == "a()\\\nAA2xb");
    CHECK(to_text("(\\351)") == "\xC3\xA9");
    CHECK(to_text("<4E616D6>") == "Nam`");
    CHECK(to_text("<FEFF00E9D83DDE00>") == "\xC3\xA9\xF0\x9F\x98\x80");
    CHECK(to_text("<FEFFD83D0041>") ==
          "\xEF\xBF\xBD"
          "A");
    CHECK(to_text("/Nama").empty());
}

TEST_CASE("DER lengths take the shortest form, and a SET OF is in order") {
    CHECK(der::octet_string(Bytes(127)).size() == 129);
    CHECK(to_hex(BytesView(der::octet_string(Bytes(128))).first(3)) == "048180");
    CHECK(to_hex(BytesView(der::octet_string(Bytes(255))).first(3)) == "0481ff");
    CHECK(to_hex(BytesView(der::octet_string(Bytes(256))).first(4)) == "04820100");
    CHECK(to_hex(BytesView(der::octet_string(Bytes(65'536))).first(5)) == "0483010000");
    CHECK(to_hex(der::set_of({*parse_hex("0402ff00"), *parse_hex("0401ff"), *parse_hex("040100")})) ==
          "310a0401000401ff0402ff00");
}
