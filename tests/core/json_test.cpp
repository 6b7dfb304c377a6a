#include "core/json.h"

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace naskah;
using namespace std::string_literals;

namespace {

// The message about a text that is refused; empty if it is accepted.
std::string refusal(const std::string& text) {
    try {
        parse_json(text, "data.json");
        return {};
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        CHECK(error.problems().size() == 1);
        return error.what();
    }
}

std::string repeated(const std::string& text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) result += text;
    return result;
}

}  // namespace

TEST_CASE("JSON is read as it was written, members in their order") {
    const Json value =
        parse_json(R"( {"b": [1, -2, 3.5, true, null], "a": {"ü": "\u00e9\ud83d\ude00\n"}, "": ""} )", "x");
    CHECK(dump_json(value) == R"({"b":[1,-2,3.5,true,null],"a":{"ü":"é😀\n"},"":""})");
    CHECK(dump_json_pretty(parse_json(R"({"a":[1],"b":{}})", "x")) ==
          "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}");
    CHECK(parse_json("\"teks\"", "x") == "teks");
    CHECK(parse_json("18446744073709551615", "x") == 18446744073709551615u);
    CHECK(parse_json("-9223372036854775808", "x") == std::numeric_limits<std::int64_t>::min());
    CHECK(parse_json("\xEF\xBB\xBF{}", "x") ==
          Json::object());  // with the byte order mark that editors leave
    const std::string text = R"({"z":1,"y":[{"x":"\\\"/"},[[]],0.1,1e+300]})";
    CHECK(parse_json(dump_json(parse_json(text, "x")), "x") == parse_json(text, "x"));
}

TEST_CASE("what is not JSON is refused with file, line, column and a reason in Indonesian") {
    struct Row {
        std::string text;
        const char* where;
        const char* what;
    };
    const Row rows[] = {
        {"", "data.json:1:1", "berhenti"},
        {"{\n  \"a\": 1,\n}", "data.json:3:1", "koma yang berlebih"},
        {"[1,]", "data.json:1:4", "koma yang berlebih"},
        {"{\"é\" 1}", "data.json:1:6", "titik dua"},
        {"[1 2]", "data.json:1:4", "koma atau ']'"},
        {"{\"a\":1 \"b\":2}", "data.json:1:10", "koma atau '}'"},
        {"{'a':1}", "data.json:1:2", "kutip ganda"},
        {"{a:1}", "data.json:1:2", "kutip ganda"},
        {"[1", "data.json:1:3", "berhenti"},
        {"{\"a\":", "data.json:1:6", "berhenti"},
        {"{} {}", "data.json:1:4", "sesudah"},
        {"\"satu\ndua\"", "data.json:1:6", "baris baru"},
        {"\"satu", "data.json:1:6", "tidak ditutup"},
        {"[01]", "data.json:1:3", "koma"},
        {"[+1]", "data.json:1:2", "bukan nilai"},
        {"[.5]", "data.json:1:2", "bukan nilai"},
        {"[NaN]", "data.json:1:", "bukan nilai"},
        {"[nul]", "data.json:1:5", "bukan nilai"},
        {"// catatan\n{}", "data.json:1:", "bukan nilai"},
        {"[1e999]", "data.json:1:", "terlalu besar"},
        {"[\"\\x\"]", "data.json:1:4", "bukan nilai"},
        {"[\"\\ud800\"]", "data.json:1:", "bukan nilai"},
        {"{\n \"nip\": 1,\n \"nip\": 2}", "data.json:3:6", "\"nip\" ditulis dua kali"},
        {"{\"a\": 1, \"\\u0061\": 2}", "data.json:1:", "\"a\" ditulis dua kali"},
        {"[\n \"caf\xE9\"]", "data.json:2:6", "UTF-8"},
        {"\"\xED\xA0\x80\"", "data.json:1:2", "UTF-8"},
        {"{\"a\": \0}"s, "data.json:1:7", "byte nol"},
        {"{}\0 dan lainnya"s, "data.json:1:3", "byte nol"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const std::string message = refusal(row.text);
        CHECK_THAT(message, Catch::StartsWith(row.where));
        CHECK_THAT(message, Catch::Contains(row.what));
    }
}

TEST_CASE("a member may come again in another object") {
    CHECK(refusal(R"({"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}})").empty());
    CHECK_FALSE(refusal(R"({"x":[{"a":{"b":1},"a":2}]})").empty());
}

TEST_CASE("depth and size are bounded") {
    CHECK(refusal(repeated("[", 64) + repeated("]", 64)).empty());
    CHECK_THAT(refusal(repeated("[", 65) + repeated("]", 65)), Catch::Contains("64 tingkat"));
    CHECK_THAT(refusal(repeated("{\"a\":", 65)), Catch::Contains("data.json:1:321: "));
    CHECK_THAT(refusal(std::string(5'000'000, '[')), Catch::Contains("data.json:1:65: "));
    CHECK(refusal("\"" + std::string((16u << 20) - 2, 'x') + "\"").empty());
    CHECK_THAT(refusal("\"" + std::string((16u << 20) - 1, 'x') + "\""), Catch::Contains("16 MB"));
}

TEST_CASE("an object of very many members is read in linear time, and a late duplicate is still found") {
    std::string text = "{";
    for (int i = 0; i < 500'000; ++i) text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    const Json value = parse_json(text + "\"akhir\":0}", "x");
    CHECK(value.size() == 500'001);
    CHECK(value.begin().key() == "k0");
    CHECK_THAT(refusal(text + "\"k7\":0}"), Catch::Contains("\"k7\" ditulis dua kali"));
}

TEST_CASE("equal values have equal canonical bytes") {
    const auto canonical = [](const char* text) { return canonical_json(parse_json(text, "x")); };
    CHECK(canonical(R"({"b":1,"a":{"d":[],"c":null}})") == R"({"a":{"c":null,"d":[]},"b":1})");
    CHECK(canonical(R"({"b":1,"a":2})") == canonical("{ \"a\" : 2.0,\n\"b\": 1e0 }"));
    CHECK(canonical("-0.0") == "0");
    CHECK(canonical("[2,1]") == "[2,1]");
    CHECK(canonical("0.1") == "0.1");
    CHECK(canonical("18446744073709551615") == "18446744073709551615");
    CHECK(canonical("1e300") == "1e+300");
    CHECK(canonical(R"("é\/")") == "\"é/\"");
    for (const char* text :
         {"[1e15,1e16,1e20,9007199254740993,-1.5e-7,0.1]", R"({"é":["\u0000","\u2028"]})"}) {
        CHECK(canonical(canonical(text).c_str()) == canonical(text));
    }
    CHECK(canonical("[true,\"true\"]") != canonical("[\"true\",true]"));
}

TEST_CASE("a value with malformed text cannot be written") {
    Json value;
    value["nama"] = "caf\xE9";
    CHECK_THROWS_AS(dump_json(value), Error);
    CHECK_THROWS_AS(dump_json_pretty(value), Error);
    CHECK_THROWS_AS(canonical_json(value), Error);
}
